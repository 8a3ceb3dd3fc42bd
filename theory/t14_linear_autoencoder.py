"""T14: a linear autoencoder can do no better than PCA (Eckart and Young), proved; and a trained one that arrives there."""

from __future__ import annotations

import numpy as np
import torch

from report import plots
from report.model import Figure
from report.numbers import number_text
from report.proof import (
    Derivation, Live, Step, algebra, contraction, define, definition, integer, matrix, part, real, split_sum, using, vector,
)  # fmt: skip
from theory.arrays import Matrix, table

# --- witnesses -----------------------------------------------------------------------------------------------------


def best_error_by_svd(U: Matrix, s: list[float], V: Matrix, k: int) -> float:
    """‖X − X_k‖² for X = U diag(s) Vᵀ and its best approximation of rank k, which NumPy's SVD gives."""
    data = table(U) @ np.diag(np.ravel(s)) @ table(V).T
    left, values, right = np.linalg.svd(data, full_matrices=False)
    return float(((data - (left[:, :k] * values[:k]) @ right[:k]) ** 2).sum())


def trained_error(U: Matrix, s: list[float], V: Matrix, k: int) -> float:
    """The squared error of a linear autoencoder with k codes, trained on X = U diag(s) Vᵀ from a random start."""
    data = torch.from_numpy(table(U) @ np.diag(np.ravel(s)) @ table(V).T)
    encoder, decoder = train(data, k, steps=400)
    return float(((data - data @ encoder @ decoder) ** 2).sum())


def train(data: torch.Tensor, k: int, steps: int) -> tuple[torch.Tensor, torch.Tensor]:
    """(encoder, decoder) of a linear autoencoder after so many steps of L-BFGS on the squared error; none: its start."""
    generator = torch.Generator().manual_seed(0)
    inputs = data.shape[1]
    starts = [torch.randn(*shape, generator=generator, dtype=torch.float64) / 2 for shape in ((inputs, k), (k, inputs))]
    encoder, decoder = map(torch.nn.Parameter, starts)
    optimizer = torch.optim.LBFGS(
        [encoder, decoder], max_iter=steps, tolerance_grad=1e-10, tolerance_change=1e-14, line_search_fn="strong_wolfe"
    )

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        error = ((data - data @ encoder @ decoder) ** 2).sum()
        error.backward()
        return error

    optimizer.step(loss)  # type: ignore[arg-type]
    return encoder.detach(), decoder.detach()


def error_of_best_codes(X: Matrix, Q: Matrix) -> float:
    """The squared error of the best codes for a decoder with the rows Qᵀ, by least squares."""
    data, basis = table(X), table(Q)
    codes = np.linalg.lstsq(basis, data.T, rcond=None)[0]
    return float(((data.T - basis @ codes) ** 2).sum())


# --- a trained autoencoder -------------------------------------------------------------------------------------------

EXAMPLES, INPUTS, CODES = 400, 10, 3
STEPS = (0, 1, 2, 5, 10, 20, 50, 100)


def cloud() -> torch.Tensor:
    """Examples of a Gaussian with unequal variances, turned and moved away from zero."""
    generator = torch.Generator().manual_seed(3)
    draws = torch.randn(EXAMPLES, INPUTS, generator=generator, dtype=torch.float64)
    turn = torch.linalg.qr(torch.randn(INPUTS, INPUTS, generator=generator, dtype=torch.float64)).Q
    spread = torch.linspace(2, 0.5, INPUTS, dtype=torch.float64)
    return draws * spread @ turn.T + torch.randn(INPUTS, generator=generator, dtype=torch.float64)


def history() -> list[tuple[int, float, float]]:
    """(steps, squared error over that of PCA, largest principal angle to the PCA subspace in degrees), centred data."""
    data = cloud() - cloud().mean(dim=0)
    _, values, right = torch.linalg.svd(data, full_matrices=False)
    least = float((values[CODES:] ** 2).sum())
    found = []
    for steps in STEPS:
        encoder, decoder = train(data, CODES, steps)
        error = float(((data - data @ encoder @ decoder) ** 2).sum())
        basis = torch.linalg.qr(decoder.T).Q
        closest = torch.linalg.svdvals(right[:CODES] @ basis).min().clamp(max=1)
        found.append((steps, error / least, float(torch.rad2deg(torch.arccos(closest)))))
    return found


def arrival() -> Figure:
    """Error and angle by steps of training."""
    import pandas as pd

    runs = pd.DataFrame(history(), columns=["steps", "error", "angle"])
    figure, axes = plots.canvas(width=plots.PAGE, height=1.9, rows=1, columns=2)
    places = range(len(runs))
    for ax, column, label in zip(axes.flat, ("error", "angle"), ("squared error, PCA = 1", "largest principal angle, degrees")):
        ax.plot(places, runs[column], marker="o", color=plots.INK)
        ax.set_xticks(list(places), [str(steps) for steps in runs["steps"]])
        ax.set_xlabel("steps of L-BFGS")
        ax.set_ylabel(label)
    axes[0, 0].set_yscale("log")
    axes[0, 0].axhline(1, color=plots.INK, linewidth=0.6)
    last = runs.iloc[-1]
    return Figure(
        figure,
        caption=f"A linear autoencoder with {CODES} codes, trained on {EXAMPLES} centred examples of {INPUTS} values: its "
        f"error comes down to that of PCA and not below; after {int(last['steps'])} steps it is larger by "
        f"{number_text(max(last['error'] - 1, 0.0))} of it, and the subspace of its decoder has turned into that of PCA up to "
        f"{number_text(last['angle'])} degrees.",
        alt="Two curves by steps of training: error relative to PCA "
        + ", ".join(f"{error:.4g}" for error in runs["error"])
        + "; largest principal angle in degrees "
        + ", ".join(f"{angle:.3g}" for angle in runs["angle"])
        + ".",
        data=runs,
    )


# --- the derivation ------------------------------------------------------------------------------------------------

KEPT = "sum(s[i]**2 for i in span(1, k))"
LOST = "sum(s[i]**2 for i in span(k + 1, d))"
SHARES = "sum(s[i]**2*h[i] for i in span(1, d))"

DERIVATION = Derivation(
    id="T14",
    title="A linear autoencoder is PCA",
    question="""An autoencoder without non-linearities writes each example as `k` codes and reads it back. How small can its
    squared error be, and what must it have learnt to get there?""",
    symbols=[
        integer("d", "the number of values of an example", least="1", low=3, high=4),
        integer("k", "the number of codes, at most as many", least="1", low=1, high=2),
        integer("n", "the number of examples, at least as many", least="1", low=5, high=6),
        integer("p", "one of the directions", within=("1", "d")),
        matrix("X", "n", "d", "the data, an example in each row"),
        matrix("B", "n", "k", "codes, whatever the encoder"),
        matrix("Q", "d", "k", "an orthonormal basis of what the decoder can write", properties=["orthonormal"]),
        matrix("U", "n", "d", "left singular vectors of the data", properties=["orthonormal"]),
        matrix("S", "d", "d", "the singular values on a diagonal, `diag(s)`", properties=["symmetric"]),
        matrix("V", "d", "d", "right singular vectors: the principal directions", properties=["orthogonal"]),
        matrix("H", "d", "k", "the basis `Q` in these directions, `V.T@Q`", properties=["orthonormal"]),
        vector("r", "d", "the roots of that by which each singular value exceeds the next one", low=0.5, high=1),
        vector("y", "d", "any vector"),
        vector("x", "n", "what is left of one of the values, in all examples"),
        real("c", "a bias"),
    ],
    definitions=[
        define(
            "s[i]", "sum(r[j]**2 for j in span(i, d))", "the singular values: positive or zero, the largest first", shape=["d"]
        ),
        define("a[i]", "sum(r[j]**2 for j in span(i, k - 1))", "what `s[i]` exceeds `s[k]` by, for `i` up to `k`", shape=["d"]),
        define(
            "b[i]", "sum(r[j]**2 for j in span(k, i - 1))", "what `s[k]` exceeds `s[i]` by, for `i` from `k` on", shape=["d"]
        ),
        define(
            "t[i]",
            "sum((kron(i, j) - sum(H[i, l]*H[j, l] for l in span(1, k)))**2 for j in span(1, d))",
            "what the share of direction `i` lacks to one",
            shape=["d"],
        ),
        define(
            "h[i]", "sum(H[i, j]**2 for j in span(1, k))", "the share of direction `i` that the decoder can write", shape=["d"]
        ),
        define("e[i]", "kron(i, p)", "the unit vector of direction `p`", shape=["d"]),
        define("C[i, j]", "kron(i, j)", "the first `k` of these directions", shape=["d", "k"]),
        define("xbar", "sum(x[i] for i in span(1, n))/n", "the mean of `x`"),
    ],
    parts=[
        part(
            "The best codes",
            "norm(X - B@Q.T)**2 == norm(X - (X@Q)@Q.T)**2 + norm(X@Q - B)**2",
            Step("norm((X - (X@Q)@Q.T) + (X@Q - B)@Q.T)**2", algebra("add and subtract the projection on `Q`")),
            algebra("the two are orthogonal, and `Q` keeps lengths"),
            intro="""A linear decoder with `k` codes writes into a space of at most `k` dimensions. Let `Q` be an
            orthonormal basis of that space (or of one that contains it); then every reconstruction is a `B@Q.T`.
            The error splits:""",
        ),
        part(
            "What a subspace loses",
            "norm(X - (X@Q)@Q.T)**2 == norm(X)**2 - norm(X@Q)**2",
            algebra("multiply out; the columns of `Q` are orthonormal"),
            intro="""So the best codes are `X@Q`, which a linear encoder can compute; an encoder of any other kind can do no
            better. What remains is the choice of the space:""",
            live=[Live("least squares by NumPy", error_of_best_codes)],
        ),
        part(
            "In the principal directions",
            "norm((U@S@V.T)@Q)**2 == norm(S@(V.T@Q))**2",
            algebra("`U` keeps lengths"),
            intro="""Write the data by their singular value decomposition `U@S@V.T` (if there are fewer examples than
            values, add examples that are zero). A space is good if it keeps much of the length:""",
        ),
        part(
            "Still orthonormal",
            "(V.T@Q).T@(V.T@Q) == identity(k)",
            Step("Q.T@((V@V.T)@Q)", algebra("regroup")),
            Step("Q.T@Q", algebra("`V` is orthogonal")),
            algebra("the columns of `Q` are orthonormal"),
            intro="The matrix `V.T@Q` has orthonormal columns again. Call it `H`.",
        ),
        part(
            "What a subspace keeps",
            f"norm(diag(s)@H)**2 == {SHARES}",
            Step("sum(sum((s[i]*H[i, j])**2 for j in span(1, k)) for i in span(1, d))", algebra("entry by entry")),
            Step("sum(s[i]**2*sum(H[i, j]**2 for j in span(1, k)) for i in span(1, d))", algebra("factor out")),
            definition("h"),
        ),
        part(
            "The shares add up",
            "sum(h[i] for i in span(1, d)) == k",
            Step("sum(sum(H[i, j]**2 for j in span(1, k)) for i in span(1, d))", definition("h")),
            Step("norm(H)**2", algebra("the squares of all entries")),
            Step("trace(H.T@H)", algebra("as a trace")),
            Step("trace(identity(k))", algebra("the columns of `H` are orthonormal")),
            algebra("ones on the diagonal"),
            intro="The shares are sums of squares, hence not negative, and they add up to the number of codes:",
        ),
        part(
            "A projection shortens",
            "norm(y)**2 - norm(H.T@y)**2 == norm(y - H@(H.T@y))**2",
            algebra("multiply out; the columns of `H` are orthonormal"),
            intro="And none of them exceeds one. First, a projection never makes a vector longer:",
        ),
        part(
            "A share is a length",
            "norm(H.T@e)**2 == h[p]",
            Step("sum(H[p, j]**2 for j in span(1, k))", definition("e")),
            definition("h"),
            intro="Second, a share is the squared length of the projection of a unit vector:",
        ),
        part(
            "No share exceeds one",
            "1 - h[p] == norm(e - H@(H.T@e))**2",
            Step("1 - norm(H.T@e)**2", using("A share is a length")),
            Step("norm(e)**2 - norm(H.T@e)**2", definition("e", words="`e` is one long")),
            using("A projection shortens", at={"y": "e"}),
            intro="Together, what a share lacks to one is a square:",
        ),
        part(
            "What a share lacks",
            "1 - h[p] == t[p]",
            Step("norm(e - H@(H.T@e))**2", using("No share exceeds one")),
            definition("t", "e", words="entry by entry"),
            intro="Entry by entry, with `t[p]` for this sum of squares:",
        ),
        part(
            "Larger before",
            "s[p] == a[p] + s[k]",
            Step("sum(r[j]**2 for j in span(p, d))", definition("s")),
            Step("sum(r[j]**2 for j in span(p, k - 1)) + sum(r[j]**2 for j in span(k, d))", split_sum("k - 1")),
            definition("a", "s"),
            given=["p <= k", "k <= d"],
            intro="The singular values stand in order. Up to `k` they are at least as large as that one, by a sum of squares:",
        ),
        part(
            "Smaller after",
            "s[k] == b[p] + s[p]",
            Step("sum(r[j]**2 for j in span(k, d))", definition("s")),
            Step("sum(r[j]**2 for j in span(k, p - 1)) + sum(r[j]**2 for j in span(p, d))", split_sum("p - 1")),
            definition("b", "s"),
            given=["p >= k", "k <= d"],
            intro="From `k` on they are at most as large:",
        ),
        part(
            "A direction before",
            "(s[p]**2 - s[k]**2)*(1 - h[p]) >= 0",
            Step("(s[p]**2 - s[k]**2)*t[p]", using("What a share lacks")),
            Step("((a[p] + s[k])**2 - s[k]**2)*t[p]", using("Larger before")),
            Step("a[p]*(a[p] + 2*s[k])*t[p]", algebra("multiply out, and factor")),
            definition("a", "s", "t", words="all three are sums of squares"),
            given=["p <= k", "k <= d"],
            intro="So whatever a subspace leaves of a direction before costs at least as much as it would at `k`:",
        ),
        part(
            "A direction after",
            "(s[k]**2 - s[p]**2)*h[p] >= 0",
            Step("((b[p] + s[p])**2 - s[p]**2)*h[p]", using("Smaller after")),
            Step("b[p]*(b[p] + 2*s[p])*h[p]", algebra("multiply out, and factor")),
            definition("b", "s", "h", words="all three are sums of squares"),
            given=["p >= k", "k <= d"],
            intro="What it takes of a direction after brings at most as much:",
        ),
        part(
            "Nothing does better",
            f"{KEPT} - {SHARES} == "
            "sum((s[i]**2 - s[k]**2)*(1 - h[i]) for i in span(1, k)) + sum((s[k]**2 - s[i]**2)*h[i] for i in span(k + 1, d))",
            Step(f"{KEPT} - {SHARES} - s[k]**2*(k - sum(h[i] for i in span(1, d)))", using("The shares add up")),
            Step(
                f"{KEPT} - (sum(s[i]**2*h[i] for i in span(1, k)) + sum(s[i]**2*h[i] for i in span(k + 1, d))) "
                "- s[k]**2*(k - (sum(h[i] for i in span(1, k)) + sum(h[i] for i in span(k + 1, d))))",
                split_sum("k"),
            ),
            algebra("collect"),
            given=["k <= d"],
            intro="""Now compare with the first `k` directions, whose singular values are the largest. No
            term on the right is negative, so no subspace keeps more than they do. One keeps as much only if all of them are
            zero: if it leaves nothing of a direction with a singular value above `s[k]`, and takes nothing of one below:""",
        ),
        part(
            "PCA attains it",
            f"norm(diag(s)@C)**2 == {KEPT}",
            Step("sum(sum((s[i]*kron(i, j))**2 for i in span(1, d)) for j in span(1, k))", definition("C")),
            contraction(),
            given=["k <= d"],
            intro="The first `k` principal directions themselves, which are the choice of PCA, keep exactly that:",
        ),
        part("The length of the data", "norm(U@S@V.T)**2 == norm(S)**2", algebra("`U` and `V` keep lengths")),
        part(
            "The least error",
            f"norm(diag(s))**2 - {KEPT} == {LOST}",
            Step(f"sum(s[i]**2 for i in span(1, d)) - {KEPT}", algebra("entry by entry")),
            Step(f"{KEPT} + {LOST} - {KEPT}", split_sum("k")),
            algebra("cancel"),
            given=["k <= d"],
            intro="What is lost is the rest. This is the theorem of Eckart and Young:",
            live=[
                Live("SVD by NumPy", best_error_by_svd),
                Live("trained linear autoencoder", trained_error, points=3, tolerance=1e-6),
            ],
        ),
        part(
            "Biases",
            "sum((x[i] - c)**2 for i in span(1, n)) == sum((x[i] - xbar)**2 for i in span(1, n)) + n*(xbar - c)**2",
            Step("sum(x[i]**2 for i in span(1, n)) - 2*c*sum(x[i] for i in span(1, n)) + n*c**2", algebra("multiply out")),
            Step("sum(x[i]**2 for i in span(1, n)) - 2*c*n*xbar + n*c**2", definition("xbar")),
            Step(
                "(sum(x[i]**2 for i in span(1, n)) - 2*xbar*(n*xbar) + n*xbar**2) + n*(xbar - c)**2",
                algebra("complete the square"),
            ),
            definition("xbar"),
            intro="""Biases add nothing but a mean. Whatever the rest of the autoencoder leaves of one value, a bias `c` is
            best when it is the mean of what is left; with such biases the error is that of centred data and centred codes,
            to which all of the above applies:""",
        ),
    ],
    conclusion=f"""The least squared error of a linear autoencoder with biases and `k` codes, at most as many as an example
    has values, `k <= d`, is the sum of the squares of all singular values of the centred data but the `k` largest, `{LOST}`
    (“The best codes”, “Biases”, “The least error”). PCA attains it (“PCA attains it”), and nothing linear can do better
    (“The best codes”, “Nothing does better”). To get there it must have learnt to write the `k` directions with the largest
    singular values, any of them where some are equal (“Nothing does better”).""",
    comment="""A linear autoencoder is an expensive way to compute PCA: it finds the same subspace, if the next singular value
    is smaller than `s[k]`, though not the principal directions in it, because any invertible change of the codes can be
    undone by the decoder. Whatever an autoencoder gains over PCA is owed to its non-linearities, and PCA is the baseline to
    hold it against.""",
    figures={"arrival": arrival},
)
