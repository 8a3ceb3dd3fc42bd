"""Find what a write-up is made of: experiments and theory files.

Experiments are imported, because their trials must be declared. Theory files are only located: a proof that is already
in the store is shown without importing the file that holds it.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report.errors import DeclarationError, ReportError, UsageError, Where, author_line, nearest
from report.model import Budget, Experiment, Trial
from report.run.declaration import check_experiment, check_trials


@dataclass(frozen=True)
class Content:
    """Everything that was found under ``root``, by id."""

    root: Path
    experiments: Mapping[str, Experiment]
    experiment_files: Mapping[str, Path]
    theory: Mapping[str, Path]

    def only(self, names: Iterable[str]) -> frozenset[str]:
        """Those of its ids that ``--only`` asks for."""
        return chosen(names, [*self.experiments, *self.theory])


def chosen(names: Iterable[str], known: Sequence[str]) -> frozenset[str]:
    """The ids out of ``known`` that are asked for, all of them for no name; ``t4,e2`` are two. Raises ``UsageError`` for an
    unknown one.
    """
    asked = [name.upper() for part in names for name in part.split(",") if name]
    for name in asked:
        if name not in known:
            raise UsageError(f"there is no experiment or theorem '{name}'.", remedy=nearest(name, known))
    return frozenset(asked or known)


def collect(root: Path) -> Content:
    """Everything under ``root``. Raises ``DeclarationError`` for a file that cannot be used, naming its line."""
    theory = theorem_files(root)
    files = experiment_files(root)
    experiments = {identifier: _experiment(identifier, path) for identifier, path in files.items()}
    return Content(root, experiments, files, theory)


def theorem_files(root: Path) -> dict[str, Path]:
    """The theory file of each theorem. Raises ``DeclarationError`` for two of one."""
    return _by_id(root / "theory", "t")


def experiment_files(root: Path) -> dict[str, Path]:
    """The same of each experiment."""
    return _by_id(root / "experiments", "e")


def _by_id(folder: Path, letter: str) -> dict[str, Path]:
    """``e02_name.py``, or the package ``e02_name/``, → E2, in the order of the numbers."""
    found: dict[str, Path] = {}
    files = [*folder.glob(f"{letter}[0-9]*.py"), *folder.glob(f"{letter}[0-9]*/__init__.py")]
    for path in sorted(files, key=_module_name):
        match = re.match(rf"{letter}0*(\d+)", _module_name(path))
        assert match is not None
        identifier = f"{letter.upper()}{match[1]}"
        if identifier in found:
            raise DeclarationError(
                f"two files for {identifier}: {_module_name(found[identifier])} and {_module_name(path)}.",
                where=Where(path),
                remedy="Rename or remove one of them.",
            )
        found[identifier] = path
    return found


def _module_name(path: Path) -> str:
    """The name of the module in ``path``; of a package, that of its folder."""
    return path.parent.name if path.name == "__init__.py" else path.stem


def _experiment(identifier: str, path: Path) -> Experiment:
    module = _import_file(path)
    experiment = getattr(module, "EXPERIMENT", None)
    if not isinstance(experiment, Experiment):
        raise DeclarationError(
            "the file declares no EXPERIMENT.", where=Where(path), remedy="End it with EXPERIMENT = Experiment(id=…, …)."
        )
    if experiment.id != identifier:
        raise DeclarationError(
            f"the experiment calls itself {experiment.id}, its file name says {identifier}.",
            where=Where(path),
            remedy="Make the two agree: e02_name.py holds E2.",
        )
    check_experiment(experiment, path)
    return experiment


def _import_file(path: Path) -> Any:
    """The module in ``path`` (as ``folder.name``). Whatever it raises becomes a ``DeclarationError`` with its line."""
    folder = path.parent.parent if path.name == "__init__.py" else path.parent
    try:
        return importlib.import_module(f"{folder.name}.{_module_name(path)}")
    except ReportError:
        raise
    except (Exception, SystemExit) as error:
        raise DeclarationError(
            f"cannot be imported: {type(error).__name__}: {error}",
            where=author_line(error) or Where(path),
            remedy="Mend the file; the build has not changed anything.",
        ) from error


def declared(content: Content, budget: Budget) -> dict[str, list[Trial]]:
    """The trials of each experiment that the budget buys. Raises ``DeclarationError`` for one that cannot say."""
    return {name: _trials(content, name, budget) for name in content.experiments}


def _trials(content: Content, name: str, budget: Budget) -> list[Trial]:
    experiment, path = content.experiments[name], content.experiment_files[name]
    try:
        return check_trials(experiment, experiment.trials(budget), path)
    except DeclarationError:
        raise
    except (Exception, SystemExit) as error:
        raise DeclarationError(
            f"{name} cannot declare its trials: {type(error).__name__}: {error}",
            where=author_line(error) or Where(path),
            remedy="Mend that line; the build has not changed anything.",
        ) from error
