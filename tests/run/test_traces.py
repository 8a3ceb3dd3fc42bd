"""A worker that stays notices what a call leaves behind."""

from __future__ import annotations

import importlib
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from report.run.traces import Traces, preloaded, same_start
from tests.project import ROOT


@pytest.fixture(autouse=True)
def put_back() -> Iterator[None]:
    kept = torch.are_deterministic_algorithms_enabled(), torch.get_num_threads()
    importlib.import_module("torch._dynamo")
    same_start("0" * 64)
    yield
    torch.use_deterministic_algorithms(kept[0])
    torch.set_num_threads(kept[1])


def test_work_leaves_nothing() -> None:
    before = Traces()
    net = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(8, 2))
    optimizer = torch.optim.Adam(net.parameters(), fused=True)
    with torch.autocast("cpu", torch.bfloat16):
        loss = net(torch.randn(3, 1, 4, 4)).float().square().sum()
    loss.backward()
    optimizer.step()
    np.linalg.svd(np.random.default_rng(0).normal(size=(5, 5)))
    torch.set_default_dtype(torch.float64)  # put back, as the generators are, before the next trial
    same_start("0" * 64)
    assert before.left() == []


def test_disorder_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    before = Traces()
    monkeypatch.setenv("UNTIDY", "1")
    assert before.left() == ["environment"]
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert before.left() == ["folder"]
    monkeypatch.undo()
    monkeypatch.setattr(torch.nn.functional, "relu", torch.sin)
    assert before.left() == ["relu of a library"]
    monkeypatch.undo()
    monkeypatch.setattr(torch.Tensor, "mean", torch.Tensor.sum)
    assert before.left() == ["torch's tensors"]
    monkeypatch.undo()
    monkeypatch.setattr(sys, "stdout", sys.stderr)
    assert before.left() == ["hooks"]
    monkeypatch.undo()
    with np.errstate(all="raise"):
        assert before.left() == ["numpy's errors"]
    with warnings.catch_warnings():
        warnings.simplefilter("error", BytesWarning)
        assert before.left() == ["warnings"]
    with torch.inference_mode():
        assert before.left() == ["torch's gradients"]
    torch.set_flush_denormal(True)
    assert before.left() == ["torch's small numbers"]
    torch.set_flush_denormal(False)
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    assert before.left() == ["threads"]
    done.set()
    thread.join()
    assert before.left() == []


@pytest.mark.parametrize("packages", [(), ("python", "numpy", "pandas"), ("python", "torch"), ("a-library-of-nets",)])
def test_torch_is_loaded_for_calls_that_may_use_it(packages: tuple[str, ...]) -> None:
    assert ("torch" in preloaded(packages)) is bool({"torch", "a-library-of-nets"}.intersection(packages))


@pytest.mark.parametrize(("packages", "loaded"), [(("python", "numpy", "pandas"), False), (("python", "torch"), True)])
def test_nobody_waits_for_torch_whose_calls_cannot_use_it(packages: tuple[str, ...], loaded: bool) -> None:
    begins = "import sys; from report.run.traces import same_start; same_start('1' * 64, sys.argv[1:])"
    loads = f"{begins}; print('torch' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", loads, *packages], capture_output=True, text=True, check=True, cwd=ROOT)
    assert said.stdout.strip() == str(loaded)
