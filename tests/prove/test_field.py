"""The field's own words: what has one for its name, or is called by one, is what the field means by it."""

from __future__ import annotations

import pytest

from report.proof import (
    Definition, Derivation, Part, Step, Symbol, check, define, function, integer, operator, real, signal, vector,
)  # fmt: skip

X, N, V = real("x", "a number"), integer("n", "a size", least="1", high=4), vector("v", "n", "numbers")
F, G, PLACE = signal("f", "a"), signal("g", "b"), integer("i", "c")
OVER = "for k in span(1, n)"
EXP = f"sum(exp(v[k]) {OVER})"


def said(applied: str, *symbols: Symbol, definitions: tuple[Definition, ...] = ()) -> str:
    opened = Part("P", f"2*{applied} - {applied} == {applied}", [Step(because="take away")])
    return "\n".join(check(Derivation("T0", "", "", symbols, [opened], "", "", definitions)).failures)


@pytest.mark.parametrize(
    ("definition", "right"),
    [
        (define("sigma(u)", "1/(1 + exp(-u))", "the sigmoid"), True),
        (define("sigma(x)", "exp(x)/(1 + exp(x))", "the sigmoid"), True),
        (define("sigma(x)", "1/(1 + exp(x))", "the logistic sigmoid"), False),
        (define("s(u)", "1/(1 + exp(u))", "the logistic sigmoid"), False),
        (define("relu(x)", "max(x, 0)", "the rectified linear unit"), True),
        (define("relu(x)", "max(x, 1)", "a unit"), False),
        (define("conv(g, f)(i)", "sum(g(i - j)*f(j) for j in Z)", "the convolution", symbols=[F, G, PLACE]), True),
        (define("conv(f, g)(i)", "sum(f(k)*g(i + k) for k in Z)", "the convolution", symbols=[F, G, PLACE]), False),
        (define("c(f, g)(i)", "sum(f(k)*g(i + k) for k in Z)", "the convolution of two signals", symbols=[F, G, PLACE]), False),
        (define("c(f, g)(i)", "sum(f(k)*g(i + k) for k in Z)", "the convolution of `f` and `g`", symbols=[F, G, PLACE]), False),
        (define("corr(f, g)(i)", "sum(f(k)*g(i + k) for k in Z)", "the correlation", symbols=[F, G, PLACE]), True),
        (define("sigmoid(x)", "1/(1 + exp(x))", "a squashing function"), False),
        (define("sigmoid(x)", "1/(1 + exp(-x))", "a squashing function"), True),
        (define("q(x)", "1/(1 + exp(x))", "the standard sigmoid function"), False),
        (define("q(x)", "min(0, x)", "the ReLU"), False),
        (define("q(x)", "x**2", "the absolute value"), False),
        (define("q(x)", "max(x, -x)", "the absolute value of `x`"), True),
        (define("q(x)", "x/(1 + abs(x))", "the hyperbolic tangent"), False),
        (define("p[a]", f"exp(-v[a])/{EXP}", "softmax: the probabilities", shape=["n"]), False),
        (define("p[a]", f"exp(v[a])/(1 + {EXP})", "the softmax of `v`", shape=["n"]), False),
        (define("p[a]", f"exp(v[a])/{EXP}", "the softmax of `v`", shape=["n"]), True),
        (define("p[a]", f"exp(2*v[a])/sum(exp(2*v[k]) {OVER})", "softmax with a temperature", shape=["n"]), True),
        (define("M", f"sum(v[k] {OVER})/(n + 1)", "the mean of `v`"), False),
        (define("M", f"sum(v[k] {OVER})/n", "the mean of `v`"), True),
        (define("M", f"1/n*sum(v[k] {OVER})", "the average"), True),
    ],
)  # fmt: skip
def test_what_has_a_word_of_the_field_is_what_the_field_means(definition: Definition, right: bool) -> None:
    name = definition.name
    applied = {"p": "p[1]", "M": "M"}.get(name, f"{name}(f, g)(i)" if name in ("conv", "corr", "c") else f"{name}(x)")
    problems = said(applied, X, N, V, F, G, PLACE, definitions=(definition,))
    assert ("is not what the field calls so" in problems) is not right


@pytest.mark.parametrize(
    "symbol", [function("sigma", "any activation"), operator("conv", "any map"), signal("shift", "a signal")]
)
def test_a_name_of_the_field_is_no_symbol(symbol: Symbol) -> None:
    assert "is the field's name of a function" in said("x", X, symbol)
