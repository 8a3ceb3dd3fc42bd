"""Edits of little programs: whatever changes what a trial returns changes its fingerprint; whatever cannot does not.

For each edit the truth is found by running the program before and after.
"""

# ruff: noqa: E501  # a little program to a line is easier to compare than one to a paragraph
from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from report.errors import DeclarationError
from tests.cache.worlds import World

Files = Mapping[str, str]


@pytest.fixture
def world(importable: Path) -> World:
    return World(importable)


def run(expression: str) -> str:
    return f"def run(): return {expression}\n"


# --- edits that change a result, and must be noticed ------------------------------------------------------------------------

NOTICED: dict[str, tuple[Files, Files, Any, Any]] = {
    "a constant of a helper of a helper": (
        {"main.py": "from ha import f\n" + run("f(1.0)"), "ha.py": "from hb import g\ndef f(x): return g(x) + 1\n", "hb.py": "def g(x): return x * 2\n"},
        {"hb.py": "def g(x): return x * 3\n"}, 3.0, 4.0,
    ),
    "a table that is changed under another name, taken as an attribute": (
        {"main.py": "import plug\nimport reg\n" + run("sum(reg.TABLE)"), "reg.py": "TABLE = [1]\n", "plug.py": "import reg\nTABLE = reg.TABLE\n"},
        {"plug.py": "import reg\nTABLE = reg.TABLE\nTABLE.append(1)\n"}, 1, 2,
    ),
    "an attribute of a base class": (
        {"main.py": "from base import Base\nclass Net(Base):\n    def out(self, x): return x * self.gain\n" + run("Net().out(1.0)"), "base.py": "class Base:\n    gain = 2\n"},
        {"base.py": "class Base:\n    gain = 7\n"}, 2.0, 7.0,
    ),
    "a module that was absent": (
        {"main.py": "try:\n    from fast import f\nexcept ImportError:\n    from slow import f\n" + run("f(1.0)"), "slow.py": "def f(x): return x\n"},
        {"fast.py": "def f(x): return x + 9\n"}, 1.0, 10.0,
    ),
    "the body of a decorator": (
        {"main.py": "from deco import times\n@times(2)\ndef core(x): return x\n" + run("core(1.0)"), "deco.py": "import functools\ndef times(k):\n    def deco(f):\n        @functools.wraps(f)\n        def inner(*a): return f(*a) * k + 0\n        return inner\n    return deco\n"},
        {"deco.py": "import functools\ndef times(k):\n    def deco(f):\n        @functools.wraps(f)\n        def inner(*a): return f(*a) * k + 5\n        return inner\n    return deco\n"}, 2.0, 7.0,
    ),
    "a default": (
        {"main.py": "import consts\ndef core(x, k=consts.K): return x * k\n" + run("core(1.0)"), "consts.py": "K = 2\n"},
        {"consts.py": "K = 4\n"}, 2.0, 4.0,
    ),
    "a format and a pattern": (
        {"main.py": "import consts\ndef run():\n    s = f'{1.23456:{consts.FMT}}'\n    match 3:\n        case consts.THREE: k = 1.0\n        case _: k = 0.0\n    return float(s) + k\n", "consts.py": "FMT = '.3f'\nTHREE = 3\n"},
        {"consts.py": "FMT = '.1f'\nTHREE = 4\n"}, 2.2350000000000003, 1.2,
    ),
    "a table of partials": (
        {"main.py": "from tab import TAB\n" + run("TAB['a'](1.0)"), "tab.py": "from functools import partial\ndef mul(x, k): return x * k\nTAB = {n: partial(mul, k=i + 2) for i, n in enumerate('abc')}\n"},
        {"tab.py": "from functools import partial\ndef mul(x, k): return x * k + 1\nTAB = {n: partial(mul, k=i + 2) for i, n in enumerate('abc')}\n"}, 2.0, 3.0,
    ),
    "behind a re-export": (
        {"main.py": "from pack import f\n" + run("f(1.0)"), "pack/__init__.py": "from .impl import f\n", "pack/impl.py": "def f(x): return x + 1\n"},
        {"pack/impl.py": "def f(x): return x + 2\n"}, 2.0, 3.0,
    ),
    "a registry that another module fills": (
        {"main.py": "import mine\nfrom acts import ACTS\n" + run("ACTS['swish'](1.0)"), "acts.py": "ACTS = {}\n", "mine.py": "from acts import ACTS\ndef swish(x): return x * 2\nACTS['swish'] = swish\n"},
        {"mine.py": "from acts import ACTS\ndef swish(x): return x * 3\nACTS['swish'] = swish\n"}, 2.0, 3.0,
    ),
    "a helper that another module replaces": (
        {"main.py": "import patch\nimport lib\n" + run("lib.f(1.0)"), "lib.py": "def f(x): return x\n", "patch.py": "import lib\ndef better(x): return x + 1\nlib.f = better\n"},
        {"patch.py": "import lib\ndef better(x): return x + 5\nlib.f = better\n"}, 2.0, 6.0,
    ),
    "a helper that another module replaces by setattr": (
        {"main.py": "import patch\nfrom lib import f\nimport lib\n" + run("lib.f(1.0)"), "lib.py": "def f(x): return x\n", "patch.py": "import lib\nBY = 1\nlib.f = lambda x: x + BY\n"},
        {"patch.py": "import lib\nBY = 5\nlib.f = lambda x: x + BY\n"}, 2.0, 6.0,
    ),
    "a patch that comes to be imported": (
        {"main.py": "import lib\n" + run("lib.f(1.0)"), "lib.py": "def f(x): return x\n", "patch.py": "import lib\nlib.f = lambda x: x + 1\n"},
        {"main.py": "import lib\nimport patch\n" + run("lib.f(1.0)")}, 1.0, 2.0,
    ),
    "a patch of a patch": (
        {"main.py": "import one\nimport two\nimport lib\n" + run("lib.RATE"), "lib.py": "RATE = 1\n", "one.py": "import lib\nlib.RATE = 2\n", "two.py": "import lib\nlib.RATE = 3\n"},
        {"main.py": "import two\nimport one\nimport lib\n" + run("lib.RATE")}, 3, 2,
    ),
    "order of bindings": (
        {"main.py": "RATE = 1\nSCALE = RATE * 2\nRATE = 5\n" + run("SCALE")},
        {"main.py": "RATE = 1\nRATE = 5\nSCALE = RATE * 2\n" + run("SCALE")}, 2, 10,
    ),
    "order of bindings, through a function": (
        {"main.py": "RATE = 1\ndef twice(): return RATE * 2\nSCALE = twice()\nRATE = 5\n" + run("SCALE")},
        {"main.py": "RATE = 1\ndef twice(): return RATE * 2\nRATE = 5\nSCALE = twice()\n" + run("SCALE")}, 2, 10,
    ),
    "order of a change and a use": (
        {"main.py": "TABLE = [1]\nSCALE = sum(TABLE)\nTABLE.append(5)\n" + run("SCALE")},
        {"main.py": "TABLE = [1]\nTABLE.append(5)\nSCALE = sum(TABLE)\n" + run("SCALE")}, 1, 6,
    ),
    "a constant and a name of the same text": (
        {"main.py": "def go(x, inf=2.0): return x * inf\n" + run("go(3.0)")},
        {"main.py": "def go(x, inf=2.0): return x * 1e999\n" + run("go(3.0)")}, 6.0, float("inf"),
    ),
    "a table that a call fills": (
        {"main.py": "TABLE = []\ndef fill(t, n):\n    t.append(n)\n    return n\nA = fill(TABLE, 2)\n" + run("sum(TABLE)")},
        {"main.py": "TABLE = []\ndef fill(t, n):\n    t.append(n)\n    return n\nA = fill(TABLE, 8)\n" + run("sum(TABLE)")}, 2, 8,
    ),
    "a table under another name": (
        {"main.py": "TABLE = []\nALIAS = TABLE\nALIAS.append(2)\n" + run("sum(TABLE)")},
        {"main.py": "TABLE = []\nALIAS = TABLE\nALIAS.append(8)\n" + run("sum(TABLE)")}, 2, 8,
    ),
    "a table in a table": (
        {"main.py": "TABLE = []\nBOX = {'t': TABLE}\nBOX['t'].append(2)\n" + run("sum(TABLE)")},
        {"main.py": "TABLE = []\nBOX = {'t': TABLE}\nBOX['t'].append(8)\n" + run("sum(TABLE)")}, 2, 8,
    ),
    "a partial that registers": (
        {"main.py": "from functools import partial\nTABLE = []\ndef put(t, f):\n    t.append(f)\n    return f\nregister = partial(put, TABLE)\n@register\ndef one(): return 2\n" + run("TABLE[0]()")},
        {"main.py": "from functools import partial\nTABLE = []\ndef put(t, f):\n    t.append(f)\n    return f\nregister = partial(put, TABLE)\n@register\ndef one(): return 8\n" + run("TABLE[0]()")}, 2, 8,
    ),
    "an object that registers": (
        {"main.py": "class R:\n    def __init__(self): self.all = []\n    def __call__(self, f):\n        self.all.append(f)\n        return f\nregister = R()\n@register\ndef one(): return 2\n" + run("register.all[0]()")},
        {"main.py": "class R:\n    def __init__(self): self.all = []\n    def __call__(self, f):\n        self.all.append(f)\n        return f\nregister = R()\n@register\ndef one(): return 8\n" + run("register.all[0]()")}, 2, 8,
    ),
    "a method that registers": (
        {"main.py": "import reg\nimport plug\n" + run("reg.TABLE['one']()"), "reg.py": "TABLE = {}\n", "plug.py": "import reg\ndef one(): return 2\nreg.TABLE.update(one=one)\n"},
        {"plug.py": "import reg\ndef one(): return 8\nreg.TABLE.update(one=one)\n"}, 2, 8,
    ),
    "a method of a registry in another module": (
        {"main.py": "import plug\nfrom reg import REG\n" + run("REG.all[0]()"), "reg.py": "class Registry:\n    def __init__(self): self.all = []\n    def enter(self, f): self.all.append(f)\nREG = Registry()\n", "plug.py": "from reg import REG\ndef one(): return 2\nREG.enter(one)\n"},
        {"plug.py": "from reg import REG\ndef one(): return 8\nREG.enter(one)\n"}, 2, 8,
    ),
    "a plugin that is imported for its effect": (
        {"main.py": "import plugin\nfrom reg import TABLE\n" + run("TABLE[0]()"), "reg.py": "TABLE = []\n", "plugin.py": "from reg import TABLE\ndef one(): return 2\nTABLE.append(one)\n"},
        {"plugin.py": "from reg import TABLE\ndef one(): return 8\nTABLE.append(one)\n"}, 2, 8,
    ),
    "a plugin of a package": (
        {"main.py": "import pack\nfrom reg import TABLE\n" + run("TABLE[0]()"), "reg.py": "TABLE = []\n", "pack/__init__.py": "from . import a\n", "pack/a.py": "from reg import TABLE\nTABLE += [lambda: 2]\n"},
        {"pack/a.py": "from reg import TABLE\nTABLE += [lambda: 8]\n"}, 2, 8,
    ),
    "a subclass that registers itself": (
        {"main.py": "class Base:\n    registry = []\n    def __init_subclass__(cls): cls.registry.append(cls)\nclass Sub(Base):\n    v = 2\n" + run("Base.registry[0].v")},
        {"main.py": "class Base:\n    registry = []\n    def __init_subclass__(cls): cls.registry.append(cls)\nclass Sub(Base):\n    v = 8\n" + run("Base.registry[0].v")}, 2, 8,
    ),
    "a metaclass that registers": (
        {"main.py": "class Meta(type):\n    all = []\n    def __init__(cls, *a):\n        super().__init__(*a)\n        cls.all.append(cls)\nclass Base(metaclass=Meta): pass\nclass Sub(Base):\n    v = 2\n" + run("Base.all[-1].v")},
        {"main.py": "class Meta(type):\n    all = []\n    def __init__(cls, *a):\n        super().__init__(*a)\n        cls.all.append(cls)\nclass Base(metaclass=Meta): pass\nclass Sub(Base):\n    v = 8\n" + run("Base.all[-1].v")}, 2, 8,
    ),
    "an attribute of a function": (
        {"main.py": "def f(): return f.gain\nf.gain = 2\n" + run("f()")},
        {"main.py": "def f(): return f.gain\nf.gain = 8\n" + run("f()")}, 2, 8,
    ),
    "a decorator that marks": (
        {"main.py": "def mark(g):\n    def deco(f):\n        f.gain = g\n        return f\n    return deco\n@mark(2)\ndef f(): return 1\n" + run("f.gain")},
        {"main.py": "def mark(g):\n    def deco(f):\n        f.gain = g\n        return f\n    return deco\n@mark(8)\ndef f(): return 1\n" + run("f.gain")}, 2, 8,
    ),
    "a callback": (
        {"main.py": "TABLE = []\nlist(map(TABLE.append, [2]))\n" + run("TABLE[0]")},
        {"main.py": "TABLE = []\nlist(map(TABLE.append, [8]))\n" + run("TABLE[0]")}, 2, 8,
    ),
    "a callback, bound": (
        {"main.py": "TABLE = []\n_ = [TABLE.append(x) for x in (2,)]\n" + run("TABLE[0]")},
        {"main.py": "TABLE = []\n_ = [TABLE.append(x) for x in (8,)]\n" + run("TABLE[0]")}, 2, 8,
    ),
    "a callback in a lambda": (
        {"main.py": "TABLE = []\n_ = sorted([2], key=lambda x: TABLE.append(x) or x)\n" + run("TABLE[0]")},
        {"main.py": "TABLE = []\n_ = sorted([8], key=lambda x: TABLE.append(x) or x)\n" + run("TABLE[0]")}, 2, 8,
    ),
    "a loop that fills": (
        {"main.py": "TABLE = {}\nfor k in range(3):\n    TABLE[k] = k * 2\n" + run("TABLE[2]")},
        {"main.py": "TABLE = {}\nfor k in range(3):\n    TABLE[k] = k * 8\n" + run("TABLE[2]")}, 4, 16,
    ),
    "an operator that registers": (
        {"main.py": "class Bus:\n    def __init__(self): self.all = []\n    def __lshift__(self, f): self.all.append(f)\nBUS = Bus()\nBUS << 2\n" + run("BUS.all[0]")},
        {"main.py": "class Bus:\n    def __init__(self): self.all = []\n    def __lshift__(self, f): self.all.append(f)\nBUS = Bus()\nBUS << 8\n" + run("BUS.all[0]")}, 2, 8,
    ),
    "a deletion": (
        {"main.py": "TABLE = {1: 2, 3: 4}\n" + run("len(TABLE)")},
        {"main.py": "TABLE = {1: 2, 3: 4}\ndel TABLE[1]\n" + run("len(TABLE)")}, 2, 1,
    ),
    "which of two equal tables is filled": (
        {"main.py": "A = []\nB = []\nA.append(1)\n" + run("len(A) + 2 * len(B)")},
        {"main.py": "A = []\nB = []\nB.append(1)\n" + run("len(A) + 2 * len(B)")}, 1, 2,
    ),
    "which of two equal constants is replaced": (
        {"main.py": "import lib\nimport patch\n" + run("lib.A + 2 * lib.B"), "lib.py": "A = 1\nB = 1\n", "patch.py": "import lib\nlib.A = 5\n"},
        {"patch.py": "import lib\nlib.B = 5\n"}, 7, 11,
    ),
    "which of two equal classes is meant": (
        {"main.py": "class A: pass\nclass B: pass\ndef weight(x): return 1 if isinstance(x, A) else 2\n" + run("weight(A())")},
        {"main.py": "class A: pass\nclass B: pass\ndef weight(x): return 1 if isinstance(x, B) else 2\n" + run("weight(A())")}, 1, 2,
    ),
    "which of two sentinels is meant": (
        {"main.py": "A = object()\nB = object()\n" + run("1 if A is A else 2")},
        {"main.py": "A = object()\nB = object()\n" + run("1 if A is B else 2")}, 1, 2,
    ),
    "a name that is printed": (
        {"main.py": "class Net: pass\n" + run("len(str(Net))")},
        {"main.py": "class Network: pass\n" + run("len(str(Network))")}, 18, 22,
    ),
    "a name that is asked for": (
        {"main.py": "def step(): pass\n" + run("len(step.__name__)")},
        {"main.py": "def stride(): pass\n" + run("len(stride.__name__)")}, 4, 6,
    ),
    "the name of an exception's class": (
        {"main.py": "class Bad(Exception): pass\ndef run():\n    try: raise Bad(1)\n    except Bad as e: return len(repr(e))\n"},
        {"main.py": "class Worse(Exception): pass\ndef run():\n    try: raise Worse(1)\n    except Worse as e: return len(repr(e))\n"}, 6, 8,
    ),
    "a name of a module that is asked for": (
        {"main.py": "from lib import where\n" + run("where()"), "lib.py": "def where(): return __name__\n"},
        {"main.py": "from bil import where\n" + run("where()"), "bil.py": "def where(): return __name__\n"}, "lib", "bil",
    ),
    "swapped branches of imports": (
        {"main.py": "FAST = True\nif FAST:\n    from a import f\nelse:\n    from b import f\n" + run("f()"), "a.py": "def f(): return 1\n", "b.py": "def f(): return 2\n"},
        {"main.py": "FAST = True\nif FAST:\n    from b import f\nelse:\n    from a import f\n" + run("f()")}, 1, 2,
    ),
    "a cycle": (
        {"main.py": "def even(n): return n == 0 or odd(n - 1)\ndef odd(n): return n != 0 and even(n - 1)\n" + run("even(4)")},
        {"main.py": "def even(n): return n == 0 or odd(n - 1)\ndef odd(n): return n != 0 and odd(n - 1)\n" + run("even(4)")}, True, False,
    ),
    "which of two in a cycle": (
        {"main.py": "def f(n): return n < 2 or g(n - 1)\ndef g(n): return n > 9 and f(n - 1)\n" + run("f(5)")},
        {"main.py": "def f(n): return n < 2 or g(n - 1)\ndef g(n): return n > 9 and f(n - 1)\n" + run("g(1)")}, False, False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", NOTICED)
def test_an_edit_that_changes_a_result_is_noticed(world: World, kind: str) -> None:
    before, after, first, second = NOTICED[kind]
    world.write(before)
    code = world.code()
    assert world.result() == first
    world.write(after)
    assert world.result() == second
    assert world.code() != code


LIBRARIES = {
    "numpy's error state": ("import strict\n" + run("1"), "strict.py", "import numpy as np\nnp.seterr(over={!r})\n", "raise", "ignore"),
    "torch's default type": ("import setup\n" + run("1"), "setup.py", "import torch\ntorch.set_default_dtype(torch.{})\n", "float64", "float32"),
    "a seed": (run("1"), "main.py", "import torch\ntorch.manual_seed({})\n" + run("1"), "0", "1"),
    "a seed, bound": (run("1"), "main.py", "import torch\n_ = torch.manual_seed({})\n" + run("1"), "0", "1"),
    "a seed, in a function": (run("1"), "main.py", "import random\ndef begin(n): random.seed(n)\nbegin({})\n" + run("1"), "0", "1"),
    "a seed, in a function of another": ("import lib\nlib.begin()\n" + run("1"), "lib.py", "import random\ndef begin(): random.seed({})\n", "0", "1"),
    "a flag": (run("1"), "main.py", "import torch\ntorch.backends.mkldnn.enabled = {}\n" + run("1"), "True", "False"),
    "a warning": (run("1"), "main.py", "import warnings\nwarnings.filterwarnings({!r})\n" + run("1"), "error", "ignore"),
    "a context": (run("1"), "main.py", "import decimal\ndecimal.getcontext().prec = {}\n" + run("1"), "5", "50"),
}  # fmt: skip


@pytest.mark.parametrize("kind", LIBRARIES)
def test_what_importing_does_to_a_library_counts_for_everybody(world: World, kind: str) -> None:
    main, file, text, one, two = LIBRARIES[kind]
    codes = []
    for word in (one, two):
        world.replace({"main.py": main, file: text.format(word)})
        codes.append(world.code())
    assert codes[0] != codes[1]


# --- edits that cannot change a result, and run nothing -----------------------------------------------------------------------

BASE = {
    "main.py": "from lib import f\nimport lib\ndef unused(): return lib.SCALE\n" + run("f(1.0)"),
    "lib.py": "import math\nSCALE = 2\nOTHER = 3\nclass Layer:\n    size = 1\ndef g(x): return x * SCALE\ndef f(x): return g(x) + math.floor(2.5) + Layer().size\n",
}
STAYS: dict[str, Files] = {
    "a comment": {"lib.py": "# a word\n" + BASE["lib.py"]},
    "a constant that nobody reaches": {"lib.py": BASE["lib.py"].replace("OTHER = 3", "OTHER = 4")},
    "another constant": {"lib.py": BASE["lib.py"] + "MORE = sum([1, 2])\n"},
    "a function renamed": {"main.py": BASE["main.py"].replace("import f", "import h").replace("f(1.0)", "h(1.0)"), "lib.py": BASE["lib.py"].replace("def f(", "def h(")},
    "a helper renamed": {"lib.py": BASE["lib.py"].replace("g(x)", "double(x)")},
    "a constant renamed": {"main.py": BASE["main.py"].replace("SCALE", "FACTOR"), "lib.py": BASE["lib.py"].replace("SCALE", "FACTOR")},
    "a class renamed": {"lib.py": BASE["lib.py"].replace("Layer", "Stratum")},
    "another way to import": {"main.py": "import lib as library\ndef run(): return library.f(1.0)\n"},
    "an alias": {"main.py": "from lib import f as g\ndef run(): return g(1.0)\n"},
    "blank lines": {"main.py": BASE["main.py"] + "\n\n"},
    "a module moved": {"main.py": BASE["main.py"].replace("lib", "pack.tools"), "pack/__init__.py": "", "pack/tools.py": BASE["lib.py"], "lib.py": ""},
    "a module split": {"main.py": "from lib import f\n" + run("f(1.0)"), "lib.py": "from parts import g, Layer\nimport math\ndef f(x): return g(x) + math.floor(2.5) + Layer().size\n", "parts.py": "SCALE = 2\nclass Layer:\n    size = 1\ndef g(x): return x * SCALE\n"},
    "modules joined": {"main.py": BASE["lib.py"] + run("f(1.0)"), "lib.py": ""},
    "functions reordered": {"lib.py": "import math\ndef f(x): return g(x) + math.floor(2.5) + Layer().size\ndef g(x): return x * SCALE\nclass Layer:\n    size = 1\nOTHER = 3\nSCALE = 2\n"},
    "a table for others": {"lib.py": BASE["lib.py"] + "LOOKS = {}\nLOOKS['a'] = f\nLOOKS.update(b=g)\n"},
    "a figure that uses what the trial uses": {"lib.py": BASE["lib.py"] + "def draw(runs): return f(SCALE)\nFIGURES = dict(a=draw)\n"},
    "an alias of the library": {"lib.py": BASE["lib.py"].replace("import math", "import math as m").replace("math.floor", "m.floor")},
    "from the library by name": {"lib.py": BASE["lib.py"].replace("import math", "from math import floor as down").replace("math.floor", "down")},
    "another import": {"main.py": "import other\n" + BASE["main.py"], "other.py": "X = [1]\nX.append(2)\ndef draw(): return X\n"},
    "relative to absolute": {"lib.py": BASE["lib.py"] + "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import main\n"},
    "a call that makes something": {"lib.py": BASE["lib.py"] + "def make(n):\n    made = []\n    for i in range(n): made.append(i * SCALE)\n    return made\nGRID = make(SCALE)\n"},
    "the order of unrelated calls": {"lib.py": BASE["lib.py"] + "A = sorted([2, 1])\nB = sorted([4, 3])\n"},
}  # fmt: skip


@pytest.mark.parametrize("kind", STAYS)
def test_an_edit_that_cannot_change_a_result_runs_nothing(world: World, kind: str) -> None:
    world.write(BASE)
    code, result = world.code(), world.result()
    assert result == 5.0
    world.write(STAYS[kind])
    assert world.result() == result
    assert world.code() == code


def test_a_trial_keeps_its_result_when_it_and_its_file_and_its_classes_are_renamed(world: World) -> None:
    source = "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass Net:\n    width: int\n    inner: 'Net | None' = None\ndef run(context, net): return net.width\n"
    world.write({"main.py": source})
    function = world.function()
    net = sys.modules["main"].Net
    before = world.mark(net=net(3, net(4)))
    assert function(None, net(3)) == 3
    world.replace({"pack/__init__.py": "", "pack/nets.py": source.replace("Net", "Network").replace("run", "walk")})
    world.function("pack.nets", "walk")
    net = sys.modules["pack.nets"].Network
    after = world.mark("pack.nets", "walk", net=net(3, net(4)))
    assert after.digest == before.digest
    assert after.parts["arguments"] == {"net": "pack.nets.Network(width=3, inner=pack.nets.Network(width=4, inner=None))"}
    assert world.mark("pack.nets", "walk", net=net(3, net(5))).digest != before.digest


def test_two_classes_that_say_the_same_are_told_apart_where_code_can_tell(world: World) -> None:
    nouns = "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass A:\n    x: int = 1\n@dataclass(frozen=True)\nclass B:\n    x: int = 1\n"
    world.write({"main.py": nouns + "def run(context, it): return isinstance(it, A)\ndef blind(context, it): return it.x\n"})
    world.function()
    main = sys.modules["main"]
    assert world.mark(it=main.A()).digest != world.mark(it=main.B()).digest
    assert world.mark(it=(main.A(), main.B())).digest != world.mark(it=(main.B(), main.A())).digest
    assert world.mark("main", "blind", it=main.A()).digest == world.mark("main", "blind", it=main.B()).digest


# --- what cannot be followed is refused -----------------------------------------------------------------------------------------

REFUSED = [
    "import configparser\ndef run():\n    c = configparser.ConfigParser()\n    c.read('s.ini')\n    return float(c['net']['lr'])",
    "import xml.etree.ElementTree as ET\ndef run(): return float(ET.parse('a.xml').getroot().text)",
    "import gzip\ndef run():\n    with gzip.open('x.gz', 'rt') as f: return float(f.read())",
    "import bz2\ndef run(): return bz2.open('x').read()",
    "import lzma\ndef run(): return lzma.open('x').read()",
    "import codecs\ndef run(): return codecs.open('c.txt', 'r', 'utf-8').read()",
    "import zipfile\ndef run(): return zipfile.ZipFile('c.zip').read('a')",
    "import tarfile\ndef run(): return tarfile.open('c.tar').getnames()",
    "import io\ndef run(): return io.FileIO('x').read()",
    "import _io\ndef run(): return _io.open('x').read()",
    "import linecache\ndef run(): return linecache.getline('x', 1)",
    "import fileinput\ndef run(): return list(fileinput.input('x'))",
    "import shelve\ndef run(): return shelve.open('x')['a']",
    "import sqlite3\ndef run(): return sqlite3.connect('x')",
    "import urllib.request\ndef run(): return urllib.request.urlopen('file:x').read()",
    "import glob\ndef run(): return glob.glob('*')",
    "import os\ndef run(): return os.stat('x').st_size",
    "import os\ndef run(): return os.listdir('.')",
    "import os\ndef run(): return os.environb[b'A']",
    "import os.path\ndef run(): return os.path.exists('x')",
    "from os.path import getmtime\ndef run(): return getmtime('x')",
    "from pathlib import Path\ndef run(): return Path('x').exists()",
    "from pathlib import Path\ndef run(): return list(Path('x').iterdir())",
    "import time\ndef run(): return time.time()",
    "from time import time\ndef run(): return time()",
    "import datetime\ndef run(): return datetime.datetime.now()",
    "from datetime import date\ndef run(): return date.today()",
    "import uuid\ndef run(): return uuid.uuid4()",
    "import platform\ndef run(): return platform.node()",
    "import sys\ndef run(): return sys._getframe().f_lineno",
    "import traceback\ndef run(): return traceback.extract_stack()",
    "import pandas as pd\ndef run(): return pd.read_csv('d.csv')['x'].mean()",
    "import numpy as np\ndef run(): return np.loadtxt('d.txt')",
    "import numpy as np\ndef run():\n    name = 'd.npy'\n    return np.load(name)",
    "import numpy as np\nNAME = 'd.npy'\ndef run(): return np.load(NAME)",
    "import numpy as np\ndef run(i): return np.load(f'd{i}.npy')",
    "import numpy as np\ndef run(): return np.genfromtxt(fname='d.csv')",
    "import numpy as np\nfrom pathlib import Path\ndef run(): return np.fromfile(Path('d') / 'x')",
    "import torch\ndef run(): return torch.load('x.pt')",
    "from PIL import Image\ndef run(): return Image.open('x.png')",
    "import matplotlib.pyplot as plt\ndef run(): return plt.imread('x.png')",
    "TABLE = {}\ndef register(f):\n    TABLE[f.__name__] = f\n    return f\n@register\ndef one(): return 1\ndef run(): return TABLE['one']()",
    "class Layer:\n    kinds = {}\n    def __init_subclass__(cls): Layer.kinds[cls.__name__] = cls\nclass D(Layer): pass\ndef run(): return Layer.kinds['D']",
    "ALL = []\nclass Meta(type):\n    def __init__(cls, *a): ALL.append(cls)\nclass Base(metaclass=Meta): pass\ndef run(): return ALL",
    "import lib\nsetattr(lib, 'R' + 'ATE', 2)\ndef run(): return lib.RATE",
    "TABLE = []\nglobals()['TABLE'].append(1)\ndef run(): return TABLE",
    "TABLE = []\nexec('TABLE.append(1)')\ndef run(): return TABLE",
]  # fmt: skip


@pytest.mark.parametrize("source", REFUSED)
def test_what_looks_at_what_is_in_no_fingerprint_is_refused(world: World, source: str) -> None:
    world.write({"main.py": source + "\n", "lib.py": "RATE = 1\n"})
    with pytest.raises(DeclarationError) as caught:
        world.code()
    assert caught.value.where is not None
    assert caught.value.where.line
    assert caught.value.remedy


ALLOWED = [
    "import io\nimport torch\ndef run(b): return torch.load(io.BytesIO(b))",
    "import json\ndef run(): return json.loads('[1]')",
    "import time\ndef run(): return time.perf_counter()",
    "import xml.etree.ElementTree as ET\ndef run(): return ET.fromstring('<a/>').tag",
    "import pandas as pd\nimport io\ndef run(): return pd.read_csv(io.StringIO('x\\n1')).x[0]",
    "import os.path\ndef run(): return os.path.join('a', 'b')",
    "import datetime\ndef run(): return datetime.date(2020, 1, 1)",
    "def load(x): return x\ndef run(b): return load(b)",
    "import random\ndef run(seed): return random.Random(seed).random()",
    "try:\n    from absent_package import f\nexcept ImportError:\n    from own import f\ndef run(): return f()",
    "try:\n    import absent_package\nexcept ImportError:\n    absent_package = None\ndef run(): return absent_package",
    f"def run(): return 0x{'f' * 5000}",
]  # fmt: skip


@pytest.mark.parametrize("source", ALLOWED)
def test_what_looks_at_nothing_else_is_allowed(world: World, source: str) -> None:
    world.write({"main.py": source + "\n", "own.py": "def f(): return 3\n"})
    assert world.mark().digest


def test_a_package_that_may_be_absent_counts_when_it_comes(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.write(
        {
            "main.py": "try:\n    from newcomer import f\nexcept ImportError:\n    from own import f\n" + run("f()"),
            "own.py": "def f(): return 3\n",
        }
    )
    before = world.mark()
    assert before.parts["packages"]["newcomer"] == "absent"
    monkeypatch.setattr("report.cache.fingerprint.version_of", lambda name: "1.0")
    assert world.mark().digest != before.digest
