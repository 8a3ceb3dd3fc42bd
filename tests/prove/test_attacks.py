"""Wrong statements, small and of every kind, that were tried on the checker: SymPy's reading alone must refuse each of them,
whatever the reason, and no witness is asked. And true ones, as a textbook has them, that it must accept.

A row is the statement, the names in it, what is given, and what is defined.
"""

from __future__ import annotations

import pytest

from report.proof import (
    Derivation,
    Part,
    Step,
    algebra,
    calculation,
    check,
    cited,
    define,
    definition,
    function,
    integer,
    matrix,
    operator,
    real,
    signal,
    using,
    vector,
)
from report.prove.language.formula import statement
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
    "v>0": vector("v", "n", "", properties=["positive"]),
    "f>0": signal("f", "", properties=["positive"]),
    "um": vector("u", "m", ""),
    **{f"{name}mn": matrix(name, "m", "n", "") for name in "ABW"},
    **{f"{name}={name}T": matrix(name, "n", "n", "", properties=["symmetric"]) for name in "AB"},
    "Q|": matrix("Q", "m", "n", "", properties=["orthonormal"]),
    "R|": matrix("R", "n", "n", "", properties=["orthogonal"]),
    "R01": matrix("R", "n", "n", "", properties=["permutation"]),
}
PLACE = integer("k", "")
DEFINED = {
    "": [],
    "sigma": [SIGMA],
    "relu": [RELU],
    "conv": [CONV],
    "conv shift": [CONV, SHIFT],
    "conv 1/k": [CONV, define("g(k)", "1/k", "", symbols=[PLACE])],
    "step": [define("c(k)", "1 if k >= 0 else 0", "", symbols=[PLACE])],
    "w": [define("w", "imag*x", "")],
    "softmax": [define("p[q]", "exp(v[q])/sum(exp(v[k]) for k in span(1, n))", "", shape=["n"])],
}
FALSE = [
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
    ("sum(k for k in span(n + 2, n)) == -(n + 1)", "n v"),
    ("sum(1/k for k in span(1, n)) > 0", "n0"),
    ("sum(v[k] for k in span(1, n)) > 0", "n0 v>0"),
    ("prod(v[k] for k in span(1, n)) != 1", "n0 v>0"),
    ("max(f(k) for k in N if k <= t) - max(f(k) for k in N if k <= t) == 0", "t f"),
    ("x + max(k for k in N) - max(k for k in N) == x", "x"),
    ("x*sum(1 for k in N) - x*sum(1 for k in N) == 0", "x"),
    ("sum(x for k in Z) - sum(x for k in Z) == 0", "x"),
    ("sum(f(k + 1) - f(k) for k in Z) == 0", "f>0"),
    ("sum(c(k + 1) - c(k) for k in Z) == 0", "x", "", "step"),
    ("2*conv(f, g)(t) == conv(f, g)(t) + conv(f, g)(t)", "f t", "", "conv 1/k"),
    ("[[x, 2], [3]][1, 1] == x", "n x"),
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
    ("grad(sum(max(0, v[k]) for k in span(1, n)), v) == ones(n)", "n v", "all(v[k] > 0 for k in span(1, n))"),
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
    ("sum(conv(f, g)(k) for k in Z) == sum(f(k)*g(k) for k in Z)", "f g t", "", "conv"),
    ("iff(x*y == x, y == 1)", "x y"),
    ("iff(x**2 == y**2, x == y)", "x y"),
    ("iff(x**2 <= y**2, x <= y)", "x y"),
    ("iff(x <= y, x*y <= y**2)", "x y"),
    ("iff(1/x <= 1/y, y <= x)", "x y", "x != 0; y != 0"),
    ("iff(x < y, x <= y)", "x y"),
    ("iff(n < m, n <= m)", "n m"),
    ("implies(x**2 == 1, x == 1)", "x y"),
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
    ("max(0, A @ v) == A @ max(0, v)", "n v A"),
    ("A @ ones(n) == ones(n)", "n A"),
    ("(v.T @ u)*(v.T @ A @ u) == (v.T @ u)*(u.T @ A @ v)", "n v u A"),
    ("trace(Q @ Q.T) == m", "n m Q|"),
    ("diff(h(x**2), x) == 2*x*diff(h(x), x)", "x h"),
    ("diff(h(3*x), x) == 3*diff(h(x), x)", "x h"),
    ("diff(x*h(x), x) == diff(h(x), x)", "x h"),
    ("diff(sum(v[k] for k in span(2, n)), v[i]) == 1", "n v i"),
    ("diff(p[i], v[j]) == p[i]*(1 - p[j])", "n v i j", "", "softmax"),
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
]  # fmt: skip
TRUE = [
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
UNSEEN = [
    ("1/n**2 < y", "y>0 n", "n > 1/(2*y)"),
    ("(1 + 1/n)**n < 5/2", "n"),
    ("sqrt(n + 1) - sqrt(n) < 1/n", "n"),
    ("1/(x*y) <= 1/x + 1/y", "x y>0", "x > 0"),
    ("implies(x**2 == 4, x == 2)", "x"),
    ("implies(A @ v == zeros(n), v == zeros(n))", "n A v"),
    ("iff(A == B, A == B.T)", "n A B"),
]
"""False, and not at the first points that one looks at."""


@pytest.mark.parametrize("row", UNSEEN, ids=lambda row: row[0])
def test_what_is_false_is_refused_with_a_point_at_which_it_is(row: tuple[str, ...]) -> None:
    text, names, given = (*row, "")[:3]
    claim = statement(text)
    after = claim.right.text if claim.relation in ("iff", "implies") else f"{claim.relation} {claim.right}"
    part = Part("P", text, [Step(after, calculation(""))], given=given.split("; ") if given else ())
    (refused,) = check(Derivation("T0", "", "", [SYMBOLS[n] for n in names.split()], [part], "")).failures
    assert "the left side is" in refused


def test_a_definition_that_stands_nowhere_is_no_reason() -> None:
    time = integer("t", "", least="0", high=4)
    defined = define("w(t)", "1 if t == 0 else 2*w(t - 1)", "", symbols=[time])
    opened = Part("P", "w(t + 1) == 2*w(t)", [Step(because=definition("w"))])
    silent = Part("Q", "t + t == 2*t", [Step(because=definition("w"))])
    said = check(Derivation("T0", "", "", [time], [opened, silent], "", "", [defined])).failures
    assert len(said) == 1
    assert "'Q', step 1" in said[0]


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


@pytest.mark.parametrize("row", FALSE, ids=lambda row: f"{row[0]} given {row[2]}" if row[2:] and row[2] else row[0])
def test_a_wrong_statement_is_refused(row: tuple[str, ...]) -> None:
    text, names, given, defined = (*row, "", "")[:4]
    claim = statement(text)
    after = claim.right.text if claim.relation in ("==", "iff", "implies") else f"{claim.relation} {claim.right}"
    for reason in (calculation(""), algebra("so")):
        part = Part("P", text, [Step(after, reason)], given=given.split("; ") if given else ())
        derivation = Derivation("T0", "", "", [SYMBOLS[n] for n in names.split()], [part], "", "", DEFINED[defined])
        refused = check(derivation, {"SymPy"}).failures
        assert refused
        assert "Error:" not in " ".join(refused)


@pytest.mark.parametrize("row", TRUE, ids=lambda row: row[0])
def test_a_true_statement_is_accepted(row: tuple[str, ...]) -> None:
    text, names, given, defined = (*row, "", "")[:4]
    claim = statement(text)
    after = claim.right.text if claim.relation in ("==", "iff", "implies") else f"{claim.relation} {claim.right}"
    part = Part("P", text, [Step(after, calculation(""))], given=given.split("; ") if given else ())
    derivation = Derivation("T0", "", "", [SYMBOLS[n] for n in names.split()], [part], "", "", DEFINED[defined])
    assert not check(derivation).failures
