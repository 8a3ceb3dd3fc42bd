"""T2: the derivative of the sigmoid, by two routes."""

from __future__ import annotations

import torch

from report.proof import Derivation, Live, Step, algebra, define, definition, differentiation, part, real, using
from theory.vocabulary import SIGMA


def slope_by_autograd(x: float) -> float:
    """σ′(x) as back-propagation computes it."""
    at = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    torch.sigmoid(at).backward()
    return float(at.grad)  # type: ignore[arg-type]


AUTOGRAD = Live("torch autograd", slope_by_autograd)

DERIVATION = Derivation(
    id="T2",
    title="The derivative of the sigmoid",
    question="What is the derivative of the sigmoid `sigma(x)`, and what must a layer keep to compute it?",
    symbols=[real("x", "the input of the unit", low=-4, high=4)],
    definitions=[SIGMA, define("F(x)", "1/sigma(x)", "the reciprocal of the sigmoid")],
    parts=[
        part(
            "Directly",
            "diff(sigma(x), x) == sigma(x)*(1 - sigma(x))",
            Step("diff(1/(1 + exp(-x)), x)", definition("sigma")),
            Step("exp(-x)/(1 + exp(-x))**2", differentiation("chain rule")),
            Step("((1 + exp(-x)) - 1)/(1 + exp(-x))**2", algebra("add and subtract 1 in the numerator")),
            Step("1/(1 + exp(-x)) - 1/(1 + exp(-x))**2", algebra("split the fraction")),
            Step("1/(1 + exp(-x))*(1 - 1/(1 + exp(-x)))", algebra("factor out")),
            definition("sigma"),
            live=[AUTOGRAD],
        ),
        part(
            "The reciprocal, first way",
            "diff(F(x), x) == -diff(sigma(x), x)/sigma(x)**2",
            Step("diff(1/sigma(x), x)", definition("F")),
            differentiation("chain rule"),
        ),
        part(
            "The reciprocal, second way",
            "diff(F(x), x) == 1 - F(x)",
            Step("diff(1 + exp(-x), x)", definition("F", "sigma")),
            Step("-exp(-x)", differentiation("chain rule")),
            Step("1 - (1 + exp(-x))", algebra("add and subtract 1")),
            definition("F", "sigma"),
        ),
        part(
            "Through the reciprocal",
            "diff(sigma(x), x) == sigma(x)*(1 - sigma(x))",
            Step(
                "-sigma(x)**2*diff(F(x), x)",
                using("The reciprocal, first way", "the first way, solved for `diff(sigma(x), x)`"),
            ),
            Step("-sigma(x)**2*(1 - F(x))", using("The reciprocal, second way", "the second way")),
            Step("-sigma(x)**2*(1 - 1/sigma(x))", definition("F")),
            algebra("multiply out"),
            live=[AUTOGRAD],
        ),
        part(
            "How large it can be",
            "sigma(x)*(1 - sigma(x)) <= 1/4",
            Step("1/4 - (sigma(x) - 1/2)**2", algebra("complete the square")),
            algebra("a square is not negative"),
        ),
    ],
    conclusion="""The slope of the sigmoid is given by its value alone, `diff(sigma(x), x) == sigma(x)*(1 - sigma(x))`: by
    differentiating it directly, and by differentiating its reciprocal.""",
    comment="""The forward value `sigma(x)` is all that back-propagation needs to keep: the input `x` can be thrown away,
    and the slope costs one multiplication and no exponential. It is never above `1/4`, so that every sigmoid on the way
    back shrinks the gradient at least fourfold.""",
)
