"""The field's own words: what has one for its name, or is called by one, is what the field means by it."""

from __future__ import annotations

import re

import pytest

from report.proof import (
    Definition, Derivation, Part, Step, Symbol, check, define, differentiation, function, integer, operator, real, signal,
    vector,
)  # fmt: skip
from report.prove import field

X, N, V = real("x", "a number"), integer("n", "a size", least="1", high=4), vector("v", "n", "numbers")
Y, A, U = real("y", "another"), integer("a", "a time"), vector("u", "n", "more", properties="positive")
F, G, PLACE = signal("f", "a"), signal("g", "b"), integer("i", "c")
OVER = "for k in span(1, n)"
SIGMOID = define("sigma(x)", "1/(1 + exp(-x))", "the sigmoid")
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
        (define("q(x)", "log(1 + exp(-x))", "the logistic loss"), True),
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
        (define("q(x)", "x*(1/(1 + exp(-x)))", "the swish activation"), True),
        (define("q(x)", "x/(1 + exp(x))", "the SiLU"), False),
        (define("q(x)", "max(x, x/10)", "leaky ReLU"), True),
        (define("q(x)", "max(0, x/10)", "leaky ReLU"), False),
        (define("q(x)", "x if x > 0 else x/10", "leaky ReLU"), True),
        (define("q(x)", "x if x > 0 else exp(x) - 1", "the ELU"), True),
        (define("q(x)", "x if x > 0 else exp(x)", "the ELU"), False),
        (define("q(x)", "x**2/2 if abs(x) <= 1 else abs(x) - 1/2", "the Huber loss"), True),
        (define("q(x)", "x**2/2 if abs(x) <= 1 else abs(x)", "the Huber loss"), False),
        (define("q(x)", "1 if x >= 0 else 0", "the sign function"), False),
        (define("q(x)", "x + 1", "the identity function"), False),
        (define("q(x)", "x/2", "twice a number"), False),
        (define("q(x)", "2*x", "twice the number"), True),
        (define("q(x)", "-x", "the reciprocal"), False),
        (define("q(x)", "max(0, x)", "the negative part"), False),
        (define("M", f"sum(one(v[k] == u[k]) {OVER})/n", "the accuracy"), True),
        (define("M", f"sum(one(v[k] != u[k]) {OVER})/n", "the accuracy"), False),
        (define("M", f"sum(u[k]*log(u[k]/v[k]) {OVER})", "the Kullback–Leibler divergence"), True),
        (define("M", f"-sum(u[k]*log(u[k]/v[k]) {OVER})", "the Kullback–Leibler divergence"), False),
        (define("M", f"sum(v[k] - u[k] {OVER})", "the squared error"), False),
        (define("M", f"sum((v[k] - u[k])**2 {OVER})/2", "the squared error"), True),
        (define("M", "v.T @ u/(norm(v) + norm(u))", "the cosine similarity"), False),
        (define("M", "norm(v)**2", "the L1 penalty"), False),
        (define("p[a]", f"exp(-v[a])/{EXP}", "softmax: the probabilities", shape=["n"]), False),
        (define("p[a]", f"exp(v[a])/(1 + {EXP})", "the softmax of `v`", shape=["n"]), False),
        (define("p[a]", f"exp(v[a])/{EXP}", "the softmax of `v`", shape=["n"]), True),
        (define("p[a]", f"exp(2*v[a])/sum(exp(2*v[k]) {OVER})", "softmax with a temperature", shape=["n"]), True),
        (define("p(a)", f"exp(v[a])/{EXP}", "softmax", symbols=[A]), False),
        (define("p[a]", "exp(v[a])/sum(exp(f(k)) for k in Z)", "softmax", shape=["n"]), False),
        (define("p[a]", "exp(v[a])/sum(exp(v[k]) for k in span(2, n))", "softmax", shape=["n"]), False),
        (define("M", f"sum(v[k] {OVER})/(n + 1)", "the mean of `v`"), False),
        (define("M", f"sum(v[k] {OVER})/n", "the mean of `v`"), True),
        (define("M", f"1/n*sum(v[k] {OVER})", "the average"), True),
        (define("M", f"sum(v[k] {OVER})", "the mean of `v`"), False),
        (define("M", f"sum(2*v[k] {OVER})", "the mean of `v`"), False),
        (define("M", f"sum(u[k]*v[k] {OVER})", "the mean of `v`"), True),
        (define("M", f"max(v[k] {OVER})", "the mean of `v`"), False),
        (define("M", "(x + y)/2", "the mean of both"), True),
        (define("M", f"sum(v[k]**2 {OVER})/n", "the standard deviation of `v`"), False),
        (define("M", f"sqrt(sum(v[k]**2 {OVER})/n)", "the standard deviation of `v`"), True),
        (define("M", f"(sum(v[k]**2 {OVER})/n)**(1/2)", "the standard deviation of `v`"), True),
        (define("M", "2/x", "the standard deviation of the weights"), True),
        (define("d(i)", "f(i + 1)", "`f` delayed by one"), False),
        (define("d(i)", "f(i - 1)", "`f` delayed by one"), True),
        (define("d(f, a)(i)", "f(i + a)", "the signal `f` delayed by `a`", symbols=[F, A, PLACE]), False),
        (define("d(f, a)(i)", "f(a - i)", "the delayed signal", symbols=[F, A, PLACE]), False),
        (define("d(f, a)(i)", "f(i - a)", "the delayed signal", symbols=[F, A, PLACE]), True),
        (define("M", f"sum(abs(v[k]) {OVER})", "the Euclidean norm of `v`"), False),
        (define("M", f"sum(v[k]**2 {OVER})", "the Euclidean norm of `v`"), False),
        (define("M", "norm(v)**2", "the Euclidean length of `v`"), False),
        (define("M", "norm(v)", "the Euclidean norm of `v`"), True),
        (define("M", f"sqrt(sum(v[k]**2 {OVER}))", "the L2 norm of `v`"), True),
        (define("M", f"sum(v[k]**2 {OVER})**(1/2)", "the Euclidean length"), True),
        (define("M", "norm(u - v)", "the Euclidean distance between `u` and `v`"), True),
        (define("M", "norm(u + v)", "the Euclidean distance between `u` and `v`"), False),
        (define("M", f"sum(abs(v[k]) {OVER})", "the L1 norm of `v`"), True),
        (define("M", f"sum(v[k] {OVER})", "the L1 norm of `v`"), False),
        (define("M", f"max(abs(v[k]) {OVER})", "the maximum norm of `v`"), True),
        (define("M", f"sum(u[k]*log(v[k]) {OVER})", "the cross-entropy"), False),
        (define("M", f"-sum(u[k]*log(u[k]) {OVER})", "the cross-entropy"), False),
        (define("M", f"sum((u[k] - v[k])**2 {OVER})", "the cross-entropy loss"), False),
        (define("M", f"-sum(u[k]*log(v[k]) {OVER})", "the cross-entropy of `u` and `v`"), True),
        (define("M", f"-1/n*sum(u[k]*log(v[k]) {OVER})", "the cross-entropy loss"), True),
        (define("M", f"sum(-u[k]*log(v[k]) {OVER})", "cross entropy"), True),
        (define("M", f"-sum(u[k]*log(v[k]) + (1 - u[k])*log(1 - v[k]) {OVER})/n", "the cross-entropy"), True),
        (define("M", f"-sum(u[k]*log(v[k]) - (1 - u[k])*log(1 - v[k]) {OVER})/n", "the cross-entropy"), False),
        (define("M", "-x*log(y) - (1 - x)*log(1 - y)", "the cross-entropy of two classes"), True),
        (define("M", "-log(v[1])", "the negative log-likelihood"), True),
        (define("M", "log(v[1])", "the negative log-likelihood"), False),
        (define("M", f"log({EXP}) - v[1]", "the cross-entropy"), True),
        (define("M", f"-sum(v[k]*log(v[k]) {OVER})", "the entropy of `v`"), True),
        (define("M", f"sum(v[k]*log(v[k]) {OVER})", "the entropy of `v`"), False),
        (define("M", f"sum(u[k]*log(u[k]/v[k]) {OVER})", "the Kullback-Leibler divergence"), True),
        (define("M", f"sum(u[k]*log(v[k]/u[k]) {OVER})", "the KL divergence"), False),
        (define("M", f"sum((u[k] - v[k])**2 {OVER})/n", "the mean squared error"), True),
        (define("M", f"sum((u[k] - v[k])**2 {OVER})/2", "the mean squared error"), False),
        (define("M", f"sum((u[k] - x)**2 {OVER})/n", "the mean squared error"), True),
        (define("M", f"sum((u[k] - x)**2 {OVER})/(n - 1)", "the mean squared error"), False),
        (define("M", f"sum(u[k]**2 - x {OVER})/n", "the mean squared error"), False),
        (define("M", f"sum(u[k]*v[k] {OVER})", "the inner product"), True),
        (define("M", f"sum(u[k] + v[k] {OVER})", "the inner product"), False),
        (define("M", f"log({EXP})", "log-sum-exp"), True),
        (define("M", f"{EXP}", "log-sum-exp"), False),
        (define("M", f"sum(v[k] {OVER})/n", "the variance of `v`"), False),
        (define("M", f"sum(v[k]**2 {OVER})/n", "the variance of `v`"), False),
        (define("M", f"sum((v[k] - sum(v[q] for q in span(1, n))/n)**2 {OVER})/n", "the variance of `v`"), True),
        (define("M", f"sum(v[k] {OVER})/n", "the median of `v`"), False),
        (define("M", "max(min(x, y), 0)", "the median of zero and both"), True),
        (define("M", f"sum(q*one(v[q] == max(v[k] {OVER})) for q in span(1, n))", "the argmax of `v`"), True),
        (define("M", f"sum(q*one(v[q] == min(v[k] {OVER})) for q in span(1, n))", "the argmax of `v`"), False),
        (define("M", f"max(v[k] {OVER})", "the argmax of `v`"), False),
        (define("M", f"max(v[k] {OVER})", "the minimum of `v`"), False),
        (define("M", f"max(v[k] {OVER})", "the largest entry of `v`"), True),
        (define("M", f"prod(v[k] {OVER})", "the sum of `v`"), False),
        (define("M", f"sum(v[k] {OVER})", "the sum of `v`"), True),
        (define("M", f"sum(v[k] {OVER})", "the product of `v`"), False),
        (define("M", "x - y", "the sum of both"), False),
        (define("M", "x - y", "the difference of both"), True),
        (define("M", "x + y", "the product of both"), False),
        (define("M", "x*y", "the product of both"), True),
        (define("M", "x**3", "the square of `x`"), False),
        (define("M", "x*x", "the square of `x`"), True),
        (define("M", "x/2", "twice `x`"), False),
        (define("M", "2*x", "twice `x`"), True),
        (define("M", "log(1 + x**2)", "the exponential of `x`"), False),
        (define("M", f"prod(u[k] {OVER})", "the log-likelihood"), False),
        (define("M", f"sum(log(u[k]) {OVER})", "the log-likelihood"), True),
        (define("M", f"sum(log(u[k]) {OVER})", "the likelihood"), False),
        (define("M", f"sum(u[k] {OVER})/n", "the geometric mean of `u`"), False),
        (define("M", f"prod(u[k] {OVER})**(1/n)", "the geometric mean of `u`"), True),
        (define("M", f"sum(abs(v[k]) {OVER})", "the squared norm of `v`"), False),
        (define("M", "norm(v)**2", "the squared norm of `v`"), True),
        (define("M", f"sum((u[k] - v[k])**2 {OVER})/n", "the mean absolute error"), False),
        (define("M", f"sum((u[k] - v[k])**2 {OVER})/n", "the root mean squared error"), False),
        (define("M", f"sqrt(sum((u[k] - v[k])**2 {OVER})/n)", "the root mean squared error"), True),
        (define("M", f"sum(v[k] {OVER})", "the batch mean"), False),
        (define("M", f"sum(v[k] {OVER})/n", "the sample mean of `v`"), True),
        (define("M", "x + y", "the sample `x`"), True),
        (define("M", "-x*log(y)", "the binary cross-entropy"), False),
        (define("M", "-x*log(y) + (1 - x)*log(1 - y)", "the binary cross-entropy"), False),
        (define("M", "-x*log(y) - (1 - x)*log(1 - y)", "the binary cross-entropy"), True),
        (define("M", "-(1 - x)*log(1 - y) - x*log(y)", "the binary cross-entropy of one example"), True),
        (define("M", "log(1 + exp(x)) - y*x", "binary cross-entropy"), True),
        (define("M", "log(1 + exp(x)) + y*x", "binary cross-entropy"), False),
        (define("M", "max(x, 0) - x*y + log(1 + exp(-abs(x)))", "the binary cross-entropy, as code has it"), True),
        (define("M", f"-sum(u[k]*log(v[k]) + (1 - u[k])*log(1 - v[k]) {OVER})/n", "the binary cross-entropy"), True),
        (define("M", "log(1 + exp(-x*y))", "the logistic loss"), True),
        (define("M", "log(1 + exp(x*y))", "the logistic loss"), False),
        (define("M", "max(0, 1 - x*y)", "the hinge loss"), True),
        (define("M", "max(0, 1 + x*y)", "the hinge loss"), False),
        (define("M", f"sum(max(0, 1 - u[k]*v[k]) {OVER})/n", "the hinge loss"), True),
        (define("M", "abs(x - y)", "the absolute error"), True),
        (define("M", "x - y", "the absolute error"), False),
    ],
)  # fmt: skip
def test_what_has_a_word_of_the_field_is_what_the_field_means(definition: Definition, right: bool) -> None:
    name = definition.name
    given = ["f, g"] if name in ("conv", "corr", "c") else ["f, a"] if len(definition.parameters) > 1 else []
    applied = {"p": "p[1]" if definition.indexed else "p(1)", "M": "M"}.get(
        name, f"{name}({given[0]})(i)" if given else f"{name}({'i' if name == 'd' else 'x'})"
    )
    problems = said(applied, X, Y, N, U, V, F, G, A, PLACE, definitions=(definition,))
    assert ("is not what the field calls so" in problems) is not right
    assert right or re.search("it is called “[^”]+”", problems)


@pytest.mark.parametrize(
    "symbol", [function("sigma", "any activation"), operator("conv", "any map"), signal("shift", "a signal")]
)
def test_a_name_of_the_field_is_no_symbol(symbol: Symbol) -> None:
    assert "is the field's name of a function" in said("x", X, symbol)


LOSS, LENGTH = define("ell", "x**2*y", "the loss"), define("ell", "norm(v)**2", "the loss")


@pytest.mark.parametrize(
    ("definitions", "right"),
    [
        ((SIGMOID, define("d(x)", "sigma(x)*(1 - sigma(x))", "the derivative of the sigmoid")), True),
        ((SIGMOID, define("d(x)", "sigma(x)", "the derivative of the sigmoid")), False),
        ((SIGMOID, define("d(x)", "sigma(x)*(1 - sigma(x))", "the derivative of `sigma(x)`")), True),
        ((SIGMOID, define("d(x)", "sigma(x)*(1 + sigma(x))", "the derivative of `sigma(x)`")), False),
        ((define("d(x)", "x", "the slope of `x**2/2`"),), True),
        ((define("d(x)", "x", "the slope of `x**2`"),), False),
        ((define("d", "diff(x**2, x)", "the rate of change"),), True),
        ((define("d", "x", "the rate of change"),), False),
        ((LOSS, define("g", "x**2", "the gradient of the loss by `y`")), True),
        ((LOSS, define("g", "2*x*y", "the gradient of the loss by `y`")), False),
        ((LOSS, define("g", "x**2*y", "the gradient of the loss")), False),
        ((LOSS, define("g", "diff(ell, x) + 1", "the gradient of the loss")), False),
        ((LENGTH, define("g[i]", "2*v[i]", "the gradient of the loss by the weights", shape=["n"])), True),
        ((LENGTH, define("g[i]", "v[i]", "the gradient of the loss by the weights", shape=["n"])), False),
        ((define("d", "x", "a number that is larger than the slope"),), True),
    ],
)
def test_a_derivative_is_that_of_what_it_is_said_of(definitions: tuple[Definition, ...], right: bool) -> None:
    twice = Part("Twice", "x + x == 2*x", [Step(because="add")])
    derivation = Derivation("T0", "", "", [X, Y, N, V], [twice], "", "", definitions)
    assert bool([*field.failures(derivation)]) is not right


@pytest.mark.parametrize(("statement", "right"), [("diff(x**2, x) == 2*x", True), ("x*x == x**2", False)])
def test_what_speaks_of_a_derivative_has_one(statement: str, right: bool) -> None:
    for title, label in (("", "The slope of a square"), ("The derivative of a square", "P")):
        part = Part(label, statement, [Step(because=differentiation("power rule") if right else "")])
        assert bool(check(Derivation("T0", title, "", [X], [part], "")).failures) is not right
