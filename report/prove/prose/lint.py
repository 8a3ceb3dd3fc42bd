"""The prose of a derivation: it says what was shown, with its conditions, and no more.

Every formula stands in backticks and occurs in the derivation; what is asserted is what a part states. What a sentence of a
conclusion may say is another matter (``conclusion.py``); an introduction says no word of weight that nothing else says. What an
author only remarks goes in ``comment``, which the page sets apart, and which quotes no part.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from report.errors import DeclarationError, Where, in_words
from report.prove.derivation import Assertion, Derivation
from report.prove.language.formula import Formula, calls, join, parse
from report.prove.language.standing import Standing
from report.prove.language.vocabulary import EVERYWHERE, LOGICAL
from report.prove.prose.conclusion import DENIAL, DENIES, PLAIN, Shown
from report.prove.prose.order import FORMULA, QUOTED, Resting, bare
from report.prove.prose.weight import GUIDING, families, said_by, weights
from report.prove.reasons import rule as rules

_UNQUOTED_FORMULA = re.compile(
    r"[=<>≤≥≠≈≡²³⁴√∑∏∫∂∞±∈^∀∃→↦⇒⇔⟹⟺¬∧∨⊆∇′÷⋅]|\\[A-Za-z]|\d\s*[-+*/·]\s*\d|\b\w\s*[+*/·]\s*\w\b|\b\w\s+-\s+\w\b|"
    r"\b[a-zA-Zα-ω]\([\w, ]+\)|\b\d+[a-z]\b|\b[a-z]_\w+|\|\w+\||\b[b-z] (?:squared|cubed)\b|"
    r"\b(?:log|exp|sin|cos|max|min|sqrt) [b-z]\b|\b[a-z] (?:plus|minus|times|over|divided by|is|equals) [b-z]\b"
)
_OF_MATRICES = re.compile(
    r"\bmatrix[ -](?:exponential|logarithm|root|square root|sine|cosine)|"
    r"\b(?:exponential|logarithm|square root|sine|cosine) of (?:an?|the|any|every|each) (?:\w+ )?matrix\b",
    re.IGNORECASE,
)
"""What the field means by these is a series or an inverse; here a function of numbers is applied entry by entry."""
_WEIGHED = re.compile(r"\?|\b(?:if|whether|would|suppos\w+)\b", re.IGNORECASE)
_UNASSERTED = re.compile(r"\?|\b(?:if|whether|would|suppos\w+|not|no)\b", re.IGNORECASE)
"""What an introduction only asks or weighs."""
SHORTEST_SCOPE = 4
"""Words that say what is left open."""


def failures(derivation: Derivation) -> Iterator[str]:
    """What is wrong with the prose, a message each."""
    yield from _formula_failures(derivation)
    yield from _reason_failures(derivation)
    shown = Shown.of(derivation)
    for text in (derivation.conclusion, derivation.consequence):
        for sentence in _sentences(text):
            yield from (f"{derivation.where}: {problem}" for problem in shown.problems(sentence, text))
    for part in derivation.parts:
        if part.scope and len(part.scope.split()) < SHORTEST_SCOPE:
            why = f"the scope {part.scope!r} does not say what is left open"
            yield f"{part.where}: {why}\n  Say where it was checked, and what is not."
    if DENIAL.search(derivation.title) and not shown.denies:
        yield f"{derivation.where}: the title denies something, and no part does\n  Show what is not so."
    words = frozenset(families(" ".join((PLAIN, *shown.said))))
    introducing = replace(shown, what="the introduction", words=words)
    for part in derivation.parts:
        for sentence in filter(QUOTED.search, _sentences(part.intro)):
            yield from (f"{part.where}: {problem}" for problem in introducing.problems(sentence, part.intro))
    yield from _introduction_failures(derivation, shown)
    resting = Resting((), derivation.parts, (), shown.equations)
    elsewhere = [(text, part.where) for part in derivation.parts for text in (part.intro, part.scope)]
    for text, where in (*elsewhere, (derivation.comment, derivation.where)):
        asserted = (sentence for sentence in _sentences(text) if not _UNASSERTED.search(sentence))
        for problem in (each for sentence in asserted for each in resting.between(sentence)):
            yield f"{where}: it says {problem}\n  Say it as it is shown."
    for label in set(QUOTED.findall(f"{derivation.title} {derivation.question} {derivation.comment}")) & shown.parts.keys():
        yield f"{derivation.where}: “{label}” is quoted where nothing is concluded\n  Quote it in the conclusion."
    for claim in derivation.claims.values():
        yield from (f"{derivation.where}: {problem}" for problem in _claim_failures(claim, shown))


def _introduction_failures(derivation: Derivation, shown: Shown) -> Iterator[str]:
    """Words of weight that an introduction says and nothing else: no formula that it introduces, no other words."""
    texts = (derivation.title, derivation.question, derivation.conclusion, derivation.consequence, *shown.said)
    said = {each for text in texts for each in weights(text)}
    for part in derivation.parts:
        asserted = [bare(each) for each in _sentences(part.intro) if not _WEIGHED.search(each)]
        unsaid = {each for words in asserted for each in weights(words) if not GUIDING.fullmatch(each[0])} - said
        if not unsaid:
            continue
        introduced = [each for each in derivation.parts if shown.introductions[each.label] == part.intro]
        had = said | {each for other in introduced for each in (*shown.having(other), *said_by(other.claim.formula))}
        had |= {each for other in derivation.parts if other.intro != part.intro for each in weights(other.intro)}
        for word, negated in sorted(unsaid):
            if not {(word, negated), (word, not negated)} & had:
                yield (
                    f"{part.where}: the introduction says '{word}', and nothing that is shown does\n"
                    "  Say it by a formula of the part or in its label, or as comment=."
                )


OWN = 9
"""Of so many words of a sentence that is refuted one may be said nowhere else."""


def _claim_failures(claim: Assertion, shown: Shown) -> Iterator[str]:
    """What is asserted is said as a conclusion would say it; what refutes a sentence denies something, or it does itself."""
    by, words = shown.parts[claim.by], bare(claim.sentence)
    foreign = shown.foreign(words, shown.parts.values())
    if claim.true:
        yield from replace(shown, what="the claim").problems(f"{claim.sentence} (“{claim.by}”)", claim.sentence)
    elif by.claim.relation not in ("!=", "<", ">") and not DENIES.search(f"{by.label} {by.intro} {claim.sentence}"):
        yield (
            f"“{claim.by}” states an equation and denies nothing, so it refutes nothing: {claim.sentence!r}\n"
            "  Say in its introduction what is not so."
        )
    elif shown.standings[claim.by] is not Standing.PROVED:
        yield f"“{claim.by}” is only {shown.standings[claim.by]}, and refutes nothing: {claim.sentence!r}"
    elif len(foreign) * OWN > len(words.split()):  # whose mistake it is may say it in a word of his own
        spoken = in_words([f"'{word}'" for word in foreign])
        yield f"“{claim.by}” refutes {claim.sentence!r}, and no part speaks of {spoken}\n  Say it where it is refuted."


# --- formulas in prose ---------------------------------------------------------------------------------------------


def _formula_failures(derivation: Derivation) -> Iterator[str]:
    """Formulas in prose must be readable, must occur in the derivation, and may only assert what some part states."""
    stated = {p.claim.formula.key for p in derivation.parts if not p.supposing}
    stated |= {join(d.head, "==", d.body).key for d in derivation.definitions}
    stated |= {c.key for p in derivation.parts for c in p.conditions}
    formulas = [formula for formula, *_ in derivation.formulas]
    occurring = "\n".join({f.key for f in (*formulas, *(d.head for d in derivation.definitions))})  # with all of their pieces
    whole = {ast.dump(n) for tree in {f.key: f.tree for f in formulas}.values() for n in _whole(tree)}
    for text, where in _prose(derivation):
        concludes = text in (derivation.conclusion, derivation.consequence, derivation.comment)
        if "$" in text:
            yield f"{where}: write formulas in backticks, not in dollars: {text!r}"
        if (meant := _OF_MATRICES.search(text)) and "entry" not in text:
            yield f"{where}: '{meant[0]}' is another function: here functions act on matrices entry by entry\n  Say that."
        if bare := _UNQUOTED_FORMULA.search(FORMULA.sub("", text)):
            seen = _around(text, bare[0])
            yield f"{where}: a formula in prose stands in backticks, so that it is checked; this one does not: …{seen}…"
        for source in FORMULA.findall(text):
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


def _around(text: str, found: str) -> str:
    at = text.find(found)
    return text[max(0, at - 20) : at + len(found) + 20].strip()


def _asserts(formula: Formula) -> bool:
    return isinstance(formula.tree, ast.Compare) or calls(formula.tree, LOGICAL)


def _whole(tree: ast.expr) -> Iterator[ast.AST]:
    """The tree and what stands by itself in it: sides of relations, arguments, indices, summands of a sum sign."""
    yield tree
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare | ast.Call | ast.GeneratorExp | ast.Subscript):
            yield from ast.iter_child_nodes(node)


def _prose(derivation: Derivation) -> Iterator[tuple[str, Where | None]]:
    for text in (derivation.title, derivation.question, derivation.conclusion, derivation.consequence, derivation.comment):
        yield text, derivation.where
    for symbol in derivation.symbols:
        yield symbol.meaning, symbol.where
    for defined in derivation.definitions:
        yield FORMULA.sub("", defined.meaning), defined.where  # its formulas speak of its own parameters
    for part in derivation.parts:
        yield part.intro, part.where
        yield part.scope, part.where
        for step in part.steps:
            if step.rule.by_author:
                yield step.rule.words, step.where


# --- reasons -------------------------------------------------------------------------------------------------------

_BY_DEFINITION = re.compile(r"\bdefinition of ((?:`[^`]+`(?:, | and )?)+)")


def _reason_failures(derivation: Derivation) -> Iterator[str]:
    """An author's words for a step may name no law, definition or part but those that the step is checked by."""
    earlier: list[str] = []
    declared = any(s.least or s.above or s.within or s.properties or s.linear for s in derivation.symbols)
    for part in derivation.parts:
        for step in part.steps:
            rule, said = step.rule, step.rule.words
            for label in QUOTED.findall(said) if rule.by_author else ():
                if label not in (rule.parts or earlier):
                    yield f"{step.where}: the reason quotes “{label}”, which is not what the step is checked by"
            allowed = {rule.law, *([rules.DEFINITION, rules.DIFFERENTIATION] if rule.law == rules.CALCULATION else [])}
            if rule.standing is not Standing.PROVED:
                allowed |= {rules.THEOREM, rules.ELSEWHERE, rules.EVIDENCE}
            allowed |= {rules.GIVEN} if part.conditions or declared else set()
            allowed |= {rules.INEQUALITY} if set(step.relation) & set("<>") else set()
            for law in sorted(rules.laws_named(said) - allowed) if rule.by_author else ():
                yield f"{step.where}: the reason speaks of {law}, but the step is checked by another rule"
            for listed in _BY_DEFINITION.findall(said) if rule.by_author and rule.law == rules.DEFINITION else ():
                for name in FORMULA.findall(listed):
                    if name not in rule.of:
                        yield f"{step.where}: the reason speaks of the definition of '{name}', which is not opened"
        earlier.append(part.label)


# --- conclusions ---------------------------------------------------------------------------------------------------


def _sentences(text: str) -> list[str]:
    """The sentences of a text; a period inside a formula ends none."""
    ends = re.finditer(r"(?<=[.!?])\s+(?=\S)", FORMULA.sub(lambda found: "x" * len(found[0]), text))
    cuts = [0, *(place for end in ends for place in end.span()), len(text)]
    return [text[start:end] for start, end in zip(cuts[::2], cuts[1::2]) if text[start:end].strip()]
