"""What a reader in a hurry is told: each mistake in a line, each experiment in its answer, and how many claims hold."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from report.judge.findings import Agreement, Finding
from report.judge.views import Absent, Judged, Judgement
from report.model import Holds, Value, Verdict
from report.numbers import NO_BREAK
from report.prove.checked import Proof
from report.stats import interval_of
from report.write.markdown import MARKS, div, escape, slug, span, value_markdown, value_text, verdict_markdown
from report.write.mistakes import grouped, in_order


def mistakes_in_brief(found: Mapping[str, Sequence[Finding]], treated: Callable[[str], str]) -> str:
    """A line for each mistake that matters: what is said and what is found, and where it is treated. A disagreement is none."""
    first = {name: found[name][0] for name in in_order(found)}
    weighty = [
        (name, each) for name, each in first.items() if each.entry.certainty in ("A", "B") and each.entry.kind != "disagreement"
    ]
    lines = [
        f"- {treated(name)} {_wrong(finding)}{span('', 'page', of=name)}" if finding.entry.mistake else f"- {_wrong(finding)}"
        for name, finding in weighty
    ]
    return div("\n".join(lines), "brief")


def _wrong(finding: Finding) -> str:
    """``W2: the first convolution has 310 parameters. It is 800.``"""
    entry = finding.entry
    number = entry.ours and not entry.asserts and not entry.rows and finding.ours
    found = f" It is {value_markdown(finding.ours[-1], entry.name)}." if number and not entry.shape else ""
    return f"{escape(entry.source)}: {grouped(entry.says)}.{found}"


def answer_in_brief(owner: str, section: str, found: Judgement, reported: Iterable[Finding]) -> str:
    """An experiment's answer: the claim that settles its question, and in the margin what the sources report beside ours."""
    lead = f"[**{escape(owner)}.**](#{section})"
    beside = "; ".join(map(_beside, reported))
    verdict = replace(found.verdict, effect=math.nan, what="", n=0, would_take=0) if beside else _short(found.verdict)
    return div(verdict_markdown(f"{lead} {found.sentence}", verdict, beside), "brief")


def _short(verdict: Verdict) -> Verdict:
    """Its effect and interval alone; all that is known of it stands where the claim does."""
    told = math.isfinite(verdict.effect) and verdict.low != verdict.high
    return replace(verdict, what="", n=0, would_take=0) if told else verdict


def _beside(finding: Finding) -> str:
    """``test accuracy: W5 92.0 %, here 91.8 ± 0.1 %``."""
    source = f"{escape(finding.entry.what)}: {escape(finding.entry.source)}"
    if not finding.ours:
        return f"{source} {escape(finding.entry.printed)}"
    ours = finding.ours[-1]
    theirs = value_text(Value(finding.reported, ours.unit, finding.entry.decimals if finding.entry.printed else ours.digits))
    strip = _strip(finding.reported, ours)
    apart = ", not comparable" if finding.agreement is Agreement.NOT_ASKED else ""
    return f"{source} {theirs}, here {value_markdown(ours, finding.entry.name)}{strip and NO_BREAK + strip}{apart}"


def _strip(theirs: float, ours: Value) -> str:
    """Their number and our interval as marks on a line; its ends are a little beyond the outermost of them."""
    own = interval_of(ours)
    low, high = min(theirs, own[0]), max(theirs, own[1])
    if not low < high:
        return ""
    ends = {"theirs": theirs, "low": own[0], "at": float(ours.number), "high": own[1]}
    return span("", "strip", **{name: f"{0.08 + 0.84 * (end - low) / (high - low):.3f}" for name, end in ends.items()})


def proved(proofs: Iterable[Proof | Absent]) -> dict[str, Value]:
    """How many theorems were proved, and in how many steps."""
    shown = [proof for proof in proofs if not isinstance(proof, Absent)]
    steps = sum(len(proof.steps) for proof in shown)
    return {
        "theorems": Value(len(shown), digits=0, origin="theorems proved here"),
        "steps": Value(steps, digits=0, origin="steps of all proofs"),
    }


def tally(judged: Iterable[Judged]) -> str:
    """``✔ 80 hold, ✘ 12 do not hold …``: how many claims came to which verdict, in words and as a bar."""
    words = {
        Holds.YES: ("holds", "hold"),
        Holds.NO: ("does not hold", "do not hold"),
        Holds.UNDECIDED: ("is undecided", "are undecided"),
        Holds.NOT_ASKED: ("is not asked of this copy", "are not asked of this copy"),
    }
    counts = Counter(
        Holds(claim.verdict.holds) for each in judged for claim in each.claims.values() if not isinstance(claim, Absent)
    )
    told = ", ".join(
        span(f"{MARKS[verdict]}{NO_BREAK}{counts[verdict]}", "verdict", word=slug(verdict))
        + f" {words[verdict][counts[verdict] != 1]}"
        for verdict in words
        if counts[verdict]
    )
    return (
        f"{told or 'none could be judged'}.\n\n{span('', 'bar', **{slug(verdict): str(counts[verdict]) for verdict in words})}"
    )
