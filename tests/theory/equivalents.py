"""Changes that the planting makes and that are no errors: (theorem, part, step, changed text) → why it is still true."""

# ruff: noqa: E501  # a change to a line
from __future__ import annotations

_LISTED = """
T1 | What repairs the border | 0 | step 1 by Convolution with zero padding | both parts begin with the same sum
T2 | How large it can be | 0 | 1 / 4 - (1 / 2 - sigma(x)) ** 2 | a square does not see the sign
T3 | ell | -1 | (y - p) ** 2 | a square does not see the sign
T3 | The slope of ReLU | 1 | one(a >= 0) * a | at zero both sides are zero, whatever the slope
T3 | All zero: the gradient of u | 0 | without u == zeros(q) | the filters alone decide it
T3 | All zero: the gradient of w | 0 | without w == zeros(h, q) | the output weights alone decide it
T4 | The last tap decides | 0 | all((s * l + d * j <= n + 2 * p - 1 for j in span(-1, k - 1))) | the last tap decides, wherever the taps begin
T4 | How many | 0 | step 1 by algebra | a condition that bounds an index is solved for it by algebra alone
T4 | As many terms as taps | 0 | sum((sum((f(a) * delta(a - m) for a in span(1, k))) * g(i - m) for m in Z)) | an impulse is even
T4 | Valid convolution | 0 | step 1 by algebra | counting does without the general formula
T4 | A kernel as long as the input | 0 | step 1 by algebra | counting does without the general formula
T5 | A signal is a sum of impulses | 0 | sum((x(k) * delta(k - i) for k in Z)) | an impulse is even
T5 | The kernel is unique | 0 | sum((f(k) * delta(k - i) for k in Z)) | an impulse is even
T5 | The operator is a convolution | 0 | L(lambda m: sum((x(k) * delta(k - m) for k in Z)))(i) | an impulse is even
T5 | The operator is a convolution | 1 | sum((x(k) * L(lambda m: delta(k - m))(i) for k in Z)) | an impulse is even
T6 | q | -1 | (1 - relu(a + c)) ** 2 | a square does not see the sign
T6 | Weight decay | 2 | 1 | a weaker bound
T6 | Powers of the momentum, one step | 0 | (1 - mu) * sum((mu for j in span(1, 1))) | the only exponent is one
T6 | Coasting | 0 | step 1 by algebra | the closed form of a geometric sum is found by calculation, too
T6 | Powers of the momentum, one step | 0 | (1 - mu) * prod((mu ** j for j in span(1, 1))) | one term
T6 | Powers of the momentum, one step more | 0 | mu - mu**(t + 1) + (1 - mu)*mu**(t + 1) | each equals the start
T7 | The factor, half a period later | 0 | exp(-pi * imag * (q - L) / L) | half a turn either way
T7 | The halves have half the period | 0 | exp(-2 * pi * imag * (q - L) * x / L) | a whole turn either way
T7 | When the direct product is cheaper | 0 | 2 ** r | the statement for a kernel of one tap
T7 | When the direct product is cheaper | 0 | k | the statement for a signal of one sample
T7 | When the direct product is cheaper | 0 | 1 ** r * k | the statement for a signal of one sample
T7 | The direct product | 0 | k | the statement for a signal of one sample
T7 | The direct product | 0 | 2 ** (r + 1) * k | a weaker bound
T7 | When the direct product is cheaper | 0 | 2 ** (r + 1) * (6 * r + 4) | a weaker bound
T7 | When the direct product is cheaper | 0 | 2 ** r * (6 * r + 5) | a weaker bound
T7 | When the direct product is cheaper | 0 | 2 ** r * (7 * r + 4) | a weaker bound
T7 | E | -1 | delta(j) + 2 * delta(j - 1) + 3 * delta(2 - j) | an impulse is even
T7 | E | -1 | delta(j) + 2 * delta(1 - j) + 3 * delta(j - 2) | an impulse is even
T7 | The direct product | 0 | n | the statement for a single tap
T8 | More parameters than constraints | 0 | A @ Q.T @ W - A @ (Q.T @ V - Q.T @ Q @ (Q.T @ V)) | what is added is zero: no example sees it
T8 | More parameters than constraints | 0 | A @ Q.T @ W + A @ (Q.T @ Q @ (Q.T @ V) - Q.T @ V) | what is added is zero: no example sees it
T8 | More parameters than constraints | 1 | A @ Q.T @ W - A @ (Q.T @ V - Q.T @ V) | what is added is zero: no example sees it
T8 | More parameters than constraints | 0 | A @ Q.T @ (W - (V - Q @ (Q.T @ V))) | what is added is zero: no example sees it
T8 | More parameters than constraints | 0 | A @ Q.T @ (W + (Q @ (Q.T @ V) - V)) | what is added is zero: no example sees it
T8 | How many directions that is | 0 | trace(identity(d)) - trace(Q @ Q.T) | a trace is the same around every turn
T8 | More constraints than parameters | 0 | norm(Y - U @ (U.T @ Y) - U @ (U.T @ Y - B)) ** 2 | the two terms are orthogonal, whatever their signs
T8 | More constraints than parameters | 0 | norm(U @ (U.T @ Y) - Y + U @ (U.T @ Y - B)) ** 2 | the two terms are orthogonal, whatever their signs
T8 | More constraints than parameters | 0 | norm(Y - U @ (U.T @ Y) + U @ (B - U.T @ Y)) ** 2 | the two terms are orthogonal, whatever their signs
T8 | More constraints than parameters | 1 | norm(U @ (U.T @ Y) - Y) ** 2 + norm(U.T @ Y - B) ** 2 | a length does not see the sign
T8 | More constraints than parameters | 1 | norm(Y - U @ (U.T @ Y)) ** 2 + norm(B - U.T @ Y) ** 2 | a length does not see the sign
T8 | More constraints than parameters | 0 | norm(U @ B - Y) ** 2 | a length does not see the sign
T9 | A larger stride is not shift invariant | 1 | 1 / k * sum((s * i + j - 1 - (s * (i - 1) + j) for j in span(0 - 1, k - 1 - 1))) | the terms do not depend on the index
T10 | Same outputs | 0 | W @ (P @ P.T @ x) + b | a permutation undoes its transpose, too
T10 | Same class of functions | 0 | V @ (P.T @ P) | a permutation undoes its transpose, too
T10 | The start | 0 | ones(m).T @ (u(W) @ P @ ones(n)) | a permutation of ones is ones, either way round
T10 | The start | 0 | ones(m).T @ (u(W @ P) @ ones(n)) | the statement for the inverse permutation
T10 | A step of gradient descent | 0 | step 1 by algebra | the part that is put in is itself a regrouping
T10 | With momentum | 0 | step 1 by algebra | the part that is put in is itself a regrouping
T10 | Running squares | 0 | step 1 by algebra | the part that is put in is itself a regrouping
T11 | One example: the sigmoid by its input | 1 | kron(o, s) * (S[o, 1] * (1 - S[o, 1])) | a factor of one
T13 | The first tap of the composed kernel | 1 | 0 - 0 | nothing less nothing is nothing
T13 | What two layers of width two can reach | 2 | (g_1 * h_0 - g_0 * h_1) ** 2 | a square does not see the sign
T13 | g | -1 | g_0 * delta(m) + g_1 * delta(1 - m) | an impulse is even
T13 | h | -1 | h_0 * delta(m) + h_1 * delta(1 - m) | an impulse is even
T13 | e | -1 | delta(m) + delta(2 - m) | an impulse is even
T13 | What two layers of width two can reach | 3 | -1 | a weaker bound
T14 | The best codes | 0 | norm(X - X @ Q @ Q.T - (X @ Q - B) @ Q.T) ** 2 | the two terms are orthogonal, whatever their signs
T14 | The best codes | 0 | norm(X @ Q @ Q.T - X + (X @ Q - B) @ Q.T) ** 2 | the two terms are orthogonal, whatever their signs
T14 | The best codes | 0 | norm(X - X @ Q @ Q.T + (B - X @ Q) @ Q.T) ** 2 | the two terms are orthogonal, whatever their signs
T14 | The best codes | 1 | norm(X @ Q @ Q.T - X) ** 2 + norm(X @ Q - B) ** 2 | a length does not see the sign
T14 | The best codes | 1 | norm(X - X @ Q @ Q.T) ** 2 + norm(B - X @ Q) ** 2 | a length does not see the sign
T14 | The best codes | 0 | norm(B @ Q.T - X) ** 2 | a length does not see the sign
T14 | What a subspace loses | 0 | norm(X @ Q @ Q.T - X) ** 2 | a length does not see the sign
T14 | In the principal directions | 0 | norm(S @ V.T @ Q) ** 2 | an orthogonal factor keeps lengths, there or not
T14 | Still orthonormal | 0 | Q.T @ (V.T @ V @ Q) | an orthogonal matrix undoes its transpose, too
T14 | The shares add up | 2 | trace(H @ H.T) | a trace is the same around every turn
T14 | A projection shortens | 0 | norm(H @ (H.T @ y) - y) ** 2 | a length does not see the sign
T14 | No share exceeds one | 2 | norm(H @ (H.T @ e) - e) ** 2 | a length does not see the sign
T14 | The length of the data | 0 | norm(U @ S) ** 2 | an orthogonal factor keeps lengths, there or not
T14 | The length of the data | 0 | norm(S @ V.T) ** 2 | an orthogonal factor keeps lengths, there or not
T14 | The length of the data | 0 | norm(U @ S @ V) ** 2 | an orthogonal factor keeps lengths, there or not
T14 | Biases | 2 | sum((x[i] ** 2 for i in span(1, n))) - 2 * xbar * (n * xbar) + n * xbar ** 2 + n * (c - xbar) ** 2 | a square does not see the sign
T14 | Biases | 3 | sum(((x[i] - xbar) ** 2 for i in span(1, n))) + n * (c - xbar) ** 2 | a square does not see the sign
T14 | Biases | 3 | sum(((xbar - x[i]) ** 2 for i in span(1, n))) + n * (xbar - c) ** 2 | a square does not see the sign
T14 | Biases | 0 | sum(((c - x[i]) ** 2 for i in span(1, n))) | a square does not see the sign
T14 | What a share lacks | 0 | norm(H @ (H.T @ e) - e) ** 2 | a length does not see the sign
T14 | Smaller after | 0 | without k <= d | a direction from the k-th on is one only then
T14 | A direction before | 3 | -1 | a weaker bound
T14 | A direction after | 2 | -1 | a weaker bound
T14 | A direction after | 0 | without k <= d | a direction from the k-th on is one only then
T15 | Where it ends | 0 | step 1 by algebra | the part that is quoted multiplies out, and so may this step
T15 | Two windows of three see what one of five sees | 0 | 1 + (3 - 1) + (3 - 1) | a stride of one
T17 | A | -1 | c | what no affine map can be, no constant can be
"""

_FOUR = [f"{first} * s[i] {second} * d[i] + c" for first in ("a", "-a") for second in ("+ b", "- b")]


def _apart(error: str) -> str:
    """The same once the squares of both slopes stand apart."""
    slopes = [f"4 * {slope} ** 2 * sum(({of}[i] ** 2 for i in span(1, n)))" for slope, of in (("a", "s"), ("b", "d"))]
    return " + ".join([error, *slopes])


def _errors(turned: int) -> str:
    """The summed squares of T17, one of them of the difference the other way round."""
    terms = [f"{affine} - e[i]" if at == turned else f"e[i] - ({affine})" for at, affine in enumerate(_FOUR)]
    return " + ".join(f"sum((({term}) ** 2 for i in span(1, n)))" for term in terms)


def _read(row: str) -> tuple[tuple[str, str, int, str], str]:
    theorem, part, step, text, why = row.split(" | ")
    return (theorem, part, int(step), text), why


_LOOSER = [
    "2 ** (r + 1)", "3 ** r", "24 * r - 16", "24 * r", "16", "24 + 16", "r + 16", "24 + r + 16", "24 * r + 17", "24 * r + 15",
    "25 * r + 16", "23 * r + 16",
]  # fmt: skip
"""What a power of two outgrows as well from eight on, or what outgrows as much."""


EQUIVALENTS: dict[tuple[str, str, int, str], str] = {
    **dict(map(_read, _LISTED.strip().splitlines())),
    **{("T7", "From this length on", 0, text): "true from eight on, too" for text in _LOOSER},
    **{
        ("T17", part, 0, _errors(turned)): "a square does not see the sign"
        for part in ("The error of an affine map", "No other does better")
        for turned in range(4)
    },
    **{
        ("T17", part, step, _apart(error)): "a square does not see the sign"
        for part, step, error in (
            ("The error of an affine map", 0, "4 * sum(((c - e[i]) ** 2 for i in span(1, n)))"),
            ("The error of an affine map", 2, "4 * V + 4 * n * (c - ebar) ** 2"),
            ("No other does better", 0, "4 * V + 4 * n * (c - ebar) ** 2"),
        )
    },
}
