"""Entries are complete, verified, or not there: whoever writes, is killed, or damages them."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import math
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from report import files
from report.cache import codec, entries
from report.cache.entries import SUMS
from report.cache.results import decode, encode
from report.cache.store import Store
from report.errors import DeclarationError, StoreError
from report.model import Result

REPOSITORY = Path(__file__).parents[2]
NAME = "ab" * 32
OTHER = "cd" * 32
FILES = {"result.json": b"{}", "figure.svg": b"<svg/>" * 20, "empty": b""}
RESULT = Result(scalars={"accuracy": 0.5}, history={"epoch": [1, 2]}, arrays={"weights": np.arange(6.0).reshape(2, 3)})
slow_folder = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None, max_examples=60
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "a store with spaces")


@pytest.mark.parametrize("durable", [True, False])
def test_files_come_back_as_they_went_in(store: Store, durable: bool) -> None:
    assert store.get(NAME) is None
    assert not store.has(NAME)
    store.put(NAME, FILES, durable=durable)
    assert store.get(NAME) == FILES
    assert store.has(NAME)
    assert list(store.fingerprints()) == [NAME]
    assert not store.damaged


def test_the_sums_are_what_sha256sum_reads(store: Store) -> None:
    if not shutil.which("sha256sum"):
        pytest.skip("no sha256sum here")
    store.put(NAME, FILES)
    subprocess.run(["sha256sum", "--strict", "--check", SUMS], cwd=store.path(NAME), check=True, capture_output=True)


def test_publishing_twice_keeps_the_first(store: Store) -> None:
    store.put(NAME, FILES)
    store.put(NAME, {"result.json": b"2"})
    assert store.get(NAME) == FILES
    assert [path.name for path in store.path(NAME).parent.iterdir()] == [NAME]


@pytest.mark.parametrize("name", ["../x", "a/b", ".hidden", "", SUMS, "a\nb"])
def test_names_that_could_leave_the_folder_are_refused(store: Store, name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        store.put(NAME, {name: b""})


# --- damage ---------------------------------------------------------------------------------------------------------


def _is_set_aside(store: Store, why: str = "") -> bool:
    entry = store.damaged[-1]
    return entry.fingerprint == NAME and entry.path.parent.name == "damaged" and entry.path.exists() and why in entry.why


DAMAGE = {
    "cut short": lambda entry: (entry / "figure.svg").write_bytes(FILES["figure.svg"][:-1]),
    "emptied": lambda entry: (entry / "figure.svg").write_bytes(b""),
    "longer": lambda entry: (entry / "empty").write_bytes(b"x"),
    "missing file": lambda entry: (entry / "empty").unlink(),
    "missing sums": lambda entry: (entry / SUMS).unlink(),
    "empty sums": lambda entry: (entry / SUMS).write_bytes(b""),
    "extra file": lambda entry: (entry / "extra").write_bytes(b""),
    "extra folder": lambda entry: (entry / "extra").mkdir(),
    "a folder for a file": lambda entry: ((entry / "empty").unlink(), (entry / "empty").mkdir()),
    "no folder but a file": lambda entry: (shutil.rmtree(entry), entry.write_bytes(b"")),
    "emptied folder": lambda entry: (shutil.rmtree(entry), entry.mkdir()),
    "sums of nothing else": lambda entry: (entry / SUMS).write_text((entry / SUMS).read_text().splitlines()[0] + "\n"),
}


@pytest.mark.parametrize("kind", DAMAGE)
@pytest.mark.parametrize("ask", ["get", "has"])
def test_a_damaged_entry_is_set_aside_reported_and_can_be_written_again(store: Store, kind: str, ask: str) -> None:
    store.put(NAME, FILES)
    store.put(OTHER, FILES)
    DAMAGE[kind](store.path(NAME))
    assert not getattr(store, ask)(NAME)
    assert _is_set_aside(store)
    assert not store.path(NAME).exists()
    store.put(NAME, FILES)
    assert store.get(NAME) == FILES
    assert store.get(OTHER) == FILES


@given(st.data())
@slow_folder
def test_any_flipped_bit_is_noticed(tmp_path: Path, data: st.DataObject) -> None:
    store = Store(tmp_path)
    shutil.rmtree(tmp_path / NAME[:2], ignore_errors=True)
    store.put(NAME, FILES)
    assert store.has(NAME)
    file = data.draw(st.sampled_from([store.path(NAME) / name for name in ("result.json", "figure.svg", SUMS)]))
    content = bytearray(file.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    file.write_bytes(content)
    assert not store.has(NAME), "an entry verified before must be looked at again when a file changed"
    assert _is_set_aside(store)


@pytest.mark.parametrize("kind", DAMAGE)
def test_publishing_over_a_damaged_entry_replaces_it(store: Store, kind: str) -> None:
    store.put(NAME, FILES)
    DAMAGE[kind](store.path(NAME))
    store.put(NAME, FILES)
    assert store.get(NAME) == FILES


@pytest.mark.parametrize("kind", DAMAGE)
def test_a_read_only_store_reports_damage_and_moves_nothing(store: Store, kind: str) -> None:
    store.put(NAME, FILES)
    DAMAGE[kind](store.path(NAME))
    before = sorted(store.root.rglob("*"))
    reader = Store(store.root, read_only=True)
    assert reader.get(NAME) is None
    assert reader.load_result(NAME) is None
    assert not reader.has(NAME)
    assert len(reader.damaged) == 1
    assert sorted(store.root.rglob("*")) == before


def test_a_read_only_store_writes_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "none", read_only=True)
    assert store.get(NAME) is None
    for write in (lambda: store.put(NAME, FILES), lambda: store.save_result(NAME, RESULT, 1, {}), lambda: store.sweep(())):
        with pytest.raises(StoreError, match="read-only"):
            write()
    assert not store.root.exists()


@pytest.fixture
def remembered(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store as the next process finds it, after one that found an entry sound whose files were written long ago."""
    monkeypatch.setattr(entries, "_RECENT", -60.0)
    store.put(NAME, FILES)
    assert store.has(NAME)
    store.remember_sound()
    return Store(store.root)


def test_what_was_found_sound_is_not_read_again(remembered: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "_verify", lambda folder: pytest.fail("it is read"))
    assert remembered.has(NAME)


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_to_what_was_found_sound_is_noticed(remembered: Store, kind: str) -> None:
    DAMAGE[kind](remembered.path(NAME))
    assert not remembered.has(NAME)
    assert _is_set_aside(remembered)


def test_damage_that_neither_size_nor_time_tells_is_noticed(remembered: Store) -> None:
    file = remembered.path(NAME) / "figure.svg"
    before = file.stat()
    file.write_bytes(FILES["figure.svg"].upper())
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not remembered.has(NAME)


@pytest.mark.parametrize("content", [b"[1", b"[]", json.dumps({NAME: "0"}).encode(), json.dumps({"": {NAME: 0}}).encode()])
def test_a_spoilt_memory_of_what_was_sound_is_as_good_as_none(remembered: Store, content: bytes) -> None:
    (remembered.root / "sound.json").write_bytes(content)
    assert remembered.has(NAME)
    (remembered.path(NAME) / "empty").write_bytes(b"x")
    assert not remembered.has(NAME)


def test_what_was_written_just_now_is_not_remembered_as_sound(store: Store) -> None:
    """Another change might have the same time."""
    store.put(NAME, FILES)
    assert store.has(NAME)
    store.remember_sound()
    assert not (store.root / "sound.json").exists()


def npy(dtype: str, shape: tuple[int, ...], content: bytes = b"") -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": dtype, "fortran_order": False, "shape": shape})
    return stream.getvalue() + content


def zipped(name: str, content: bytes, how: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", how) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def _reseal(entry: Path) -> None:
    content = {path.name: path.read_bytes() for path in entry.iterdir() if path.name != SUMS}
    (entry / SUMS).write_bytes(entries._sums(content))


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("result.json", b"{"),
        ("result.json", b"[]"),
        ("result.json", b'{"scalars": {}}'),
        ("description.json", b"\xff"),
        ("description.json", b'{"seconds": 1}'),
        ("description.json", json.dumps({"fingerprint": OTHER, "seconds": 1}).encode()),
        ("arrays.npz", b"PK"),
        ("arrays.npz", b""),
        ("arrays.npz", zipped("a.npy", npy("<f8", (1 << 50,)))),  # promises 8 PiB
        ("arrays.npz", zipped("a.npy", npy("<f8", (3,), bytes(16)))),
        ("arrays.npz", zipped("a.npy", npy("|O", (1,), pickle.dumps([1])))),
        ("arrays.npz", zipped("a.npy", npy("<f8", (1 << 20,), bytes(8 << 20)), zipfile.ZIP_DEFLATED)),  # unpacks to more
        ("arrays.npz", zipped("a.npy", b"\x93NUMPY\x01\x00" + (9000).to_bytes(2, "little") + b"[" * 9000)),
        ("result.json", b"[" * 100_000),
        ("description.json", b"[" * 100_000),
        ("description.json", b"[]"),
        ("description.json", json.dumps({"fingerprint": NAME, "seconds": "long"}).encode()),
        ("result.json", b'{"scalars": {"x": NaN}, "history": {}, "diverged": false}'),
        ("result.json", b'{"scalars": {"x": Infinity}, "history": {}, "diverged": false}'),
        ("result.json", b'{"scalars": {}, "history": {}, "diverged": "no"}'),
        ("result.json", b'{"scalars": {"x": {"float": "1.0"}}, "history": {}, "diverged": false}'),
        ("result.json", b'{"scalars": {"x": [1]}, "history": {}, "diverged": false}'),
        ("result.json", b'{"scalars": [], "history": {}, "diverged": false}'),
        ("result.json", b'{"scalars": {}, "history": {"a": 1}, "diverged": false}'),
        ("result.json", b'{"scalars": {}, "history": {}, "diverged": false, "more": 1}'),
        ("result.json", b'{"scalars": {"x": ' + b"9" * 5000 + b'}, "history": {}, "diverged": false}'),
    ],
)
def test_files_that_make_no_result_are_damage_even_with_right_sums(store: Store, file: str, content: bytes) -> None:
    store.save_result(NAME, RESULT, 1.0, {})
    (store.path(NAME) / file).write_bytes(content)
    _reseal(store.path(NAME))
    assert store.load_result(NAME) is None
    assert _is_set_aside(store, "do not make a result")


@given(st.sampled_from(["result.json", "arrays.npz"]), st.data())
def test_no_bytes_whatever_make_anything_but_a_result_or_unreadable(name: str, data: st.DataObject) -> None:
    kept = encode(RESULT)
    content = bytearray(kept[name])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    with contextlib.suppress(codec.Spoilt):
        decode({**kept, name: bytes(content)})


@pytest.mark.parametrize("pointer", [b"[" * 100_000, b'{"fingerprint": "../x", "seconds": 1}', b'{"fingerprint": 1}', b"[]"])
def test_a_broken_pointer_is_as_good_as_none(store: Store, pointer: bytes) -> None:
    store.save_result(NAME, RESULT, 2.5, {"slot": "train seed=0"})
    for file in (store.root / "slots").iterdir():
        file.write_bytes(pointer)
    assert store.earlier("train seed=0") is None


def test_an_entry_larger_than_the_memory_is_an_error_with_a_remedy(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.put(NAME, FILES)

    def too_large(path: Path) -> bytes:
        raise MemoryError

    monkeypatch.setattr(Path, "read_bytes", too_large)
    with pytest.raises(StoreError, match="memory") as caught:
        store.get(NAME)
    assert caught.value.remedy
    assert not store.damaged, "it may be sound"


# --- killed, and at the same time -----------------------------------------------------------------------------------

PUBLISH = """
import sys
from pathlib import Path
from report.cache.store import Store
store, name, big = Store(Path(sys.argv[1])), sys.argv[2], bytes(int(sys.argv[3]))
print("ready", flush=True)
sys.stdin.readline()
store.put(name, {f"file{i}": big for i in range(20)})
print("done", flush=True)
"""


def _publisher(root: Path, name: str, size: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PUBLISH, str(root), name, str(size)]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=_environment()
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(REPOSITORY)}


def test_processes_that_publish_the_same_entry_do_each_other_no_harm(store: Store) -> None:
    processes = [_publisher(store.root, NAME, 10_000) for _ in range(4)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        out, err = process.communicate(timeout=60)
        assert (out, err, process.returncode) == ("done\n", "", 0)
    assert store.get(NAME) == {f"file{i}": bytes(10_000) for i in range(20)}
    assert [path.name for path in store.path(NAME).parent.iterdir()] == [NAME]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
def test_whoever_is_killed_while_publishing_leaves_nothing_that_counts(store: Store) -> None:
    interrupted = 0
    for number in range(6):
        name = f"{number:064x}"
        process = _publisher(store.root, name, 1_000_000)
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
        _wait_for(lambda name=name: any(store.path(name).parent.glob(".*/file*")) or store.path(name).exists())  # type: ignore[misc]
        time.sleep(0.004 * number)
        process.kill()
        process.communicate()
        found = store.get(name)
        interrupted += found is None
        assert found is None or len(found) == 20
    assert interrupted
    assert not store.damaged
    assert [name for name in store.fingerprints() if not store.has(name)] == []
    left_over = list(store.root.glob("*/.*"))
    assert left_over
    for path in left_over:
        os.utime(path, (1, 1))  # as if it had happened long ago
    store.sweep(keep=list(store.fingerprints()))
    assert not list(store.root.glob("*/.*"))


def _wait_for(condition: Any) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


@pytest.mark.skipif(sys.platform == "win32", reason="no file size limits there")
def test_a_disk_that_takes_no_more_is_an_error_with_a_remedy_and_leaves_nothing(store: Store) -> None:
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from report.cache.store import Store; from report.errors import StoreError\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))\n"
        "try: Store(Path(sys.argv[1])).put(sys.argv[2], {'small': b'x', 'big': bytes(10_000)})\n"
        "except StoreError as error: print(error.where, '|', error.remedy)\n"
    )
    command = [sys.executable, "-c", script, str(store.root), NAME]
    out = subprocess.run(command, env=_environment(), capture_output=True, text=True, check=True).stdout
    assert str(store.root) in out
    assert "--store DIR" in out
    assert not store.has(NAME)
    assert not list(store.path(NAME).parent.iterdir())


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS, errno.EIO, errno.EDQUOT])
@pytest.mark.parametrize("step", range(5))
def test_every_step_of_publishing_may_fail(store: Store, monkeypatch: pytest.MonkeyPatch, number: int, step: int) -> None:
    steps = [(files, "write"), (files, "sync_folder"), (Path, "replace"), (Path, "mkdir"), (os, "fsync")]

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise OSError(number, os.strerror(number), str(args[0]))

    with monkeypatch.context() as broken:
        broken.setattr(*steps[step], refuse)
        with pytest.raises(StoreError) as caught:
            store.put(NAME, FILES)
    assert os.strerror(number) in caught.value.what
    assert caught.value.where
    assert "--store DIR" in caught.value.remedy
    assert not store.root.exists() or not list(store.root.glob("*/.*"))
    store.put(NAME, FILES)
    assert store.get(NAME) == FILES


def test_a_store_that_is_a_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = Store(tmp_path / "file")
    assert store.get(NAME) is None
    with pytest.raises(StoreError, match="file"):
        store.put(NAME, FILES)


# --- results --------------------------------------------------------------------------------------------------------

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
columns = st.integers(0, 4).flatmap(lambda n: st.dictionaries(st.text(), st.lists(scalars, min_size=n, max_size=n), max_size=3))
dtypes = (
    arrays.boolean_dtypes()
    | arrays.integer_dtypes()
    | arrays.floating_dtypes()
    | arrays.unicode_string_dtypes()
    | arrays.complex_number_dtypes()
)
tensors = arrays.arrays(dtypes, arrays.array_shapes(min_dims=0, min_side=0, max_side=4))
results = st.builds(
    Result,
    scalars=st.dictionaries(st.text(), scalars, max_size=4),
    history=columns,
    arrays=st.dictionaries(st.text(st.characters(codec="utf-8", exclude_characters="\0")), tensors, max_size=3),
    diverged=st.booleans(),
)


@given(results, st.floats(0, 1e9))
@slow_folder
def test_results_come_back_exactly(tmp_path: Path, result: Result, seconds: float) -> None:
    store = Store(tmp_path)
    shutil.rmtree(tmp_path / NAME[:2], ignore_errors=True)
    store.save_result(NAME, result, seconds, {})
    stored = store.load_result(NAME)
    assert stored is not None
    assert repr(stored.result.scalars) == repr(result.scalars)  # repr tells 1, 1.0, True, nan and -0.0 apart
    assert repr(stored.result.history) == repr(result.history)
    assert stored.result.diverged is result.diverged
    assert list(stored.result.arrays) == list(result.arrays)
    for name, array in result.arrays.items():
        back = stored.result.arrays[name]
        assert (back.dtype, back.shape) == (array.dtype, array.shape)
        assert back.tobytes() == array.tobytes()
    assert stored.seconds == seconds


def test_files_are_plain_and_strict(store: Store) -> None:
    store.save_result(NAME, Result(scalars={"loss": math.nan}, arrays={"w": np.ones(3)}), 1.0, {})
    entry = store.path(NAME)

    def fail(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    assert json.loads((entry / "result.json").read_text(), parse_constant=fail)["scalars"] == {"loss": {"float": "nan"}}
    with np.load(entry / "arrays.npz", allow_pickle=False) as archive:
        assert archive["w"].tolist() == [1, 1, 1]


def test_the_same_result_makes_the_same_bytes(tmp_path: Path) -> None:
    one, two = Store(tmp_path / "1"), Store(tmp_path / "2")
    for store in (one, two):
        store.save_result(NAME, RESULT, 1.0, {})
    assert one.get(NAME) == two.get(NAME)


def test_numpy_scalars_become_the_numbers_that_they_are(store: Store) -> None:
    store.save_result(NAME, Result(scalars={"a": np.float32(0.1), "b": np.int64(3), "c": np.bool_(True)}), 1.0, {})  # type: ignore[dict-item]
    stored = store.load_result(NAME)
    assert stored is not None
    assert repr(dict(stored.result.scalars)) == "{'a': 0.10000000149011612, 'b': 3, 'c': True}"
    store.save_result("f" * 64, Result(diverged=np.isnan(math.nan)), 1.0, {})  # type: ignore[arg-type]
    diverged = store.load_result("f" * 64)
    assert diverged is not None
    assert diverged.result.diverged is True


@pytest.mark.parametrize(
    "result",
    [
        Result(scalars={"x": object()}),  # type: ignore[dict-item]
        Result(scalars={"x": np.ones(1)}),  # type: ignore[dict-item]
        Result(scalars={1: 2.0}),  # type: ignore[dict-item]
        Result(scalars={"file": "caf\udce9.csv"}),
        Result(history={"a": [1], "b": [1, 2]}),
        Result(history={"a": [[1]]}),  # type: ignore[list-item]
        Result(arrays={"x": np.array([object()])}),
        Result(diverged="no"),  # type: ignore[arg-type]
        Result(diverged=0),  # type: ignore[arg-type]
    ],
)
def test_what_has_no_plain_form_is_refused(store: Store, result: Result) -> None:
    with pytest.raises(DeclarationError) as caught:
        store.save_result(NAME, result, 1.0, {})
    assert caught.value.remedy
    assert not store.has(NAME)


def test_a_description_says_where_it_was_computed_but_names_nobody(store: Store) -> None:
    store.save_result(NAME, RESULT, 1.0, {})
    description = store.description(NAME)
    assert description is not None
    assert {"python", "torch", "numpy", "system", "processor"} <= description["environment"].keys()
    assert os.uname().nodename not in json.dumps(description["environment"])


CODE = "ef" * 32
SAID = {"parts": {"code": {"e.f": "1"}}, "sources": {"e.f": "def f(): ..."}}
OF_CODE = {"label": "x", "sums": {"code": CODE}, "parts": {"arguments": {"seed": "0"}}}


def test_what_the_code_of_results_says_is_kept_once(store: Store) -> None:
    store.describe_code(CODE, lambda: SAID)
    store.describe_code(CODE, lambda: pytest.fail("it is there"))
    for name in (NAME, OTHER):
        store.save_result(name, RESULT, 1.0, OF_CODE)
        assert "def f" not in (store.path(name) / "description.json").read_text(encoding="utf-8")
        description = store.description(name)
        assert description is not None
        assert description["fingerprint"] == name
        assert description["parts"] == {"arguments": {"seed": "0"}, "code": {"e.f": "1"}}
        assert description["sources"] == SAID["sources"]


def test_a_description_with_the_code_in_it_is_read_as_it_is(store: Store) -> None:
    store.save_result(NAME, RESULT, 1.0, {**SAID, "sums": {"code": CODE}})
    description = store.description(NAME)
    assert description is not None
    assert (description["parts"], description["sources"]) == (SAID["parts"], SAID["sources"])


@pytest.mark.parametrize("content", [b"{", b"[]", b"", json.dumps({**SAID, "fingerprint": OTHER}).encode(), None])
def test_a_spoilt_description_of_code_is_set_aside_and_written_again(store: Store, content: bytes | None) -> None:
    store.describe_code(CODE, lambda: SAID)
    store.save_result(NAME, RESULT, 1.0, OF_CODE)
    if content is None:
        shutil.rmtree(store.path(CODE))
    else:
        (store.path(CODE) / "code.json").write_bytes(content)
        _reseal(store.path(CODE))
    found = store.description(NAME)
    assert found is not None
    assert "code" not in found["parts"]
    assert [each.fingerprint for each in store.damaged] == ([CODE] if content is not None else [])
    assert store.load_result(NAME) is not None, "the result is sound"
    store.describe_code(CODE, lambda: SAID)
    found = store.description(NAME)
    assert found is not None
    assert found["sources"] == SAID["sources"]


def test_describing_code_fails_no_build(tmp_path: Path) -> None:
    Store(tmp_path / "none", read_only=True).describe_code(CODE, lambda: SAID)
    assert not (tmp_path / "none").exists()
    (tmp_path / "file").write_text("")
    Store(tmp_path / "file").describe_code(CODE, lambda: SAID)


def test_what_a_read_only_store_cannot_keep_is_made_each_time(store: Store) -> None:
    reader = Store(store.root, read_only=True)
    assert reader.remember(NAME, lambda: FILES) == FILES
    assert not store.has(NAME)
    store.remember(NAME, lambda: FILES)
    assert reader.remember(NAME, dict) == FILES


def test_what_cannot_be_kept_is_made_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert Store(tmp_path / "file").remember(NAME, lambda: FILES) == FILES


# --- beside the results ---------------------------------------------------------------------------------------------


def test_a_slot_remembers_its_last_entry_and_is_safe_to_lose(store: Store) -> None:
    assert store.earlier("train seed=0") is None
    store.save_result(NAME, RESULT, 2.5, {"slot": "train seed=0"})
    store.save_result(OTHER, RESULT, 3.5, {"slot": "train seed=0"})
    earlier = store.earlier("train seed=0")
    assert earlier is not None
    assert (earlier.fingerprint, earlier.seconds) == (OTHER, 3.5)
    assert store.earlier("train seed=1") is None
    for pointer in (store.root / "slots").iterdir():
        pointer.write_text("{")
    assert store.earlier("train seed=0") is None
    assert store.load_result(NAME) is not None


def test_a_sweep_keeps_what_is_named_and_removes_the_rest(store: Store) -> None:
    for name in (NAME, OTHER):
        store.put(name, FILES)
        store.partial(name).mkdir(parents=True)
        (store.partial(name) / "checkpoint").write_bytes(b"x" * 100)
    (store.root / "damaged" / "old").mkdir(parents=True)
    swept = store.sweep(keep={NAME})
    assert swept.entries == 1
    assert swept.bytes > 220
    assert list(store.fingerprints()) == [NAME]
    assert store.partial(NAME).exists()
    assert not store.partial(OTHER).exists()
    assert not list((store.root / "damaged").iterdir())
    assert not list(store.root.glob("*/.*"))
