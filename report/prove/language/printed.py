"""A printed piece of a formula, and the ways to put pieces together that keep it readable in one way only."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from report.prove.language.formula import does
from report.prove.language.names import Names, spelled

LOGIC, RELATION, SUM, PRODUCT, POWER, ATOM = range(6)
"""How tightly a printed formula holds together."""


@dataclass(frozen=True)
class Printed:
    """A printed piece: its LaTeX, how tightly it holds together, and whether it is taller than a line.

    ``open`` says that it ends in a sum or the like, which would swallow what follows; ``followed`` is how it is written where a
    factor follows, if that differs (log x, but log(x) y); ``number``, that it ends in digits.
    """

    text: str
    level: int = ATOM
    tall: bool = False
    open: bool = False
    followed: str = ""
    number: bool = False

    @property
    def as_factor(self) -> str:
        """The text where a factor follows."""
        return self.followed or self.text


class Prints(Protocol):
    """What the form of a function may ask of the printer."""

    @property
    def names(self) -> Names: ...
    def show(self, node: ast.expr) -> Printed: ...
    def text(self, node: ast.expr, level: int = LOGIC) -> str: ...
    def smaller(self) -> Prints: ...


def at_least(piece: Printed, level: int) -> str:
    """The piece, in parentheses if it holds together less tightly than ``level``."""
    return parens(piece) if piece.level < level else piece.text


def parens(piece: Printed) -> str:
    """The piece in parentheses."""
    return rf"\left({piece.text}\right)" if piece.tall else f"({piece.text})"


def around(left: str, piece: Printed, right: str) -> Printed:
    """The piece between two delimiters."""
    text = rf"\left{left} {piece.text} \right{right}" if piece.tall else f"{left} {piece.text} {right}"
    return Printed(text)


def raised(base: str, exponent: str) -> str:
    """``base`` to the power."""
    return f"{base}^{{{exponent}}}"


def lowered(base: str, index: str) -> str:
    """``base`` with an index; a name that carries one of its own has one subscript, not two."""
    stem, under, own = base.rpartition("_{")
    if under and own.endswith("}") and own.count("{") == own.count("}") - 1:
        return f"{stem}_{{{own[:-1]},{index}}}"
    return f"{base}_{{{index}}}"


def indices(p: Prints, elements: Sequence[ast.expr]) -> str:
    """Indices side by side where they are single letters, else with commas."""
    small = p.smaller()
    plain = all(isinstance(e, ast.Name) and len(small.text(e)) == 1 for e in elements)
    if len(elements) == 1 and isinstance(elements[0], ast.BinOp):
        return _spread(small, elements[0])
    return ("" if plain else ",").join(small.text(e) for e in elements)


def _spread(p: Prints, product: ast.BinOp) -> str:
    """An index that is a product of letters, which side by side would be two indices."""
    factors = _factors(product)
    letters = all(isinstance(f, ast.Name) and len(p.text(f)) == 1 for f in factors)
    return r" \cdot ".join(map(p.text, factors)) if letters and len(factors) > 1 else p.text(product)


def _factors(node: ast.expr) -> list[ast.expr]:
    return [*_factors(node.left), node.right] if does(node, ast.Mult) else [node]


def called(name: str, argument: Printed, always: bool = False) -> Printed:
    """``log x``, or ``log(x + 1)``; with parentheses too where a factor follows."""
    closed = f"{name}{parens(argument)}"
    if argument.level >= POWER and not argument.tall and not always:
        return Printed(f"{name} {argument.text}", PRODUCT, followed=closed)
    return Printed(closed, ATOM, argument.tall)


def listed(name: str, pieces: Sequence[Printed]) -> Printed:
    """``max(a, b)``."""
    inside = Printed(", ".join(p.text for p in pieces), tall=any(p.tall for p in pieces))
    return Printed(f"{name}{parens(inside)}")


def own_letter(letter: str, names: Names) -> str:
    """A letter of mathematics, upright where the author's own symbol has it (``d`` of a derivative beside a size d)."""
    return rf"\mathrm{{{letter}}}" if any(spelled(name, names) == letter for name in names) else letter
