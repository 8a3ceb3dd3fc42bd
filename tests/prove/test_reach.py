"""True statements as a textbook has them: each is accepted in a single step. A row is read as those of ``test_attacks`` are."""

from __future__ import annotations

import pytest

from report.proof import calculation, check
from tests.prove.test_attacks import in_one_step

TRUE = [
    ("diff(relu(x), x) == one(x > 0)", "x", "x != 0", "relu"),
    ("diff(max(x, y), x) == one(x > y)", "x y", "x != y"),
    ("diff(abs(x), x) == x/abs(x)", "x", "x != 0"),
    ("sign(x) == x/abs(x)", "x", "x != 0"),
    ("x**2 + x + 1 > 0", "x"),
    ("x**2 - 2*x*y + 2*y**2 + 2*y + 1 >= 0", "x y"),
    ("p[i] <= 1", "n v i", "", "softmax"),
    ("log(sum(exp(v[k]) for k in span(1, n))) >= v[i]", "n v i"),
    ("norm(v)**2 >= v[i]**2", "n v i"),
    ("norm(u + v) <= norm(u) + norm(v)", "n u v"),
    ("norm(u) - norm(v) <= norm(u - v)", "n u v"),
    ("abs(u.T @ v) <= norm(u)*norm(v)", "n u v"),
    ("(u.T @ v)**2 <= norm(u)**2*norm(v)**2", "n u v"),
    ("sum(v[k] for k in span(1, n))**2 <= n*sum(v[k]**2 for k in span(1, n))", "n v"),
    ("prod(exp(v[k]) for k in span(1, n)) == exp(sum(v[k] for k in span(1, n)))", "n v"),
    ("diff(diff(abs(x)**3, x), x) == 6*abs(x)", "x"),
    ("sum(v[k]*sum(sum(A[a, b]*B[k, b] for b in span(1, n)) for a in span(1, n)) for k in span(1, n)) <= "
     "sum(v[c]*sum(sum(A[a, b]*B[c, b] for b in span(1, n)) for a in span(1, n)) for c in span(1, n))", "n v A B"),
    ("norm(imag*v) == norm(v)", "n v"),
    ("one(t in span(1, 3)) == one(t >= 1)*one(t <= 3)", "t"),
    ("2*sqrt(x)*sqrt(y) <= x + y", "x0 y0"),
    ("x*y <= (x**2 + y**2)/2", "x y"),
    ("abs(x + y) <= abs(x) + abs(y)", "x y"),
    ("relu(x) - relu(-x) == x", "x", "", "relu"),
    ("max(x, y) == (x + y + abs(x - y))/2", "x y"),
    ("sigma(-x) == 1 - sigma(x)", "x", "", "sigma"),
    ("sigma(x) < 1", "x", "", "sigma"),
    ("tanh(x) == (exp(x) - exp(-x))/(exp(x) + exp(-x))", "x"),
    ("diff(tanh(x), x) == 1 - tanh(x)**2", "x"),
    ("diff(log(1 + exp(x)), x) == 1/(1 + exp(-x))", "x"),
    ("diff(abs(x)**3, x) == 3*x*abs(x)", "x"),
    ("diff(abs(x), x) == sign(x)", "x", "x != 0"),
    ("grad(norm(v - u)**2, v) == 2*(v - u)", "n v u"),
    ("grad(v.T @ A @ v, v) == (A + A.T) @ v", "n v A"),
    ("norm(A)**2 == trace(A.T @ A)", "n A"),
    ("sum(exp(v[k])/sum(exp(v[q]) for q in span(1, n)) for k in span(1, n)) == 1", "n v"),
    ("sum(conv(f, g)(k) for k in Z) == sum(f(k) for k in Z)*sum(g(k) for k in Z)", "f g", "", "conv"),
    ("conv(f, g)(t) == conv(g, f)(t)", "f g t", "", "conv"),
    ("ceil(x) == -floor(-x)", "x"),
    ("mod(t + n, n) == mod(t, n)", "t n"),
    ("(x**2 - 1)/(x - 1) == x + 1", "x", "x != 1"),
    ("exp(x) >= 1 + x", "x"),
    ("iff(x*y <= 0, x <= 0)", "x y>0"),
    ("implies(x < y, exp(x) < exp(y))", "x y"),
    ("max(v[k] for k in span(1, n)) >= v[i]", "n v i"),
    ("min(v[k] for k in span(1, n)) <= v[i]", "n v i"),
    ("x**(2*n) >= 0", "x n0"),
    ("(x**n)**m == x**(n*m)", "x n m"),
    ("sum(sum(W[k, q] for q in span(1, k)) for k in span(1, n)) == sum(sum(W[k, q] for k in span(q, n)) for q in span(1, n))",
     "n W"),
    ("ones(n) != zeros(n)", "n"),
    ("sum(x**k for k in span(0, n)) == (1 - x**(n + 1))/(1 - x)", "n x", "x != 1"),
    ("sum(k for k in span(m, n)) == (n - m + 1)*(n + m)/2", "n m", "n >= m"),
    ("sum(k*x**k for k in span(0, n)) == x*(1 - (n + 1)*x**n + n*x**(n + 1))/(1 - x)**2", "n x", "x != 1"),
    ("sum(k**2 for k in span(1, n)) == n*(n + 1)*(2*n + 1)/6", "n"),
    ("sum(v[k + 1] - v[k] for k in span(1, n - 1)) == v[n] - v[1]", "n v"),
    ("sum(1/2**k for k in span(1, n)) == 1 - 1/2**n", "n"),
    ("ceil(t/n) == floor((t + n - 1)/n)", "t n"),
    ("floor(floor(x)/n) == floor(x/n)", "x n"),
    ("floor(x) + floor(y) <= floor(x + y)", "x y"),
    ("floor(x) == t", "x t", "t <= x; x < t + 1"),
    ("x**n < y", "y>0 n x", "x > 0; x < 1; n > log(y)/log(x)"),
    ("abs((3*n + 1)/(n + 2) - 3) < y", "y>0 n", "n > 5/y"),
    ("(1 - x)**n <= exp(-n*x)", "n x", "x >= 0; x < 1"),
    ("diff(diff(norm(A @ v - u)**2, v[i]), v[j]) == 2*(A.T @ A)[i, j]", "n A u v i j"),
    ("iff(2*A @ v == 2*u, A @ v == u)", "n A u v"),
    ("iff(grad(norm(A @ v - u)**2, v) == zeros(n), A.T @ A @ v == A.T @ u)", "n A u v"),
    ("implies(v == zeros(n), A @ v == zeros(n))", "n A v"),
]  # fmt: skip


@pytest.mark.parametrize("row", TRUE, ids=lambda row: row[0])
def test_what_a_textbook_says_is_accepted(row: tuple[str, ...]) -> None:
    assert not check(in_one_step(row, calculation(""))).failures
