"""What would do: a step that its reason does not reach, and nothing refutes, may follow by another, which is named."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace

import sympy as sp

from report.prove.decide.conditions import assume
from report.prove.language.formula import Formula, bound_names, calls, names, parse
from report.prove.leftover import LARGEST
from report.prove.meaning.symbolic import EVERYTHING, Knowledge
from report.prove.reasons.calculation import algebra, calculation, definition, differentiation
from report.prove.reasons.entries import contraction
from report.prove.reasons.rule import CALCULATION, PART, Rule, Setting
from report.prove.reasons.statements import using
from report.prove.reasons.sums import split_sum

MOST = 8
"""Definitions of which it is found out which are needed."""
WORDS_ALONE = "It follows with all definitions opened and derivatives carried out: give the reason in words alone."


def remedy(setting: Setting, a: Formula, relation: str, b: Formula, tried: Rule) -> str:
    """The reason by which the step follows, as a theory file has it; "" if none is found."""
    if _too_large(setting, a, b):
        return ""
    by_itself = _decides(calculation(""), setting, a, relation, b)
    others = _narrower(setting, a, relation, b) if by_itself else _recursive(setting, a, relation, b)
    for text, rule in itertools.chain(_at_another(setting, a, b, tried), others, _split(a, b)):
        if _decides(rule, setting, a, relation, b):
            return f"It follows by {text}."
    return WORDS_ALONE if by_itself and tried.law != CALCULATION else _where_points_are_drawn(setting, a, relation, b, tried)


def _where_points_are_drawn(setting: Setting, a: Formula, relation: str, b: Formula, tried: Rule) -> str:
    """That it follows for the numbers above 0 of which alone points are drawn, if it does: which is no condition."""
    reached = setting.reached([*names(a.tree), *names(b.tree)])
    plain = [each for each in setting.symbols if each.name in reached and each.kind in ("real", "integer")]
    drawn = [each.name for each in plain if each.low >= 0 and not (each.least or each.above or each.within)]
    if not drawn:
        return ""
    known = assume([setting.read(parse(f"{name} > 0")) for name in drawn], setting.facts)
    supposing = replace(setting, facts=known)
    if not any(_decides(rule, supposing, a, relation, b) for rule in (tried, calculation(""))):
        return ""
    conditions = ", ".join(f'"{name} > 0"' for name in drawn)
    return f"It follows with given=[{conditions}]: low= says only where points are drawn, and is no condition."


def _at_another(setting: Setting, a: Formula, b: Formula, tried: Rule) -> Iterator[tuple[str, Rule]]:
    """The part that was to be put in, at an index that a sum of the step binds."""
    lemmas = [(label, setting.shown[label]) for label in tried.of if tried.law == PART and label in setting.shown]
    for label, lemma in lemmas if not tried.puts else ():
        spoken = names(lemma.statement.formula.tree)
        indices = [symbol.name for symbol in setting.symbols if symbol.kind == "integer" and symbol.name in spoken]
        for index, bound in itertools.product(indices, sorted(bound_names(a.tree) | bound_names(b.tree))):
            yield f'using("{label}", at={{"{index}": "{bound}"}})', using(label, at={index: bound})


def _split(a: Formula, b: Formula) -> Iterator[tuple[str, Rule]]:
    """A range taken apart where another one ends."""
    ranges = (node for side in (a, b) for node in ast.walk(side.tree) if calls(node, {"span"}))
    for end in dict.fromkeys(ast.unparse(each.args[1]) for each in ranges):
        yield f'split_sum("{end}")', split_sum(end)


def _narrower(setting: Setting, a: Formula, relation: str, b: Formula) -> Iterator[tuple[str, Rule]]:
    """Reasons that say more than that it is so, the narrowest first."""
    yield 'algebra("…")', algebra("")
    yield "contraction()", contraction()
    opened = _needed(setting, a, relation, b, differentiate=False)
    if opened:
        yield f"definition({_listed(opened)})", definition(*opened)
    yield 'differentiation("…")', differentiation("")
    opened = _needed(setting, a, relation, b, differentiate=True)
    yield f'differentiation("…", unfold=[{_listed(opened)}])', differentiation("", unfold=opened)


def _recursive(setting: Setting, a: Formula, relation: str, b: Formula) -> Iterator[tuple[str, Rule]]:
    """Definitions that call themselves are opened where they are named, and nowhere else."""
    opened = _opened(setting, a, b)
    if any(setting.definition(name).recursive for name in opened):
        opened = _fewest(opened, lambda some: _decides(definition(*some), setting, a, relation, b))
        yield f"definition({_listed(opened)})", definition(*opened)


def _needed(setting: Setting, a: Formula, relation: str, b: Formula, *, differentiate: bool) -> list[str]:
    """The definitions without which the step does not follow; none if it follows by none, or by too many."""
    opened, formal = _opened(setting, a, b), setting.formal()

    def by(some: list[str]) -> bool:
        try:
            return formal.holds(a, relation, b, Knowledge(frozenset(some), differentiate=differentiate)) is not None
        except Exception:  # SymPy raises what it likes
            return False

    return _fewest(opened, by) if len(opened) <= MOST and by(opened) else []


def _opened(setting: Setting, a: Formula, b: Formula) -> list[str]:
    """All definitions that a step speaks of."""
    reached = setting.reached([*names(a.tree), *names(b.tree)])
    return [each.name for each in setting.definitions if each.name in reached]


def _fewest(opened: list[str], follows: Callable[[list[str]], bool]) -> list[str]:
    """Those of the definitions that have to be opened."""
    for name in list(opened):
        fewer = [other for other in opened if other != name]
        opened = fewer if fewer and follows(fewer) else opened
    return opened


def _listed(opened: list[str]) -> str:
    return ", ".join(f'"{name}"' for name in opened)


def _decides(rule: Rule, setting: Setting, a: Formula, relation: str, b: Formula) -> bool:
    try:
        return bool(rule.decide(setting, a, relation, b))
    except Exception:  # a guess at what an author could say must never be a second mistake
        return False


def _too_large(setting: Setting, a: Formula, b: Formula) -> bool:
    """Whether nobody would wait for the answer."""
    try:
        sides = [setting.read(side, EVERYTHING) for side in (a, b)]
    except Exception:  # what SymPy cannot read follows by nothing
        return True
    return sum(sp.count_ops(side) for side in sides if isinstance(side, sp.Basic)) > LARGEST
