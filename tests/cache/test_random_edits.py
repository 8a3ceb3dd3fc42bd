"""Random little programs, edited at random: their digests against what running them gives."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from report.errors import DeclarationError
from tests.cache.worlds import World

MODULES = ("lib", "reg", "plug", "main")
HEAD = """
RATE = 1
SCALE = 2
TABLE = [1]
BOX = []
def f(x): return x
def g(x): return -x
def fill(t, n):
    t.append(n)
    return n
def mark(t):
    def deco(f):
        t.append(1)
        return f
    return deco
"""


class Program:
    """Four modules of a few statements each; ``main.run`` looks at some of what they hold."""

    def __init__(self, draw: random.Random):
        self.draw = draw
        self.statements = {module: [self.statement(module) for _ in range(draw.randint(1, 5))] for module in MODULES[:3]}
        self.imports = {"lib": [], "reg": ["lib"], "plug": ["lib", "reg"], "main": draw.sample(["lib", "reg", "plug"], 3)}
        self.result = [self.look() for _ in range(3)]

    def number(self) -> str:
        return str(self.draw.randint(1, 9))

    def place(self, module: str) -> str:
        """A variable of this module, or of one that it imports."""
        seen = {"lib": ["lib"], "reg": ["reg", "lib"], "plug": ["plug", "lib", "reg"], "main": ["lib", "reg", "plug"]}[module]
        where = self.draw.choice(seen)
        name = self.draw.choice(["RATE", "SCALE", "TABLE", "BOX", "f", "g"])
        return name if where == module else f"{where}.{name}"

    def of_kind(self, module: str, kind: str) -> str:
        place = self.place(module)
        prefix = place.rpartition(".")[0]
        name = self.draw.choice({"number": ["RATE", "SCALE"], "list": ["TABLE", "BOX"], "function": ["f", "g"]}[kind])
        return f"{prefix}.{name}" if prefix else name

    def statement(self, module: str) -> str:
        number, rate = self.number(), self.of_kind(module, "number")
        table, call = self.of_kind(module, "list"), self.of_kind(module, "function")
        own = self.draw.choice(["RATE", "SCALE"]), self.draw.choice(["TABLE", "BOX"]), self.draw.choice(["f", "g"])
        return self.draw.choice(
            [
                f"{own[0]} = {number}",
                f"{own[0]} = {rate} + {number}",
                f"{own[0]} = sum({table})",
                f"{own[0]} = {call}({number})",
                f"{own[1]} = [{number}]",
                f"{own[1]} = {table}",
                f"{own[1]} = [*{table}, {number}]",
                f"{table}.append({number})",
                f"{table} += [{rate}]" if "." not in table else f"{table}.extend([{rate}])",
                f"{rate} = {number}" if "." in rate else f"{rate} += {number}",
                f"def {own[2]}(x): return x * {number}",
                f"def {own[2]}(x): return x + {rate}",
                f"def {own[2]}(x): return x + len({table})",
                f"{own[2]} = {call}",
                f"{call} = lambda x: x - {number}" if "." in call else f"{own[2]} = lambda x: x - {number}",
                f"_ = list(map({table}.append, [{number}]))",
                f"_ = fill({table}, {number})",
                f"@mark({table})\ndef _{number}(): return {number}",
                f"for _ in range({number}): {table}.append(_)",
                f"if {rate} > {number}: {own[0]} = {number}",
            ]
        )

    def look(self) -> str:
        where = self.draw.choice(MODULES[:3])
        return self.draw.choice(
            [f"{where}.RATE", f"{where}.SCALE", f"sum({where}.TABLE)", f"len({where}.BOX)", f"{where}.f(2)"]
        )

    def files(self) -> dict[str, str]:
        made = {}
        for module in MODULES[:3]:
            imports = "".join(f"import {name}\n" for name in self.imports[module])
            made[f"{module}.py"] = imports + HEAD + "\n".join(self.statements[module]) + "\n"
        imports = "".join(f"import {name}\n" for name in self.imports["main"])
        return {**made, "main.py": f"{imports}def run(): return ({', '.join(self.result)},)\n"}

    def edit(self) -> None:
        """Change a statement, add one, take one away, swap two, or swap two imports."""
        module = self.draw.choice(MODULES[:3])
        statements = self.statements[module]
        kind = self.draw.randrange(5)
        if kind == 0 or not statements:
            statements.insert(self.draw.randint(0, len(statements)), self.statement(module))
        elif kind == 1:
            statements[self.draw.randrange(len(statements))] = self.statement(module)
        elif kind == 2:
            del statements[self.draw.randrange(len(statements))]
        elif kind == 3 and len(statements) > 1:
            one, two = self.draw.sample(range(len(statements)), 2)
            statements[one], statements[two] = statements[two], statements[one]
        else:
            self.draw.shuffle(self.imports["main"])

    def rewrite(self) -> dict[str, str]:
        """The same program in other words: renamed, with comments, and with things that nobody uses."""
        files = self.files()
        word = self.draw.choice(["RATE", "TABLE", "SCALE", "BOX"])
        kind = self.draw.randrange(4)
        if kind == 0:
            return {name: text.replace(word, f"{word}_ANEW") for name, text in files.items()}
        if kind == 1:
            return {name: text.replace("lib", "tools") for name, text in files.items() if name != "lib.py"} | {
                "tools.py": files["lib.py"]
            }
        if kind == 2:
            more = f"\nUNUSED = {word!r}\ndef unused(x): return RATE\n"
            return {name: f"# {word}\n{text}{more}" if name != "main.py" else text for name, text in files.items()}
        return {name: text.replace("(x)", "(x)  ") + "\n'a string that nobody keeps'\n" for name, text in files.items()}


def outcome(world: World) -> object:
    try:
        return world.result()
    except Exception as error:
        return type(error).__name__


def check(world: World, seed: int, edits: int) -> tuple[int, int, int]:
    """Of so many edits: how many are refused; of rewritings how many there were, and how many re-run without need."""
    draw = random.Random(seed)
    refused = rewritten = needless = 0
    program = Program(draw)
    before: tuple[object, str] | None = None
    for _ in range(edits):
        files = program.files()
        world.replace(files)
        result = outcome(world)
        try:
            code = world.code()
        except DeclarationError:
            refused += 1
            before = None
        else:
            if before is not None and before[0] != result:
                assert before[1] != code, f"seed {seed}: {before[0]} and {result} have one digest\n\n" + "\n\n".join(
                    f"# {name}\n{text}" for name, text in files.items()
                )
            before = result, code
            world.replace(program.rewrite())
            assert outcome(world) == result
            rewritten += 1
            needless += world.code() != code
            world.replace(files)
        program.edit()
        if draw.random() < 0.1:
            program, before = Program(draw), None
    return refused, rewritten, needless


@pytest.fixture
def world(importable: Path) -> World:
    return World(importable)


def test_no_random_edit_that_changes_a_result_goes_unnoticed(world: World) -> None:
    refused, rewritten, needless = check(world, seed=1, edits=150)
    assert rewritten > 75
    assert needless <= rewritten // 100
    assert refused < 15


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 20))
def test_no_random_edit_of_ten_thousand_goes_unnoticed(world: World, seed: int) -> None:
    _, rewritten, needless = check(world, seed, edits=1000)
    assert needless <= rewritten // 100
