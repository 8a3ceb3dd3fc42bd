"""A formula is read the same way by everyone, and printed as a person writes it."""

from __future__ import annotations

import pytest

from report.errors import DeclarationError
from report.prove.language.formula import (
    BINDERS,
    EVERYWHERE,
    LOGICAL,
    RANGES,
    bound_names,
    names,
    parse,
    split_relation,
    statement,
)
from report.prove.language.glossary import define, function, integer, matrix, operator, real, signal, vector
from report.prove.language.latex import glossary, latex
from report.prove.language.unicode import readable
from report.prove.meaning import numeric, symbolic

KNOWN = glossary(
    [
        real("x", ""), real("y", ""), real("eta", ""), integer("n", ""), integer("i", ""), integer("j", ""), signal("f", ""),
        signal("g", ""), vector("w", "n", ""), matrix("W", "n", "n", ""),
        function("h", ""), operator("L", ""), integer("t", ""),
    ],
    [
        define("sigma(u)", "1/(1 + exp(-u))", ""),
        define("relu(u)", "max(0, u)", "", latex=r"\operatorname{ReLU}"),
        define("loss", "x**2", "", latex=r"\ell"),
    ],
)  # fmt: skip

PRINTED = [
    ("x*y", "xy", "xy"),
    ("2*x", "2x", "2x"),
    ("x*2", r"x \cdot 2", "x·2"),
    ("x - (y - 1)", "x - (y - 1)", "x − (y − 1)"),
    ("(x - y) - 1", "(x - y) - 1", "(x − y) − 1"),
    ("x - y - 1", "x - y - 1", "x − y − 1"),
    ("x*(y + 1)", "x(y + 1)", "x(y + 1)"),
    ("-x/y", r"-\frac{x}{y}", "−x/y"),
    ("x/(1 + y)", r"\frac{x}{1 + y}", "x/(1 + y)"),
    ("exp(-x)", "e^{-x}", "e⁻ˣ"),
    ("exp(-x/2)", "e^{-x/2}", "e^(−x/2)"),
    ("(x + 1)**2", "(x + 1)^{2}", "(x + 1)²"),
    ("sigma(x)**2", r"\sigma(x)^{2}", "σ(x)²"),
    ("diff(sigma(x), x)", r"\sigma'(x)", "σ′(x)"),
    ("diff(loss, w[i])", r"\frac{\partial \ell}{\partial w_{i}}", "∂loss/∂wᵢ"),
    ("relu(x)", r"\operatorname{ReLU}(x)", "relu(x)"),
    ("max(x, y)", r"\max(x, y)", "max(x, y)"),
    ("sqrt(x)", r"\sqrt{x}", "√x"),
    ("abs(x)", r"\lvert x \rvert", "|x|"),
    ("W[i, j]", "W_{ij}", "Wᵢⱼ"),
    ("W[i, j + 1]", "W_{i,j + 1}", None),
    ("W.T @ w", r"W^{\top}w", "Wᵀw"),
    ("(W @ W) @ w", "(WW)w", "(WW)w"),
    ("W * W", r"W \odot W", "W ⊙ W"),
    ("norm(w)**2", r"\lVert w \rVert^{2}", "‖w‖²"),
    ("floor(x/2)", r"\left\lfloor \frac{x}{2} \right\rfloor", "⌊x/2⌋"),
    ("sum(f(k)*g(i - k) for k in Z)", r"\sum_{k=-\infty}^{\infty} f(k)g(i - k)", "Σ_k f(k)g(i − k)"),
    ("sum(w[k] for k in span(1, n))", r"\sum_{k=1}^{n} w_{k}", "Σ_(k=1…n) wₖ"),
    ("sum(w[k] for k in span(1, n))*x", r"\left(\sum_{k=1}^{n} w_{k}\right)x", None),
    ("x if x > 0 else 0", r"\begin{cases}x & \text{if } x > 0 \\ 0 & \text{otherwise}\end{cases}", "{x if x > 0; 0 otherwise}"),
    ("x <= y", r"x \le y", "x ≤ y"),
    ("kron(i, j)", r"\delta_{ij}", None),
    ("eta*x", r"\eta x", "ηx"),
    ("L(lambda m: f(m - t))(i)", r"L[f({\cdot} - t)](i)", "L[f(· − t)](i)"),
    ("[[1, x], [0, 1]]", r"\begin{pmatrix}1 & x \\ 0 & 1\end{pmatrix}", "[1, x; 0, 1]"),
    ("3274634", r"3\,274\,634", "3\u202f274\u202f634"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "tex", "plain"), PRINTED)
def test_a_formula_is_printed_as_it_is_written_by_hand(text: str, tex: str, plain: str | None) -> None:
    assert latex(parse(text), KNOWN) == tex
    if plain is not None:
        assert readable(parse(text), KNOWN) == plain


@pytest.mark.parametrize(
    ("text", "problem", "column"),
    [
        ("x + ", "invalid syntax", None),
        ("x.real", "'.real' is not known", 0),
        ("1 + 0.5*x", "not an exact number", 4),
        ("sum(k for k in x)", "runs over Z, N or span(a, b)", 15),
        ("f(x=1)", "arguments have no names", 0),
        ("{1: 2}", "is not part of the formula language", 0),
        ("__import__('os')", "does not begin with an underscore", 0),
    ],
)
def test_what_is_no_formula_is_refused_with_a_caret(text: str, problem: str, column: int | None) -> None:
    with pytest.raises(DeclarationError) as refused:
        parse(text)
    message = str(refused.value)
    assert problem in message
    if column is not None:
        assert message.splitlines()[-1].index("^") - 4 == column


def test_spaces_and_redundant_parentheses_do_not_make_another_formula() -> None:
    assert parse("(x+ y)*2") == parse("(x + (y)) * 2")
    assert parse("x + y") != parse("y + x")


def test_a_statement_is_one_relation() -> None:
    assert statement("x <= y + 1").relation == "<="
    assert statement("implies(x < 0, y == 0)").relation == "implies"
    with pytest.raises(DeclarationError, match="a statement is one relation"):
        statement("x + y")
    with pytest.raises(DeclarationError, match="a statement is one relation"):
        statement("x < y < 1")


def test_a_step_may_begin_with_its_relation() -> None:
    assert split_relation("<= a + b") == ("<=", " a + b")
    assert split_relation("a + b") == ("", "a + b")


def test_free_and_bound_names() -> None:
    tree = parse("sum(f(k)*g(i - k) for k in span(0, n)) + k").tree
    assert set(names(tree)) - EVERYWHERE == {"n", "f", "g", "i", "k"}
    assert bound_names(tree) == {"k"}


def test_both_readings_know_what_every_formula_may_use() -> None:
    syntax = {*BINDERS, *RANGES, *LOGICAL, "diff", "grad"} - {"max", "min"}
    for reading in (numeric, symbolic):
        known = {*reading.BUILT_IN, *reading.CONSTANTS}
        assert EVERYWHERE - syntax <= known
