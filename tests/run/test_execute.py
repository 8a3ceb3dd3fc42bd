"""Trials run, each for itself: with real processes, and with real faults."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import math
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import Executor, Future
from functools import partial
from pathlib import Path

import pytest

from report.cache.fingerprint import Fingerprint
from report.cache.store import Store
from report.errors import StoreError, UsageError
from report.model import Data, Outcome, Result, State, Trial
from report.run.cluster import dask_executor
from report.run.execute import execute, longest_first
from report.run.plan import Planned, Reason
from report.run.watching import Silent
from report.run.workers import ProcessExecutor
from tests.run import toy_trials as toy


class SerialExecutor(Executor):
    """Runs each call at once, in this process; what it raises leaves ``submit`` as it is."""

    def __init__(self, jobs: int = 1):
        del jobs

    def submit(self, fn, /, *args, **kwargs) -> Future:
        future: Future = Future()
        future.set_result(fn(*args, **kwargs))
        return future


needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="a process that has loaded torch forks safely on Linux only")
FORKED = pytest.param(partial(ProcessExecutor, method="forkserver"), id="forked", marks=needs_linux)
STAYING = partial(ProcessExecutor, method="spawn", packages=())  # none of its processes waits for torch
ELSEWHERE = [FORKED, pytest.param(STAYING, id="staying")]
EXECUTORS = [pytest.param(SerialExecutor, id="here"), *ELSEWHERE]
ROOT = Path(__file__).parents[2]
needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes through /proc")


def planned(function, *, seconds=math.nan, inputs=None, **arguments) -> Planned:
    """A trial with a fingerprint of its own; ``inputs`` are other planned trials, or data."""
    inputs = inputs or {}
    trial = Trial(function, arguments, {n: i.trial if isinstance(i, Planned) else i for n, i in inputs.items()})
    upstream = {n: i.digest for n, i in inputs.items() if isinstance(i, Planned)}
    digest = hashlib.sha256(f"{function.__name__} {arguments} {sorted(upstream.items())}".encode()).hexdigest()
    return Planned(trial, Fingerprint(digest, {"upstream": upstream}), Reason.NEW, seconds=seconds)


def label(planned: Planned) -> str:
    return f"{planned.trial.function.__name__} {dict(planned.trial.arguments)}"


def open_numbers(name: str) -> list[int]:
    return {"numbers": [1, 2, 3]}[name]


def run(trials, store, jobs=2, **options) -> list[Outcome]:
    outcomes = execute(trials, store=store, open_data=open_numbers, label=label, jobs=jobs, **options)
    return [outcomes[t.digest] for t in trials]


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "store")


# --- what every executor must do -----------------------------------------------------------------------------------


@pytest.mark.parametrize("executor", EXECUTORS)
def test_inputs_are_resolved_and_results_published(executor, store):
    left, right = planned(toy.add, a=1, b=2), planned(toy.add, a=10, b=20)
    both = planned(toy.combine, inputs={"left": left, "right": right, "numbers": Data("numbers")})
    outcomes = run([left, right, both], store, executor=executor)
    assert [o.state for o in outcomes] == [State.DONE] * 3
    assert outcomes[2].result.scalars["total"] == 3 + 30 + 6
    assert store.load_result(both.digest).result.scalars["total"] == 39
    assert all(o.seconds >= 0 for o in outcomes)


@pytest.mark.parametrize("executor", EXECUTORS)
def test_what_the_store_has_is_not_run_again(executor, store, tmp_path):
    tasks = [planned(toy.noted, name=name, notes=str(tmp_path / "notes")) for name in "ab"]
    run(tasks[:1], store, executor=executor)
    outcomes = run(tasks, store, executor=executor)
    assert (tmp_path / "notes").read_text().split() == ["a", "b"]
    assert [o.result.scalars["name"] for o in outcomes] == ["a", "b"]


@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_diverged_trial_is_published_like_any_other(executor, store):
    (outcome,) = run([planned(toy.diverge)], store, executor=executor)
    assert outcome.state is State.DIVERGED
    assert store.load_result(outcome.fingerprint).result.diverged


@pytest.mark.parametrize("executor", EXECUTORS)
def test_the_longest_starts_first(executor, store, tmp_path):
    tasks = [planned(toy.noted, name=str(s), notes=str(tmp_path / "notes"), seconds=s) for s in (2, 9, 5)]
    run(tasks, store, jobs=1, executor=executor)
    assert (tmp_path / "notes").read_text().split() == ["9", "5", "2"]


@pytest.mark.parametrize("executor", EXECUTORS)
def test_nothing_is_left_of_a_checkpoint_once_the_result_is_published(executor, store):
    (outcome,) = run([planned(toy.keep)], store, executor=executor)
    assert not any(store.partial(outcome.fingerprint).glob("*"))


@pytest.mark.parametrize("elsewhere", [FORKED, pytest.param(partial(STAYING, packages=("torch",)), id="staying")])
def test_entries_depend_neither_on_the_number_of_workers_nor_on_what_ran_before(elsewhere, tmp_path):
    importlib.import_module("torch")  # which is seeded for a trial in this process, too
    draws = [planned(toy.careless, seed=seed) for seed in range(3)]
    learning = planned(toy.learn, seed=0, epochs=2, fuse=str(tmp_path / "none"))

    def entries(name, jobs, trials, executor=elsewhere):
        """The bytes of each entry, but for the description, which holds the seconds that it took."""
        store = Store(tmp_path / name)
        assert {o.state for o in run(trials, store, jobs=jobs, executor=executor)} == {State.DONE}
        files = {t.digest: store.get(t.digest) for t in trials}
        return {digest: {n: c for n, c in found.items() if n != "description.json"} for digest, found in files.items()}

    one = entries("one", 1, [*draws, learning])
    assert one == entries("two", 2, [learning, *reversed(draws)])
    assert one == entries("serial", 1, [*draws[1:], draws[0], learning], SerialExecutor)
    assert len({files["arrays.npz"] for files in one.values()}) == 4


def test_a_worker_that_stays_ends_once_something_is_left_behind(store):
    """So that what comes after finds what it would have found without."""
    tasks = [planned(toy.untidy, name=name, leave=name == "b", seconds=-ord(name)) for name in "abc"]
    a, b, c = (o.result.scalars for o in run(tasks, store, jobs=1, executor=STAYING))
    assert a["process"] == b["process"] != c["process"]
    assert a["found"] == b["found"] == c["found"] == 0.0


def test_a_store_that_is_only_read_runs_nothing(store, tmp_path):
    known, unknown = (planned(toy.noted, name=name, notes=str(tmp_path / "notes")) for name in "ab")
    run([known], store, executor=SerialExecutor)
    outcomes = run([known, unknown], Store(store.root, read_only=True))
    assert [o.state for o in outcomes] == [State.DONE, State.MISSING]
    assert (tmp_path / "notes").read_text().split() == ["a"]


# --- faults --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("executor", ELSEWHERE)
def test_what_fails_stops_nobody_else_and_says_why(executor, store, monkeypatch):
    monkeypatch.chdir(store.root.parent)
    good = planned(toy.add, a=1, b=2)
    bad = {f.__name__: planned(f) for f in (toy.stumble, toy.forget, toy.leave, toy.vanish, toy.quarrel, toy.stammer)}
    waits = planned(toy.combine, inputs={"left": good, "right": bad["stumble"], "numbers": Data("numbers")})
    blind = planned(toy.combine, inputs={"left": good, "right": good, "numbers": Data("letters")})
    tasks = [*bad.values(), good, waits, blind, planned(toy.add, a=3, b=4)]
    outcomes = {o.fingerprint: o for o in run(tasks, store, executor=executor)}

    def reason(t):
        return outcomes[t.digest].reason

    states = [outcomes[t.digest].state for t in tasks]
    assert states == [State.FAILED] * 6 + [State.DONE, State.MISSING, State.FAILED, State.DONE]
    line = 1 + Path(toy.__file__).read_text().splitlines().index('    raise ValueError("the ground is uneven")')
    assert reason(bad["stumble"]).startswith(f"ValueError: the ground is uneven (tests/run/toy_trials.py:{line})")
    assert reason(bad["quarrel"]).startswith("the array holds objects. Give it a numeric dtype (tests/run/toy_trials.py:")
    assert reason(bad["stammer"]).encode().startswith(rb"ValueError: there is no caf\udce9.csv!!!")
    assert len(reason(bad["stammer"])) < 700
    assert "returned NoneType where a Result is due" in reason(bad["forget"])
    assert "SystemExit: 3" in reason(bad["leave"])
    assert "killed by SIGKILL" in reason(bad["vanish"])
    assert label(bad["stumble"]) in reason(waits)
    assert "KeyError: 'letters'" in reason(blind)

    log = Path(reason(bad["stumble"]).rpartition("; see ")[2])
    assert log.parent == Path("store/failed")
    assert "Traceback" in log.read_text()
    assert "just before it fell" in log.read_text()
    assert "last words" in Path(reason(bad["vanish"]).rpartition("; see ")[2]).read_text()


def test_in_this_process_an_exception_comes_out_as_it_is(store):
    with pytest.raises(ValueError, match="uneven") as caught:
        run([planned(toy.stumble)], store, executor=SerialExecutor)
    assert caught.traceback[-1].name == "stumble"


def test_a_function_that_cannot_be_sent_fails_alone(store):
    def inner(context):
        raise AssertionError

    outcomes = run([planned(inner), planned(toy.add, a=1, b=2)], store)
    assert [o.state for o in outcomes] == [State.FAILED, State.DONE]
    assert "top level of a module" in outcomes[0].reason


@pytest.mark.parametrize("executor", ELSEWHERE)
def test_a_worker_killed_from_outside_takes_nobody_with_it(executor, store, tmp_path):
    victim = planned(toy.linger, name="victim", folder=str(tmp_path), seconds=99)
    others = [planned(toy.add, a=n, b=n) for n in range(4)]

    class Assassin(Silent):
        """Kills when it hears that the victim is on its way."""

        def __init__(self):
            self.steps = []

        def progressed(self, trial, step):
            self.steps.append((trial, step.done, step.total, dict(step.numbers)))
            with contextlib.suppress(ProcessLookupError):  # what it said last may be heard after its end
                os.kill(int((tmp_path / "victim.pid").read_text()), signal.SIGKILL)

    assassin = Assassin()
    outcomes = run([victim, *others], store, watch=assassin, executor=executor)
    assert [o.state for o in outcomes] == [State.FAILED] + [State.DONE] * 4
    assert assassin.steps[0] == (victim.digest, 1, 10, {"loss": 0.5})
    assert not alive(int((tmp_path / "victim.pid").read_text()))


def test_a_result_that_cannot_be_kept_stops_the_run(store, monkeypatch):
    def full(*arguments):
        raise StoreError("no space left")

    monkeypatch.setattr(Store, "save_result", full)
    with pytest.raises(StoreError, match="no space"):
        run([planned(toy.add, a=1, b=2)], store, executor=SerialExecutor)


def test_a_checkpoint_that_cannot_be_kept_stops_the_run(store):
    broken = planned(toy.keep)
    folder = store.partial(broken.digest)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "checkpoint").mkdir()
    with pytest.raises(StoreError, match="checkpoint cannot be kept"):
        run([broken], store)


def test_a_checkpoint_is_not_needed_once_another_build_has_published_the_result(store, monkeypatch):
    both = planned(toy.keep)
    (store.partial(both.digest) / "checkpoint").mkdir(parents=True)  # so that none can be kept
    monkeypatch.setattr(Store, "forget_progress", lambda self, digest: self.save_result(digest, Result(), 1.0, {}))
    (outcome,) = run([both], store, executor=SerialExecutor)
    assert outcome.state is State.DONE


# --- checkpoints ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("executor", ELSEWHERE)
def test_killed_and_resumed_equals_uninterrupted_bit_for_bit(executor, tmp_path):
    fuse = tmp_path / "fuse"
    learning = planned(toy.learn, seed=3, epochs=6, fuse=str(fuse))
    straight, cut = Store(tmp_path / "straight"), Store(tmp_path / "cut")
    (expected,) = run([learning], straight, executor=executor)
    assert fuse.with_suffix(".from").read_text() == "0"
    fuse.write_text("lit")
    (killed,) = run([learning], cut, executor=executor)
    assert (killed.state, fuse.read_text()) == (State.FAILED, "burnt")
    fuse.unlink()
    (resumed,) = run([learning], cut, executor=executor)
    assert fuse.with_suffix(".from").read_text() == "3"
    assert resumed.result.history == expected.result.history
    assert resumed.result.arrays["weights"].tobytes() == expected.result.arrays["weights"].tobytes()
    assert resumed.result.arrays["weights"].std() > 0


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b[:20], lambda b: b"", lambda b: b[:-1] + b"\0"])
def test_a_torn_checkpoint_is_ignored(damage, store, tmp_path):
    fuse = tmp_path / "fuse"
    learning = planned(toy.learn, seed=3, epochs=4, fuse=str(fuse))
    file = store.partial(learning.digest) / "checkpoint"

    class Vandal(SerialExecutor):
        def submit(self, fn, /, *args, **kwargs):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(damage(b"nothing that anybody can read, though it is long enough to look like something"))
            return super().submit(fn, *args, **kwargs)

    (outcome,) = run([learning], store, executor=Vandal)
    assert outcome.state is State.DONE
    assert fuse.with_suffix(".from").read_text() == "0"


# --- interruption --------------------------------------------------------------------------------------------------

SCRIPT = """
    import sys
    from pathlib import Path

    sys.path[:0] = [{root!r}]
    from report.cache.store import Store
    from tests.run.test_execute import STAYING, open_numbers, partial, planned, run
    from tests.run import toy_trials as toy

    def main(folder):
        slow = [planned(toy.linger, name=name, folder=folder, seconds=1) for name in "ab"]
        quick = planned(toy.noted, name="quick", notes=folder + "/notes", seconds=9)
        print("go", flush=True)
        try:
            run([quick, *slow], Store(Path(folder) / "store"), executor=partial(STAYING, method={method!r}))
        except KeyboardInterrupt:
            sys.exit(130)

    if __name__ == "__main__":
        main(sys.argv[1])
"""


@pytest.fixture(params=["forkserver", "spawn"])
def build(tmp_path, request):
    """A build that has begun, from a script in a folder with a space in its name, in a session of its own."""
    folder = tmp_path / "a folder"
    folder.mkdir()
    (folder / "build.py").write_text(textwrap.dedent(SCRIPT.format(root=str(ROOT), method=request.param)))
    command = [sys.executable, str(folder / "build.py"), str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    process.folder = folder
    assert process.stdout.readline() == "go\n"
    yield process
    for pid in in_session(process.pid):
        os.kill(pid, signal.SIGKILL)
    process.communicate()


@needs_proc
@pytest.mark.parametrize(
    ("send", "number"), [(os.killpg, signal.SIGINT), (os.kill, signal.SIGTERM)]
)  # a terminal; a batch system
def test_an_interrupted_build_leaves_no_process_and_loses_nothing(build, send, number):
    lingering = [int(until(lambda name=name: (build.folder / f"{name}.pid").read_text())) for name in "ab"]
    assert all(alive(pid) for pid in lingering)
    send(build.pid, number)
    _, errors = build.communicate(timeout=60)
    assert until(lambda: not in_session(build.pid))
    assert build.returncode == 130
    assert "Traceback" not in errors
    store = Store(build.folder / "store")
    quick = planned(toy.noted, name="quick", notes=str(build.folder / "notes"))
    assert store.load_result(quick.digest).result.scalars["name"] == "quick"
    slow = planned(toy.linger, name="a", folder=str(build.folder))
    assert (store.partial(slow.digest) / "checkpoint").read_bytes().endswith(b"a")


@needs_proc
def test_an_interruption_while_the_workers_are_being_started_leaves_no_process(build):
    until(lambda: len(in_session(build.pid)) > 1)
    os.killpg(build.pid, signal.SIGINT)
    _, errors = build.communicate(timeout=60)
    assert build.returncode == 130
    assert until(lambda: not in_session(build.pid))
    assert "Traceback" not in errors


@needs_proc
def test_workers_end_by_themselves_when_the_build_is_killed(build):
    for name in "ab":
        until(lambda name=name: (build.folder / f"{name}.pid").read_text())
    build.kill()
    build.wait()
    assert until(lambda: not in_session(build.pid))


def in_session(leader: int) -> list[int]:
    """The processes of the session that ``leader`` opened, zombies not counted."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
        except OSError:
            continue
        if int(session) == leader and state != "Z":
            found.append(int(folder.name))
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition, seconds=60.0):
    """The first true thing that ``condition`` returns; it may raise OSError before."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            found = condition()
        except OSError:
            found = None
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("it did not come about")


# --- order ---------------------------------------------------------------------------------------------------------


def test_a_short_trial_that_a_long_one_waits_for_goes_first():
    short = planned(toy.add, a=0, b=0, seconds=1)
    long = planned(toy.add, a=1, b=1, seconds=20, inputs={"left": short})
    middle = planned(toy.add, a=2, b=2, seconds=10)
    order = longest_first({t.digest: t for t in (middle, short, long)})
    assert order == [short.digest, long.digest, middle.digest]


def test_a_trial_of_unknown_length_goes_among_the_longest():
    known = [planned(toy.add, a=n, b=0, seconds=n) for n in (3, 7)]
    unknown = planned(toy.add, a=9, b=9)
    order = longest_first({t.digest: t for t in (unknown, *known)})
    assert order == [unknown.digest, known[1].digest, known[0].digest]


# --- a cluster -----------------------------------------------------------------------------------------------------


def test_a_cluster_without_its_library_is_refused(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"needs dask\.distributed"):
        dask_executor("tcp://127.0.0.1:1", 2)


def test_trials_run_on_a_cluster(store):
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        tasks = [planned(toy.add, a=1, b=2), planned(toy.stumble)]
        outcomes = run(tasks, store, executor=partial(dask_executor, cluster.scheduler_address))
    assert [o.state for o in outcomes] == [State.DONE, State.FAILED]
    assert "ValueError: the ground is uneven" in outcomes[1].reason


def test_it_runs_outside_the_main_thread_too(store):
    found = []
    thread = threading.Thread(target=lambda: found.extend(run([planned(toy.add, a=1, b=2)], store)))
    thread.start()
    thread.join()
    assert [o.state for o in found] == [State.DONE]
