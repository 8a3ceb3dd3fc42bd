"""What a page shows can be read in one way only: two formulas that differ look different, in LaTeX and when spoken."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from random import Random

import pytest

from report.proof import Derivation, Part, Step, check, define, function, integer, matrix, operator, real, signal, vector
from report.prove.language.formula import parse
from report.prove.language.latex import latex
from report.prove.language.names import names_of
from report.typeset.spoken import spoken

SYMBOLS = [
    *(real(name, "") for name in ("x", "y", "k_b", "T", "e", "d")), *(integer(name, "") for name in ("i", "j", "n", "m")),
    vector("k", "n", ""), vector("w", "n", ""), matrix("A", "n", "n", ""), matrix("I", "n", "n", ""),
    signal("f", ""), signal("g", ""), function("h", ""), operator("L", ""),
]  # fmt: skip
DEFINITIONS = [
    define("sigma(u)", "1/(1 + exp(-u))", ""),
    define("conv(f, g)(i)", "sum(f(k)*g(i - k) for k in Z)", "", latex="*"),
    define("shift(f, t)(i)", "f(i - t)", "", latex="S"),
]
NAMES = names_of(SYMBOLS, DEFINITIONS)

ATOMS = {
    "number": ["x", "y", "k_b", "T", "e", "d", "2", "3"],
    "index": ["i", "j", "n", "1", "2", "12"],
    "signal": ["f", "g"],
    "array": ["w", "k", "A", "I"],
}
FORMS = {
    "number": [
        ("{} + {}", "number", "number"), ("{} - {}", "number", "number"), ("{}*{}", "number", "number"),
        ("{}/{}", "number", "number"), ("{}**{}", "number", "number"), ("-{}", "number"), ("exp({})", "number"),
        ("log({})", "number"), ("sqrt({})", "number"), ("sin({})", "number"), ("tanh({})", "number"), ("abs({})", "number"),
        ("floor({})", "number"), ("sign({})", "number"), ("max({}, {})", "number", "number"), ("sigma({})", "number"),
        ("h({})", "number"), ("mod({}, {})", "number", "number"), ("diff({}, x)", "number"), ("diff(h(x), {})", "number"),
        ("k[{}]", "index"), ("w[{}]", "index"), ("A[{}, {}]", "index", "index"), ("{}({})", "signal", "index"),
        ("sum({} for a in span(1, {}))", "number", "index"), ("prod({} for a in span(1, {}))", "number", "index"),
        ("max({} for a in span(1, {}))", "number", "index"), ("kron({}, {})", "index", "index"), ("delta({})", "index"),
        ("one({} < {})", "number", "number"), ("({} if {} > 0 else {})", "number", "number", "number"),
        ("norm({})", "array"), ("trace({})", "array"),
        ("count(a for a in span(1, {}))", "index"),
    ],
    "index": [("{} + {}", "index", "index"), ("{}*{}", "index", "index"), ("-{}", "index"),
              ("mod({}, {})", "index", "index")],
    "signal": [
        ("(lambda a: {}(a - {}))", "signal", "index"), ("(lambda a: {}*{}(a))", "number", "signal"), ("L({})", "signal"),
        ("conv({}, {})", "signal", "signal"), ("shift({}, {})", "signal", "index"),
        ("(lambda a: {}({} - a))", "signal", "index"),
        ("(lambda a: L({})(a))", "signal"),
    ],
    "array": [
        ("{} + {}", "array", "array"), ("{}*{}", "array", "array"), ("{} @ {}", "array", "array"), ("{}.T", "array"),
        ("zeros({})", "index"), ("ones({})", "index"), ("ones({}, {})", "index", "index"), ("identity({})", "index"),
        ("diag({})", "array"), ("{}*{}", "number", "array"), ("-{}", "array"), ("exp({})", "array"),
    ],
}  # fmt: skip


def grown(random: Random, kind: str, depth: int, letters: Iterator[str]) -> str:
    """A random formula; every bound index has a letter of its own, so that none is captured."""
    if depth == 0 or random.random() < 0.1:
        return random.choice(ATOMS[kind])
    form, *kinds = random.choice(FORMS[kind])
    own = next(letters) if re.search(r"\ba\b", form) else "a"
    inside = [f"({grown(random, k, depth - 1, letters)})" for k in kinds]
    return re.sub(r"\ba\b", own, form).format(*inside)


def formulas() -> Iterator[str]:
    """All small formulas, and many larger ones of few letters."""
    for kind, forms in FORMS.items():
        yield from ATOMS[kind]
        for form, *kinds in forms:
            if len(kinds) == 1:
                yield from (form.format(f"({atom})") for atom in ATOMS[kinds[0]])
            else:
                first, second = ATOMS[kinds[0]][:5], ATOMS[kinds[1]][:5]
                yield from (form.format(f"({a})", f"({b})", *("x",) * (len(kinds) - 2)) for a in first for b in second)
    random = Random(12)
    for depth, number in ((2, 9000), (3, 5000), (4, 2000)):
        for _ in range(number):
            yield grown(random, random.choice([*FORMS]), depth, iter("abcpqrstuvz"))


class Canon(ast.NodeTransformer):
    """A formula up to what the printer's docstring says looks the same."""

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        return _signed(node.operand)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.op, ast.Mult | ast.Div | ast.MatMult) and _is_minus(node.left):
            return _signed(self.visit(ast.BinOp(node.left.operand, node.op, node.right)))  # type: ignore[attr-defined]
        if isinstance(node.op, ast.Mult | ast.MatMult):
            return ast.BinOp(node.left, ast.Mult() if not _arrays(node) else node.op, node.right)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "sqrt":
            return ast.BinOp(node.args[0], ast.Pow(), ast.BinOp(ast.Constant(1), ast.Div(), ast.Constant(2)))
        return node


def _signed(operand: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.USub(), operand)


def _is_minus(node: ast.expr) -> bool:
    return isinstance(node, ast.UnaryOp)


def _arrays(node: ast.BinOp) -> bool:
    return any(isinstance(n, ast.Name) and n.id in ("w", "k", "A", "I") for n in ast.walk(node))


def canonical(text: str) -> str:
    return ast.dump(Canon().visit(parse(text).tree))


def look(text: str) -> str:
    """What the eye sees of LaTeX: no spaces, no sizes of parentheses, no braces that only group."""
    seen = re.sub(r"\\left|\\right|\\[,;]|\\quad", "", latex(parse(text), NAMES))
    seen = re.sub(r"\\cdot(?![a-zA-Z}])", "·", seen)
    return re.sub(r"\s+", " ", re.sub(r"(?<![A-Za-z]) | (?![A-Za-z])", "", seen))


@pytest.fixture(scope="module")
def seen() -> list[tuple[str, str, str]]:
    """Every formula with its canon and its look."""
    return [(text, canonical(text), look(text)) for text in dict.fromkeys(formulas())]


@pytest.mark.parametrize("medium", [str, spoken], ids=["LaTeX", "spoken"])
def test_what_is_shown_is_read_back_in_one_way(medium: Callable[[str], str], seen: list[tuple[str, str, str]]) -> None:
    read_back: dict[str, tuple[str, str]] = {}
    for text, canon, tex in seen:
        shown = medium(tex)
        other, known = read_back.setdefault(shown, (text, canon))
        assert known == canon, f"{other!r} and {text!r} are both {shown}"
    assert len(read_back) > 8000


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        ("log(x)*y", r"\log(x)\,y"),
        ("log(x*y)", r"\log(xy)"),
        ("y*log(x)", r"y\,\log x"),
        ("log(x)*(y + 1)", r"\log(x)\,(y + 1)"),
        ("k_b", r"k_{\mathrm{b}}"),
        ("w[i*j]", r"w_{i \cdot j}"),
        ("L(lambda a: L(lambda b: f(a - b))(a))(i)", r"L[a \mapsto L[f(a - {\cdot})](a)](i)"),
        ("exp(x/y*T)", r"\exp\left(\frac{x}{y}T\right)"),
        ("T**(x/y*T)", r"T^{(x/y)T}"),
        ("mod(x, n) + 1", r"(x \bmod n) + 1"),
        ("zeros(n)", "0_{n}"),
        ("diff(x*y, x)", r"\frac{\partial}{\partial x}\,(xy)"),
        ("identity(n)", r"\mathrm{I}_{n}"),
        ("(x if x > 0 else y)*2", r"\left(\begin{cases}x & \text{if } x > 0 \\ y & \text{otherwise}\end{cases}\right) \cdot 2"),
    ],
)
def test_what_could_be_misread_is_set_apart(text: str, tex: str) -> None:
    assert latex(parse(text), NAMES) == tex


@pytest.mark.parametrize(
    ("symbols", "says"),
    [
        ([real("x1", "a number"), real("x_1", "another")], "'x_1' looks like 'x1'"),
        ([real("a", "a number"), real("b", "another", latex="a")], "'b' looks like 'a'"),
        ([vector("a", "2", "a vector"), real("a1", "a number")], "'a1' looks like the entry a[1]"),
        ([real("a", "a number"), real("ex", "another", latex=r"\mathrm{exp}")], "'ex' looks like the function exp"),
        ([function("a", "a function"), function("aprime", "another")], "'aprime' looks like the slope of 'a'"),
        ([real("a", "a number"), real("b", "another", latex="a + 1")], "'b' looks like the formula"),
    ],
)
def test_names_that_look_alike_are_refused(symbols: list, says: str) -> None:
    used = " + ".join({"vector": f"{s.name}[1]", "function": f"{s.name}(1)"}.get(s.kind, s.name) for s in symbols)
    used += " + exp(1)"
    part = Part("Part", f"{used} + 1 - 1 == {used}", [Step(because="of nothing")])
    assert says in "\n".join(check(Derivation("T0", "", "", symbols, [part], "", "")).failures)


def test_a_long_sum_prints_in_one_walk():
    shown = latex(parse(" + ".join(["x"] * 200)), NAMES)  # a walk that takes two turns at each sign never ends
    assert shown.count("+") == 199
