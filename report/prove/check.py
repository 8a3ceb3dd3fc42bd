"""``check``: every step of a derivation decided by SymPy for the reason that it names, and again by witnesses."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace

from report.errors import DeclarationError
from report.prove import lint as declared
from report.prove import witness
from report.prove.checked import CheckedPart, CheckedStep, GlossaryEntry, Proof, Witnessed
from report.prove.decide.conditions import NO_FACTS, Facts, assume
from report.prove.derivation import Chain, Derivation, Part, Step
from report.prove.language.latex import Glossary, glossary, latex, relation_latex, relation_sign
from report.prove.language.unicode import readable
from report.prove.lint import in_markdown, in_unicode
from report.prove.meaning.symbolic import Unreadable, ranges
from report.prove.reasons.rule import Lemma, Setting, Shown, Verdict, weakest

SYMBOLIC, NUMERIC, LIVE = METHODS = ("SymPy", "numeric", "live")
"""The ways in which a step is decided; a test of one leaves the others out."""


def check(derivation: Derivation, methods: Collection[str] = METHODS) -> Proof:
    """Decide every step of a derivation. Never raises for a wrong step: ``failures`` says what is wrong, and where.

    ``methods`` leaves out SymPy or a kind of witness; only tests of the witnesses do that.
    """
    began = time.perf_counter()
    failures = list(declared.failures(derivation))
    entries, parts = [], []
    if not failures:
        for entry, problem in _glossary(derivation, methods):
            entries.append(entry)
            failures += [problem] if problem else []
        for part, problems in _parts(derivation, methods):
            parts += [part] if part else []
            failures += problems
    readable_prose = bool(parts)
    known = declared.known_to(derivation)
    markdown = lambda text: in_markdown(text, known) if readable_prose else text  # noqa: E731
    return Proof(
        derivation.id,
        derivation.title,
        markdown(derivation.question),
        tuple(entries),
        tuple(parts),
        markdown(derivation.conclusion),
        markdown(derivation.consequence),
        tuple(failures),
        time.perf_counter() - began,
    )


def _glossary(derivation: Derivation, methods: Collection[str]) -> Iterator[tuple[GlossaryEntry, str]]:
    known = declared.known_to(derivation)
    for symbol in derivation.symbols:
        meaning = declared.meaning(symbol)
        yield GlossaryEntry(*declared.domains(symbol, known), in_markdown(meaning, known), in_unicode(meaning, known)), ""
    for defined in derivation.definitions:
        symbols = declared.parameters(defined)
        own = {s.name for s in symbols}
        local = glossary([*(s for s in derivation.symbols if s.name not in own), *symbols], derivation.definitions)
        witnesses, problem = (
            witness.of_definition(derivation, defined, symbols) if LIVE in methods or NUMERIC in methods else ([], "")
        )
        yield (
            GlossaryEntry(
                f"{latex(defined.head, local)} = {latex(defined.body, local)}",
                f"{readable(defined.head, local)} = {readable(defined.body, local)}",
                in_markdown(defined.meaning, local),
                in_unicode(defined.meaning, local),
                True,
                tuple(witnesses),
            ),
            f"{defined.where}: the definition of '{defined.name}' is wrong: {problem}" if problem else "",
        )


def _parts(derivation: Derivation, methods: Collection[str]) -> Iterator[tuple[CheckedPart | None, list[str]]]:
    shown: dict[str, Lemma] = {}
    for part in derivation.parts:
        try:
            yield check_part(derivation, part, shown, methods)
        except DeclarationError as error:
            yield None, [str(error if error.where else DeclarationError(error.what, where=part.where, remedy=error.remedy))]
        verdict = weakest(_verdict(step, shown) for step in part.steps)
        shown[part.label] = Lemma(part.claim, part.conditions, part.hypothesis, verdict)


def _verdict(step: Step, shown: Shown) -> Verdict:
    """What a step that passes is called: what rests on a statement that was only checked is no more than checked."""
    return weakest([step.rule.verdict, *(shown[label].verdict for label in step.rule.parts if label in shown)])


@dataclass
class _Found:
    """What was found about one step."""

    method: str = ""
    witnesses: list[Witnessed] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)


def check_part(
    derivation: Derivation, part: Part, shown: Shown, methods: Collection[str] = METHODS
) -> tuple[CheckedPart, list[str]]:
    """One part, given the statements shown before it, and what is wrong with it. Raises ``DeclarationError``."""
    chain = Chain(part)
    found = [_Found() for _ in part.steps]
    for at, problem in chain.broken():
        found[at].refusals["chain"] = problem
    if SYMBOLIC in methods:
        setting = _setting(derivation, part, shown)
        for at, step in enumerate(part.steps):
            _decide(setting, chain, at, step, found[at])
    if NUMERIC in methods and part.numeric:
        _hear(NUMERIC, "numeric", witness.by_numbers(derivation, chain), found)
    for live in part.live if LIVE in methods else ():
        _hear(live.name, live.name, witness.by_live(derivation, chain, live), found)
    for step, each in zip(part.steps, found):
        if not each.witnesses and not each.refusals and set(methods) == set(METHODS):
            each.refusals["witness"] = "no witness reaches it: leave the numeric one on, or add a Live witness"
        verdict = _verdict(step, shown)
        if verdict is not Verdict.PROVED and not part.scope:
            each.refusals["scope"] = f"a step that is only {verdict} needs the part's scope"
    return _shown(derivation, part, chain, found, shown)


def _hear(kind: str, name: str, findings: witness.Findings, found: Sequence[_Found]) -> None:
    for at, each in enumerate(found):
        if at in findings.refused:
            each.refusals.setdefault(kind, findings.refused[at])
        elif at in findings.agreed:
            each.witnesses.append(Witnessed(name, findings.agreed[at]))


def _setting(derivation: Derivation, part: Part, shown: Shown) -> Setting:
    if part.hypothesis is not None:
        shown = {**shown, "hypothesis": Lemma(part.hypothesis, (), None)}
    plain = Setting(tuple(derivation.symbols), tuple(derivation.definitions), NO_FACTS, shown)
    facts = Facts(ranges(plain.symbols, plain.scope()))
    try:
        facts = assume([plain.read(c) for c in part.conditions], facts)
    except ValueError as error:
        raise DeclarationError(f"SymPy cannot use the condition {error}", where=part.where) from None
    return replace(plain, facts=facts)


def _decide(setting: Setting, chain: Chain, at: int, step: Step, found: _Found) -> None:
    words = in_unicode(step.rule.words, Glossary({}, {}))
    why = f"SymPy cannot prove it by {words or 'calculation'}"
    try:
        method = step.rule.decide(setting, chain.expressions[at], chain.relations[at], chain.expressions[at + 1])
    except DeclarationError as error:
        raise DeclarationError(error.what, where=error.where or step.where, remedy=error.remedy) from None
    except Unreadable as error:
        method, why = None, str(error)
    except Exception as error:  # SymPy raises what it likes; what it cannot read it has not proved
        method, why = None, f"SymPy cannot read it ({type(error).__name__}: {error})"
    if method is None:
        found.refusals[SYMBOLIC] = why
    else:
        found.method = method


# --- showing -------------------------------------------------------------------------------------------------------


def _shown(
    derivation: Derivation, part: Part, chain: Chain, found: Sequence[_Found], shown: Shown
) -> tuple[CheckedPart, list[str]]:
    known = declared.known_to(derivation)
    steps = []
    for at, (step, each) in enumerate(zip(part.steps, found)):
        sign, expression = chain.relations[at], chain.expressions[at + 1]
        words = step.rule.words
        steps.append(
            CheckedStep(
                relation_latex(sign),
                latex(expression, known),
                f"{relation_sign(sign)} {readable(expression, known)}",
                in_markdown(words, known),
                in_unicode(words, known),
                str(Verdict.FAILED if each.refusals else _verdict(step, shown)),
                each.method,
                tuple(each.witnesses),
                str(step.where),
                tuple(each.refusals),
            )
        )
    claim = chain.claim.formula
    supposed = [*part.conditions, *([part.hypothesis.formula] if part.hypothesis else [])]
    checked = CheckedPart(
        part.label,
        in_markdown(part.intro, known),
        in_markdown(part.scope, known),
        latex(claim, known),
        readable(claim, known),
        tuple(latex(c, known) for c in supposed),
        tuple(readable(c, known) for c in supposed),
        latex(chain.expressions[0], known),
        readable(chain.expressions[0], known),
        tuple(steps),
    )
    return checked, [_failure(derivation, part, at, each, checked) for at, each in enumerate(found) if each.refusals]


def _failure(derivation: Derivation, part: Part, at: int, found: _Found, checked: CheckedPart) -> str:
    before = checked.start_text if at == 0 else checked.steps[at - 1].text.partition(" ")[2]
    reasons = "\n".join(f"  {reason}" for reason in found.refusals.values())
    return (
        f"{part.steps[at].where}: {derivation.id}, '{part.label}', step {at + 1} is not proved:\n"
        f"      {before}\n    {checked.steps[at].text}\n{reasons}"
    )
