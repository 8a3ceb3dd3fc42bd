"""The look of each model: the same colour, dashes and marker in every figure that shows it, whichever experiment draws it."""

from __future__ import annotations

from experiments.zoo import CAPACITIES
from report import plots

SOFTMAX, MLP, CONVNET = "softmax regression", "MLP", "convnet"
AUTOENCODER, PCA = "autoencoder", "PCA"
TUTORIAL, LINEARISED = "tutorial net", "linearised net"
NO_POOLING, AVERAGE_POOLING, FOUR_CONVOLUTIONS = "no pooling", "average pooling", "four convolutions"

LOOKS = {
    **plots.looks((SOFTMAX, MLP, CONVNET, AUTOENCODER, PCA, "other", TUTORIAL, LINEARISED)),
    **plots.looks((NO_POOLING, AVERAGE_POOLING, "(12, 32)", FOUR_CONVOLUTIONS, "one convolution", "other", "kernels")),
    **plots.looks([f"({first}, {second})" for first, second in CAPACITIES]),
}
"""Name → look. The nets of MNIST and those of CIFAR-10 never meet in one figure, nor the six widths and the linear nets."""
