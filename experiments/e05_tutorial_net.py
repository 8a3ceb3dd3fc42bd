"""E5: how far does TensorFlow's "Deep MNIST" tutorial convnet get, and where are its three million parameters?

W2's first question: two 5×5 convolutions with ReLU and max pooling, a dense layer of 1024 and one of 10. W2 states 20 000
iterations; Adam at 1e-4 and batches of 50 are the tutorial's. Two things of the tutorial are left out: dropout, which is E8's
question, and its initial weights, for torch's.
"""

from __future__ import annotations

from experiments import zoo
from experiments.looks import LOOKS, TUTORIAL
from experiments.measures import CURVES, MEASURES, classifier, gap, in_percent
from experiments.nets import Net, parameters, shapes, wording
from experiments.training import Adam, Iterations, Recipe
from report import plots
from report.model import RECIPE, Budget, Claim, Experiment, Figure, Runs, Trial, Value
from report.stats import POINTS, SHARE, at_least, greater, mean

BATCH = 50
TOTAL = parameters(zoo.TUTORIAL)
LARGEST = max(shapes(zoo.TUTORIAL), key=lambda row: row.parameters)


def trial(budget: Budget, seed: int) -> Trial:
    """The tutorial net. Its weights are kept, so that other experiments can build on it."""
    return trained(zoo.TUTORIAL, TUTORIAL, budget, seed)


def trained(net: Net, name: str, budget: Budget, seed: int) -> Trial:
    """``net`` under the tutorial's recipe. A full evaluation costs as much as 300 updates, hence so few of them."""
    length, every = budget.pick(smoke=(40, 20), quick=(120, 60), full=(20_000, 2500))
    recipe = Recipe(Adam(1e-4), Iterations(length), batch_size=BATCH, evaluate=Iterations(every))
    amounts = budget.pick(smoke=(2000, 200), quick=(10_000, 1000), full=(None, None))
    return classifier("mnist", net, recipe, seed, amounts, {"net": name}, keep=("weights", "predictions"))


def trials(budget: Budget) -> list[Trial]:
    return [trial(budget, seed) for seed in seeds(budget)]


def seeds(budget: Budget) -> range:
    """E6's are the same, so that the two nets are compared pair by pair."""
    return budget.seeds(budget.pick(smoke=2, quick=3, full=3))


def curves(runs: Runs) -> Figure:
    """Accuracy and cross-entropy over the updates, on test and on training digits."""
    history = in_percent(runs.history())
    figure, axes = plots.canvas(width=plots.PAGE, height=1.9, columns=2)
    for ax, (metric, label) in zip(axes.flat, CURVES.items()):
        plots.train_and_test(ax, history, "iteration", metric, "net", {TUTORIAL: LOOKS[TUTORIAL]})
        ax.set(ylabel=label, xlabel=f"minibatches of {BATCH}")
    plots.label_ends(*axes.flat)
    ends = {name: mean(runs[name]) for name in MEASURES}
    tested, trained_on = (f"{ends[f'{part}_accuracy']:.2%}" for part in ("test", "train"))
    losses = history.groupby("iteration")["test_loss"].mean()
    least, last = losses.index.to_numpy()[losses.argmin()], losses.index.max()
    rise = f"It is lowest after {least} minibatches"
    rise += f", and {losses[last] - losses[least]:.3f} nats above that after {last}." if least != last else ", the last."
    return Figure(
        figure,
        caption=f"The {TUTORIAL} ends with {tested} of the test digits and {trained_on} of the training digits right; its test "
        f"cross-entropy ends at {losses[last]:.3f} nats. {rise} Test digits solid, with their range over seeds; training "
        "digits dotted, the mean.",
        alt=f"Two panels, accuracy and cross-entropy by minibatch. At the end: test accuracy {tested}, training accuracy "
        f"{trained_on}, test cross-entropy {ends['test_loss']:.3f} nats, training cross-entropy {ends['train_loss']:.2g} nats.",
        data=history,
    )


WELL = 0.99  # of the test digits

EXPERIMENT = Experiment(
    id="E5",
    title="The tutorial convnet",
    question='How well does the convnet of the "Deep MNIST" tutorial read digits, and where are its parameters?',
    trials=trials,
    measures=MEASURES,
    figures={"curves": curves},
    claims={
        "reads": Claim(
            f"The tutorial net reads at least {100 * WELL:g} % of the test digits.",
            lambda runs: at_least(runs["test_accuracy"], WELL, SHARE, "mean test accuracy"),
            needs=RECIPE,
        ),
        "gap": Claim(
            "It reads more of the digits that it was trained on than of others.",
            lambda runs: greater(gap(runs), 0, POINTS, "mean difference, training less test accuracy"),
            needs=RECIPE,
        ),
    },
    values={
        "minibatches": lambda runs: Value(int(runs.history()["iteration"].max()), "minibatches", origin="of a training of E5"),
        "batch": lambda runs: Value(runs.argument("recipe").batch_size, origin="digits in a minibatch of E5"),
        "total": Value(TOTAL, origin="closed form of every layer, added up"),
        "largest_share": Value(
            100 * LARGEST.parameters / TOTAL, "%", 1, origin=f"parameters of {wording(LARGEST.layer)} over those of the net"
        ),
    },
)
