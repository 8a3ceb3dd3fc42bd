"""Changes that the planting makes and that are no errors: (theorem, part, step, changed text) → why it is still true."""

EQUIVALENTS: dict[tuple[str, str, int, str], str] = {
    ("T2", "How large it can be", 0, "1 / 4 - (1 / 2 - sigma(x)) ** 2"): "a square does not see the sign",
    (
        "T4",
        "The last tap decides",
        0,
        "all((s * i + d * j <= n + 2 * p - 1 for j in span(-1, k - 1)))",
    ): "the last tap decides, wherever the taps begin",
    ("T3", "ell", -1, "(y - p) ** 2"): "a square does not see the sign",
    ("T3", "The slope of ReLU", 1, "one(a >= 0) * a"): "at zero both sides are zero, whatever the slope",
    ("T6", "q", -1, "(1 - relu(a + c)) ** 2"): "a square does not see the sign",
    (
        "T6",
        "Powers of the momentum, one step",
        0,
        "(1 - mu) * sum((mu for j in span(1, 1)))",
    ): "the only exponent is one",
    ("T10", "Same outputs", 0, "W @ (P @ P.T @ x) + c"): "a permutation undoes its transpose, too",
    ("T10", "Same class of functions", 0, "V @ (P.T @ P)"): "a permutation undoes its transpose, too",
    ("T10", "The start", 0, "ones(m).T @ (u(W) @ P @ ones(n))"): "a permutation of ones is ones, either way round",
    ("T10", "The start", 0, "ones(m).T @ (u(W) @ ones(n))"): "the right side, stated of itself with a step between",
    ("T10", "The start", 0, "ones(m).T @ (u(W @ P) @ ones(n))"): "the statement for the inverse permutation",
    (
        "T8",
        "More parameters than constraints",
        0,
        "A @ Q.T @ W - A @ (Q.T @ V - Q.T @ Q @ (Q.T @ V))",
    ): "what is added is zero: no example sees it",
    ("T8", "More parameters than constraints", 0, "A @ Q.T @ W"): "what is added is zero: no example sees it",
    (
        "T8",
        "More parameters than constraints",
        0,
        "A @ Q.T @ W + A @ (Q.T @ Q @ (Q.T @ V) - Q.T @ V)",
    ): "what is added is zero: no example sees it",
    (
        "T8",
        "More parameters than constraints",
        1,
        "A @ Q.T @ W - A @ (Q.T @ V - Q.T @ V)",
    ): "what is added is zero: no example sees it",
    (
        "T8",
        "More parameters than constraints",
        0,
        "A @ Q.T @ (W - (V - Q @ (Q.T @ V)))",
    ): "what is added is zero: no example sees it",
    (
        "T8",
        "More parameters than constraints",
        0,
        "A @ Q.T @ (W + (Q @ (Q.T @ V) - V))",
    ): "what is added is zero: no example sees it",
    ("T8", "How many directions that is", 0, "trace(identity(d)) - trace(Q @ Q.T)"): "a trace is the same around every turn",
}
