"""Changes that the planting makes and that are no errors: (theorem, part, step, changed text) → why it is still true."""

EQUIVALENTS: dict[tuple[str, str, int, str], str] = {
    (
        "T4",
        "The last tap decides",
        0,
        "all((s * i + d * j <= n + 2 * p - 1 for j in span(-1, k - 1)))",
    ): "the last tap decides, wherever the taps begin",
}
