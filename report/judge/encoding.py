"""Views as files, and back: what the store keeps of a figure, a table, a value or a verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from report import model, plots
from report.cache import codec
from report.errors import ReportError
from report.judge.views import Drawn, Judgement

T = TypeVar("T")

Files = Mapping[str, bytes]


@dataclass(frozen=True)
class _Texts:
    """What is written beside a drawing."""

    caption: str
    alt: str
    seeds: int | None


def encode_figure(figure: model.Figure) -> dict[str, bytes]:
    """Raises ``ReportError`` for what is no figure."""
    if not isinstance(figure, model.Figure):
        raise ReportError(f"it returns {type(figure).__name__} where a Figure is due")
    if not hasattr(figure.data, "to_csv"):
        raise ReportError(f"the data of the figure are {type(figure.data).__name__}, no table of pandas")
    if not str(figure.alt).strip():
        raise ReportError("the figure has no alt=…, which tells those who do not see it what it shows")
    texts = codec.written(_Texts(figure.caption, figure.alt, figure.seeds))
    data = figure.data.to_csv(index=False, lineterminator="\n")
    return {"figure.svg": plots.svg(figure.plot), "figure.csv": data.encode(errors="surrogatepass"), "texts.json": texts}


def decode_figure(files: Files) -> Drawn:
    """Raises ``codec.Spoilt`` for files that make no figure."""
    if files.keys() != {"figure.svg", "figure.csv", "texts.json"}:
        raise codec.Spoilt(f"a figure is due, not {', '.join(files)}")
    texts: _Texts = codec.read(_Texts, files["texts.json"])
    svg, csv = (files[name].decode(errors="surrogateescape") for name in ("figure.svg", "figure.csv"))
    return Drawn(svg, csv, texts.caption, texts.alt, texts.seeds)


def encode_noun(noun: Any) -> dict[str, bytes]:
    """Raises ``ReportError`` for a table with a row that is shorter or longer than its head."""
    if isinstance(noun, model.Table):
        for number, row in enumerate(noun.rows, 1):
            if isinstance(row, tuple | list) and len(row) != len(noun.columns):
                raise ReportError(f"row {number} of the table has {len(row)} of {len(noun.columns)} cells; None is a dash")
    return {"value.json": codec.written(noun)}


def decoder(kind: type[T] | Any) -> Callable[[Files], T]:
    """What makes a ``kind`` of the files of ``encode_noun``; it raises ``codec.Spoilt`` for files of anything else."""

    def decode(files: Files) -> T:
        if files.keys() != {"value.json"}:
            raise codec.Spoilt(f"value.json is due, not {', '.join(files)}")
        found: T = codec.read(kind, files["value.json"])
        return found

    return decode


value: Callable[[Files], model.Value] = decoder(model.Value)
table: Callable[[Files], model.Table] = decoder(model.Table)
verdict: Callable[[Files], model.Verdict] = decoder(model.Verdict)
judgement: Callable[[Files], Judgement] = decoder(Judgement)
