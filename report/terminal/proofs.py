"""A checked derivation in the terminal, in the author's own spelling: what stands here can be searched for in the file."""

from __future__ import annotations

from collections.abc import Sequence

from report.prove.checked import CheckedPart, GlossaryEntry, Proof
from report.prove.language.standing import Standing

MARKS = {Standing.PROVED: "✓", Standing.CHECKED: "∘", Standing.CITED: "†", Standing.FAILED: "✗"}
WIDEST = 60
"""Columns of an expression that still leave room for its reason on the same line."""


def terminal(proof: Proof) -> str:
    """The derivation for reading in a terminal; why a step is refused is said as an error."""
    lines = [f"{proof.id}  {proof.title}", ""]
    told = [_told(entry) for entry in proof.glossary]
    width = max((len(text) for text in told), default=0)
    lines += [f"  {text:<{width}}   {_plain(entry.meaning)}" for text, entry in zip(told, proof.glossary)]
    for part in proof.parts:
        lines += ["", *_part(part), *_used(proof.users(part.label))]
    return "\n".join([*lines, "", in_a_line(proof)])


def in_a_line(proof: Proof, *, kept: bool = False) -> str:
    """``T2  The derivative of the sigmoid: 16 steps proved; numeric, torch autograd; 0.11 s``, or ``kept`` where it was proved
    before."""
    counts = {standing: sum(step.standing == standing for step in proof.steps) for standing in Standing}
    told = ", ".join(f"{n} {word}" for word, n in counts.items() if n) or "nothing checked"
    witnesses = ", ".join(dict.fromkeys(w.name for step in proof.steps for w in step.witnesses))
    when = "kept" if kept else f"{proof.seconds:.2f} s"
    mark = "✓" if proof.holds else "✗"
    return f"{mark} {proof.id:<4} {proof.title}: {len(proof.steps)} steps, {told}; {witnesses}; {when}"


def _part(part: CheckedPart) -> list[str]:
    given = f"   for {', '.join(part.given)}" if part.given else ""
    agreed = f"   (here {' and '.join(map(_plain, part.conventions))})" if part.conventions else ""
    lines = [f"  {part.label}: {part.statement}{given}{agreed}", "", f"      {part.start}"]
    texts = [f"{step.relation} {step.expression}" for step in part.steps]
    width = min(max(map(len, texts)), WIDEST)
    for text, step in zip(texts, part.steps):
        seen = ", ".join(f"{w.name} {w.points}" for w in step.witnesses)
        lines.append(f"    {text:<{width}}   {MARKS[step.standing]} {_plain(step.reason)}  [{step.method}; {seen}]")
    return lines


def _used(users: Sequence[str]) -> list[str]:
    """What falls with a part."""
    return [f"      {', '.join(f'“{user}”' for user in users)} {'rest' if len(users) > 1 else 'rests'} on it"] if users else []


def _told(entry: GlossaryEntry) -> str:
    """``n >= 1``, ``i in span(1, n)``, ``W: matrix m x n``, ``sigma(x) = 1/(1 + exp(-x))``."""
    if entry.head:
        return f"{entry.head} = {entry.body}"
    if entry.within:
        return f"{entry.name} in span({', '.join(entry.within)})"
    if entry.least or entry.above:
        return f"{entry.name} {'>=' if entry.least else '>'} {entry.least or entry.above}"
    size = f" {' x '.join(entry.shape)}" if entry.shape else ""
    return f"{entry.name}: {entry.printed.kind}{size}"


def _plain(prose: str) -> str:
    return prose.replace("`", "")
