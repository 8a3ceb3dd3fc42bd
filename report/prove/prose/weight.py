"""Words of weight, which say how much, of what kind, for which: they are believed, so bound to what formulas and parts say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from report.prove.derivation import Part
from report.prove.language.formula import Formula, calls, names
from report.prove.language.glossary import Definition, Symbol
from report.prove.language.vocabulary import LOGICAL, MEANINGS
from report.prove.prose.order import DIRECTED, bare

_NUMBERS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|twenty|fifty|hundreds?|thousands?|millions?|billions?"
)
_APART = r"(?:not|never|no longer) (?:chang|depend|var)\w* (?:on|with)"
"""Says that one thing is apart from another."""
WEIGHTY = re.compile(
    rf"\b(?:(?:{_NUMBERS}|many)(?:fold| times)|{_NUMBERS}|twice|thrice|half|halves|halved|thirds?|quarters?|fifths?|tenths?|"
    r"percent|doubled?|doubles|tripled?|triples|never|always|everywhere|nowhere|only (?:if|then|when)|conversely|"
    r"impossible|necessary|sufficient|exactly|precisely|just (?:if|for|when|where)|vice versa|"
    r"only (?:for|at|in|where|with|there|here|under|so|while|on|over)|(?<!.)only|(?<!checked )(?<!cited )only(?=\W*$|,)|"
    r"nothing else (?:is|does|can|has|will)|commut\w+|associativ\w+|distributiv\w+|idempotent|unbiased|identical(?:ly)?|"
    r"equivalent(?:ly)?|strict(?:ly)?|tight|sharp|attain(?:s|ed)?|dominates?|guarantee[sd]?|certain(?:ly)?|"
    r"matrices|vectors|integers|whole numbers|inevitabl[ey]|arbitrar(?:y|ily)|negligible|far (?:below|above)|"
    r"as (?:large|small|good|bad) as (?:can be|possible)|"
    r"circulant|toeplitz|optimal|stationary|(?:non-?)?convex|concave|unique|(?:over|under)-?determined|"
    r"(?:non-?|bi)?linear|affine|quadratic|cubic|exponentially|logarithmically|constant|independent(?:ly)?|periodic|"
    r"(?:in|equi)variant|(?:anti-?|skew-?)?symmetric|orthogonal|invertible|singular|injective|surjective|bijective|"
    r"(?:un)?bounded|monotone|increas\w+|decreas\w+|without (?:bound|limit|end)|converges?|diverges?|differentiable|continuous|"
    r"(?:non-?)?(?:negative|positive)|vanish(?:es|ing)?|nought|zero|"
    r"smallest|largest|greatest|minimal|maximal|minimum|maximum|fast(?:er|est)|slow(?:er|est)|cheap(?:er|est)|"
    r"converse|complex|most|few(?:er)?|better|worse|worst|less(?! than)|grows?|equals?|rarely|seldom|hardly|often|usually|"
    r"except|until|nearly|optim(?:um|a)|random|determinant|(?:semi)?definite|(?:un)?stable|robust|sometimes|"
    r"for (?:one|an?|some) (?:\w+ )?(?:alone|only)|for an? single|(?:for )?some(?! are| is| of| where)|equality|"
    r"(?:every|all|any|each) \w+ but|(?:no|none) others?(?=[,.;:]|\W*$)|(?:none|nowhere) else|not otherwise|otherwise not|"
    rf"{_APART})\b",
    re.IGNORECASE,
)
_ORDER = "than"
"""Stands for a word of order, which is looked at by itself: what is not above the maximum may be about a maximum."""
_NEVER_BEYOND = re.compile(rf"\bnever (?={DIRECTED.pattern})", re.IGNORECASE)
"""An order that is stated holds always."""
_NEGATED = re.compile(rf"\b(?:not|no|never|nor|neither|without|cannot)\W+(?:(?!{_ORDER}\b)\w+\W+){{0,2}}$", re.IGNORECASE)
_UNDENIED = re.compile(rf"{_NUMBERS}|never", re.IGNORECASE)
"""Words whose denial says no less."""

_COMPARED = {
    ast.Lt: [("negative", False)],
    ast.LtE: [("positive", True)],
    ast.Gt: [("positive", False)],
    ast.GtE: [("negative", True)],
    ast.Eq: [(word, False) for word in ("zero", "nought", "vanish", "vanishes", "vanishing")],
}
_EQUIVALENT = (
    "exact", "precise", "equivalent", "only if", "only when", "only where", "just if", "just when", "just where", "necessary",
    "sufficient",
)  # fmt: skip
"""What a comparison with 0 says, and two sentences that are true together."""
_NUMBERED = dict(zip(_NUMBERS.split("|")[:11], range(2, 13)))
_TIMES = {2: "two times|twofold|twice|double|doubles|doubled", 3: "three times|threefold|thrice|triple|triples|tripled"}
_PARTS = {2: "half|halves|halved", 3: "third|thirds", 4: "quarter|quarters", 5: "fifth|fifths", 10: "tenth|tenths"}
_ROUND = {100: "hundred|hundreds", 1000: "thousand|thousands", 10**6: "million|millions", 10**9: "billion|billions"}
_EXTREMES = {"max": "maximal|largest|greatest", "min": "minimal|smallest"}
_KINDS = {"integer": "integers|whole numbers", "vector": "vectors", "matrix": "matrices"}
"""What a formula has in it: numbers, as such, as factors and as divisors, extremes; and what its names are."""
_UNIVERSAL = re.compile(r"(?<!not )\b(?:every|all|any|each|always|never|whatever|whichever|no(?= \w))\b", re.IGNORECASE)
GUIDING = re.compile(
    r"two|both|some|equality|(?:non-?)?(?:negative|positive)|less|few(?:er)?|most|better|worse|never|always|everywhere|"
    r"nowhere|only.*|just.*|no other.*|zero|nought|vanish.*|often|rarely|"
    r"exact|precise|certain|except|until|nearly|m(?:ax|in)im.*|largest|smallest|greatest|equals?|dominates?|strict|tight|sharp",
    re.IGNORECASE,
)
"""What an introduction may say without a part that does: it leads to what is shown, and shows nothing."""


@lru_cache(4096)
def weights(text: str) -> list[tuple[str, bool]]:
    """The weighty words of a text, and whether each is denied."""
    text = DIRECTED.sub(_ORDER, _NEVER_BEYOND.sub("not ", text))
    weighed = []
    for found in WEIGHTY.finditer(text):
        denied = not _UNDENIED.fullmatch(found[0]) and _NEGATED.search(text[: found.start()])
        weighed.append((re.sub("(?<=im)(?:um|a)$", "al", found[0].lower()).removesuffix("ly"), bool(denied)))
    return weighed


def said_by(formula: Formula) -> Iterator[tuple[str, bool]]:
    """What a relation says in words of weight, as ``weights`` has them: a sign, that something vanishes, an equivalence."""
    logical = calls(formula.tree, LOGICAL)
    for node in formula.tree.args if logical else [formula.tree]:  # type: ignore[attr-defined]
        match node:
            case ast.Compare(_, [relation], [ast.Constant(0) | ast.Call(ast.Name("zeros"))]):
                yield from _COMPARED.get(type(relation), ())
    match formula.tree:
        case ast.Compare(_, [ast.Eq()]):
            yield from (("equal", False), ("equals", False), ("equality", False))
        case ast.Compare(_, [ast.Lt() | ast.Gt()]):
            yield from (("strict", False), ("less", False))
        case ast.Compare(_, [ast.NotEq()]):
            yield from (("for some", False), ("some", False), ("sometimes", False), ("always", True))
    if calls(formula.tree, {"iff"}):
        yield from ((word, False) for word in _EQUIVALENT)


def had_by(formula: Formula) -> Iterator[tuple[str, bool]]:
    """What the numbers and extremes in a formula are called, and that something is taken away."""
    yield from ((word, False) for node in ast.walk(formula.tree) for word in _words_for(node))


def kinds_of(formula: Formula, glossary: Mapping[str, Symbol | Definition]) -> Iterator[tuple[str, bool]]:
    """What things of the kinds of its names are called."""
    for name in names(formula.tree):
        entry = glossary.get(name)
        kind = entry.kind if isinstance(entry, Symbol) else ("", "vector", "matrix")[len(entry.shape)] if entry else ""
        yield from ((word, False) for word in _KINDS.get(kind, "").split("|"))


def universal(text: str, resting: Sequence[Part]) -> Iterator[str]:
    """What a text says of all, where it rests on examples alone."""
    said = " ".join(f"{part.label} {part.intro}" for part in resting).lower()
    if resting and all(part.claim.relation == "!=" and not _varies(part) for part in resting):
        for word in dict.fromkeys(_UNIVERSAL.findall(bare(text))):
            if word.lower() not in said:
                yield f"'{word}', and it rests on an example alone"


def _varies(part: Part) -> bool:
    return bool(names(part.claim.formula.tree).keys() - MEANINGS.keys())


def _words_for(node: ast.AST) -> list[str]:
    match node:
        case ast.Constant(int(number)):
            exact = [word for word, value in _NUMBERED.items() if value == number]
            return [*exact, *(word for size, said in _ROUND.items() if number >= size for word in said.split("|"))]
        case ast.BinOp(ast.Constant(int(number)), ast.Mult(), _) | ast.BinOp(_, ast.Mult(), ast.Constant(int(number))):
            return _TIMES.get(number, "").split("|")
        case ast.BinOp(_, ast.Div(), ast.Constant(int(number))):
            return _PARTS.get(number, "").split("|")
        case ast.UnaryOp(_, ast.Constant()):
            return ["negative"]
        case ast.BinOp(_, ast.Sub(), _):
            return ["less"]
        case ast.Name(name):
            return _EXTREMES.get(name, "").split("|")
    return []


_ENDING = re.compile(
    r"(?:ations?|ative|yings?|ings?|edly|ied|ies|ed|es|ers?|est|(?<!s)s|(?<=\w{4})ly|ity|ities|ness|y)$|(?<=\w{3})e$"
)


def families(text: str) -> Iterator[str]:
    """The words of a text without their endings."""
    for word in re.findall(r"[^\W\d_]{2,}", text.lower()):
        stem = _ENDING.sub("", word)
        yield (stem if len(stem) > 2 else word).rstrip("ei")
