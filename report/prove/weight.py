"""Words of weight, which say how much or of what kind: they are believed, so bound to what was shown. What relations say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from report.prove.language.formula import Formula, calls
from report.prove.language.vocabulary import LOGICAL
from report.prove.order import DIRECTED

_NUMBERS = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|twenty|fifty|hundreds?|thousands?|millions?|billions?"
)
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
    r"except|until|nearly|optim(?:um|a)|random|determinant|(?:semi)?definite|(?:un)?stable|robust)\b",
    re.IGNORECASE,
)
_ORDER = "than"
"""Stands for a word of order, which is looked at by itself: what is not above the maximum may be about a maximum."""
_NEVER_BEYOND = re.compile(rf"\bnever (?={DIRECTED.pattern})", re.IGNORECASE)
"""An order that is stated holds always."""
_NEGATED = re.compile(rf"\b(?:not|no|never|nor|neither|without|cannot)\W+(?:(?!{_ORDER}\b)\w+\W+){{0,2}}$", re.IGNORECASE)
_UNDENIED = re.compile(rf"{_NUMBERS}|zero|nought|never", re.IGNORECASE)
"""Words whose denial says no less."""

_COMPARED = {
    ast.Lt: [("negative", False)],
    ast.LtE: [("positive", True)],
    ast.Gt: [("positive", False)],
    ast.GtE: [("negative", True)],
    ast.Eq: [(word, False) for word in ("zero", "nought", "vanish", "vanishes", "vanishing")],
}
_EQUIVALENT = "exact", "precise", "equivalent", "only if", "only when", "only where", "just if", "just when", "just where"
"""What a comparison with 0 says, and two sentences that are true together."""


def weighty(text: str) -> Iterator[tuple[str, bool]]:
    """The weighty words of a text, and whether each is denied."""
    text = DIRECTED.sub(_ORDER, _NEVER_BEYOND.sub("not ", text))
    for found in WEIGHTY.finditer(text):
        denied = not _UNDENIED.fullmatch(found[0]) and _NEGATED.search(text[: found.start()])
        yield found[0].lower().removesuffix("ly"), bool(denied)


def said_by(formula: Formula) -> Iterator[tuple[str, bool]]:
    """What a relation says in words of weight, as ``weighty`` has them: a sign, that something vanishes, an equivalence."""
    logical = calls(formula.tree, LOGICAL)
    for node in formula.tree.args if logical else [formula.tree]:  # type: ignore[attr-defined]
        match node:
            case ast.Compare(_, [relation], [ast.Constant(0) | ast.Call(ast.Name("zeros"))]):
                yield from _COMPARED.get(type(relation), ())
    match formula.tree:
        case ast.Compare(_, [ast.Eq()]):
            yield from (("equal", False), ("equals", False))
        case ast.Compare(_, [ast.Lt() | ast.Gt()]):
            yield "strict", False
    if calls(formula.tree, {"iff"}):
        yield from ((word, False) for word in _EQUIVALENT)


_ENDING = re.compile(r"(?:ations?|ative|ings?|edly|ied|ies|ed|es|ers?|est|s|(?<=\w{4})ly|ity|ness|y)$|(?<=\w{3})e$")


def families(text: str) -> Iterator[str]:
    """The words of a text without their endings."""
    for word in re.findall(r"[^\W\d_]{2,}", text.lower()):
        stem = _ENDING.sub("", word)
        yield (stem if len(stem) > 2 else word).rstrip("ei")
