"""The page on proofs names modules that exist, and the size of what is to be trusted."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "proofs.md").read_text(encoding="utf-8")
PROVE = ROOT / "report" / "prove"
CORE = [
    "language/formula.py",
    "language/glossary.py",
    "meaning/*.py",
    "decide/*.py",
    "reasons/*.py",
    "check.py",
    "derivation.py",
]


def test_the_size_of_the_trusted_core_is_what_the_page_says() -> None:
    files = [
        file for pattern in CORE for file in PROVE.glob(pattern) if file.name not in ("numeric.py", "values.py", "points.py")
    ]
    lines = sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files)
    told = re.search(r"about (\d+) lines", PAGE)
    assert told is not None
    assert abs(int(told[1]) - lines) < 0.1 * lines, f"the core has {lines} lines"


def test_every_file_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`((?:prove|language|meaning|tests)?[\w/]*\w\.py|prove/\w+/)`", PAGE))
    assert len(named) > 8
    known = [file.as_posix() for folder in ("report", "tests") for file in (ROOT / folder).rglob("*")]
    for name in named:
        assert any(f"{path}/".endswith(f"/{name.strip('/')}/") for path in known), f"{name} is no file"
