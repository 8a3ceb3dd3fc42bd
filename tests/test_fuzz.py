"""Whatever an author writes ends in a page or in a sentence for the author, never as a bug of the program.

python -m tests.test_fuzz 10000     tries so many of each kind; the suite takes a sample
"""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from report.cache.reach import Sources
from report.cache.results import decode, encode
from report.cache.store import Store
from report.errors import ExitCode, ReportError, author_text
from report.judge.judge import judge
from report.judge.views import Judged
from report.model import (
    Budget, Claim, Column, Experiment, Figure, Measure, Outcome, Result, Table, Trial, Value, Verdict,
)  # fmt: skip
from report.run.collect import Content, declared
from report.run.declaration import check_experiment
from report.run.plan import plan
from report.write.manifest import manifest
from report.write.writeup import writeup
from tests.arguments import given_numbers
from tests.mini import filled, imported, judged
from tests.project import read_before

HUNTING = __name__ == "__main__"
SAMPLE = settings(
    max_examples=given_numbers("COUNT")[0] if HUNTING else 40,
    deadline=None,
    derandomize=not HUNTING,
    suppress_health_check=list(HealthCheck),
)

SOURCE = """
def run(context, **given):
    return Result()

def give(runs, what=None):
    return what

def fall(runs):
    raise KeyError("a view falls")

def trials(budget):
    return [Trial(run, {"seed": s, "w": w}, tags={"width": w}) for w in (1, 2) for s in budget.seeds(2)]

def one(context, seed, w):
    return Result(scalars={"acc": 0.5 + seed, "odd": math.nan})

def usual(budget):
    return [Trial(one, {"seed": s, "w": w}, tags={"width": w}) for w in (1, 2) for s in budget.seeds(2)]

EXPERIMENT = Experiment(
    id="E20", title="W", question="Q?", trials=usual,
    measures={"acc": Measure("accuracy", "%", 2, 100), "odd": Measure("odd")},
    values={"best": lambda runs: Value(1.5, "m"), "none": fall},
    claims={"yes": Claim("Yes.", lambda runs: Verdict(Holds.YES, n=2)), "none": Claim("No.", fall)},
    tables={"all": lambda runs: Table((Column("a", "A|b"),), ((1.0,), (None,)), "All."), "none": fall},
)
"""

# --- what an author may write --------------------------------------------------------------------------------------------

texts = st.text(max_size=12) | st.sampled_from(
    ["E20.acc", "E20.", ".", "W1", "a|b", "{{", "$x$", "\x00", "\ue000a@b\ue001", "ß\u0301", "0" * 40]
)
numbers = st.integers() | st.floats() | st.sampled_from([10**400, -(10**400), 2**63, 1e308, 5e-324, True])
plain = st.none() | texts | numbers | st.binary(max_size=3)
odd = st.recursive(
    plain, lambda part: st.lists(part, max_size=3) | st.dictionaries(texts, part, max_size=3) | st.tuples(part), max_leaves=6
)

names = st.sampled_from(
    ["E20.acc", "E20.odd", "E20.best", "E20.none", "E20.yes", "E20.all", "build.trials", "E9.x", "E20", "W1", "ch:1"]
)
functions = st.sampled_from(
    [
        "value",
        "number",
        "figure",
        "table",
        "claim",
        "holds",
        "fails",
        "verdict",
        "derivation",
        "question",
        "ref",
        "differs",
        "replication",
        "cite",
        "notice",
        "typed",
        "chapter_title",
        "nothing",
        "range",
        "budget.upper",
    ]
)
arguments = st.lists(
    names.map(repr)
    | odd.map(repr)
    | st.sampled_from(["width=1", "width='1'", "digits=2", "digits=-1", "digits='a'", "seed=0", "*[1]", "**{}"]),
    max_size=3,
)
calls = st.builds(lambda function, given: f"{function}({', '.join(given)})", functions, arguments)
jinja = st.sampled_from(
    [
        "{{ %s }}",
        "{{ %s + 1 }}",
        "{{ %s | round }}",
        "{{ %s.x }}",
        "{{ %s[0] }}",
        "{%% if %s > 1 %%}yes{%% endif %%}",
        "{%% if %s %%}{%% else %%}no{%% endif %%}",
        "{%% for x in %s %%}{{ x }}{%% endfor %%}",
        "{%% set y = %s %%}",
        "{%% include %s %%}",
        "{{ 1 // (%s or 0) }}",
        "$a = {{ %s }}$",
        "{{ %s",
        "{# %s #}",
        "{## %s ##}",
    ]
)
filled_in = st.builds(lambda frame, call: frame % call, jinja, calls)
prose = texts | st.sampled_from(
    [
        "# A heading\n",
        "It was 92.\n",
        "| a | b |\n|---|---|\n| 1 |\n",
        "```\ncode 3\n```\n",
        "$\\frac{1$",
        "$$\\undefined{x}$$",
        "<!-- 1 -->",
        "[^1]",
        "[a](b)",
        "![p](p.png)",
        "::: {.x}\n",
        "1. one\n",
        "{#id}",
        "\n\n",
        "\t",
        "\r",
        "a  \n",
        "李雷 🙂",
        "<b>",
        "&#8239;",
        "\\",
        "*",
        "[]{}",
    ]
)
chapters = st.lists(filled_in | prose, max_size=6).map("\n".join)

toml_values = st.sampled_from(
    [
        '"a"',
        "1",
        "1.5",
        "true",
        "[]",
        '["01-a"]',
        '["01-a", "02-b"]',
        '["01-a", "01-a"]',
        '["../x"]',
        "{}",
        "{ a = 1 }",
        "2020-01-01",
        "'''x\ny'''",
        "[[1]]",
        '["a\\u0000"]',
        "nan",
    ]
)
toml_keys = st.sampled_from(["title", "subtitle", "abstract", "chapters", "sources", "sources.W1", "other", '"a b"', ""])
pages = st.lists(st.builds("{} = {}".format, toml_keys, toml_values) | texts | st.just("[sources]"), max_size=6).map("\n".join)


# --- what must come of it ------------------------------------------------------------------------------------------------


def ends_well(step: Callable[[], object]) -> None:
    """``step`` succeeds, or raises what is an error of the author's."""
    try:
        step()
    except ReportError as error:
        if error.code is ExitCode.INTERNAL:
            raise


@functools.cache
def mini() -> tuple[Path, Experiment, Judged]:
    folder = Path(tempfile.mkdtemp())
    return folder, *judged(folder, SOURCE)


@functools.cache
def module() -> tuple[Any, Path]:
    return imported(mini()[0], SOURCE).__enter__()


@functools.cache
def sources() -> Sources:
    return Sources(mini()[0], read_before())


@SAMPLE
@given(chapters)
def test_a_chapter(chapter: str) -> None:
    folder, experiment, views = mini()
    if not _writable(chapter):
        return
    ends_well(lambda: filled(folder, experiment, views, chapter))


def _writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@SAMPLE
@given(st.binary(max_size=40) | chapters.map(lambda text: text.encode("utf-16", "surrogatepass")))
def test_a_file_that_is_no_text(content: bytes) -> None:
    path = mini()[0] / "01-a.md"
    path.write_bytes(content)
    ends_well(lambda: author_text(path))


@SAMPLE
@given(pages)
def test_a_title_page(page: str) -> None:
    folder = mini()[0]
    (folder / "chapters").mkdir(exist_ok=True)
    for name in ("01-a", "02-b"):
        (folder / "chapters" / f"{name}.md").touch()
    (folder / "report.toml").write_bytes(page.encode(errors="surrogatepass"))
    ends_well(lambda: writeup(folder))


@st.composite
def experiments(draw: st.DrawFn) -> Experiment:
    """An experiment with something odd wherever an author might put it."""
    given_module, _ = module()

    def sometimes(usual: Any, strange: st.SearchStrategy[Any] = odd) -> Any:
        return draw(strange) if draw(st.integers(0, 3)) == 0 else usual

    def view(made: Any) -> Any:
        return sometimes(functools.partial(given_module.give, what=made), odd | st.just(given_module.fall))

    def named(view: Any) -> Any:
        return sometimes({sometimes("name", texts): view})

    value = Value(sometimes(1.5), sometimes("%"), sometimes(2), sometimes(None), sometimes(1), sometimes(""))
    verdict = Verdict(sometimes("holds"), sometimes(1.0), sometimes(0.0), sometimes(2.0), sometimes(2), sometimes("m"))
    table = Table(
        (Column(sometimes("a"), sometimes("A"), sometimes(2), sometimes("right")),),
        sometimes(((sometimes(1.0),),)),
        sometimes("T."),
    )
    arguments = sometimes({"seed": sometimes(0), "w": sometimes(1)})
    trial = Trial(sometimes(given_module.run), arguments, sometimes({}), sometimes({sometimes("width", texts): sometimes(1)}))
    made = [sometimes(trial)] * draw(st.integers(1, 2))
    return Experiment(
        id="E20",
        title=sometimes("W"),
        question=sometimes("Q?"),
        trials=sometimes(lambda budget: sometimes(made)),
        measures=named(sometimes(Measure(sometimes("m"), sometimes("%"), sometimes(2), sometimes(100)))),
        figures=named(view(sometimes(Figure(None, sometimes("c"), sometimes("a"), None)))),  # type: ignore[arg-type]
        tables=named(view(table)),
        claims=named(sometimes(Claim(sometimes("It is."), view(verdict), sometimes(Claim("", len).needs)))),
        values=named(sometimes(value) if draw(st.booleans()) else view(value)),
    )


CHAPTER = """
{{ value("E20.name") }} {{ number("E20.name") }}

{{ table("E20.name") }} {{ claim("E20.name") }}

{{ figure("E20.name") }} {{ replication() }} {{ question("E20") }}
"""


@SAMPLE
@given(experiments())
def test_a_declaration(experiment: Experiment) -> None:
    ends_well(lambda: _built(experiment, lambda trial: Result(scalars={"name": 1.0})))


@SAMPLE
@given(
    st.dictionaries(texts | st.just("acc"), odd, max_size=3),
    st.dictionaries(texts, st.lists(plain, max_size=2) | odd, max_size=2),
    odd,
)
def test_a_result(scalars: dict[str, Any], history: dict[str, Any], diverged: Any) -> None:
    experiment = mini()[1]
    ends_well(
        lambda: _built(experiment, lambda trial: Result(scalars, history, {}, diverged), '{{ value("E20.acc", width=1) }}')
    )


def _built(experiment: Experiment, run: Callable[[Trial], Result], chapter: str = CHAPTER) -> None:
    """What a build does with an experiment, within this process."""
    folder, (_, path) = mini()[0], module()
    check_experiment(experiment, path)
    trials = declared(Content(folder, {"E20": experiment}, {"E20": path}, {}), Budget("smoke"))
    with tempfile.TemporaryDirectory() as empty:
        store = Store(Path(empty))
        plan(trials, store, data={}, machine={}, sources=sources())
        outcomes = [_outcome(trial, number, run) for number, trial in enumerate(trials["E20"])]
        views = judge(experiment, path, outcomes, store, sources(), budget="full", stand_ins=())
        manuscript = filled(folder, experiment, views, chapter)
        manifest({}, {"E20": outcomes}, {"E20": views}, {}, {}, {}, manuscript, [], {}, {})


def _outcome(trial: Trial, number: int, run: Callable[[Trial], Result]) -> Outcome:
    try:
        return Outcome(trial, f"{number:064}", decode(encode(run(trial))))
    except Exception as error:  # in its process, that trial has failed
        return Outcome(trial, f"{number:064}", None, f"{type(error).__name__}: {error}")


if HUNTING:
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            print(name, flush=True)
            test()
