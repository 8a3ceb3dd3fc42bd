"""The literature: ``templates/references.bib``, as pandoc's citeproc writes it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from report.errors import ProseError, Where, author_text
from report.write.manuscript import Chapter, Work
from report.write.markdown import div
from report.write.prose import pandoc_program


def literature(templates: Path, known: dict[str, dict[str, Work]]) -> dict[str, Work]:
    """Every work that may be cited, by its key, in the order of the list of references; none where there is no such file.
    Other texts of that file are ``known``, as this one is then."""
    file = templates / "references.bib"
    if not file.is_file():
        return {}
    text = author_text(file)
    if text not in known:
        known[text] = _read(text, file)
    return known[text]


def _read(bibliography: str, file: Path) -> dict[str, Work]:
    begun = re.finditer(r"^@(?!comment|string|preamble)\w+\{\s*([\w:-]+)\s*,", bibliography, re.MULTILINE | re.IGNORECASE)
    keys: list[str] = []
    for work in begun:
        if work[1] in keys:
            where = Where(file, bibliography.count("\n", 0, work.start()) + 1)
            raise ProseError(f"two works are called '{work[1]}'.", where=where, remedy="Give one of them another key.")
        keys.append(work[1])
    citing = "\n\n".join(f"@{key}" for key in keys)
    options = "--from=markdown --citeproc --metadata=link-citations --to=markdown-citations-smart --wrap=none"
    command = [str(pandoc_program()), *options.split(), f"--bibliography={file.name}"]
    # in its folder: in the locale C pandoc can open no path that has other letters
    done = subprocess.run(command, input=citing.encode(), capture_output=True, check=False, cwd=file.parent)
    if done.returncode or done.stderr:
        said = done.stderr.decode(errors="replace").strip()
        raise ProseError(f"the bibliography cannot be read: {said}", where=Where(file), remedy="Mend the entry there.")
    written = done.stdout.decode()
    named = dict(zip(keys, written.split("\n\n")))
    entries = re.findall(r"^::: \{#ref-(\S+) \.csl-entry\}\n(.*?)\n:::$", written, flags=re.MULTILINE | re.DOTALL)
    return {key: Work(named[key], entry) for key, entry in entries}


def with_references(chapters: Sequence[Chapter], works: Mapping[str, Work], cited: Collection[str]) -> list[Chapter]:
    """The chapters, the last of them with the list of what they cite."""
    if not cited or not chapters:
        return list(chapters)
    last = chapters[-1]
    listed = "\n\n".join(f"[]{{#ref-{key}}}{work.entry}" for key, work in works.items() if key in cited)
    markdown = f"{last.markdown}\n\n## References {{#sec-references .unnumbered}}\n\n{div(listed, 'references')}\n"
    return [*chapters[:-1], Chapter(last.identifier, last.file, markdown)]
