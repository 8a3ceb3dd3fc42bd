"""Check the theory: each theorem file by itself, several at a time, and none again that has not changed.

A proof is kept in the store under what the theorem reaches (as a trial's result is, but leniently: a checker must be allowed
to do what a trial may not, read a font, ask for a caller's line), and under the whole of every module of the checker.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from report import plots
from report.cache import codec
from report.cache.digests import digest_of
from report.cache.fingerprint import version_or_absence
from report.cache.reach import Sources, Whole
from report.cache.store import Store
from report.errors import DeclarationError, ProofError, ReportError, Where, author_line
from report.judge import encoding
from report.judge.encoding import decode_figure, encode_figure, encode_noun
from report.judge.views import Judged, Judgement
from report.model import Holds, Verdict
from report.prove.check import check
from report.prove.checked import Proof
from report.prove.derivation import Derivation, load
from report.prove.parallel import Theorem, each_apart

CHECKER = "report.proof"


def theorems(
    files: Mapping[str, Path],
    root: Path,
    store: Store,
    jobs: int,
    say: Callable[[str], None],
    read: Callable[[Path], bytes] = Path.read_bytes,
) -> dict[str, Theorem]:
    """Every theorem, from the store where nothing that it depends on has changed, else proved now; a store that is read only
    proves nothing, and leaves out what it does not hold.

    Raises ``ProofError`` with every step that is not proved: a write-up with a wrong proof is not written.
    """
    keys = keys_of(files, root, store, read)
    found = stored(keys, store)
    missing = [name for name in files if name not in found and not store.read_only]
    if missing:
        say(f"proving {', '.join(missing)}")
    with each_apart(_encoded, [files[name] for name in missing], jobs) as made:
        for name, entry in zip(missing, made):
            found[name] = _decoded(entry)
            if found[name].proof.holds:  # a refusal names lines, and they move
                store.put(keys[name], entry, durable=False)  # it is made again in a moment
    failures = [failure for name in missing for failure in found[name].proof.failures]
    if failures:
        raise ProofError("\n".join(failures), remedy="Mend the theory file; python build.py check T… shows one theorem.")
    return {name: found[name] for name in files if name in found}


def stored(keys: Mapping[str, str], store: Store) -> dict[str, Theorem]:
    """Those of the theorems that the store holds; a copy under another number is not it."""
    entries = {name: store.get(key) for name, key in keys.items()}
    found = {name: _decoded(entry) for name, entry in entries.items() if entry is not None}
    return {name: theorem for name, theorem in found.items() if theorem.proof.id == name}


# --- keeping -------------------------------------------------------------------------------------------------------


def keys_of(
    files: Mapping[str, Path], root: Path, store: Store, read: Callable[[Path], bytes] = Path.read_bytes
) -> dict[str, str]:
    """What each theorem is kept under."""
    sources = Sources(root, store.memory("sources"), lenient=True, read=read)
    checker = sources.whole([CHECKER, __name__])
    return {name: key_of(f"theory.{path.stem}", checker, sources) for name, path in files.items()}


def key_of(module: str, checker: Whole, sources: Sources) -> str:
    """The digest of everything that the theorem in ``module`` and the checker are made of."""
    theorem = sources.reach([(module, "DERIVATION")])
    packages = sorted(checker.packages | theorem.packages)
    versions = {"python": sys.version.split()[0], **{name: version_or_absence(name) for name in packages}}
    return digest_of(theorem.digest, checker.digest, versions)


def _encoded(path: Path) -> dict[str, bytes]:
    """The proof and all views of a theorem as files. Raises ``DeclarationError`` for a view that cannot be made."""
    derivation = load(path)
    files = {"proof.json": codec.written(check(derivation))}
    try:
        files |= _views(derivation)
        _decoded(files)
    except Exception as error:
        if isinstance(error, ReportError) and error.where:
            raise
        what = f"a view of {derivation.id} cannot be made: {_why(error)}"
        raise DeclarationError(what, where=author_line(error) or Where(path), remedy="Mend that line.") from error
    return files


def _why(error: Exception) -> str:
    match error:
        case ReportError():
            return error.what
        case codec.Spoilt():
            return f"it returns something else than it declares: {error}"
    return f"{type(error).__name__}: {error}"


def _views(derivation: Derivation) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for kind, views in (("values", derivation.values), ("tables", derivation.tables)):
        for name, view in views.items():
            files |= {f"{kind}-{name}-{part}": content for part, content in encode_noun(view()).items()}
    for name, draw in derivation.figures.items():
        with plots.style():
            files |= {f"figures-{name}-{part}": content for part, content in encode_figure(draw()).items()}
    for name, claim in derivation.claims.items():
        verdict = Verdict(Holds.YES if claim.true else Holds.NO, what=claim.by)
        files |= {f"claims-{name}-{part}": content for part, content in encode_noun(Judgement(claim.sentence, verdict)).items()}
    return files


def _decoded(files: Mapping[str, bytes]) -> Theorem:
    kinds: dict[str, dict[str, dict[str, bytes]]] = {"values": {}, "tables": {}, "figures": {}, "claims": {}}
    for file, content in sorted(files.items()):  # as the store would give them back
        kind, dash, rest = file.partition("-")
        if dash and kind in kinds:
            name, _, part = rest.rpartition("-")
            kinds[kind].setdefault(name, {})[part] = content
    views = Judged(
        values={name: encoding.value(parts) for name, parts in kinds["values"].items()},
        tables={name: encoding.table(parts) for name, parts in kinds["tables"].items()},
        figures={name: decode_figure(parts) for name, parts in kinds["figures"].items()},
        claims={name: encoding.judgement(parts) for name, parts in kinds["claims"].items()},
    )
    return Theorem(codec.read(Proof, files["proof.json"]), views)
