"""A number in prose is the mean over the right runs, or is refused."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from report.errors import DeclarationError, ProseError
from report.stats import value_of
from tests.mini import filled, judged, text_of


def declared(run: str, trials: str, more: str = 'measures={"acc": Measure("accuracy", digits=2)}') -> str:
    """An experiment whose ``run`` and ``trials`` are these."""
    return f"""
def run(context, seed, **given):
    return Result(scalars={run})

def trials(budget):
    return {trials}

EXPERIMENT = Experiment(id="E20", title="W", question="Q?", trials=trials, {more})
"""


TWO_SEEDS = '[Trial(run, {"seed": s}) for s in budget.seeds(2)]'


def shown(text: str) -> tuple[str, str]:
    """What a reader sees of the one number in ``text``, and its origin."""
    match = re.search(r"\[(.*?)\]\{\.value.*?origin=\"(.*?)\"", text, flags=re.DOTALL)
    assert match, text
    return re.sub(r"[\u00a0\u2008\u202f]", " ", match[1]), match[2].replace("\\", "")


def test_a_scalar_is_not_the_tag_of_its_name(tmp_path: Path) -> None:
    # at most 50 epochs, of which early stopping took 7
    trials = '[Trial(run, {"seed": s, "epochs": 50}, tags={"epochs": 50}) for s in budget.seeds(2)]'
    source = declared('{"epochs": 7.0}', trials, 'measures={"epochs": Measure("epochs run", digits=1)}')
    assert shown(text_of(tmp_path, source, '{{ value("E20.epochs", epochs=50) }}'))[0] == "7.0"


@pytest.mark.parametrize("name", ["state", "conditions", "scalars"])
def test_no_name_of_a_tag_or_a_scalar_is_reserved_by_what_is_kept(tmp_path: Path, name: str) -> None:
    trials = f'[Trial(run, {{"seed": s, "warm": w}}, tags={{"{name}": w}}) for w in ("warm", "cold") for s in budget.seeds(2)]'
    source = declared(
        f'{{"{name}": 3.0 if given["warm"] == "warm" else 4.0}}', trials, f'measures={{"{name}": Measure("m", digits=1)}}'
    )
    assert shown(text_of(tmp_path, source, f'{{{{ value("E20.{name}", {name}="warm") }}}}'))[0] == "3.0"


@pytest.mark.parametrize("name", ["seed", "name", "self"])
def test_a_tag_that_prose_could_not_ask_for_is_refused(tmp_path: Path, name: str) -> None:
    source = declared('{"acc": 1.0}', f'[Trial(run, {{"seed": 0}}, tags={{"{name}": 3}})]')
    with pytest.raises(DeclarationError, match=rf"e20_mini_\d+\.py:\d+: E20: a tag cannot be called '{name}'"):
        judged(tmp_path, source)


def test_a_value_and_a_measure_of_one_name_are_refused(tmp_path: Path) -> None:
    views = 'measures={"acc": Measure("accuracy")}, values={"acc": lambda runs: Value(max(runs["acc"].values()))}'
    with pytest.raises(DeclarationError, match=r"e20_mini_\d+\.py:\d+: 'acc' is a value and a measure"):
        judged(tmp_path, declared('{"acc": 0.5 + 0.3 * seed}', TWO_SEEDS, views))


def test_two_runs_of_one_condition_and_seed_are_refused_with_the_tag_that_was_forgotten(tmp_path: Path) -> None:
    trials = '[Trial(run, {"seed": s, "lr": lr}, tags={"net": "mlp"}) for lr in (0.1, 0.9) for s in budget.seeds(2)]'
    with pytest.raises(DeclarationError, match=r"two trials are 'mlp seed=0', with lr 0\.1 and 0\.9") as refusal:
        judged(tmp_path, declared('{"acc": given["lr"]}', trials))
    assert refusal.value.remedy == "Tag them with lr."


def test_one_trial_that_is_listed_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="the trial 'seed=0' is declared twice"):
        judged(tmp_path, declared('{"acc": 1.0}', '2 * [Trial(run, {"seed": 0})]'))


def test_a_tag_that_equals_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="the tag lr is NaN"):
        judged(tmp_path, declared('{"acc": 1.0}', '[Trial(run, {"seed": 0}, tags={"lr": math.nan})]'))


@pytest.mark.parametrize(
    ("number", "seen"),
    [("math.nan if seed else 0.93", "—"), ("math.inf if seed else 20.0", "∞"), ("-math.inf if seed else 1", "−∞")],
)
def test_a_number_that_is_not_finite_is_shown_as_such_with_its_run_and_the_page_is_made(
    tmp_path: Path, number: str, seen: str
) -> None:
    text, origin = shown(text_of(tmp_path, declared(f'{{"acc": {number}}}', TWO_SEEDS), 'It is {{ value("E20.acc") }}.'))
    assert text == seen
    assert "not finite: seed 1" in origin


def test_infinities_that_cancel_are_no_number(tmp_path: Path) -> None:
    source = declared('{"acc": math.inf if seed else -math.inf}', TWO_SEEDS)
    assert shown(text_of(tmp_path, source, '{{ value("E20.acc") }}'))[0] == "—"


def test_numbers_too_large_to_add_are_averaged(tmp_path: Path) -> None:
    source = declared('{"acc": 1e308}', TWO_SEEDS)
    assert "10³⁰⁸" in shown(text_of(tmp_path, source, '{{ value("E20.acc") }}'))[0]


def test_a_value_of_another_type_is_said_to_be_unknown_with_those_that_are_known(tmp_path: Path) -> None:
    trials = '[Trial(run, {"seed": s, "w": w}, tags={"width": w}) for w in (2, 4) for s in budget.seeds(2)]'
    experiment, views = judged(tmp_path, declared('{"acc": 1.0}', trials))
    with pytest.raises(ProseError, match=r"chapter-1\.md:2: value\('E20\.acc'\): no run has width='2'") as refusal:
        filled(tmp_path, experiment, views, 'It is\n{{ value("E20.acc", width="2") }}.')
    assert "Write width=2." in str(refusal.value)


def test_a_mean_over_several_conditions_is_refused(tmp_path: Path) -> None:
    trials = '[Trial(run, {"seed": s, "w": w}, tags={"width": w}) for w in (2, 4) for s in budget.seeds(2)]'
    experiment, views = judged(tmp_path, declared('{"acc": 1.0}', trials))
    with pytest.raises(ProseError, match="the condition fits several kinds of run, 2 and 4"):
        filled(tmp_path, experiment, views, '{{ value("E20.acc") }}')


def test_prose_and_a_view_average_alike(tmp_path: Path) -> None:
    views = 'measures={"acc": Measure("accuracy", "%", 2, 100)}, values={"same": same}'
    source = 'from report.stats import PERCENT, value_of\nsame = lambda runs: value_of(runs["acc"], PERCENT)\n' + declared(
        '{"acc": 0.1 + 0.2 * seed}', TWO_SEEDS, views
    )
    text = text_of(tmp_path, source, '{{ value("E20.acc") }} {{ value("E20.same") }}')
    one, other = re.findall(r"\[(.*?)\]\{\.value", text)
    assert one == other


def test_a_frame_does_not_hold_two_things_under_one_name(tmp_path: Path) -> None:
    trials = '[Trial(run, {"seed": s, "epochs": 50}, tags={"epochs": 50}) for s in budget.seeds(2)]'
    views = 'tables={"all": lambda runs: runs.frame()}'
    _, found = judged(tmp_path, declared('{"epochs": 7.0}', trials, views))
    assert "'epochs' is a scalar of epochs=50 seed=0 and also its tag" in found.tables["all"].reason


def test_kept_files_that_make_no_view_are_made_again(tmp_path: Path) -> None:
    from report.cache.store import Store

    source = declared('{"acc": 1.0}', TWO_SEEDS, 'values={"one": lambda runs: Value(1.0)}')
    experiment, views = judged(tmp_path, source)
    store = Store(tmp_path / "store")
    for name in list(store.fingerprints()):
        store.set_aside(name, "a test")
        store.put(name, {"value.json": b'{"number": "one"}'}, durable=False)
    assert judged(tmp_path, source)[1].values == views.values
    assert experiment.id == "E20"


def test_a_view_that_returns_something_else_is_left_out_and_says_so(tmp_path: Path) -> None:
    _, found = judged(tmp_path, declared('{"acc": 1.0}', TWO_SEEDS, 'values={"one": lambda runs: Value("one")}'))
    assert "it returns something else than it declares" in found.values["one"].reason


@pytest.mark.parametrize(
    ("views", "kind", "why"),
    [
        ('figures={"one": lambda runs: None}', "figures", "it returns NoneType where a Figure is due"),
        ('figures={"one": lambda runs: Figure(None, "C.", " ", runs.frame())}', "figures", "the figure has no alt=…"),
        ('figures={"one": lambda runs: Figure(None, "C.", "A", None)}', "figures", "the data of the figure are NoneType"),
        (
            'tables={"one": lambda runs: Table((Column("a", "A"),), ((1,), (1, 2)), "T.")}',
            "tables",
            "row 2 of the table has 2 of 1",
        ),
        (
            'tables={"one": lambda runs: Table((Column("a", "A"),), ((),), "T.")}',
            "tables",
            "row 1 of the table has 0 of 1 cells",
        ),
    ],
)
def test_what_no_page_could_show_is_left_out_and_says_why(tmp_path: Path, views: str, kind: str, why: str) -> None:
    _, found = judged(tmp_path, declared('{"acc": 1.0}', TWO_SEEDS, views))
    assert why in getattr(found, kind)["one"].reason


@pytest.mark.parametrize(
    ("trials", "views", "what"),
    [
        ("[]", "", r":13: E20: there are no trials"),
        (TWO_SEEDS, 'values={"one": Value("many")}', r":13: 'one' in values is Value\(number='many'"),
        (TWO_SEEDS, 'claims={"one": Claim(" ", lambda runs: None)}', r":13: 'one' in claims is Claim\(sentence=' '"),
        (TWO_SEEDS, 'measures={"acc": Measure("accuracy", digits="2")}', r":13: 'acc' in measures is Measure\(.*digits='2'"),
    ],
)
def test_what_could_answer_nothing_is_refused_where_it_is_declared(tmp_path: Path, trials: str, views: str, what: str) -> None:
    with pytest.raises(DeclarationError, match=what):
        judged(tmp_path, declared('{"acc": 1.0}', trials, views))


def test_a_mean_of_nothing_is_no_number() -> None:
    assert math.isnan(value_of({}).number)
