"""The one way in which a network is trained by gradient descent here (E10 and E11 do it by hand).

``fit`` takes examples, a net, a recipe and a loss, and gives back the trained module with the history of its metrics.
``train_classifier`` is the trial for labelled images. A trial of another kind prepares its own examples, as E4's do
(``experiments/e04_autoencoder/coders.py``).

What a history holds, a row an evaluation: ``epoch`` (passes over the training examples so far), ``iteration``, and
``train_loss``, ``test_loss`` (in the unit of the loss: nats for cross-entropy), with ``train_accuracy``, ``test_accuracy``
(fractions) where the targets are labels. Both sets are measured at the same moment, in evaluation mode (no dropout) and in
float32, so that the two curves can be compared and the numbers can be computed again from stored weights. The test set
is measured whole; the training set on as many of its examples as the test set has, drawn by the seed.

Everything random follows from the seed and the number of the epoch: initial weights, the order of examples (drawn without
replacement in each epoch) and dropout. A run resumed after an epoch is therefore the run that was not interrupted, bit for bit.
"""

from __future__ import annotations

import hashlib
import io
import math
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import torch

from experiments.live import build, weights
from experiments.nets import Net, multiplications
from report.model import Context, Result

if TYPE_CHECKING:
    import numpy as np

AT_ONCE = 2**17  # numbers in the inputs of a batch of evaluation: of many more, what a layer makes overflows the cache
ROUNDING = 0.02  # bfloat16 keeps 8 bits: what it gives is off by some 0.3 % of its norm
CHECKPOINT_SECONDS = 5.0  # a checkpoint is due at the first end of an epoch after so long

# --- recipes: plain data -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SGD:
    """Stochastic gradient descent; ``momentum`` as in ``torch.optim.SGD``."""

    rate: float
    momentum: float = 0.0


@dataclass(frozen=True)
class Adam:
    """Adam with β = (0.9, 0.999)."""

    rate: float = 1e-3


@dataclass(frozen=True)
class Adadelta:
    """Adadelta as Keras had it in 2018: ρ = 0.95, ε = 1e-7, rate 1."""

    rate: float = 1.0
    rho: float = 0.95


Optimizer: TypeAlias = SGD | Adam | Adadelta


@dataclass(frozen=True)
class Epochs:
    """So many passes over the training examples."""

    count: int


@dataclass(frozen=True)
class Iterations:
    """So many minibatches."""

    count: int


Span: TypeAlias = Epochs | Iterations
Precision: TypeAlias = Literal["auto", "float32", "bfloat16"]


@dataclass(frozen=True)
class Recipe:
    """How to train: with what, for how long, measuring how often. Evaluation is measured at the end as well.

    ``precision`` is that of the passes in training; weights, their updates and all evaluation are float32. "auto" is
    bfloat16 where ``machine`` has it natively, the net is large enough to gain, and its layers are ``faithful``.
    """

    optimizer: Optimizer
    length: Span
    batch_size: int = 128
    evaluate: Span = Epochs(1)
    precision: Precision = "auto"


# --- examples ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Examples:
    """``inputs`` (n, *net.input) float32; ``targets`` (n,) int64 labels, or (n, k) float32."""

    inputs: torch.Tensor
    targets: torch.Tensor

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def labelled(self) -> bool:
        return not self.targets.is_floating_point()

    def at(self, indices: torch.Tensor) -> Examples:
        """The examples of these indices."""
        return Examples(_rows(self.inputs, indices), self.targets[indices])


def pixels(images: np.ndarray) -> torch.Tensor:
    """Images (n, h, w) or (n, h, w, c), uint8 → (n, c, h, w) float32 in [0, 1], channels last in memory."""
    batch = torch.from_numpy(images.reshape(*images.shape[:3], -1)).float().div_(255)
    return batch.permute(0, 3, 1, 2)


def standardised(images: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
    """``images`` with each channel shifted and scaled so that it has mean 0 and deviation 1 over ``reference``."""
    mean = reference.mean((0, 2, 3), keepdim=True)
    deviation = reference.std((0, 2, 3), keepdim=True, correction=0)
    return (images - mean) / deviation


def drawn(total: int, n: int | None, seed: int, use: str = "examples") -> np.ndarray:
    """``n`` of the numbers below ``total``, without replacement, ascending; all of them for None. Each use draws anew."""
    order = torch.randperm(total, generator=torch.Generator().manual_seed(_mixed(seed, use)))
    return order[:n].sort().values.numpy()


def spread(total: int, n: int | None) -> np.ndarray:
    """``n`` numbers spread evenly below ``total``, whatever the seed; all of them for None. (The order of a data set may
    mean something: the first half of MNIST's test digits is easier than the second.)"""
    count = total if n is None else min(n, total)
    return (torch.arange(count) * total // count).numpy()


# --- losses: (outputs, targets) → the mean over the batch ----------------------------------------------------------


def cross_entropy(outputs: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """−log of the probability (softmax of the outputs) of the right class, in nats."""
    return torch.nn.functional.cross_entropy(outputs, labels)


def squared_error(outputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
    """The mean over all entries of the squared difference."""
    return torch.nn.functional.mse_loss(outputs, targets)


Loss: TypeAlias = Callable[["torch.Tensor", "torch.Tensor"], "torch.Tensor"]


# --- precision -----------------------------------------------------------------------------------------------------


def machine() -> dict[str, str]:
    """What of this machine the numbers depend on: the device, the instructions, in whose order sums are formed, and the
    precision that "auto" may choose. Needs no torch."""
    flags = _cpu_flags()
    ladder = {"amx_bf16": "AMX", "avx512f": "AVX-512", "avx2": "AVX2"}
    instructions = next((name for flag, name in ladder.items() if flag in flags), platform.machine())
    native = bool(flags & {"avx512_bf16", "amx_bf16"})
    return {"device": "cpu", "instructions": instructions, "bfloat16": "native" if native else "none"}


def _cpu_flags() -> frozenset[str]:
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return frozenset()
    lines = (line for line in text.splitlines() if line.startswith("flags"))
    return frozenset(next(lines, "").split())


def resolved(precision: Precision, net: Net, on: Mapping[str, str]) -> Literal["float32", "bfloat16"]:
    """The precision that training uses on a machine. Nets of fewer than 50 000 multiplications an example lose more by
    conversions than they gain."""
    if precision != "auto":
        return precision
    return "bfloat16" if on["bfloat16"] == "native" and multiplications(net) >= 50_000 else "float32"


def faithful(net: Net, batch_size: int) -> bool:
    """Whether every layer of ``net`` with weights gives in bfloat16 what it gives in float32, but for rounding: its outputs,
    and the gradients of its weights. Libraries have had kernels that were wrong for some shapes. The answer follows from
    the arguments, the machine and the release of torch, all of which a trial's fingerprint has; it costs two steps."""
    module, generator = build(net, 0), torch.Generator().manual_seed(0)
    seen: list[tuple[torch.nn.Module, torch.Tensor]] = []
    layers = [layer for layer in module.modules() if isinstance(layer, (torch.nn.Conv2d, torch.nn.Linear))]
    hooks = [layer.register_forward_hook(lambda layer, given, _: seen.append((layer, given[0]))) for layer in layers]
    example = torch.randn(batch_size, *net.input, generator=generator)
    with torch.no_grad():
        module.eval()(_rows(example, torch.arange(batch_size)))
    for hook in hooks:
        hook.remove()
    return all(_agree(layer, given, generator) for layer, given in seen)


def _agree(layer: torch.nn.Module, given: torch.Tensor, generator: torch.Generator) -> bool:
    found: list[list[torch.Tensor]] = []
    direction: torch.Tensor | None = None
    for low in (False, True):
        inputs = given.bfloat16().float().requires_grad_()
        with torch.autocast("cpu", torch.bfloat16, enabled=low):
            output = layer(inputs.bfloat16() if low else inputs)
        if direction is None:
            direction = torch.randn(output.shape, generator=generator)
        gradients = torch.autograd.grad((output.float() * direction).sum(), [inputs, *layer.parameters()])
        found.append([output.detach().float(), *gradients])
    return all(bool((rough - exact).norm() <= ROUNDING * exact.norm()) for exact, rough in zip(*found))


# --- training ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fitted:
    """A trained module (in evaluation mode), its ``outputs`` (n, …) for the test examples, and how it came about."""

    module: torch.nn.Module
    outputs: torch.Tensor
    history: dict[str, list[float]]
    iterations: int
    diverged: bool

    @property
    def final(self) -> dict[str, float]:
        """The metrics of the last evaluation, and the number of iterations."""
        metrics = {name: column[-1] for name, column in self.history.items() if column and name not in ("epoch", "iteration")}
        return {**metrics, "iterations": self.iterations}


def train_classifier(
    context: Context,
    *,
    seed: int,
    net: Net,
    recipe: Recipe,
    data: Any,
    train_examples: int | None = None,
    test_examples: int | None = None,
    keep: Sequence[str] = ("predictions",),
) -> Result:
    """Train ``net`` on labelled images (an opened data set), standardised over the training examples.

    ``train_examples`` are drawn by the seed, ``test_examples`` are the same for all; None takes all there are. ``keep`` names
    what to keep as arrays: "weights" (one a parameter), "predictions" (the class of each test example, uint8), and "mistakes"
    (the test images that lost most, wrongly classified: ``mistake_images`` as they are, ``mistake_labels``,
    ``mistake_predictions``).
    """
    chosen = drawn(len(data.train_labels), train_examples, seed)
    held_out = spread(len(data.test_labels), test_examples)
    train, test = pixels(data.train_images[chosen]), pixels(data.test_images[held_out])
    held = Examples(standardised(test, train), _labels(data.test_labels[held_out]))
    fitted = fit(
        context,
        seed=seed,
        net=net,
        recipe=recipe,
        train=Examples(standardised(train, train), _labels(data.train_labels[chosen])),
        test=held,
    )
    arrays = weights(fitted.module) if "weights" in keep else {}
    found = fitted.outputs
    if "predictions" in keep:
        arrays["predictions"] = found.argmax(1).to(torch.uint8).numpy()
    if "mistakes" in keep:
        worst = mistakes(found, held.targets).numpy()
        arrays["mistake_images"] = data.test_images[held_out[worst]]
        arrays["mistake_labels"] = held.targets.numpy()[worst].astype("uint8")
        arrays["mistake_predictions"] = found.argmax(1).numpy()[worst].astype("uint8")
    return Result(fitted.final, fitted.history, arrays, fitted.diverged)


def mistakes(found: torch.Tensor, labels: torch.Tensor, most: int = 24) -> torch.Tensor:
    """The indices of the wrongly classified examples, the one of the largest cross-entropy first, ``most`` at most."""
    losses = torch.nn.functional.cross_entropy(found, labels, reduction="none")
    wrong = (found.argmax(1) != labels).nonzero().squeeze(1)
    return wrong[losses[wrong].argsort(descending=True, stable=True)[:most]]


def fit(
    context: Context, *, seed: int, net: Net, recipe: Recipe, train: Examples, test: Examples, loss: Loss | None = None
) -> Fitted:
    """Train ``net`` by ``recipe`` to a small ``loss`` (cross-entropy if None) on ``train``.

    A loss that is not finite ends the training: the history until then is kept, and the outcome is marked as diverged.
    """
    loss = loss or cross_entropy
    # evenly spread examples would not do: where every other digit is a hard one, as in MNIST's file, they may all be hard
    probe = train.at(torch.from_numpy(drawn(len(train), len(test), seed, "probe")))
    run = _Run.begin(context.resume(), net, recipe, seed)
    low = resolved(recipe.precision, net, machine()) == "bfloat16" and faithful(net, min(recipe.batch_size, len(train)))
    train = Examples(train.inputs.bfloat16(), train.targets) if low else train
    per_epoch = math.ceil(len(train) / recipe.batch_size)
    total = _iterations(recipe.length, per_epoch)
    due = _iterations(recipe.evaluate, per_epoch)
    saved = time.monotonic()
    tested: torch.Tensor | None = None

    with torch.random.fork_rng(devices=[]):
        while run.iteration < total and not run.diverged:
            # not torch.manual_seed, which tells every kind of device: a tenth of the time of a toy net
            torch.default_generator.manual_seed(_mixed(seed, run.iteration // per_epoch))
            for batch in torch.randperm(len(train)).split(recipe.batch_size)[: total - run.iteration]:
                value = _step(run, train.at(batch), loss, low)
                tested = None
                if not math.isfinite(value):
                    run.diverged = True
                    break
                run.iteration += 1
                context.progress(run.iteration, total, loss=value)
                if run.iteration % due == 0 or run.iteration == total:
                    tested = outputs(run.module, test.inputs)
                    run.record(per_epoch, measured(run.module, probe, loss), metrics(tested, test, loss))
            if time.monotonic() - saved > CHECKPOINT_SECONDS and run.iteration < total:
                context.checkpoint(run.saved())
                saved = time.monotonic()
    if tested is None:
        tested = outputs(run.module, test.inputs)
    return Fitted(run.module.eval(), tested, run.history, run.iteration, run.diverged)


def measured(module: torch.nn.Module, examples: Examples, loss: Loss) -> dict[str, float]:
    """The loss over all ``examples``, and the accuracy where they have labels; in evaluation mode, in float32."""
    return metrics(outputs(module, examples.inputs), examples, loss)


def metrics(found: torch.Tensor, examples: Examples, loss: Loss) -> dict[str, float]:
    """The loss of ``found`` for ``examples``, and the accuracy where they have labels."""
    numbers = {"loss": loss(found, examples.targets).item()}
    if examples.labelled:
        numbers["accuracy"] = int((found.argmax(1) == examples.targets).sum()) / len(examples)
    return numbers


def outputs(module: torch.nn.Module, inputs: torch.Tensor) -> torch.Tensor:
    """What ``module`` makes of ``inputs``, batch by batch, without gradients and in evaluation mode."""
    training = module.training
    module.eval()
    with torch.inference_mode():
        found = torch.cat([module(batch) for batch in inputs.split(max(1, AT_ONCE // inputs.shape[1:].numel()))])
    module.train(training)
    return found


# --- the parts of a run --------------------------------------------------------------------------------------------


@dataclass
class _Run:
    """What changes while a net is trained: all of it goes into a checkpoint."""

    module: torch.nn.Module
    optimizer: torch.optim.Optimizer
    iteration: int = 0
    history: dict[str, list[float]] = field(default_factory=dict)
    diverged: bool = False

    def __post_init__(self) -> None:
        self.parameters = list(self.module.parameters())

    @classmethod
    def begin(cls, checkpoint: bytes | None, net: Net, recipe: Recipe, seed: int) -> _Run:
        """A fresh run, or the one that ``checkpoint`` keeps."""
        module = build(net, seed).train()
        run = cls(module, _torch_optimizer(recipe.optimizer, module))
        if checkpoint is not None:
            state = torch.load(io.BytesIO(checkpoint), weights_only=True)
            module.load_state_dict(state["module"])
            run.optimizer.load_state_dict(state["optimizer"])
            run.iteration, run.history = state["iteration"], state["history"]
        return run

    def saved(self) -> bytes:
        """A checkpoint. It needs no random state: each epoch has a seed of its own."""
        buffer = io.BytesIO()
        state = {"module": self.module.state_dict(), "optimizer": self.optimizer.state_dict()}
        torch.save({**state, "iteration": self.iteration, "history": self.history}, buffer)
        return buffer.getvalue()

    def record(self, per_epoch: int, train: dict[str, float], test: dict[str, float]) -> None:
        """Append a row to the history; a loss that is not finite is a divergence, and no row."""
        if not all(map(math.isfinite, (train["loss"], test["loss"]))):
            self.diverged = True
            return
        row = {"epoch": self.iteration / per_epoch, "iteration": self.iteration}
        for name in train:
            row |= {f"train_{name}": train[name], f"test_{name}": test[name]}
        for name, value in row.items():
            self.history.setdefault(name, []).append(value)


def _step(run: _Run, batch: Examples, loss: Loss, low: bool) -> float:
    """One update on one minibatch; its loss before the update."""
    with torch.autocast("cpu", torch.bfloat16, enabled=low):
        found = run.module(batch.inputs)
    value = loss(found.float(), batch.targets)
    for parameter in run.parameters:  # what zero_grad does, without its ceremony: 3 % of a step of an MLP
        parameter.grad = None
    value.backward()
    run.optimizer.step()
    return value.item()


def _torch_optimizer(optimizer: Optimizer, module: torch.nn.Module) -> torch.optim.Optimizer:
    match optimizer:
        case SGD():
            return torch.optim.SGD(module.parameters(), lr=optimizer.rate, momentum=optimizer.momentum, fused=True)
        case Adam():
            return torch.optim.Adam(module.parameters(), lr=optimizer.rate, fused=True)
        case Adadelta():
            return torch.optim.Adadelta(module.parameters(), lr=optimizer.rate, rho=optimizer.rho, eps=1e-7, foreach=True)


def _iterations(span: Span, per_epoch: int) -> int:
    return span.count * per_epoch if isinstance(span, Epochs) else span.count


def _rows(inputs: torch.Tensor, indices: torch.Tensor) -> torch.Tensor:
    """inputs[indices] with images channels last in memory, also those of one channel, which torch would not count as such:
    convolutions and above all max pooling are then several times faster. (``index_select`` copies whole rows.)"""
    if inputs.dim() != 4:
        return inputs.index_select(0, indices)
    return inputs.permute(0, 2, 3, 1).index_select(0, indices).permute(0, 3, 1, 2)


def _labels(labels: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(labels.astype("int64"))


def _mixed(seed: int, use: int | str) -> int:
    """A seed for one use of ``seed``, independent of those for its other uses and for other seeds."""
    return int.from_bytes(hashlib.blake2b(f"{seed}/{use}".encode(), digest_size=7).digest())
