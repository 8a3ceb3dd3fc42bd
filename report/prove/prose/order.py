"""Words of order in prose: what a sentence calls larger or smaller, what it calls a derivative, is so in a part it rests on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from report.errors import DeclarationError
from report.prove.derivation import Chain, Part
from report.prove.language.formula import SIGN_OF, TURNED, Formula, parse

FORMULA = re.compile(r"`([^`]+)`")
QUOTED = re.compile("“([^”]+)”")
_UP = (
    "larger|bigger|higher|greater|above|beyond|more than|exceed(?:s|ed|ing)?|surpass\\w*|increas\\w+|"
    "at least|grow(?:s|n|ing)?|ris(?:es?|en|ing)|longer|wider"
)
_DOWN = (
    "smaller|lower|below|beneath|less than|fewer than|decreas\\w+|shr[iu]nk(?:s|ing)?|diminish\\w*|"
    "(?<!weight )decay(?:s|ed|ing)?|at most|fall(?:s|en|ing)?|shorter|narrower"
)
DIRECTED = re.compile(rf"\b(?:(?P<up>{_UP})|(?P<down>{_DOWN}))\b", re.IGNORECASE)
_CHANGES = re.compile(r"increas|grow|ris|decreas|shr[iu]nk|diminish|decay|fall", re.IGNORECASE)
"""What so begins says that something changes: that it is larger than something else is another matter."""
_DENIED = re.compile(r"\b(?:not|no|none|never|neither|without|cannot|nothing|nobody|nowhere)\b[^,;:.(]*$", re.IGNORECASE)
_BETWEEN = re.compile(
    rf"`([^`]+)`(?P<words>(?:\s+[\w-]+){{0,5}}?\s+)"
    rf"(?:(?P<up>{_UP})|(?P<down>{_DOWN}))(?:\s+than)?\s+`(?P<other>[^`]+)`",
    re.IGNORECASE,
)
"""One formula, then what it is said to be beside another."""
OPPOSITES = """before/after left/right up/down early/late earlier/later begin/end begins/ends row/column rows/columns
    input/output inputs/outputs odd/even inner/outer numerator/denominator forward/backward longest/shortest
    increases/decreases increasing/decreasing maximum/minimum largest/smallest weights/biases"""
"""Of two such words, a sentence does not use the one where what it rests on says only the other."""
_SLOPE = r"(?:derivative|gradient|slope|rate of change)"
_SLOPE_IS = re.compile(rf"(?<!-){_SLOPE} of `([^`]+)`(?: (?:by|in|with respect to) `([^`]+)`)? (?:is|equals|becomes) `([^`]+)`")
_IS = re.compile(
    r"`([^`]+)` (?:or|and|(?:is|are|equals?|becomes?|means)(?: (?:just|then|simply|again|also|equal to|the same as))?) "
    r"`([^`]+)`(?P<same>(?: are|, which are|, both are|, which is)? (?:equal|the same)\b)?"
)
"""Two formulas, the one of which is said to be the other."""
_OF_IT = re.compile(
    r"\b(?:of|by|in|for|at|from|to|over|with|under|on|between|than|through|per|into) (?:the \w+ )?$", re.IGNORECASE
)
"""Where it is not the first of them that is said to be so, but what is told of it."""


@dataclass(frozen=True)
class Resting:
    """The parts that a piece of a sentence rests on, all parts, what the names of the derivation mean, and what else is equal:
    by definition, or as a condition.
    """

    parts: Sequence[Part]
    every: Sequence[Part]
    meanings: Sequence[str]
    equations: Sequence[Formula] = ()

    def between(self, piece: str) -> Iterator[str]:
        """What it says of two formulas that no part states."""
        for found in _BETWEEN.finditer(piece):
            if not self._compares(found):
                yield f"'{found[0]}', and no part states that"
        for found in _SLOPE_IS.finditer(piece):
            if not self._differentiates(*found.groups()):
                yield f"'{found[0]}', and no part states that"
        for found in _IS.finditer(piece):
            listed = re.search("` (?:and|or) `", found[0]) and not found["same"]
            told_of_it = _OF_IT.search(piece[: found.start()])
            if not (listed or told_of_it) and not self._equates(key_of(found[1]), key_of(found[2])):
                yield f"'{found[0]}', and no part states that"

    def problems(self, piece: str) -> Iterator[str]:
        """What it says of an order that nothing it rests on says."""
        yield from self.between(piece)
        said = _blank(_BETWEEN.sub(lambda found: " " * len(found[0]), piece))
        for found in DIRECTED.finditer(said):
            up, denied = bool(found["up"]), bool(_DENIED.search(said[: found.start()]))
            if _CHANGES.match(found[0]):
                shown = (up, denied) in self._changes
            else:
                shown = _points(_signs_after(piece[found.end() :]) or self._signs, up != denied, denied)
            if not shown and (found[0].lower(), denied) not in self._said:
                yield f"'{'not ' * denied}{found[0]}', and what it rests on shows no such order"
        spoken = {*re.findall(r"\w+", said.lower())}
        pairs = [pair.split("/") for pair in OPPOSITES.split()]
        for one, other in (*pairs, *(pair[::-1] for pair in pairs)):
            if one in spoken and other in self._words and one not in self._words:
                yield f"'{one}', and what it rests on says '{other}'"

    @cached_property
    def _own(self) -> str:
        """What the parts say in words of what they state, a line each; why a step holds is another matter."""
        said = [text for p in self.parts for text in (p.label, p.intro, p.scope)]
        return "\n".join(said)

    @cached_property
    def _said(self) -> set[tuple[str, bool]]:
        lines = self._own.splitlines()
        return {(m[0].lower(), bool(_DENIED.search(line[: m.start()]))) for line in lines for m in DIRECTED.finditer(line)}

    @cached_property
    def _changes(self) -> set[tuple[bool, bool]]:
        """Whether the parts say of something that it grows, or falls, and whether they deny it."""
        said = ((word, denied) for word, denied in self._said if _CHANGES.match(word))
        return {(bool(DIRECTED.fullmatch(word)["up"]), denied) for word, denied in said}  # type: ignore[index]

    @cached_property
    def _words(self) -> set[str]:
        reasons = " ".join(step.rule.words for part in self.parts for step in part.steps)
        return set(re.findall(r"\w+", " ".join([self._own, reasons, *self.meanings]).lower()))

    @cached_property
    def _signs(self) -> set[str]:
        """The signs of what the parts state; where that is no more than equal, of what they are given, too."""
        stated = {sign for part in self.parts for _, sign, _ in _relations(part.claim.formula)}
        given = {sign for part in self.parts for each in part.conditions for _, sign, _ in _relations(each)}
        return stated if stated & (_LARGER | _SMALLER) else stated | given

    def _compares(self, found: re.Match[str]) -> bool:
        """Whether the two formulas are the sides of a relation that is shown or given."""
        first, second = key_of(found[1]), key_of(found["other"])
        denied = bool(_DENIED.search(found["words"]))
        wanted = _LARGER if bool(found["up"]) != denied else _SMALLER
        strict = "strictly" in found["words"]
        equal = denied or (found["up"] or found["down"]).lower().startswith("at ")
        wanted = wanted & {"<", ">"} if strict else wanted | {"=="} if equal else wanted
        return any(
            (sign if (left, right) == (first, second) else TURNED.get(sign, sign)) in wanted
            for part in self.every
            for stated in (part.claim.formula, *part.conditions)
            for left, sign, right in _relations(stated)
            if {left, right} == {first, second}
        )

    def _equates(self, one: str, other: str) -> bool:
        """Whether a part goes from the one formula to the other by equations, states that they are equal, or is given that."""
        for part in self.every:
            if any(each.key == other for each in Chain(part).same_as(one)):
                return True
            if part.claim.relation == "iff" and {one, other} == {part.claim.left.key, part.claim.right.key}:
                return True
        return any(
            sign == "==" and {left, right} == {one, other}
            for formula in self.equations
            for left, sign, right in _relations(formula)
        )

    def _differentiates(self, of: str, by: str | None, value: str) -> bool:
        """Whether a part states that derivative."""
        for part in self.every:
            for side, other in ((part.claim.left, part.claim.right), (part.claim.right, part.claim.left)):
                match side.tree:
                    case ast.Call(ast.Name("diff" | "grad"), [inner, variable]) if other.key == key_of(value):
                        if ast.dump(inner) == key_of(of) and by in (None, ast.unparse(variable)):
                            return True
        return False


_LARGER, _SMALLER = frozenset({">", ">="}), frozenset({"<", "<="})


def _relations(formula: Formula) -> Iterator[tuple[str, str, str]]:
    """The relations in a formula: their sides by key, and the sign between."""
    for node in ast.walk(formula.tree):
        if isinstance(node, ast.Compare):
            sides = [ast.dump(side) for side in (node.left, *node.comparators)]
            yield from zip(sides, (SIGN_OF[type(op)] for op in node.ops), sides[1:])


def _points(signs: set[str], up: bool, denied: bool) -> bool:
    """Whether relations have that direction, from left to right; what is equal is not larger."""
    wanted, other = (_LARGER, _SMALLER) if up else (_SMALLER, _LARGER)
    return bool(signs & wanted) or (denied and "==" in signs and not signs & other)


def _signs_after(text: str) -> set[str]:
    """The inequalities of the formula that comes next, if it is one."""
    following = re.match(r"[^`“]*`([^`]+)`", text)
    formula = formula_of(following[1]) if following else None
    return {sign for _, sign, _ in _relations(formula)} & (_LARGER | _SMALLER) if formula else set()


def pieces(sentence: str) -> list[str]:
    """A sentence cut behind each quotation in brackets: what stands before it rests on it."""
    cut = re.split(r"(?<=”\))", sentence)
    return cut[:-1] if len(cut) > 1 and not re.search(r"\w", cut[-1]) else cut


def _blank(text: str) -> str:
    """The text with its formulas and quotations left out, at its length."""
    return re.sub(r"`[^`]*`|“[^”]*”", lambda found: " " * len(found[0]), text)


def bare(text: str) -> str:
    """The text without its formulas and quotations."""
    return QUOTED.sub("", FORMULA.sub("", text))


def formula_of(text: str) -> Formula | None:
    """A formula in prose; None if it cannot be read."""
    try:
        return parse(text)
    except DeclarationError:
        return None


def key_of(text: str) -> str:
    """The key of a formula in prose, "" for one that cannot be read."""
    formula = formula_of(text)
    return formula.key if formula else ""
