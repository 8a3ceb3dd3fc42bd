"""Reasons for gradients: the chain rule through the values of a layer, and a whole gradient by its entries."""

from __future__ import annotations

import ast
import itertools

import sympy as sp

from report.prove.decide.relation import prove
from report.prove.language.formula import Formula, bound_names, calls, formula, names, parse
from report.prove.language.glossary import Definition
from report.prove.meaning.grid import Grid
from report.prove.meaning.symbolic import ALGEBRA
from report.prove.reasons.rule import DIFFERENTIATION, PART, Rule, Setting


def chain_rule(through: str, words: str = "chain rule") -> Rule:
    """∂e/∂v = Σ_l ∂e/∂z_l ∂z_l/∂v over all entries of ``through``, the vector or matrix z, if e depends on v by z alone."""

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        layer = setting.definition(through)
        if relation != "==" or not layer.shape or not calls(a.tree, {"diff"}):
            return None
        body, variable = a.tree.args
        if not _only_through(setting, layer, body, variable):
            return None
        return "chain rule" if setting.formal().holds(_summed(layer, body, variable), "==", b, ALGEBRA) else None

    return Rule(words, check, law=DIFFERENTIATION)


def entrywise(label: str, *indices: str, words: str = "") -> Rule:
    """A statement on vectors or matrices, of which the earlier part ``label`` shows every entry: its symbols ``indices``
    run over all of them.
    """

    def check(setting: Setting, a: Formula, relation: str, b: Formula) -> str | None:
        lemma = setting.lemma(label)
        left, right = setting.read(a, ALGEBRA), setting.read(b, ALGEBRA)
        if relation != "==" or lemma.statement.relation != "==" or lemma.conditions or lemma.hypothesis is not None:
            return None
        if not (isinstance(left, Grid) and isinstance(right, Grid) and _run_over(setting, left, indices)):
            return None
        if setting.reached([*names(a.tree), *names(b.tree)]) & {*indices}:
            return None  # the statement speaks of one place already
        if not (_equal(setting, left.rows, right.rows) and _equal(setting, left.columns, right.columns)):
            return None
        shown = (setting.read(side, ALGEBRA) for side in (lemma.statement.left, lemma.statement.right))
        pairs = ((_entry(setting, grid, indices), entry) for grid, entry in zip((left, right), shown))
        return "every entry" if all(_equal(setting, entry, shown) for entry, shown in pairs) else None

    said = words or f"entry by entry, by “{label}”"
    return Rule(said, check, by_author=bool(words), law=PART, of=(label,), puts=dict.fromkeys(indices, ()))


def _only_through(setting: Setting, layer: Definition, body: ast.expr, variable: ast.expr) -> bool:
    """Whether ``body`` speaks of the variable nowhere but in the layer: not by itself, and not in what it abbreviates."""
    holder = variable.value if isinstance(variable, ast.Subscript) else variable
    if not isinstance(holder, ast.Name) or holder.id == layer.name:
        return False
    return holder.id not in setting.reached(names(body), but=(layer.name, holder.id))


def _summed(layer: Definition, body: ast.expr, variable: ast.expr) -> Formula:
    """Σ ∂body/∂z_l ∂z_l/∂variable over all entries l of the layer."""
    letters = (f"l{place}" for place in itertools.count())  # of which none stands in the formula
    spoken = {
        name for tree in (body, variable, *(size.tree for size in layer.shape)) for name in (*names(tree), *bound_names(tree))
    }
    indices = list(itertools.islice((letter for letter in letters if letter not in spoken), len(layer.shape)))
    entry = f"{layer.name}[{', '.join(indices)}]"
    inside = f"diff({ast.unparse(body)}, {entry})*diff({entry}, {ast.unparse(variable)})"
    for index, size in zip(indices, layer.shape):
        inside = f"sum({inside} for {index} in span({layer.first}, {layer.first} - 1 + ({size})))"
    return formula(parse(inside).tree)


def _run_over(setting: Setting, grid: Grid, indices: tuple[str, ...]) -> bool:
    """Whether the symbols are declared with the ranges of the rows and, if there are several, the columns."""
    declared = {s.name: s.within for s in setting.symbols}
    ends = [grid.row_ends] if len(indices) == 1 and grid.columns == 1 else [grid.row_ends, grid.column_ends]
    if len(ends) != len(indices) or len(set(indices)) < len(indices):
        return False
    pairs = [pair for name, wanted in zip(indices, ends) for pair in zip(declared.get(name) or (), wanted)]
    return len(pairs) == 2 * len(ends) and all(_equal(setting, setting.read(end), wanted) for end, wanted in pairs)


def _entry(setting: Setting, grid: Grid, indices: tuple[str, ...]) -> sp.Expr:
    at = [setting.read(parse(name)) for name in indices]
    return grid.entry(at[0], at[1] if len(at) > 1 else sp.Integer(grid.first))


def _equal(setting: Setting, left: sp.Expr, right: sp.Expr) -> bool:
    return prove(left, "==", right, setting.formal().facts) is not None
