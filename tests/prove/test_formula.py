"""A formula is read the same way by everyone, and printed as a person writes it."""

from __future__ import annotations

import re

import pytest

from report import proof
from report.errors import DeclarationError
from report.prove.language.forms import FORMS
from report.prove.language.formula import bound_names, names, parse, split_relation, statement
from report.prove.language.glossary import define, function, integer, matrix, operator, real, signal, vector
from report.prove.language.latex import latex
from report.prove.language.names import names_of
from report.prove.language.vocabulary import CONSTANTS, DERIVATIVES, EVERYWHERE, FUNCTIONS, LOGICAL
from report.prove.meaning import numeric, symbolic

KNOWN = names_of(
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
    ("x*y", "xy"),
    ("2*x", "2x"),
    ("x*2", r"x \cdot 2"),
    ("x - (y - 1)", "x - (y - 1)"),
    ("(x - y) - 1", "(x - y) - 1"),
    ("x - y - 1", "x - y - 1"),
    ("x*(y + 1)", "x(y + 1)"),
    ("-x/y", r"-\frac{x}{y}"),
    ("x/(1 + y)", r"\frac{x}{1 + y}"),
    ("exp(-x)", "e^{-x}"),
    ("exp(-x/2)", "e^{-x/2}"),
    ("(x + 1)**2", "(x + 1)^{2}"),
    ("sigma(x)**2", r"\sigma(x)^{2}"),
    ("diff(sigma(x), x)", r"\sigma'(x)"),
    ("diff(loss, w[i])", r"\frac{\partial \ell}{\partial w_{i}}"),
    ("relu(x)", r"\operatorname{ReLU}(x)"),
    ("max(x, y)", r"\max(x, y)"),
    ("sqrt(x)", r"\sqrt{x}"),
    ("abs(x)", r"\lvert x \rvert"),
    ("W[i, j]", "W_{ij}"),
    ("W[i, j + 1]", "W_{i,j + 1}"),
    ("W.T @ w", r"W^{\top}w"),
    ("(W @ W) @ w", "(WW)w"),
    ("W * W", r"W \odot W"),
    ("norm(w)**2", r"\lVert w \rVert^{2}"),
    ("floor(x/2)", r"\left\lfloor \frac{x}{2} \right\rfloor"),
    ("sum(f(k)*g(i - k) for k in Z)", r"\sum_{k=-\infty}^{\infty} f(k)g(i - k)"),
    ("sum(w[k] for k in span(1, n))", r"\sum_{k=1}^{n} w_{k}"),
    ("sum(w[k] for k in span(1, n))*x", r"\left(\sum_{k=1}^{n} w_{k}\right)x"),
    ("x if x > 0 else 0", r"\begin{cases}x & \text{if } x > 0 \\ 0 & \text{otherwise}\end{cases}"),
    ("x <= y", r"x \le y"),
    ("kron(i, j)", r"\delta_{ij}"),
    ("eta*x", r"\eta x"),
    ("L(lambda m: f(m - t))(i)", r"L[f({\cdot} - t)](i)"),
    ("[[1, x], [0, 1]]", r"\begin{pmatrix}1 & x \\ 0 & 1\end{pmatrix}"),
    ("3274634", r"3\,274\,634"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "tex"), PRINTED)
def test_a_formula_is_printed_as_it_is_written_by_hand(text: str, tex: str) -> None:
    assert latex(parse(text), KNOWN) == tex


@pytest.mark.parametrize(
    ("text", "problem", "column"),
    [
        ("x + ", "invalid syntax", None),
        ("x.real", "'.real' is not known", 0),
        ("1 + 0.5*x", "not an exact number", 4),
        ("sum(k for k in x)", "runs over Z, N or span(a, b)", 15),
        ("sum(k for k in range(m))", "both ends belong to it: span(0, (m) - 1), and span(1, m) for the entries", 15),
        ("f(x=1)", "arguments have no names", 0),
        ("x % 2", "write mod(a, n)", 0),
        ("x // 2", "write floor(a/n)", 0),
        ("{1: 2}", "is not part of the formula language", 0),
        ("__import__('os')", "does not begin with an underscore", 0),
        ("iff(n + n, 2*n)", "`n + n` is a number, and something true or false is meant here", 0),
        ("1 + one(x)", "`x` is a number", 4),
        ("x if y else 0", "`y` is a number", 0),
        ("x > 0 and y", "`y` is a number", 0),
        ("not x", "`x` is a number", 0),
        ("count(k for k in span(1, n) if n)", "`n` is a number", None),
        ("all(w[k] for k in span(1, n))", "`w[k]` is a number", 0),
        ("1 + f(t > 0)", "`t > 0` is true or false, and a number is meant here", 4),
        ("w[all(k <= n for k in span(1, n))]", "is true or false", 0),
        ("(x > 0) == (y > 0)", "`x > 0` is true or false", None),
        ("x + (not y > 0)", "`not y > 0` is true or false", 0),
        ("sum(k > 1 for k in span(1, n))", "`k > 1` is true or false", 0),
        ("L(lambda k: k > 0)(t)", "`k > 0` is true or false", 2),
        ("[[x > 0, 1], [1, 1]]", "`x > 0` is true or false", None),
    ],
)
def test_what_is_no_formula_is_refused_with_a_caret(text: str, problem: str, column: int | None) -> None:
    with pytest.raises(DeclarationError) as refused:
        parse(text)
    message = str(refused.value)
    assert problem in message
    if column is not None:
        assert message.splitlines()[-1].index("^") - 4 == column


def test_what_a_definition_stands_for_is_no_sentence() -> None:
    with pytest.raises(DeclarationError, match="'c' stands for what is true or false"):
        define("c(u)", "u > 0", "")


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


def test_every_reader_knows_every_function_and_no_other() -> None:
    for reading in (numeric, symbolic):
        assert FUNCTIONS.keys() <= reading.BUILT_IN.keys() <= {*FUNCTIONS, *LOGICAL}
        assert reading.CONSTANTS.keys() == CONSTANTS.keys()
    assert FORMS.keys() == {*FUNCTIONS, *DERIVATIVES, *LOGICAL}
    words = set(re.findall(r"\w+", proof.__doc__ or ""))
    assert words >= EVERYWHERE
