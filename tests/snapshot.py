"""A whole small project as it was last looked at: its manifest, and its chapters as Markdown.

python -m tests.snapshot     writes tests/snapshots anew; look at the difference before you commit it
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.arguments import given_numbers
from tests.project import whole

KEPT = Path(__file__).parent / "snapshots"
COMMAND = "python -m tests.snapshot"
CHANGING = ("environment", "files", "seconds")  # versions, the machine, and what depends on them
WITH_MARKDOWN = """
import sys
from pathlib import Path

import build
from report.write import chapters

write = chapters.write


def seen(material):
    manuscript = write(material)
    for chapter in manuscript.chapters:
        (Path(sys.argv[1]) / f"{chapter.file.stem}.md").write_text(chapter.markdown, encoding="utf-8")
    return manuscript


chapters.write = seen
sys.exit(build.main(["--quiet"]))
"""


def taken(folder: Path, store: Path | None = None) -> dict[str, str]:
    """The texts by name, of a project that is built in ``folder`` and begins with ``store``."""
    made = whole(folder, store)
    done = subprocess.run(
        [sys.executable, "-c", WITH_MARKDOWN, str(folder)], cwd=made.root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    manifest = {name: part for name, part in made.manifest().items() if name not in CHANGING}
    listing = json.dumps(manifest, indent=1, ensure_ascii=False) + "\n"
    texts = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    return texts | {"manifest.json": re.sub(r"\b[0-9a-f]{64}\b", "…", listing)}


def main() -> None:
    given_numbers()
    KEPT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, text in taken(Path(folder)).items():
            (KEPT / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
