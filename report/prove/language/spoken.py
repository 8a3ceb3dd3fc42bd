"""A formula in words, for who listens: "the derivative of sigma of x by x". What is compound is said between open and close,
so that two formulas that differ sound different.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from report.prove.language.formula import Formula, targets
from report.prove.language.names import ACCENTS, Names

_SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "plus", ast.Sub: "minus", ast.Mult: "times", ast.Div: "over", ast.Pow: "to the power", ast.MatMult: "product",
}  # fmt: skip
_RELATIONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "equals", ast.NotEq: "does not equal", ast.LtE: "is at most", ast.GtE: "is at least", ast.Lt: "is less than",
    ast.Gt: "is greater than", ast.In: "is in",
}  # fmt: skip
_SPOKEN_RELATIONS = {
    "==": "equals", "!=": "does not equal", "<=": "is at most", ">=": "is at least", "<": "is less than",
    ">": "is greater than", "implies": "implies", "iff": "if and only if",
}  # fmt: skip
_FUNCTIONS = {
    "exp": "e to the", "log": "the logarithm of", "sqrt": "the root of", "sin": "the sine of", "cos": "the cosine of",
    "tanh": "the hyperbolic tangent of", "abs": "the absolute value of", "sign": "the sign of", "floor": "the floor of",
    "ceil": "the ceiling of", "norm": "the length of", "trace": "the trace of", "diag": "the diagonal matrix of",
    "one": "one if", "delta": "delta of",
}  # fmt: skip
_LISTS = {
    "max": "the largest of", "min": "the smallest of", "kron": "Kronecker delta of", "zeros": "zeros of size",
    "ones": "ones of size", "identity": "the identity of size", "implies": "implication of", "iff": "equivalence of",
}  # fmt: skip
_BIG = {"sum": "the sum", "prod": "the product", "max": "the maximum", "min": "the minimum"}
_CONSTANTS = {"Z": "all integers", "N": "all integers from 0", "imag": "the imaginary unit"}


def spoken(formula: Formula, names: Names) -> str:
    """The formula in words."""
    return _Speaker(names).say(formula.tree)


class _Speaker:
    """Says a tree. What is an atom is said as it is, all else within its marks."""

    def __init__(self, names: Names):
        self.names = names

    def say(self, node: ast.expr) -> str:
        method: Callable[..., str] = getattr(self, f"say_{type(node).__name__}")
        return method(node)

    def inside(self, node: ast.expr) -> str:
        """The node as a part of something larger."""
        simple = isinstance(node, ast.Name | ast.Constant)
        return self.say(node) if simple else f"open {self.say(node)} close"

    def several(self, nodes: Sequence[ast.expr]) -> str:
        return self.inside(nodes[0]) if len(nodes) == 1 else f"open {' and '.join(map(self.inside, nodes))} close"

    def say_Constant(self, node: ast.Constant) -> str:
        return str(node.value)

    def say_Name(self, node: ast.Name) -> str:
        if node.id in _CONSTANTS and node.id not in self.names:
            return _CONSTANTS[node.id]
        stem, _, label = node.id.partition("_")
        for accent in ACCENTS:
            if stem.endswith(accent) and stem != accent:
                stem = f"{stem.removesuffix(accent)} {accent}"
        prime = stem.endswith("prime") and stem != "prime"
        stem = f"{stem.removesuffix('prime')} prime" if prime else stem
        return f"{stem} with label {label}" if label else stem

    def say_UnaryOp(self, node: ast.UnaryOp) -> str:
        return f"{'not' if isinstance(node.op, ast.Not) else 'minus'} {self.inside(node.operand)}"

    def say_BinOp(self, node: ast.BinOp) -> str:
        if isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant) and node.right.value == 2:
            return f"{self.inside(node.left)} squared"
        left = node.left
        chained = (
            isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add | ast.Sub) and isinstance(node.op, ast.Add | ast.Sub)
        )
        first = self.say(left) if chained else self.inside(left)
        return f"{first} {_SIGNS[type(node.op)]} {self.inside(node.right)}"

    def say_Attribute(self, node: ast.Attribute) -> str:
        return f"the transpose of {self.inside(node.value)}"

    def say_Subscript(self, node: ast.Subscript) -> str:
        elements = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return f"{self.inside(node.value)} sub {self.several(elements)}"

    def say_Tuple(self, node: ast.Tuple) -> str:
        return f"the tuple of {self.several(node.elts)}"

    def say_List(self, node: ast.List) -> str:
        rows = [row.elts if isinstance(row, ast.List) else [row] for row in node.elts]
        return "the matrix with rows " + " then ".join(self.several(row) for row in rows)

    def say_Lambda(self, node: ast.Lambda) -> str:
        return f"the map from {' and '.join(a.arg for a in node.args.args)} to {self.inside(node.body)}"

    def say_Compare(self, node: ast.Compare) -> str:
        words = [self.inside(node.left)]
        for op, side in zip(node.ops, node.comparators):
            words += [_RELATIONS[type(op)], self.range(side) if isinstance(op, ast.In) else self.inside(side)]
        return " ".join(words)

    def range(self, node: ast.expr) -> str:
        if isinstance(node, ast.Name):
            return self.say(node)
        assert isinstance(node, ast.Call)
        return f"the range from {self.inside(node.args[0])} to {self.inside(node.args[1])}"

    def say_BoolOp(self, node: ast.BoolOp) -> str:
        return f" {'and also' if isinstance(node.op, ast.And) else 'or else'} ".join(map(self.inside, node.values))

    def say_IfExp(self, node: ast.IfExp) -> str:
        return f"{self.inside(node.body)} if {self.inside(node.test)} otherwise {self.inside(node.orelse)}"

    def say_Call(self, node: ast.Call) -> str:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
            return self.gathered(name, node.args[0])
        if name in self.names or not name:
            return f"{self.inside(node.func)} of {self.several(node.args)}"
        if name in ("diff", "grad"):
            word = "derivative" if name == "diff" else "gradient"
            return f"the {word} of {self.inside(node.args[0])} by {self.inside(node.args[1])}"
        if name == "mod":
            return f"{self.inside(node.args[0])} modulo {self.inside(node.args[1])}"
        words = _FUNCTIONS.get(name) or _LISTS.get(name) or f"{name} of"
        return f"{words} {self.several(node.args)}"

    def gathered(self, name: str, node: ast.GeneratorExp) -> str:
        over = []
        for g in node.generators:
            over.append(f"{targets(g)[0]} in {self.range(g.iter)}")
            over += [f"with {self.inside(c)}" for c in g.ifs]
        where = ", ".join(over)
        if name == "all":
            return f"{self.inside(node.elt)} for all {where}"
        if name == "count":
            return f"the number of {self.inside(node.elt)} for {where}"
        return f"{_BIG[name]} over {where} of {self.inside(node.elt)}"
