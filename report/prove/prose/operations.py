"""Words of operations in prose: a sum, the square of a difference, the slope of one thing by another are in a formula so."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from report.prove.derivation import Chain, Part
from report.prove.language.formula import Formula, calls, does, head, names, parse
from report.prove.language.vocabulary import DERIVATIVES
from report.prove.prose.order import DIRECTED, formula_of

_CALLED = {
    "sum": "sums?",
    "difference": "differences?",
    "product": "products?",
    "quotient": "quotients?|ratios?|fractions?",
    "square": "squares?",
    "root": "(?:square )?roots?",
    "logarithm": "logarithms?|logs?",
    "exponential": "exponentials?",
    "maximum": "maximum|maxima",
    "minimum": "minimum|minima",
    "slope": "slopes?|derivatives?|gradients?",
    "norm": "norms?",
    "transpose": "transposes?",
    "absolute value": "absolute values?",
}
_OF = {ast.Add: "sum", ast.Sub: "difference", ast.Mult: "product", ast.MatMult: "product", ast.Div: "quotient"}
_CALLS = {
    "prod": "product", "sqrt": "root", "log": "logarithm", "exp": "exponential", "max": "maximum", "min": "minimum",
    "sum": "sum", "diff": "slope", "grad": "slope", "norm": "norm", "abs": "absolute value",
}  # fmt: skip
_DETERMINERS = r"(?:(?:the|an?|its|their|all|both|any|every|each|these|those|that|one|two) )*"
_WORD = "|".join(_CALLED.values())
_NESTED = re.compile(rf"\b({_WORD}) of {_DETERMINERS}({_WORD})\b", re.IGNORECASE)
"""The square of a sum."""
_SAME = re.compile(
    rf"{_NESTED.pattern},? (?:is|are|equals?|becomes?)(?: equal to)? {_DETERMINERS}{_NESTED.pattern}"
    r"(?! (?:and|plus|less|times)\b)",
    re.IGNORECASE,
)
_BESIDE = re.compile(rf"\b(?:the|an?) ({_WORD}) `([^`]+)`", re.IGNORECASE)
"""The sum `x + y`."""
_THING = r"(?:`[^`]+`|[\w-]+(?: (?!by\b|with\b|is\b|are\b|of\b)[\w-]+){0,2}?)"
_SLOPE_OF = re.compile(
    rf"(?<!-)\b(?:{_CALLED['slope']}) of {_DETERMINERS}({_THING}) (?:by|with respect to) {_DETERMINERS}({_THING})(?=\W|$)",
    re.IGNORECASE,
)
"""The slope of the loss by a logit."""


_LESS = re.compile(rf"({_THING}) (?:less|minus) {_DETERMINERS}({_THING})(?=\W|$)", re.IGNORECASE)
"""The probabilities less the target."""
_IS = re.compile(r"\b[Tt]he ([\w-]+(?: [\w-]+){0,2}?) (?:is|are|equals?) `([^`]+)`")
"""The loss is `x + y`."""
_AFTER = re.compile(r"\b(?:of|by|in|for|at|from|to|over|with|on|between|than|through) $")
_COMPARED = re.compile(
    rf"\b(?P<first>{_WORD})\b[^,;:.`“]*?{DIRECTED.pattern}(?: than)?(?: half| twice)? {_DETERMINERS}(?P<second>{_WORD})\b",
    re.IGNORECASE,
)
"""The product is at most the sum."""
_EQUAL = re.compile(
    rf"\b(?:{_WORD})\b[^,;:.`“]* (?:is|are|equals?) (?:just |half |twice )*(?:the|an?) (?:{_WORD})\b", re.IGNORECASE
)
"""The product is half the sum."""


@dataclass(frozen=True)
class Operations:
    """What the formulas of some parts do, and of the definitions; what is said beside them; what the names mean."""

    parts: Sequence[Part]
    bodies: Mapping[str, Formula]
    said: str
    meanings: Mapping[str, str]

    def problems(self, text: str, stated: Sequence[Part]) -> Iterator[str]:
        """What a text says of operations that neither a formula nor the words beside one do; ``stated`` is what it tells."""
        yield from self._sides(text, stated)
        pairs = [(node.left, node.right) for node in self._nodes if does(node, ast.Sub)]
        for found in _LESS.finditer(text):
            turned = any(self._means(two, found[1]) and self._means(one, found[2]) for one, two in pairs)
            if turned and not any(self._means(one, found[1]) and self._means(two, found[2]) for one, two in pairs):
                yield f"'{found[0]}', and it is the other way round"
        for found in _IS.finditer(text):
            name = "" if _AFTER.search(text[: found.start()]) else self._named(found[1])
            if name and not self._equals(name, found[2]):
                yield f"'{found[0]}', and no part states that"
        for found in _SAME.finditer(text):
            if not self._swaps(*map(_kind, found.groups())) and not self._said(found[0]):
                yield f"'{found[0]}', and no part states that"
        for found in _NESTED.finditer(text):
            outer, inner = _kind(found[1]), _kind(found[2])
            if not any(self._holds(node, outer, inner) for node in self._nodes) and (outer, inner) not in self._nested:
                yield f"'{found[0]}', and no formula that it rests on is one"
        for found in _BESIDE.finditer(text):
            if not self._is(_kind(found[1]), found[2]):
                yield f"'{found[0]}', and that is no {_kind(found[1])}"
        for found in _SLOPE_OF.finditer(text):
            shown = any(self._means(of, found[1]) and self._means(by, found[2]) for of, by in self._slopes)
            if self._slopes and not shown and not self._said(found[0]):
                yield f"'{found[0]}', and no part has that derivative"

    def _sides(self, text: str, stated: Sequence[Part]) -> Iterator[str]:
        """Which of two operations is called the larger, and what is called equal, where a part has them on its two sides."""
        for found in _COMPARED.finditer(text):
            first, second = _kind(found["first"]), _kind(found["second"])
            up = bool(found["up"]) != bool(re.search(r"\b(?:not|no|never)\b", found[0]))
            for part in stated:
                lower, upper = (second, first) if up else (first, second)
                small, large = map(_tops, _ordered(part) or (part.claim.left.tree, part.claim.left.tree))
                if lower in large - small and upper in small - large:
                    yield f"'{found[0]}', and it is the other way round"
        if stated and all(part.claim.relation in ("<", "<=", ">", ">=") for part in stated) and not DIRECTED.search(text):
            for found in _EQUAL.finditer(text):
                yield f"'{found[0]}', and what it rests on is no equation"

    def _named(self, thing: str) -> str:
        """The name that means just this."""
        plain = {re.sub(r"^(?:the|an?) ", "", meaning.lower()): name for name, meaning in self.meanings.items()}
        return thing.lower() if thing.lower() in self.meanings else plain.get(thing.lower(), "")

    def _equals(self, name: str, source: str) -> bool:
        """Whether a formula has this name in it, or equals it in the chain of a part."""
        if (formula := formula_of(source)) is None:
            return True
        if any(head(each.tree) == name for part in self.parts for each in Chain(part).same_as(formula.key)):
            return True
        told = isinstance(formula.tree, ast.Compare) and name in names(formula.tree)
        return told or head(formula.tree) == name or (name in self.bodies and self.bodies[name].key == formula.key)

    @cached_property
    def _nodes(self) -> list[ast.AST]:
        formulas = [f for part in self.parts for f in part.formulas]
        return [node for f in (*formulas, *self.bodies.values()) for node in ast.walk(f.tree)]

    @cached_property
    def _nested(self) -> set[tuple[str, str]]:
        """The operations that are said of each other beside a formula."""
        return {(_kind(m[1]), _kind(m[2])) for m in _NESTED.finditer(self.said)}

    @cached_property
    def _slopes(self) -> list[tuple[ast.expr, ast.expr]]:
        """What is differentiated, and by what: by an entry of it, whatever its index."""
        return [(node.args[0], ast.Name(head(node.args[1]))) for node in self._nodes if calls(node, DERIVATIVES)]

    def _said(self, phrase: str) -> bool:
        return phrase.lower() in self.said.lower()

    def _holds(self, node: ast.AST, outer: str, inner: str) -> bool:
        """Whether a node is the one operation on the other, or on terms with the other in them."""
        return _operation(node) == outer and any(self._within(each, inner) for each in _operands(node))

    def _within(self, node: ast.AST, inner: str) -> bool:
        if _operation(node) == inner or (isinstance(node, ast.Name | ast.Subscript | ast.Call) and self._called(node, inner)):
            return True
        return isinstance(node, ast.BinOp | ast.UnaryOp) and any(self._within(each, inner) for each in _operands(node))

    def _called(self, node: ast.AST, operation: str) -> bool:
        """Whether it is a name of something that is called so, or is such an operation by definition."""
        name = head(node)
        called = re.search(rf"\b(?:{_CALLED[operation]})\b", self.meanings.get(name, ""), re.IGNORECASE)
        return bool(called) or (name in self.bodies and _operation(self.bodies[name].tree) == operation)

    def _swaps(self, outer: str, inner: str, other: str, within: str) -> bool:
        """Whether a part states that the one operation on all of the other is the other on all of the one."""
        sides = [(part.claim.left.tree, part.claim.right.tree) for part in self.parts if part.claim.relation == "=="]
        return any(
            self._wholly(one, outer, inner) and self._wholly(two, other, within)
            for pair in sides
            for one, two in (pair, pair[::-1])
        )

    def _wholly(self, node: ast.AST, outer: str, inner: str) -> bool:
        return _operation(node) == outer and all(
            _operation(each) == inner or self._called(each, inner) for each in _operands(node)
        )

    def _is(self, operation: str, source: str) -> bool:
        """Whether a formula is such an operation, is called so, or equals one in the chain of a part."""
        if (formula := formula_of(source)) is None:
            return True
        left = formula.tree.left if isinstance(formula.tree, ast.Compare) else formula.tree
        if _operation(left) == operation or self._called(left, operation):
            return True
        same = (each for part in self.parts for each in Chain(part).same_as(ast.dump(left)))
        return any(_operation(each.tree) == operation for each in same)

    def _means(self, node: ast.expr, thing: str) -> bool:
        """Whether a word of ``thing`` is one of what a name in the formula means, or is its name."""
        inside = names(node)
        if thing.startswith("`"):
            return bool(names(parse(thing.strip("`")).tree).keys() & inside.keys())
        meant = {_stem(word) for name in inside for word in re.findall(r"\w+", f"{name} {self.meanings.get(name, '')}")}
        words = {_stem(word) for word in re.findall(r"\w+", thing) if word.lower() not in _POINTING}
        return not words or bool(words & meant)


_POINTING = {"it", "its", "them", "that", "what", "the", "each", "any", "this", "these", "which", "one", "another", "other"}
"""Words that mean what was spoken of before."""


def _stem(word: str) -> str:
    return re.sub(r"(?:ies|es|s|e|y)$", "", word.lower())


def _kind(word: str) -> str:
    return next(kind for kind, words in _CALLED.items() if re.fullmatch(words, word, re.IGNORECASE))


def _operation(node: ast.AST) -> str:
    """What a formula does last."""
    match node:
        case ast.BinOp(_, ast.Pow(), ast.Constant(2)):
            return "square"
        case ast.BinOp(_, operator, _):
            return _OF.get(type(operator), "")
        case ast.Call(ast.Name(name)):
            return _CALLS.get(name, "")
        case ast.Attribute():
            return "transpose"
    return ""


def _tops(node: ast.AST) -> set[str]:
    """What a formula does last, factors and divisors that are numbers left out or not."""
    found = {_operation(node)} - {""}
    match node:
        case ast.BinOp(inner, ast.Mult() | ast.Div(), ast.Constant()) | ast.BinOp(ast.Constant(), ast.Mult(), inner):
            return found | _tops(inner)
    return found


def _ordered(part: Part) -> tuple[ast.expr, ast.expr] | None:
    """The smaller and the larger side of what a part states."""
    left, right = part.claim.left.tree, part.claim.right.tree
    turned = {"<": (left, right), "<=": (left, right), ">": (right, left), ">=": (right, left)}
    return turned.get(part.claim.relation)


def _operands(node: ast.AST) -> list[ast.AST]:
    """What it does that to."""
    match node:
        case ast.BinOp(base, ast.Pow(), _):
            return [base]
        case ast.BinOp(left, _, right):
            return [left, right]
        case ast.UnaryOp(_, operand):
            return [operand]
        case ast.Call(_, [ast.GeneratorExp(term)]):
            return [term]
        case ast.Call(ast.Name("diff" | "grad"), [of, _]):
            return [of]
        case ast.Call(_, arguments):
            return [*arguments]
        case ast.Attribute(value):
            return [value]
    return []
