"""``check``: every step of a derivation decided by SymPy for the reason that it names, and again by witnesses."""

from __future__ import annotations

import contextlib
import gc
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

import sympy as sp

from report.errors import DeclarationError, ReportError, Where
from report.prove import lint, witness
from report.prove.checked import CheckedPart, CheckedStep, GlossaryEntry, Proof, Witnessed
from report.prove.conventions import conventions
from report.prove.decide.conditions import assume, is_left_as_it_stands, of_every_entry
from report.prove.decide.contradiction import contradicts
from report.prove.decide.definedness import missing
from report.prove.decide.place import Missing
from report.prove.derivation import Chain, Derivation, Part, Step
from report.prove.language.formula import Formula, calls, names
from report.prove.language.glossary import Definition, Symbol
from report.prove.language.names import of_definition, of_symbol
from report.prove.language.standing import Standing, weakest
from report.prove.leftover import left_over
from report.prove.meaning.grid import Unreadable
from report.prove.meaning.patches import quicken
from report.prove.meaning.symbolic import ALGEBRA
from report.prove.meaning.values import MIXED
from report.prove.reasons.presence import present
from report.prove.reasons.rule import DEFINITION, GIVEN, Lemma, Setting, Shown
from report.prove.remedies import remedy
from report.prove.wrong_rules import mistake

SYMBOLIC, NUMERIC, LIVE = METHODS = ("SymPy", "numeric", "live")
"""The ways in which a step is decided; a test of one leaves the others out."""


@contextlib.contextmanager
def hoarding() -> Iterator[None]:
    """SymPy makes a million small objects and hardly a circle of them: to look for circles takes a tenth of a check. It keeps
    them, too, so that they are not looked at afterwards.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collecting:
            gc.enable()


MAYBE = "No point was found at which it fails: it may be true, and out of reach in one step or for this reason."
"""What is said of a step that only SymPy refuses."""
ADVICE = (
    "Go in smaller steps (a sum in closed form, then the bound; an equation that is given put in by given(); a range split by "
    "split_sum), name what is done (definition, differentiation), or by induction."
)
"""What is said once of all such steps."""

Heard = Sequence[tuple[str, str, witness.Testimony]]
"""What the witnesses of a part find, each with its method and its name."""
BorneOut = tuple[Sequence[Witnessed], str]
"""Who bears a definition out, and what speaks against it ('' if nothing does)."""


class Witnesses:
    """Those of a derivation, each asked when it is to be heard. They need nothing of what SymPy finds."""

    def __init__(self, derivation: Derivation, methods: Collection[str] = METHODS):
        self._derivation, self._methods = derivation, methods
        self._met: dict[int, tuple[Chain, witness.Visits]] = {}

    def of_definition(self, defined: Definition) -> BorneOut:
        """Raises ``DeclarationError``."""
        if not {LIVE, NUMERIC} & {*self._methods}:
            return [], ""
        with _witnessing(f"definition's of '{defined.name}'", defined.where):
            return witness.of_definition(self._derivation, defined, lint.parameters(defined))

    def numeric(self, part: Part) -> Heard:
        """Raises ``DeclarationError``."""
        if NUMERIC not in self._methods:
            return []
        with _witnessing("numeric", part.where):
            return [(NUMERIC, "numeric", witness.by_numbers(self._derivation, *self._visits(part)))]

    def live(self, part: Part) -> Heard:
        """Raises ``DeclarationError``."""
        heard, (chain, visits) = [], self._visits(part)
        for live in part.live if LIVE in self._methods else ():
            with _witnessing(live.name, live.where):
                heard.append((live.name, live.name, witness.by_live(self._derivation, chain, live, visits)))
        return heard

    def _visits(self, part: Part) -> tuple[Chain, witness.Visits]:
        """Where the witnesses of a part meet."""
        if id(part) not in self._met:
            chain = Chain(part)
            self._met[id(part)] = chain, witness.Visits(self._derivation, chain)
        return self._met[id(part)]


@hoarding()
def check(derivation: Derivation, methods: Collection[str] = METHODS, witnesses: Witnesses | None = None) -> Proof:
    """Decide every step of a derivation. Never raises for a wrong step: ``failures`` says what is wrong, and where.

    ``methods`` leaves out SymPy or a kind of witness; only tests of the witnesses do that. All parts are decided before the
    first witness is heard: nobody waits for one who comes from a process of its own.
    """
    began = time.perf_counter()
    quicken()
    witnesses = witnesses or Witnesses(derivation, methods)
    undecidable = list(lint.undecidable(derivation))
    failures = [*undecidable, *lint.failures(derivation)]
    entries, parts = [], []
    if not undecidable:
        decided = _all_decided(derivation, methods)
        try:
            for entry, problem in _glossary(derivation, witnesses):
                entries.append(entry)
                failures += [problem] if problem else []
        except DeclarationError as error:
            failures.append(str(error))
        for part, problems in _parts(derivation, methods, witnesses, decided):
            parts += [part] if part else []
            failures += problems
    return Proof(
        derivation.id,
        derivation.title,
        derivation.question,
        tuple(entries),
        tuple(parts),
        derivation.conclusion,
        derivation.consequence,
        tuple(_advised(failures)),
        derivation.comment,
        time.perf_counter() - began,
    )


def _advised(failures: Sequence[str]) -> list[str]:
    """The failures, the last of those that may be true with what to do about all of them."""
    last = max((at for at, failure in enumerate(failures) if MAYBE in failure), default=None)
    return [f"{failure}\n  {ADVICE}" if at == last else failure for at, failure in enumerate(failures)]


def _glossary(derivation: Derivation, witnesses: Witnesses) -> Iterator[tuple[GlossaryEntry, str]]:
    """What each name means, and what is wrong with it ('' if nothing is)."""
    for symbol in derivation.symbols:
        yield _symbol(symbol), ""
    for defined in derivation.definitions:
        heard, problem = witnesses.of_definition(defined)
        wrong = f"{defined.where}: the definition of '{defined.name}' is wrong: {problem}" if problem else ""
        yield _definition(defined, lint.parameters(defined), heard), wrong


def _symbol(symbol: Symbol) -> GlossaryEntry:
    return GlossaryEntry(
        symbol.name,
        of_symbol(symbol),
        lint.meaning(symbol),
        least=_text(symbol.least),
        above=_text(symbol.above),
        within=tuple(map(_text, symbol.within or ())),
        shape=tuple(map(_text, symbol.shape)),
    )


def _definition(defined: Definition, symbols: Sequence[Symbol], witnesses: Sequence[Witnessed]) -> GlossaryEntry:
    return GlossaryEntry(
        defined.name,
        of_definition(defined),
        defined.meaning,
        head=defined.head.text,
        body=defined.body.text,
        parameters=tuple((s.name, of_symbol(s)) for s in symbols),
        witnesses=tuple(witnesses),
    )


def _text(formula: Formula | None) -> str:
    return formula.text if formula else ""


def _all_decided(derivation: Derivation, methods: Collection[str]) -> list[_Decided | DeclarationError]:
    """What SymPy finds about each part, given what is stated before it."""
    stated: dict[str, Lemma] = {}
    decided: list[_Decided | DeclarationError] = []
    for part in derivation.parts:
        try:
            decided.append(_decided(derivation, part, dict(stated), methods))
        except DeclarationError as error:
            decided.append(error)
        stated[part.label] = Lemma(part.claim, part.conditions, part.hypothesis)
    return decided


def _parts(
    derivation: Derivation, methods: Collection[str], witnesses: Witnesses, decided: Sequence[_Decided | DeclarationError]
) -> Iterator[tuple[CheckedPart | None, list[str]]]:
    """The parts in their order, each resting on those before it: on one that fails nothing can rest."""
    shown: dict[str, Lemma] = {}
    for part, found in zip(derivation.parts, decided):
        checked: CheckedPart | None = None
        problems: list[str] = []
        try:
            if isinstance(found, DeclarationError):
                raise found
            checked, problems = _heard(derivation, part, shown, methods, witnesses, found)
        except DeclarationError as error:
            problems = [str(error if error.where else DeclarationError(error.what, where=part.where, remedy=error.remedy))]
        yield checked, problems
        standing = weakest(_standing(step, shown) for step in part.steps)
        shown[part.label] = Lemma(part.claim, part.conditions, part.hypothesis, Standing.FAILED if problems else standing)


def _standing(step: Step, shown: Shown) -> Standing:
    """What a step that passes is called: what rests on a statement that was only checked is no more than checked."""
    return weakest([step.rule.standing, *(shown[label].standing for label in step.rule.parts if label in shown)])


@dataclass
class _Found:
    """What was found about one step."""

    method: str = ""
    witnesses: list[Witnessed] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    lacking: str = ""
    """The condition without which something in it has no value."""


def check_part(
    derivation: Derivation, part: Part, shown: Shown, methods: Collection[str] = METHODS
) -> tuple[CheckedPart, list[str]]:
    """One part, given the statements shown before it, and what is wrong with it. Raises ``DeclarationError``."""
    decided = _decided(derivation, part, shown, methods)
    return _heard(derivation, part, shown, methods, Witnesses(derivation, methods), decided)


@dataclass(frozen=True)
class _Decided:
    """What SymPy has found about a part, and what is agreed on in it."""

    chain: Chain
    setting: Setting
    found: list[_Found]
    conventions: tuple[str, ...]


def _decided(derivation: Derivation, part: Part, shown: Shown, methods: Collection[str]) -> _Decided:
    """One part by SymPy, given what is stated before it. Raises ``DeclarationError``."""
    chain = Chain(part)
    found = [_Found() for _ in part.steps]
    for at, problem in chain.broken():
        found[at].refusals["chain"] = problem
    setting = _setting(derivation, part, shown)
    setting, absent = _with_what_steps_speak_of(derivation, part, setting)
    for at, problem in absent.items():
        found[at].refusals["defined"] = problem
    trees = [expression.tree for expression in chain.expressions]
    if SYMBOLIC in methods:
        for at, step in enumerate(part.steps):
            _decide(setting, chain, at, step, found[at])
        for at, need in missing(trees, setting.scope(), setting.facts, setting.symbols, setting.settled, chain.relations):
            refused = found[max(at - 1, 0)]
            refused.refusals.setdefault("defined", str(need))
            refused.lacking = refused.lacking or need.condition
    return _Decided(chain, setting, found, conventions(trees, setting))


def _heard(
    derivation: Derivation, part: Part, shown: Shown, methods: Collection[str], witnesses: Witnesses, decided: _Decided
) -> tuple[CheckedPart, list[str]]:
    """One part that SymPy has decided, by its witnesses, and by how that stands on which it rests."""
    chain, setting, found = decided.chain, decided.setting, decided.found
    undecided = {at for at, each in enumerate(found) if {SYMBOLIC, "defined"} & each.refusals.keys()}
    for method, name, testimony in (*witnesses.numeric(part), *witnesses.live(part)):
        if method == NUMERIC and undecided - (testimony.refused.keys() - testimony.untested):
            with _witnessing("numeric", part.where):
                _hear(method, name, witness.counterexamples(derivation, chain, [each.lacking for each in found]), found)
        _hear(method, name, testimony, found)
    for at, each in enumerate(found):
        if set(each.refusals) == {SYMBOLIC} and NUMERIC in methods:
            each.refusals[SYMBOLIC] += f"\n  {remedy(setting, *chain.link(at), part.steps[at].rule) or MAYBE}"
    for step, each in zip(part.steps, found):
        for label in step.rule.parts:
            if label in shown and shown[label].standing is Standing.FAILED:
                each.refusals["rests"] = f"it rests on “{label}”, which is not proved"
        standing = _standing(step, shown)
        if standing in (Standing.CHECKED, Standing.CITED) and not part.scope:
            each.refusals["scope"] = f"a step that is only {standing} needs the part's scope"
    checked = CheckedPart(
        part.label,
        part.intro,
        part.scope,
        part.claim.text,
        tuple(_text(f) for f in [*part.conditions, *([part.hypothesis.formula] if part.hypothesis else [])]),
        chain.expressions[0].text,
        tuple(_step(chain, at, each, shown) for at, each in enumerate(found)),
        tuple(dict.fromkeys(label for step in part.steps for label in step.rule.parts if label in shown)),
        tuple(step.rule.words for step in part.steps if step.rule.standing is Standing.CITED),
        _is_trivial(setting, part),
        decided.conventions,
    )
    return checked, [_failure(derivation, part, at, each, checked) for at, each in enumerate(found) if each.refusals]


@contextlib.contextmanager
def _witnessing(name: str, where: Where | None) -> Iterator[None]:
    """Whatever a formula or an author's code raises while a witness looks at it is the author's to know."""
    try:
        yield
    except ReportError:
        raise
    except Exception as error:
        raise DeclarationError(f"the {name} witness cannot look at this: {_in_words(error)}", where=where) from None


def _in_words(error: Exception) -> str:
    """What went wrong in a formula, as its author may understand it."""
    if isinstance(error, RecursionError):
        return "it never comes to an end"
    if isinstance(error, TypeError | AttributeError | RuntimeError | sp.SympifyError):
        return MIXED
    return str(error) or type(error).__name__


def _is_trivial(setting: Setting, part: Part) -> bool:
    """Whether the statement opens an abbreviation and no more, or its sides are the same without any thought."""
    if all(step.rule.law == DEFINITION for step in part.steps):
        return True
    try:
        left, right = (setting.read(side, ALGEBRA) for side in (part.claim.left, part.claim.right))
    except Exception:  # what cannot be read is not trivial
        return False
    return part.claim.relation == "==" and isinstance(left, sp.Basic) and left == right


def _step(chain: Chain, at: int, found: _Found, shown: Shown) -> CheckedStep:
    step = chain.part.steps[at]
    return CheckedStep(
        chain.relations[at],
        chain.expressions[at + 1].text,
        step.rule.words,
        Standing.FAILED if found.refusals else _standing(step, shown),
        found.method,
        tuple(found.witnesses),
        tuple(found.refusals),
    )


def _hear(kind: str, name: str, testimony: witness.Testimony, found: Sequence[_Found]) -> None:
    for at, each in enumerate(found):
        if at in testimony.refused:
            each.refusals.setdefault(kind, testimony.refused[at])
        elif at in testimony.agreed:
            each.witnesses.append(Witnessed(name, testimony.agreed[at]))


def _setting(derivation: Derivation, part: Part, shown: Shown) -> Setting:
    if part.hypothesis is not None:
        shown = {**shown, "hypothesis": Lemma(part.hypothesis, (), None)}
    plain = replace(derivation.setting_without(derivation.doubtful - _spoken(derivation, part)), shown=shown)
    read = []
    for condition in part.conditions:
        try:
            read.append(of_every_entry(condition.tree, plain.scope()) or plain.read(condition))
        except DeclarationError:
            raise
        except Exception as error:  # SymPy raises what it likes
            raise DeclarationError(f"the condition {condition} cannot be used: {error}", where=part.where) from None
    try:
        facts = assume(read, plain.facts)
    except ValueError as error:
        given = ", ".join(map(str, part.conditions))
        raise DeclarationError(f"cannot use the condition {error}", where=part.where, remedy=f"Given: {given}.") from None
    if part.conditions and contradicts(facts):
        given = ", ".join(map(str, part.conditions))
        what = "nothing satisfies the conditions together: from what contradicts itself, everything follows"
        raise DeclarationError(what, where=part.where, remedy=f"Given: {given}.")
    return replace(plain, facts=facts, given=part.conditions)


def _spoken(derivation: Derivation, part: Part) -> set[str]:
    """The names that the statement of a part speaks of, with what it is given and supposes."""
    formulas = [part.claim.formula, *part.conditions, *([part.hypothesis.formula] if part.hypothesis else [])]
    return derivation.setting.reached(name for f in formulas for name in names(f.tree))


def _with_what_steps_speak_of(derivation: Derivation, part: Part, setting: Setting) -> tuple[Setting, dict[int, str]]:
    """The setting of the steps, and by their places those that speak of what there may be none of."""
    doubtful, problems = derivation.doubtful - _spoken(derivation, part), dict[int, str]()
    for at, step in enumerate(part.steps) if doubtful else ():
        brought = {*names(step.expression.tree), *(name for each in step.rule.puts.values() for name in each)}
        for lemma in (setting.shown[label] for label in step.rule.parts if label in setting.shown):
            formulas = (lemma.statement.formula, *lemma.conditions)
            brought |= {name for f in formulas for name in names(f.tree)} - step.rule.puts.keys()
        facts, lacking = present(setting, setting.reached(brought) & doubtful)
        setting = replace(setting, facts=facts)
        for name, need in lacking.items():
            why = f"'{name}' stands in this step and not in what the part states, and there may be no such {name}"
            problems[at] = str(Missing(need, why))
    return setting, problems


def _decide(setting: Setting, chain: Chain, at: int, step: Step, found: _Found) -> None:
    why = f"SymPy cannot prove it by {step.rule.words.replace('`', '').removeprefix('by ') or 'calculation'}"
    try:
        method = step.rule.decide(setting, *chain.link(at))
        for side in chain.expressions[at : at + 2] if method and step.rule.standing is Standing.PROVED else ():
            _refuse_without_meaning(setting, side)
    except DeclarationError as error:
        raise DeclarationError(error.what, where=error.where or step.where, remedy=error.remedy) from None
    except Unreadable as error:
        method, why = None, str(error)
    except Exception as error:  # SymPy raises what it likes; what it cannot read it has not proved
        method, why = None, f"SymPy has no reading of it: {_in_words(error)}"
    if method is None:
        over, wrong = left_over(setting, *chain.link(at)), mistake(setting, *chain.link(at))
        solvable = setting.given if step.rule.law != GIVEN else ()
        unused = [c.text for c in solvable if not calls(c.tree, {"all"}) and is_left_as_it_stands(setting.read(c))]
        hint = f"{' and '.join(unused)} is put in where it stands by given() alone" if unused else ""
        found.refusals[SYMBOLIC] = "; ".join(filter(None, [why, wrong, over, hint]))
    else:
        found.method = method


def _refuse_without_meaning(setting: Setting, side: Formula) -> None:
    """What is put in as it is written has to mean something there; what is defined of a whole array, once it is opened."""
    try:
        setting.read(side, ALGEBRA)
    except Unreadable:
        setting.read(side)


def _failure(derivation: Derivation, part: Part, at: int, found: _Found, checked: CheckedPart) -> str:
    before = checked.start if at == 0 else checked.steps[at - 1].expression
    step = checked.steps[at]
    reasons = "\n".join(f"  {reason}" for reason in found.refusals.values())
    return (
        f"{part.steps[at].where}: {derivation.id}, '{part.label}', step {at + 1} is not proved:\n"
        f"      {before}\n    {step.relation} {step.expression}\n{reasons}"
    )
