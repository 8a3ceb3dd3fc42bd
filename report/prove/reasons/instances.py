"""What may be put for the symbols of a statement: what lies in their domains, and on what nothing else of it depends."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence

import sympy as sp

from report.errors import DeclarationError
from report.prove.decide.relation import prove
from report.prove.language.formula import Formula, formula, names, parse, substitute, targets
from report.prove.language.glossary import reached
from report.prove.language.vocabulary import EVERYWHERE
from report.prove.meaning.symbolic import read
from report.prove.reasons.rule import Setting

Instance = Mapping[str, Formula]
"""What is put, by the names of the symbols."""


def refuse_hidden(setting: Setting, formulas: Sequence[Formula], instance: Instance) -> None:
    """A symbol cannot be given another value where a definition or a domain depends on it: that would keep the old one."""
    definitions, symbols = {d.name: d for d in setting.definitions}, {s.name: s for s in setting.symbols}

    def inside(name: str) -> Iterable[str]:
        if name in definitions:
            return definitions[name].mentioned
        return symbols[name].mentions() if name in symbols and name not in instance else ()

    for name in sorted(reached((name for f in formulas for name in names(f.tree)), inside)):
        for hidden in sorted(instance.keys() & inside(name)):
            raise DeclarationError(
                f"cannot put {instance[hidden]} for '{hidden}': '{name}' depends on it",
                remedy=f"Make '{hidden}' a parameter of '{name}', or state it under the condition {hidden} == ….",
            )


def lies_outside(setting: Setting, instance: Instance, used_in: Sequence[Formula]) -> str:
    """What is declared of a symbol and not known of what is put for it, its kind or a bound; "" if all is known. An index that
    is bound by a sum is as far within bounds as the ends of the sum.
    """
    scope = setting.scope()
    bound = {n for f in instance.values() for n in names(f.tree)} - scope.globals.keys() - EVERYWHERE
    handed = {argument.arg for f in used_in for n in ast.walk(f.tree) if isinstance(n, ast.Lambda) for argument in n.args.args}
    local = {n: sp.Symbol(n, real=True) if n in handed else sp.Symbol(n, integer=True) for n in bound}
    for symbol in setting.symbols:
        if symbol.name not in instance or symbol.kind not in ("real", "integer"):
            continue
        put = lambda f: read(substitute(f.tree, {n: g.tree for n, g in instance.items()}), scope.bind(**local))  # noqa: E731
        value, shown = setting.facts.apply(put(parse(symbol.name))), instance[symbol.name]
        if not (value.is_integer if symbol.kind == "integer" else value.is_real):
            return f"{shown} is {'an integer' if symbol.kind == 'integer' else 'a real number'}, as '{symbol.name}' is"
        low, high = symbol.bounds
        ends = _ends(setting, shown, used_in) if not handed & names(shown.tree).keys() else []
        less = "<" if symbol.above else "<="
        if low is not None and not _any_hold(setting, less, [(put(low), value)], [(put(low), first) for first, _ in ends]):
            return f"{low} {less} {shown}, as it is for '{symbol.name}'"
        if high is not None and not _any_hold(setting, "<=", [(value, put(high))], [(last, put(high)) for _, last in ends]):
            return f"{shown} <= {high}, as it is for '{symbol.name}'"
    return ""


def _ends(setting: Setting, put: Formula, used_in: Sequence[Formula]) -> list[tuple[sp.Expr, sp.Expr]]:
    """The ends of every sum that binds the index ``put``, or those that it was declared with; none if it has none."""
    if not isinstance(put.tree, ast.Name):
        return []
    if put.tree.id in setting.scope().globals:
        within = next((s.within for s in setting.symbols if s.name == put.tree.id), None)
        return [(setting.read(within[0]), setting.read(within[1]))] if within else []
    trees = [n for f in used_in for n in ast.walk(f.tree) if isinstance(n, ast.comprehension) and put.tree.id in targets(n)]
    ends = [t.iter.args for t in trees if isinstance(t.iter, ast.Call)]
    known = setting.scope().globals.keys() | EVERYWHERE
    if len(ends) < len(trees) or any(names(end).keys() - known for pair in ends for end in pair):
        return []
    return [(setting.read(formula(low)), setting.read(formula(high))) for low, high in ends]


def _any_hold(setting: Setting, relation: str, *ways: Sequence[tuple[sp.Expr, sp.Expr]]) -> bool:
    """Whether all pairs of one of the ways are in the relation."""
    return any(way and all(prove(a, relation, b, setting.facts) is not None for a, b in way) for way in ways)
