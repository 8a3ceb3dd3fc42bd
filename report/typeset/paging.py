"""Which question stands on which pages, and whether they are too many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from report.typeset.pdf import Pdf
from report.write.manuscript import Manuscript
from report.write.tables import as_csv
from report.write.writeup import Writeup


@dataclass(frozen=True)
class Paging:
    """How many pages there are, and the first and the last page of each question, by its anchor."""

    pages: int
    spans: Mapping[str, tuple[int, int]]


def paged(document: Pdf) -> Paging:
    """The pages from where a question begins to where it ends, its figures with it."""
    return Paging(document.pages, {place.name: (place.page, place.last) for place in document.places})


def titles(writeup: Writeup, manuscript: Manuscript) -> dict[str, str]:
    """The heading of every question by its anchor; that of a chapter where it is the question."""
    chapters = {name.replace("ch:", "ch-"): label for name, label in manuscript.labels.items() if name.startswith("ch:")}
    return chapters | {question.identifier: question.heading for question in writeup.questions if question.heading}


def outline(paging: Paging, titles: Mapping[str, str]) -> bytes:
    """The questions with their pages as CSV, as an upload to a grader asks for them."""
    rows = ((titles.get(name, name), *span) for name, span in paging.spans.items())
    return as_csv([("question", "first page", "last page"), *rows])


def overrun(writeup: Writeup, paging: Paging, titles: Mapping[str, str]) -> Iterator[str]:
    """What to say of a write-up that has more pages than it may: by how many, and which question runs over the limit."""
    limit = writeup.pages
    if not limit or paging.pages <= limit:
        return

    def named(name: str) -> str:
        first, last = paging.spans[name]
        return f"“{titles.get(name, name)}”, page {first}" + (f" to {last}," if last > first else ",")

    pages = "a page" if paging.pages == limit + 1 else f"{paging.pages - limit} pages"
    over = next((named(name) for name, span in paging.spans.items() if span[1] > limit), "the front")
    lengths = {name: last - first + 1 for name, (first, last) in paging.spans.items()}
    longest = max(lengths, key=lambda name: lengths[name], default="")
    most = f"; the longest is “{titles.get(longest, longest)}” with {lengths[longest]}" if longest else ""
    yield f"{writeup.name} has {paging.pages} pages, {pages} over its limit of {limit}: {over} runs over it{most}."
