"""References: marks that chapters leave, replaced once it is known what stands where.

In an assignment, what is not part of it is named in a clause: a hand-in has no links that lead out of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from report.errors import ProseError, Where, nearest
from report.write import markdown as render
from report.write.prose import identifier

MARK = re.compile("\ue000([^\ue001]+)\ue001")  # private-use characters: no author types them
QUOTE = re.compile("(?P<word>(?<![a-z, ])[a-z, ]+): \ue006(?P<quote>[^\ue007]*)\ue007")
NAMED = re.compile(
    r"""(?P<skipped>\{(?:[^{}"\\]|\\.|"(?:[^"\\]|\\.)*")*\} | \$[^$]*\$ | `[^`]*` | \[[^\[\]]*\]\([^)]*\) | ^[\#|].*$)
    | (?<![\w.#/\[])(?P<name>[TE]\d{1,2})(?P<owns>['’]s)?(?![\\\w.]*\w)(?P<closes>\))?""",
    re.MULTILINE | re.VERBOSE,
)
LINK = re.compile(r"(?<![!\\])\[([^\[\]]+)\]\(#([\w-]+)\)")
ANCHOR = re.compile(r"\{[^{}\n\"]*#([\w-]+)")
ELSEWHERE = "the complete report"


def mark(name: str, line: int | None) -> str:
    """Where a reference to ``name`` will stand; to ``~name``, if it stands anywhere, else its name alone; to a theorem
    ``=T2`` likewise, and by its name.
    """
    return f"\ue000{name}@{line or ''}\ue001"


def resolved(
    markdown: str, file: Path, labels: Mapping[str, str], absent: Collection[str], known: Callable[[str], bool]
) -> str:
    """``markdown`` with every reference put in. ``known`` says whether a name that stands not here stands elsewhere."""

    def put(match: re.Match[str]) -> str:
        name, _, line = match[1].rpartition("@")
        if name.startswith("~"):
            name = name.removeprefix("~")
            return render.reference_markdown(identifier(name), labels[name]) if name in labels else render.escape(name)
        if name.startswith("="):
            name = name.removeprefix("=")
            return f"[{name}](#sec-{identifier(name)})" if name in labels else name
        if name in absent:
            return f"{render.escape(name)} (not shown)"
        if name not in labels:
            if known(name):
                begins = re.search(r"(^|\n\n|[.?!]\s)$", match.string[: match.start()])
                elsewhere = ELSEWHERE[0].upper() + ELSEWHERE[1:] if begins else ELSEWHERE
                if match.string[: match.start()].endswith("("):
                    elsewhere = f"see {ELSEWHERE}"
                return f"{render.escape(name)} in {ELSEWHERE}" if re.fullmatch(r"[A-Z]\d+", name) else elsewhere
            raise ProseError(
                f"ref('{name}'): nothing of that name stands in the write-up.",
                where=Where(file, int(line) if line.isdecimal() else None),
                remedy=nearest(name, labels),
            )
        if name.startswith("ch:"):
            return render.chapter_reference(identifier(name))
        return render.reference_markdown(identifier(name), labels[name])

    return MARK.sub(put, markdown)


def kept_inside(markdown: str, here: Collection[str], elsewhere: Collection[str]) -> str:
    """``markdown`` with links to what stands ``elsewhere``, not ``here``, made words; those to nowhere stay, to be refused."""
    outside = {identifier(name) for name in elsewhere} - set(here)
    return LINK.sub(lambda link: f"{link[1]} (in {ELSEWHERE})" if link[2] in outside else link[0], markdown)


def placed(markdown: str, here: Collection[str], elsewhere: Collection[str], met: set[str]) -> str:
    """``markdown`` with the names of theorems and experiments led to where they stand, if that is ``here``; of those that
    stand ``elsewhere`` this is said once, and ``met`` keeps of which."""

    def led(found: re.Match[str]) -> str:
        name, owns = found["name"], found["owns"] or ""
        if not name:
            return found[0]
        anchor = f"sec-{name if name[0] == 'T' else name.lower()}"
        if anchor in here:
            return f"[{name}](#{anchor}){found[0][len(name) :]}"
        if owns or name in met or not {name, anchor} & set(elsewhere):
            return found[0]
        met.add(name)
        opened = markdown[: found.start()].rstrip("\n").rpartition("\n\n")[2]
        inside = opened.count("(") > opened.count(")")
        return (
            f"{name}, in {ELSEWHERE}{found['closes'] or ','}" if inside else f"{name} (in {ELSEWHERE}){found['closes'] or ''}"
        )

    return NAMED.sub(led, markdown)


def quoting(text: str) -> str:
    """``text`` with the claims marked that it quotes: what stands beside a claim need not say it again."""
    return re.sub(": (“[^”]*”)", ": \ue006\\1\ue007", text)


def unquoted(markdown: str, sentences: Collection[str]) -> str:
    """``markdown`` without quotations of the ``sentences`` that stand in it as claims."""

    def told(found: re.Match[str]) -> str:
        if found["quote"][1:-1] not in sentences:
            return f"{found['word']}: {found['quote']}"
        return re.sub("here, on the contrary|refuted here", "not so", found["word"])

    return QUOTE.sub(told, markdown)


def anchors(markdown: str) -> set[str]:
    """Every anchor that ``markdown`` sets."""
    return set(ANCHOR.findall(markdown))
