"""Least squares: gradient and Hessian of a loss of a vector, its stationary point, and why that is a minimum."""

from report.proof import (
    Derivation, Step, algebra, define, definition, differentiation, given, integer, matrix, part, real, using, vector,
)  # fmt: skip

NORMAL = "A.T @ (A @ x - b) == zeros(n)"

DERIVATION = Derivation(
    id="squares",
    title="Least squares",
    question="Where is the squared length of a residual smallest?",
    symbols=[
        integer("m", "the number of equations", least="1", high=4),
        integer("n", "the number of unknowns", least="1", high=3),
        matrix("A", "m", "n", "the equations"),
        vector("b", "m", "the right sides"),
        vector("x", "n", "the unknowns"),
        vector("v", "n", "a step away from them"),
        integer("i", "an unknown", within=("1", "n")),
        integer("j", "an unknown", within=("1", "n")),
        real("t", "a share", least="0", high=1),
    ],
    definitions=[define("loss", "norm(A @ x - b)**2", "the squared length of the residual")],
    parts=[
        part("Gradient", "grad(loss, x) == 2*(A.T @ (A @ x - b))", differentiation("chain rule")),
        part(
            "Hessian",
            "diff(diff(loss, x[i]), x[j]) == (2*A.T @ A)[i, j]",
            Step("2*sum(A[k, i]*A[k, j] for k in span(1, m))", differentiation("twice the chain rule")),
            algebra("the product of two matrices"),
        ),
        part(
            "Positive semi-definite",
            "v.T @ (2*A.T @ A) @ v >= 0",
            Step("2*norm(A @ v)**2", algebra("the length of a vector")),
            Step(">=", "a square"),
        ),
        part(
            "A step away",
            "norm(A @ (x + v) - b)**2 == loss + 2*v.T @ (A.T @ (A @ x - b)) + norm(A @ v)**2",
            Step("norm(A @ x - b)**2 + 2*v.T @ (A.T @ (A @ x - b)) + norm(A @ v)**2", algebra("multiply out")),
            definition("loss"),
        ),
        part(
            "Stationary where the normal equations hold",
            "grad(loss, x) == zeros(n)",
            Step("2*(A.T @ (A @ x - b))", using("Gradient")),
            Step("2*zeros(n)", given("the normal equations")),
            algebra("twice nothing"),
            given=[NORMAL],
        ),
        part(
            "A minimum",
            "norm(A @ (x + v) - b)**2 >= loss",
            Step("loss + 2*v.T @ (A.T @ (A @ x - b)) + norm(A @ v)**2", using("A step away")),
            Step("loss + 2*v.T @ zeros(n) + norm(A @ v)**2", given("the normal equations")),
            Step("loss + norm(A @ v)**2", algebra("nothing is added")),
            Step(">=", algebra("a square is added")),
            given=[NORMAL],
        ),
        part(
            "Convex",
            "norm(A @ (x + t*v) - b)**2 <= (1 - t)*norm(A @ x - b)**2 + t*norm(A @ (x + v) - b)**2",
            Step("(1 - t)*norm(A @ x - b)**2 + t*norm(A @ (x + v) - b)**2 - t*(1 - t)*norm(A @ v)**2", algebra("multiply out")),
            Step("<=", algebra("a square is taken away")),
            given=["t <= 1"],
        ),
    ],
    conclusion=(
        "Where `A.T @ (A @ x - b) == zeros(n)`, the loss is stationary, `grad(loss, x) == zeros(n)`, and no step away makes it "
        "smaller, `norm(A @ (x + v) - b)**2 >= loss`."
    ),
    comment="With more equations than unknowns there is one such point, if no unknown can be told from the others.",
)
TWINS = {
    "Gradient": ["A.T @ (A @ x - b)", "2*A.T @ (A @ x + b)", "2*A.T @ A @ x", "2*A.T @ (b - A @ x)", "A @ x - b"],
    "Hessian": ["(A.T @ A)[i, j]", "(A @ A.T)[i, j]", "2*A[i, j]", "0"],
    "Positive semi-definite": ["1", "norm(v)**2", "norm(A @ v)", "3*norm(A @ v)**2"],
    "A step away": [
        "loss + norm(A @ v)**2",
        "loss + 2*v.T @ (A.T @ (A @ x - b)) + norm(v)**2",
        "loss - 2*v.T @ (A.T @ (A @ x - b)) + norm(A @ v)**2",
        "loss + v.T @ (A.T @ (A @ x - b)) + norm(A @ v)**2",
    ],
    "Stationary where the normal equations hold": ["ones(n)", "x", "2*x", "A.T @ b"],
    "A minimum": ["loss + norm(v)**2", "loss + 1", "2*loss", "norm(A @ v - b)**2"],
    "Convex": [
        "(1 - t)*norm(A @ x - b)**2",
        "t*norm(A @ x - b)**2 + (1 - t)*norm(A @ (x + v) - b)**2",
        "(1 - t)**2*norm(A @ x - b)**2 + t**2*norm(A @ (x + v) - b)**2",
        "(1 - t)*norm(A @ x - b) + t*norm(A @ (x + v) - b)",
    ],
}
