"""What the sources say, as prose and tables: quoted where it is treated, listed where it is wrong, and beside ours."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from report.judge.findings import Agreement, Finding
from report.judge.written import CERTAINTIES, KINDS, Entry
from report.model import Column, Table, Value
from report.numbers import THIN, number_text
from report.stats import half_width, interval_of
from report.write.markdown import div, escape, span, value_markdown


def mistakes(found: Iterable[Finding]) -> dict[str, list[Finding]]:
    """What differs, by the id under which it is listed; an entry that has none is listed under its own name.

    A number that took their training and has no id was not reproduced: the table of replication says so, and it is no mistake
    unless it contradicts what stands beside it.
    """
    differing = (finding for finding in found if finding.agreement is Agreement.DIFFERS)
    return _by_id(each for each in differing if each.entry.mistake or each.entry.asserts or each.why or not each.entry.needs)


def opened(found: Iterable[Finding]) -> dict[str, list[Finding]]:
    """What would be a mistake if it differed, and is not decided in this copy."""
    return _by_id(f for f in found if f.entry.mistake and f.agreement in (Agreement.OPEN, Agreement.NOT_ASKED))


def _by_id(found: Iterable[Finding]) -> dict[str, list[Finding]]:
    listed: dict[str, list[Finding]] = {}
    for finding in found:
        listed.setdefault(finding.entry.mistake or finding.entry.name, []).append(finding)
    return listed


def quoted(*found: Finding) -> str:
    """What sources say, and what is found in its place, in one sentence without its full stop. What several statements have
    in common is told once: who says it, or what is found."""
    told: dict[tuple[str, str, str], str] = {}
    for finding in found:
        statement = finding.entry.source, finding.entry.place, grouped(finding.entry.says)
        told[statement] = told.get(statement, "") + _against(finding)
    if len({statement[:2] for statement in told}) == 1 < len(set(told.values())):
        return _one_by_one(told)
    return "; and ".join(_said([*alike]) + against for against, alike in groupby(told, key=lambda each: told[each]))


def _one_by_one(told: Mapping[tuple[str, str, str], str]) -> str:
    """``W2 says (practice 3) that … (it is 800) and that … (not so)``."""
    (source, place, _), *_ = told
    beside = (re.sub(r"(?<!\\); ", ", and ", re.sub(r" \(([^()]*)\)$", r": \1", against[2:])) for against in told.values())
    parts = [f"that {says}{against and f' ({against})'}" for (*_, says), against in zip(told, beside)]
    return f"{source} says ({place}) {_and(parts)}"


def _said(statements: Sequence[tuple[str, str, str]]) -> str:
    """``W2 says that … and that … (practice 3)``, or ``W1 (practice 2) and W5 (theory) say that …``."""
    same = {says for *_, says in statements}
    if len(same) < len(statements):
        who = [f"{source} ({place})" for source, place, _ in statements]
        return f"{_and(who)} say that {same.pop()}" if len(same) == 1 else "; and ".join(_said([each]) for each in statements)
    by_place = groupby(statements, key=lambda statement: statement[:2])
    return "; and ".join(
        f"{source} says {_and([f'that {says}' for *_, says in each])} ({place})" for (source, place), each in by_place
    )


def grouped(text: str) -> str:
    """Long numbers with their thousands apart, as all others here."""
    return re.sub(r"(?<![\w.])\d{5,}(?![\w.]*\d)", lambda number: number_text(int(number[0])), text)


def _and(words: Sequence[str]) -> str:
    """``a, b and c``."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _against(finding: Finding) -> str:
    if finding.agreement is Agreement.NOT_ASKED:
        why = f" ({finding.why})" if finding.why else ""
        near = finding.ours and finding.near and value_markdown(finding.ours[-1], finding.entry.name)
        return f"; here it is {near}, which is not comparable{why}" if near else f"; this copy cannot say{why}"
    if finding.entry.rows:
        of_table = finding.entry.run or "table(" in finding.entry.rows
        otherwise = "; its own table says otherwise" if of_table else "; as it is printed, that cannot be"
        return otherwise if finding.agreement is Agreement.DIFFERS else ""
    texts = [value_markdown(value, finding.entry.name) for value in finding.ours]
    ours = " × ".join(texts) if finding.entry.shape else " and ".join(dict.fromkeys(texts))
    if finding.entry.asserts:
        return _judged(finding)
    if finding.agreement is Agreement.OPEN:
        return f"; here {finding.why}"
    if finding.agreement is Agreement.AGREES and finding.entry.tolerance:
        return f"; here it is {ours}, which agrees ({finding.entry.because or 'within the tolerance'})"
    at = " and ".join(f"${letter} = {size}$" for letter, size in finding.entry.at.items() if finding.entry.shape)
    if finding.agreement is Agreement.AGREES:
        return f"; so it is here: {ours} for {at}" if at else "; so it is here"
    verb = {"≥": "it is no more than", "≤": "it is no less than"}.get(finding.entry.relation, "it is")
    return f"; {verb} {ours}{at and f' for {at}'}" if ours else ""


def _judged(finding: Finding) -> str:
    """What the claim behind a statement came to, quoted: one that the statement denies as what holds in its place, another as
    what would follow from it and does not."""
    disagreement = finding.entry.kind == "disagreement"
    if finding.agreement is Agreement.AGREES:
        return "; so it can be" if disagreement else "; so it is here"
    denies = all(name.startswith("not ") for name in finding.entry.asserts)
    if disagreement and denies and finding.agreement is Agreement.DIFFERS:
        return f"; not always: “{finding.why.rstrip('.')}”"
    words = {Agreement.DIFFERS: "here, on the contrary" if denies else "refuted here", Agreement.OPEN: "not settled here"}
    settles = f" ({finding.would_take} seeds like these would settle it)" if finding.would_take else ""
    return f"; {words[finding.agreement]}: “{finding.why.rstrip('.')}”{settles}" if finding.agreement in words else ""


def listing(found: Mapping[str, Sequence[Finding]], treated: Callable[[str], str]) -> str:
    """The mistakes as Markdown, grouped by certainty and kind; ``treated`` refers to where one is treated, or says nothing.

    What nobody treats is told here in full, so a mistake that the program finds is never left out.
    """
    parts = []
    for certainty in ("A", "B", "C", ""):
        for kind in (*KINDS, ""):
            chosen = {n: found[n] for n in in_order(found) if _sort(found[n]) == (certainty, kind)}
            if chosen:
                parts.append(
                    f"## {_heading(certainty, kind)} {{-}}\n\n"
                    + "\n\n".join(_line(n, e, treated(n)) for n, e in chosen.items())
                )
    return "\n\n".join(parts)


def in_brief(found: Mapping[str, Sequence[Finding]], treated: Callable[[str], str]) -> str:
    """A line for each mistake, and then for each slip: what is said, where it is treated, and what is found if it is treated
    nowhere."""
    lines, slips = list[str](), list[str]()
    for name in in_order(found):
        each = found[name]
        said: dict[str, dict[str, None]] = {}  # by its place, in its order, once
        for f in each:
            said.setdefault(f.entry.place, {})[f"{grouped(f.entry.says)}{'' if treated(name) else _against(f)}"] = None
        told = "; ".join(f"{place}: {'; '.join(says)}" for place, says in said.items())
        named = treated(name) or (escape(name) if each[0].entry.mistake else "")
        (slips if each[0].entry.certainty == "C" else lines).append(f"- {named} {told}.")
    led = div("Slips, which change nothing that follows:", "led") if slips else ""
    return div("\n".join(lines), "brief") + led + (div("\n".join(slips), "brief") if slips else "")


def in_order(found: Iterable[str]) -> list[str]:
    """X2 before X10, and what has no id of a mistake last."""

    def place(name: str) -> tuple[bool, int, str]:
        number = re.match(r"X(\d+)", name)
        return number is None, int(number[1]) if number else 0, name

    return sorted(found, key=place)


def _sort(each: Sequence[Finding]) -> tuple[str, str]:
    certainty = each[0].entry.certainty
    return certainty, "slip" if certainty == "C" else each[0].entry.kind


def _heading(certainty: str, kind: str) -> str:
    if certainty == "C":
        return "Slips, which change nothing that follows"
    words = {"count": "Counts", "argument": "Arguments", "judgement": "Judgements on training", "slip": "Slips"}
    if kind == "disagreement":
        return "Disagreements between write-ups"
    return f"{words.get(kind, 'Others')}, {CERTAINTIES[certainty]}" if certainty else "Found, and not yet looked into"


def _line(name: str, each: Sequence[Finding], treated: str) -> str:
    named = f"**{treated or escape(name)}.** " if each[0].entry.mistake else ""  # an id of a file means nothing to a reader
    return f"{named}{quoted(*each)}.{span('', 'page', of=name) if treated else ''}"


def still_open(found: Mapping[str, Sequence[Finding]], treated: Callable[[str], str]) -> str:
    """A line each, with what is not settled."""
    return "\n\n".join(_line(name, found[name], treated(name)) for name in in_order(found))


# --- reported beside ours ------------------------------------------------------------------------------------------


def replication(found: Iterable[Finding], whose: str) -> tuple[Table, Table]:
    """The counts that are held against ours, and all other numbers, by source and question: reported, ours with its interval
    and the difference, and the verdict in words."""
    numbers = [finding for finding in found if _is_number(finding.entry)]
    sources = {finding.entry.source for finding in numbers}
    places = {place: at for at, place in reversed([*enumerate((f.entry.source, f.entry.place) for f in numbers)])}
    in_order = sorted(numbers, key=lambda f: places[f.entry.source, f.entry.place])
    rows = [(_is_count(f), _replicated(f, f"{f.entry.source}, " if len(sources) > 1 else "")) for f in in_order]
    counted = tuple((*row[:4], row[-1]) for is_count, row in rows if is_count)
    others = [row for is_count, row in rows if not is_count]
    caption = f"{'The other numbers' if counted else 'Numbers'} that {whose}, beside ours."
    whys = Counter(said for *_, said in others if said.startswith("not comparable: "))
    for letter, (said, count) in zip(("", *"abcdef"), whys.most_common()):
        if count > 1:  # said once
            short, _, why = said.partition(": ")
            mark = f" ({letter})" if letter else ""
            caption += (
                f"{mark} {why[0].upper()}{why[1:]}."
                if letter
                else f" Where a number is {short} and nothing else is said, {why}."
            )
            others = [(*row[:-1], f"{short}{mark}" if row[-1] == said else row[-1]) for row in others]
    columns = (
        Column("item", "Item", align="left"),
        Column("place", "Place", align="left"),
        Column("reported", "Reported"),
        Column("ours", "Ours"),
        Column("interval", "95 % interval"),
        Column("difference", "Difference"),
        Column("verdict", "Verdict", align="left"),
    )
    exact = Table((*columns[:4], columns[-1]), counted, f"Counts that {whose}, beside ours.")
    return exact, Table(columns, tuple(others), caption)


def _is_count(finding: Finding) -> bool:
    """Whether ours is a whole number that no run could change."""
    ours = finding.ours[-1] if finding.ours else None
    return ours is not None and ours.n == 1 and not ours.unit and float(ours.number).is_integer()


def _is_number(entry: Entry) -> bool:
    return bool(entry.ours) and not entry.shape and not entry.asserts and not entry.rows


def _replicated(finding: Finding, whose: str) -> tuple[Any, ...]:
    entry = finding.entry
    item, place = entry.what or entry.says, f"{whose}{entry.place}"
    if not finding.ours:
        return item, place, _printed(entry), None, None, None, verdict(finding)
    ours = _told(finding.ours[-1])
    whole = isinstance(ours.number, int) and finding.reported.is_integer()
    reported = int(finding.reported) if whole else finding.reported
    theirs = Value(reported, ours.unit, entry.decimals if entry.printed else ours.digits)
    ahead = Value(ours.number - reported, "", ours.digits)
    return item, place, theirs, replace(ours, spread=None), _interval(ours), ahead, verdict(finding)


def _printed(entry: Entry) -> Value | str:
    """What stands there, where there is nothing of ours to tell its unit."""
    return Value(entry.number, entry.unit, entry.decimals) if entry.unit else entry.printed or entry.formula


def _told(value: Value) -> Value:
    """With no digits beyond the second of its uncertainty."""
    half = half_width(value)
    if not half or value.digits is None:
        return value
    return replace(value, digits=min(value.digits, max(0, 1 - math.floor(math.log10(half)))))


def _interval(value: Value) -> str | None:
    """``57.9 to 59.9, n = 3``: the 95 % interval of a mean over seeds."""
    low, high = interval_of(value)
    if not low < high:
        return None
    return f"{number_text(low, value.digits)} to {number_text(high, value.digits)}, n{THIN}={THIN}{value.n}"


def verdict(finding: Finding) -> str:
    """*Reproduced* and its like, in words."""
    entry = finding.entry
    if finding.agreement is Agreement.AGREES:
        return "reproduced"
    accident = f": {finding.by_accident}" if finding.by_accident else ""
    if finding.agreement is Agreement.DIFFERS:
        return "not reproduced" + (f" ({entry.mistake})" if entry.mistake else "") + accident
    return "near, not comparable" if finding.near else f"not comparable{accident or f': {finding.why}'}"
