"""T8: how many parameters stand against how many constraints, and what follows from more of one or of the other."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import torch

from experiments import zoo
from experiments.nets import Conv, Dense, Flatten, MaxPool, Net, ReLU, parameters
from experiments.live import counted, entries
from report.model import Column, Table, Value
from report.proof import Derivation, Live, Step, algebra, integer, matrix, part
from theory.arrays import Matrix, table

# --- the networks --------------------------------------------------------------------------------------------------

CONV_LAYER = Net((3, 8, 8), (Conv(96, 5),))
DENSE_LAYER = Net((256, 4, 4), (Flatten(), Dense(4 * 4 * 256)))
ALEXNET = Net(
    (3, 224, 224),
    (
        *(Conv(64, 11, stride=4, padding=2), ReLU(), MaxPool(3, 2)),
        *(Conv(192, 5, padding=2), ReLU(), MaxPool(3, 2)),
        *(Conv(384, 3, padding=1), ReLU(), Conv(256, 3, padding=1), ReLU(), Conv(256, 3, padding=1), ReLU(), MaxPool(3, 2)),
        *(Flatten(), Dense(4096), ReLU(), Dense(4096), ReLU(), Dense(1000)),
    ),
)
"""AlexNet in one column, as torchvision has it."""


def live_convolutions() -> int:
    """The entries of the tensors of AlexNet's convolutions, layer for layer in torch, without memory for them."""
    sizes = [(3, 64, 11), (64, 192, 5), (192, 384, 3), (384, 256, 3), (256, 256, 3)]
    return entries(*(torch.nn.Conv2d(*size, device="meta") for size in sizes))


def live_alexnet() -> int:
    """The entries of all of AlexNet's tensors."""
    sizes = [(256 * 6 * 6, 4096), (4096, 4096), (4096, 1000)]
    return live_convolutions() + entries(*(torch.nn.Linear(*size, device="meta") for size in sizes))


def one_hot_targets(images: int, classes: int) -> int:
    """The entries of the matrix of targets, one row an image and one column a class."""
    return torch.empty(images, classes, device="meta").numel()


# --- linear algebra, as witnesses ----------------------------------------------------------------------------------


def outputs_by_torch(A: Matrix, Q: Matrix, W: Matrix) -> Matrix:
    """What a dense layer without biases computes for the examples that are the rows of A Qᵀ."""
    examples, weights = (torch.from_numpy(each) for each in (table(A) @ table(Q).T, table(W).T))
    return torch.nn.functional.linear(examples, weights).tolist()


def free_directions(Q: Matrix) -> int:
    """The rank of what projects on the complement of the columns of Q, from its singular values."""
    basis = table(Q)
    return int(np.linalg.matrix_rank(np.eye(len(basis)) - basis @ basis.T, tol=1e-6))


def squared_error_by_numpy(Y: Matrix, U: Matrix, B: Matrix) -> float:
    """‖Y − U B‖², entry by entry."""
    return float(((table(Y) - table(U) @ table(B)) ** 2).sum())


# --- tables and values ---------------------------------------------------------------------------------------------

CASES: tuple[tuple[str, Net, int, int], ...] = (
    ("the convolution", CONV_LAYER, 10_000, 1000),
    ("the dense layer", DENSE_LAYER, 10_000, 1000),
    ("AlexNet on ImageNet", ALEXNET, 1_200_000, 1000),
    ("E5's network on MNIST", zoo.TUTORIAL, 60_000, 10),
    ("E5's network on the digits of E8", zoo.TUTORIAL, 250, 10),
    ("E7a's network on MNIST", zoo.ONE_CONV, 60_000, 10),
    ("E13's smallest on CIFAR-10", zoo.capacity(*zoo.CAPACITIES[0]), 50_000, 10),
    ("E13's widest on CIFAR-10", zoo.capacity(*zoo.CAPACITIES[-1]), 50_000, 10),
)


def against() -> Table:
    """Parameters against constraints, for the layers of the question, AlexNet, and networks of this report."""
    columns = (
        Column("what", "What is trained", align="left"),
        Column("parameters", "Parameters"),
        Column("images", "Images"),
        Column("classes", "Classes"),
        Column("constraints", "Constraints"),
        Column("ratio", "Constraints a parameter"),
        Column("count", "By the count", align="left"),
    )
    rows = []
    for name, net, images, classes in CASES:
        ratio = images * classes / parameters(net)
        told = Value(ratio, digits=max(0, 2 - math.floor(math.log10(ratio))))  # three digits that count
        rows.append((name, parameters(net), images, classes, images * classes, told, "over" if ratio > 1 else "under"))
    under = sum(row[-1] == "under" for row in rows)
    caption = "One constraint for each class of each training image, against the parameters: "
    caption += f"{under} of {len(rows)} are under-determined by the count, the others over-determined."
    return Table(columns, tuple(rows), caption)


def size_of(net: Net, what: str) -> Value:
    """The parameters of a network as a value."""
    return Value(parameters(net), origin=f"closed form of {what}, equal to the live network's")


def constraints() -> Value:
    """The constraints of the question."""
    _, _, images, classes = CASES[0]
    return Value(images * classes, origin="images times classes")


DERIVATION = Derivation(
    id="T8",
    title="Parameters against constraints",
    question="""How many parameters has a convolution with 96 filters of 5×5 on RGB images, and how many a dense layer from
    4×4×256 values to as many, both with biases? How many constraints do ten thousand images of a thousand classes put on
    them? And what follows if one of the two numbers is larger than the other?""",
    symbols=[
        integer("n", "the number of examples", least="1", low=3, high=5),
        integer("d", "the number of inputs of a layer", least="1", low=4, high=5),
        integer("m", "the number of its outputs", least="1", low=1, high=3),
        integer("r", "the number of directions that matter", least="1", low=1, high=2),
        matrix("A", "n", "r", "the coordinates of the examples in a basis of the space that they span"),
        matrix("Q", "d", "r", "such a basis", properties=["orthonormal"]),
        matrix("W", "d", "m", "the weights of a dense layer, a column for each output"),
        matrix("V", "d", "m", "any change of them"),
        matrix("Y", "n", "m", "the targets, a row for each example"),
        matrix("U", "n", "r", "a basis of the outputs that the layer can reach", properties=["orthonormal"]),
        matrix("B", "r", "m", "coordinates in that basis, which the weights decide"),
    ],
    parts=[
        part(
            "The convolution",
            "96*(5*5*3) + 96 == 7296",
            Step("96*75 + 96", "a filter has a weight for each place of its window in each of the three channels"),
            Step("7200 + 96", "as many filters"),
            "and as many biases",
            live=[
                Live("live Conv2d", partial(counted, CONV_LAYER), points=1),
                Live("layer description", partial(parameters, CONV_LAYER), points=1),
            ],
        ),
        part(
            "The formula that W2 prints",
            "96*5*5 + 96*3 == 2688",
            Step("2400 + 288", "multiply"),
            "add",
            intro="""W2 prints another formula. It adds what must be multiplied, a window for each filter and a channel for
            each filter, and has no biases; and it does not come to the figure that W2 gives for it:""",
        ),
        part(
            "The dense layer",
            "(4*4*256)**2 + 4*4*256 == 16781312",
            Step("4096**2 + 4096", "flatten the image"),
            Step("16777216 + 4096", "a weight for each pair of an output and an input"),
            "and a bias for each output",
            live=[
                Live("live Linear", partial(counted, DENSE_LAYER), points=1),
                Live("layer description", partial(parameters, DENSE_LAYER), points=1),
            ],
        ),
        part(
            "The convolution against the constraints",
            "10000*1000 == 1370*(96*(5*5*3) + 96) + 4480",
            Step("9995520 + 4480", "divide with remainder"),
            Step("1370*7296 + 4480", "so many constraints for each parameter"),
            "the count above",
            intro="""A training image says what the network should answer for each class: one equation for each class of
            each image. These are far more constraints than the convolution has parameters:""",
            live=[Live("matrix of targets", partial(one_hot_targets, 10_000, 1000), points=1)],
        ),
        part(
            "The dense layer against the constraints",
            "(4*4*256)**2 + 4*4*256 - 10000*1000 == 6781312",
            Step("16781312 - 10000000", "the counts above"),
            "subtract",
            intro="And fewer than the dense layer has:",
        ),
        part(
            "AlexNet's convolutions",
            "(64*(11*11*3) + 64) + (192*(5*5*64) + 192) + (384*(3*3*192) + 384) + (256*(3*3*384) + 256) + (256*(3*3*256) + "
            "256) "
            "== 2469696",
            Step("23296 + 307392 + 663936 + 884992 + 590080", "each layer"),
            "add",
            intro="A whole network with layers like these is AlexNet, here in one column:",
            live=[Live("live Conv2d", live_convolutions, points=1)],
        ),
        part(
            "AlexNet",
            "2469696 + (4096*(6*6*256) + 4096) + (4096*4096 + 4096) + (1000*4096 + 1000) == 61100840",
            Step("2469696 + 37752832 + 16781312 + 4097000", "each dense layer; the second is the one of the question"),
            "add",
            live=[
                Live("live network", live_alexnet, points=1),
                Live("layer description", partial(parameters, ALEXNET), points=1),
            ],
        ),
        part(
            "AlexNet against a thousand constraints an image",
            "1200000*1000 == 19*61100840 + 39084040",
            Step("1160915960 + 39084040", "divide with remainder"),
            "so many constraints for each parameter",
            intro="""AlexNet was trained on about 1.2 million images of a thousand classes. By a constraint for each class it is
            over-determined:""",
        ),
        part(
            "AlexNet against one label an image",
            "61100840 == 50*1200000 + 1100840",
            Step("60000000 + 1100840", "divide with remainder"),
            "so many parameters for each image",
            intro="But an image brings one label, not a thousand facts. Counted by labels it is under-determined:",
        ),
        part(
            "More parameters than constraints",
            "(A@Q.T)@(W + (V - Q@(Q.T@V))) == (A@Q.T)@W",
            Step("(A@Q.T)@W + A@(Q.T@V - (Q.T@Q)@(Q.T@V))", algebra("multiply out and regroup")),
            Step("(A@Q.T)@W + A@(Q.T@V - Q.T@V)", algebra("the columns of `Q` are orthonormal")),
            algebra("cancel"),
            intro="""What do the numbers mean? Fewer constraints than parameters is called under-determined. For one dense
            layer this can be said exactly. Let the rows of `A@Q.T` be its examples. They span at most as many directions as
            there are examples. A change of the weights that is orthogonal to all of them, which is what is left of any
            change `V` without its part along `Q`, changes no output on any example:""",
            live=[Live("torch linear", outputs_by_torch)],
        ),
        part(
            "How many directions that is",
            "trace(identity(d) - Q@Q.T) == d - r",
            Step("trace(identity(d)) - trace(Q.T@Q)", algebra("a trace is the same around every turn")),
            Step("trace(identity(d)) - trace(identity(r))", algebra("the columns of `Q` are orthonormal")),
            algebra("ones on the diagonal"),
            intro="""What projects on these directions is `identity(d) - Q@Q.T`, and the trace of a projection is the
            dimension that it projects on. So each output has as many free directions as there are inputs beyond what the
            examples span:""",
            live=[Live("rank by NumPy", free_directions)],
        ),
        part(
            "More constraints than parameters",
            "norm(Y - U@B)**2 == norm(Y - U@(U.T@Y))**2 + norm(U.T@Y - B)**2",
            Step("norm((Y - U@(U.T@Y)) + U@(U.T@Y - B))**2", algebra("add and subtract what can be reached")),
            algebra("the two are orthogonal, and `U` keeps lengths"),
            intro="""The other way round, over-determined: with fewer directions `r` than examples, and whatever the weights,
            the outputs stay in a space with a basis `U` of `r` columns. The squared error on the targets splits, and weights
            have no hold on the first term, which is zero only for targets that lie in that space:""",
            live=[Live("NumPy", squared_error_by_numpy)],
        ),
    ],
    conclusion="""Against `10000*1000` constraints stand `96*(5*5*3) + 96 == 7296` parameters of the convolution, which alone
    is over-determined, and `(4*4*256)**2 + 4*4*256 == 16781312` of the dense layer, which alone is under-determined (“More
    constraints than parameters”, “More parameters than constraints”). AlexNet as a whole is over-determined if each class of
    each image counts (“AlexNet against a thousand constraints an image”), and under-determined if each label counts once
    (“AlexNet against one label an image”). A dense layer with more inputs than its examples span has directions of its
    weights that change no output (“More parameters than constraints”, “How many directions that is”); with more examples
    than directions its weights have no hold on the first of two terms of the squared error (“More constraints than
    parameters”).""",
    comment="""Under-determined means that the data leave directions of the weights undecided: many networks fit equally
    well, and the start, the optimiser and the regularisation choose among them. It does not mean that the one found
    generalises badly. Over-determined means that not every labelling can be fitted; it does not mean that this one cannot,
    because images and labels have a structure that random equations lack. And in a deep network, whose equations are not
    linear and whose weights can be exchanged and rescaled without a change of the function, a count of parameters only
    bounds the freedom.""",
    tables={"against": against},
    values={
        "conv": partial(size_of, CONV_LAYER, "the convolution"),
        "dense": partial(size_of, DENSE_LAYER, "the dense layer"),
        "constraints": constraints,
    },
)
