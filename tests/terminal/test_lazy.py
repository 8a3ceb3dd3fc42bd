"""Heavy packages load at their first use, whatever that use is."""

import subprocess
import sys

import pytest

PREAMBLE = "import sys; from report.terminal import lazy; lazy.install(); "


def run(code: str) -> str:
    """What ``code`` prints in a fresh interpreter (this one has torch loaded already)."""
    done = subprocess.run([sys.executable, "-c", PREAMBLE + code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_an_import_loads_nothing():
    loaded = "print([m for m in ('torch._C', 'sympy.core', 'matplotlib.figure', 'pandas.core') if m in sys.modules])"
    assert run("import torch, sympy, matplotlib, pandas; " + loaded) == "[]"


def test_another_package_is_loaded_at_its_first_use_from_when_that_is_asked_for():
    loaded = "print('numpy._core' in sys.modules); "
    used = "import torch; print(numpy.ones(2).sum(), torch.ones(2).numpy().sum()); "
    code = "lazy.install('numpy'); import numpy, torch; " + loaded + used + loaded
    assert run(code).splitlines() == ["False", "2.0 2.0", "True"]


def test_listing_the_writeups_loads_no_room_that_computes():
    loaded = "print([m for m in ('report.terminal.bench', 'report.prove.check', 'jinja2', 'numpy') if m in sys.modules])"
    assert run("import build; build.main(['list']); " + loaded).splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import sympy as sp; x = sp.symbols('x'); print(sp.diff(x**2, x))", "2*x"),
        ("import torch.nn.functional as F, torch; print(F.relu(torch.tensor(2.0)).item())", "2.0"),
        ("from torch import nn; print(nn.Linear(2, 3).out_features)", "3"),
        ("import mpmath.libmp as m; print(m is sys.modules['mpmath'].libmp, m.libmpf.__name__)", "True mpmath.libmp.libmpf"),
        ("import sympy as sp; print(sp.nsimplify(sp.Float(0.3)))", "3/10"),
        ("import matplotlib.figure as f; print(f.Figure().axes)", "[]"),
        ("import pandas as pd; print(pd.DataFrame([1]).shape)", "(1, 1)"),
    ],
)
def test_every_way_to_use_one_loads_it(code, expected):
    assert run(code) == expected


def test_a_step_of_an_optimizer_loads_no_compiler_and_a_compiled_function_does():
    start = "import torch; w = torch.nn.Parameter(torch.ones(1)); o = torch.optim.SGD([w], 0.5); "
    step = start + "o.zero_grad(); w.backward(); o.step(); "
    loaded = "print(w.item(), 'torch._dynamo.eval_frame' in sys.modules); "
    compiled = "torch.compile(lambda x: 2 * x, backend='eager')(torch.ones(1)); print(torch._dynamo.disable(o.step) is o.step)"
    assert run(step + loaded + compiled).splitlines() == ["0.5 False", "False"]


def test_a_sum_loads_no_tensors_and_a_sum_of_tensors_does():
    plain = "import sympy as sp; x = sp.symbols('x'); print(x + 1, x + x, 'sympy.combinatorics' in sys.modules); "
    made = "from sympy.tensor.tensor import tensor_indices, TensorHead, TensorIndexType; kind = TensorIndexType('L'); "
    added = "i = tensor_indices('i', kind); p, q = (TensorHead(n, [kind])(i) for n in 'pq'); print(type(p + q).__name__)"
    assert run(plain + made + added).splitlines() == ["x + 1 2*x False", "TensAdd"]


def test_loading_one_leaves_the_others_alone():
    used = "import torch, sympy, matplotlib; print(torch.nn.functional.relu(torch.tensor(-1.0)).item()); "
    assert run(used + "print('matplotlib.figure' in sys.modules)").splitlines() == ["0.0", "False"]


def test_a_package_that_is_not_there_fails_at_its_import():
    code = "sys.meta_path[0].names = {'nowhere'}\ntry:\n import nowhere\nexcept ImportError as e: print(e)"
    assert run(code) == "No module named 'nowhere'"
