"""A chapter as its reader will see it, before its numbers are filled in: pandoc reads the source, Jinja taken out.

What is text, what is code, a formula, a comment or a link's target is for pandoc to say, which makes the pages; regular
expressions over lines would be a second, different reader.
"""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tempfile
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from report.errors import ReportError

# Prose is Markdown and nothing else: a stray "<", "\" or "@" is a character, not HTML, TeX or a citation.
READER = (
    "markdown-raw_html-raw_tex-citations-auto_identifiers-implicit_figures-markdown_in_html_blocks-native_divs-native_spans"
)
FILLED = "\ue000"  # stands for what Jinja will put there
HIDDEN = "\ue001"  # stands for a formula or code
CHAPTER = "\ue002"  # begins a chapter

CODE = r"^ {0,3}(?P<fence>```+|~~~+)[^\n]*\n.*?^ {0,3}(?P=fence)[`~]*[ \t]*$|(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`)"
COMMENT = re.compile(rf"(?P<code>{CODE})|<!--(?P<comment>.*?)-->", re.DOTALL | re.MULTILINE)
BLOCK = re.compile(r"^[ \t]*(?:\{%.*?%\}|\{##.*?##\})[ \t]*\n|\{%.*?%\}|\{##.*?##\}", re.DOTALL | re.MULTILINE)
EXPRESSION = re.compile(r"\{\{.*?\}\}", re.DOTALL)


@dataclass(frozen=True)
class Prose:
    """What an author wrote: the text, a line for each paragraph or cell; names given by ``{#id}``; files of pictures; links."""

    text: str
    names: tuple[str, ...]
    pictures: tuple[str, ...]
    links: tuple[str, ...]


@cache
def identifier(name: str) -> str:
    """An anchor that HTML and Typst accept: E2.curves → E2-curves, ch:mnist → ch-mnist."""
    return re.sub(r"[^\w-]", "-", name)


def anchor(path: Path) -> str:
    """``02-mnist.md`` → ``ch-mnist``."""
    return "ch-" + identifier(unnumbered(path))


def unnumbered(path: Path) -> str:
    """The name of a chapter's file without the number that orders the files."""
    return re.sub(r"^\d+-", "", path.stem)


def line_of(text: str, source: str) -> int | None:
    """The line of ``source`` on which ``text`` stands first."""
    at = source.find(text)
    return source.count("\n", 0, at) + 1 if at >= 0 else None


def blank(text: str) -> str:
    """As many lines as ``text`` has, each as long, with nothing in them."""
    return re.sub(r"[^\n]", " ", text)


@cache
def without_comments(source: str) -> str:
    """``source`` with HTML comments made comments of Jinja's: nobody reads them, and no line moves."""

    def hidden(found: re.Match[str]) -> str:
        return found["code"] or "{##" + "\n" * found["comment"].count("\n") + "##}"

    return COMMENT.sub(hidden, source)


def pictures(chapters: Mapping[Path, Prose]) -> dict[str, bytes]:
    """The pictures that lie beside the chapters, as they are called by ``templates/*.lua``: ``ch-mnist/setup.png``."""
    beside = ((path, name) for path, prose in chapters.items() for name in prose.pictures)
    return {f"{anchor(path)}/{name}": (path.parent / name).read_bytes() for path, name in beside}


def read(sources: Mapping[Path, str], known: dict[str, Prose]) -> dict[Path, Prose]:
    """Every chapter, read by one pandoc; what is ``known`` by its source is not read again, what is read becomes known."""
    new = tuple(dict.fromkeys(source for source in sources.values() if source not in known))
    known.update(zip(new, _read(new) if new else ()))
    return {path: known[source] for path, source in sources.items()}


def _read(sources: tuple[str, ...]) -> tuple[Prose, ...]:
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.md" for number in range(len(sources))]
        for file, source in zip(files, sources):
            plain = EXPRESSION.sub(FILLED, BLOCK.sub("", without_comments(source)))
            file.write_text(f"{CHAPTER}\n\n{plain}\n", encoding="utf-8")
        command = [str(pandoc_program()), "--from", READER, "--to", "json", "--file-scope", *(file.name for file in files)]
        done = subprocess.run(command, capture_output=True, check=False, cwd=folder)
    if done.returncode:
        raise ReportError(f"pandoc cannot read the chapters: {done.stderr.decode(errors='replace').strip()}")
    pieces = [piece for block in json.loads(done.stdout)["blocks"] for piece in _pieces(block)]
    starts = [at for at, piece in enumerate(pieces) if piece == ("text", CHAPTER)]
    return tuple(map(_prose, (pieces[start + 1 : end] for start, end in pairwise([*starts, len(pieces)]))))


def _prose(pieces: Sequence[tuple[str, str]]) -> Prose:
    def of(kind: str) -> tuple[str, ...]:
        return tuple(piece for each, piece in pieces if each == kind)

    names = (name.split(".md__", 1)[-1] for name in of("name"))  # --file-scope puts the file's name before them
    return Prose("".join(of("text")), tuple(names), of("picture"), of("link"))


def _pieces(node: Any) -> Iterator[tuple[str, str]]:
    """What a node of pandoc's tree holds, in order: ``text``, a ``name``, a ``picture``, a ``link``."""
    if isinstance(node, list):
        match node:
            case [str(name), list(), list()] if name:  # the attributes of an element
                yield "name", name
        for each in node:
            yield from _pieces(each)
    if not isinstance(node, dict):
        return
    kind: str = node.get("t", "")
    content: Any = node.get("c")
    match kind:
        case "Str":
            yield "text", content
        case "Space" | "SoftBreak" | "LineBreak":
            yield "text", " "
        case "Math" | "Code" | "RawInline":
            yield "text", HIDDEN
        case "CodeBlock" | "RawBlock":
            yield from _pieces(content[0])
        case "Link" if "uri" in content[0][1]:  # an address that is its own text
            yield "text", HIDDEN
        case "Link":
            yield "link", urllib.parse.unquote(content[2][0])
            yield from _pieces(content[:2])
        case "Image":
            yield "picture", urllib.parse.unquote(content[2][0])
            yield from _pieces(content[1])
        case "Note":
            yield "text", "\n"
            yield from _pieces(content)
        case _:
            yield from _pieces(content)
            if kind in ("Para", "Plain", "Header"):
                yield "text", "\n"


@cache
def pandoc_program() -> Path:
    """The pandoc that comes with the package ``pypandoc_binary``."""
    spec = importlib.util.find_spec("pypandoc")
    name = "pandoc.exe" if sys.platform == "win32" else "pandoc"
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        program = Path(folder) / "files" / name
        if program.exists():
            return program
    raise ReportError("pandoc is not installed.", remedy="Run: python -m pip install -r requirements.txt")
