"""A proof is kept under all that it rests on, and no longer."""

import multiprocessing
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from report.cache.memory import Memory
from report.cache.reach import Sources, Whole
from report.cache.store import Store
from report.errors import DeclarationError
from report.prove.checked import Proof
from report.prove.parallel import check_each
from report.prove.theorems import CHECKER, key_of, theorems
from tests.project import ROOT

T01 = """
import importlib, pkgutil
import experiments
from theory import words
from . import signs
def nets():
    files = [m.name for m in pkgutil.iter_modules(experiments.__path__)]
    return [getattr(importlib.import_module(f"experiments.{file}"), "NETS", {}) for file in files]
DERIVATION = (words.X, signs.SIGMA, nets, __file__, open)
"""
FILES = {
    "theory/__init__.py": "",
    "theory/t01_a.py": T01,
    "theory/t02_b.py": "from experiments.nets import Y\nDERIVATION = Y\n",
    "theory/words.py": "X = 1\n",
    "theory/signs.py": "SIGMA = 1\n",
    "experiments/__init__.py": "",
    "experiments/nets.py": "Y = 1\n",
    "experiments/e01_x.py": "Z = 1\nNETS = {}\ndef draw(runs): return Z\n",
}


@pytest.fixture
def root(tmp_path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


COPIED = """
from report.proof import Derivation, algebra, part, real
PARTS = [part("It", "x + x == 2*x", algebra("collect"))]
DERIVATION = Derivation("T1", "?", "?", [real("x", "?")], PARTS, "It is so (“It”).", "")
"""


def test_a_theorem_is_called_as_its_file_is_and_a_copy_is_none_of_another_number(tmp_path):
    (tmp_path / "theory").mkdir()
    files = {f"T{number}": tmp_path / "theory" / f"t0{number}_it.py" for number in (1, 2)}
    for path in files.values():
        path.write_text(COPIED, encoding="utf-8")
    store = Store(tmp_path / "store")
    assert list(theorems({"T1": files["T1"]}, tmp_path, store, 1, lambda said: None)) == ["T1"]
    with pytest.raises(DeclarationError, match=r"t02_it\.py: the theorem calls itself T1, its file name says T2"):
        theorems(files, tmp_path, store, 1, lambda said: None)


@pytest.mark.parametrize(
    ("views", "said"),
    [
        ('values={"one": lambda: 3}', "it returns something else than it declares: Value is due, not 3"),
        ('tables={"one": lambda: None}', "it returns something else than it declares: Table is due, not None"),
        ('tables={"one": lambda: Table((Column("a", "A"),), ((1, 2),), "T.")}', "row 1 of the table has 2 of 1 cells"),
        ('values={"one": lambda: Value(1 / 0)}', "ZeroDivisionError: division by zero"),
    ],
)
def test_a_view_of_a_theorem_that_cannot_be_made_is_refused_with_its_file(tmp_path: Path, views: str, said: str) -> None:
    (tmp_path / "theory").mkdir()
    file = tmp_path / "theory" / "t01_it.py"
    source = COPIED.replace('"")', f'"", {views})')
    file.write_text(f"from report.model import Column, Table, Value\n{source}", encoding="utf-8")
    with pytest.raises(DeclarationError) as refusal:
        theorems({"T1": file}, tmp_path, Store(tmp_path / "store"), 1, lambda told: None)
    assert f"a view of T1 cannot be made: {said}" in str(refusal.value)
    assert "t01_it.py" in str(refusal.value)


@pytest.fixture(scope="module")
def checker() -> Whole:
    """The checker itself, which is the same for every project here: to read all of it takes seconds."""
    return Sources(ROOT, lenient=True).whole([CHECKER])


def keys(root: Path, checker: Whole) -> dict[str, str]:
    sources = Sources(root, Memory(root / "memory"), lenient=True)  # a new one for each build, over the same memory
    return {name: key_of(f"theory.{name}", checker, sources) for name in ("t01_a", "t02_b")}


@pytest.mark.parametrize(
    ("file", "text", "changed"),
    [
        ("theory/t01_a.py", T01.replace("words.X", "words.X + 1"), {"t01_a"}),
        ("theory/t01_a.py", "# a comment\n" + T01, set()),
        ("theory/words.py", "X = 2\n", {"t01_a"}),
        ("theory/words.py", "X = 1  # a comment\nUNUSED = 1\n", set()),
        ("theory/signs.py", "SIGMA = None\n", {"t01_a"}),  # by a relative import
        ("experiments/nets.py", "Y = 2\n", {"t02_b"}),
        ("experiments/nets.py", "Y = 1\ndef draw(runs): return Y\n", set()),
        ("experiments/e01_x.py", "Z = 1\nNETS = {}\ndef draw(runs): return Z + 1\n", set()),  # a figure is nothing to a proof
        ("experiments/e01_x.py", "Z = 1\nNETS = {1: 2}\ndef draw(runs): return Z\n", {"t01_a"}),  # looked up by its name
        ("experiments/e02_new.py", "NETS = {}\n", {"t01_a"}),
    ],
)
def test_what_a_proof_rests_on(root, checker, file, text, changed):
    before = keys(root, checker)
    (root / file).write_text(text, encoding="utf-8")
    after = keys(root, checker)
    assert {name for name in before if before[name] != after[name]} == changed


def test_a_proof_rests_on_all_of_the_checker():
    modules = Sources(ROOT, lenient=True)
    whole = modules.whole([CHECKER])
    assert "sympy" in whole.packages
    for inside in ("report.prove.check", "report.prove.witness", "report.prove.reasons.rule"):
        read = modules.module(inside).index.readings
        read[-1] = ["another digest", *read[-1][1:]]
        changed = modules.whole([CHECKER])
        assert changed.digest != whole.digest
        whole = changed


WRONG = """
from report.proof import Derivation, Live, Part, Step, algebra, real
by_hand = lambda x: (x + 1)**2
DERIVATION = Derivation(
    "T99", "Squares", "What is a square?", [real("x", "a number")],
    [
        Part("Of a sum", "(x + 1)**2 == x**2 + 2*x + 1", [Step(because=algebra("expand"))], live=[Live("by hand", by_hand)]),
        Part("Wrong", "(x + 1)**2 == x**2 + 1", [Step(because=algebra("multiply out"))]),
        Part("Blind", "x*x == x**2", [Step(because=algebra("a power"))], live=[Live("by hand", lambda y: y)]),
    ],
    "`(x + 1)**2 == x**2 + 2*x + 1`.",
)
"""


def test_a_single_theorem_has_its_witnesses_elsewhere_and_the_same_proof(tmp_path):
    wrong = tmp_path / "wrong.py"
    wrong.write_text(WRONG)
    for path in (ROOT / "theory" / "t02_sigmoid.py", ROOT / "theory" / "t13_linear_networks.py", wrong):
        (by_one,), (by_two,) = prove(path, jobs=1), prove(path, jobs=2)
        assert by_one == by_two
        assert by_one.holds == (path != wrong)


def test_who_decides_a_single_theorem_waits_for_no_torch_and_no_experiment():
    """T7 has a definition that torch bears out."""
    loaded = "print([m for m in sys.modules if m == 'torch._C' or m.startswith('experiments.e')])"
    script = f"import sys, build; build.main(['check', 'T7', '--jobs', '2']); {loaded}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert "✓ T7" in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"


def prove(path: Path, jobs: int) -> list[Proof]:
    with check_each([path], jobs) as theorems:
        return [theorem.proof for theorem in theorems]


def prove_until_interrupted() -> None:
    with check_each(sorted((ROOT / "theory").glob("t0*_*.py")), jobs=2) as theorems:
        next(theorems)
        raise KeyboardInterrupt


def test_stopping_the_proofs_ends_their_processes_without_a_word(monkeypatch):
    said: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", said.append)
    with pytest.raises(KeyboardInterrupt):
        prove_until_interrupted()
    assert not multiprocessing.active_children()
    assert not said
