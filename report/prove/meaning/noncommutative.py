"""Matrix algebra without entries: a formula as a sum of words in non-commuting letters, such as x' W' W x.

This reading knows associativity, distributivity, transposes and what is declared of a matrix (PᵀP = I), which a generic
entry cannot use. What works entry by entry (a product, a function) is a letter of its own, past which permutations move. A
word that is a number (1×1) is its own transpose, and a trace is the same around every turn; both get one spelling.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from report.prove.language.formula import Formula, calls
from report.prove.language.glossary import Symbol
from report.prove.meaning.expansion import expanded
from report.prove.meaning.grid import Unreadable

Letters = tuple[str, ...]
_ONES = "1:"
"""The letter for a column of ones begins so; its size follows."""
_UNIT = "1"
"""The unit matrix inside a letter: no matrix can be called so."""


@dataclass(frozen=True)
class Word:
    """A matrix (or a number, when ``rows`` is None) as a polynomial in letters that do not commute."""

    expression: sp.Expr
    rows: Any = None
    columns: Any = None

    @property
    def is_number(self) -> bool:
        return self.rows is None

    @property
    def size(self) -> str:
        """Its size as part of a letter: a unit matrix, or one of noughts, has no letters to tell it by."""
        return f"{self.rows}×{self.columns}"


def same(left: Formula, right: Formula, symbols: Sequence[Symbol]) -> bool:
    """Whether two formulas are equal as words. Raises ``Unreadable`` if one is not made of matrices and numbers."""
    reader = _Reader({s.name: s for s in symbols})
    lengths = all(calls(side.tree, {"norm"}) for side in (left, right))  # which are equal if their squares are
    squared = lambda tree: ast.BinOp(tree, ast.Pow(), ast.Constant(2)) if lengths else tree  # noqa: E731
    a, b = (reader.read(squared(side.tree)) for side in (left, right))
    if (a.rows, a.columns) != (b.rows, b.columns):
        return False
    return reader.spelled(a.expression - b.expression, a.is_number) == 0


class _Reader:
    def __init__(self, symbols: Mapping[str, Symbol]):
        self.symbols = symbols

    def read(self, node: ast.expr) -> Word:
        if isinstance(node, ast.Constant):
            return Word(sp.Integer(node.value))
        if isinstance(node, ast.Name):
            return self.letter(node.id)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = self.read(node.operand)
            return Word(-inner.expression, inner.rows, inner.columns)
        if isinstance(node, ast.Attribute):
            return self.transposed(self.read(node.value))
        if isinstance(node, ast.BinOp):
            return self.binary(node)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return self.call(node.func.id, node.args)
        raise Unreadable(f"{ast.unparse(node)} is not a word of matrices")

    def letter(self, name: str) -> Word:
        symbol = self.symbols.get(name)
        if symbol is None:
            raise Unreadable(f"{name} is no symbol")
        if symbol.kind in ("vector", "matrix"):
            rows, columns = ([self.size(f.tree) for f in symbol.shape] + [sp.Integer(1)])[:2]
            return Word(sp.Symbol(name, commutative=False), rows, columns)
        if symbol.kind in ("real", "integer"):
            return Word(sp.Symbol(name, real=True))
        raise Unreadable(f"{name} is neither a matrix nor a number")

    def size(self, node: ast.expr) -> sp.Expr:
        return expanded(self.read(node).expression)

    def binary(self, node: ast.BinOp) -> Word:
        a, b = self.read(node.left), self.read(node.right)
        if isinstance(node.op, ast.Add | ast.Sub):
            if (a.rows, a.columns) != (b.rows, b.columns):
                raise Unreadable(f"sizes differ in {ast.unparse(node)}")
            sign = 1 if isinstance(node.op, ast.Add) else -1
            return Word(a.expression + sign * b.expression, a.rows, a.columns)
        if isinstance(node.op, ast.MatMult) and not a.is_number and not b.is_number:
            if a.columns != b.rows:
                raise Unreadable(f"cannot multiply {a.rows}×{a.columns} by {b.rows}×{b.columns}")
            product = expanded(a.expression * b.expression)
            return Word(product) if a.rows == 1 and b.columns == 1 else Word(product, a.rows, b.columns)
        if isinstance(node.op, ast.Mult) and not a.is_number and not b.is_number:
            return self.entrywise(ast.unparse(node), a, b)
        if isinstance(node.op, ast.Mult | ast.MatMult) and (a.is_number or b.is_number):
            if any(self.letters(w) and w.is_number for w in (a, b)):
                raise Unreadable("a product with a number that is itself a word")
            whole = b if a.is_number else a
            return Word(expanded(a.expression * b.expression), whole.rows, whole.columns)
        if isinstance(node.op, ast.Div) and b.is_number and not self.letters(b):
            return Word(a.expression / b.expression, a.rows, a.columns)
        if isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant) and isinstance(node.right.value, int):
            return self.power(node.left, a, node.right.value)
        raise Unreadable(f"{ast.unparse(node)} is not a word of matrices")

    def power(self, base: ast.expr, value: Word, exponent: int) -> Word:
        if calls(base, {"norm"}) and exponent == 2:
            inner = self.read(base.args[0])
            return self.trace(
                Word(expanded(self.transposed(inner).expression * inner.expression), inner.columns, inner.columns)
            )
        if value.is_number and not self.letters(value):
            return Word(value.expression**exponent)
        raise Unreadable("a power of a matrix")

    def entrywise(self, text: str, a: Word, b: Word) -> Word:
        """The product entry by entry: linear in both, and a permutation of rows or columns of both can be done after it."""
        if (a.rows, a.columns) != (b.rows, b.columns):
            raise Unreadable(f"sizes differ in {text}")
        total = sp.Integer(0)
        for (m, p), (n, q) in itertools.product(self.terms(a.expression), self.terms(b.expression)):
            before, (p, q), after = self.without_permutations([p, q])
            product = " * ".join(sorted(" ".join(word) or _UNIT for word in (p, q)))
            total += m * n * self.spell(sp.Integer(1), (*before, f"({product}){a.size}", *after))
        return Word(expanded(total), a.rows, a.columns)

    def applied(self, function: str, inner: Word) -> Word:
        """A function of one variable, entry by entry: a permutation of rows or columns can be done after it."""
        if inner.is_number:
            raise Unreadable(f"{function} of a number")
        terms = sorted(self.terms(inner.expression), key=str)
        before, words, after = self.without_permutations([word for _, word in terms])
        inside = " + ".join(f"{number} {' '.join(word) or _UNIT}" for (number, _), word in zip(terms, words))
        return Word(
            self.spell(sp.Integer(1), (*before, f"{function}({inside}){inner.size}", *after)), inner.rows, inner.columns
        )

    def terms(self, expression: sp.Expr) -> list[tuple[sp.Expr, tuple[str, ...]]]:
        """(number, reduced letters) of every term; none twice."""
        found: dict[tuple[str, ...], sp.Expr] = {}
        for number, letters in map(self.parts, sp.Add.make_args(expanded(expression))):
            letters = self.reduced(letters)
            found[letters] = found.get(letters, sp.Integer(0)) + number
        return [(number, letters) for letters, number in found.items() if number != 0]

    def without_permutations(self, words: Sequence[Letters]) -> tuple[Letters, list[Letters], Letters]:
        """The permutations with which all of the words begin, what is left of the words, and those with which all end."""
        before: list[str] = []
        after: list[str] = []
        words = list(words)
        while words and all(word and word[0] == words[0][0] and self.permutes(word[0]) for word in words):
            before.append(words[0][0])
            words = [word[1:] for word in words]
        while words and all(word and word[-1] == words[0][-1] and self.permutes(word[-1]) for word in words):
            after.insert(0, words[0][-1])
            words = [word[:-1] for word in words]
        return tuple(before), words, tuple(after)

    def permutes(self, letter: str) -> bool:
        return "permutation" in self.properties(letter)

    @staticmethod
    def letters(word: Word) -> bool:
        return not word.expression.is_commutative

    def call(self, name: str, arguments: Sequence[ast.expr]) -> Word:
        if name == "norm":
            inner = self.read(arguments[0])
            return Word(sp.Symbol(f"norm({expanded(inner.expression)}){inner.size}", commutative=False))
        if name == "trace":
            return self.trace(self.read(arguments[0]))
        if name == "identity":
            n = self.size(arguments[0])
            return Word(sp.Integer(1), n, n)
        if name in self.symbols and self.symbols[name].kind == "function":
            return self.applied(name, self.read(arguments[0]))
        if name in ("zeros", "ones"):
            sizes = ([self.size(a) for a in arguments] + [sp.Integer(1)])[:2]
            if name == "zeros":
                return Word(sp.Integer(0), *sizes)
            if sizes[1] != 1:
                raise Unreadable("ones in more than one column")
            return Word(sp.Symbol(f"{_ONES}{sizes[0]}", commutative=False), *sizes)
        raise Unreadable(f"{name} is not a word of matrices")

    def trace(self, inner: Word) -> Word:
        if inner.rows != inner.columns:
            raise Unreadable(f"a {inner.rows}×{inner.columns} matrix has no trace")
        if inner.columns == 1:
            return Word(inner.expression)
        total = sp.Integer(0)
        for number, letters in self.terms(inner.expression):
            size = inner.rows
            while len(letters) > 1 and self.cancels(letters[-1], letters[0]):
                size, letters = self.height(letters[-1]), letters[1:-1]
            if letters:
                turns = [turn for word in (letters, self.flipped(letters)) for turn in _turns(word)]
                total += number * sp.Symbol("tr " + " ".join(min(turns)), commutative=False)
            else:
                total += number * size
        return Word(total)

    def transposed(self, word: Word) -> Word:
        if word.is_number:
            return word
        flipped = (self.spell(number, self.flipped(letters)) for number, letters in self.terms(word.expression))
        return Word(sp.Add(*flipped), word.columns, word.rows)

    def spelled(self, expression: sp.Expr, is_number: bool) -> sp.Expr:
        """The polynomial with every word reduced, and turned the one way round if it is a number."""
        total = sp.Integer(0)
        for number, letters in self.terms(expression):
            if is_number and not any(letter.startswith(("tr ", "norm(")) for letter in letters):
                letters = min(letters, self.flipped(letters))
            total += self.spell(number, letters)
        return expanded(total)

    @staticmethod
    def parts(term: sp.Expr) -> tuple[sp.Expr, tuple[str, ...]]:
        numbers, letters = term.args_cnc()
        spelled: list[str] = []
        for letter in letters:
            base, exponent = letter.as_base_exp()
            spelled += [base.name] * int(exponent)
        return sp.Mul(*numbers), tuple(spelled)

    @staticmethod
    def spell(number: sp.Expr, letters: Sequence[str]) -> sp.Expr:
        return number * sp.Mul(*(sp.Symbol(letter, commutative=False) for letter in letters))

    def flipped(self, letters: Sequence[str]) -> tuple[str, ...]:
        return tuple(letter.removesuffix("'") if letter.endswith("'") else self.mark(letter) for letter in reversed(letters))

    def mark(self, letter: str) -> str:
        return letter if "symmetric" in self.properties(letter) else letter + "'"

    def height(self, letter: str) -> sp.Expr:
        """The number of rows of a letter, or of its transpose."""
        word = self.letter(letter.removesuffix("'"))
        return word.columns if letter.endswith("'") else word.rows

    def properties(self, letter: str) -> tuple[str, ...]:
        symbol = self.symbols.get(letter.removesuffix("'"))
        return symbol.properties if symbol else ()

    def reduced(self, letters: Sequence[str]) -> tuple[str, ...]:
        """A' A struck out where the columns of A are orthonormal, A A' too where A is square as well."""
        kept: list[str] = []
        for letter in letters:
            if kept and self.cancels(kept[-1], letter):
                kept.pop()
            elif letter.startswith(_ONES) and not letter.endswith("'"):
                while kept and self.permutes(kept[-1]):  # a permutation of ones is ones
                    kept.pop()
                kept.append(letter)
            elif kept and kept[-1].startswith(_ONES) and kept[-1].endswith("'") and self.permutes(letter):
                continue
            else:
                kept.append(letter)
        return tuple(kept)

    def cancels(self, first: str, second: str) -> bool:
        has = set(self.properties(first))
        if first == second + "'":
            return bool(has & {"orthonormal", "orthogonal", "permutation"})
        return (second,) == self.flipped([first]) and bool(has & {"orthogonal", "permutation"})


def _turns(word: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [word[n:] + word[:n] for n in range(len(word))]
