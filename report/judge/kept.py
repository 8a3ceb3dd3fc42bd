"""Views as files, and back: what the store keeps of a figure, a table, a value or a verdict."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

from report import model, plots
from report.errors import ReportError
from report.judge.views import Compared, Drawn
from report.model import Holds, Value, Verdict

if TYPE_CHECKING:
    pass


def encode_figure(figure: model.Figure) -> dict[str, bytes]:
    texts = json.dumps({"caption": figure.caption, "alt": figure.alt, "seeds": figure.seeds}, ensure_ascii=False)
    data = figure.data.to_csv(index=False, lineterminator="\n")
    return {"figure.svg": plots.svg(figure.plot), "figure.csv": data.encode(), "texts.json": texts.encode()}


def decode_figure(files: Mapping[str, bytes]) -> Drawn:
    texts = json.loads(files["texts.json"])
    return Drawn(files["figure.svg"], files["figure.csv"], **texts)


def _encode_json(value: Any) -> dict[str, bytes]:
    return {"value.json": json.dumps(value, ensure_ascii=False).encode()}


def _decode_json(files: Mapping[str, bytes]) -> Any:
    return json.loads(files["value.json"])


def encode_noun(noun: Any) -> dict[str, bytes]:
    return _encode_json(_to_plain(noun))


def decode_noun(files: Mapping[str, bytes]) -> Any:
    return _from_plain(_decode_json(files))


NOUNS = {kind.__name__: kind for kind in (model.Table, model.Column, Value, Verdict, Compared)}


def _to_plain(noun: Any) -> Any:
    """Nouns as lists and dicts; NumPy's numbers as Python's. The name of its class stands beside a noun's fields."""
    if is_dataclass(noun) and type(noun).__name__ in NOUNS:
        return {"noun": type(noun).__name__, **{f.name: _to_plain(getattr(noun, f.name)) for f in fields(noun)}}
    if isinstance(noun, list | tuple):
        return [_to_plain(part) for part in noun]
    if noun is None or isinstance(noun, str | bool | int | float):
        return noun
    if hasattr(noun, "item"):
        return noun.item()
    remedy = "Give str, int, float, None or a Value."
    raise ReportError(f"a table or value may not hold a {type(noun).__name__}.", remedy=remedy)


def _from_plain(plain: Any) -> Any:
    if isinstance(plain, dict):
        kind = NOUNS[plain["noun"]]
        values = {name: _from_plain(part) for name, part in plain.items() if name != "noun"}
        return kind(**({**values, "holds": Holds(values["holds"])} if kind is Verdict else values))
    if isinstance(plain, list):
        return tuple(_from_plain(part) for part in plain)
    return plain
