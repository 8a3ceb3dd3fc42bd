"""What tests of experiments share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from report import plots


@pytest.fixture(autouse=True)
def style() -> Iterator[None]:
    """Views are drawn in the style of all figures, as the judge has them drawn."""
    with plots.style():
        yield


@pytest.fixture(autouse=True)
def unlaid(monkeypatch: pytest.MonkeyPatch) -> None:
    """No figure is laid out: that takes as long as drawing it, and here nobody looks where its parts come to stand."""
    monkeypatch.setattr("matplotlib.layout_engine.ConstrainedLayoutEngine.execute", lambda self, figure: None)
