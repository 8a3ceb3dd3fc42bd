r"""A formula as a reader sees it: LaTeX, printed from the author's own tree.

The author's order and grouping are kept; parentheses appear where precedence needs them, products are set side by side,
quotients as fractions, exp as a power of e while it stays small. Nothing is simplified: what is printed is what was checked.
Two formulas that differ are printed differently, except that the minus of a first factor is the minus of its product, that a
sum of sums looks like a sum over two indices, and that a root is a power of one half.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from report.prove.language.forms import DEFINED_FORMS, FORMS
from report.prove.language.formula import SIGN_OF, Formula, calls, does, places, rows, targets
from report.prove.language.formula import names as names_in
from report.prove.language.names import DEFINED, Names, spelled
from report.prove.language.printed import (
    ATOM,
    LOGIC,
    POWER,
    PRODUCT,
    RELATION,
    SUM,
    Printed,
    at_least,
    indices,
    lowered,
    parens,
    raised,
)

_SIGNS = {
    "==": "=", "!=": r"\ne", "<=": r"\le", ">=": r"\ge", "<": "<", ">": ">", "in": r"\in",
    "implies": r"\implies", "iff": r"\iff",
}  # fmt: skip
_CONSTANTS = {"Z": r"\mathbb{Z}", "N": r"\mathbb{N}_0", "imag": r"\mathrm{i}"}
_BIG = {"sum": r"\sum", "prod": r"\prod", "max": r"\max", "min": r"\min"}
_DOT = r"{\cdot}"
_TIMES, _THIN = r" \cdot ", r"\,"


def latex(formula: Formula, names: Names) -> str:
    """The formula as LaTeX."""
    return Printer(names).show(formula.tree).text


def relation_latex(relation: str) -> str:
    """``<=`` as ``\\le``."""
    return _SIGNS[relation]


@dataclass(frozen=True)
class Printer:
    """Prints a tree. ``small`` inside an exponent or an index; ``dots`` are the arguments that a dot stands for."""

    names: Names
    small: bool = False
    dots: frozenset[str] = field(default_factory=frozenset)

    def smaller(self) -> Printer:
        return replace(self, small=True)

    def show(self, node: ast.expr) -> Printed:
        method: Callable[..., Printed] = getattr(self, f"show_{type(node).__name__}")
        return method(node)

    def text(self, node: ast.expr, level: int = LOGIC) -> str:
        """The node, in parentheses if it holds together less tightly than ``level``."""
        return at_least(self.show(node), level)

    # --- atoms ---

    def show_Constant(self, node: ast.Constant) -> Printed:
        assert isinstance(node.value, int)
        digits = str(node.value)
        return Printed(f"{node.value:,}".replace(",", _THIN) if len(digits) > 4 else digits, number=True)

    def show_Name(self, node: ast.Name) -> Printed:
        return Printed(_DOT if node.id in self.dots else self.name(node.id))

    def name(self, name: str) -> str:
        return _CONSTANTS[name] if name in _CONSTANTS and name not in self.names else spelled(name, self.names)

    def show_Attribute(self, node: ast.Attribute) -> Printed:
        return Printed(raised(self.text(node.value, ATOM), r"\top"), POWER)

    def show_Subscript(self, node: ast.Subscript) -> Printed:
        base = self.show(node.value)
        bare = isinstance(node.value, ast.Attribute) or (base.level == ATOM and not isinstance(node.value, ast.Subscript))
        return Printed(lowered(base.text if bare else parens(base), indices(self, places(node))), ATOM)

    def show_Tuple(self, node: ast.Tuple) -> Printed:
        return Printed(f"({', '.join(self.text(e) for e in node.elts)})")

    def show_List(self, node: ast.List) -> Printed:
        lines = (" & ".join(map(self.text, row)) for row in rows(node))
        return Printed(r"\begin{pmatrix}" + r" \\ ".join(lines) + r"\end{pmatrix}", ATOM, tall=True)

    def show_Lambda(self, node: ast.Lambda) -> Printed:
        """A dot where one signal varies; by name where a dot would be lost, or be one of several."""
        own = [a.arg for a in node.args.args]
        nested = self.dots or any(isinstance(n, ast.Lambda) for n in ast.walk(node.body))
        if len(own) == 1 and not nested and own[0] in names_in(node.body):
            return replace(self, dots=frozenset(own)).show(node.body)
        body = replace(self, dots=self.dots - set(own)).show(node.body)
        variables = ", ".join(map(self.name, own))
        return Printed(rf"{f'({variables})' if len(own) > 1 else variables} \mapsto {body.text}", LOGIC, body.tall)

    # --- arithmetic ---

    def show_UnaryOp(self, node: ast.UnaryOp) -> Printed:
        if isinstance(node.op, ast.Not):
            return Printed(rf"\lnot {self.text(node.operand, ATOM)}", RELATION)
        return _minus(self.show(node.operand))

    def show_BinOp(self, node: ast.BinOp) -> Printed:
        if does(node, ast.Add, ast.Sub):
            return self.addition(node)
        if does(node, ast.Pow):
            return self.power(node)
        negative, bare = _without_sign(node)
        if negative:
            return _minus(self.show(bare))
        return self.quotient(node) if isinstance(node.op, ast.Div) else self.multiplication(node)

    def addition(self, node: ast.BinOp, more: bool = False) -> Printed:
        """A sum of terms: in brackets those that would swallow the next one, the last also if there are ``more``."""
        right, apart = self.show(node.right), _grouped_by_author(node)
        left = self.addition(node.left, more=True) if does(node.left, ast.Add, ast.Sub) and not apart else self.show(node.left)
        first = parens(left) if left.open or apart else at_least(left, SUM)
        grouped = right.text.startswith("-") or does(node.right, ast.Add, ast.Sub)
        swallows = right.open and more
        second = parens(right) if grouped or swallows or right.level < SUM or calls(node.right, {"mod"}) else right.text
        sign = "+" if isinstance(node.op, ast.Add) else "-"
        return Printed(f"{first} {sign} {second}", SUM, left.tall or right.tall, right.open and not more)

    def multiplication(self, node: ast.BinOp) -> Printed:
        left, right = self.show(node.left), self.show(node.right)
        entrywise = self.is_entrywise(node)
        regrouped = isinstance(node.op, ast.MatMult) and _grouped_by_author(node)
        chained = entrywise and not left.open and self.is_entrywise(node.left)  # which is associative
        loose = left.open or left.level < PRODUCT or regrouped
        first = left.as_factor if chained or not loose else parens(left)
        ranks = (ast.Mult, ast.MatMult, ast.Div) if self.small else (ast.Mult, ast.MatMult)
        grouped = right.level == PRODUCT and not entrywise and does(node.right, *ranks)
        second, followed = right.text, right.as_factor
        if right.level < PRODUCT or grouped:
            second = followed = parens(right)
        joint = r" \odot " if entrywise else self.between(node.left, left, first, right, second)
        level = SUM if entrywise else PRODUCT  # a matrix product binds more tightly than one entry by entry
        tall = left.tall or right.tall
        return Printed(f"{first}{joint}{second}", level, tall, right.open, f"{first}{joint}{followed}", right.number)

    def between(self, a: ast.expr, left: Printed, first: str, right: Printed, second: str) -> str:
        """What stands between two factors: nothing, a thin space, or a dot where side by side would mislead."""
        mixed = left.number and second.startswith((r"\frac", r"\tfrac"))
        applied = second.startswith(("(", r"\left(", "[")) and self.is_map(_last_factor(a))
        if second[:1].isdigit() or mixed or applied:
            return _TIMES
        if _is_word(first) or _is_word(second):
            return _THIN
        if re.search(r"\\[A-Za-z]+$", first) and second[:1].isalpha():
            return " "
        wide = second.startswith((r"\sum", r"\prod", r"\max", r"\min", r"\frac{d}", r"\frac{\mathrm{d}}", r"\frac{\partial}"))
        return _THIN if (left.tall and right.tall) or wide else ""

    def quotient(self, node: ast.BinOp) -> Printed:
        if self.small:
            left = self.show(node.left)
            above = parens(left) if left.level < PRODUCT or left.open else left.as_factor
            text = f"{above}/{self.text(node.right, POWER)}"
            return Printed(text, PRODUCT, followed=f"({text})")
        return Printed(rf"\frac{{{self.text(node.left)}}}{{{self.text(node.right)}}}", PRODUCT, tall=True)

    def power(self, node: ast.BinOp) -> Printed:
        if ast.unparse(node.right) == "1 / 2":
            return FORMS["sqrt"](self, node.left)
        base = self.show(node.left)
        return Printed(raised(at_least(base, ATOM), self.smaller().text(node.right)), POWER, base.tall)

    def is_entrywise(self, node: ast.expr) -> bool:
        return does(node, ast.Mult) and self.is_array(node.left) and self.is_array(node.right)

    def is_array(self, node: ast.expr) -> bool:
        """Whether it is a vector or matrix, as far as its letters tell."""
        if isinstance(node, ast.Name):
            return node.id in self.names and self.names[node.id].array
        if isinstance(node, ast.Attribute):
            return self.is_array(node.value)
        if isinstance(node, ast.UnaryOp):
            return self.is_array(node.operand)
        if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Pow):
            if isinstance(node.op, ast.MatMult):
                return not (isinstance(node.left, ast.Attribute) and not isinstance(node.right, ast.Attribute))
            return self.is_array(node.left) or self.is_array(node.right)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in ("grad", "zeros", "ones", "identity", "diag"):
                return True
            scalars = ("sum", "prod", "norm", "trace", "count", "diff", "max", "min", "delta", "kron", "one")
            return node.func.id not in scalars and any(self.is_array(a) for a in node.args)
        return False

    def is_map(self, node: ast.expr) -> bool:
        """Whether parentheses after it would read as its argument."""
        if isinstance(node, ast.BinOp):
            return self.is_map(node.left) or self.is_map(node.right)
        if isinstance(node, ast.Name):
            name = self.names.get(node.id)
            return name is not None and (name.groups > 0 or (name.kind == DEFINED and name.indexed))
        applied = 0
        while isinstance(node, ast.Call):
            node, applied = node.func, applied + 1
        return isinstance(node, ast.Name) and node.id in self.names and self.names[node.id].groups > applied > 0

    # --- relations and logic ---

    def show_Compare(self, node: ast.Compare) -> Printed:
        sides = [self.show(node.left)]
        sides += [self.range(c) if isinstance(op, ast.In) else self.show(c) for op, c in zip(node.ops, node.comparators)]
        out = at_least(sides[0], SUM)
        for op, side in zip(node.ops, sides[1:]):
            out += f" {_SIGNS[SIGN_OF[type(op)]]} {at_least(side, SUM)}"
        return Printed(out, RELATION, any(s.tall for s in sides))

    def range(self, node: ast.expr) -> Printed:
        """ℤ, or {1, …, n}."""
        if isinstance(node, ast.Name):
            return Printed(self.name(node.id))
        assert isinstance(node, ast.Call)
        low, high = map(self.show, node.args)
        return _set(Printed(rf"{low.text}, \dots, {high.text}", tall=low.tall or high.tall))

    def show_BoolOp(self, node: ast.BoolOp) -> Printed:
        word = "and" if isinstance(node.op, ast.And) else "or"
        pieces = [self.show(v) for v in node.values]
        text = rf"\;\text{{ {word} }}\;".join(at_least(p, RELATION) for p in pieces)
        return Printed(text, LOGIC, any(p.tall for p in pieces))

    def show_IfExp(self, node: ast.IfExp) -> Printed:
        lines, rest = [], node
        while isinstance(rest, ast.IfExp):
            lines.append(rf"{self.text(rest.body)} & \text{{if }} {self.text(rest.test)}")
            rest = rest.orelse  # type: ignore[assignment]
        lines.append(rf"{self.text(rest)} & \text{{otherwise}}")
        return Printed(r"\begin{cases}" + r" \\ ".join(lines) + r"\end{cases}", PRODUCT, tall=True, open=True)

    # --- calls ---

    def show_Call(self, node: ast.Call) -> Printed:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
            return self.gathered(name, node.args[0])
        form = DEFINED_FORMS.get(name) if name in self.names else FORMS.get(name)
        return form(self, *node.args) if form else self.applied(node.func, node.args)

    def applied(self, function: ast.expr, arguments: Sequence[ast.expr]) -> Printed:
        inner = [self.show(a) for a in arguments]
        joined = Printed(", ".join(p.text for p in inner), tall=any(p.tall for p in inner))
        head = self.text(function, ATOM)
        if not (isinstance(function, ast.Name) and function.id in self.names and self.names[function.id].kind == "operator"):
            return Printed(f"{head}{parens(joined)}", ATOM, joined.tall)
        brackets = rf"\left[{joined.text}\right]" if joined.tall else f"[{joined.text}]"
        if len(joined.text) == 1:
            return Printed(f"{head}{_THIN}{joined.text}", PRODUCT, followed=head + brackets)
        return Printed(f"{head}{brackets}", ATOM, joined.tall)

    # --- over a range ---

    def gathered(self, name: str, node: ast.GeneratorExp) -> Printed:
        body = self.show(node.elt)
        if name == "count":
            return self.number_of(node, body)
        if name == "all":
            return Printed(rf"{body.text}\quad \text{{for all }} {self.domain(node.generators)}", LOGIC, body.tall)
        head = "".join(self.big(name, g) for g in node.generators)
        shown = parens(body) if body.level < PRODUCT or body.text.startswith("-") else body.text
        return Printed(f"{head} {shown}", PRODUCT, True, True)

    def number_of(self, node: ast.GeneratorExp, body: Printed) -> Printed:
        """#{m ∈ ℕ₀ : m ≤ 3}; #{0, …, 3} for a plain range."""
        first, single = node.generators[0], len(node.generators) == 1
        tall = any(self.range(g.iter).tall or any(self.show(c).tall for c in g.ifs) for g in node.generators)
        if single and not first.ifs:
            inside = self.range(first.iter)
            return Printed(rf"\#{(inside if isinstance(first.iter, ast.Call) else _set(inside)).text}", tall=tall)
        member = self.domain([first], conditions=False) if single else body.text
        told = ", ".join(map(self.text, first.ifs)) if single else self.domain(node.generators)
        inside = Printed(rf"{member} \mid {told}", tall=tall)
        return Printed(rf"\#{_set(inside).text}", tall=tall)

    def domain(self, generators: Sequence[ast.comprehension], conditions: bool = True) -> str:
        parts = []
        for g in generators:
            parts.append(rf"{self.name(targets(g)[0])} \in {self.range(g.iter).text}")
            parts += [self.text(c) for c in g.ifs] if conditions else []
        return ", ".join(parts)

    def big(self, name: str, generator: ast.comprehension) -> str:
        """∑ with its index and bounds."""
        index = self.name(targets(generator)[0])
        plain = name in ("sum", "prod") and not generator.ifs
        if plain and isinstance(generator.iter, ast.Call):
            low, high = map(self.smaller().text, generator.iter.args)
            return rf"{_BIG[name]}_{{{index}={low}}}^{{{high}}}"
        if plain and isinstance(generator.iter, ast.Name) and generator.iter.id == "Z":
            return rf"{_BIG[name]}_{{{index}=-\infty}}^{{\infty}}"
        return rf"{_BIG[name]}_{{{self.domain([generator])}}}"


def _set(inside: Printed) -> Printed:
    return Printed(rf"\left\{{{inside.text}\right\}}" if inside.tall else rf"\{{{inside.text}\}}", tall=inside.tall)


def _minus(piece: Printed) -> Printed:
    followed = f"-{piece.as_factor}" if piece.level >= PRODUCT else ""
    return Printed(f"-{at_least(piece, PRODUCT)}", SUM, piece.tall, piece.open, followed)


def _without_sign(node: ast.BinOp) -> tuple[bool, ast.expr]:
    """A product or quotient whose first factor carries a minus, as (True, the rest): −a/b is −(a/b)."""
    if isinstance(node.op, ast.Mult | ast.Div | ast.MatMult):
        if isinstance(node.left, ast.UnaryOp) and isinstance(node.left.op, ast.USub):
            return True, ast.BinOp(node.left.operand, node.op, node.right)
        if isinstance(node.left, ast.BinOp):
            sign, bare = _without_sign(node.left)
            if sign:
                return True, ast.BinOp(bare, node.op, node.right)
    return False, node


def _grouped_by_author(node: ast.BinOp) -> bool:
    """Whether the author put the left operand, of the same rank, in parentheses that the tree does not need: (a + b) − c."""
    same = does(node.left, *_RANKS[type(node.op)])
    starts = getattr(node, "col_offset", -1), getattr(node.left, "col_offset", -1)
    return same and 0 <= starts[0] < starts[1]


_RANKS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Add, ast.Sub),
    ast.Sub: (ast.Add, ast.Sub),
    ast.Mult: (ast.Mult,),
    ast.MatMult: (ast.MatMult,),
}


def _last_factor(node: ast.expr) -> ast.expr:
    while does(node, ast.Mult, ast.MatMult):
        node = node.right
    return node


def _is_word(text: str) -> bool:
    """Whether a printed factor is a name of several letters, which needs room around it."""
    return bool(re.fullmatch(r"\\mathrm\{\w{2,}\}(_\{.*\})?|[A-Za-z]{2,}", text)) or text.startswith(
        (r"\log", r"\sin", r"\cos", r"\tanh")
    )
