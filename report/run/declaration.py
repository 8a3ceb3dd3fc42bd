"""What an experiment may not declare, said before anything runs and with the line at which it stands."""

from __future__ import annotations

import ast
import contextlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from report.errors import DeclarationError, Where, nearest
from report.model import Claim, Data, Experiment, Measure, Needs, Trial, Value, data_read
from report.seeds import Unit

NAME = re.compile(r"[^\W\d]\w*")
TAKEN = frozenset({"seed", "name", "self"})
"""What ``value(name, digits=…, …)`` and ``runs.where(…)`` understand themselves: no tag may be called so."""


def check_experiment(experiment: Experiment, path: Path) -> None:
    """Raises ``DeclarationError`` for names that cannot be told apart, and for views that are no views."""
    for field in ("title", "question"):
        if not isinstance(getattr(experiment, field), str):
            raise _refused(f"the {field} is no text: {getattr(experiment, field)!r:.60}.", path, field, "Write it in quotes.")
    if not callable(experiment.trials):
        what = f"trials is no function: {experiment.trials!r:.60}."
        raise _refused(what, path, "trials", "Give a function from a Budget to a list of Trial.")
    for kind, due, fits in _VIEWS:
        views = getattr(experiment, kind)
        if not isinstance(views, Mapping):
            raise _refused(f"{kind} is no dictionary: {views!r:.60}.", path, kind, f"Write name: {due}.")
        for name, view in views.items():
            if not (isinstance(name, str) and NAME.fullmatch(name)):
                raise _refused(
                    f"{name!r} cannot be a name in {kind}.", path, name, "Use letters, digits and _: prose says E1.name."
                )
            if not fits(view):
                raise _refused(f"'{name}' in {kind} is {view!r:.80}.", path, name, f"It must be {due}.")
    for name in sorted(experiment.values.keys() & experiment.measures.keys()):
        what = f"'{name}' is a value and a measure: value('{experiment.id}.{name}') could mean either."
        raise _refused(what, path, name, "Rename one of them.")


def check_files(paths: Iterable[Path]) -> None:
    """Raises ``DeclarationError`` for what the text of experiments shows and an import does not; a file of an experiment that
    has not changed since it was planned need not be read again."""
    for path in paths:
        for file in sorted(path.parent.rglob("*.py")) if path.name == "__init__.py" else (path,):
            _check_dictionaries(file)


def _check_dictionaries(file: Path) -> None:
    """Raises ``DeclarationError`` for a name given twice in a dictionary: Python would silently drop what comes first."""
    for node in ast.walk(ast.parse(file.read_bytes(), str(file))):
        first: dict[str, int] = {}
        for key in node.keys if isinstance(node, ast.Dict) else ():
            if not isinstance(key, ast.Constant | ast.Name):
                continue  # what is computed may differ each time
            name = ast.unparse(key)
            if name in first:
                what = f"this dictionary gives {name} twice: what it gives first, on line {first[name]}, would be dropped."
                raise DeclarationError(what, where=Where(file, key.lineno), remedy="Rename or remove one of them.")
            first[name] = key.lineno


def _is_claim(view: object) -> bool:
    return isinstance(view, Claim) and _is_sentence(view.sentence) and callable(view.judge) and isinstance(view.needs, Needs)


def _is_sentence(text: object) -> bool:
    return isinstance(text, str) and bool(text.strip())


def _is_measure(view: object) -> bool:
    if not isinstance(view, Measure) or not isinstance(view.label, str) or not isinstance(view.unit, str | Unit):
        return False
    return _whole(view.digits) and _number(view.scale)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 17


_VIEWS: tuple[tuple[str, str, Callable[[object], bool]], ...] = (
    ("measures", "a Measure of texts, a number of decimals and a scale", _is_measure),
    ("figures", "a function of the runs", callable),
    ("tables", "a function of the runs", callable),
    ("claims", "a Claim of a sentence and a function of the runs", _is_claim),
    (
        "values",
        "a function of the runs, or a Value",
        lambda view: callable(view) or (isinstance(view, Value) and _number(view.number)),
    ),
)


def check_trials(experiment: Experiment, trials: Iterable[Any], path: Path) -> list[Trial]:
    """The trials. Raises ``DeclarationError`` for what is none, and for two that no reader could tell apart."""
    function = getattr(experiment.trials, "__name__", "trials")

    def refused(what: str, remedy: str) -> DeclarationError:
        return _refused(f"{experiment.id}: {what}", path, function, remedy)

    known: dict[str, Trial] = {}
    every: list[Trial] = []
    for trial in trials:
        every.append(trial)
        for what, remedy in _faults(trial):
            raise refused(what, remedy)
        condition = repr(sorted(trial.condition.items()))
        if condition in known:
            raise refused(*_told_apart_by(known[condition], trial))
        known[condition] = trial
    if not every:
        raise refused("there are no trials.", "Return one at least; of budget.seeds(0) comes none.")
    return every


def check_data(name: str, trials: Iterable[Trial], known: Collection[str], path: Path) -> None:
    """Raises ``DeclarationError`` for a data set that nobody knows."""
    for read in sorted({each for trial in trials for each in data_read(trial)} - set(known)):
        raise _refused(f"{name}: there is no data set '{read}'.", path, read, nearest(read, known))


def _faults(trial: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with one trial, and what to do."""
    if not isinstance(trial, Trial):
        yield f"the trials hold {trial!r:.60}.", "Return a list of Trial."
        return
    for kind in ("arguments", "inputs", "tags"):
        named = getattr(trial, kind)
        if not isinstance(named, Mapping) or not all(isinstance(name, str) for name in named):
            yield f"the {kind} of a trial are {named!r:.60}.", "Give a dictionary from names."
            return
    if not callable(trial.function):
        yield f"{trial.function!r:.60} is no function.", "A trial's function stands at the top level of a module."
    for name, source in trial.inputs.items():
        if not isinstance(source, Trial | Data):
            yield f"the input '{name}' is {source!r:.60}.", "Give a Trial or Data."
        else:
            yield from _faults(source) if isinstance(source, Trial) else ()
    for name, value in trial.tags.items():
        if name in TAKEN or not NAME.fullmatch(name):
            yield f"a tag cannot be called '{name}'.", "Call it something else: prose selects by it, value(…, name=…)."
        if not (value is None or isinstance(value, str | int | float)):
            yield f"the tag {name}={value!r:.60} is no text and no number.", "Name the condition in a word."
        elif value != value:
            yield f"the tag {name} is NaN, which equals nothing, not even itself.", "Name the condition in a word."
    seed = trial.arguments.get("seed", 0)
    if not isinstance(seed, int) or isinstance(seed, bool):
        yield f"the seed {seed!r:.60} is no whole number.", "Take it from budget.seeds(n)."


def _told_apart_by(one: Trial, other: Trial) -> tuple[str, str]:
    """What two trials of one condition differ in, which is what the author forgot to say in their tags."""
    names = [
        name for name in (*one.arguments, *other.arguments) if repr(one.arguments.get(name)) != repr(other.arguments.get(name))
    ]
    label = one.label or "without tags"
    if names:
        name = names[0]
        both = f"{one.arguments.get(name)!r:.40} and {other.arguments.get(name)!r:.40}"
        return f"two trials are '{label}', with {name} {both}: a reader would take them for one.", f"Tag them with {name}."
    if one.function is not other.function:
        both = " and ".join(getattr(each.function, "__name__", "?") for each in (one, other))
        return f"two trials are '{label}', of the functions {both}.", "Give them tags that tell them apart."
    if one.inputs != other.inputs:
        return f"two trials are '{label}', with other inputs.", "Give them tags that tell them apart."
    return f"the trial '{label}' is declared twice.", "Declare it once."


def _refused(what: str, path: Path, name: str, remedy: str) -> DeclarationError:
    return DeclarationError(what, where=Where(path, _line(path, name)), remedy=remedy)


def _line(path: Path, name: str) -> int | None:
    """The last line on which ``name`` is a key, an argument or a function; else that of the EXPERIMENT."""
    spelt: dict[str, int] = {}
    with contextlib.suppress(OSError, ValueError, SyntaxError):
        for node in ast.walk(ast.parse(path.read_bytes())):
            words = (getattr(node, of, None) for of in ("value", "arg", "name", "id"))
            spelt |= {w: max(node.lineno, spelt.get(w, 0)) for w in words if isinstance(w, str) and isinstance(node, _PLACED)}
    return spelt.get(name, spelt.get("EXPERIMENT"))


_PLACED = (ast.expr, ast.stmt, ast.keyword)
