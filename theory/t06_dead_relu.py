"""T6: a ReLU unit that is off on every example gets no gradient and never changes; that makes it dead, not optimal."""

from __future__ import annotations

from typing import Any

import torch

from report.proof import (
    Derivation, Live, Step, algebra, define, definition, differentiation, induction, integer, matrix, part, real, refuted,
    signal, using, vector,
)  # fmt: skip
from theory.arrays import leaf, tensor
from theory.dead_filter import training
from theory.vocabulary import RELU

# --- live layers ---------------------------------------------------------------------------------------------------


def entering(at: Any, kernel: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """What enters ReLU: every image convolved with the filter, and the bias, as (examples, places)."""
    images = tensor(at.x, at.n, 1, at.M + at.r - 1)
    return torch.nn.functional.conv1d(images, kernel.flip(0)[None, None], bias)[:, 0]  # conv1d correlates


def slopes(at: Any) -> tuple[torch.Tensor, ...]:
    """∂F/∂f and ∂F/∂b at place i of example e, by autograd."""
    kernel, bias = leaf(at.f), leaf(at.b, 1)
    return torch.autograd.grad(torch.relu(entering(at, kernel, bias))[at.e - 1, at.i - 1], (kernel, bias))


def reaches(at: Any) -> tuple[torch.Tensor, ...]:
    """What back-propagation makes of G at the filter and at the bias, ReLU having the slopes S."""
    kernel, bias = leaf(at.f), leaf(at.b, 1)
    given = tensor(at.G, at.n, at.M) * tensor(at.S, at.n, at.M)
    return torch.autograd.grad((entering(at, kernel, bias) * given).sum(), (kernel, bias))


SLOPE_BY_FILTER = Live("torch autograd", lambda at: slopes(at)[0][at.k - 1])
REACHES_FILTER = Live("torch autograd", lambda at: reaches(at)[0][at.k - 1])
REACHES_BIAS = Live("torch autograd", lambda at: reaches(at)[1].item())


def after_steps(at: Any) -> float:
    """What enters ReLU after d steps of torch's SGD with these slopes of the loss, when it was −h at first."""
    window = tensor(at.w)
    kernel, bias = torch.nn.Parameter(torch.zeros_like(window)), torch.nn.Parameter(-tensor(at.h))
    for step in range(1, at.d + 1):
        kernel.grad = bias.grad = None
        (torch.relu(window @ kernel + bias) * tensor(at.g(step))).backward()
        torch.optim.SGD([kernel, bias], at.eta).step()
    return (window @ kernel + bias).item()


def coasted(eta: float, v: float, mu: float, t: int) -> float:
    """How far a weight without gradient goes in t steps with momentum, one step after another."""
    weight = 0.0
    for _ in range(t):
        v = mu * v
        weight += eta * v
    return weight


def one_unit(at: Any) -> tuple[float, ...]:
    """The squared error of a single unit on input one and target one, and its slopes by weight and bias, by autograd."""
    weight, bias = leaf(at.a), leaf(at.c)
    loss = (torch.relu(weight + bias) - 1) ** 2
    return loss.item(), *(slope.item() for slope in torch.autograd.grad(loss, (weight, bias)))


def decayed(at: Any) -> float:
    """What enters the ReLU once filter and bias have shrunk by the factor 1 − ρ, by convolution."""
    return entering(at, (1 - at.rho) * tensor(at.f), (1 - at.rho) * tensor(at.b, 1))[at.e - 1, at.i - 1].item()


# --- the derivation ------------------------------------------------------------------------------------------------

SUM = "sum(sum({} for l in span(1, M)) for m in span(1, n))"
POWERS = "(1 - mu)*sum(mu**j for j in span(1, t))"

DERIVATION = Derivation(
    id="T6",
    title="Dead ReLU",
    question="""A layer convolves the images with a filter, adds a bias and applies ReLU. Suppose that what enters ReLU is
    negative at every place of every example. What are the gradients of filter and bias, and what does training make of
    them? Is such a point optimal?""",
    symbols=[
        integer("n", "the number of examples", least="1", high=3),
        integer("M", "the number of places where the filter is applied", least="1", high=3),
        integer("r", "the number of weights of the filter", least="1", high=3),
        matrix("x", "n", "M + r - 1", "the matrix of the images, one a row"),
        vector("f", "r", "the filter"),
        real("b", "its bias", low=-12, high=2),
        integer("e", "an example", within=("1", "n")),
        integer("i", "a place", within=("1", "M")),
        integer("k", "one of the weights of the filter", within=("1", "r")),
        matrix("G", "n", "M", "the matrix of the derivatives of the loss by the outputs of the layer"),
        matrix("S", "n", "M", "the matrix of the slopes with which ReLU back-propagates"),
        vector("w", "r", "the window that the filter sees at one place"),
        signal("g", "the derivatives of the loss by the output there, by step"),
        real("eta", "the learning rate", above="0", high=1),
        real("mu", "the momentum", above="0", high=1),
        real("v", "the velocity of a weight or bias"),
        integer("t", "a number of steps", least="1", high=5),
        integer("d", "a number of steps, perhaps none", least="0", high=4),
        real("rho", "the share, less than one, by which weight decay shrinks a weight in one step", above="0", high=1),
        real("h", "how far below zero what enters ReLU is at first", above="0"),
        real("a", "the weight of a single unit"),
        real("c", "its bias"),
    ],
    definitions=[
        RELU,
        define(
            "z[e, i]",
            "b + sum(f[l]*x[e, i + r - l] for l in span(1, r))",
            "what enters ReLU: filter `f` convolved with image `e`, and `b`",
            shape=["n", "M"],
        ),
        define("F[e, i]", "relu(z[e, i])", "the output of the layer", shape=["n", "M"]),
        define(
            "ell",
            "sum(sum(G[m, l]*(S[m, l]*z[m, l]) for l in span(1, M)) for m in span(1, n))",
            "the loss, as this layer sees it",
            latex=r"\ell",
        ),
        define(
            "u(t)",
            "-h if t == 0 else u(t - 1) - eta*(1 + norm(w)**2)*g(t)*one(u(t - 1) > 0)",
            "what enters ReLU after `t` steps of gradient descent",
            symbols=[integer("t", "a number of steps", least="0", high=3)],
        ),
        define(
            "q(a, c)", "(relu(a + c) - 1)**2", "the loss of a single unit on a single example, with input one and target one"
        ),
    ],
    parts=[
        part(
            "On",
            "diff(F[e, i], f[k]) == x[e, i + r - k]",
            Step("diff(max(0, z[e, i]), f[k])", definition("F", "relu")),
            Step("diff(z[e, i], f[k])", differentiation("the larger of the two, at this point and around it", unfold=["z"])),
            differentiation("the convolution is linear in `f`"),
            given=["z[e, i] > 0"],
            intro="""Where what enters ReLU is positive, it is passed on, and so is what the filter does to it. Where it is
            negative, the output is zero and stays zero when the filter or the bias is moved a little:""",
            live=[SLOPE_BY_FILTER],
        ),
        part(
            "Off",
            "diff(F[e, i], f[k]) == 0",
            Step("diff(max(0, z[e, i]), f[k])", definition("F", "relu")),
            differentiation("the larger of the two is zero, at this point and around it"),
            given=["z[e, i] < 0"],
            live=[SLOPE_BY_FILTER],
        ),
        part(
            "Off, the bias",
            "diff(F[e, i], b) == 0",
            Step("diff(max(0, z[e, i]), b)", definition("F", "relu")),
            differentiation("the larger of the two is zero, at this point and around it"),
            given=["z[e, i] < 0"],
            live=[Live("torch autograd", lambda at: slopes(at)[1].item())],
        ),
        part(
            "Only the factor of ReLU is zero",
            "diff(z[e, i], f[k]) == x[e, i + r - k]",
            differentiation("the convolution is linear in `f`"),
            intro="The factor of the convolution is the same, on or off:",
        ),
        part(
            "What reaches the filter",
            f"diff(ell, f[k]) == {SUM.format('G[m, l]*S[m, l]*x[m, l + r - k]')}",
            Step(SUM.format("G[m, l]*S[m, l]*diff(z[m, l], f[k])"), differentiation("chain rule")),
            differentiation("the convolution is linear in `f`"),
            intro="""Now all examples and places together, whatever follows the layer and whatever the loss. The loss
            depends on filter and bias through the outputs of the layer alone. Back-propagation hands it `G`, the
            derivatives of the loss by these outputs, and multiplies by `S`, the slopes of ReLU, one where its input is
            positive and zero where it is negative; both it holds fixed. So what reaches the filter is the gradient of
            `ell`:""",
            live=[REACHES_FILTER],
        ),
        part(
            "What reaches the bias",
            f"diff(ell, b) == {SUM.format('G[m, l]*S[m, l]')}",
            Step(SUM.format("G[m, l]*S[m, l]*diff(z[m, l], b)"), differentiation("chain rule")),
            differentiation("the bias is a summand"),
            live=[REACHES_BIAS],
        ),
        part(
            "Off everywhere: the filter",
            "diff(ell, f[k]) == 0",
            Step(SUM.format("G[m, l]*S[m, l]*x[m, l + r - k]"), using("What reaches the filter")),
            algebra("every slope is zero"),
            given=["S == zeros(n, M)"],
            intro="If the input of ReLU is negative at every place of every example, all slopes are zero, and nothing is left:",
            live=[REACHES_FILTER],
        ),
        part(
            "Off everywhere: the bias",
            "diff(ell, b) == 0",
            Step(SUM.format("G[m, l]*S[m, l]"), using("What reaches the bias")),
            algebra("every slope is zero"),
            given=["S == zeros(n, M)"],
            live=[REACHES_BIAS],
        ),
        part(
            "Before the first step",
            "u(0) == -h",
            definition("u"),
            intro="""So a step of gradient descent leaves filter and bias as they were, and with them what enters ReLU, if the
            images are the input of the network. Does it stay so? Let `u(d)` be what enters ReLU after `d` steps, negative at
            first, `-h`. For one place of one example a step takes from it, if ReLU is on, the learning rate times the slope
            of the loss times the squared length of the window, with one more for the bias. (Other places add such terms of
            their own, and these have such factors of their own.) By induction:""",
        ),
        part(
            "One step more",
            "u(d + 1) == -h",
            Step("u(d) - eta*(1 + norm(w)**2)*g(d + 1)*one(u(d) > 0)", definition("u")),
            using("hypothesis", "induction hypothesis: `u(d)` is negative, so the last factor is zero"),
            supposing="u(d) == -h",
        ),
        part(
            "Dead it stays",
            "u(d) == -h",
            induction("d", "Before the first step", "One step more"),
            live=[Live("torch SGD", after_steps, points=3)],
        ),
        part(
            "Powers of the momentum, one step",
            "(1 - mu)*sum(mu**j for j in span(1, 1)) == mu - mu**2",
            Step("(1 - mu)*mu", "one summand"),
            algebra("multiply out"),
            intro="""With momentum `mu` a step goes along a velocity, which gradients feed and which otherwise shrinks by
            the factor `mu`. From rest, nothing moves; but a unit that dies while it moves, with velocity `v`, coasts on.
            How far? Powers of the momentum have to be added up, by induction:""",
        ),
        part(
            "Powers of the momentum, one step more",
            "(1 - mu)*sum(mu**j for j in span(1, t + 1)) == mu - mu**(t + 2)",
            Step("(1 - mu)*sum(mu**j for j in span(1, t)) + (1 - mu)*mu**(t + 1)", algebra("split off the last summand")),
            Step("mu - mu**(t + 1) + (1 - mu)*mu**(t + 1)", using("hypothesis")),
            algebra("multiply out, and cancel"),
            supposing=f"{POWERS} == mu - mu**(t + 1)",
        ),
        part(
            "Powers of the momentum",
            f"{POWERS} == mu - mu**(t + 1)",
            induction("t", "Powers of the momentum, one step", "Powers of the momentum, one step more"),
        ),
        part(
            "Coasting",
            "eta*v*sum(mu**j for j in span(1, t)) == eta*v*mu/(1 - mu)*(1 - mu**t)",
            Step(
                "eta*v*((mu - mu**(t + 1))/(1 - mu))", using("Powers of the momentum", "the sum, by “Powers of the momentum”")
            ),
            algebra("factor out"),
            given=["mu < 1"],
            intro="""With a momentum less than one each weight coasts, step by step in one direction, towards a place that
            is `eta*v*mu/(1 - mu)` away and that it does not reach. That may carry the unit back to life; if it does not,
            its gradients never will.""",
            live=[Live("step by step", coasted)],
        ),
        part(
            "Weight decay",
            "(1 - rho)*b + sum((1 - rho)*f[l]*x[e, i + r - l] for l in span(1, r)) < 0",
            Step("(1 - rho)*(b + sum(f[l]*x[e, i + r - l] for l in span(1, r)))", algebra("factor out")),
            Step("(1 - rho)*z[e, i]", definition("z")),
            Step("< 0", "a positive number times a negative one"),
            given=["rho < 1", "z[e, i] < 0"],
            intro="""Weight decay does move it: in each step it shrinks filter and bias by a positive factor `1 - rho`. The
            input of ReLU shrinks by the same factor and keeps its sign. Dead it remains.""",
            live=[Live("torch conv1d", decayed)],
        ),
        part(
            "Weight decay that spares the bias",
            "b + sum((1 - rho)*f[l]*x[e, i + r - l] for l in span(1, r)) == rho*b + (1 - rho)*z[e, i]",
            Step("rho*b + (1 - rho)*(b + sum(f[l]*x[e, i + r - l] for l in span(1, r)))", algebra("add and subtract the bias")),
            definition("z"),
            intro="""If the bias is spared, the input of ReLU moves towards the bias instead. Repeated, this revives a unit
            whose bias is positive, and no other:""",
        ),
        part(
            "A dead unit: its weight",
            "diff(q(a, c), a) == 0",
            Step("2*(relu(a + c) - 1)*diff(relu(a + c), a)", differentiation("chain rule", unfold=["q"])),
            differentiation("ReLU is constant there"),
            given=["a + c < 0"],
            intro="""A zero gradient does not make an optimum. Here is a single unit, with weight `a` and bias `c`, that is
            dead on a single example, with input one and target one. Both derivatives are zero, the point is stationary, and
            yet another weight and bias would do better:""",
            live=[Live("torch autograd", lambda at: one_unit(at)[1])],
        ),
        part(
            "A dead unit: its bias",
            "diff(q(a, c), c) == 0",
            Step("2*(relu(a + c) - 1)*diff(relu(a + c), c)", differentiation("chain rule", unfold=["q"])),
            differentiation("ReLU is constant there"),
            given=["a + c < 0"],
            live=[Live("torch autograd", lambda at: one_unit(at)[2])],
        ),
        part(
            "A dead unit is not optimal",
            "q(a, c) > q(1, 0)",
            Step("1", definition("q", "relu", words="the output is zero, and the target one")),
            Step("> 0", "compare"),
            definition("q", "relu", words="with weight one and bias zero the output is the target"),
            given=["a + c < 0"],
            live=[Live("torch", lambda at: one_unit(at)[0])],
        ),
    ],
    conclusion="""Where the input of ReLU is negative on every example, so that every slope is zero, `S == zeros(n, M)`, the
    derivatives by filter and bias are zero (“Off everywhere: the filter”, “Off everywhere: the bias”), and gradient descent
    leaves them as they are, if the images are the input of the network: the unit is dead (“Dead it stays”). That says
    nothing about the loss, which can be strictly larger than elsewhere, as a single unit shows that has weight `a`, bias `c`
    and `a + c < 0`: the point is stationary, not optimal (“A dead unit is not optimal”).""",
    comment="""A dead unit costs time and memory and learns nothing; one step that is too large can make many. Look at the
    share of units that are never on. Small learning rates and biases that do not start far below zero make it rare; a leaky
    ReLU has no such region. In deeper layers there is hope, since the layers below may go on learning and bring its input
    above zero again. And a gradient of zero is a reason to look at the loss, not to stop.""",
    tables={"training": training},
    claims={
        "dead_is_optimal": refuted(
            "A unit whose gradient is zero on every example is at an optimal point.", by="A dead unit is not optimal"
        ),
        "two_factors_vanish": refuted(
            "Of the factors of the chain rule, two are zero at a dead unit.", by="Only the factor of ReLU is zero"
        ),
    },
)
