"""Derivations: what an author states and derives, and ``check``, which decides every step twice.

How to write a theorem file
---------------------------

One question, one file ``theory/tNN_name.py``, which exposes ``DERIVATION``. The glossary comes first, then the parts, then the
conclusion in words. Every formula is text in Python's expression syntax (``report.formula``), written once; the page, SymPy and
the numeric witness all read that same text, so never type LaTeX. In prose and in reasons a formula stands in `backticks`. ::

    DERIVATION = Derivation(
        id="T2",
        title="The derivative of the sigmoid",
        question="…",
        symbols=[real("x", "the input of the unit")],
        definitions=[SIGMA],
        parts=[
            Part(
                "Directly",
                "diff(sigma(x), x) == sigma(x)*(1 - sigma(x))",
                [
                    Step("diff(1/(1 + exp(-x)), x)", definition("sigma")),
                    Step("exp(-x)/(1 + exp(-x))**2", differentiation("chain rule")),
                    …
                    Step("sigma(x)*(1 - sigma(x))", definition("sigma")),
                ],
            ),
        ],
        conclusion="…",
        consequence="…",
    )

A part is a chain: it starts at the left side of its statement; each step gives the next expression and why it equals the one
before (or ``Step("<= …")`` and so on); the last step is the right side. Each step is decided by SymPy for the reason that
it names, in general and under the part's conditions (``given=["x < 0"]``), and again by witnesses.

Reasons (``report.rules``): ``algebra(words)``, ``definition(name, …)``, ``differentiation(words, unfold=…)``,
``reindex("j = k - t")``, ``using(label of an earlier part, at={"x": "o - t"})``, ``linearity("L")``,
``shift_invariance("L")``, ``finite(words)`` and ``cited(theorem)`` (both need ``scope=``, and are never shown as proved); a plain
string is ``calculation``: whatever SymPy can prove.

Witnesses: the numeric one is always on. ``Live(name, function, sweep=…)`` adds another: ``function`` takes symbols by name as plain
floats, integers, lists and Python functions, and computes the value of the part's left side (or of the expression ``of=``) by other
means: a torch module, autograd, counting. Every expression of the chain equal to it must give the same number.

The glossary (``report.glossary``): ``real``, ``integer``, ``signal``, ``function``, ``vector``, ``matrix``, ``operator``, and ``define``.
The field's names are in ``theory/vocabulary.py``. Known everywhere: exp log sqrt sin cos tanh abs sign floor ceil mod max min
delta(i) kron(i, j) one(condition) norm trace inv identity(n) zeros ones diag conj diff(e, x) grad(e, W) sum prod count all any
pi imag.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import itertools
import json
import re
import sys
import time
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import mpmath as mp

from report import decide, numeric
from report.errors import DeclarationError, ReportError, Where, nearest
from report.formula import (
    BINDERS,
    LOGICAL,
    RANGES,
    Formula,
    Statement,
    bound_names,
    join,
    names,
    parse,
    split_relation,
    statement,
)
from report.glossary import (
    Definition,
    Symbol,
    define,
    function,
    integer,
    matrix,
    operator,
    real,
    signal,
    vector,
    written_here,
)
from report.model import Figure, Reported, Table, Value
from report.notation import glossary, latex, readable, relation_latex, relation_sign
from report.numeric import Array, Point, Undefined
from report.rules import (
    Rule,
    Setting,
    Verdict,
    algebra,
    calculation,
    cited,
    definition,
    differentiation,
    finite,
    linearity,
    reindex,
    shift_invariance,
    using,
)
from report.symbolic import ranges

__all__ = [
    "Definition", "Derivation", "Live", "Part", "Proof", "Step", "Symbol", "algebra", "calculation", "check", "cited", "define",
    "definition", "differentiation", "finite", "from_json", "function", "integer", "linearity", "load", "matrix", "operator",
    "real", "reindex", "shift_invariance", "signal", "terminal", "to_json", "using", "vector",
]  # fmt: skip

SYMBOLIC, NUMERIC, LIVE = METHODS = ("sympy", "numeric", "live")
POINTS = 6
LOGIC_POINTS = 60
TRIES = 4000


# --- what an author writes -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """The next expression of a chain, and why: ``Step("1 - F(x)", definition("F"))``. It may begin with a relation."""

    text: str
    because: str | Rule
    where: Where = field(default_factory=written_here, compare=False, repr=False)

    def __post_init__(self) -> None:
        _ = self.expression  # a formula that cannot be read is refused where it is written

    @property
    def relation(self) -> str:
        return split_relation(self.text)[0]

    @property
    def expression(self) -> Formula:
        return parse(split_relation(self.text)[1], self.where)

    @property
    def rule(self) -> Rule:
        return calculation(self.because) if isinstance(self.because, str) else self.because


@dataclass(frozen=True)
class Live:
    """A witness of another kind: ``function`` computes the value of ``of`` (by default the part's left side).

    Its parameters are names of symbols. It gets plain Python: float, int, list (vector), list of lists (matrix), functions (signals),
    and returns a number, a bool, a list, a list of lists, or a function. ``sweep`` gives ranges of integer symbols to be tried exhaustively.
    """

    name: str
    function: Callable[..., Any]
    of: str = ""
    sweep: Mapping[str, Sequence[int]] = field(default_factory=dict)
    points: int = POINTS
    tolerance: float = 1e-9
    where: Where = field(default_factory=written_here, compare=False, repr=False)


@dataclass(frozen=True)
class Part:
    """A statement and the chain that leads from its left to its right side.

    ``given`` are conditions under which it is claimed; ``intro`` is prose before it; ``scope`` says what a step that is only checked or
    cited leaves open, and how the rest follows. ``numeric=False`` switches the numeric witness off where it cannot read.
    """

    label: str
    statement: str
    steps: Sequence[Step]
    given: Sequence[str] = ()
    intro: str = ""
    scope: str = ""
    live: Sequence[Live] = ()
    numeric: bool = True
    points: int = 0
    where: Where = field(default_factory=written_here, compare=False, repr=False)

    def __post_init__(self) -> None:
        _ = self.claim, self.conditions

    @property
    def claim(self) -> Statement:
        return statement(self.statement, self.where)

    @property
    def conditions(self) -> tuple[Formula, ...]:
        return tuple(parse(text, self.where) for text in self.given)


@dataclass(frozen=True)
class Derivation:
    """A question and its answer, derived. ``values``, ``tables``, ``figures`` are computed for prose; ``reported`` are others' numbers."""

    id: str
    title: str
    question: str
    symbols: Sequence[Symbol]
    parts: Sequence[Part]
    conclusion: str
    consequence: str
    definitions: Sequence[Definition] = ()
    values: Mapping[str, Callable[[], Value]] = field(default_factory=dict)
    tables: Mapping[str, Callable[[], Table]] = field(default_factory=dict)
    figures: Mapping[str, Callable[[], Figure]] = field(default_factory=dict)
    reported: Mapping[str, Reported] = field(default_factory=dict)
    where: Where = field(default_factory=written_here, compare=False, repr=False)


# --- what comes of it ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Witnessed:
    """A witness of one step: its name, and at how many points it agreed."""

    name: str
    points: int


@dataclass(frozen=True)
class CheckedStep:
    """A step as shown: ``relation expression`` in LaTeX and as text, the reason in Markdown, the verdict and who bore it out."""

    relation: str
    latex: str
    text: str
    reason: str
    verdict: str
    method: str
    witnesses: tuple[Witnessed, ...]
    where: str
    failure: str = ""
    caught: tuple[str, ...] = ()  # which methods refuse the step


@dataclass(frozen=True)
class CheckedPart:
    """A part as shown. ``start`` is the left side of the chain; the steps follow it."""

    label: str
    intro: str
    scope: str
    statement_latex: str
    statement_text: str
    given_latex: tuple[str, ...]
    given_text: tuple[str, ...]
    start_latex: str
    start_text: str
    steps: tuple[CheckedStep, ...]

    @property
    def verdict(self) -> str:
        """The weakest verdict among the steps."""
        order = [Verdict.FAILED, Verdict.CITED, Verdict.CHECKED, Verdict.PROVED]
        return min((s.verdict for s in self.steps), key=lambda v: order.index(Verdict(v)))


@dataclass(frozen=True)
class GlossaryEntry:
    """A name, what it means, and for a definition its equation and how it was checked."""

    latex: str
    text: str
    meaning: str
    defined: bool = False
    witnesses: tuple[Witnessed, ...] = ()


@dataclass(frozen=True)
class Proof:
    """All that the pages and the terminal show of a derivation; plain data."""

    id: str
    title: str
    question: str
    glossary: tuple[GlossaryEntry, ...]
    parts: tuple[CheckedPart, ...]
    conclusion: str
    consequence: str
    failures: tuple[str, ...]
    seconds: float = field(default=0.0, compare=False)

    @property
    def holds(self) -> bool:
        """Whether every step is borne out."""
        return not self.failures


def to_json(proof: Proof) -> str:
    """The proof as JSON, for keeping."""
    return json.dumps(asdict(proof), ensure_ascii=False, indent=1)


def from_json(text: str) -> Proof:
    """The proof that ``to_json`` wrote."""
    raw = json.loads(text)
    entry = lambda d: GlossaryEntry(**{**d, "witnesses": tuple(Witnessed(**w) for w in d["witnesses"])})  # noqa: E731
    step = lambda d: CheckedStep(  # noqa: E731
        **{**d, "witnesses": tuple(Witnessed(**w) for w in d["witnesses"]), "caught": tuple(d["caught"])}
    )
    part = lambda d: CheckedPart(  # noqa: E731
        **{
            **d,
            "given_latex": tuple(d["given_latex"]),
            "given_text": tuple(d["given_text"]),
            "steps": tuple(map(step, d["steps"])),
        }
    )
    return Proof(
        **{
            **raw,
            "glossary": tuple(map(entry, raw["glossary"])),
            "parts": tuple(map(part, raw["parts"])),
            "failures": tuple(raw["failures"]),
        }
    )


def load(path: Path) -> Derivation:
    """The ``DERIVATION`` of a theory file. Raises ``DeclarationError`` for a file that cannot be read or exposes none."""
    name = f"theory.{path.stem}" if path.parent.name == "theory" else f"_derivation_{zlib.crc32(str(path).encode()):08x}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise DeclarationError("cannot read this file", where=Where(path))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except ReportError:
        raise
    except SyntaxError as error:
        raise DeclarationError(f"not Python: {error.msg}", where=Where(path, error.lineno)) from None
    except Exception as error:
        lines = [f for f in _frames(error) if Path(f[0]) == path]
        raise DeclarationError(
            f"{type(error).__name__}: {error}", where=Where(path, lines[-1][1] if lines else None), remedy="Correct the file."
        ) from None
    found = getattr(module, "DERIVATION", None)
    if not isinstance(found, Derivation):
        raise DeclarationError("no DERIVATION in this file", where=Where(path), remedy="Write DERIVATION = Derivation(…).")
    return found


def _frames(error: BaseException) -> list[tuple[str, int]]:
    trace, found = error.__traceback__, []
    while trace is not None:
        found.append((trace.tb_frame.f_code.co_filename, trace.tb_lineno))
        trace = trace.tb_next
    return found


# --- checking ------------------------------------------------------------------------------------------------------


def check(derivation: Derivation, methods: Collection[str] = METHODS) -> Proof:
    """Decide every step of a derivation. Never raises for a wrong step: ``failures`` says what is wrong, and where.

    ``methods`` leaves out SymPy or a kind of witness; only tests of the witnesses do that.
    """
    began = time.perf_counter()
    failures = [*_glossary_failures(derivation), *_prose_failures(derivation)]
    entries, parts = [], []
    if not failures:
        for entry, problems in _checked_glossary(derivation, methods):
            entries.append(entry)
            failures += problems
        shown: dict[str, tuple[Statement, tuple[Formula, ...]]] = {}
        for part in derivation.parts:
            try:
                checked, problems = _check_part(derivation, part, shown, methods)
                parts.append(checked)
                failures += problems
            except DeclarationError as error:
                failures.append(
                    str(error if error.where else DeclarationError(error.what, where=part.where, remedy=error.remedy))
                )
            shown[part.label] = (part.claim, part.conditions)
    known = glossary(derivation.symbols, derivation.definitions)
    prose = lambda text: _prose(text, known)  # noqa: E731
    return Proof(
        derivation.id,
        derivation.title,
        prose(derivation.question) if not failures else derivation.question,
        tuple(entries),
        tuple(parts),
        prose(derivation.conclusion) if not failures else derivation.conclusion,
        prose(derivation.consequence) if not failures else derivation.consequence,
        tuple(failures),
        time.perf_counter() - began,
    )


def _check_part(
    derivation: Derivation, part: Part, shown: Mapping[str, tuple[Statement, tuple[Formula, ...]]], methods: Collection[str]
) -> tuple[CheckedPart, list[str]]:
    chain = _Chain(part)
    refusals: list[dict[str, str]] = [{} for _ in part.steps]
    for at, problem in chain.broken():
        refusals[at]["chain"] = problem
    decided: list[str | None] = [None] * len(part.steps)
    if SYMBOLIC in methods:
        setting = _setting(derivation, part, shown)
        for at, step in enumerate(part.steps):
            decided[at] = _decide(setting, chain, at, step)
            if decided[at] is None:
                refusals[at][SYMBOLIC] = f"SymPy cannot prove it ({step.rule.words})"
    witnesses: list[list[Witnessed]] = [[] for _ in part.steps]
    if NUMERIC in methods and part.numeric:
        _witness_numerically(derivation, part, chain, witnesses, refusals)
    if LIVE in methods:
        for live in part.live:
            _witness_live(derivation, part, chain, live, witnesses, refusals)
    if set(methods) == set(METHODS):
        for at, found in enumerate(witnesses):
            if not found and not refusals[at]:
                refusals[at]["witness"] = "no witness reaches it: leave the numeric one on, or add a Live witness"
    return _shown_part(derivation, part, chain, decided, witnesses, refusals)


class _Chain:
    """The expressions of a part and the relations between them."""

    def __init__(self, part: Part):
        self.claim = part.claim
        self.expressions = [self.claim.left, *(step.expression for step in part.steps)]
        self.relations = [_default(step, self.claim) for step in part.steps]
        self.part = part

    def broken(self) -> Iterator[tuple[int, str]]:
        """The steps at which the chain says nothing, or does not arrive at what was stated."""
        if not self.part.steps:
            raise DeclarationError("a part needs at least one step", where=self.part.where)
        for at, (before, after) in enumerate(itertools.pairwise(self.expressions)):
            if before.key == after.key:
                yield at, "both sides are the same: the step says nothing"
        last = len(self.part.steps) - 1
        if self.expressions[-1].key != self.claim.right.key:
            yield last, f"the chain ends at {self.expressions[-1]}, but the statement's right side is {self.claim.right}"
        reached = _composed(self.relations)
        if (
            reached != self.claim.relation
            and not (reached == "<" and self.claim.relation == "<=")
            and not (reached == ">" and self.claim.relation == ">=")
        ):
            yield last, f"the steps together give '{reached}', but the statement says '{self.claim.relation}'"

    def equal_to(self, at: int) -> list[int]:
        """The places in the chain joined to ``at`` by == or iff alone."""
        low = high = at
        while low > 0 and self.relations[low - 1] in ("==", "iff"):
            low -= 1
        while high < len(self.relations) and self.relations[high] in ("==", "iff"):
            high += 1
        return list(range(low, high + 1))


def _default(step: Step, claim: Statement) -> str:
    if step.relation == "==" and claim.relation in LOGICAL and not step.text.strip().startswith("=="):
        return "iff" if claim.relation == "iff" else "implies"
    return step.relation


def _composed(relations: Sequence[str]) -> str:
    """The relation that a chain of relations gives between its ends, or 'nothing'."""
    kinds = set(relations) - {"==", "iff"}
    if "iff" in relations or "implies" in relations:
        return "implies" if "implies" in relations else "iff"
    if not kinds:
        return "=="
    if len(kinds) == 1:
        (only,) = kinds
        return only if only != "!=" or list(relations).count("!=") == 1 else "nothing"
    if kinds == {"<", "<="}:
        return "<"
    if kinds == {">", ">="}:
        return ">"
    return "nothing"


def _setting(derivation: Derivation, part: Part, shown: Mapping[str, tuple[Statement, tuple[Formula, ...]]]) -> Setting:
    plain = Setting(tuple(derivation.symbols), tuple(derivation.definitions), decide.NO_FACTS, shown)
    facts = decide.Facts(ranges(plain.symbols, plain.scope()))
    try:
        facts = decide.assume([plain.read(c) for c in part.conditions], facts)
    except ValueError as error:
        raise DeclarationError(f"SymPy cannot use the condition {error}", where=part.where) from None
    return replace(plain, facts=facts)


def _decide(setting: Setting, chain: _Chain, at: int, step: Step) -> str | None:
    try:
        return step.rule.decide(setting, chain.expressions[at], chain.relations[at], chain.expressions[at + 1])
    except DeclarationError as error:
        raise DeclarationError(error.what, where=error.where or step.where, remedy=error.remedy) from None
    except (ArithmeticError, ValueError, TypeError, AttributeError, NotImplementedError, RecursionError, Exception):
        return None  # what SymPy cannot read it has not proved


# --- witnesses -----------------------------------------------------------------------------------------------------


def _points(
    derivation: Derivation, part: Part, wanted: int, seed: str, fixed: Sequence[Mapping[str, int]] | None = None
) -> Iterator[Point]:
    """Seeded random points of the domain that satisfy the part's conditions."""
    random = Random(zlib.crc32(f"{derivation.id}/{part.label}/{seed}".encode()))
    choices = itertools.repeat({}, TRIES) if fixed is None else fixed
    found = 0
    for choice in choices:
        try:
            point = numeric.draw(derivation.symbols, derivation.definitions, random, choice)
            if not numeric.satisfies(part.conditions, point):
                continue
        except Undefined:
            continue
        found += 1
        yield point
        if fixed is None and found == wanted:
            return


def _witness_numerically(
    derivation: Derivation, part: Part, chain: _Chain, witnesses: list[list[Witnessed]], refusals: list[dict[str, str]]
) -> None:
    logical = chain.claim.relation in LOGICAL
    wanted = part.points or (LOGIC_POINTS if logical else POINTS)
    agreed, used, truths = [0] * len(part.steps), 0, [set[bool]() for _ in chain.expressions]
    with mp.workdps(numeric.DIGITS):
        for point in _points(derivation, part, TRIES, NUMERIC):
            try:
                before = numeric.evaluate(chain.expressions[0].tree, point)
            except Undefined:
                continue
            used += 1
            for at, expression in enumerate(chain.expressions[1:]):
                after = _value_or_reason(expression, point)
                if logical:
                    truths[at].add(bool(before))
                    truths[at + 1].add(bool(after))
                if isinstance(after, Undefined) or isinstance(before, Undefined):
                    refusals[at].setdefault(
                        NUMERIC, f"no value at {_spell(point, derivation)}: {after if isinstance(after, Undefined) else before}"
                    )
                elif not numeric.compare(before, chain.relations[at], after):
                    refusals[at].setdefault(
                        NUMERIC,
                        f"at {_spell(point, derivation)} the left side is {_number(before)}, the right side {_number(after)}",
                    )
                else:
                    agreed[at] += 1
                before = after
            if used == wanted:
                break
    for at in range(len(part.steps)):
        if used == 0:
            refusals[at].setdefault(NUMERIC, "no point of the domain satisfies the conditions")
        elif logical and chain.relations[at] == "iff" and len(truths[at]) < 2:
            refusals[at].setdefault(
                NUMERIC, f"the witness only ever saw it {'true' if True in truths[at] else 'false'}: nothing was tested"
            )
        elif logical and True not in truths[at]:
            refusals[at].setdefault(NUMERIC, "the premise was never true: nothing was tested")
        elif NUMERIC not in refusals[at]:
            witnesses[at].append(Witnessed("numeric", agreed[at]))


def _value_or_reason(expression: Formula, point: Point) -> Any:
    try:
        return numeric.evaluate(expression.tree, point)
    except Undefined as reason:
        return reason
    except (TypeError, ValueError, AttributeError, OverflowError) as reason:
        return Undefined(str(reason))


def _witness_live(
    derivation: Derivation,
    part: Part,
    chain: _Chain,
    live: Live,
    witnesses: list[list[Witnessed]],
    refusals: list[dict[str, str]],
) -> None:
    target = parse(live.of, live.where).key if live.of else chain.claim.left.key
    places = [at for at, e in enumerate(chain.expressions) if e.key == target]
    if not places:
        raise DeclarationError(
            f"the witness '{live.name}' computes {live.of}, which is no expression of this part", where=live.where
        )
    reached = chain.equal_to(places[0])
    steps = sorted({min(max(at - 1, 0), len(part.steps) - 1) for at in reached})
    points, failed = 0, set()
    fixed = [dict(zip(live.sweep, c)) for c in itertools.product(*live.sweep.values())] if live.sweep else None
    with mp.workdps(numeric.DIGITS):
        for point in _points(derivation, part, live.points, live.name, fixed):
            points += 1
            seen = _seen(live, point)
            for at in reached:
                value = _value_or_reason(chain.expressions[at], point)
                if not isinstance(value, Undefined) and numeric.compare(value, "==", seen, live.tolerance):
                    continue
                step = max(at - 1, 0)
                failed.add(step)
                shown = value if isinstance(value, Undefined) else _number(value)
                refusals[step].setdefault(
                    LIVE, f"{live.name} gives {_number(seen)} at {_spell(point, derivation)}, the formula {shown}"
                )
    if points == 0:
        for at in steps:
            refusals[at].setdefault(LIVE, f"no point for the witness '{live.name}' satisfies the conditions")
        return
    for at in steps:
        if at not in failed:
            witnesses[at].append(Witnessed(live.name, points))


def _seen(live: Live, point: Point) -> Any:
    parameters = inspect.signature(live.function).parameters
    unknown = [name for name in parameters if name not in point.globals]
    if unknown:
        raise DeclarationError(
            f"the witness '{live.name}' asks for '{unknown[0]}'", where=live.where, remedy=nearest(unknown[0], point.globals)
        )
    return _exact(live.function(**{name: _plain(point.look_up(name)) for name in parameters}))


def _plain(value: Any) -> Any:
    """A value as a live witness gets it: float, int, list, list of lists, function of integers."""
    if isinstance(value, Array):
        rows = [[_plain(a) for a in row] for row in value.rows]
        return [row[0] for row in rows] if value.size[1] == 1 else rows
    if isinstance(value, bool | int):
        return value
    if callable(value):
        return lambda *k: _plain(value(*k))
    return float(value)


def _exact(value: Any) -> Any:
    """What a live witness returned, as a value to compare: numbers, and lists as arrays."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        rows = [tuple(map(_exact, row)) if isinstance(row, list | tuple) else (_exact(row),) for row in value]
        return Array(tuple(rows))
    if isinstance(value, float):
        return mp.mpf(value)
    return value


def _spell(point: Point, derivation: Derivation) -> str:
    parts = []
    for symbol in derivation.symbols:
        value = point.globals[symbol.name]
        if symbol.kind in ("real", "integer"):
            parts.append(f"{symbol.name} = {_number(value)}")
    return ", ".join(parts) or "a random point"


def _number(value: Any) -> str:
    if isinstance(value, Array):
        return "[" + "; ".join(", ".join(map(_number, row)) for row in value.rows) + "]"
    if isinstance(value, bool | int):
        return str(value)
    return "a signal" if callable(value) else mp.nstr(value, 8)


# --- the glossary --------------------------------------------------------------------------------------------------


def _glossary_failures(derivation: Derivation) -> Iterator[str]:
    """Names declared twice, never used, or used without being declared."""
    entries = [*derivation.symbols, *derivation.definitions]
    seen: set[str] = set()
    for entry in entries:
        if entry.name in seen:
            yield f"{entry.where}: '{entry.name}' is declared twice"
        seen.add(entry.name)
    built_in = {*numeric.BUILT_IN, *numeric.CONSTANTS, *BINDERS, *RANGES, *LOGICAL, "diff", "grad"}
    used: dict[str, None] = {}
    for tree, where, local, is_definition in _all_formulas(derivation):
        for name in names(tree):
            used[name] = None
            if name not in seen and name not in built_in and name not in local:
                yield f"{where}: '{name}' is not in the glossary\n  {nearest(name, [*seen, *built_in])}"
        for name in () if is_definition else sorted(bound_names(tree) & seen):
            yield f"{where}: the index '{name}' has the name of a symbol; choose another"
    for entry in entries:
        if entry.name not in used:
            yield f"{entry.where}: '{entry.name}' is declared and never used"


def _all_formulas(derivation: Derivation) -> Iterator[tuple[ast.expr, Where | None, Collection[str], bool]]:
    """Every formula with its place, the names that are local to it, and whether it stands in a definition."""
    for symbol in derivation.symbols:
        for bound in (symbol.least, symbol.above, *(symbol.within or ()), *symbol.shape):
            if bound is not None:
                yield bound.tree, symbol.where, (), False
    for defined in derivation.definitions:
        for part in (defined.body, *defined.shape):
            yield part.tree, defined.where, defined.arguments, True
    for part in derivation.parts:
        claim = part.claim
        for formula in (claim.left, claim.right, *part.conditions):
            yield formula.tree, part.where, (), False
        for step in part.steps:
            yield step.expression.tree, step.where, (), False


def _checked_glossary(derivation: Derivation, methods: Collection[str]) -> Iterator[tuple[GlossaryEntry, list[str]]]:
    known = glossary(derivation.symbols, derivation.definitions)
    for symbol in derivation.symbols:
        name = parse(symbol.name)
        yield GlossaryEntry(latex(name, known), readable(name, known), _prose(symbol.meaning, known)), []
    for defined in derivation.definitions:
        local = glossary([*derivation.symbols, *_parameters(defined)], derivation.definitions)
        witnesses, problem = _check_definition(derivation, defined, methods)
        entry = GlossaryEntry(
            f"{latex(defined.head, local)} = {latex(defined.body, local)}",
            f"{readable(defined.head, local)} = {readable(defined.body, local)}",
            _prose(defined.meaning, local),
            True,
            tuple(witnesses),
        )
        yield entry, [f"{defined.where}: the definition of '{defined.name}' is wrong: {problem}"] if problem else []


def _parameters(defined: Definition) -> list[Symbol]:
    declared = {s.name: s for s in defined.symbols}
    fallback = "integer" if defined.indexed else "real"
    return [declared.get(n) or Symbol(n, "", fallback, low=-2, high=4) for n in defined.arguments] + [
        s for s in defined.symbols if s.name not in defined.arguments
    ]


def _check_definition(derivation: Derivation, defined: Definition, methods: Collection[str]) -> tuple[list[Witnessed], str]:
    """A definition of the field's vocabulary agrees with code that does not use it."""
    witnesses = []
    others = [d for d in derivation.definitions if d.name != defined.name]
    parameters = _parameters(defined)
    symbols = [*(s for s in derivation.symbols if s.name not in {p.name for p in parameters}), *parameters]
    kinds = [("reference", defined.reference, POINTS, 1e-12)] if defined.reference and NUMERIC in methods else []
    random = Random(zlib.crc32(f"definition/{defined.name}".encode()))
    with mp.workdps(numeric.DIGITS):
        for name, reference, count, tolerance in kinds:
            for _ in range(count):
                point = numeric.draw(symbols, [*others, defined], random)
                value = _value_or_reason(defined.body, replace(point, globals={**point.globals}))
                seen: Any = reference
                for group in defined.parameters:
                    seen = seen(*(point.globals[p] for p in group))
                if isinstance(value, Undefined) or not numeric.compare(value, "==", seen, tolerance):
                    return (
                        [],
                        f"it gives {value if isinstance(value, Undefined) else _number(value)} where the {name} gives {_number(seen)}",
                    )
            witnesses.append(Witnessed(name, count))
        for live in defined.live if LIVE in methods else ():
            for _ in range(live.points):
                point = numeric.draw(symbols, [*others, defined], random)
                value, seen = _value_or_reason(defined.body, point), _seen(live, point)
                if isinstance(value, Undefined) or not numeric.compare(value, "==", seen, live.tolerance):
                    return (
                        [],
                        f"it gives {value if isinstance(value, Undefined) else _number(value)} where {live.name} gives {_number(seen)}",
                    )
            witnesses.append(Witnessed(live.name, live.points))
    return witnesses, ""


# --- prose ---------------------------------------------------------------------------------------------------------


def _prose_failures(derivation: Derivation) -> Iterator[str]:
    """Formulas in prose must be readable, and may only assert what some part states."""
    stated = {join(p.claim.left, p.claim.relation, p.claim.right).key for p in derivation.parts}
    stated |= {join(d.head, "==", d.body).key for d in derivation.definitions}
    stated |= {c.key for p in derivation.parts for c in p.conditions}
    known = {*(s.name for s in derivation.symbols), *(d.name for d in derivation.definitions)}
    known |= {name for tree, *_ in _all_formulas(derivation) for name in bound_names(tree)}
    built_in = {*numeric.BUILT_IN, *numeric.CONSTANTS, *BINDERS, *RANGES, *LOGICAL, "diff", "grad"}
    for text, where, may_assert in _all_prose(derivation):
        if "$" in text:
            yield f"{where}: write formulas in backticks, not in dollars: {text!r}"
        for source in re.findall(r"`([^`]+)`", text):
            try:
                formula = parse(source, where)
            except DeclarationError as error:
                yield str(error)
                continue
            for name in names(formula.tree):
                if name not in known | built_in and not may_assert:
                    yield f"{where}: '{name}' is not in the glossary\n  {nearest(name, known | built_in)}"
            asserts = isinstance(formula.tree, ast.Compare) or (
                isinstance(formula.tree, ast.Call)
                and isinstance(formula.tree.func, ast.Name)
                and formula.tree.func.id in LOGICAL
            )
            if asserts and formula.key not in stated and not may_assert:
                yield f"{where}: prose asserts `{source}`, which no part states; state it in a part, or say it without a relation"


def _all_prose(derivation: Derivation) -> Iterator[tuple[str, Where | None, bool]]:
    for text in (derivation.question, derivation.conclusion, derivation.consequence):
        yield text, derivation.where, False
    for symbol in derivation.symbols:
        yield symbol.meaning, symbol.where, False
    for part in derivation.parts:
        yield part.intro, part.where, False
        yield part.scope, part.where, False
        for step in part.steps:
            yield step.rule.words, step.where, True


def _prose(text: str, known: Any) -> str:
    return re.sub(r"`([^`]+)`", lambda m: f"${latex(parse(m[1]), known)}$", text)


def _plain_prose(text: str, known: Any) -> str:
    return re.sub(r"`([^`]+)`", lambda m: readable(parse(m[1]), known), text)


# --- showing -------------------------------------------------------------------------------------------------------


def _shown_part(
    derivation: Derivation,
    part: Part,
    chain: _Chain,
    decided: Sequence[str | None],
    witnesses: Sequence[Sequence[Witnessed]],
    refusals: Sequence[Mapping[str, str]],
) -> tuple[CheckedPart, list[str]]:
    known = glossary(derivation.symbols, derivation.definitions)
    steps, failures = [], []
    for at, step in enumerate(part.steps):
        verdict = step.rule.verdict
        if verdict is not Verdict.PROVED and not part.scope:
            refusals = [
                *refusals[:at],
                {**refusals[at], "scope": "a step that is only checked or cited needs the part's scope"},
                *refusals[at + 1 :],
            ]
        failure = ""
        if refusals[at]:
            verdict = Verdict.FAILED
            sides = f"    {readable(chain.expressions[at], known)}\n  {relation_sign(chain.relations[at])} {readable(chain.expressions[at + 1], known)}"
            why = "\n".join(f"  {reason}" for reason in refusals[at].values())
            failure = f"{step.where}: {derivation.id}, '{part.label}', step {at + 1} is not proved:\n{sides}\n{why}"
            failures.append(failure)
        steps.append(
            CheckedStep(
                relation_latex(chain.relations[at]),
                latex(chain.expressions[at + 1], known),
                f"{relation_sign(chain.relations[at])} {readable(chain.expressions[at + 1], known)}",
                _prose(step.rule.words, known),
                str(verdict),
                decided[at] or "",
                tuple(witnesses[at]),
                str(step.where),
                failure,
                tuple(refusals[at]),
            )
        )
    claim = join(chain.claim.left, chain.claim.relation, chain.claim.right)
    shown = CheckedPart(
        part.label,
        _prose(part.intro, known),
        _prose(part.scope, known),
        latex(claim, known),
        readable(claim, known),
        tuple(latex(c, known) for c in part.conditions),
        tuple(readable(c, known) for c in part.conditions),
        latex(chain.expressions[0], known),
        readable(chain.expressions[0], known),
        tuple(steps),
    )
    return shown, failures


def terminal(proof: Proof) -> str:
    """The derivation for reading in a terminal."""
    lines = [f"{proof.id}  {proof.title}", ""]
    lines += [f"  {entry.text}   {'' if entry.defined else entry.meaning}".rstrip() for entry in proof.glossary]
    for part in proof.parts:
        given = f"   for {', '.join(part.given_text)}" if part.given_text else ""
        lines += ["", f"  {part.label}: {part.statement_text}{given}", "", f"      {part.start_text}"]
        width = max(len(step.text) for step in part.steps)
        for step in part.steps:
            seen = ", ".join(f"{w.name} {w.points}" for w in step.witnesses)
            mark = {"proved": "✓", "checked": "∘", "cited": "†"}.get(step.verdict, "✗")
            lines.append(f"    {step.text:<{min(width, 60)}}   {mark} {step.reason.replace('$', '')}  [{step.method}; {seen}]")
        if part.scope:
            lines.append(f"    Scope: {part.scope}")
    lines += ["", *(f"  {failure}" for failure in proof.failures)]
    lines.append(f"  {'holds' if proof.holds else 'does not hold'}, {proof.seconds:.2f} s")
    return "\n".join(lines)
