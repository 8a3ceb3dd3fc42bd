"""How well the classes lie apart among points of a plane, or of any space: as two numbers.

Points are (n, d) floating point, labels (n,) int64 from 0 on. Distances are Euclidean, in double precision. Both take a few
hundred points at a time against all others, so that ten thousand against sixty thousand need no gigabytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

_AT_ONCE = 250


def neighbour_accuracy(
    points: torch.Tensor, labels: torch.Tensor, reference: torch.Tensor, reference_labels: torch.Tensor, neighbours: int
) -> float:
    """The share of ``points`` whose label is the most frequent one among its nearest ``reference`` points (k-NN).

    Of labels equally frequent, the smallest counts.
    """
    votes = torch.nn.functional.one_hot(reference_labels)
    right = 0
    for distances, own in _distances(points, labels, reference):
        nearest = distances.topk(neighbours, largest=False).indices
        right += int((votes[nearest].sum(1).argmax(1) == own).sum())
    return right / len(points)


def silhouette(points: torch.Tensor, labels: torch.Tensor) -> float:
    """The mean over all points of (b − a) / max(a, b): from −1, each point in the wrong class, to 1, classes far apart.

    a is the mean distance of a point to the others of its class, b that to the nearest of the other classes. A point alone in
    its class counts 0 (Rousseeuw 1987), and so does one at no distance from either class.
    """
    member = torch.nn.functional.one_hot(labels).double()
    member = member[:, member.any(0)]
    sizes = member.sum(0)
    own_class = member.argmax(1)
    total = 0.0
    for distances, own in _distances(points, own_class, points):
        sums = distances @ member
        mine = torch.nn.functional.one_hot(own, len(sizes)).bool()
        within = sums[mine] / (sizes[own] - 1).clamp(min=1)
        between = (sums / sizes).masked_fill(mine, torch.inf).min(1).values
        widths = (between - within) / torch.maximum(within, between).clamp(min=1e-300)
        total += widths[sizes[own] > 1].sum().item()
    return total / len(points)


def _distances(
    points: torch.Tensor, labels: torch.Tensor, reference: torch.Tensor
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Some of ``points`` at a time: their distances to all of ``reference``, and their labels."""
    others = reference.double()
    for some, own in zip(points.double().split(_AT_ONCE), labels.split(_AT_ONCE)):
        # by differences: the product formula loses the digits of small distances
        yield torch.cdist(some, others, compute_mode="donot_use_mm_for_euclid_dist"), own
