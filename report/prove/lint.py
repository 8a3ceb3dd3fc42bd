"""The glossary and the prose of a derivation: every name declared and used, every formula in prose borne out by a part."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from report.errors import DeclarationError, Where, nearest
from report.prove.derivation import Derivation
from report.prove.language.formula import Formula, bound_names, join, names, parse
from report.prove.language.glossary import PROPERTIES, Definition, Symbol
from report.prove.language.names import confused
from report.prove.language.vocabulary import EVERYWHERE, LOGICAL
from report.prove.reasons import rule as rules

_FORMULA = re.compile(r"`([^`]+)`")


def parameters(defined: Definition) -> list[Symbol]:
    """The symbols that a definition is drawn over: its own, or real numbers (integers for indices)."""
    declared = {s.name: s for s in defined.symbols}
    kind = "integer" if defined.indexed else "real"
    extra = [s for s in defined.symbols if s.name not in defined.arguments]
    return [*extra, *(declared.get(n) or Symbol(n, "", kind, low=-2, high=4) for n in defined.arguments)]


def meaning(symbol: Symbol) -> str:
    """What a symbol means, and what is declared of it."""
    declared = [PROPERTIES[word] for word in symbol.properties]
    declared += ["it is linear"] if symbol.linear else []
    declared += ["it is shift invariant"] if symbol.invariant else []
    return symbol.meaning + (f" ({', '.join(declared)})" if declared else "")


def failures(derivation: Derivation) -> Iterator[str]:
    """What is wrong with the glossary and the prose, a message each."""
    yield from _glossary_failures(derivation)
    yield from _prose_failures(derivation)
    yield from _reason_failures(derivation)


def _glossary_failures(derivation: Derivation) -> Iterator[str]:
    """Names declared twice, never used, or used without being declared; and a derivation that derives nothing."""
    if not derivation.parts:
        yield f"{derivation.where}: {derivation.id} has no part: it proves nothing"
    entries: list[Symbol | Definition] = [*derivation.symbols, *derivation.definitions]
    declared: set[str] = set()
    for entry in entries:
        if entry.name in declared or entry.name in EVERYWHERE:
            yield f"{entry.where}: '{entry.name}' {'is declared twice' if entry.name in declared else 'has a meaning already'}"
        declared.add(entry.name)
    for name, taken in confused(derivation.symbols, derivation.definitions):
        yield f"{derivation.where}: '{name}' looks like {taken} on the page\n  Give it another name, or another latex=."
    labels: set[str] = set()
    for part in derivation.parts:
        if part.label in labels:
            yield f"{part.where}: there are two parts '{part.label}'"
        if part.label == "hypothesis":
            yield f"{part.where}: a part cannot be called 'hypothesis': that is what an induction supposes"
        labels.add(part.label)
    steps = {r.of[-1] for p in derivation.parts for s in p.steps if (r := s.rule).law == rules.INDUCTION and len(r.of) == 2}
    for part in derivation.parts:
        if part.hypothesis is not None and part.label not in steps:
            yield f"{part.where}: '{part.label}' supposes {part.hypothesis.formula}, and no induction has it for its step"
    used: set[str] = set()
    for tree, where, local in _formulas(derivation):
        used |= set(names(tree))
        for name in names(tree):
            if name not in declared | EVERYWHERE and name not in local:
                yield f"{where}: '{name}' is not in the glossary\n  {nearest(name, declared | EVERYWHERE)}"
        for name in sorted(bound_names(tree) & declared) if not local else ():
            yield f"{where}: the index '{name}' has the name of a symbol; choose another"
    for entry in entries:
        if entry.name not in used:
            yield f"{entry.where}: '{entry.name}' is declared and never used"


def _formulas(derivation: Derivation) -> Iterator[tuple[ast.expr, Where | None, Collection[str]]]:
    """Every formula with its place and, in a definition, the names that are local to it."""
    for symbol in derivation.symbols:
        for bound in (symbol.least, symbol.above, *(symbol.within or ()), *symbol.shape):
            if bound is not None:
                yield bound.tree, symbol.where, ()
    for defined in derivation.definitions:
        for formula in (defined.body, *defined.shape):
            yield formula.tree, defined.where, (*defined.arguments, *(s.name for s in defined.symbols)) or (defined.name,)
    for part in derivation.parts:
        supposed = [part.hypothesis.formula] if part.hypothesis else []
        for formula in (part.claim.left, part.claim.right, *part.conditions, *supposed):
            yield formula.tree, part.where, ()
        for step in part.steps:
            yield step.expression.tree, step.where, ()


# --- prose ---------------------------------------------------------------------------------------------------------


def _prose_failures(derivation: Derivation) -> Iterator[str]:
    """Formulas in prose must be readable, must occur in the derivation, and may only assert what some part states."""
    stated = {p.claim.formula.key for p in derivation.parts if p.hypothesis is None}
    stated |= {join(d.head, "==", d.body).key for d in derivation.definitions}
    stated |= {c.key for p in derivation.parts for c in p.conditions}
    occurring = {ast.dump(n) for tree, *_ in _formulas(derivation) for n in ast.walk(tree) if isinstance(n, ast.expr)}
    occurring |= {ast.dump(n) for d in derivation.definitions for n in ast.walk(d.head.tree) if isinstance(n, ast.expr)}
    whole = {ast.dump(n) for tree, *_ in _formulas(derivation) for n in _whole(tree)}
    for text, where in _prose(derivation):
        concludes = text in (derivation.conclusion, derivation.consequence)
        if "$" in text:
            yield f"{where}: write formulas in backticks, not in dollars: {text!r}"
        for source in _FORMULA.findall(text):
            try:
                formula = parse(source, where)
            except DeclarationError as error:
                yield str(error)
                continue
            if _asserts(formula) and formula.key not in stated:
                yield f"{where}: prose asserts `{source}`, which no part states\n  State it, or say it without a relation."
            elif not _asserts(formula) and not isinstance(formula.tree, ast.Name) and formula.key not in occurring:
                yield f"{where}: prose shows `{source}`, which occurs in no part\n  Show a formula as it stands in one."
            elif concludes and isinstance(formula.tree, ast.BinOp | ast.Constant) and formula.key not in whole:
                yield f"{where}: prose shows `{source}`, a piece of a formula\n  Show the whole of what a step arrives at."
            elif isinstance(formula.tree, ast.Name) and formula.key not in occurring and formula.text not in EVERYWHERE:
                yield f"{where}: '{source}' is not in the glossary"


_QUOTED = re.compile("“([^”]+)”")
_BY_DEFINITION = re.compile(r"\bdefinition of ((?:`[^`]+`(?:, | and )?)+)")


def _reason_failures(derivation: Derivation) -> Iterator[str]:
    """An author's words for a step may name no law, definition or part but those that the step is checked by."""
    earlier: list[str] = []
    for part in derivation.parts:
        for step in part.steps:
            rule, said = step.rule, step.rule.words
            for label in _QUOTED.findall(said) if rule.by_author else ():
                if label not in (rule.parts or earlier):
                    yield f"{step.where}: the reason quotes “{label}”, which is not what the step is checked by"
            allowed = {rule.law, *([rules.DEFINITION, rules.DIFFERENTIATION] if rule.law == rules.CALCULATION else [])}
            for law in sorted(rules.laws_named(said) - allowed) if rule.by_author else ():
                yield f"{step.where}: the reason speaks of {law}, but the step is checked by another rule"
            for listed in _BY_DEFINITION.findall(said) if rule.by_author and rule.law == rules.DEFINITION else ():
                for name in _FORMULA.findall(listed):
                    if name not in rule.of:
                        yield f"{step.where}: the reason speaks of the definition of '{name}', which is not opened"
        earlier.append(part.label)


def _asserts(formula: Formula) -> bool:
    tree = formula.tree
    logical = isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id in LOGICAL
    return isinstance(tree, ast.Compare) or logical


def _whole(tree: ast.expr) -> Iterator[ast.AST]:
    """The tree and what stands by itself in it: sides of relations, arguments, indices, summands of a sum sign."""
    yield tree
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare | ast.Call | ast.GeneratorExp | ast.Subscript):
            yield from ast.iter_child_nodes(node)


def _prose(derivation: Derivation) -> Iterator[tuple[str, Where | None]]:
    for text in (derivation.title, derivation.question, derivation.conclusion, derivation.consequence):
        yield text, derivation.where
    for symbol in derivation.symbols:
        yield symbol.meaning, symbol.where
    for part in derivation.parts:
        yield part.intro, part.where
        yield part.scope, part.where
        for step in part.steps:
            if step.rule.by_author:
                yield step.rule.words, step.where
