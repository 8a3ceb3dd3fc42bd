"""What E13 reads from its runs: which nets there are, where they end, and which of them under- and overfit."""

from __future__ import annotations

from experiments.nets import parameters
from experiments.zoo import CAPACITIES, capacity
from report.model import Runs
from report.stats import mean

Channels = tuple[int, int]

PLAIN, RECTIFIED = "plain", "rectified"
LOGITS = (PLAIN, RECTIFIED)
ADAM, MOMENTUM = "Adam", "SGD with momentum"

RISE, GAP = 0.1, 0.1  # a net overfits where its test loss ends so many nats above its lowest, and the gap is so wide


def name(channels: Channels) -> str:
    """(12, 32) as figures and tables call it."""
    first, second = channels
    return f"({first}, {second})"


def capacity_of(net: str) -> Channels:
    """The channels of the net of this name."""
    return {name(channels): channels for channels in CAPACITIES}[net]


def size(net: str) -> int:
    """The number of parameters of the net of this name."""
    return parameters(capacity(*capacity_of(net)))


def select(runs: Runs, logits: str, stage: str = "training", net: str | None = None, optimizer: str = ADAM) -> Runs:
    """The runs of this kind; unlike ``Runs.where`` it takes a condition that this budget leaves out."""
    wanted = {"logits": logits, "stage": stage, "optimizer": optimizer, **({"net": net} if net else {})}
    return Runs(tuple(outcome for outcome in runs if wanted.items() <= outcome.trial.tags.items()))


def trained_nets(runs: Runs, logits: str = PLAIN, stage: str = "training") -> list[str]:
    """The nets of which a run of this kind converged, the narrowest first. Raises ``MissingResult`` if there is none."""
    there = {outcome.trial.tags["net"] for outcome in select(runs, logits, stage).converged()}
    return [name(channels) for channels in CAPACITIES if name(channels) in there]


def at_end(runs: Runs, net: str, metric: str, logits: str = PLAIN, optimizer: str = ADAM) -> dict[int, float]:
    """Seed → the metric after the last epoch."""
    return select(runs, logits, net=net, optimizer=optimizer).scalar(metric)


def gap(runs: Runs, net: str, logits: str = PLAIN) -> dict[int, float]:
    """Seed → training accuracy less test accuracy, after the last epoch."""
    test = at_end(runs, net, "test_accuracy", logits)
    return {seed: train - test[seed] for seed, train in at_end(runs, net, "train_accuracy", logits).items()}


def lowest(runs: Runs, net: str, logits: str = PLAIN) -> tuple[dict[int, float], dict[int, float]]:
    """Seed → the lowest test loss of any epoch, and seed → that epoch."""
    loss, epoch = {}, {}
    for outcome in select(runs, logits, net=net).converged():
        assert outcome.result is not None
        seed, history = outcome.trial.arguments["seed"], outcome.result.history
        losses = [float(value) for value in history["test_loss"]]  # type: ignore[arg-type]
        loss[seed] = min(losses)
        epoch[seed] = float(history["epoch"][losses.index(loss[seed])])  # type: ignore[arg-type]
    return loss, epoch


def rise(runs: Runs, net: str, logits: str = PLAIN) -> dict[int, float]:
    """Seed → how far the test loss of the last epoch lies above the lowest."""
    least, _ = lowest(runs, net, logits)
    return {seed: end - least[seed] for seed, end in at_end(runs, net, "test_loss", logits).items()}


def best(runs: Runs, logits: str = PLAIN) -> str:
    """The net of the highest mean test accuracy after the last epoch."""
    return max(trained_nets(runs, logits), key=lambda net: mean(at_end(runs, net, "test_accuracy", logits)))


def named_first(runs: Runs, logits: str) -> dict[str, float]:
    """Net → the share of the test images that it puts into the first class of the list, averaged over its runs."""
    shares: dict[str, list[float]] = {}
    for outcome in select(runs, logits).converged():
        assert outcome.result is not None
        shares.setdefault(str(outcome.trial.tags["net"]), []).append(float((outcome.result.arrays["predictions"] == 0).mean()))
    return {net: sum(each) / len(each) for net, each in shares.items()}


def diagnosis(runs: Runs, net: str) -> str:
    """What the two criteria say of the means of a net."""
    unseen = mean(at_end(runs, best(runs), "test_accuracy"))
    under = mean(at_end(runs, net, "train_accuracy")) < unseen
    over = mean(rise(runs, net)) > RISE and mean(gap(runs, net)) > GAP
    return {(True, False): "underfits", (False, True): "overfits", (True, True): "both"}.get((under, over), "neither")


def both_ways(runs: Runs) -> tuple[list[str], list[int]]:
    """The nets that were trained with plain and with rectified logits from the most seeds, and those seeds. A net with fewer
    seeds is left out, so that each seed stands for the same nets."""
    shared = {
        net: set(at_end(runs, net, "test_accuracy")) & set(at_end(runs, net, "test_accuracy", RECTIFIED))
        for net in trained_nets(runs, RECTIFIED)
        if net in trained_nets(runs)
    }
    most = max(map(len, shared.values()), default=0)
    nets = [net for net, seeds in shared.items() if len(seeds) == most]
    return nets, sorted(set.intersection(*(shared[net] for net in nets))) if nets else []
