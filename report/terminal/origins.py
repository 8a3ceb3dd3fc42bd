"""Where a number comes from: from the line of prose that states it down to the code, the data and the packages behind it."""

from __future__ import annotations

import hashlib
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from report.errors import ReportError, UsageError, nearest
from report.judge.answers import Answers, Told
from report.judge.views import Absent, Judged
from report.model import Experiment, Outcome, Runs, Scalar, Trial, data_read
from report.run.plan import Planned
from report.seeds import Seeds
from report.stats import Mean, value_of
from report.terminal.bench import Basis
from report.write import evidence
from report.write.manuscript import Manuscript
from report.write.markdown import LINE, VALUE, evidence_text, unescape, value_text
from report.write.prose import identifier

NUMBER = re.compile(r"[-−]?\d[\d.,]*(?:\s?×\s?10(?=[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]))?[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]*")
TABLE = re.compile(r"\{\.table #(?P<anchor>\S+) .*?\n::: caption\n(?P<rows>.*?)\n:::::\n", re.DOTALL)
SPACES = str.maketrans({"\u00a0": " ", "\u202f": "", "\u2007": "", "\u2008": ""})
GROUPS = re.compile(r"(?<=\d)\s(?=\d{3}(?!\d))")  # what stands between thousands
ATTRIBUTES = re.compile(r'\{[.#](?:[^{}"]|"(?:[^"\\]|\\.)*")*\}')
YEAR = re.compile(r"1[89]\d\d|20\d\d")
SEVERAL = 8  # how many trials are named one by one


@dataclass(frozen=True)
class Exhibit:
    """A place where numbers are shown: in prose, a caption, a table or beside a claim; each of ``shown`` is a piece of it."""

    name: str
    place: str
    shown: tuple[str, ...]
    kind: str = "value"
    condition: Mapping[str, Scalar] = field(default_factory=dict)
    cells: tuple[tuple[str, str], ...] = ()  # the numbers of a table, each with what it is the mean of

    def title(self) -> str:
        return " ".join([self.name, *(f"{key}={value}" for key, value in self.condition.items())])


def origin(query: str, basis: Basis, manuscript: Manuscript) -> str:
    """What is known of the name ``query``, or of each place that prints that number. Raises ``UsageError`` for neither."""
    told = list(mentions(basis, manuscript))
    if query[:1].isalpha():
        named = [mention for mention in told if mention.name == query] or [_unmentioned(query, basis, told)]
        once = {mention.title(): mention for mention in reversed(named)}
        return "\n\n".join(_told(mention, [m for m in named if m.title() == title], basis) for title, mention in once.items())
    wanted = _numbers(_plain(GROUPS.sub("", query)))[:1]  # without its unit
    pieces = [(m, piece) for m in told for piece in m.shown if wanted and wanted[0] in _numbers(piece)]
    if not pieces:
        return _no_result(query, wanted, manuscript)
    if len({mention.title() for mention, _ in pieces}) == 1:
        shown = pieces[0][0]
        rows = [piece for _, piece in pieces if shown.kind == "table" and piece != shown.shown[0]]
        cells = [f"{text}: {told}" for text, told in shown.cells if wanted[0] in _numbers(text)]
        return _told(shown, [mention for mention, _ in pieces], basis, [("row", rows), ("seeds", cells)])
    lines = dict.fromkeys(f"  {mention.title():<40} {mention.place:<28} {piece}" for mention, piece in pieces)
    return "\n".join([f"{query} may be", *lines, "python build.py explain NAME tells the whole of one."])


def _no_result(query: str, wanted: list[str], manuscript: Manuscript) -> str:
    """Where a number stands that nothing here computed: in a formula, in the text, beside a citation. Raises ``UsageError``."""
    for name, label in manuscript.labels.items():
        if wanted and label == f"Equation {wanted[0]}":
            return f"{query} is no result: ({wanted[0]}) is the number of an equation, {name}."
    for chapter in manuscript.chapters:
        for line in ATTRIBUTES.sub("", chapter.markdown).splitlines():
            words = _plain(unescape(line.replace("\\,", "")))
            if wanted and wanted[0] in _numbers(words):
                at = words.find(wanted[0])
                is_year = "the year of a citation, or of a course" if YEAR.fullmatch(wanted[0]) else "no result of a run"
                return f"{query} is {is_year}: “{words[max(0, at - 60) : at + 40].strip()}” ({chapter.identifier})"
    raise UsageError(
        f"no page shows the number {query}.",
        remedy="It may be that of a page or a section. Write it as it is printed, or a name: E2.test_accuracy.",
    )


def mentions(basis: Basis, manuscript: Manuscript) -> Iterator[Exhibit]:
    """Every place that shows a number which was computed, in the order of the pages."""
    for stated in manuscript.stated:
        shown = _plain(unescape(value_text(stated.value)))
        yield Exhibit(stated.name, f"{stated.chapter}:{stated.line}", (shown,), condition=stated.condition)
    for chapter in manuscript.chapters:  # what stands beside the words of others
        for number in evidence.numbers(chapter.markdown):
            finding = manuscript.findings.get(unescape(number["origin"]).rpartition("stated in ")[2])
            if finding is not None:
                shown = _plain(unescape(number["text"]))
                yield Exhibit(finding.entry.ours[-1], finding.entry.name, (shown,), condition=finding.entry.of)
    tables = {table["anchor"]: table["rows"] for chapter in manuscript.chapters for table in TABLE.finditer(chapter.markdown)}
    for name, place in manuscript.places.items():
        owner, _, own = name.partition(".")
        judged = basis.judged.get(owner, Judged())
        figure, claim = judged.figures.get(own), judged.claims.get(own)
        if figure is not None and not isinstance(figure, Absent):
            yield Exhibit(name, place, (_plain(figure.caption),), "figure")
        if identifier(name) in tables:
            rows = tables[identifier(name)]
            yield Exhibit(name, place, tuple(_rows(rows)), "table", cells=tuple(_cells(rows)))
        if claim is not None and not isinstance(claim, Absent):
            shown = f"{claim.sentence} {claim.verdict.holds} {evidence_text(claim.verdict)}"
            yield Exhibit(name, place, (_plain(unescape(shown)),), "claim")


def count(basis: Basis, manuscript: Manuscript) -> dict[str, int]:
    """How many numbers the pages show, by the sort of place; each is computed, or typed with a reason."""
    kinds = {"value": "in prose", "figure": "in captions of figures", "table": "in tables", "claim": "beside claims"}
    told = list(mentions(basis, manuscript))
    counted = {
        words: sum(len(_numbers(piece)) for mention in told if mention.kind == kind for piece in mention.shown)
        for kind, words in kinds.items()
    }
    in_prose = [number for chapter in manuscript.chapters for number in evidence.numbers(chapter.markdown)]
    counted |= {"in prose": len(in_prose), "in prose without an origin": sum(not number["origin"] for number in in_prose)}
    return counted | {"typed with a reason": len(manuscript.typed), "typed without one": 0}  # the build refuses these


def _rows(table: str) -> Iterator[str]:
    """The caption and the rows of a table as they are printed."""
    for line in filter(None, table.split("\n")):
        yield _plain(unescape(re.sub(VALUE, r"\1", line.strip("| ").replace(" | ", "  "))))


def _cells(table: str) -> Iterator[tuple[str, str]]:
    """Every number of a table that is a mean over seeds, as it is printed, with these."""
    for cell in re.finditer(VALUE, table):
        seeds = [line for line in cell["origin"].split(LINE) if re.match(r"\d+\\:", line)]
        if seeds:
            yield _plain(unescape(cell["text"])), _plain(unescape(seeds[0]))


def _plain(text: str) -> str:
    return text.translate(SPACES).replace("−", "-").strip()


def _numbers(text: str) -> list[str]:
    return ["".join(number.split()).rstrip(".,") for number in NUMBER.findall(text)]


def _unmentioned(query: str, basis: Basis, told: Iterable[Exhibit]) -> Exhibit:
    """What is computed, and not shown on these pages."""
    content = basis.bench.content
    try:
        Answers(content.experiments, basis.judged).value(query, {})
    except ReportError as error:
        if "several kinds" not in error.what:
            measured = (f"{each.id}.{name}" for each in content.experiments.values() for name in each.measures)
            known = [*(mention.name for mention in told), *measured]
            raise UsageError(f"there is no number '{query}'.", remedy=nearest(query, known)) from None
    return Exhibit(query, "", ())


# --- on the pages --------------------------------------------------------------------------------------------------


def teller(basis: Basis) -> Told:
    """What the pages tell of a number, a line each: seeds with their values and interval, data, the place of the code, and a
    digest of the results, which changes when one of them does."""
    known = basis.known.told

    def told(name: str, condition: Mapping[str, Scalar]) -> tuple[str, ...]:
        asked = f"{name} {condition}"
        if asked not in known:
            known[asked] = tuple(_lines(name, condition, basis))
        return known[asked]

    return told


def _lines(name: str, condition: Mapping[str, Scalar], basis: Basis) -> Iterator[str]:
    owner, _, own = name.partition(".")
    content = basis.bench.content
    if owner in content.theory:
        yield f"computed in {_place(None, own, content.theory[owner], basis)}, without a run"
    if owner not in content.experiments:
        return
    experiment = content.experiments[owner]
    outcomes = [o for o in basis.outcomes.get(owner, ()) if _read(owner, own, o.fingerprint, o.trial, condition, basis)]
    read = dict.fromkeys(name for outcome in outcomes for name in sorted(data_read(outcome.trial)))
    where = _place(_view(experiment, own), own, content.experiment_files[owner], basis)
    data = ", ".join(f"{basis.bench.data[each].title} ({basis.bench.data[each].digest[:8]})" for each in read)
    numbers = [(o.state, sorted(o.result.scalars.items()) if o.result else ()) for o in outcomes]
    results = hashlib.sha256(repr(numbers).encode()).hexdigest()[:8]
    runs = f"{len(outcomes)} run{'' if len(outcomes) == 1 else 's'}"
    runs += "" if own in experiment.measures else _of_seeds(outcomes)
    behind = f"from {runs}, results {results}" + (f"; data: {data}" if data else "")
    yield f"computed in {where}{' ' if outcomes else ', '}{behind if outcomes else 'without a run'}"


def _of_seeds(outcomes: Iterable[Outcome]) -> str:
    seeds = sorted({o.trial.arguments["seed"] for o in outcomes if "seed" in o.trial.arguments})
    return f" of seed{'' if len(seeds) == 1 else 's'} {', '.join(map(str, seeds))}" if seeds else ""


def _view(experiment: Experiment, own: str) -> Any:
    """What makes a number: a measure, a function, or the function that judges a claim."""
    views: dict[str, Any] = {**experiment.values, **experiment.figures, **experiment.tables, **experiment.claims}
    thing = experiment.measures.get(own) or views.get(own)
    return getattr(thing, "judge", thing)


# --- the chain -----------------------------------------------------------------------------------------------------


def _told(mention: Exhibit, same: Iterable[Exhibit], basis: Basis, more: Sequence[tuple[str, list[str]]] = ()) -> str:
    owner, _, own = mention.name.partition(".")
    lines = [mention.title(), *(f"  {piece}" for piece in mention.shown[:1])]
    entries = [("stands at", [*dict.fromkeys(m.place for m in same if m.place)] or ["nowhere on these pages"]), *more]
    if owner in basis.bench.content.experiments:
        entries += _of_experiment(owner, own, mention.condition, basis)
    elif owner in basis.bench.content.theory:
        from report.prove.derivation import load  # and with it the prover, which the pages have no use for

        file = basis.bench.content.theory[owner]
        views = load(file)
        thing = {**views.values, **views.tables, **views.figures}.get(own)
        entries += [("computed in", [_place(thing, own, file, basis)]), ("rests on", ["a theorem: no run and no data"])]
    else:
        entries += [("computed by", ["the build itself"])]
    for word, each in entries:
        lines += [f"  {word if position == 0 else '':<12}{text}" for position, text in enumerate(each)]
    return "\n".join(lines)


def _of_experiment(owner: str, own: str, condition: Mapping[str, Scalar], basis: Basis) -> list[tuple[str, list[str]]]:
    experiment, file = basis.bench.content.experiments[owner], basis.bench.content.experiment_files[owner]
    entries = [("computed in", [_place(_view(experiment, own), own, file, basis)])]
    if own in experiment.measures:
        entries.append(("seeds", _seeds(experiment, own, condition, basis)))
    planned = _planned(owner, own, condition, basis)
    if not planned:
        return [*entries, ("rests on", ["no run and no data"])]
    labels = [f"{each.trial.label}  ({each.fingerprint.digest[:12]})" for each in planned]
    more = [f"and {len(labels) - SEVERAL} more"] if len(labels) > SEVERAL else []
    functions = dict.fromkeys(each.trial.function for each in planned)
    return [
        *entries,
        ("trials", [*labels[:SEVERAL], *more]),
        ("run by", [f"{f.__module__}.{f.__qualname__}, {_place(f, f.__name__, file, basis)}" for f in functions]),
        ("code", [_reached(planned)]),
        *((part, _part(part, planned)) for part in ("data", "packages", "machine") if _part(part, planned)),
    ]


def _seeds(experiment: Experiment, own: str, condition: Mapping[str, Scalar], basis: Basis) -> list[str]:
    """A line for each condition: every seed with its value, and the interval of the mean."""
    measure, lines = experiment.measures[own], []
    runs = Runs(tuple(row.run() for row in basis.judged[experiment.id].rows))
    kinds: dict[str, dict[int, float]] = {}
    for run in runs.where(**condition) if condition and len(runs) else runs:
        number = run.result.scalars.get(own) if run.result else None
        if isinstance(number, int | float) and "seed" in run.trial.arguments:
            kinds.setdefault(" ".join(map(str, run.trial.tags.values())), {})[run.seed] = float(number)
    for kind, seeds in kinds.items():
        unit = measure.reads(seeds.values())
        mean = value_of(Seeds(seeds), unit, measure.digits)
        lines.append(_plain(f"{kind}: {mean.origin}"))
    return lines or ["nothing was run"]


def _planned(owner: str, own: str, condition: Mapping[str, Scalar], basis: Basis) -> list[Planned]:
    """The trials of an experiment that a number of it is made of."""
    plan = basis.bench.plan()
    digests = dict.fromkeys(plan.digest(t) for t in plan.asked[owner] if _read(owner, own, plan.digest(t), t, condition, basis))
    by_digest = {planned.digest: planned for planned in plan.planned}
    return [by_digest[digest] for digest in digests]


def _read(owner: str, own: str, digest: str, trial: Trial, condition: Mapping[str, Scalar], basis: Basis) -> bool:
    """Whether a number is made of this trial: a measure of those of its condition, a view of those it looked at."""
    if own not in basis.bench.content.experiments[owner].measures:
        return digest in basis.judged[owner].read.get(own, ())
    return all(trial.condition.get(key) == value for key, value in condition.items())


def _reached(planned: Iterable[Planned]) -> str:
    names = {name for each in planned for name in each.fingerprint.parts.get("code", {}) if name != "subject"}
    modules = sorted({name.rpartition(".")[0] for name in names})
    return f"{len(names)} definitions in {', '.join(modules)}" if names else "none"


def _part(part: str, planned: Iterable[Planned]) -> list[str]:
    said = {
        f"{key} {value}" if part != "data" else value[:24]
        for each in planned
        for key, value in each.fingerprint.parts.get(part, {}).items()
    }
    return sorted(said)


def _place(thing: Any, own: str, file: Path, basis: Basis) -> str:
    """The file and line of a function; of what is no function, where its name is declared."""
    while isinstance(thing, partial | Mean):
        thing = thing.func if isinstance(thing, partial) else thing.of
    root = basis.bench.content.root
    if inspect.isfunction(thing):
        code = inspect.unwrap(thing).__code__
        path = Path(code.co_filename)
        return f"{path.relative_to(root) if path.is_relative_to(root) else path}:{code.co_firstlineno}"
    files = [file, *sorted(file.parent.glob("*.py"))] if file.name == "__init__.py" else [file]
    for declared in (rf'"{own}":\s*[A-Z]', rf'"{own}"'):  # as a noun of the shelf, where there is one
        for path in files:
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if re.search(declared, line):
                    return f"{path.relative_to(root)}:{number}"
    return str(file.relative_to(root))
