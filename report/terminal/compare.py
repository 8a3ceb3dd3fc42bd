"""Two builds held against each other: what moved and by how much, what turned, what ran again and why, what reads otherwise."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from html.parser import HTMLParser
from typing import Any

from report.model import Holds, Value, Verdict
from report.run.plan import Reason, why
from report.stats import CONFIDENCE, t_quantile
from report.terminal.builds import Built
from report.write.markdown import evidence_text, unescape, value_text
from report.write.prose import identifier

Described = Callable[[str], Mapping[str, Any] | None]
"""What lies beside the result of a fingerprint, if a store has it."""
UNKNOWN = "unknown"
KEPT_APART = "the store does not have both results: name the one that has with --store"


@dataclass(frozen=True)
class Moved:
    """A value that reads otherwise. ``beyond``: its 95 % interval of the change leaves out nought; None: there is none."""

    name: str
    before: str  # nothing for what is new, or gone
    after: str
    change: float = math.nan
    beyond: bool | None = None


@dataclass(frozen=True)
class Turned:
    """A claim, or a theorem, with another verdict."""

    name: str
    sentence: str
    before: str
    after: str
    evidence_before: str = ""
    evidence_after: str = ""


@dataclass(frozen=True)
class Redrawn:
    """A figure or table that is another: in its data, its drawing or its caption; or it is new, or gone."""

    name: str
    kind: str
    what: tuple[str, ...]


@dataclass(frozen=True)
class Rerun:
    """Trials of an experiment that have another result than before, for one reason."""

    experiment: str
    reason: str
    trials: tuple[str, ...]
    difference: str = ""


@dataclass(frozen=True)
class Passage:
    """Text of a chapter that reads otherwise: paragraphs before and after."""

    chapter: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class Differences:
    """All that is different, and what the two builds lack; the rest is the same."""

    conditions: tuple[str, ...]
    values: tuple[Moved, ...]
    claims: tuple[Turned, ...]
    shown: tuple[Redrawn, ...]
    trials: tuple[Rerun, ...]
    passages: tuple[Passage, ...]
    files: tuple[str, ...]
    lacking_before: tuple[str, ...]
    lacking_after: tuple[str, ...]

    @property
    def none(self) -> bool:
        return not any(getattr(self, each.name) for each in fields(self) if not each.name.startswith("lacking"))


def compared(before: Built, after: Built, described: Described) -> Differences:
    """What is different in ``after``."""
    a, b = before.manifest, after.manifest
    return Differences(
        conditions=tuple(_conditions(a, b)),
        values=tuple(_values(a, b)),
        claims=(*_turned(_claims(a), _claims(b)), *_turned(_proofs(a), _proofs(b))),
        shown=tuple(_shown(a, b)),
        trials=tuple(_trials(a, b, described)),
        passages=tuple(_passages(before.page, after.page)),
        files=tuple(name for name, x, y in _pairs(a["files"], b["files"]) if x != y),
        lacking_before=tuple(a.get("shortcomings", ())),
        lacking_after=tuple(b.get("shortcomings", ())),
    )


def _pairs(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Each name with what it is before and after, None for what is not there."""
    return ((name, before.get(name), after.get(name)) for name in dict.fromkeys([*before, *after]))


def _owned(manifest: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """What every experiment and theorem shows of a kind, by its whole name."""
    judged = manifest["judged"].items()
    return {f"{owner}.{name}": view for owner, views in judged for name, view in views.get(kind, {}).items()}


def _conditions(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[str]:
    """Under what the two were built: budget, packages and machine, data."""
    data = [{name: status["digest"][:12] for name, status in m.get("data", {}).items()} for m in (a, b)]
    for x, y in ((a["budget"], b["budget"]), (a.get("environment", {}), b.get("environment", {})), data):
        yield from (f"{name}: {one or 'absent'} → {other or 'absent'}" for name, one, other in _pairs(x, y) if one != other)


# --- values --------------------------------------------------------------------------------------------------------


def _values(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[Moved]:
    for name, one, other in _pairs(_stated(a), _stated(b)):
        x, y = _read_out(one), _read_out(other)
        if x != y:
            both = one is not None and other is not None and one.unit == other.unit
            yield Moved(name, x, y, *(_change(one, other) if both else ()))


def _stated(manifest: Mapping[str, Any]) -> dict[str, Value]:
    """Every named value, and every number in prose with the runs that it is of."""
    found = {name: _value(view) for name, view in _owned(manifest, "values").items() if "absent" not in view}
    for number in manifest["numbers"]:
        condition = " ".join(f"{key}={value}" for key, value in number.get("condition", {}).items())
        found.setdefault(f"{number['name']} {condition}".strip(), _value(number))
    return found


def _value(view: Mapping[str, Any]) -> Value:
    number = math.nan if view["number"] is None else view["number"]
    return Value(number, view["unit"], view["digits"], view["spread"], view["n"], view["origin"])


def _read_out(value: Value | None) -> str:
    return "" if value is None else unescape(value_text(value))


def _change(a: Value, b: Value) -> tuple[float, bool | None]:
    """The difference, and whether its 95 % interval (Welch's: two sets of runs with spreads of their own) leaves out nought."""
    change = b.number - a.number
    if a.spread is None or b.spread is None or min(a.n, b.n) < 2 or not math.isfinite(change):
        return change, None
    parts = [(value.spread or 0.0) ** 2 / value.n for value in (a, b)]
    error = math.sqrt(sum(parts))
    if error == 0:
        return change, change != 0
    freedom = error**4 / sum(part**2 / (value.n - 1) for part, value in zip(parts, (a, b)))
    return change, abs(change) > t_quantile((1 + CONFIDENCE) / 2, freedom) * error


# --- verdicts ------------------------------------------------------------------------------------------------------


def _turned(a: Mapping[str, tuple[str, str, str]], b: Mapping[str, tuple[str, str, str]]) -> Iterator[Turned]:
    nothing = ("", "absent", "")
    for name, one, other in _pairs(a, b):
        sentence, verdict, evidence = one or nothing
        now, turned, proof = other or nothing
        if verdict != turned:
            yield Turned(name, now or sentence, verdict, turned, evidence, proof)


def _claims(manifest: Mapping[str, Any]) -> dict[str, tuple[str, str, str]]:
    """Sentence, verdict and evidence of every claim."""
    found = {}
    for name, view in _owned(manifest, "claims").items():
        if "absent" in view:
            found[name] = ("", "not judged", view["absent"])
        else:
            known = {each.name for each in fields(Verdict)}
            said: dict[str, Any] = {key: math.nan if v is None else v for key, v in view["verdict"].items() if key in known}
            verdict = Verdict(**{**said, "holds": Holds(said["holds"])})
            found[name] = (view["sentence"], str(verdict.holds), unescape(evidence_text(verdict)))
    return found


def _proofs(manifest: Mapping[str, Any]) -> dict[str, tuple[str, str, str]]:
    found = {}
    for name, proof in manifest["proofs"].items():
        if "absent" in proof:
            found[name] = ("", proof["absent"], "")
        else:
            failed = [each["part"] for each in proof["statements"] if each["verdict"] == "failed"]
            found[name] = (proof["title"], "proved" if proof["holds"] else "not proved", "; ".join(failed))
    return found


# --- figures, tables and trials ------------------------------------------------------------------------------------


def _shown(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[Redrawn]:
    data = [{file.rpartition("/")[2]: digest for file, digest in m["files"].items() if file.endswith(".csv")} for m in (a, b)]
    for kind in ("figures", "tables"):
        for name, one, other in _pairs(_owned(a, kind), _owned(b, kind)):
            what = _redrawn(one, other, *(each.get(f"{identifier(name)}.csv") for each in data))
            if what:
                yield Redrawn(name, kind.removesuffix("s"), tuple(what))


def _redrawn(
    a: Mapping[str, str] | None, b: Mapping[str, str] | None, data: str | None = None, now: str | None = None
) -> list[str]:
    """In what a figure or table differs, given what is said of it, and the digests of its data."""
    if a is None or b is None:
        return ["new"] if a is None else ["gone"]
    if "absent" in a or "absent" in b:
        return [] if a == b else [f"not made: {b['absent']}"] if "absent" in b else ["made again"]
    what = [key for key in a.keys() & b.keys() if a[key] != b[key]]
    return sorted(what) + (["data"] if data != now and None not in (data, now) else [])


def _trials(a: Mapping[str, Any], b: Mapping[str, Any], described: Described) -> Iterator[Rerun]:
    """Trials with another fingerprint, or another end, together where the reason is the same."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for owner, one, other in _pairs(a["trials"], b["trials"]):
        for label, x, y in _pairs(_by_label(one or ()), _by_label(other or ())):
            reason = _reason(x, y, described)
            if reason:
                groups.setdefault((owner, *reason), []).append(label)
    return (Rerun(owner, reason, tuple(labels), text) for (owner, reason, text), labels in groups.items())


def _by_label(trials: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {f"{trial['label']}": trial for trial in trials}


def _reason(x: Mapping[str, Any] | None, y: Mapping[str, Any] | None, described: Described) -> tuple[str, str] | None:
    if x is None or y is None:
        return ("new", "") if x is None else ("gone", "")
    if x["state"] != y["state"]:
        return f"{x['state']} → {y['state']}", y["reason"] or x["reason"]
    if x["fingerprint"] == y["fingerprint"]:
        return None
    one, other = described(x["fingerprint"]), described(y["fingerprint"])
    if one is None or other is None:
        return UNKNOWN, KEPT_APART
    sums, texts = other.get("sums", {}), other.get("sources", {})
    own = {category: total for category, total in sums.items() if category != Reason.UPSTREAM}
    if all(total == one.get("sums", {}).get(category) for category, total in own.items()):
        return str(Reason.UPSTREAM), ""  # which trial that is, is told of that one
    reason, difference = why(one, own, other.get("parts", {}), lambda name: texts.get(name, ""))
    return str(reason), difference


# --- text ----------------------------------------------------------------------------------------------------------


def _passages(before: str, after: str) -> Iterator[Passage]:
    """Paragraphs of the pages that read otherwise; figures and tables are told of apart."""
    a, b = _blocks(before), _blocks(after)
    old, new = [text for _, text in a], [text for _, text in b]
    for what, i, to, j, until in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what != "equal":
            chapter = (b[j] if j < until else a[i])[0]
            yield Passage(chapter, tuple(old[i:to]), tuple(new[j:until]))


def _blocks(page: str) -> list[tuple[str, str]]:
    reader = _Paragraphs()
    reader.feed(re.sub(r'<span class="section">[^<]*</span>', "", page[page.find("<main") :]))  # numbers of chapters move
    return reader.blocks if page else []


class _Paragraphs(HTMLParser):
    """The text of a page, paragraph by paragraph, each with its chapter; a formula is its LaTeX."""

    BLOCKS = frozenset({"p", "h2", "h3", "h4", "h5", "li", "dt", "dd", "tr", "summary"})
    SKIPPED = frozenset({"figure", "svg", "script", "style", "math"})

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[tuple[str, str]] = []
        self._chapter, self._text = "", ""
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "math" and not self._inside:
            self._text += dict(attrs).get("alttext") or ""
        if tag in self.SKIPPED:
            self._inside.append(tag)
        elif tag in self.BLOCKS:
            self._end("")

    def handle_endtag(self, tag: str) -> None:
        if self._inside and tag == self._inside[-1]:
            self._inside.pop()
        elif tag in self.BLOCKS and not self._inside:
            self._end(tag)

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self._text += data

    def _end(self, tag: str) -> None:
        text = " ".join(self._text.replace("¶", "").split())
        self._text = ""
        if tag == "h2":
            self._chapter = text
        if text:
            self.blocks.append((self._chapter, text))
