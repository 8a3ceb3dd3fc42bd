"""What changes a fingerprint, what must not, and what is refused. Every test writes a little project and changes it."""

# ruff: noqa: E501  # a little program to a line is easier to compare than one to a paragraph
from __future__ import annotations

import dataclasses
import enum
import importlib
import math
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from report.cache.memory import Memory
from report.cache.fingerprint import Fingerprint, fingerprint, fingerprint_of, sources_of
from report.cache.reach import Sources
from report.errors import DeclarationError
from report.model import Data, Result, Trial

REPOSITORY = Path(__file__).parents[2]

HELPERS = """
RATE = 0.5
UNUSED = 3

def step(x):
    return x - RATE * x

def other(x):
    return x * UNUSED
"""

EXPERIMENT = '''
"""A question."""
from __future__ import annotations

from helpers import step, other
from report.model import Result

def train(context, *, seed: int = 0, rounds: int = 3) -> Result:
    """Docstring."""
    x = 1.0
    for _ in range(rounds):
        x = step(x)  # a comment
    return Result(scalars={"x": x})

def train_other(context, *, seed):
    return Result(scalars={"x": other(seed)})

def draw(runs):
    return "figure of " + str(len(runs))
'''


class Project:
    """A little project on disk, of which fingerprints can be taken again after each change."""

    def __init__(self, root: Path):
        self.root = root
        self.write(helpers=HELPERS, experiment=EXPERIMENT)

    def write(self, **modules: str) -> None:
        for name, source in modules.items():
            path = self.root.joinpath(*name.split("__in__")).with_suffix(".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(source), encoding="utf-8")

    def change(self, module: str, old: str, new: str) -> None:
        path = self.root / f"{module}.py"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def module(self, name: str) -> Any:
        for known in [n for n, m in sys.modules.items() if str(getattr(m, "__file__", "")).startswith(str(self.root))]:
            del sys.modules[known]
        importlib.invalidate_caches()
        return importlib.import_module(name)

    def trial(self, function: str = "train", module: str = "experiment", **arguments: Any) -> Fingerprint:
        return self.of(Trial(getattr(self.module(module), function), arguments))

    def of(self, trial: Trial, digest: str = "d1", precision: str = "float32") -> Fingerprint:
        sources = Sources(self.root)
        return fingerprint(trial, data={"digits": digest}, machine={"precision": precision}, sources=sources)

    def code(self, *names: str, module: str = "experiment") -> dict[str, str]:
        return Sources(self.root).reach([(module, name) for name in names]).definitions

    def reaches(self, source: str, name: str = "f", **others: str) -> set[str]:
        self.write(main=source, **others)
        return set(self.code(name, module="main")) - {f"main.{name}"}


@pytest.fixture
def project(importable: Path) -> Project:
    return Project(importable)


# --- what counts, and for whom --------------------------------------------------------------------------------------


def test_a_constant_of_a_helper_counts_for_the_trials_that_reach_it_and_no_others(project: Project) -> None:
    train, other = project.trial(seed=0), project.trial("train_other", seed=0)
    project.change("helpers", "RATE = 0.5", "RATE = 0.25")
    assert project.trial(seed=0) != train
    assert project.trial("train_other", seed=0) == other


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# a comment", "# another"),
        ('"""Docstring."""', '"""Another\n    docstring."""'),
        ('    """Docstring."""\n', ""),
        ("step(x)", "(  step(\n            x,\n        ))"),
        ("seed: int = 0", "seed: 'whole' = 0"),
        (" -> Result", ""),
        ('"figure of "', '"drawing of "'),
        ("x = 1.0", "x: float = 1.0"),
        ("import step, other", "import other, step, UNUSED"),
        ('"""A question."""', '"""Another question."""'),
        ("from helpers", "import json\nfrom helpers"),
        ("    x = 1.0", "    pass\n    x = 1.0"),
    ],
)
def test_what_people_read_and_other_functions_do_not_count(project: Project, old: str, new: str) -> None:
    before = project.trial(seed=0)
    project.change("experiment", old, new)
    assert project.trial(seed=0) == before


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("experiment", "x = 1.0", "x = 1"),
        ("experiment", "rounds: int = 3", "rounds: int = 4"),
        ("experiment", "import step, other", "import other as step, step as other"),
        ("helpers", "x - RATE * x", "x - x * RATE"),
        ("helpers", "RATE = 0.5", "RATE = 0.5\nRATE *= 2"),
        ("helpers", "RATE = 0.5", "RATE = 0.5\nif RATE:\n    RATE = 1"),
    ],
)
def test_what_runs_counts(project: Project, module: str, old: str, new: str) -> None:
    before = project.trial(seed=0)
    project.change(module, old, new)
    assert project.trial(seed=0) != before


def test_swapped_imports_of_functions_that_are_both_reached_count(project: Project) -> None:
    project.write(main="from helpers import step as f, other as g\ndef train(context): return f(1) + 2 * g(1)\n")
    before = project.code("train", module="main")
    project.write(main="from helpers import other as f, step as g\ndef train(context): return f(1) + 2 * g(1)\n")
    after = project.code("train", module="main")
    assert before.keys() == after.keys()
    assert before != after


def test_which_of_two_functions_that_call_each_other_is_the_trial_counts(project: Project) -> None:
    project.write(main="def f(context): return context and g(context)\ndef g(context): return context or f(context)\n")
    assert project.trial("f", "main").digest != project.trial("g", "main").digest


def test_equal_imports_from_another_package_are_told_apart(project: Project) -> None:
    project.write(main="from math import sin as f\ndef train(context): return f(1)\n")
    before = project.code("train", module="main")
    project.write(main="from math import cos as f\ndef train(context): return f(1)\n")
    assert project.code("train", module="main") != before


# --- following ------------------------------------------------------------------------------------------------------

EFFECT = {"main.<import>", "<order>"}
PACKAGE = {
    "pkg__in____init__": "from .inner import public as renamed\nfrom . import inner\n",
    "pkg__in__inner": "from .deep.leaf import LEAF\ndef public(): return LEAF\ndef hidden(): return 1\n",
    "pkg__in__deep__in__leaf": "LEAF = 1\nOTHER = 2\n",
}


@pytest.mark.parametrize(
    ("source", "reached"),
    [
        ("import pkg.inner as z\ndef f(): return z.public()", {"pkg.inner.public", "pkg.deep.leaf.LEAF"}),
        ("import pkg.inner\ndef f(): return pkg.inner.hidden()", {"pkg.inner.hidden"}),
        ("from pkg import inner\ndef f(): return inner.hidden()", {"pkg.inner.hidden"}),
        ("from pkg import renamed\ndef f(): return renamed()", {"pkg.inner.public", "pkg.deep.leaf.LEAF"}),
        ("import pkg\ndef f(): return pkg.renamed()", {"pkg.inner.public", "pkg.deep.leaf.LEAF"}),
        ("def f():\n    from pkg.deep.leaf import LEAF as it\n    return it", {"pkg.deep.leaf.LEAF"}),
        ("def f():\n    import pkg.deep.leaf as m\n    def g(): return m.OTHER\n    return g", {"pkg.deep.leaf.OTHER"}),
        ("from pkg import inner\ndef f(): return getattr(inner, 'hidden')()", {"pkg.inner.hidden"}),
        ("A = 1\ndef f(x=A): return x", {"main.A"}),
        ("A = 1\ndef f(A): return A", set()),
        ("A = 1\ndef f():\n    A = 2\n    def g(): return A\n    return g", set()),
        ("A = 1\ndef f():\n    def g():\n        A = 2\n    return A", {"main.A"}),
        ("A = B = 1\ndef f(): return [A for A in range(3)] + [lambda B: B]", set()),
        ("A = 1\ndef f(): return [x for x in range(A)]", {"main.A"}),
        ("A = 1\ndef f(): return [A for A in A]", {"main.A"}),
        ("A = 1\ndef f():\n    [(A := x) for x in (1, 2)]\n    return A", set()),
        ("A = 1\ndef f():\n    try: pass\n    except ValueError as A: return A", set()),
        ("A = 1\ndef f(x):\n    match x:\n        case {'a': A}: return A", set()),
        ("A = 1\nclass K:\n    A = 2\n    def m(self): return A\ndef f(): return K", {"main.A", "main.K"}),
        ("A = 1\nclass K:\n    A = A\ndef f(): return K", {"main.A", "main.K"}),
        ("class B: pass\nclass K(B):\n    def m(self): return g()\ndef g(): pass\ndef f(): return K()", {"main.B", "main.K", "main.g"}),
        ("def d(g): return g\n@d\ndef f(): pass", {"main.d"}),
        ("T = {}\nX = 1\nT['a'] = X\ndef f(): return T", {"main.T", "main.X", *EFFECT}),
        ("T = {}\nX = 1\nT.update(a=X)\ndef f(): return T", {"main.T", "main.X", *EFFECT}),
        ("import random\nT = [1]\nX = 1\nrandom.Random(X).shuffle(T)\ndef f(): return T", {"main.T", "main.X", *EFFECT}),
        ("T = {}\nX = 1\nfor k in range(X): T[k] = k\ndef f(): return T", {"main.T", "main.X", "main.k", *EFFECT}),
        ("try:\n    from pkg.inner import hidden as h\nexcept ImportError:\n    h = None\ndef f(): return h()", {"main.h", "pkg.inner.hidden"}),
        ("from functools import singledispatch\ndef g(): pass\n@singledispatch\ndef f(x): pass\n@f.register\ndef _(x: int): return g()", {"main.g", *EFFECT}),
        ("A = 1\ndef g(): return A\nimport torch\ntorch.set_num_threads(A)\ndef f(): return 1", {"main.A", "main.<import>"}),
        ("A = 1\ndef g(): return A\nprint(A)\ndef f(): return 1", set()),
        ("A = 1\nif __name__ == '__main__':\n    print(A)\ndef f(): return 1", set()),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from pkg import inner\ndef f(x: inner.public): return 1", set()),
        ("import dataclasses\n@dataclasses.dataclass\nclass K:\n    a: int = 1\ndef f(k: K): return k.a", set()),
    ],
)  # fmt: skip
def test_names_are_followed_as_python_scopes_them(project: Project, source: str, reached: set[str]) -> None:
    assert project.reaches(source, **PACKAGE) == reached


def test_a_registered_case_counts_with_its_annotation(project: Project) -> None:
    source = "from functools import singledispatch\n@singledispatch\ndef f(x): pass\n@f.register\ndef _(x: int): return 1\n"
    project.write(main=source)
    before = project.code("f", module="main")
    project.write(main=source.replace("x: int", "x: str"))
    assert project.code("f", module="main") != before


@pytest.mark.parametrize(
    ("field", "counts"),
    [("a: int = 2", True), ("b: int = 1", True), ("a: float = 1", True), ('"""Doc."""\n    a: int = 1', False)],
)
def test_fields_of_a_dataclass_count(project: Project, field: str, counts: bool) -> None:
    source = "from dataclasses import dataclass\n@dataclass\nclass K:\n    {}\n"
    project.write(main=source.format("a: int = 1"))
    before = project.code("K", module="main")
    project.write(main=source.format(field))
    assert (project.code("K", module="main") != before) == counts


def test_methods_of_an_arguments_class_count_though_the_function_never_names_it(project: Project) -> None:
    project.write(
        shapes="from dataclasses import dataclass\n@dataclass(frozen=True)\nclass Net:\n    width: int\n    def size(self): return self.width * 2\n",
        main="def train(context, *, net): return net.size()\n",
    )

    def digest() -> str:
        train = project.module("main").train
        return project.of(Trial(train, {"net": (importlib.import_module("shapes").Net(3),)})).digest

    before = digest()
    assert digest() == before
    project.change("shapes", "* 2", "* 3")
    assert digest() != before


def test_the_versions_of_the_packages_that_are_reached_count_and_no_others(project: Project) -> None:
    project.write(
        main="import numpy as np\nimport jinja2\nimport json\ndef train(context): return np.linalg.norm(json.loads('1'))\n"
    )
    parts = project.trial(module="main").parts["packages"]
    assert parts == {"numpy": np.__version__, "python": f"{sys.version_info[0]}.{sys.version_info[1]}"}


def test_a_module_without_a_version_is_refused(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stray").mkdir()
    (tmp_path / "stray" / "strayed.py").write_text("x = 1")
    monkeypatch.syspath_prepend(tmp_path / "stray")
    project.write(main="import strayed\ndef train(context): return strayed.x\n")
    with pytest.raises(DeclarationError, match="'strayed' belongs neither"):
        project.trial(module="main")


# --- refused --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "source"),
    [
        (3, "import pkg.inner\ndef f(name):\n    return getattr(pkg.inner, name)"),
        (2, "def f(o, name):\n    return getattr(o, name)"),
        (2, "def f(o, name):\n    return list(map(getattr, o, name))"),
        (2, "def f():\n    return globals()['x']"),
        (2, "def f():\n    return eval('x')"),
        (2, "def f():\n    exec('x')"),
        (2, "def f():\n    return vars()"),
        (3, "import importlib\ndef f(n):\n    return importlib.import_module(n)"),
        (3, "from importlib import import_module as load\ndef f(n):\n    return load(n)"),
        (2, "def f(n):\n    return __import__(n)"),
        (3, "import sys\ndef f(n):\n    return sys.modules[n]"),
        (3, "import operator\ndef f(n):\n    return operator.attrgetter(n)"),
        (3, "from pkg import inner\ndef f(g):\n    return g(inner)"),
        (3, "import pkg.inner\ndef f():\n    return [pkg]"),
        (1, "from helpers import *\ndef f():\n    return step(1)"),
        (2, "import starred\nf = starred.step"),
        (3, "import dynamic\ndef f():\n    return dynamic.anything"),
        (3, "import helpers\ndef f():\n    return helpers.stepp(1)"),
        (2, "def f():\n    return undefined_name"),
        (2, "def f():\n    return open('x').read()"),
        (3, "from pathlib import Path\ndef f():\n    return Path('x').read_text()"),
        (3, "from pathlib import Path\ndef f(path):\n    return path.open()"),
        (3, "import os\ndef f():\n    return os.environ['HOME']"),
        (2, "def f():\n    return __file__"),
        (2, "def f():\n    return f.__doc__"),
        (3, "class K: pass\ndef f():\n    return K.__subclasses__()"),
        (4, "N = 0\ndef f():\n    global N\n    N += 1"),
        (3, "T = {}\ndef g():\n    T['x'] = 1\ndef f(): return T"),
        (3, "T = []\ndef g():\n    T.append(1)\ndef f(): return T"),
        (3, "class K: n = 0\ndef f():\n    K.n += 1"),
        (3, "import helpers\ndef f():\n    helpers.RATE = 1"),
        (5, "T = {}\ndef register(name):\n    def keep(g):\n        # a registry\n        T[name] = g\n    return keep\ndef f(): return T"),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_refused_with_its_line_and_a_remedy(project: Project, line: int, source: str) -> None:
    others = {"starred": "x = 1\nfrom helpers import *\n", "dynamic": "def __getattr__(name): return name\n"}
    with pytest.raises(DeclarationError) as caught:
        project.reaches(source, **PACKAGE, **others)
    assert caught.value.where is not None
    assert caught.value.where.line == line
    assert caught.value.remedy


def test_refused_code_that_no_result_depends_on_is_nobodys_concern(project: Project) -> None:
    assert project.reaches("def g(n): return eval(n)\ndef f(): return 1") == set()


@pytest.mark.parametrize(
    "source", ["def f(x): return getattr(x, 'name', 1)", "def f(x): return vars(x)", "def f(x): object.__setattr__(x, 'a', 1)"]
)
def test_literal_look_ups_are_allowed(project: Project, source: str) -> None:
    assert project.reaches(source) == set()


@pytest.mark.parametrize("broken", ["def f(:\n", "x = = 1\n"])
def test_a_file_that_is_no_python_is_named(project: Project, broken: str) -> None:
    with pytest.raises(DeclarationError, match=re.escape("main.py:1")):
        project.reaches(broken)


@pytest.mark.parametrize("make", ["lambda context: None", "partial(train)", "outer()", "len"])
def test_a_trials_function_must_stand_at_the_top_level(project: Project, make: str) -> None:
    project.write(
        main="from functools import partial\ndef train(context): pass\ndef outer():\n    def inner(context): pass\n    return inner\n"
        f"made = {make}\n"
    )
    with pytest.raises(DeclarationError, match="top level"):
        project.of(Trial(project.module("main").made))


# --- arguments ------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Point:
    x: Any
    y: Any = 0


@dataclasses.dataclass(frozen=True)
class Twin:
    x: Any
    y: Any = 0


@dataclasses.dataclass
class Loose:
    x: int


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


def a_trial(context: Any, **arguments: Any) -> Result:
    return Result()


@pytest.fixture(scope="module")
def digest() -> Callable[..., str]:
    sources = Sources(REPOSITORY)

    def compute(**arguments: Any) -> str:
        return fingerprint(Trial(a_trial, arguments), data={}, machine={}, sources=sources).digest

    return compute


DISTINCT = [
    1, 1.0, True, "1", b"1", None, "None", "True", 0.0, -0.0, 0, False, math.nan, "nan", math.inf, -math.inf, (), [], {}, "", "()",
    (1, 23), (12, 3), [1, 23], ((1,), 23), (1, (23,)), ("1, 23",), ("1", "23"), {1: 23}, {"1": 23}, Point(1), (Point(1), Twin(1)),
    (Twin(1), Point(1)), (Point(1), Point(1)), Point(1.0), 10**5000, -(10**5000), 10**5000 + 1, hex(10**5000),
    Point(1, 1), Point((1,)), Point("1"), "Point(x=1, y=0)", Colour.RED, Colour.BLUE, "Colour.RED", 10**400, ("a", "b"), ("a, b",),
    ("a', 'b",), {1: 2, 3: 4}, {3: 4, 1: 2}, Point(Point(1)), (Point(1),),
]  # fmt: skip


def test_arguments_that_differ_never_share_a_fingerprint(digest: Callable[..., str]) -> None:
    assert len({digest(a=value) for value in DISTINCT}) == len(DISTINCT)


def test_names_of_arguments_do_not_run_into_their_values(digest: Callable[..., str]) -> None:
    assert len({digest(a=1, b=2), digest(a=2, b=1), digest(ab=12), digest(a="1, b=2"), digest(b=1, c=2), digest()}) == 6
    assert digest(a=1, b=2) == digest(b=2, a=1)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple) | st.builds(Point, inner, inner),
    max_leaves=5,
)


@given(plain, plain)
def test_equal_digests_mean_equal_values(digest: Callable[..., str], a: Any, b: Any) -> None:
    assert (digest(a=a) == digest(a=b)) == (_tagged(a) == _tagged(b))


def _tagged(value: Any) -> Any:
    if isinstance(value, float):
        return "float", "nan" if math.isnan(value) else (value, math.copysign(1, value))
    if isinstance(value, list | tuple):
        return type(value), [_tagged(item) for item in value]
    if isinstance(value, Point):
        return Point, _tagged(value.x), _tagged(value.y)
    return type(value), value


@pytest.mark.parametrize(
    "value", [np.float64(1), np.arange(2), {1, 2}, object(), Loose(1), Path("x"), len, Point, 1j, range(3), sys]
)
def test_unknown_types_are_refused_by_the_name_of_the_argument(digest: Callable[..., str], value: Any) -> None:
    with pytest.raises(DeclarationError, match="argument 'rate'") as caught:
        digest(rate=(1, value))
    assert caught.value.remedy


def test_a_list_that_contains_itself_is_refused(digest: Callable[..., str]) -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(DeclarationError, match="contains itself"):
        digest(a=endless)


# --- the other parts ------------------------------------------------------------------------------------------------


def test_data_upstream_and_machine_count_tags_do_not(project: Project) -> None:
    train = project.module("experiment").train
    teacher = Trial(train, {"seed": 1})
    base = Trial(train, {"seed": 0}, {"digits": Data("digits"), "teacher": teacher})
    first = project.of(base)
    assert project.of(dataclasses.replace(base, tags={"net": "mlp"}, may_diverge=True)) == first
    assert project.of(base, digest="d2").parts["data"] != first.parts["data"]
    assert project.of(base, precision="bfloat16").digest != first.digest
    assert first.parts["upstream"] == {"teacher": project.of(teacher).digest}
    other = dataclasses.replace(base, inputs={**base.inputs, "teacher": Trial(train, {"seed": 2})})
    assert project.of(other).digest != first.digest


def test_what_a_function_measures_of_the_machine_counts_for_what_reaches_it(project: Project) -> None:
    project.write(
        main="def measure(): return open('/proc/cpuinfo').read()\ndef train(context): return measure()\ndef plain(context): pass\n"
    )
    module = project.module("main")

    def of(function: Callable[..., Any], value: str) -> Fingerprint:
        return fingerprint_of(function, Sources(project.root, measured={"main.measure": {"bfloat16": value}}))

    with pytest.raises(DeclarationError, match="'open"):
        project.of(Trial(module.train))
    assert of(module.train, "native").parts["machine"] == {"bfloat16": "native"}
    assert of(module.train, "native").digest != of(module.train, "none").digest
    assert of(module.plain, "native") == of(module.plain, "none")


def test_a_data_set_nobody_knows_is_refused_with_the_nearest(project: Project) -> None:
    train = project.module("experiment").train
    with pytest.raises(DeclarationError, match="Did you mean 'digits'"):
        project.of(Trial(train, {}, {"data": Data("digit")}))


def test_sources_are_shown_without_what_does_not_count(project: Project) -> None:
    sources = Sources(project.root)
    mark = fingerprint(Trial(project.module("experiment").train), data={}, machine={}, sources=sources)
    shown = sources_of(mark, sources)
    assert shown["experiment.train"].startswith("def train(context, *, seed=0, rounds=3):\n    x = 1.0\n")
    assert shown["helpers.RATE"] == "RATE = 0.5"


# --- views ----------------------------------------------------------------------------------------------------------

VIEWS = """
from functools import partial
from dataclasses import dataclass
SCALE = 2
OTHER = 3
def draw(runs, key="a"): return runs * SCALE
def make(key):
    def inner(runs): return key, SCALE, runs
    return inner
@dataclass(frozen=True)
class Drawer:
    key: str
    def __call__(self, runs): return self.key, SCALE
VIEWS = {
    "a": lambda runs: runs + SCALE, "b": lambda runs: runs + OTHER,
    "c": lambda runs: (lambda x: x + SCALE)(runs),
    "d": partial(draw, key="d"), "e": partial(draw, key="e"), "f": draw,
    "g": make("g"), "h": make("h"), "i": Drawer("i"), "j": Drawer("j").__call__,
    "k": [lambda runs, key=key: (runs, key, SCALE) for key in "xy"][1],
    "l": make(make("l")), "m": make(partial(draw, key=draw)),
}
"""


def test_views_of_every_kind_follow_their_code_and_what_they_took_along(project: Project) -> None:
    project.write(views=VIEWS)

    def digests() -> dict[str, str]:
        sources = Sources(project.root)
        return {name: fingerprint_of(view, sources).digest for name, view in project.module("views").VIEWS.items()}

    before = digests()
    assert len(set(before.values())) == len(before)
    project.change("views", "SCALE = 2", "# moved down by a line\nSCALE = 2")
    assert digests() == before
    project.change("views", "SCALE = 2", "SCALE = 4")
    after = digests()
    assert {name for name in before if before[name] == after[name]} == {"b"}
    project.change("views", "OTHER = 3", "OTHER = 4")
    assert {name for name in before if after[name] != digests()[name]} == {"b"}


def test_the_digest_of_a_lambda_does_not_depend_on_which_views_came_before(project: Project) -> None:
    project.write(views=VIEWS)
    views = project.module("views").VIEWS
    together = Sources(project.root)
    for view in views.values():
        fingerprint_of(view, together)
    assert {name: fingerprint_of(view, Sources(project.root)) for name, view in views.items()} == {
        name: fingerprint_of(view, together) for name, view in views.items()
    }


def test_views_depend_on_the_results_they_read_in_their_order(project: Project) -> None:
    project.write(views=VIEWS)
    of = partial(fingerprint_of, project.module("views").draw, Sources(project.root))
    digests = [
        of(),
        of(results=["1", "2"]),
        of(results=["2", "1"]),
        of(results=["12"]),
        of(results=["«»"]),
        of(results=["«1»"]),
    ]
    assert len({mark.digest for mark in digests}) == len(digests)


def test_a_view_over_something_that_may_change_is_refused(project: Project) -> None:
    project.write(views="def make(thing):\n    return lambda runs: thing\nview = make({1, 2})\n")
    with pytest.raises(DeclarationError, match=r"views.py:2"):
        fingerprint_of(project.module("views").view, Sources(project.root))


# --- the cache ------------------------------------------------------------------------------------------------------


def test_a_cache_changes_no_fingerprint_and_is_safe_to_lose_or_damage(project: Project, tmp_path: Path) -> None:
    project.write(views=VIEWS)
    cache = tmp_path / "cache"

    def digests(cache: Path | None) -> list[Fingerprint]:
        sources = Sources(project.root, Memory(cache) if cache else None)
        trial = fingerprint(Trial(project.module("experiment").train), data={}, machine={}, sources=sources)
        assert sources_of(trial, sources) == sources_of(trial, sources)
        return [trial, *(fingerprint_of(view, sources) for view in project.module("views").VIEWS.values())]

    plain = digests(None)
    assert digests(cache) == plain
    kept = sorted(cache.iterdir())
    assert digests(cache) == plain
    assert sorted(cache.iterdir()) == kept
    for file in kept:
        content = file.read_bytes()
        file.write_bytes(content.replace(b"RATE", b"RITE").replace(b"SCALE", b"SCULE"))
    assert digests(cache) == plain
    for file in kept:
        file.write_bytes(b"")
    assert digests(cache) == plain
    project.change("helpers", "RATE = 0.5", "RATE = 0.25")
    assert digests(cache) == digests(None) != plain


def test_what_is_refused_is_refused_from_the_cache_too(project: Project, tmp_path: Path) -> None:
    project.write(
        main="T = {}\ndef g():\n    T['x'] = 1\ndef f(): return T\ndef h(n): return eval(n)\ndef r(p): p.read_text()\n"
    )
    for name, line in (("f", 3), ("h", 5), ("r", 6)):
        for _ in range(2):
            with pytest.raises(DeclarationError) as caught:
                Sources(project.root, Memory(tmp_path / "cache")).reach([("main", name)])
            assert caught.value.where is not None
            assert caught.value.where.line == line


# --- stability ------------------------------------------------------------------------------------------------------

TINY = """
TABLE = {"a": 1, "b": [2.0, None]}

class Base:
    size: int = 3

class Net(Base):
    def __call__(self, x, *rest, scale=TABLE["a"], **more):
        return [x * y for y in rest if y] or {**more, None: self.size}

def train(context, *, seed):
    net = Net()
    try:
        value = net(seed, *(1, 2), scale=-0.5)
    except (TypeError, ValueError) as error:
        raise RuntimeError(f"no {error!r:>10}") from None
    with context as c:
        value += lambda: c
    return value
"""


def test_digests_are_the_same_in_every_process_and_version_of_python(project: Project) -> None:
    """A pinned literal: if it changes, every stored result of every user is computed again. Do that on purpose only."""
    project.write(tiny=TINY)
    reach = Sources(project.root).reach([("tiny", "train")])
    assert list(reach.definitions) == ["tiny.Base", "tiny.Net", "tiny.TABLE", "tiny.train"]
    assert reach.digest == "f129bb7eae056fa03eb261f665d48e842b072fd25d467ef8ee2ed2cf61137960"


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_digests_do_not_depend_on_the_hash_seed(project: Project, hash_seed: str) -> None:
    script = (
        "import sys; from pathlib import Path; from report.cache.reach import Sources; from report.model import Trial\n"
        "from report.cache.fingerprint import fingerprint; import experiment\n"
        "trial = Trial(experiment.train, {'seed': 1, 'rounds': 2})\n"
        "print(fingerprint(trial, data={}, machine={'device': 'cpu'}, sources=Sources(Path(sys.argv[1]))).digest)"
    )
    path = os.pathsep.join([str(project.root), str(REPOSITORY)])
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", script, str(project.root)]
    out = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=project.root).stdout.strip()
    trial = Trial(project.module("experiment").train, {"seed": 1, "rounds": 2})
    assert out == fingerprint(trial, data={}, machine={"device": "cpu"}, sources=Sources(project.root)).digest
