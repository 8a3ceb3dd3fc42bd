"""T3: why training never starts from zero weights, for every choice of sub-gradient, and which gradients survive otherwise."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any, TypeAlias

import torch

from report.model import Column, Table
from report.proof import (
    Derivation, Live, Step, algebra, calculation, define, definition, differentiation, integer, matrix, part, real, refuted,
    using, vector,
)  # fmt: skip
from theory.arrays import tensor
from theory.vocabulary import RELU

Function: TypeAlias = "Callable[[torch.Tensor], torch.Tensor]"

# --- the network, live ---------------------------------------------------------------------------------------------


def chosen_relu(slopes: torch.Tensor) -> Function:
    """ReLU that back-propagates with the slope 1 above zero, 0 below, and the chosen one of ``slopes`` at zero."""

    class Chosen(torch.autograd.Function):
        @staticmethod
        def forward(ctx: torch.autograd.function.FunctionCtx, z: torch.Tensor) -> torch.Tensor:
            ctx.save_for_backward(z)
            return z.clamp(min=0)

        @staticmethod
        def backward(ctx: torch.autograd.function.FunctionCtx, gradient: torch.Tensor) -> torch.Tensor:
            (z,) = ctx.saved_tensors  # type: ignore[attr-defined]
            return gradient * torch.where(z == 0, slopes, (z > 0).to(z.dtype))

    return Chosen.apply


class Gradients:
    """The loss of the toy network and its gradients by autograd: ``u`` (q,), ``w`` (h, q)."""

    def __init__(self, x: torch.Tensor, w: torch.Tensor, u: torch.Tensor, y: float, unit: Function, pool: Function):
        w, u = w.clone().requires_grad_(), u.clone().requires_grad_()
        hidden = unit(x.unfold(0, len(w), 1) @ w)  # (n, q)
        loss = (pool(hidden) @ u - y) ** 2
        loss.backward()
        assert w.grad is not None
        assert u.grad is not None
        self.loss, self.w, self.u = loss.item(), w.grad, u.grad


def gradients(at: Any, frozen: bool) -> Gradients:
    """Of the network at any weights, with its slopes held fixed; or at w = 0, where every unit stands at its kink and
    back-propagates with them."""
    slopes, weights = tensor(at.s, at.n, at.q), tensor(at.alpha, at.n, at.q)
    unit = (lambda z: slopes * z) if frozen else chosen_relu(slopes)
    pool = lambda hidden: (weights * hidden).sum(dim=0)  # noqa: E731
    return Gradients(tensor(at.x), tensor(at.w, at.h, at.q), tensor(at.u, at.q), at.y, unit, pool)


U_ANYWHERE = Live("torch autograd", lambda at: gradients(at, frozen=True).u[at.j - 1])
W_ANYWHERE = Live("torch autograd", lambda at: gradients(at, frozen=True).w[at.k - 1, at.j - 1])
U_AT_KINK = Live("torch autograd", lambda at: gradients(at, frozen=False).u[at.j - 1])
W_AT_KINK = Live("torch autograd", lambda at: gradients(at, frozen=False).w[at.k - 1, at.j - 1])


# --- the table: torch's own layers ---------------------------------------------------------------------------------

STARTS = {"w and u": (False, False), "u alone": (True, False), "w alone": (False, True), "neither": (True, True)}
POOLS: dict[str, Function] = {"mean": lambda hidden: hidden.mean(dim=0), "max": lambda hidden: hidden.max(dim=0).values}
SLOPES = {"0": 0.0, "1/2": 0.5}
STEPS, RATE = 50, 0.01


def survivors() -> Table:
    """Which gradients survive at the first step, by start, pooling and sub-gradient; and what training makes of it."""
    columns = (
        Column("zero", "Zero at first", align="left"),
        Column("pool", "Pooling", align="left"),
        Column("slope", "Slope at zero"),
        Column("u", "Gradient of u", align="left"),
        Column("w", "Gradient of w", align="left"),
        Column("before", "Loss at first", digits=3),
        Column("after", f"Loss after {STEPS} steps", digits=3),
    )
    rows = []
    for start, pool, slope in product(STARTS, POOLS, SLOPES):
        first, after = trained(STARTS[start], pool, SLOPES[slope])
        rows.append((start, pool, slope, _word(first.u), _word(first.w), first.loss, after.loss))
    caption = (
        "The toy network, live: which gradients are not zero at the first step, by autograd, and what "
        f"{STEPS} steps of gradient descent make of the loss. Slope zero is torch's own choice."
    )
    return Table(columns, tuple(rows), caption)


def trained(drawn: tuple[bool, bool], pool: str, slope: float) -> tuple[Gradients, Gradients]:
    """The gradients at the first step and after ``STEPS`` of them; weights that are not drawn start at zero."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(8, generator=generator, dtype=torch.float64)
    w = torch.randn(3, 2, generator=generator, dtype=torch.float64) * drawn[0]
    u = torch.randn(2, generator=generator, dtype=torch.float64) * drawn[1]
    unit = torch.relu if slope == 0 else chosen_relu(torch.tensor(slope, dtype=torch.float64))
    found = first = Gradients(x, w, u, 1.0, unit, POOLS[pool])
    for _ in range(STEPS):
        w, u = w - RATE * found.w, u - RATE * found.u
        found = Gradients(x, w, u, 1.0, unit, POOLS[pool])
    return first, found


def _word(gradient: torch.Tensor) -> str:
    return "survives" if bool((gradient != 0).any()) else "zero"


# --- the derivation ------------------------------------------------------------------------------------------------

SEEN = "sum(alpha[i, j]*s[i, j]*x[i + k - 2] for i in span(1, n))"
W_ZERO, U_ZERO = "w == zeros(h, q)", "u == zeros(q)"

DERIVATION = Derivation(
    id="T3",
    title="Zero initialisation",
    question="""A toy convnet: `q` filters of `h` weights each (the assignment has two of three), ReLU, pooling over all
    places, and a linear output, `p`, with the squared error `ell`. What are its gradients when all weights start at zero,
    and when only `u` or only `w` does?""",
    symbols=[
        integer("n", "the number of places where a filter is applied", least="1", high=4),
        integer("h", "the number of weights of a filter", least="1", high=3),
        integer("q", "the number of filters", least="1", high=3),
        vector("x", "n + h - 1", "the input, counted from zero", first=0),
        matrix("w", "h", "q", "the matrix of the filters, one a column"),
        vector("u", "q", "the vector of the output weights"),
        real("y", "the target"),
        real("r", "one slope for all"),
        matrix("s", "n", "q", "the matrix of the slopes with which ReLU back-propagates, by place and filter"),
        matrix("alpha", "n", "q", "the matrix of the weights with which pooling does"),
        integer("j", "a filter", within=("1", "q")),
        integer("k", "one of its weights", within=("1", "h")),
        real("a", "what enters a ReLU"),
        real("g", "a slope that is chosen for it at zero"),
    ],
    definitions=[
        RELU,
        define(
            "z[i, j]", "sum(w[c, j]*x[i + c - 2] for c in span(1, h))", "the response of a filter at a place", shape=["n", "q"]
        ),
        define("o[i, j]", "s[i, j]*z[i, j]", "its ReLU, written with its slope", shape=["n", "q"]),
        define("m[j]", "sum(alpha[i, j]*o[i, j] for i in span(1, n))", "the pooled values, with their weights", shape=["q"]),
        define("p", "sum(m[l]*u[l] for l in span(1, q))", "the output"),
        define("ell", "(p - y)**2", "the loss", latex=r"\ell"),
    ],
    parts=[
        part(
            "The slope of ReLU",
            "relu(a) == one(a > 0)*a",
            Step("max(0, a)", definition("relu")),
            "the larger of the two, on either side of zero",
            intro="""First, what back-propagation differentiates. ReLU multiplies by a slope, which is one above zero and
            nought below. At zero every slope `g` gives the right value, and a framework has to choose one.""",
        ),
        part(
            "Sub-gradients",
            "relu(a) - g*a == (1 - g)*max(0, a) + g*max(0, -a)",
            Step("max(0, a) - g*a", definition("relu")),
            Step("max(0, a) - g*(max(0, a) - max(0, -a))", algebra("`a` in two parts, of which one is zero")),
            algebra("collect"),
            intro="""The sub-gradients at zero are the slopes whose line nowhere exceeds ReLU. Those from zero to one are
            such: both terms of the difference are then at least zero. No others are, as one of the terms is negative on its
            side of zero.""",
        ),
        part(
            "The gradient of u",
            "diff(ell, u[j]) == 2*(p - y)*m[j]",
            Step("2*(p - y)*diff(p, u[j])", differentiation("chain rule")),
            differentiation("the output is linear in `u`", unfold=["p"]),
            intro="""Back-propagation takes the slopes of ReLU as constants. Pooling is treated alike: it weighs the places by
            `alpha`, all equally for the mean; for the maximum, the largest value by one and the others by nought, or, where
            several are largest, these by any weights that sum to one. So let `s` and `alpha` be any constants whatever:
            what follows holds for every choice of sub-gradient, and for both kinds of pooling.""",
            live=[U_ANYWHERE],
        ),
        part(
            "The gradient of w",
            f"diff(ell, w[k, j]) == 2*(p - y)*u[j]*{SEEN}",
            Step("2*(p - y)*diff(p, w[k, j])", differentiation("chain rule")),
            Step(
                "2*(p - y)*u[j]*diff(m[j], w[k, j])",
                differentiation("only one of the pooled values depends on filter `j`", unfold=["p", "m", "o", "z"]),
            ),
            Step(
                "2*(p - y)*u[j]*sum(alpha[i, j]*s[i, j]*diff(z[i, j], w[k, j]) for i in span(1, n))",
                differentiation("pooling and ReLU multiply with weights and slopes"),
            ),
            differentiation("a convolution is linear in its filter"),
            live=[W_ANYWHERE],
        ),
        part(
            "Without filters, nothing is pooled",
            "m[j] == 0",
            Step(
                "sum(alpha[i, j]*s[i, j]*sum(w[c, j]*x[i + c - 2] for c in span(1, h)) for i in span(1, n))",
                definition("m", "o", "z"),
            ),
            algebra("every weight is zero"),
            given=[W_ZERO],
        ),
        part(
            "Without output weights, nothing comes out",
            "p == 0",
            Step("sum(m[l]*u[l] for l in span(1, q))", definition("p")),
            algebra("every weight is zero"),
            given=[U_ZERO],
        ),
        part(
            "All zero: the gradient of u",
            "diff(ell, u[j]) == 0",
            Step("2*(p - y)*m[j]", using("The gradient of u")),
            using("Without filters, nothing is pooled"),
            given=[W_ZERO, U_ZERO],
            intro="""Each gradient has a factor that comes from the other layer. With both layers zero this factor is zero, so
            gradient descent, with momentum or without, moves nothing, neither at the first step nor at any later one. With
            only `u` zero its own gradient survives, for every filter that finds something, unless the target `y` is zero.
            That of the filters is zero at the first step; but that step moves `u`, and the next can move them:""",
            live=[U_AT_KINK],
        ),
        part(
            "All zero: the gradient of w",
            "diff(ell, w[k, j]) == 0",
            Step(f"2*(p - y)*u[j]*{SEEN}", using("The gradient of w")),
            algebra("`u` is zero"),
            given=[W_ZERO, U_ZERO],
            live=[W_AT_KINK],
        ),
        part(
            "Only u zero: the gradient of u",
            "diff(ell, u[j]) == -2*y*m[j]",
            Step("2*(p - y)*m[j]", using("The gradient of u")),
            Step("2*(0 - y)*m[j]", using("Without output weights, nothing comes out")),
            algebra("simplify"),
            given=[U_ZERO],
            live=[U_ANYWHERE],
        ),
        part(
            "Only u zero: the gradient of w",
            "diff(ell, w[k, j]) == 0",
            Step(f"2*(p - y)*u[j]*{SEEN}", using("The gradient of w")),
            algebra("`u` is zero"),
            given=[U_ZERO],
            live=[W_ANYWHERE],
        ),
        part(
            "Only w zero: the gradient of u",
            "diff(ell, u[j]) == 0",
            Step("2*(p - y)*m[j]", using("The gradient of u")),
            using("Without filters, nothing is pooled"),
            given=[W_ZERO],
            intro="""With only `w` zero nothing is pooled, so nothing reaches the output weights. Every ReLU now stands at its
            kink, and the slopes chosen there decide: with slope zero, the usual choice, nothing survives, and training never
            starts; with another, say `r` everywhere, the filters can move, and under mean pooling all of them along one and
            the same direction, the mean of what each of their weights sees:""",
            live=[U_AT_KINK],
        ),
        part(
            "Only w zero: the output",
            "p == 0",
            Step("sum(m[l]*u[l] for l in span(1, q))", definition("p")),
            calculation("nothing is pooled"),
            given=[W_ZERO],
        ),
        part(
            "Only w zero: the gradient of w",
            f"diff(ell, w[k, j]) == -2*y*u[j]*{SEEN}",
            Step(f"2*(p - y)*u[j]*{SEEN}", using("The gradient of w")),
            Step(f"2*(0 - y)*u[j]*{SEEN}", using("Only w zero: the output")),
            algebra("simplify"),
            given=[W_ZERO],
            live=[W_AT_KINK],
        ),
        part(
            "Only w zero, slope zero",
            "diff(ell, w[k, j]) == 0",
            Step(f"-2*y*u[j]*{SEEN}", using("Only w zero: the gradient of w")),
            algebra("every slope is zero"),
            given=[W_ZERO, "s == zeros(n, q)"],
            live=[W_AT_KINK],
        ),
        part(
            "Only w zero, another slope",
            "diff(ell, w[k, j]) == -2*r*y*u[j]*(1/n*sum(x[i + k - 2] for i in span(1, n)))",
            Step(f"-2*y*u[j]*{SEEN}", using("Only w zero: the gradient of w")),
            Step("-2*y*u[j]*sum(1/n*r*x[i + k - 2] for i in span(1, n))", algebra("all slopes and weights are equal")),
            algebra("factor out"),
            given=[W_ZERO, "s == r*ones(n, q)", "alpha == 1/n*ones(n, q)"],
            live=[W_AT_KINK],
        ),
    ],
    conclusion="""With all weights zero every gradient is zero, whatever sub-gradient is taken (“All zero: the gradient of
    u”, “All zero: the gradient of w”): gradient descent moves nothing. With only `u` zero, `u == zeros(q)`, the gradient of
    `u` survives, `diff(ell, u[j]) == -2*y*m[j]`, if the target and a pooled value are other than zero, and the first step
    moves it. With only `w` zero, `w == zeros(h, q)`, the gradient of `u` is zero (“Only w zero: the gradient of u”), and
    that of `w` is as large as the slope chosen at zero lets it be (“Only w zero: the gradient of w”); with the usual choice,
    `s == zeros(n, q)`, nothing moves (“Only w zero, slope zero”).""",
    comment="""Zero is a stationary point, not because the loss is small there but because the gradient of each layer passes
    through the others. So draw the weights of the hidden layers at random; the last layer alone may start at zero. And
    being other than zero is not enough: filters that start equal, with equal output weights, get equal gradients and stay
    equal. Random weights tell the units apart.""",
    tables={"survivors": survivors},
    claims={
        "last_layer_gets_gradient": refuted(
            "With every weight zero, the output weights get a gradient that is not zero.", by="All zero: the gradient of u"
        )
    },
)
