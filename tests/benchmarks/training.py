"""Training against a plain PyTorch loop: samples a second, and the accuracy that it ends with.

The plain loop is what tutorials show: torchvision's MNIST with ToTensor and Normalize for each sample, a DataLoader, float32,
the default number of threads. Ours is ``train_classifier`` as the trials run it, on one thread. Both train the same nets
with Adam in batches of 128; only the steps of training are timed, in turns, and the ratio is the median over the rounds.
Beside it stands the ratio with one thread for the plain loop as well, in the processor's own seconds: on a busy machine, where
two threads wait for each other, it is the one to trust.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from typing import TypeAlias

import torch

from experiments.data import datasets
from experiments.data.fetch import torchvision_datasets
from experiments.e02_mnist_classifiers import CONVNET, MLP, NETS
from experiments.training import Adam, Epochs, Recipe, machine, resolved, train_classifier

TARGETS = {CONVNET: 3.0, MLP: 8.0}
BATCH = 128
Now: TypeAlias = Callable[[], float]


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks training", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="how often each is timed (default 3)")
    parser.add_argument("--examples", type=int, default=12_800, help="training examples in a round (default 12800)")
    parser.add_argument(
        "--accuracy", type=int, default=0, metavar="EPOCHS", help="also train for so many epochs of all examples"
    )
    parser.add_argument("--seeds", type=int, default=2, help="seeds for --accuracy (default 2)")
    options = parser.parse_args(arguments)

    root = datasets.locate()
    datasets.prepare(["mnist"], root, report=print)
    threads = torch.get_num_threads()
    print(f"plain: {threads} threads; ours: 1 thread; load {os.getloadavg()[0]:.1f}; {machine()}")
    if os.getloadavg()[0] > 0.5:
        print("This machine is busy, which slows two threads that wait for each other far more than one: trust no ratio below.")
    for net, target in TARGETS.items():
        plain, ours, alone = [], [], []
        for seed in range(options.rounds):
            plain.append(plain_run(net, seed, 1, options.examples, threads)[0])
            ours.append(our_run(net, seed, 1, options.examples)[0])
            slow = plain_run(net, seed, 1, options.examples, 1, time.process_time)[0]
            alone.append(our_run(net, seed, 1, options.examples, time.process_time)[0] / slow)
        ratio = statistics.median(b / a for a, b in zip(plain, ours))
        verdict = f"target {target:g}: {'met' if ratio >= target else 'missed'}"
        print(
            f"{net:<8} {resolved('auto', NETS[net], machine())}: {statistics.median(ours):,.0f} samples/s against "
            f"{statistics.median(plain):,.0f}: {ratio:.1f} times ({verdict}); "
            f"one thread each: {statistics.median(alone):.1f} times"
        )
        if options.accuracy:
            pairs = [
                (plain_run(net, s, options.accuracy, None, threads)[1], our_run(net, s, options.accuracy, None)[1])
                for s in range(options.seeds)
            ]
            theirs, mine = (statistics.fmean(column) for column in zip(*pairs))
            print(
                f"{'':<8} test accuracy after {options.accuracy} epochs, {options.seeds} seeds: "
                f"{mine:.2%} against {theirs:.2%}: {100 * (mine - theirs):+.2f} points"
            )


class _Clock:
    """A trial's context that notes when each iteration ended."""

    def __init__(self, now: Now) -> None:
        self.now = now
        self.times: list[float] = []

    def progress(self, done: int, total: int, **numbers: float) -> None:
        self.times.append(self.now())

    def checkpoint(self, state: bytes) -> None: ...

    def resume(self) -> None: ...


def our_run(net: str, seed: int, epochs: int, examples: int | None, now: Now = time.perf_counter) -> tuple[float, float]:
    """Samples a second in training, and the accuracy on all test digits, of a trial."""
    torch.set_num_threads(1)
    clock = _Clock(now)
    recipe = Recipe(Adam(), Epochs(epochs), batch_size=BATCH, evaluate=Epochs(epochs))
    data = datasets.open_data("mnist", datasets.locate())
    result = train_classifier(clock, seed=seed, net=NETS[net], recipe=recipe, data=data, train_examples=examples)
    rate = BATCH * (len(clock.times) - 1) / (clock.times[-1] - clock.times[0])
    return rate, float(result.scalars["test_accuracy"])  # type: ignore[arg-type]


def plain_run(
    net: str, seed: int, epochs: int, examples: int | None, threads: int, now: Now = time.perf_counter
) -> tuple[float, float]:
    """The same of the plain loop."""
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    mnist = torchvision_datasets().MNIST
    from torchvision import transforms

    transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.1307,), (0.3081,))])
    root = str(datasets.locate())
    train, test = mnist(root, train=True, transform=transform), mnist(root, train=False, transform=transform)
    some = torch.utils.data.Subset(train, range(examples)) if examples else train
    batches = torch.utils.data.DataLoader(some, batch_size=BATCH, shuffle=True)
    model = plain_nets()[net]
    criterion, optimizer = torch.nn.CrossEntropyLoss(), torch.optim.Adam(model.parameters())

    seconds = 0.0
    for _ in range(epochs):
        model.train()
        start = now()
        for inputs, labels in batches:
            optimizer.zero_grad()
            loss = criterion(model(inputs), labels)
            loss.backward()
            optimizer.step()
        seconds += now() - start
    if epochs == 1:  # a round of timing: nobody asks for its accuracy
        return len(some) / seconds, float("nan")
    model.eval()
    with torch.no_grad():
        held_out = torch.utils.data.DataLoader(test, batch_size=1000)
        right = sum(int((model(inputs).argmax(1) == labels).sum()) for inputs, labels in held_out)
    return epochs * len(some) / seconds, right / len(test)


def plain_nets() -> dict[str, torch.nn.Module]:
    """The nets of E2 as one writes them by hand."""
    nn = torch.nn
    return {
        MLP: nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 10)),
        CONVNET: nn.Sequential(
            *(nn.Conv2d(1, 8, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Flatten(), nn.Linear(256, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)),
        ),
    }
