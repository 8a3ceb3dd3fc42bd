"""The names and the parts of a derivation: every name declared, used, and meaning what the field means by it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from report.errors import ReportError, nearest
from report.prove import field
from report.prove.decide.conditions import promised
from report.prove.decide.definedness import missing
from report.prove.decide.place import Settled
from report.prove.derivation import Derivation
from report.prove.language.formula import bound_names, names, parse
from report.prove.language.glossary import PROPERTIES, Definition, Symbol, circular
from report.prove.language.names import confused
from report.prove.language.vocabulary import EVERYWHERE, MEANINGS, OUT_OF_REACH
from report.prove.meaning.expansion import expanded
from report.prove.meaning.grid import Unreadable
from report.prove.reasons.rule import INDUCTION

HYPOTHESIS = "hypothesis"
SQUARE = {"symmetric", "orthogonal", "permutation"}
"""Only a matrix of as many rows as columns can be this."""


FAR = 40
"""How far from zero a definition is held against its reference: what agrees nearby only is another function."""


def parameters(defined: Definition) -> list[Symbol]:
    """The symbols that a definition is drawn over: its own, or real numbers (integers for indices)."""
    extra = [s for s in defined.symbols if s.name not in defined.arguments]
    far = defined.reference is not None
    return [replace(s, low=-FAR, high=FAR) if far and s.kind == "real" else s for s in (*extra, *defined.declared)]


def meaning(symbol: Symbol) -> str:
    """What a symbol means, and what is declared of it."""
    declared = [PROPERTIES[word] for word in symbol.properties]
    declared += ["it is linear"] if symbol.linear else []
    declared += ["it is shift invariant"] if symbol.invariant else []
    return symbol.meaning + (f" ({', '.join(declared)})" if declared else "")


def failures(derivation: Derivation) -> Iterator[str]:
    """What is wrong with the names, the parts and the prose, a message each; the steps are decided all the same."""
    from report.prove.prose import lint as prose  # whoever hears the witnesses meanwhile has no use for it

    yield from field.failures(derivation)
    yield from _part_failures(derivation)
    yield from prose.failures(derivation)


def _taken(name: str) -> str:
    return f"has a meaning already, {MEANINGS[name]}: take another name"


def undecidable(derivation: Derivation) -> Iterator[str]:
    """Names declared twice, never used, or used without being declared: no step can be decided then."""
    for name in circular(derivation.symbols):
        yield f"{derivation.where}: the domain of '{name}' speaks of '{name}' itself, maybe by way of another symbol's"
    for symbol in derivation.symbols:
        if symbol.within and symbol.within[0].key == symbol.within[1].key:
            only = symbol.within[0]
            yield f"{symbol.where}: '{symbol.name}' can be nothing but {only}: a statement about it says less than it seems to"
    for defined in derivation.definitions:
        for name in defined.arguments:
            if name in EVERYWHERE or defined.arguments.count(name) > 1:
                why = _taken(name) if name in EVERYWHERE else "is there twice"
                yield f"{defined.where}: '{name}', a parameter of '{defined.name}', {why}"
    entries: list[Symbol | Definition] = [*derivation.symbols, *derivation.definitions]
    yield from _size_failures(derivation, entries)
    yield from _domain_failures(derivation)
    declared: set[str] = set()
    for entry in entries:
        if entry.name in declared or entry.name in EVERYWHERE:
            why = "is declared twice" if entry.name in declared else _taken(entry.name)
            yield f"{entry.where}: '{entry.name}' {why}"
        declared.add(entry.name)
    used = {name for part in derivation.parts for step in part.steps for name in step.rule.puts}  # of a law, say
    for formula, where, local in derivation.formulas:
        used |= set(names(formula.tree))
        for name in names(formula.tree):
            if name not in declared | EVERYWHERE and name not in local:
                remedy = OUT_OF_REACH.get(name.lower()) or _undeclared(name, declared)
                yield f"{where}: '{name}' is not in the glossary\n  {remedy}"
        for name in sorted(bound_names(formula.tree) & declared) if not local else ():
            yield f"{where}: the index '{name}' has the name of a symbol; choose another"
    for name, taken in confused(derivation.symbols, derivation.definitions, used):
        yield f"{derivation.where}: '{name}' looks like {taken} on the page\n  Give it another name, or another latex=."
    for entry in entries:
        if entry.name not in used:
            yield f"{entry.where}: '{entry.name}' is declared and never used"


def _undeclared(name: str, declared: Collection[str]) -> str:
    """What to do about a name that nobody declared; a single letter is like no other."""
    if len(name) > 1:
        return nearest(name, {*declared} | EVERYWHERE)
    index = f'integer("{name}", "…", within=("1", "n"))'
    return f'Declare it in symbols=: real("{name}", "…"), {index}; the index of a sum is known in the sum alone.'


def _size_failures(derivation: Derivation, entries: Sequence[Symbol | Definition]) -> Iterator[str]:
    """Sizes of vectors and matrices that are no whole numbers."""
    for entry in entries:
        for size in entry.shape:
            try:
                value = derivation.setting.read(size)
            except (ReportError, Unreadable, TypeError, AttributeError):
                continue  # it is said elsewhere what is wrong with it
            if not value.is_integer or value.is_negative:
                yield f"{entry.where}: the size {size} of '{entry.name}' is not known to be a whole number"
    for symbol in derivation.symbols:
        for word in SQUARE & {*symbol.properties}:
            rows, columns = (derivation.setting.read(size) for size in (*symbol.shape, parse("1"))[:2])
            if expanded(rows - columns) != 0:
                why = f"which only a matrix of as many rows as columns is: this one is {rows} by {columns}"
                yield f"{symbol.where}: '{symbol.name}' is declared {word}, {why}"


def _domain_failures(derivation: Derivation) -> Iterator[str]:
    """Domains that some of what they speak of leaves without a value: of x ≥ √y there is none for y < 0, where what says so of
    another statement would be used all the same.
    """
    if circular(derivation.symbols):
        return
    setting = derivation.setting
    for symbol in (s for s in derivation.symbols if s.formulas):
        spoken = setting.reached(symbol.mentions())
        others, scope = [s for s in derivation.symbols if s.name in spoken], setting.scope()
        facts = promised(others, scope)
        for _, need in missing([f.tree for f in symbol.formulas], scope, facts, setting.symbols, Settled(facts)):
            yield f"{symbol.where}: the domain of '{symbol.name}' need not have a value: {need}"


def _part_failures(derivation: Derivation) -> Iterator[str]:
    """No part, two of one name, one that states what it supposes."""
    if not derivation.parts:
        yield f"{derivation.where}: {derivation.id} has no part: it proves nothing"
    labels: set[str] = set()
    used = (step.rule for part in derivation.parts for step in part.steps)
    inductive = {rule.of[-1] for rule in used if rule.law == INDUCTION and len(rule.of) == 2}
    for part in derivation.parts:
        if part.hypothesis is not None and part.label not in inductive:
            yield f"{part.where}: '{part.label}' supposes {part.hypothesis}, and no induction has it for its step"
        if part.label in labels:
            yield f"{part.where}: there are two parts '{part.label}'"
        if part.label == HYPOTHESIS:
            yield f"{part.where}: no part may be called '{HYPOTHESIS}': reasons call so what an induction supposes"
        if {part.claim.formula.key, part.claim.mirrored.formula.key} & {c.key for c in part.conditions}:
            yield f"{part.where}: '{part.label}' states its own condition: it shows nothing"
        if not part.label.strip():
            yield f"{part.where}: a part has a name"
        labels.add(part.label)
