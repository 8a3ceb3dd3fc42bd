"""Pages on the disk, where another build may write them at the same moment."""

from __future__ import annotations

from pathlib import Path

import pytest

from report.typeset.publish import publish


def test_data_of_an_earlier_build_may_go_while_another_build_removes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "old.csv").touch()
    remove = Path.unlink

    def second(path: Path, missing_ok: bool = False) -> None:
        remove(path)
        remove(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", second)
    publish(tmp_path, {"report.html": b"<p>", "data/new.csv": b"a\n"})
    assert sorted(path.name for path in tmp_path.rglob("*.*")) == ["new.csv", "report.html"]
