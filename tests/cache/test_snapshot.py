"""What is imported is what is keyed, whatever is saved meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path


def run(root: Path, code: str) -> list[str]:
    """What a process prints that takes a snapshot of ``root``, and has its files ``one.py`` and ``one`` at hand."""
    start = f"""
        import os, sys
        from pathlib import Path
        from report.cache.snapshot import snapshot, spec_of
        root = Path({str(root)!r})
        sys.path.insert(0, str(root))
        taken, file = snapshot(root), root / "one.py"
    """
    program = textwrap.dedent(start) + textwrap.dedent(code)
    cwd = Path(__file__).parents[2]
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    done = subprocess.run([sys.executable, "-c", program], cwd=cwd, env=env, check=True, capture_output=True, text=True)
    return done.stdout.split()


def test_what_was_read_is_what_is_imported_later(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("X = 1\n")
    code = "taken.read(file); file.write_text('X = 2\\n'); import one; print(one.X, taken.read(file).decode()[-2])"
    assert run(tmp_path, code) == ["1", "1"]
    assert run(tmp_path, "import one; print(one.X)") == ["2"]


def test_what_was_imported_is_what_is_read_later(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("X = 1\n")
    assert run(tmp_path, "import one; file.write_text('X = 2\\n'); print(taken.read(file).decode()[-2])") == ["1"]


def test_so_it_is_for_files_that_are_loaded_by_their_place(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("X = 1\n")
    code = """
        import importlib.util
        taken.read(file)
        file.write_text('X = 2\\n')
        spec = spec_of("another", file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        print(module.X)
    """
    assert run(tmp_path, code) == ["1"]


def test_an_edit_of_the_same_size_within_the_same_second_is_another_text(tmp_path: Path) -> None:
    """Python's own check of compiled files compares size and seconds."""
    file, seen = tmp_path / "one.py", []
    for text in ("X = 1\n", "X = 2\n", "X = 2\n", "X = 3\n"):
        file.write_text(text)
        file.touch()
        seen += run(tmp_path, "os.utime(file, (10**9, 10**9)); import one; print(one.X)")
    assert seen == ["1", "2", "2", "3"]


def test_other_modules_are_left_to_python(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("import json\n")
    code = "import one, json.tool; print(type(one.__loader__).__name__, type(json.tool.__loader__).__name__)"
    assert run(tmp_path, code) == ["_Loader", "SourceFileLoader"]


def test_damaged_compiled_code_is_compiled_again(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("X = 1\n")
    run(tmp_path, "import one")
    (compiled,) = (tmp_path / "__pycache__").iterdir()
    for size in (0, 10, 20, compiled.stat().st_size - 1):
        compiled.write_bytes(compiled.read_bytes()[:size])
        assert run(tmp_path, "import one; print(one.X)") == ["1"]


def test_code_that_was_compiled_elsewhere_says_where_it_is_now(tmp_path: Path) -> None:
    """Whoever moves the project, or copies it, is told of lines in files that are there."""
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    (old / "one.py").write_text("def f():\n    return lambda: 1\n")
    run(old, "import one")
    old.rename(new)
    code = "import one; print(Path(one.f.__code__.co_filename).parent.name, Path(one.f().__code__.co_filename).parent.name)"
    assert run(new, code) == ["new", "new"]
