"""Wrong statements, small and of every kind, that were tried on the checker: SymPy's reading alone must refuse each of them,
whatever the reason, and no witness is asked.

A row is the statement, the names in it, what is given, and what is defined.
"""

from __future__ import annotations

import re

import pytest
import sympy as sp

import report.prove.decide.signs
from report.proof import (
    Derivation, Part, Step, algebra, calculation, check, cited, cyclic, define, definition, function, induction, integer,
    matrix, operator, real, reindex, signal, using, vector,
)  # fmt: skip
from report.prove.decide.conditions import NO_FACTS
from report.prove.decide.signs import is_nonnegative
from report.prove.language.formula import statement
from report.prove.reasons.rule import Rule
from theory.vocabulary import CONV, RELU, SHIFT, SIGMA

SYMBOLS = {
    **{name: real(name, "") for name in "xyz"},
    **{name: integer(name, "", least="1") for name in "nm"},
    **{name: integer(name, "", within=("1", "n")) for name in "ij"},
    **{name: integer(name, "") for name in "at"},
    **{name: signal(name, "") for name in "fg"},
    **{name: vector(name, "n", "") for name in "uv"},
    **{name: matrix(name, "n", "n", "") for name in "ABWI"},
    "h": function("h", ""),
    "Q": operator("Q", ""),
    "L": operator("L", "", linear=True),
    "x0": real("x", "", least="0"),
    "y0": real("y", "", least="0"),
    "y>0": real("y", "", above="0"),
    "n0": integer("n", "", least="0"),
    "v0": vector("v", "n", "", first=0),
    "u>0": vector("u", "n", "", properties=["positive"]),
    "v>0": vector("v", "n", "", properties=["positive"]),
    "f>0": signal("f", "", properties=["positive"]),
    "um": vector("u", "m", ""),
    "fv": vector("f", "n", ""),
    **{f"{name}mn": matrix(name, "m", "n", "") for name in "ABW"},
    **{f"{name}={name}T": matrix(name, "n", "n", "", properties=["symmetric"]) for name in "AB"},
    "Q|": matrix("Q", "m", "n", "", properties=["orthonormal"]),
    "R|": matrix("R", "n", "n", "", properties=["orthogonal"]),
    "R01": matrix("R", "n", "n", "", properties=["permutation"]),
    "R=RT": matrix("R", "n", "n", "", properties=["symmetric", "orthogonal"]),
    "vm": vector("v", "m", ""),
    "k": integer("k", "", least="1"),
}
PLACE = integer("k", "")
OF_H = define("c(h)(x)", "h(x)", "", symbols=[function("h", ""), real("x", "")])
OF_F = define("c(f)(t)", "f(t)", "", symbols=[signal("f", ""), integer("t", "")])
SLOPE_OF_H = define("c(h)(x)", "diff(h(x), x)", "", symbols=[function("h", ""), real("x", "")])
UP, DOWN = "c(t - 1, s + 1) + 1", "c(t + 1, s - 1) + 1"
COUNTS = [integer("t", "", least="0"), integer("s", "", least="0")]
ABOVE_0 = [real("y", "", above="0")]
SAME = define("e(y)", "y", "", symbols=[real("y", "")])
SLOPES = {"abs": "abs(y)", "relu": "max(0, y)", "floor": "floor(y)", "root": "sqrt(abs(y))", "square": "y**2"}
DEFINED = {
    "": [],
    "sigma": [SIGMA],
    "relu": [RELU],
    "conv": [CONV],
    "conv shift": [CONV, SHIFT],
    "conv 1/k": [CONV, define("g(k)", "1/k", "", symbols=[PLACE])],
    "doubling": [define("c(t)", "x if t == 0 else 2*c(t - 1)", "", symbols=COUNTS[:1])],
    "doubling both": [define("d(y, t)", "y if t == 0 else y + d(y, t - 1)", "", symbols=[real("y", ""), COUNTS[0]])],
    "step": [define("c(k)", "1 if k >= 0 else 0", "", symbols=[PLACE])],
    "w": [define("w", "imag*x", "")],
    "by x": [define("c(y)", "diff(x*y, x)", "", symbols=[real("y", "")])],
    "by v": [define("c(y)", "sum(diff(v[k]*y, v[k]) for k in span(1, n))", "", symbols=[real("y", "")])],
    "by first": [define("c(y)", "diff(x*y, v[1])", "", symbols=[real("y", "")])],
    "grad v": [define("c(y)", "sum(grad(y*(v.T @ v), v)[k] for k in span(1, n))", "", symbols=[real("y", "")])],
    "by f": [define("c(f)(t)", "diff(f(0)*g(0), f(0))", "", symbols=[signal("f", ""), integer("t", "")])],
    "of f": [define("c(f)(t)", "diff(x*f(t), x)", "", symbols=[signal("f", ""), integer("t", "")])],
    "of h": [OF_H],
    "of h floor": [OF_H, define("d(y)", "floor(y)", "", symbols=[real("y", "")]), SAME],
    "half": [define("c(f)(t)", "f(t/2)", "", symbols=[signal("f", ""), integer("t", "")])],
    "of h above 0": [OF_H, define("d(y)", "y", "", symbols=ABOVE_0)],
    "of h 1/y": [OF_H, define("d(y)", "1/y", "", symbols=ABOVE_0)],
    "of h from 1": [OF_H, define("d(t)", "t", "", symbols=[integer("t", "", least="1")])],
    "of h square": [OF_H, define("d(y)", "y**2", "", symbols=[real("y", "")])],
    "slope of h": [SLOPE_OF_H],
    **{f"slope of {name}": [SLOPE_OF_H, define("d(y)", body, "", symbols=[real("y", "")])] for name, body in SLOPES.items()},
    "t from 0": [define("d(t)", "t", "", symbols=[integer("t", "", least="0")])],
    "f shifted": [OF_F, define("d(t)", "t", "", symbols=[integer("t", "", least="0")]), SHIFT],
    "f": [OF_F],
    "f from 0": [
        OF_F,
        define("d(t)", "t", "", symbols=[integer("t", "", least="0")]),
    ],
    "D": [define("D(h)(x)", "0*h(x)", "", symbols=[function("h", ""), real("x", "")])],
    "lambda": [define("c(y)", "(lambda r: abs(r))(y)", "", symbols=[real("y", "")])],
    "y from 0": [define("c(y)", "y", "", symbols=[real("y", "", least="0")])],
    "floor y": [define("d(y)", "floor(y)", "", symbols=[real("y", "")]), SAME],
    "circle": [define("c", "d + 1", ""), define("d", "c", "")],
    "itself": [define("c", "c + 1", "")],
    "two ways": [define("c(t, s)", f"({UP} if t >= 1 else {DOWN}) if s >= 1 else 0", "", symbols=COUNTS)],
    "both lower": [
        define("c(t, s)", "c(t - 1, s - 2)**2 + 1", "", symbols=[integer("t", "", least="s"), integer("s", "")]),
    ],
    "mutual": [
        define("c(t)", "d(t + 1) + 1", "", symbols=COUNTS[:1]),
        define("d(s)", "c(s - 1)", "", symbols=[integer("s", "", least="1")]),
    ],
    "p = 1/k": [define("p[k]", "1/k", "", shape=["n"])],
    "p = root": [define("p[k]", "sqrt(n - 1)", "", shape=["n"])],
    "root from 1": [define("c(y)", "sqrt(y - 1)", "", symbols=[real("y", "", least="1")])],
    "softmax": [define("p[q]", "exp(v[q])/sum(exp(v[k]) for k in span(1, n))", "", shape=["n"])],
}
LEVELS = "sum(v[k]*sum(sum({} for l in span(1, n))**2 for q in span(1, n)) for k in span(1, n))"
FALSE = [
    ("implies(x*y == 0, x == 0)", "x y"),
    ("implies(x*y == 1, (x == 1) or (y == 1))", "x y"),
    ("implies(x*y*z == 0, (x == 0) or (y == 0))", "x y z"),
    ("implies(x**2 == 4, (x == 2) or (x == -1))", "x"),
    ("implies(x*exp(x) == 0, (exp(x) == 0) or (x == 1))", "x"),
    ("implies((x > 1) or (x < 0), x > 1)", "x"),
    ("implies(x > 1, (x > 2) or (x < -5))", "x"),
    ("implies(exp(x) == 1, x == 1)", "x"),
    ("implies(abs(x) == 1, x == 1)", "x"),
    ("implies(max(x, 0) == 0, x == 0)", "x"),
    ("implies(floor(x) == 1, x == 1)", "x"),
    ("sum(sum(v[l] for l in span(1, k)) for k in span(1, n)) == sum((n - k)*v[k] for k in span(1, n))", "n v"),
    ("sum(v[k]*prod(exp(W[k, q]) for q in span(1, n)) for k in span(1, n)) == "
     "sum(v[k]*exp(sum(W[q, q] for q in span(1, n))) for k in span(1, n))", "n v W"),
    ("diff(x if sign(x) < 1 else 2*x, x) == 1", "x", "x <= 0"),
    ("diff(x if sqrt(x) <= 2 else x**2, x) == 1", "x0", "x < 1"),
    ("diff(x if abs(x) <= y else 2*x, x) == 1", "x y", "abs(x) <= y"),
    ("diff(x**2/2 if abs(x) <= y else y*abs(x), x) == y*x/abs(x)", "x y", "abs(x) > y"),
    ("diff(x if max(x, 0) <= y else 2*x, x) == 1", "x y", "max(x, 0) <= y"),
    ("f(a*t + 1) <= max(f(a*t + k) for k in span(0, n - 1))", "f a t n"),
    ("f(t + 1)**2 <= sum(f(t - k)**2 for k in span(0, n))", "f t n"),
    ("min(1, x/y)*y == x", "x y", "x > 0; y > 0"),
    ("min(1, x/y)*y < x", "x y", "x > 0; y >= x"),
    ("norm(min(1, x/norm(v))*v) == x", "n v x", "x > 0; norm(v) > 0"),
    ("sin(pi*x/y) >= 0", "x y", "0 <= x; y > 0"),
    ("sin(x) > 0", "x", "0 <= x; x <= pi"),
    ("sin(x) >= 0", "x", "-1 <= x; x <= pi"),
    ("x**(2*n) > 0", "x n0"),
    ("x**(2*n) != 0", "x n0"),
    ("x**(2*n)/x**(2*n) == 1", "x n0"),
    ("log(x**(2*n)) == 2*log(x**n)", "x n0"),
    ("ones(n) != zeros(n)", "n0"),
    ("one(h(x) == 0)*diff(h(x), x) == 0", "x h"),
    ("diff(h(x), x) == 0", "x h", "h(x) == 0"),
    ("one(x == 0)*diff(h(x), x) == one(x == 0)*diff(h(0), x)", "x h"),
    ("w**2 >= 0", "x", "", "w"),
    ("abs(w) >= w", "x", "", "w"),
    ("sqrt(w**2) == abs(w)", "x", "", "w"),
    ("abs(w)**2 == w**2", "x", "", "w"),
    ("A * I == A * identity(n)", "n A I"),
    ("diff(Q(f)(t), f(0)) == 0", "f t Q"),
    ("diff(L(f)(t), f(0)) == 0", "f t L"),
    ("sum(k for k in span(n + 2, n)) == -(n + 1)", "n"),
    ("sum(1/k for k in span(1, n)) > 0", "n0"),
    ("sum(v[k] for k in span(1, n)) > 0", "n0 v>0"),
    ("prod(v[k] for k in span(1, n)) != 1", "n0 v>0"),
    ("max(f(k) for k in N if k <= t) - max(f(k) for k in N if k <= t) == 0", "t f"),
    ("x + max(k for k in N) - max(k for k in N) == x", "x"),
    ("x*sum(1 for k in N) - x*sum(1 for k in N) == 0", "x"),
    ("sum(x for k in Z) - sum(x for k in Z) == 0", "x"),
    ("sum(f(k + 1) - f(k) for k in Z) == 0", "f>0"),
    ("sum(c(k + 1) - c(k) for k in Z) == 0", "", "", "step"),
    ("2*conv(f, g)(t) == conv(f, g)(t) + conv(f, g)(t)", "f t", "", "conv 1/k"),
    ("[[x, 2], [3, 4]][0, 1] == 3", "x"),
    ("log(x/y) == log(x) - log(y)", "x y", "x/y > 0"),
    ("log(x**2) == 2*log(abs(x))", "x"),
    ("log(exp(x)**y) == x*y + log(1/x) - log(1/x)", "x y"),
    ("sqrt(x*y) == sqrt(x)*sqrt(y)", "x y", "x*y >= 0"),
    ("sqrt(x/y) == sqrt(x)/sqrt(y)", "x y", "x*y > 0"),
    ("(x**2)**(1/2) == x", "x"),
    ("(x**3)**(1/3) == x", "x"),
    ("(x*y)**(1/2) == x**(1/2)*y**(1/2)", "x y", "x*y > 0"),
    ("(x**2)**y == x**(2*y)", "x y", "x != 0"),
    ("x**(-n)*x**n == 1", "x n0"),
    ("0**n == 0", "n0"),
    ("(x**2 - y**2)/(x - y) == x + y", "x y"),
    ("1/x - 1/x == 0", "x"),
    ("0*(1/x) == 0", "x"),
    ("1/(1/x) == x", "x"),
    ("v[n + 1] - v[n + 1] == 0", "n v"),
    ("v[0]*0 == 0", "n v"),
    ("v[i - 1] - v[i - 1] + 1 == 1", "n v i"),
    ("sum(v[k + 1] - v[k] for k in span(1, n)) == v[n + 1] - v[1]", "n v"),
    ("sum(v[k] for k in span(1, n)) - sum(v[k] for k in span(1, n)) == 0", "n v0"),
    ("W[i, 1] - W[i, 1] == 0", "n m Wmn i"),
    ("v + u == u + v", "n m v um"),
    ("trace(A @ B) == trace(B @ A)", "n m Amn Bmn"),
    ("trace(A) == trace(A.T)", "n m Amn"),
    ("diff(floor(x), x) == 0", "x"),
    ("diff(ceil(x)*0, x) == 0", "x"),
    ("diff(mod(x, 1), x) == 1", "x"),
    ("diff(sign(x), x) == 0", "x"),
    ("diff(relu(x), x) == one(x > 0)", "x", "", "relu"),
    ("diff(relu(x), x) == 1", "x", "x >= 0", "relu"),
    ("diff(max(x, y, 0), x) == one(x > max(y, 0))", "x y"),
    ("diff(abs(x - y), x) == -diff(abs(x - y), y)", "x y"),
    ("diff(x*abs(x), x) == 2*abs(x)", "x"),
    ("diff(sqrt(x**2), x) == x/sqrt(x**2)", "x", "x >= 0"),
    ("diff(x**(3/2), x) == 3/2*sqrt(x)", "x", "x >= 0"),
    ("diff(x if x > 0 else x + 1, x) == 1", "x"),
    ("diff(0 if x == 0 else x, x) == 1", "x"),
    ("diff(sum(abs(v[k]) for k in span(1, n)), v[i]) == sign(v[i])", "n v i"),
    ("diff(max(v[k] for k in span(1, n)), v[i]) == one(v[i] == max(v[k] for k in span(1, n)))", "n v i"),
    ("grad(norm(v), v) == v/norm(v)", "n v", "n >= 1"),
    ("grad(sum(max(0, v[k]) for k in span(1, n)), v) == ones(n)", "n v", "all(v[k] >= 0 for k in span(1, n))"),
    ("diff(x**n, n) == x**n*log(x)", "n x", "x > 0"),
    ("diff(f(t), t) == f(t + 1) - f(t)", "f t"),
    ("sum(1 for k in span(1, a)) == a", "a"),
    ("sum(x for k in span(1, a)) == a*x", "a x"),
    ("sum(k for k in span(1, n)) == n*(n - 1)/2", "n"),
    ("sum(x**k for k in span(0, n - 1)) == (1 - x**n)/(1 - x)", "n x"),
    ("sum(v[k]*u[k] for k in span(1, n)) == sum(v[k] for k in span(1, n))*sum(u[k] for k in span(1, n))", "n v u"),
    ("sum(f(k) for k in span(1, n)) == sum(f(k + 1) for k in span(1, n))", "n f"),
    ("sum(f(k) for k in span(1, n)) == sum(f(k - 1) for k in span(1, n + 1))", "n f"),
    ("sum(sum(W[k, q] for q in span(1, k)) for k in span(1, n)) == sum(sum(W[k, q] for k in span(1, q)) for q in span(1, n))",
     "n W"),
    ("sum(sum(W[k, q] for q in span(1, k)) for k in span(1, n)) == sum(sum(W[k, q] for k in span(q, n)) for q in span(2, n))",
     "n W"),
    ("sum(sum(W[k, q] for q in span(1, n)) for k in span(1, n)) == 2*sum(sum(W[k, q] for q in span(1, k)) for k in span(1, n))",
     "n W"),
    ("sum(f(k) for k in N) == sum(f(k + 1) for k in N)", "f"),
    ("sum(f(-2*k) for k in Z) == sum(f(2*k + 1) for k in Z)", "f"),
    ("sum(f(k) for k in span(0, n)) == sum(f(-k) for k in span(0, n))", "n f"),
    ("sum(f(k) for k in span(0, n)) == sum(f(n - k - 1) for k in span(0, n))", "n f"),
    ("count(k for k in span(0, n)) == n", "n"),
    ("count((i, j) for i in span(1, n) for j in span(i, n)) == n*(n - 1)/2", "n"),
    ("prod(v[k] + u[k] for k in span(1, n)) == prod(v[k] for k in span(1, n)) + prod(u[k] for k in span(1, n))",
     "n v u"),
    ("prod(x for k in span(0, n)) == x**n", "n0 x"),
    ("prod(0*v[k] for k in span(2, n)) == 0", "n v"),
    ("prod(v[k + 1]/v[k] for k in span(1, n - 1)) == v[n]", "n v>0"),
    ("log(prod(v[k] for k in span(1, n))) == sum(log(v[k]) for k in span(1, n))", "n v"),
    ("log(prod(v[k] for k in span(1, n))) == sum(log(v[k]) for k in span(2, n))", "n v>0"),
    ("sum(kron(k, m)*v[k] for k in span(1, n)) == v[m]", "n v m", "m <= n + 1"),
    ("sum(delta(k - a)*f(k) for k in span(0, n)) == f(a)", "n f a"),
    ("sum(kron(k, x)*x for k in span(0, 5)) == x", "x", "x >= 0; x <= 5"),
    ("sum(kron(k, q) for k in span(1, n) for q in span(1, n)) == n**2", "n"),
    ("sum(kron(2*k, i) for k in span(1, n)) == 1", "n i"),
    ("conv(shift(f, a), shift(g, a))(t) == conv(f, g)(t - a)", "f g t a", "", "conv shift"),
    ("conv(f, g)(t) == sum(f(k)*g(t - k + 1) for k in Z)", "f g t", "", "conv"),
    ("conv(f, g)(t) == sum(f(k)*g(k + t) for k in Z)", "f g t", "", "conv"),
    ("conv(f, g)(t) == conv(f, g)(-t)", "f g t", "", "conv"),
    ("conv(f, g)(t) == f(t)*g(t)", "f g t", "", "conv"),
    ("sum(conv(f, g)(k) for k in Z) == sum(f(k)*g(k) for k in Z)", "f g", "", "conv"),
    ("iff(x*y == x, y == 1)", "x y"),
    ("iff(x**2 == y**2, x == y)", "x y"),
    ("iff(x**2 <= y**2, x <= y)", "x y"),
    ("iff(x <= y, x*y <= y**2)", "x y"),
    ("iff(1/x <= 1/y, y <= x)", "x y", "x != 0; y != 0"),
    ("iff(x < y, x <= y)", "x y"),
    ("iff(n < m, n <= m)", "n m"),
    ("implies(x*y == 0, x == 0)", "x y"),
    ("implies(x < y, -x < -y)", "x y"),
    ("implies(x < 1, x*y < y)", "x y"),
    ("implies(abs(x) < abs(y), x < y)", "x y"),
    ("iff(t < x, t <= floor(x))", "t x"),
    ("iff(exp(x) <= y, x <= log(y))", "x y"),
    ("sqrt(x*y) <= (x + y)/2", "x y", "x*y >= 0"),
    ("sum(v[k]*u[k] for k in span(1, n)) <= norm(v)", "n v u"),
    ("abs(x + y) >= abs(x) + abs(y)", "x y"),
    ("abs(x) - abs(y) >= abs(x - y)", "x y"),
    ("exp(x) > 1 + x", "x"),
    ("exp(x) >= 1 + x + x**2/2", "x"),
    ("log(x) < x - 1", "x", "x > 0"),
    ("sqrt(x) <= x", "x", "x >= 0"),
    ("x**2 > 0", "x"),
    ("sum(v[k]**2 for k in span(1, n)) > 0", "n v"),
    ("max(v[k] for k in span(1, n)) > v[i]", "n v i"),
    ("max(x, y) > min(x, y)", "x y"),
    ("max(x + y, z) == x + max(y, z)", "x y z"),
    ("max(x*y, x*z) == x*max(y, z)", "x y z"),
    ("max(x, y) == -max(-x, -y)", "x y"),
    ("max(x, y)**2 == max(x**2, y**2)", "x y"),
    ("sign(x)*sign(x) == 1", "x"),
    ("x/abs(x) == sign(x)", "x"),
    ("relu(x) - relu(-x) == abs(x)", "x", "", "relu"),
    ("relu(x*y) == x*relu(y)", "x y", "", "relu"),
    ("relu(x + y) <= relu(x)", "x y", "", "relu"),
    ("relu(relu(x) - 1) == relu(x) - 1", "x", "", "relu"),
    ("sigma(-x) == -sigma(x)", "x", "", "sigma"),
    ("sigma(x) > 1/2", "x", "", "sigma"),
    ("sigma(x) <= x", "x", "", "sigma"),
    ("floor(x + y) == floor(x) + floor(y)", "x y"),
    ("floor(-x) == -floor(x)", "x"),
    ("ceil(x) == floor(x) + 1", "x"),
    ("floor(t/2) + floor(t/2) == t", "t"),
    ("n*floor(t/n) == t", "t n"),
    ("ceil(t/n) == floor((t + n)/n)", "t n"),
    ("mod(t + a, n) == mod(t, n) + mod(a, n)", "t a n"),
    ("mod(-t, n) == -mod(t, n)", "t n"),
    ("mod(t, n) <= n - 2", "t n"),
    ("mod(t, n) == t", "t n", "t >= 0; t <= n"),
    ("mod(t, a) >= 0", "t a", "a != 0"),
    ("(A + B) @ (A + B) == A @ A + 2*A @ B + B @ B", "n A B"),
    ("trace(A @ B @ W) == trace(A @ W @ B)", "n A B W"),
    ("(A @ B).T == A.T @ B.T", "n A B"),
    ("(A * B) @ W == A * (B @ W)", "n A B W"),
    ("trace(A @ B) == sum(A[k, q]*B[k, q] for k in span(1, n) for q in span(1, n))", "n A B"),
    ("norm(A @ B) == norm(A)*norm(B)", "n A B"),
    ("norm(A)**2 == trace(A)**2", "n A"),
    ("Q @ Q.T == identity(m)", "n m Q|"),
    ("(A @ B).T == A @ B", "n A=AT B=BT"),
    ("diag(v) @ A == A @ diag(v)", "n v A"),
    ("v @ u.T == u @ v.T", "n v u"),
    ("v.T @ A @ v == v.T @ v", "n v A"),
    ("grad(v.T @ A @ v, v) == 2*A @ v", "n v A"),
    ("grad(v.T @ A @ u, A) == u @ v.T", "n v u A"),
    ("1/A * A == ones(n, n)", "n A"),
    ("h(A @ A) == h(A) @ h(A)", "n A h"),
    ("h(A @ R) == R @ h(A)", "n R01 A h"),
    ("R == R.T", "n R01"),
    ("R @ R == identity(n)", "n R|"),
    ("R @ R == R", "n R=RT"),
    ("trace(R @ A) == trace(A)", "n R=RT A"),
    ("x + (x if u == v else y) == x + y", "x y n u v"),
    ("x >= 0", "x n u v", "not (u == v)"),
    ("max(0, A @ v) == A @ max(0, v)", "n v A"),
    ("A @ ones(n) == ones(n)", "n A"),
    ("(v.T @ u)*(v.T @ A @ u) == (v.T @ u)*(u.T @ A @ v)", "n v u A"),
    ("trace(Q @ Q.T) == m", "n m Q|"),
    ("diff(h(x**2), x) == 2*x*diff(h(x), x)", "x h"),
    ("diff(h(3*x), x) == 3*diff(h(x), x)", "x h"),
    ("diff(x*h(x), x) == diff(h(x), x)", "x h"),
    ("diff(sum(v[k] for k in span(2, n)), v[i]) == 1", "n v i"),
    ("diff(p[i], v[j]) == p[i]*(1 - p[j])", "n v i j", "", "softmax"),
    ("p[i] < 1", "n v i", "", "softmax"),
    ("v[i] < sum(v[k] for k in span(1, n))", "n v>0 i"),
    ("diff(p[i], v[j]) == kron(i, j)*p[i] - p[i]", "n v i j", "", "softmax"),
    ("sum(kron(k, 0)*prod(k for q in span(1, n)) for k in span(0, m)) != max(1, n)", "n0 m"),
    ("max(v[k] for k in span(2, n)) >= v[i]", "n v i", "n >= 2"),
    ("min(v[k] for k in span(1, n)) >= v[i]", "n v i"),
    ("ceil(x) == -floor(x)", "x"),
    ("2*sqrt(x)*sqrt(y) < x + y", "x0 y0"),
    ("3*sqrt(x)*sqrt(y) <= x + y", "x0 y0"),
    ("tanh(x) == (exp(x) - exp(-x))/(exp(x) + 2*exp(-x))", "x"),
    ("sum(1/n for k in span(1, n)) == 1", "n0"),
    ("sum(k/n for k in span(1, n)) == (n + 1)/2", "n0"),
    ("n*sum(1/n**2 for k in span(1, n)) == 1", "n0"),
    ("sum(x**k for k in span(0, n)) == (1 - x**n)/(1 - x)", "n x", "x != 1"),
    ("sum(x**k for k in span(1, n)) == (1 - x**(n + 1))/(1 - x)", "n x", "x != 1"),
    ("sum(k for k in span(1, a)) == a*(a + 1)/2", "a"),
    ("sum(k for k in span(1, a)) == a*(a + 1)/2", "a", "a >= -2"),
    ("sum(k for k in span(m, n)) == (n - m + 1)*(n + m)/2", "n m"),
    ("sum(1/(k*(k + 1)) for k in span(0, n)) == 1 - 1/(n + 1)", "n"),
    ("sum(1/k for k in span(1, n)) == log(n)", "n"),
    ("sum(k**3 for k in span(1, n)) == n**2*(n + 1)**2/2", "n"),
    ("iff(A @ v == zeros(n), v == zeros(n))", "n A v"),
    ("implies(A @ v == zeros(n), v == zeros(n))", "n A v"),
    ("iff(A == B, A == B.T)", "n A B"),
    ("iff(x*v == x*u, v == u)", "n x u v"),
    ("iff(A @ v == u, x == 1)", "n A u v x"),
    ("norm(A @ (x*u + (1 - x)*v))**2 <= x*norm(A @ u)**2 - (1 - x)*norm(A @ v)**2", "n A u v x", "x >= 0; x <= 1"),
    ("v.T @ (A + A.T) @ v >= 0", "n A v"),
    ("floor(x) + floor(x + 1/2) == floor(2*x) + 1", "x"),
    ("floor(floor(x)/2) == floor(x/3)", "x"),
    ("mod(t*a, n) == mod(t, n)*mod(a, n)", "t a n"),
    ("floor(x) < floor(y)", "x y", "x < y"),
    ("x**n < y", "x0 y>0 n", "x < 1; n > 1/y"),
    ("1/sqrt(n) < y", "y>0 n", "n > 1/y"),
    ("n*x**n < y", "y>0 n x", "x > 0; x < 1; n > log(y)/log(x)"),
    ("sum(v[k]**2*u[k] for k in span(1, n)) == sum(v[k]*u[k] for k in span(1, n))*sum(v[k] for k in span(1, n))", "n v u"),
    ("sum(v[k]*sum(sum(A[a, b]*B[k, b] for b in span(1, n)) for a in span(1, n)) for k in span(1, n)) <= "
     "sum(v[k]*sum(sum(A[a, b]*B[a, b] for b in span(1, n)) for a in span(1, n)) for k in span(1, n))", "n v A B"),
    ("sum(v[k]*sum(sum(A[a, b]*B[a, k] for b in span(1, n)) for a in span(1, n)) for k in span(1, n)) <= "
     "sum(v[k]*sum(sum(A[a, b]*B[a, a] for b in span(1, n)) for a in span(1, n)) for k in span(1, n))", "n v A B"),
    ("2**(imag*x) > 0", "x"),
    ("y**(imag*x) >= 0", "x y>0"),
    ("2**w > 0", "x", "", "w"),
    ("norm(imag*v)**2 == -norm(v)**2", "n v"),
    ("abs(h(imag*x))**2 == h(imag*x)**2", "x h"),
    ("diff(diff(diff(abs(x)**3, x), x), x)*0 == 0", "x"),
    ("diff(diff(diff(norm(v)**3, v[i]), v[i]), v[i])*0 == 0", "n v i"),
    ("diff(count(k for k in N if k <= x), x)*0 == 0", "x"),
    ("diff(sum(f(k) for k in N if k <= x), x) == diff(sum(f(k) for k in N if k <= x), x)*1", "x f"),
    ("f(x) - f(x) + 1 == 1", "x f"),
    ("f(t/2)*0 == 0", "t f"),
    ("Q(f)(x)*0 == 0", "x f Q"),
    ("Q(lambda q: f(q/2))(t)*0 == 0", "t f Q"),
    ("c(x) == c(x)*1", "x", "", "step"),
    ("trace(identity(n/2)) == n/2", "n"),
    ("identity(x) == identity(x)*1", "x"),
    ("2*ones(n - 2) == ones(n - 2) + ones(n - 2)", "n"),
    ("trace(A) + norm(identity(n)) == trace(A) + norm(identity(m))", "n m A"),
    ("trace(A) + trace(h(identity(n))) == trace(A) + trace(h(identity(m)))", "n m A h"),
    ("trace(A) + trace(h(zeros(n, n))) == trace(A) + trace(h(zeros(m, m)))", "n m A h"),
    ("trace(A) + trace(identity(n)*identity(n)) == trace(A) + trace(identity(m)*identity(m))", "n m A"),
    ("one(x in span(1, 3)) == one(x >= 1)*one(x <= 3)", "x"),
    ("one(x in Z) == 1", "x"),
    ("one(n/2 in N) == 1", "n"),
    ("iff(x in N, x >= 0)", "x"),
    ("implies(1 <= x, x in N)", "x"),
    ("n*sum(one(k <= i) for k in span(1, n)) + abs(x) <= sum(one(k <= i) for k in span(1, n))**2 + max(x, -x)", "n i x"),
    ("sum(exp(v[k])*one(k <= i) for k in span(1, n))*sum(exp(v[k]) for k in span(1, n)) + abs(x) <= "
     "sum(exp(v[k])*one(k <= i) for k in span(1, n))**2 + max(x, -x)", "n i v x"),
    ("diff(relu(x), x) == one(x > 0)", "x", "x != 1", "relu"),
    ("max(x, y) == x", "x y", "x != y"),
    ("sign(x*y) == 1", "x y", "x*y != 0"),
    ("x**2 + 2*x + 1 > 0", "x"),
    ("x**2 + 3*x*y + y**2 >= 0", "x y"),
    ("norm(u + v) < norm(u) + norm(v)", "n u v"),
    ("norm(u) + norm(v) <= norm(u - v)", "n u v"),
    ("u.T @ v < norm(u)*norm(v)", "n u v"),
    ("u.T @ v <= norm(u)", "n u v"),
    ("(u.T @ v)**2 <= norm(u)**4", "n u v"),
    ("sum(v[k] for k in span(1, n))**2 <= sum(v[k]**2 for k in span(1, n))", "n v"),
    ("sum(v[k] for k in span(0, n))**2 <= n*sum(v[k]**2 for k in span(0, n))", "n v0"),
    ("sum(f(k)*g(k) for k in span(1, n))**2 <= sum(f(k)**2 for k in span(2, n))*sum(g(k)**2 for k in span(1, n))", "n f g"),
    ("sum(f(k)*g(k) for k in Z)**2 <= sum(f(k)**2 for k in Z)*sum(g(k)**2 for k in span(1, n))", "n f g"),
    ("log(sum(exp(v[k]) for k in span(1, n))) > v[i]", "n v i"),
    ("sum(v[k] for k in span(1, n)) >= v[i]", "n v i"),
    ("sum(v[k]**2 for k in span(2, n)) >= v[i]**2", "n v i"),
    ("sum(v[k]**2 for k in span(1, n)) >= v[i]**2 + v[j]**2", "n v i j"),
    ("sum(f(k)**2 for k in span(1, n)) >= f(t)**2", "n f t"),
    ("abs(x)*abs(y) == x*y", "x y"),
    ("abs(sum(v[k] for k in span(1, n))) < sum(abs(v[k]) for k in span(1, n))", "n v"),
    ("abs(sum(v[k] for k in span(1, n))) >= sum(abs(v[k]) for k in span(1, n))", "n v"),
    ("abs(sum(v[k] for k in span(1, n))) <= sum(abs(v[k]) for k in span(2, n))", "n v"),
    ("abs(sum(f(k) for k in span(0, n))) <= sum(abs(f(k)) for k in span(1, n))", "n f"),
    ("abs(sum(u[k]*v[k] for k in span(1, n))) <= sum(abs(v[k]) for k in span(1, n))", "n u v"),
    ("sum(abs(u[k] + v[k]) for k in span(1, n)) >= sum(abs(u[k]) + abs(v[k]) for k in span(1, n))", "n u v"),
    ("sum(max(0, v[k]) for k in span(1, n)) <= max(0, sum(v[k] for k in span(1, n)))", "n v"),
    ("max(x, sum(v[k] for k in span(1, n))) <= sum(max(x, v[k]) for k in span(1, n))", "n v x"),
    ("u.T @ v <= (norm(u)**2 + norm(v)**2)/3", "n u v"),
    ("sum(f(k) for k in Z) <= sum(f(k)**2 for k in Z)", "f"),
    ("sum(v[k] for k in span(1, n)) <= max(v[k] for k in span(1, n))", "n v"),
    ("sum(v[k] for k in span(1, n)) <= (n + 1)*max(v[k] for k in span(1, n))", "n v"),
    ("sum(f(k) for k in span(0, n)) <= (n + 1)*max(f(k) for k in span(1, n))", "n f"),
    ("sum(f(k) for k in span(2, n)) <= (n - 1)*max(f(k) for k in span(1, n - 1))", "n f", "n >= 2"),
    ("sum(u[k]*v[k] for k in span(1, n)) <= sum(v[k] for k in span(1, n))*max(u[k] for k in span(1, n))", "n u v"),
    ("sum(u[k]*v[k] for k in span(1, n)) <= max(u[k] for k in span(1, n))", "n v>0 u"),
    ("trace(W @ W.T) <= n*max(max(W[k, q]**2 for q in span(1, n)) for k in span(1, n))", "n W"),
    ("max(u[k]*v[k] for k in span(1, n)) <= max(u[k] for k in span(1, n))*max(v[k] for k in span(1, n))", "n u v"),
    ("max(u[k] + v[k] for k in span(1, n)) >= max(u[k] for k in span(1, n)) + max(v[k] for k in span(1, n))", "n u v"),
    ("max(v[k] for k in span(1, n)) <= v[i]", "n v i"),
    ("log(sum(exp(v[k]) for k in span(1, n))) > max(v[k] for k in span(1, n))", "n v"),
    ("log(sum(exp(v[k]) for k in span(1, n))) < max(v[k] for k in span(1, n)) + log(n)", "n v"),
    ("log(sum(exp(v[k]) for k in span(1, n))) <= max(v[k] for k in span(1, n)) + log(n - 1)", "n v", "n >= 2"),
    ("max(x*v[k] for k in span(1, n)) == x*max(v[k] for k in span(1, n))", "n v x"),
    ("max(u[k] + v[k] for k in span(1, n)) == max(u[k] for k in span(1, n)) + max(v[k] for k in span(1, n))", "n u v"),
    ("max(v[k]**2 for k in span(1, n)) == max(v[k] for k in span(1, n))**2", "n v"),
    ("max(f(k) for k in span(1, n)) == max(f(k) for k in span(2, n))", "n f", "n >= 2"),
    ("max(f(k) for k in span(1, n)) >= f(t)", "n f t"),
    ("sum(one(v[k] > 0) for k in span(1, n)) < n", "n v"),
    ("sum(one(v[k] >= y) for k in span(1, n)) <= sum(v[k] for k in span(1, n))", "n v>0 y>0"),
    ("sum(one(v[k] >= y) for k in span(1, n)) <= sum(v[k] for k in span(1, n))/y", "n v y>0"),
    ("sum(u[k]*log(u[k]/v[k]) for k in span(1, n)) >= 0", "n u>0 v>0"),
    ("sum(u[k]*log(u[k]/v[k]) for k in span(1, n)) >= sum(v[k] - u[k] for k in span(1, n))", "n u>0 v>0"),
    ("sum(u[k]*log(u[k]/v[k]) for k in span(1, n)) > sum(u[k] - v[k] for k in span(1, n))", "n u>0 v>0"),
    ("sum(v[k]*log(u[k]/v[k]) for k in span(1, n)) >= sum(u[k] - v[k] for k in span(1, n))", "n u>0 v>0"),
    ("log(x) - log(y) <= x - y", "x y>0", "x > 0"),
    ("log(x) - log(y) >= x/y - 1", "x y>0", "x > 0"),
    ("abs(sin(x)) < 1", "x"),
    ("sin(x) + cos(x) <= 1", "x"),
    ("cos(imag*x) <= 1", "x"),
    ("x*sin(x) <= x", "x"),
    ("sum(v[k]*prod(exp(W[k, q]) for q in span(1, n)) for k in span(1, n)) == "
     "sum(v[k]*exp(sum(W[q, k] for q in span(1, n))) for k in span(1, n))", "n v W"),
    ("max(abs(v[k]) for k in span(1, n)) < norm(v)", "n v"),
    ("norm(v) <= max(abs(v[k]) for k in span(1, n))", "n v"),
    ("norm(v) < sum(abs(v[k]) for k in span(1, n))", "n v"),
    ("norm(v) <= sum(v[k] for k in span(1, n))", "n v"),
    ("norm(v) <= sum(abs(v[k]) for k in span(2, n))", "n v"),
    ("sum(abs(v[k]) for k in span(1, n)) <= norm(v)", "n v"),
    ("norm(v) <= sqrt(n)*max(v[k] for k in span(1, n))", "n v"),
    ("norm(v) < sqrt(n)*max(abs(v[k]) for k in span(1, n))", "n v"),
    ("norm(v) <= sqrt(n - 1)*max(abs(v[k]) for k in span(1, n))", "n v"),
    ("norm(A @ v) < norm(A)*norm(v)", "n A v"),
    ("norm(A @ v) <= norm(A)", "n A v"),
    ("norm(A @ v) <= trace(A)*norm(v)", "n A v"),
    ("norm(A @ v) <= max(max(abs(A[k, q]) for q in span(1, n)) for k in span(1, n))*norm(v)", "n A v"),
    ("norm(A @ B) <= norm(A.T @ B)", "n A B"),
    ("norm(A @ B) >= norm(A)*norm(B)", "n A B"),
    ("norm(u - f) <= norm(u - v) - norm(v - f)", "n u v fv"),
    ("norm(u - f) < norm(u - v) + norm(v - f)", "n u v fv"),
    ("norm(u - f) <= norm(u - v) + norm(v + f)", "n u v fv"),
    ("abs(sum(u[k]*v[k] for k in span(1, n))) <= max(u[k] for k in span(1, n))*sum(abs(v[k]) for k in span(1, n))", "n u v"),
    ("max(max(W[k, q] for q in span(1, n)) for k in span(1, n)) > W[i, j]", "n W i j"),
    ("max(max(W[k, q] for q in span(1, k)) for k in span(1, n)) >= W[i, j]", "n W i j"),
    ("max(min(W[k, q] for q in span(1, n)) for k in span(1, n)) >= min(max(W[k, q] for k in span(1, n)) for q in span(1, n))",
     "n W"),
    ("max(min(W[k, q] for q in span(1, n)) for k in span(1, n)) == min(max(W[k, q] for k in span(1, n)) for q in span(1, n))",
     "n W"),
    ("min(f(k) for k in span(t, 0)) <= f(1)", "f t", "t <= 0"),
    ("max(v[k] for k in span(2, n)) >= v[1]", "n v", "n >= 2"),
    ("sum(v[k]**2 for k in span(2, n)) >= v[1]**2", "n v"),
    ("v.T @ (A.T @ A) @ v > 0", "n A v"),
    ("v.T @ (A @ A) @ v >= 0", "n A v"),
    ("v.T @ (A.T @ B) @ v >= 0", "n A B v"),
    ("sum(sum(u[k]*u[q]*(k - q) for q in span(1, n)) for k in span(1, n)) > 0", "n u"),
    ("sum(sum(u[k]*u[q] for q in span(1, k)) for k in span(1, n)) > 0", "n u"),
    ("norm(A @ v) == norm(v)", "n A v"),
    ("norm(Q @ Q.T) == norm(identity(m))", "n m Q|"),
    ("norm(R @ v) == norm(R)", "n R| v"),
    ("sum(v[k] for k in span(1, n)) == sum(v[n - k] for k in span(1, n - 1))", "n v"),
    ("sum(v[k]*u[k] for k in span(1, n)) == sum(v[k]*u[n + 1 - k] for k in span(1, n))", "n v u"),
    ("prod(x for k in span(1, n)) == x**(n - 1)", "n x"),
    ("prod(x for k in span(1, t)) == x**t", "x t", "x > 0"),
    ("x*log(x) >= x", "x", "x > 0"),
    ("x*log(x) > x - 1", "x", "x > 0"),
    ("implies(x <= y, x**2 <= y**2)", "x y"),
    ("implies(x < y, x**3 < y**3 - 1)", "x y"),
    ("iff(abs(x) < y, x**2 < y**2)", "x y"),
    ("iff(x**2 == y, x == y)", "x y"),
    ("implies(x**2 == 1, x == 1)", "x"),
    ("iff(exp(x) < exp(y), x < 2*y)", "x y"),
    ("implies(exp(x) + exp(y) > 0, x + y > 0)", "x y"),
    ("implies(exp(x) > y, x > y)", "x y"),
    ("implies(sqrt(x) - sqrt(y) > -1, x > y)", "x0 y0"),
    ("iff(abs(1 - x*y) < 1, x <= 2/y)", "x y>0", "x > 0"),
    ("iff(abs(1 - x*y) < 1, x < 2/y)", "x y>0"),
    ("v[i]/norm(v)**3*norm(v)**3 == v[i]", "n v i", "norm(v) >= 0"),
    ("x/(x - y)**2*(x - y)**2 == x", "x y", "(x + y)**2 != 0"),
    ("sum(1/k**2 for k in span(1, n)) < 2 - 1/n", "n"),
    ("sum(1/k**2 for k in span(1, n)) <= 2 - 2/n", "n"),
    ("sum(1/k for k in span(1, n)) <= 2 - 1/n", "n"),
    ("sum(k for k in span(1, n)) <= n**2/2", "n"),
    ("sum(k for k in span(1, n)) >= 1", "n0"),
    ("sum(v[k] for k in span(1, n)) <= n", "n v"),
    ("sum(v[k] for k in span(1, n)) >= v[1]", "n v"),
    ("sum(1/k for k in span(m, n)) >= 1/m", "n m"),
    ("x >= 1", "x y", "x + y == 1; x*y == 0"),
    ("sum(v[k] for k in span(1, n))**2 > sum(v[k]**2 for k in span(1, n))", "n v>0"),
    ("sum(v[k] for k in span(1, n))**2 >= sum(v[k]**2 for k in span(1, n))", "n v"),
    ("sum(v[k]**2 for k in span(1, n))*sum(u[k]**2 for k in span(1, n)) <= sum(u[k]*v[k] for k in span(1, n))**2", "n u v"),
    ("sum(u[k]*v[k] for k in span(1, n))*sum(u[k] for k in span(1, n)) >= sum(u[k]**2*v[k] for k in span(1, n))", "n u v"),
    ("sum(max(W[k, q] for q in span(1, n)) for k in span(1, n)) == max(sum(W[k, q] for k in span(1, n)) for q in span(1, n))",
     "n W"),
    ("norm(u + v)*norm(u - v) <= norm(u)**2 - norm(v)**2", "n u v"),
    ("sum(f(k)**2 for k in span(0, n)) >= f(0)**2 + f(n)**2", "n0 f"),
    ("sum(f(k)**2 for k in span(0, n)) >= f(-1)**2", "n f"),
    ("max(f(k) for k in span(0, n)) >= f(n + 1)", "n f"),
    ("sum(sum(v[k]*v[q]*u[k] for q in span(1, n)) for k in span(1, n)) >= 0", "n u v"),
    ("sum(sum(v[k]*v[q]*(-1)**(k + q + 1) for q in span(1, n)) for k in span(1, n)) >= 0", "n v"),
    ("sum(f(k)*g(n - k) for k in span(0, n)) == sum(f(k)*g(k) for k in span(0, n))", "n f g"),
    ("implies(1/x < 1/y, y < x)", "x y", "x*y != 0"),
    ("implies(log(x) <= log(y), x < y)", "x y>0", "x > 0"),
    ("x >= 0", "x y", "x*y == 1"),
    ("y <= 1/2", "x y", "x**2 + y**2 == 1"),
    ("(x - 1)*(x - 2) >= 0", "x"),
    ("(x - y)**3 >= 0", "x y", "x >= y - 1"),
    ("x**3 - 1 > 0", "x", "x >= 1"),
    ("sum(u[k]*v[k] for k in span(1, n)) <= max(v[k] for k in span(1, n))", "n u v", "sum(u[k] for k in span(1, n)) == 1"),
    ("sum(u[k]*v[k] for k in span(1, n))**2 <= sum(u[k]*v[k]**2 for k in span(1, n))", "n u>0 v", ""),
    ("sum(u[k]*v[k] for k in span(1, n))**2 <= sum(u[k]*v[k]**2 for k in span(1, n))", "n u v",
     "sum(u[k] for k in span(1, n)) == 1"),
    ("sum(u[k]*v[k] for k in span(1, n))**2 <= sum(u[k]*v[k]**2 for k in span(1, n))", "n u>0 v",
     "sum(u[k] for k in span(1, n)) == 2"),
    ("sum(u[k]*v[k] for k in span(1, n))**2 <= sum(u[k]*v[k]**2 for k in span(1, n))", "n u>0 v",
     "sum(u[k] for k in span(2, n)) == 1"),
    ("sum(u[k]*v[k] for k in span(1, n))**2 < sum(u[k]*v[k]**2 for k in span(1, n))", "n u>0 v",
     "sum(u[k] for k in span(1, n)) == 1"),
    ("sum(u[k]*v[k] for k in span(1, n))**3 <= sum(u[k]*v[k]**3 for k in span(1, n))", "n u>0 v",
     "sum(u[k] for k in span(1, n)) == 1"),
    ("sum(u[k]*v[k] for k in span(1, n)) < max(v[k] for k in span(1, n))", "n u>0 v",
     "sum(u[k] for k in span(1, n)) == 1"),
    ("exp(sum(u[k]*v[k] for k in span(1, n))) >= sum(u[k]*exp(v[k]) for k in span(1, n))", "n u>0 v",
     "sum(u[k] for k in span(1, n)) == 1"),
    ("sum(u[k]*log(u[k]/v[k]) for k in span(1, n)) >= 0", "n u>0 v>0", "sum(u[k] for k in span(1, n)) == 1"),
    ("-sum(u[k]*log(u[k]) for k in span(1, n)) <= log(n - 1)", "n u>0", "sum(u[k] for k in span(1, n)) == 1; n >= 2"),
    ("sum(u[k]**2 for k in span(1, n)) >= 2/n", "n u>0", "sum(u[k] for k in span(1, n)) == 1"),
    ("sum(x**k for k in span(0, n)) < 1/(1 - x)", "n x0", "x < 1"),
    ("sum(x**k for k in span(0, n)) <= 1/(1 - x)", "n x", "x < 1"),
    ("sum(x**k for k in span(1, n)) <= 1", "n x0", "x < 1"),
    ("(1 - x)**n >= 1 - n*x", "n x", ""),
    ("(1 + x)**n > 1 + n*x", "n x", "x >= -1"),
    ("(1 + x)**n >= 1 + n*x + x**2", "n x0", ""),
    ("x*y <= 1/3", "x y", "x**2 + y**2 == 1"),
    ("x*y < 1/4", "x y", "x + y == 1"),
    ("v[1] + v[2] == v[2] + v[1]", "n v", ""),
    ("max(f(k) for k in span(a, t)) >= f(a)", "a t f", "a <= t + 1"),
    ("grad(abs(v.T @ u), v) == sign(v.T @ u)*u", "n v u", ""),
    ("(-8)**(1/3) == -2*x", "x", "x == 1"),
    ("mod(t, -2) == mod(t, 2)", "t", ""),
    ("prod(k - a for k in span(0, n)) == 0", "n0 a", "a >= 0"),
    ("sum(f(k) for k in span(a, t)) == -sum(f(k) for k in span(t + 1, a - 1))", "a t f", ""),
    ("mod(-t, 3) == mod(t, 3)", "t"),
    ("mod(-x, 2) == mod(x, 2)", "x"),
    ("mod(t**2 + a**2, 4) <= 1", "t a"),
    ("mod(t*(t + 1), 4) == 0", "t"),
    ("floor(x*y) >= floor(x)*floor(y)", "x y"),
    ("floor(x*y) > floor(x)*floor(y)", "x0 y0"),
    ("ceil(x*y) <= ceil(x)*y", "x0 y0"),
    ("floor((n - k)/m) + 1 <= n - k", "n k m", "k <= n"),
    ("floor((n - k)/m) + 1 <= n - k + 1", "n k m"),
    ("trace(A @ A) >= 0", "n A"),
    ("trace(A @ A) > 0", "n A=AT"),
    ("trace(B @ B) + 0*trace(A @ A) >= 0", "n A=AT B"),
    ("trace(A @ A @ A) >= 0", "n A=AT"),
    ("grad(v.T @ A @ v, v) == 2*A @ v", "n A v"),
    ("A[i, j]*v[i] == A[j, i]*v[j]", "n A=AT v i j"),
    ("(A @ B)[i, j] == (A @ B)[j, i]", "n A=AT B=BT i j"),
    ("(A @ B)[i, j] == (A.T @ B)[j, i]", "n A=AT B i j"),
    ("trace(A @ B @ A @ B) >= 0", "n A=AT B=BT"),
    ("implies(A.T @ (A @ v - u) == zeros(n), A @ v == u)", "n A u v"),
    ("implies(A @ v == A @ u, v == u)", "n A u v"),
    ("implies(A @ v == u, A.T @ v == u)", "n A u v"),
    ("v.T @ A @ v >= 0", "n A=AT v"),
    ("norm(Q.T @ v) < norm(v)", "n m vm Q|"),
    ("norm(v) <= norm(Q.T @ v)", "n m vm Q|"),
    ("norm(2*Q.T @ v) <= norm(v)", "n m vm Q|"),
    ("norm(v + Q @ Q.T @ v) <= norm(v)", "n m vm Q|"),
    ("sum(u[k]**2 for k in span(1, n)) <= 1", "n u>0", "sum(u[k] for k in span(1, n)) == 2"),
    ("sum(u[k]**2 for k in span(1, n)) <= 1", "n u", "sum(u[k] for k in span(1, n)) == 1"),
    ("sum(u[k]**2 for k in span(1, n)) < 1", "n u>0", "sum(u[k] for k in span(1, n)) == 1"),
    ("log(sum(exp(v[k]) for k in span(1, n))) > log(n) + sum(v[k] for k in span(1, n))/n", "n v"),
    ("sum(exp(v[k]) for k in span(1, n)) >= n*exp(sum(v[k] for k in span(1, n))/n)", "n0 v"),
    ("sum(sqrt(v[k]) for k in span(1, n))/n >= sqrt(sum(v[k] for k in span(1, n))/n)", "n v>0"),
    ("x + y <= 7/5", "x y", "x**2 + y**2 == 1"),
    ("3*x + 4*y < 5", "x y", "x**2 + y**2 == 1"),
    ("x + y <= 3/2", "x y", "x**2 - y**2 == 1"),
    ("abs(x) <= 2", "x", "x**2 <= 5"),
    ("prod(k for k in span(1, n)) == 0", "n0"),
    ("prod(k - n for k in span(1, n)) == 0", "n0"),
    ("prod(2*k - 1 for k in span(0, n)) == 0", "n"),
    ("prod(x for k in span(1, n) for q in span(1, m)) == x**m", "x n m"),
    ("prod(prod(v[q] for q in span(1, n)) for k in span(1, m)) == prod(v[q] for q in span(1, n))", "n m v"),
    ("prod(prod(W[k, q] for q in span(1, n)) for k in span(1, n)) == prod(W[1, q] for q in span(1, n))", "n W"),
    ("prod(0 for k in span(1, n) for q in span(1, m)) == 0", "n0 m"),
    ("diff(sum(v[k] for k in span(1, n)), v[i]) == diff(0, v[i])", "n v i", "v == zeros(n)"),
    ("diff(norm(v)**2, v[i]) == diff(1, v[i])", "n v i", "norm(v) == 1"),
    ("diff(h(norm(v)**2), v[i]) == diff(h(1), v[i])", "n v i h", "norm(v) == 1"),
    ("diff(v[1]*v[i], v[i]) == diff(1*v[i], v[i])", "n v i", "v[1] == 1"),
    ("sum(v[k] for k in span(2, n)) == 1", "n v", "sum(v[k] for k in span(1, n)) == 1"),
    ("norm(v - x*u)**2 > norm(v)**2 - (u.T @ v)**2", "n u v x", "norm(u) == 1"),
    ("norm(x*v) == x*norm(v)", "n x v"),
    ("norm(u - v) == norm(u + v)", "n u v"),
    ("norm(relu(u) - relu(v)) < norm(u - v)", "n u v", "", "relu"),
    ("norm(relu(u) + relu(v)) <= norm(u + v)", "n u v", "", "relu"),
    ("relu(A @ v) == A @ relu(v)", "n A v", "", "relu"),
    ("x**n <= 1", "x0 n"),
    ("(1 - x)**n < 1", "x0 n0", "x < 1"),
    ("implies(x <= y, tanh(x) < tanh(y))", "x y"),
    ("tanh(x) + tanh(y) > 0", "x y", "x + y >= 0"),
    ("implies(p[i] < p[j], v[i] + 1 < v[j])", "n v i j", "", "softmax"),
    ("implies(x/y <= 1, x <= y)", "x y", "y != 0"),
    ("abs(max(v[k] for k in span(1, n)) - max(u[k] for k in span(1, n))) <= max(v[k] - u[k] for k in span(1, n))", "n u v"),
    ("exp((x + y)/2) < (exp(x) + exp(y))/2", "x y"),
    ("exp(2*x) - 2*exp(x) + 1 > 0", "x"),
    ("c(x) == 2*x", "x", "", "by x"),
    ("c(x**2) == 3*x**2", "x", "", "by x"),
    ("c(v[i]) == n*v[i] + v[i]", "n v i", "", "by v"),
    ("c(v[i]) == 2*v[i]*sum(v[k] for k in span(1, n)) + v.T @ v", "n v i", "", "grad v"),
    ("c(v[n]) == diff(x*v[n], v[1])", "n v x", "", "by first"),
    ("c(g)(t) == 2*g(0)", "g t", "", "by f"),
    ("c(lambda a: x*a)(t) == 2*x*t", "x t", "", "of f"),
    ("diff(sin(pi*x), x) == diff(0*x, x)", "x"),
    ("diff(cos(2*pi*x), x) == diff(1 + 0*x, x)", "x"),
    ("diff(h(sin(pi*x)), x) == diff(h(0*x), x)", "x h"),
    ("sum(f(k) for k in span(1, n - 1)) == 0", "n f", "f(n) == 0"),
    ("sum(f(k) for k in span(1, n - 1)) == x*(n - 1)", "n f x", "f(n) == x"),
    ("sum(h(k) for k in span(1, n - 1)) == 0", "n h", "h(n) == 0"),
    ("sum(v[k] for k in span(1, n - 1)) == 0", "n v", "v[n] == 0"),
    ("sum(exp(f(k)) for k in span(1, n - 1)) == n - 1", "n f", "f(n) == 0"),
    ("sum(f(k) for k in span(1, n)) >= 0", "n f", "f(n + 1) >= 0; f(1) >= 0"),
    ("sum(f(k) for k in span(1, n)) <= n*f(n)", "n f", "f(n + 1) >= f(n)"),
    ("sum(k - i for k in span(3, n)) >= 0", "n i", "n >= 2"),
    ("c(lambda y: sin(pi*y))(x) == c(lambda y: 0)(x)", "x", "", "of h"),
    ("c(lambda y: floor(y))(x) == c(lambda y: y)(x)", "x", "", "of h"),
    ("c(lambda y: 1/(2*y - 1) - 1/(2*y - 1))(x) == 0", "x", "", "of h"),
    ("c(d)(x) == c(e)(x)", "x", "", "of h floor"),
    ("(lambda y: 1/y)(x)*0 == 0", "x"),
    ("c(f)(t) - c(f)(t) == 0", "f t", "", "half"),
    # what is handed over is asked where it has no value, or no slope
    ("c(d)(x) == x", "x", "", "of h above 0"),
    ("c(d)(x)*0 == 0", "x", "", "of h 1/y"),
    ("c(d)(x) == x", "x", "", "of h from 1"),
    ("c(log)(x)*0 == 0", "x", "", "of h"),
    ("Q(log)(t)*0 == 0", "t Q"),
    ("Q(d)(t)*0 == 0", "t Q", "", "t from 0"),
    ("c(d)(t) == t", "t", "", "f from 0"),
    ("c(shift(d, 1))(t) == t - 1", "t", "", "f shifted"),
    ("c(abs)(x)*0 == 0", "x", "", "slope of h"),
    ("c(sqrt)(x)*0 == 0", "x", "", "slope of h"),
    ("c(d)(x)*0 == 0", "x", "", "slope of abs"),
    ("c(d)(x) - c(d)(x) == 0", "x", "", "slope of relu"),
    ("c(d)(x) == 0", "x", "", "slope of floor"),
    ("c(d)(x) == 0", "x", "", "slope of square"),
    ("c(h)(x) == 0", "x h", "", "slope of h"),
    ("c(d)(x)*0 == 0", "x", "", "slope of root"),
    ("diff(Q(lambda k: x*f(k))(t), x)*0 == 0", "x f t Q"),
    ("diff((lambda r: abs(r))(x), x)*0 == 0", "x"),
    ("diff((lambda r: floor(r))(x), x) == 0", "x"),
    ("diff(c(x), x)*0 == 0", "x", "", "lambda"),
    ("diff(c(x), x) == 1", "x0", "", "y from 0"),
    # functions of real numbers are not the same where they are so at integers
    ("d == e", "", "", "floor y"),
    ("floor == ceil", ""),
    # what calls itself comes to an end
    ("c == c + 1", "", "", "itself"),
    ("c == c + 1", "", "", "circle"),
    ("c(n, 1) == c(n - 1, 2) + 1", "n", "", "two ways"),
    ("c(n) == c(n) + 1", "n", "", "mutual"),
    ("c(t, a) == c(t - 1, a - 2)**2 + 1", "t a", "t >= a", "both lower"),
    ("W[i] == W[1, i]", "n W i"),
    ("diff(h(x), x) == D(h)(x)", "x h", "", "D"),  # no name of an author's is that of a slope
    ("1/(2 + ((n - m)*k)**2) >= 1/2", "n m k"),  # of which SymPy says so
    # what calls itself rests on all that its start does
    ("diff(c(n), x) == 0", "x n", "", "doubling"),
    ("diff(c(1), x) == 0", "x", "", "doubling"),
    ("diff(c(n)**2, x) == 0", "x n", "", "doubling"),
    ("diff(sum(c(k) for k in span(1, n)), x) == 0", "x n", "", "doubling"),
    ("diff(d(x, n), x) == 1", "x n", "", "doubling both"),
    # what is called and has no name
    ("(f*g)(t/2)*0 == 0", "f g t"),
    ("(1/f)(t)*0 == 0", "f t"),
    ("(2*f)(x)*0 == 0", "f x"),
    ("(-f)(t/2)*0 == 0", "f t"),
    ("(f if x > 0 else g)(t/2)*0 == 0", "f g x t"),
    ("max(f, g)(t/2)*0 == 0", "f g t"),
    ("sum(f for k in span(1, n))(t/2)*0 == 0", "f n t"),
    ("(lambda k: f)(t)(x)*0 == 0", "f t x"),
    ("(lambda k: lambda s: 1/(2*s - 1))(t)(x)*0 == 0", "t x"),
    ("diff((lambda k: lambda s: abs(s))(t)(x), x)*0 == 0", "t x"),
    ("diff(abs(h)(x), x)*0 == 0", "h x"),
    ("(lambda r: r(1/2))(f)*0 == 0", "f"),
    ("(lambda r: r(x))(log)*0 == 0", "x"),
    ("(lambda r: r(x))(lambda s: 1/(2*s - 1))*0 == 0", "x"),
    ("diff((lambda r: r(x))(abs), x)*0 == 0", "x"),
    ("diff((lambda r: r(x))(lambda s: abs(s)), x)*0 == 0", "x"),
    # what is implied is asked where the premise holds, and nowhere else
    ("implies(x >= 0, log(x) <= x - 1)", "x"),
    ("implies(x > 0, log(y) <= y - 1)", "x y"),
    ("implies(x > 0, log(x) < x - 1)", "x"),
    ("implies(x != 0, x/x == 2)", "x"),
    ("implies(n > m, 1/(n - m - 1) > 0)", "n m"),
    ("implies(v[1] > 0, log(v[i]) <= v[i] - 1)", "n v i"),
    ("iff(x > 0, log(x) <= x - 1)", "x"),
    ("implies(log(x) > 0, x > 1)", "x"),
    ("implies(x > 1, x > 0 and x > 2)", "x"),
    # products whose first factor is another one, or that are empty for longer
    ("prod((k + 1)/k for k in span(1, n)) == n + 2", "n"),
    ("prod((k + 1)/k for k in span(3, n)) == (n + 1)/3", "n"),
    ("prod((k + 1)/k for k in span(2, n)) == (n + 1)/2", "n0"),
    ("prod((k + 1)/k for k in span(1, a)) == a + 1", "a"),
    ("prod(n*k for k in span(1, n)) == n*n", "n"),
    ("prod(2*k for k in span(1, 2*n)) == 2**n", "n"),
    ("prod(f(k) for k in span(1, n)) == f(n)", "n f"),
    ("c(2) == 3*x", "x", "", "doubling"),
    ("c(2) == 4*c(1)", "x", "", "doubling"),
    ("c(-1)*0 == 0", "x", "", "doubling"),
    # powers with more than one exponent, places that are no numbers, and what has no reading at all
    ("norm(x**v)*0 == 0", "x n v"),
    ("(y**h)(x)*0 == 0", "y h x"),
    ("(f**g)(t)*0 == 0", "f g t"),
    ("(1/x**v)[i]*0 == 0", "x n v i"),
    ("ones(n)[f]*0 == 0", "n f"),
    ("v[u]*0 == 0", "n u v"),
    ("Q(2)(t)*0 == 0", "Q t"),
    ("Q(lambda k: x)(ones(abs))*0 == 0", "x Q"),
    ("x + sum(L(B) for k in span(1, 3)) == sum(L(B) for k in span(1, 3)) + x", "x n L B"),
    ("(exp if ones(n) > abs else Q)(x)*0 == 0", "n x Q"),
    # what has no entries is asked by parentheses
    ("f[t/2]*0 == 0", "f t"),
    ("h[t]*0 == 0", "h t"),
    ("Q(f)[t/2]*0 == 0", "Q f t"),
    ("c[x]*0 == 0", "x", "", "by x"),
    ("c(f)[t/2]*0 == 0", "f t", "", "f"),
    ("exp[x]*0 == 0", "x"),
    ("x @ y == x*y", "x y"),
    ("(f @ g)(t) == f(t)*g(t)", "f g t"),
    # no complex number has a place in an order, and no operator is known to keep them real
    ("2*w <= w + w", "x", "", "w"),
    ("w < w + 1", "x", "", "w"),
    ("floor(w) == imag*floor(x)", "x", "", "w"),
    ("sign(w)*0 == 0", "x", "", "w"),
    ("mod(w, 2)*0 == 0", "x", "", "w"),
    ("max(w, 1)*0 == 0", "x", "", "w"),
    ("max(w*k for k in span(1, n))*0 == 0", "n x", "", "w"),
    ("one(w >= 0)*0 == 0", "x", "", "w"),
    ("L(lambda k: imag*f(k))(t)**2 >= 0", "f t L"),
    ("abs(Q(lambda k: imag*f(k))(t))**2 == Q(lambda k: imag*f(k))(t)**2", "f t Q"),
    # a range that ends before it begins is empty, also once numbers are put in
    ("sum(k for k in span(5, 2)) < 0", ""),
    ("x + floor(sum(1/2 for k in span(1, a))) == x - 2", "x a", "a == -3"),
    ("x*max(2, prod(1/k for k in span(5, a))) == 12*x", "x a", "a == 2"),
    ("sum(sum(1 for k in span(1, q)) for q in span(-3, 2)) < 0", ""),
    ("sum(floor(sum(1/2 for k in span(1, q))) for q in span(-3, 2)) == -4", ""),
    ("x**4 + y**4 >= 3/5", "x y", "x**2 + y**2 == 1"),
    ("x**4 + y**4 > 1/2", "x y", "x**2 + y**2 == 1"),
    ("x**4 + y**4 >= 1/2", "x y", "x**2 + y**2 <= 1"),
    ("x**3 + y**3 >= 1/2", "x y", "x**2 + y**2 == 1"),
    ("x**4 + y**4 + x**2 <= 3/2", "x y", "x**2 + y**2 == 1"),
    ("x**4 + y**4 >= 1/2", "x y", "x**2 + 2*y**2 == 1"),
    ("trace(A)**2 <= norm(A)**2", "n A"),
    ("trace(A)**2 < n*norm(A)**2", "n A"),
    ("trace(A)**2 <= n*norm(A)", "n A"),
    ("abs(trace(A)) <= norm(A)", "n A"),
    ("trace(A) < sqrt(n)*norm(A)", "n A"),
    ("A[i, j] < norm(A)", "n A i j"),
    ("A[i, i] + A[j, j] <= norm(A)", "n A i j"),
    ("sum(A[k, k] for k in span(1, n)) <= sum(sum(A[k, q] for q in span(1, n)) for k in span(1, n))", "n A"),
    ("sum(A[k, k]**2 for k in span(1, n)) < norm(A)**2", "n A"),
    ("sum(sum(A[k, q]**2 for q in span(2, n)) for k in span(1, n)) >= A[i, j]**2", "n A i j"),
    ("sum(sum(A[k, q]**2 for q in span(1, k)) for k in span(1, n)) >= A[i, j]**2", "n A i j"),
    ("abs(1 - x*y)**n < z", "n x y>0 z", "x > 0; z > 0; x*y < 3; x*y != 1; x*y != 2; n > log(z)/log(abs(1 - x*y))"),
    ("abs(1 - x*y)**n < z", "n x y>0 z", "x > 0; z > 0; x*y < 2; x*y != 1; n > log(z)/log(abs(1 - x*y)) - 1"),
    ("log(abs(x)) < 0", "x", "x < 1; x != 0"),
    ("1 - abs(x) > 0", "x", "x < 1"),
    ("abs(x) - y >= 0", "x y", "x >= y - 1"),
    ("abs(x) + y > 0", "x y", "y > -1"),
    ("1 - abs(x) > 0", "x", "x <= 1; x >= -1"),
    ("y*exp(x) + (1 - y)*exp(z) >= exp(y*x + (1 - y)*z)", "x y z", "y >= 0; y <= 2"),
    ("y*exp(x) + (1 - y)*exp(z) > exp(y*x + (1 - y)*z)", "x y z", "y >= 0; y <= 1"),
    ("y*exp(x) + (1 - y)*exp(z) >= exp((1 - y)*x + y*z)", "x y z", "y >= 0; y <= 1"),
    ("y*exp(x) + (1 - y)*exp(z) <= exp(y*x + (1 - y)*z)", "x y z", "y >= 0; y <= 1"),
    ("y*exp(x) + (1 - y)*exp(z) >= exp(y*x + (1 - y)*z + 1/100)", "x y z", "y >= 0; y <= 1"),
    ("y*exp(x) + y*exp(z) >= exp(y*x + y*z)", "x y z", "y >= 0; y <= 1"),
    ("y*log(x) + (1 - y)*log(z) >= log(y*x + (1 - y)*z)", "x y z", "x > 0; z > 0; y >= 0; y <= 1"),
    ("-x*log(x) - (1 - x)*log(1 - x) < log(2)", "x", "x > 0; x < 1"),
    ("-x*log(x) - (1 - x)*log(1 - x) <= log(3/2)", "x", "x > 0; x < 1"),
    ("-x*log(x) <= exp(-2)", "x", "x > 0"),
    ("-x*log(x) < exp(-1)", "x", "x > 0"),
    ("x*log(x/y) + (1 - x)*log((1 - x)/(1 - y)) > 0", "x y", "x > 0; x < 1; y > 0; y < 1"),
    ("x*log(x/y) >= 0", "x y", "x > 0; y > 0"),
    ("x*log(x/y) >= x - y + 1/100", "x y", "x > 0; y > 0"),
    ("x*log(x/y) + (1 - x)*log((1 - y)/(1 - x)) >= 0", "x y", "x > 0; x < 1; y > 0; y < 1"),
    ("log(x) + log(y) >= 2*log((x + y)/2)", "x y", "x > 0; y > 0"),
    ("abs(tanh(x)) < abs(x)", "x"),
    ("tanh(x) <= x", "x"),
    ("abs(tanh(2*x)) <= abs(x)", "x"),
    ("abs(tanh(x) - tanh(y)) <= abs(x - y)/2", "x y"),
    ("abs(exp(x) - exp(y)) <= abs(x - y)", "x y"),
    ("sin(x) <= x", "x"),
    ("exp(x) >= 1 + x + x**2/2", "x"),
    ("exp(x) >= 1 + 2*x", "x", "x >= 0"),
    ("exp(x) > 1 + x", "x", "x >= 0"),
    ("exp(x) >= 1 + x + x**2", "x", "x >= 0"),
    ("log(1 + x) >= x", "x", "x >= 0"),
    ("log(1 + x) >= x - x**2/3", "x", "x >= 0"),
    ("1/(x - 1) + exp(x) >= 0", "x", "x >= 0; x != 1"),
    ("exp(x)/(1 - x) >= 1", "x", "x >= 0; x != 1"),
    ("exp(x)/(1 - x) >= 1", "x", "x >= 0; x < 3; x != 1"),
    ("exp(x)*tanh(x)/(2 - x) >= 0", "x", "x >= 0; x != 2"),
    ("tanh(x) >= x/2", "x", "x >= 0; x <= 5"),
    ("tanh(x) >= x/2", "x", "x >= 0"),
    ("sin(x) >= 0", "x", "x >= 0; x <= 5"),
    ("sin(x) >= x - x**3/7", "x", "x >= 0"),
    ("cos(x) >= 1 - x**2/3", "x", "x >= 0"),
    ("(y - x)*exp(x) >= y", "x y", "x >= 0; y >= x; y >= 1"),
    ("x*exp(-x) <= 1/3", "x", "x >= 0"),
    ("2*x*y/(x + y) <= min(x, y)", "x y", "x > 0; y > 0"),
    ("2*x*y/(x + y) > min(x, y)", "x y", "x > 0; y > 0"),
    ("2/(n + m) <= min(1/n, 1/m)", "n m"),
    ("(x - y)/(2*x - y) >= 0", "x y", "x > 0; y > 0; 2*x != y"),
    ("abs(u.T @ v)/(norm(u)*norm(v)) < 1", "n u v", "norm(u) > 0; norm(v) > 0"),
    ("abs(u.T @ v)/norm(u) <= 1", "n u v", "norm(u) > 0; norm(v) > 0"),
    ("norm(u)/norm(v) <= 1", "n u v", "norm(u) > 0; norm(v) > 0"),
    ("norm((1 - x)*u) < norm(u)", "n u x", "x > 0; x < 1"),
    ("norm((1 - x)*u) < norm(u)", "n u x", "x > 0; norm(u) > 0"),
    ("(1 - x)*sum(x**(n - k) for k in span(1, n)) == 1 - x**(n + 1)", "n x"),
    ("sum(v[k]*u[k]*f(k) for k in span(1, n))**2 <= "
     "sum(v[k]*u[k]**2 for k in span(1, n))*sum(v[k]*f(k)**2 for k in span(1, n))", "n v u f"),
    ("sum(v[k]*u[k]*f(k) for k in span(1, n))**2 < "
     "sum(v[k]*u[k]**2 for k in span(1, n))*sum(v[k]*f(k)**2 for k in span(1, n))", "n v>0 u f"),
    ("sum(v[k]*u[k]*f(k) for k in span(1, n))**2 <= sum(v[k]*u[k]**2 for k in span(1, n))*sum(f(k)**2 for k in span(1, n))",
     "n v>0 u f"),
    ("sum(u[k]/(1 + exp(-v[k])) for k in span(1, n)) == sum(u[k]*exp(v[k])/(1 + exp(v[k])) for k in span(2, n))", "n u v"),
    ("sum(u[k]/(1 + exp(-v[k])) for k in span(1, n)) == sum(v[k]*exp(v[k])/(1 + exp(v[k])) for k in span(1, n))", "n u v"),
    ("1/(1 + exp(-sum(v[k] for k in span(1, n)))) == "
     "exp(sum(v[k] for k in span(2, n)))/(1 + exp(sum(v[k] for k in span(1, n))))", "n v"),
    ("prod(exp(u[k]*v[k]) for k in span(1, n)) == exp(sum(u[k] for k in span(1, n))*sum(v[k] for k in span(1, n)))", "n u v"),
    ("grad(sum(log(1 + exp((A @ v)[k])) - u[k]*(A @ v)[k] for k in span(1, n)), v) == A @ (sigma(A @ v) - u)",
     "n A v u", "", "sigma"),
    ("grad(sum(log(1 + exp((A @ v)[k])) - u[k]*(A @ v)[k] for k in span(1, n)), v) == A.T @ (u - sigma(A @ v))",
     "n A v u", "", "sigma"),
    ("sum(y/sqrt(k) for k in span(1, n)) <= 2*y*sqrt(n)", "n y"),
    ("sum(y/k for k in span(1, n)) < y*(1 + log(n))", "n y>0"),
    ("max(f(2*t + k) for k in span(0, 1)) == max(f(2*t), f(2*t - 1))", "f t"),
    ("max(f(k) for k in span(1, 0)) == 0", "f"),
    ("one(x*y <= 0) <= max(0, 1/2 - x*y)", "x y"),
    ("one(x*y < 1) <= max(0, 1 - x*y)", "x y"),
    ("max(0, 1 - y*(z*x + (1 - z)*t)) <= z*max(0, 1 - y*x) + (1 - z)*max(0, 1 - y*t)", "x y z t", "z <= 1"),
    ("one(x*y > 0) + one(x*y < 0) == 1", "x y"),
    ("one(x*y > 0) + one(x*y < 0) == 1", "x y", "x != 0"),
    ("sum((1 - y)*y**(n - k) for k in span(0, n)) == 1 - y**n", "n y>0"),
    ("sum((1 - y)*y**(n - k) for k in span(1, n)) == 1", "n y>0"),
    ("(1 - x)*sum(x**(n - k) for k in span(0, n)) == 1 - x**n", "n x"),
    ("sum(k*(n - k) for k in span(0, n)) == n*(n**2 + 1)/6", "n"),
    ("sum((n - k)*f(k) for k in span(0, n)) == sum(k*f(k) for k in span(0, n))", "n f"),
    ("sum(exp(v[k]) for k in span(1, n)) > exp(v[i])", "n v i", "n >= 1"),
    ("sum(v[k] for k in span(1, n)) > v[i]", "n v i", "n >= 2"),
    ("sum(v[k] for k in span(1, n)) > v[i] + v[j]", "n v>0 i j", "n >= 3"),
    ("sum(v[k] for k in span(2, n)) >= v[i]", "n v>0 i", "n >= 2"),
    ("sum(v[k] for k in span(1, n - 1)) >= v[i]", "n v>0 i", "n >= 2"),
    ("sum(1/k for k in span(1, n)) <= log(n) + 1/2", "n"),
    ("sum(1/k for k in span(1, n)) >= log(n) + 1", "n"),
    ("sum(1/k for k in span(1, n)) < 1 + log(n)", "n"),
    ("sum(1/sqrt(k) for k in span(1, n)) <= 2*sqrt(n) - 3/2", "n"),
    ("sum(1/sqrt(k) for k in span(1, n)) <= sqrt(n)", "n"),
    ("sqrt(x)*sqrt(y) >= (x + y)/2", "x0 y0"),
    ("sqrt(x)*sqrt(y) >= x", "x0 y0"),
    ("sqrt(x)*sqrt(y) < (x + y)/2", "x0 y0"),
    ("diff(max(0, x)**2, x) == max(0, x)", "x"),
    ("diff(max(1, x)**2, x) == 2*max(1, x)*one(x > 1)", "x"),
    ("diff(diff(max(0, x)**2, x), x) == 2*one(x > 0)", "x"),
    ("diff(max(0, abs(x))**2, x) == 2*max(0, x)", "x"),
    ("diff(max(0, x)**1, x) == one(x > 0)", "x"),
    ("diff(max(x, y)**2, x) == 2*max(x, y)*one(x > y)", "x y"),
    # what a case keeps from being asked has no value elsewhere, and no sign
    ("(sqrt(x - 3) if x >= 3 else 0) + (sqrt(2 - x) if x <= 2 else 0) - 5 + y**2 >= 0", "x y"),
    ("sum((sqrt(k - 3) if k >= 3 else sqrt(2 - k)) for k in span(0, n))**2 + x**2 >= 1", "n x"),
    ("x**2 + x >= 0", "x", "(sqrt(x) if x >= 0 else 0) >= 0"),
    ("x > 0", "x0", "(1/x if x > 0 else 0) >= 0"),
    ("v[i]**2 + v[i] >= 0", "n v i", "(sqrt(v[i]) if v[i] >= 0 else 0) >= 0"),
    ("implies((sqrt(x) if x >= 0 else 0) >= 0, x**2 + x >= 0)", "x"),
    # what can be taken out of a sum has a value also where the range is empty
    ("n + sum(sqrt(n - 1) for k in span(1, n)) >= 1", "n0"),
    ("n + sum(sqrt((n - 1)*k**2) for k in span(1, n)) >= 1", "n0"),
    ("n + sum((sqrt(n - 1) if x > 0 else 1) for k in span(1, n)) >= 1", "n0 x"),
    ("n + sum(sum(sqrt(n - 1) for q in span(1, k)) for k in span(1, n)) >= 1", "n0"),
    ("sum(q + sum(sqrt(q - 1) for k in span(1, q)) - 1 for q in span(0, n)) >= 0", "n0"),
    ("n*x**2 + n + sum((n - 1)**(1/2) for k in span(1, n)) >= 1", "n0 x"),
    ("n - m + 1 + sum(sqrt(n - m) for k in span(m, n)) >= 1", "n m"),
    ("n + sum(sqrt(n - 1) for k in Z if k >= 1 if k <= n) >= 1", "n0"),
    ("n + ones(n).T @ sqrt((n - 1)*ones(n)) >= 1", "n0"),
    ("n + sum(p[k] for k in span(1, n)) >= 1", "n0", "", "p = root"),
    ("sum(p[n] for k in span(1, n)) == 1", "n0", "", "p = 1/k"),
    ("n + sum(c(n) for k in span(1, n)) >= 1", "n0", "", "root from 1"),
    # nor has each part of a root one
    ("y**2 + y + sqrt(x*y) >= 0", "x0 y", "x*y >= 0"),
    ("y**2 + y >= 0", "x0 y", "sqrt(x*y) >= 0; x*y >= 0"),
    ("y**2 + y >= 0", "x y", "sqrt(x**2*y) >= 0; x**2*y >= 0"),
    ("y**2 + y + (x*y)**(3/2) >= 0", "x0 y", "x*y >= 0"),
    ("x**2 + x + sum(sqrt(k*x) for k in span(0, n)) >= 0", "n0 x", "n*x >= 0"),
    ("x**n <= x", "x0 n0", "x <= 1"),
    ("x**n <= x", "x0 n", "x <= 2"),
    ("x**(2*n) <= 1", "x n0", "x >= -2; x <= 1"),
    ("one(x == sum(v[l] for l in span(1, n))) == one(x == sum(v[l] for l in span(2, n)))", "n v x"),
    ("one(x == min(v[l] for l in span(1, n))) == one(x == max(v[l] for l in span(1, n)))", "n v x"),
    ("sum(one(v[k] <= sum(W[k, l] for l in span(1, n))) for k in span(1, n)) == "
     "sum(one(v[k] <= sum(W[l, k] for l in span(1, n))) for k in span(1, n))", "n v W"),
    ("sum(one(v[k] <= sum(W[k, l] for l in span(1, n))) for k in span(1, n)) == "
     "sum(one(v[k] <= sum(W[l, l] for l in span(1, n))) for k in span(1, n))", "n v W"),
    ("sum(one(v[k] <= max(W[k, l] for l in span(1, n))) for k in span(1, n)) == "
     "sum(one(v[k] <= max(W[l, k] for l in span(1, n))) for k in span(1, n))", "n v W"),
    ("sum(k*one(v[k] <= sum(v[l] for l in span(1, k))) for k in span(1, n)) == "
     "sum(k*one(v[k] <= sum(v[l] for l in span(1, n))) for k in span(1, n))", "n v"),
    ("x**(2*n) < 1", "x n0", "x >= -1; x <= 1"),
    ("x**(2*n) <= x", "x n", "x >= -1; x <= 1"),
    ("x**n <= x**2", "x n", "x >= -1; x <= 1"),
    ("(1 - x*y)**(2*n)*z**2 <= z**2", "x y>0 z n", "x > 0; x*y <= 3"),
    ("max(u[k] for k in span(1, n)) > 1/n", "n u>0", "sum(u[k] for k in span(1, n)) == 1"),
    ("min(u[k] for k in span(1, n)) >= 1/n", "n u>0", "sum(u[k] for k in span(1, n)) == 1"),
    ("max(u[k] for k in span(1, n - 1)) >= 1/n", "n u>0", "sum(u[k] for k in span(1, n)) == 1; n >= 2"),
    ("max(v[k] for k in span(1, n)) >= 4/n", "n v", "sum(v[k] for k in span(1, n)) == 3"),
    ("x**n >= x", "x n0", "x >= 1"),
    ("x**n < x", "x0 n", "x < 1"),
    ("1 - x**n > 0", "x0 n0", "x < 1"),
    ("x - 1/2 > 0", "x", "2*x >= 1"),
    ("3*x + 3*y > 4", "x y", "x + y > 1"),
    ("kron(i, j + 1) == 0", "n i j", "i != j"),
    ("sum(kron(k, j) for k in span(1, n)) == 0", "n i j", "i != j"),
    # where a function that grows is above a number
    ("implies(exp(x) > 2, x > 1)", "x"),
    ("implies(exp(x) > -1, x > 0)", "x"),
    ("implies(-exp(x) > -1, x > 0)", "x"),
    ("implies(sqrt(x) > -1, x > 1)", "x0"),
    ("implies(sqrt(x) < 2, x < 2)", "x0"),
    ("implies(tanh(x) > -1/2, x > 0)", "x"),
    ("implies(log(x) < 0, x < 1/2)", "x", "x > 0"),
    ("iff(sigma(x) > 1/2, x >= 0)", "x", "", "sigma"),
    ("iff(sigma(x) > 1/3, x > 0)", "x", "", "sigma"),
    # what the field reads in another way of a square matrix, sizes that do not fit, and arrays beside what are none
    ("(A + 1) - 1 == A", "n A"),
    ("trace(A + x) == trace(A) + n*x", "n A x"),
    ("exp(A)*exp(B) == exp(A + B)", "n A B"),
    ("sqrt(exp(A))*0 == 0*A", "n A"),
    ("x/(1 + A*A)*0 == 0*A", "n A x"),
    ("A*A >= 0*A", "n A"),
    ("A @ x == x*A", "n A x"),
    ("x @ v == x*v", "n v x"),
    ("f.T == f", "f"),
    ("f + v == v + f", "n f v"),
    ("(A if x > 0 else 1)*1 == (A if x > 0 else 1)", "n A x"),
    # indices that a second normal form names as those around them
    (f"{LEVELS.format('B[q, l]')} <= {LEVELS.format('B[l, l]')}", "n v>0 B"),
    (f"{LEVELS.format('B[l, l]')} <= {LEVELS.format('B[q, l]')}", "n v>0 B"),
    ("sum(v[k]*prod(prod(exp(B[q, l]) + 1 for l in span(1, n)) + 2 for q in span(1, n)) for k in span(1, n)) == "
     "sum(v[k]*prod(prod(exp(B[l, l]) + 1 for l in span(1, n)) + 2 for q in span(1, n)) for k in span(1, n))", "n v>0 B"),
    # an order of all entries, tempered maxima, sums that stay below, lengths of differences, means of logarithms
    ("max(v[k] for k in span(1, n)) == v[j]", "n v i j", "all(v[k] <= v[i] for k in span(1, n))"),
    ("sum(v[k] for k in span(1, n)) < n*v[i]", "n v i", "all(v[k] <= v[i] for k in span(1, n))"),
    ("v[j] < v[i]", "n v i j", "all(v[k] <= v[i] for k in span(1, n))"),
    ("sum(v[k] for k in span(1, n)) <= n*v[i]", "n v i", "all(v[k] >= v[i] for k in span(1, n))"),
    ("sum(v[k]**2 for k in span(1, n)) <= n*y**2", "n v y>0", "all(v[k] <= y for k in span(1, n))"),
    ("implies(all(v[k] <= v[i] for k in span(1, n)), v[j] < v[i])", "n v i j"),
    ("y*log(sum(exp(v[k]/y) for k in span(1, n))) >= max(v[k] for k in span(1, n)) + y", "n v y>0"),
    ("y*log(sum(exp(v[k]/y) for k in span(1, n))) <= max(v[k] for k in span(1, n)) + log(n)", "n v y>0"),
    ("y*log(sum(exp(v[k]/y) for k in span(1, n))) >= max(v[k] for k in span(1, n))", "n v y", "y != 0"),
    ("x*log(y) <= x*(y - 1)", "x y>0"),
    ("sum(1/2**k for k in span(0, n)) < 1", "n"),
    ("sum(1/2**k for k in span(1, n)) < 1 - 1/2**n", "n"),
    ("sum((2/3)**k for k in span(1, n)) <= 1", "n"),
    ("sum(1/k for k in span(1, n)) <= 2", "n"),
    ("sum(1/sqrt(k) for k in span(1, n)) <= 4", "n"),
    ("sum(y/k**2 for k in span(1, n)) <= y", "n y>0"),
    ("sum(x/k**2 for k in span(1, n)) <= 2*x", "n x"),
    ("sum(1/k**2 for k in span(1, n)) <= 3/2", "n"),
    ("norm(A @ u - A @ v) <= norm(A)*norm(u + v)", "n A u v"),
    ("norm(A @ u - A @ v) <= norm(u - v)", "n A u v"),
    ("norm(A @ u - B @ v) <= norm(A)*norm(u - v)", "n A B u v"),
    ("x*norm(u + v) <= x*(norm(u) + norm(v))", "n u v x"),
    ("norm(A)*x < norm(A)*y", "n A x y", "x < y"),
    ("(x - y)*z <= (x - y)*t", "x y z t", "z <= t"),
    ("norm(relu(A @ u + W @ v) - relu(A @ v + W @ v)) < norm(A @ u - A @ v)", "n A W u v", "", "relu"),
    ("sum(log(v[k]) for k in span(1, n))/n >= log(sum(v[k] for k in span(1, n))/n)", "n v>0"),
    ("sum(log(v[k]) for k in span(1, n)) <= log(sum(v[k] for k in span(1, n)))", "n v>0"),
    ("mod((m - 1)*n + i, n) == i", "n m i"),
    ("floor(i/n) == 0", "n i"),
]  # fmt: skip
UNSEEN = [
    ("y*(1 - y) < 1/4", "y>0"),
    ("log(y) >= -5", "y>0"),
    ("abs(tanh(x)) < 99/100", "x"),
    ("x <= 100", "x"),
    ("1/n**2 < y", "y>0 n", "n > 1/(2*y)"),
    ("(1 + 1/n)**n < 5/2", "n"),
    ("sqrt(n + 1) - sqrt(n) < 1/n", "n"),
    ("1/(x*y) <= 1/x + 1/y", "x y>0", "x > 0"),
    ("implies(x**2 == 4, x == 2)", "x"),
    ("implies(A @ v == zeros(n), v == zeros(n))", "n A v"),
    ("iff(A == B, A == B.T)", "n A B"),
    ("abs(x) <= 2", "x", "x**2 <= 5"),
    ("trace(A @ A) > 0", "n A=AT"),
    ("norm(Q.T @ v) <= norm(v)**2", "n m vm Q|"),
    ("sum(f(k) for k in span(0, n)) == 1", "n f", "sum(f(k) for k in span(1, n)) == 1"),
]
LONG = [  # which take seconds to refuse
    (
        "log(sum(v[k] for k in span(1, n))) <= sum(u[k]*log(v[k]) for k in span(1, n))",
        "n u>0 v>0",
        "sum(u[k] for k in span(1, n)) == 1",
    ),
    (
        "sum(u[k]*log(u[k]/v[k]) for k in span(1, n)) >= 0",
        "n u>0 v>0",
        "sum(u[k] for k in span(1, n)) == 1; sum(v[k] for k in span(1, n)) == 2",
    ),
    (
        "sum(u[k]*log(v[k]/u[k]) for k in span(1, n)) >= 0",
        "n u>0 v>0",
        "sum(u[k] for k in span(1, n)) == 1; sum(v[k] for k in span(1, n)) == 1",
    ),
]
"""False, and not at the first points that one looks at."""


def in_one_step(row: tuple[str, ...], reason: Rule) -> Derivation:
    """The statement of a row, which a single step arrives at."""
    text, names, given, defined = (*row, "", "")[:4]
    claim = statement(text)
    after = claim.right.text if claim.relation in ("==", "iff", "implies") else f"{claim.relation} {claim.right}"
    part = Part("P", text, [Step(after, reason)], given=given.split("; ") if given else ())
    return Derivation("T0", "", "", [SYMBOLS[n] for n in names.split()], [part], "", "", DEFINED[defined])


@pytest.mark.parametrize("row", UNSEEN, ids=lambda row: row[0])
def test_what_is_false_is_refused_with_a_point_at_which_it_is(row: tuple[str, ...]) -> None:
    (refused,) = check(in_one_step(row, calculation(""))).failures
    assert "the left side is" in refused


def test_a_definition_that_stands_nowhere_is_no_reason() -> None:
    time = integer("t", "", least="0", high=4)
    defined = define("w(t)", "1 if t == 0 else 2*w(t - 1)", "", symbols=[time])
    opened = Part("P", "w(t + 1) == 2*w(t)", [Step(because=definition("w"))])
    silent = Part("Q", "t + t == 2*t", [Step(because=definition("w"))])
    said = check(Derivation("T0", "", "", [time], [opened, silent], "", "", [defined])).failures
    assert len(said) == 1
    assert "'Q', step 1" in said[0]


@pytest.mark.parametrize(
    ("steps", "defined"),
    [
        ([("d + 1", ["c"]), ("c + 1", ["d"])], "circle"),
        ([("c + 1", ["c"])], "itself"),
        ([("d(n + 1) + 1", ["c"]), ("c(n) + 1", ["d"])], "mutual"),
    ],
)
def test_what_calls_itself_without_end_is_opened_by_no_step(steps: list[tuple[str, list[str]]], defined: str) -> None:
    start = "c(n)" if defined == "mutual" else "c"
    chain = [Step(text, definition(*names)) for text, names in steps]
    part = Part("P", f"{start} == {steps[-1][0]}", chain)
    theory = Derivation("T0", "", "", [SYMBOLS["n"]] if defined == "mutual" else [], [part], "", "", DEFINED[defined])
    (*_, refused) = check(theory, {"SymPy"}).failures
    assert "comes no nearer to an end" in refused


@pytest.mark.parametrize(
    "row", [("c(v[n]) == diff(x*v[n], v[1])", "n v x", "", "by first"), ("c(x) == diff(x*x, x)", "x", "", "by x")]
)
def test_what_is_put_into_a_definition_does_not_vary_there_with_what_it_differentiates_by(row: tuple[str, ...]) -> None:
    assert check(in_one_step(row, definition("c")), {"SymPy"}).failures


def test_what_opens_to_equal_functions_of_real_numbers_is_equal() -> None:
    row = ("c(d)(x) == c(e)(x)", "x", "", "of h floor")
    assert check(in_one_step(row, definition("d", "e")), {"SymPy"}).failures
    same = Part("P", "c(e)(x) == x", [Step(because=definition("c", "e"))])
    assert check(Derivation("T0", "", "", [SYMBOLS["x"]], [same], "", "", [OF_H, SAME]), {"SymPy"}).holds


@pytest.mark.parametrize(("given", "law", "holds"), [(["n == 3"], "(n - 1)*(n - 4)", False), (["n == 3"], "n*0", True)])
def test_what_is_given_at_one_number_says_nothing_of_the_next(given: list[str], law: str, holds: bool) -> None:
    base = Part("Base", f"{law.replace('n', '1')} == 0", [Step(because="")])
    after = "(n + 1)*0" if holds else "0*n"  # which is the law at n + 1 for n = 3, too
    step = Part("Step", f"{after} == 0", [Step(because="")], supposing=f"{law} == 0")
    claim = Part("All", f"{law} == 0", [Step(because=induction("n", "Base", "Step"))], given=given)
    assert check(Derivation("T0", "", "", [SYMBOLS["n"]], [base, step, claim], ""), {"SymPy"}).holds is holds


@pytest.mark.parametrize(("index", "holds"), [("i", False), ("x", True)])
def test_a_statement_of_an_index_is_not_put_where_a_lambda_binds_it(index: str, holds: bool) -> None:
    law = "kron(i, 0)*f(i) == 0" if index == "i" else "x - x == 0"
    inside = "kron(k, 0)*f(k)" if index == "i" else "k - k"
    both = "sum(v[k] for k in span(1, n)) + Q(lambda k: {})(t)"
    parts = [
        Part("Law", law, [Step(because="")]),
        Part("Use", f"{both.format(inside)} == {both.format('0')}", [Step(because=using("Law", at={index: "k"}))]),
    ]
    names = ["n", "t", "v", "Q", *(["i", "f"] if index == "i" else ["x"])]
    assert check(Derivation("T0", "", "", [SYMBOLS[n] for n in names], parts, ""), {"SymPy"}).holds is holds


def test_a_statement_of_integers_is_not_put_where_a_lambda_binds_a_number() -> None:
    parts = [
        Part("Law", "sin(pi*t) == 0", [Step(because="")]),
        Part("Use", "(lambda y: sin(pi*y))(x) == (lambda y: 0)(x)", [Step(because=using("Law", at={"t": "y"}))]),
    ]
    assert not check(Derivation("T0", "", "", [SYMBOLS["t"], SYMBOLS["x"]], parts, ""), {"SymPy"}).holds


@pytest.mark.parametrize(("claim", "put", "holds"), [
    ("diff(sin(pi*x), x) == diff(0*x, x)", "x", False),
    ("diff(x*sin(pi*t), x) == diff(x*0, x)", "t", True),
    ("x*sin(pi*x) == x*0", "x", True),
])  # fmt: skip
def test_what_is_an_integer_where_something_is_given_is_none_around_it(claim: str, put: str, holds: bool) -> None:
    law = Part("Law", "sin(pi*a) == 0", [Step(because="")])
    use = Part("Use", claim, [Step(because=using("Law", at={"a": put}))], given=["x == 3"])
    names = ["a", "x", *(["t"] if put == "t" else [])]
    assert check(Derivation("T0", "", "", [SYMBOLS[n] for n in names], [law, use], ""), {"SymPy"}).holds is holds


TURNED = [f"sum(sin(2*pi*{place}*{{0}}) for {index} in span(0, n - 1))" for index, place in (("k", "k"), ("j", "(j + 1)"))]
WAVE = "(lambda y: {}*y)(x) == (lambda y: {}*y)(x)".format(*TURNED)
SLOPE = "diff(x*{}, x) == diff(x*{}, x)".format(*TURNED)
MOVED = "(lambda y: y*sum(kron(k, 0) for k in Z))(x) == (lambda y: y*sum(kron(j + {0}, 0) for j in Z))(x)"


@pytest.mark.parametrize(("text", "number", "names", "given", "holds"), [
    (WAVE, "y", "n x", "", False),
    (WAVE, "t/n", "n x t", "", True),
    (SLOPE, "x", "n x", "x == 0", False),
    (SLOPE, "t/n", "n x t", "x == 0", True),
    (MOVED, "y", "x", "", False),
    (MOVED, "t", "x t", "", True),
])  # fmt: skip
def test_an_index_changes_by_what_is_an_integer_wherever_it_stands(
    text: str, number: str, names: str, given: str, holds: bool
) -> None:
    reason = reindex(f"j = k - {number}") if text is MOVED else cyclic("j = k - 1", "n")
    part = Part("P", text.format(number), [Step(because=reason)], given=[given] if given else [])
    assert check(Derivation("T0", "", "", [SYMBOLS[n] for n in names.split()], [part], ""), {"SymPy"}).holds is holds


@pytest.mark.parametrize(("law", "at", "claim", "names", "holds"), [
    ("diff(x*y, x) == y", {"y": "x"}, "diff(x*x, x) == x", "x y", False),
    ("diff(x*y, x) == y", {"x": "y"}, "diff(y*y, y) == y", "x y", False),
    ("diff(x*y, x) == y", {"y": "e"}, "diff(x*e, x) == e", "x y", False),
    ("diff(v[i]*x, v[i]) == x", {"x": "v[1]"}, "diff(v[i]*v[1], v[i]) == v[1]", "n v x i", False),
    ("grad(v.T @ u, v) == u", {"u": "v"}, "grad(v.T @ v, v) == v", "n u v", False),
    ("diff(f(t)*g(t), f(t)) == g(t)", {"g": "f"}, "diff(f(t)*f(t), f(t)) == f(t)", "f g t", False),
    ("diff(x*y, x) == y", {"y": "z**2"}, "diff(x*z**2, x) == z**2", "x y z", True),
    ("diff(x*y, x) == y", {"x": "y", "y": "x"}, "diff(y*x, y) == x", "x y", True),
    ("diff(v[i]*x, v[i]) == x", {"i": "j"}, "diff(v[j]*x, v[j]) == x", "n v x i j", True),
])  # fmt: skip
def test_what_a_statement_holds_fast_in_a_derivative_stays_so(
    law: str, at: dict[str, str], claim: str, names: str, holds: bool
) -> None:
    parts = [Part("Law", law, [Step(because="")]), Part("Use", claim, [Step(because=using("Law", at=at))])]
    defined = [define("e", "x**2", "")] if "e" in at.values() else []
    theory = Derivation("T0", "", "", [SYMBOLS[n] for n in names.split()], parts, "", "", defined)
    assert check(theory, {"SymPy"}).holds is holds


@pytest.mark.parametrize(("put", "names", "holds"), [
    ("y", "x y", True), ("v[1]", "x n v", True), ("t", "x t", False), ("2", "x", False), ("-y", "x y", False),
])  # fmt: skip
def test_a_statement_of_slopes_is_used_where_there_are_some(put: str, names: str, holds: bool) -> None:
    law = Part("Law", "diff(x**2, x) == 2*x", [Step(because="")])
    use = Part("Use", f"diff(({put})**2, {put}) == 2*({put})", [Step(because=using("Law", at={"x": put}))])
    assert check(Derivation("T0", "", "", [SYMBOLS[n] for n in names.split()], [law, use], ""), {"SymPy"}).holds is holds


@pytest.mark.parametrize(("claim", "names"), [
    ("x[1] == 1", "x"), ("Q(t) == 1", "Q t"), ("norm(f) == 1", "f"), ("diag(x) == x", "x"), ("kron(v, v) == 1", "n v"),
])  # fmt: skip
def test_what_is_no_number_or_no_array_is_said_to_be_so(claim: str, names: str) -> None:
    (refused,) = check(in_one_step((claim, names), calculation(""))).failures
    assert "where a signal, a function or an array is meant" in refused
    assert "object" not in refused


def test_a_shown_inequality_is_used_with_its_sign() -> None:
    scope = "Known for all sizes, and shown in textbooks."
    law = Part("Law", "(1 + x)**n >= 1 + n*x", [Step(">=", cited("Bernoulli's inequality"))], scope=scope)

    def uses(text: str, given: str = "") -> bool:
        claim = statement(text)
        step = Step(f"{claim.relation} {claim.right}", using("Law"))
        part = Part("U", text, [step], given=[given] if given else [], scope=scope)
        symbols = [SYMBOLS[n] for n in ("x0", "n", *(["y"] if "y" in text else []))]
        return check(Derivation("T0", "", "", symbols, [law, part], "")).holds

    assert uses("y + (1 + x)**n >= y + 1 + n*x")
    assert uses("y*(1 + x)**n >= y*(1 + n*x)", "y >= 0")
    assert not uses("y*(1 + x)**n >= y*(1 + n*x)")
    assert not uses("-(1 + x)**n >= -(1 + n*x)")
    assert not uses("(1 + x)**n > 1 + n*x")
    assert not uses("(1 + x)**n == 1 + n*x")


@pytest.mark.parametrize(
    "row",
    [*FALSE, *(pytest.param(row, marks=pytest.mark.slow) for row in LONG)],
    ids=lambda row: f"{row[0]} given {row[2]}" if row[2:] and row[2] else row[0],
)
def test_a_wrong_statement_is_refused(row: tuple[str, ...]) -> None:
    shut = re.search(r"\b(diff|grad)\(", row[0]) or row[3:]  # without such, algebra looks at the very same expressions
    for reason in (calculation(""), algebra("so")) if shut else (calculation(""),):
        refused = check(in_one_step(row, reason), {"SymPy"}).failures
        assert refused
        assert "never used" not in " ".join(refused)  # then nothing was decided
        assert "Error:" not in " ".join(refused)


@pytest.mark.slow  # seconds each; without a bound on the effort, a minute
@pytest.mark.parametrize(
    "row",
    [
        ("norm(A @ B @ u) <= norm(A)*norm(B)*norm(u)", "n A B u"),
        ("norm(A @ B @ W) <= norm(A)*norm(B)*norm(W)", "n A B W"),
        ("norm(A @ B)*norm(u) <= norm(A)*norm(B)*norm(v)", "n A B u v"),
    ],
)
def test_what_has_no_end_is_given_up(row: tuple[str, ...]) -> None:
    assert check(in_one_step(row, calculation("")), {"SymPy"}).failures


def test_what_was_given_up_is_not_remembered_as_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    row = ("x**2 + x*y + y**2 + 7/3 > x + y", "x y")
    monkeypatch.setattr(report.prove.decide.signs, "EFFORT", 3)
    assert check(in_one_step(row, calculation("")), {"SymPy"}).failures
    monkeypatch.undo()
    assert not check(in_one_step(row, calculation("")), {"SymPy"}).failures


def test_a_search_for_a_sign_comes_as_far_as_before_when_it_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    for effort in range(5, 30, 3):
        monkeypatch.setattr(report.prove.decide.signs, "EFFORT", effort)
        x, y, z = sp.symbols(f"x_{effort} y_{effort} z_{effort}", real=True)
        product = (sp.exp(x) - x - 1) * (sp.exp(y) - y - 1) * (sp.exp(z) - z - 1)
        answers = {is_nonnegative(product, NO_FACTS) for _ in range(4)}
        assert len(answers) == 1, f"of {effort} operations"
