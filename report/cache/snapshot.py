"""Read each source file of the project once: what is imported is what is keyed, whatever is saved meanwhile.

A view of an experiment is made in this process, by code that was imported when the build began; what it depends on is found
when it is made, perhaps hours later. Both take their text from the snapshot, whichever comes first. Compiled code is kept where
Python keeps it, under a digest of the text rather than its time: two edits within a second are two texts.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import marshal
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from report import files

_CHECKED_HASH = (0b11).to_bytes(4, "little")  # PEP 552: Python itself compares the digest of the text, too


class Snapshot:
    """The source files below ``root``, as they were when each was first needed."""

    def __init__(self, root: Path):
        self._root = root
        self.read = functools.cache(Path.read_bytes)  # the same bytes for ever
        self._has: dict[str, bool] = {}

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        top = name.partition(".")[0]
        if top not in self._has:
            self._has[top] = (self._root / top).is_dir() or (self._root / f"{top}.py").is_file()
        spec = PathFinder.find_spec(name, path, target) if self._has[top] else None
        return spec if self.holds(spec) else None

    def holds(self, spec: ModuleSpec | None) -> bool:
        """Whether this is the spec of a source file below the root; if so, it is loaded from here."""
        if spec is None or not isinstance(spec.loader, SourceFileLoader) or not spec.origin:
            return False
        if not Path(spec.origin).is_relative_to(self._root):
            return False
        spec.loader = _Loader(spec.name, spec.origin, self)
        return True


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, snapshot: Snapshot):
        super().__init__(name, path)
        self._snapshot = snapshot

    def get_code(self, fullname: str) -> CodeType:
        source = self._snapshot.read(Path(self.path))
        head = importlib.util.MAGIC_NUMBER + _CHECKED_HASH + importlib.util.source_hash(source)
        kept = Path(importlib.util.cache_from_source(self.path))
        found = _compiled(kept, head)
        if found is not None and found.co_filename == self.path:
            return found
        code = _in_file(found, self.path) if found else compile(source, self.path, "exec", dont_inherit=True)
        if not sys.dont_write_bytecode:
            with contextlib.suppress(OSError):
                files.replace(kept, head + marshal.dumps(code))
        return code


def _compiled(kept: Path, head: bytes) -> CodeType | None:
    """What was kept of the text whose ``head`` this is; None if nothing sound was."""
    with contextlib.suppress(OSError, EOFError, ValueError, TypeError):
        found = kept.read_bytes()
        code = marshal.loads(found[len(head) :]) if found.startswith(head) else None
        return code if isinstance(code, CodeType) else None
    return None


def _in_file(code: CodeType, path: str) -> CodeType:
    """``code`` as that of the file at ``path``: the project has been moved since it was compiled."""
    inner = (_in_file(each, path) if isinstance(each, CodeType) else each for each in code.co_consts)
    return code.replace(co_filename=path, co_consts=tuple(inner))


@functools.cache
def snapshot(root: Path) -> Snapshot:
    """This process's snapshot of the project at ``root``; from now on its modules are imported from there."""
    taken = Snapshot(root)
    sys.meta_path.insert(0, taken)
    return taken


def spec_of(name: str, path: Path) -> ModuleSpec | None:
    """How to load the file at ``path`` as the module ``name``: from a snapshot, if there is one of it."""
    spec = importlib.util.spec_from_file_location(name, path)
    any(finder.holds(spec) for finder in sys.meta_path if isinstance(finder, Snapshot))
    return spec
