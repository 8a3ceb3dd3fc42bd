"""What ``tests.layout`` measures on the pages, it sees where it is planted, and nowhere else."""

from __future__ import annotations

import pytest
import typst

from tests.layout import misplaced, text_of

PAGE = '#set page("a4", margin: (x: 17.5mm, top: 18mm, bottom: 15.5mm))\n#set par(justify: true)\n'
WORDS = "Some words of a page that go on and on, from one line to the next, as those of a paragraph do. " * 3


def printed(body: str) -> bytes:
    made = typst.compile((PAGE + body).encode())
    assert isinstance(made, bytes)
    return made


@pytest.mark.parametrize(
    ("body", "seen"),
    [
        (f'{WORDS} #text(font: "DejaVu Sans Mono")[code] $ x_1^2 / y $ {WORDS}', ""),
        ("#box[one#place(top, dx: 2cm)[two]]", ""),
        ("#box[collision#place(top, dx: 1cm)[over it]]", "collision over over it"),
        ("#box[slanted#place(top, dx: 5mm, rotate(45deg)[over it])]", ""),
        ("#place(dx: -8mm)[far left]", "far left hangs out"),
        ("#place(dx: 170mm)[too far right]", "too far right hangs out"),
        ("#align(right)[to the end#place(dx: 1.5pt)[,]]", ""),
        ("#align(right)[#emph[a shelf]]", ""),
        ("#align(right)[#emph[a shelf]#h(-1.6pt)]", "a shelf hangs out"),
    ],
)
def test_a_word_that_is_misplaced_is_found(body: str, seen: str) -> None:
    assert misplaced(printed(body)) == ([f"p. 1: {seen}"] if seen else [])


def test_the_text_of_all_pages_is_read() -> None:
    assert text_of(printed("Figure 1 #pagebreak() Table 12")).split() == ["Figure", "1", "Table", "12"]
