"""A checked derivation as pandoc Markdown: the question, its answer, and each part by the steps that carry its idea.

Nothing is kept back: the whole chains, with every reason and every witness, fold out on the web page and stand in a ledger at
the end of the printed one. Formulas become LaTeX here and nowhere else; in prose a formula stands in backticks.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from report.errors import ReportError, in_words, nearest
from report.numbers import NO_BREAK
from report.prove.checked import CheckedPart, CheckedStep, GlossaryEntry, Proof
from report.prove.language.formula import parse
from report.prove.language.latex import latex, relation_latex
from report.prove.language.names import Names
from report.prove.language.standing import Standing
from report.write.markdown import div, escape, span
from report.write.references import ELSEWHERE, mark

LONGEST_LEFT = 26
"""Characters of a left side that still leave room for the right one beside it."""

PLAIN_TO_SEE = frozenset({"unfolding", "identical", "normal form", "simplification", "exact evaluation", "matrix algebra"})
"""How steps are decided that a reader takes at once: a definition opened, terms collected, a number worked out."""

RULES = ("chain rule", "product rule", "quotient rule")
"""Reasons that a reader wants to see the work of, however it is decided."""

DEFINITION = "definition of "

FEWEST_ROWS = 3
"""Parts in a row that make a table."""

Formulas = dict[str, dict[str, str]]
"""Formulas that were set, by the digest of the names that they are of: text → LaTeX."""


_THEOREM = re.compile(r"`[^`]*`|\[[^\]]*\]\([^)]*\)|(?<![\w.])(T\d{1,2})(?![\w.]*\w)")
"""The name of another theorem in prose, which leads there if it stands in the write-up; formulas and links are passed over."""


@dataclass(frozen=True)
class _Pages:
    """What the pages know while a derivation is set: its names, and the numbers of its equations."""

    names: Names
    owner: str
    labels: frozenset[str]
    number: Callable[[str], int]
    users: Callable[[str], tuple[str, ...]]  # the parts that rest on one
    among: Callable[[Names], Callable[[str], str]]  # these names, a formula as LaTeX

    @functools.cached_property
    def math(self) -> Callable[[str], str]:
        return self.among(self.names)

    def prose(self, text: str) -> str:
        """Prose with its formulas set, and each part that it quotes a link to where that part arrives."""
        linked = re.sub("“([^”]+)”", lambda m: f"[{m[0]}](#{self.anchor(m[1])})" if m[1] in self.labels else m[0], text)
        return _prose_markdown(_THEOREM.sub(lambda m: mark(f"={m[1]}", None) if m[1] else m[0], linked), self.math)

    def reason(self, text: str) -> str:
        """A reason: the parts that it quotes by the numbers of their equations, as “so” becomes (7)."""
        return self.prose(re.sub("“([^”]+)”", lambda m: self.cited(m[1]) if m[1] in self.labels else m[0], text))

    def cited(self, label: str) -> str:
        return f"[({self.number(part_name(label))})](#{self.anchor(label)})"

    def concluded(self, text: str) -> str:
        """A conclusion: the parts that stand in parentheses, “so” and “so”, by their numbers."""
        return self.prose(re.sub(r" \((“[^”]+”(?:, “[^”]+”)*)\)", lambda m: self._numbers(m[1]), text))

    def _numbers(self, quoted: str) -> str:
        labels = [label for label in re.findall("“([^”]+)”", quoted) if label in self.labels]
        numbers = ", ".join(f"[{self.number(part_name(label))}](#{self.anchor(label)})" for label in labels)
        return f" ({numbers})" if numbers else ""

    def anchor(self, label: str) -> str:
        return f"{self.owner}-{part_name(label)}"


def _prose_markdown(text: str, math: Callable[[str], str]) -> str:
    """Prose with its formulas as LaTeX between dollars."""
    return re.sub(r"`([^`]+)`", lambda m: f"${math(m[1])}$", text)


def _setting(known: Formulas, names: Names) -> Callable[[str], str]:
    """How formulas are set among these names: each once, however often it is shown and the pages are filled."""
    own = known.setdefault(hashlib.sha256(repr(tuple(names.items())).encode()).hexdigest(), {})

    def setting(text: str) -> str:
        if text not in own:
            own[text] = latex(parse(text), names)
        return own[text]

    return setting


def derivation_markdown(
    proof: Proof,
    number: Callable[[str], int],
    known: Mapping[str, GlossaryEntry] | None = None,
    formulas: Formulas | None = None,
) -> str:
    """The question, its answer, the parts, and what the author remarks; ``number`` gives the number of the equation that a
    part arrives at, ``known`` the names that the chapter has introduced, ``formulas`` those that were set before.
    """
    pages = _pages(proof, number, formulas)
    for part in proof.parts:
        pages.number(part_name(part.label))  # in the order of the parts, whatever the conclusion refers to first
    asked = [("question", "Question", pages.prose(proof.question))] if proof.question else []
    asked += [("conclusion", "Answer", pages.concluded(proof.conclusion))] if proof.conclusion else []
    asked += [("consequence", "Hence", pages.concluded(proof.consequence))] if proof.consequence else []
    comment = [("consequence", "In practice, as a comment", pages.concluded(proof.comment))] if proof.comment else []
    notation = _notation(used(proof), pages, known or {}, _formulas(proof))
    opening = _told(asked) + (div(notation, "notation") if notation else "")
    groups = "".join(_group(group, pages) for group in _groups(_agreeing_once(proof.parts)))
    every = "".join(_chain(part, pages) for part in proof.parts)
    title = span(f"All {len(proof.steps)} steps, each with its reason and its witnesses", "summary")
    folded = f"\n\n:::::::: every\n{title}\n{every}\n::::::::\n\n"
    anchor = f" #{proof.id}" if proof.question else ""
    return f"\n\n::::::::: {{.derivation{anchor}}}\n{opening}{groups}{_told(comment)}{folded}\n:::::::::\n\n"


def _agreeing_once(parts: Iterable[CheckedPart]) -> Iterator[CheckedPart]:
    """The parts, each convention kept where the first of them comes to it."""
    said: set[str] = set()
    for part in parts:
        yield replace(part, conventions=tuple(each for each in part.conventions if each not in said))
        said.update(part.conventions)


def shortened(proof: Proof, labels: Sequence[str], again: bool) -> Proof:
    """``proof`` with the parts of these labels alone, in this order, or all of them for none; without what opens it if it is
    shown ``again``. What it no longer shows but quotes is said to stand elsewhere by whoever shortens it."""
    by_label = {part.label: part for part in proof.parts}
    for label in labels:
        if label not in by_label:
            raise ReportError(f"{proof.id} has no part “{label}”.", remedy=nearest(label, by_label))
    shown = replace(proof, parts=tuple(by_label[label] for label in labels), comment="") if labels else proof
    return replace(shown, question="", conclusion="", consequence="", comment="") if again else shown


def left_out(proof: Proof, shown: Proof) -> str:
    """How many parts a shortened proof leaves out, in a sentence; nothing for a whole one."""
    parts = len(proof.parts) - len(shown.parts)
    them = f"{parts} more parts of this proof, which are" if parts > 1 else "one more part of this proof, which is"
    return f"{ELSEWHERE[0].upper()}{ELSEWHERE[1:]} has {them} checked as these are." if parts else ""


def ledger_markdown(proofs: Sequence[Proof], number: Callable[[str, str], int], formulas: Formulas | None = None) -> str:
    """Every step of every proof with its reason, how it was decided and who bore it out, as close as it can be set."""
    return div(
        "".join(_entry(proof, _pages(proof, functools.partial(number, proof.id), formulas)) for proof in proofs), "ledger"
    )


def _pages(proof: Proof, number: Callable[[str], int], formulas: Formulas | None) -> _Pages:
    numbers = functools.cache(number)  # a conclusion refers to the equations that the parts have been given
    among = functools.partial(_setting, {} if formulas is None else formulas)
    labels = frozenset(part.label for part in proof.parts)
    return _Pages(proof.names, proof.id, labels, numbers, proof.users, among)


def _told(paragraphs: Iterable[tuple[str, str, str]]) -> str:
    return "".join(div(f"{span(title, 'lead-in')} {text}", kind) for kind, title, text in paragraphs)


# --- the glossary --------------------------------------------------------------------------------------------------


def _formulas(proof: Proof) -> str:
    """All that is shown, as the author has it."""
    return " ".join(text for part in proof.parts for text in (part.start, *(step.expression for step in part.steps)))


def _notation(glossary: tuple[GlossaryEntry, ...], pages: _Pages, known: Mapping[str, GlossaryEntry], shown: str) -> str:
    """What each name is that the chapter has not introduced: symbols in a sentence, then definitions in another."""
    new = [entry for entry in glossary if not _same(entry, known.get(entry.name))]
    symbols = [f"${_domain(e, pages, shown)}$ is {pages.prose(e.meaning)}" for e in new if not e.head]
    defined = [_defined(e, pages) for e in new if e.head]
    said = [f"Here {'; '.join(symbols)}."] if symbols else []
    said += [f"We write {'; '.join(defined)}."] if defined else []
    return " ".join([*said, "Other names mean what they did before."] if said and len(new) < len(glossary) else said)


def used(proof: Proof) -> tuple[GlossaryEntry, ...]:
    """The names that stand in the formulas of what is shown, and those that define them."""
    formulas, prose = list[str](), [proof.question, proof.conclusion, proof.consequence, proof.comment]
    for part in proof.parts:
        formulas += [part.start, *part.given, *(step.expression for step in part.steps)]
        prose += [part.label, part.intro, part.scope, *part.conventions, *(step.reason for step in part.steps)]
    used: set[str] = set()
    reached = _names_in(formulas, prose)
    while reached - used:
        used |= reached
        reached = set().union(*(_needed(entry) for entry in proof.glossary if entry.name in used))
    return tuple(entry for entry in proof.glossary if entry.name in used)


def _needed(entry: GlossaryEntry) -> set[str]:
    """The names that say what one is; what a definition calls its parameters is its own."""
    formulas = (entry.head, entry.body, entry.least, entry.above, *entry.within, *entry.shape)
    return _names_in(formulas, [entry.meaning]) - {name for name, _ in entry.parameters}


def _names_in(formulas: Iterable[str], prose: Iterable[str]) -> set[str]:
    """The names of formulas, and of those in prose, whose words are none: “a” is no symbol there."""
    inside = (formula for text in prose for formula in re.findall("`([^`]+)`", text))
    return set(re.findall(r"\w+", " ".join((*formulas, *inside))))


def _same(entry: GlossaryEntry, other: GlossaryEntry | None) -> bool:
    return other is not None and replace(entry, witnesses=()) == replace(other, witnesses=())


def _domain(entry: GlossaryEntry, pages: _Pages, shown: str) -> str:
    """Where a symbol lives: x ∈ ℝ, n ≥ 1, i = 1, …, n, W ∈ ℝ^(m × n), f: ℤ → ℝ; ℤ² → ℝ where it is shown with two indices."""
    name = pages.math(entry.name)
    if entry.within:
        low, high = map(pages.math, entry.within)
        return rf"{name} = {low}, \dots, {high}"
    if entry.printed.kind == "integer" and entry.least.isdigit():
        return rf"{name} = {entry.least}, {int(entry.least) + 1}, \dots"
    if entry.least or entry.above:
        sign = r"\ge" if entry.least else ">"
        return f"{name} {sign} {pages.math(entry.least or entry.above)}"
    space = {
        "real": r"{0} \in \mathbb{{R}}",
        "integer": r"{0} \in \mathbb{{Z}}",
        "signal": rf"{{0}}\colon \mathbb{{{{Z}}}}{'^{{2}}' * _has_two_indices(entry, shown)} \to \mathbb{{{{R}}}}",
        "function": r"{0}\colon \mathbb{{R}} \to \mathbb{{R}}",
        "vector": r"{0} \in \mathbb{{R}}^{{{1}}}",
        "matrix": r"{0} \in \mathbb{{R}}^{{{1}}}",
        "operator": "{0}",
    }[entry.printed.kind]
    return space.format(name, r" \times ".join(map(pages.math, entry.shape)))


def _has_two_indices(entry: GlossaryEntry, shown: str) -> bool:
    return bool(re.search(rf"\b{re.escape(entry.name)}\[[^\[\],]*,", shown))


def _defined(entry: GlossaryEntry, pages: _Pages) -> str:
    """A definition and its meaning, its own parameters before the names of the glossary."""
    math = pages.among({**pages.names, **dict(entry.parameters)}) if entry.parameters else pages.math
    return f"${math(entry.head)} = {math(entry.body)}$, {_prose_markdown(entry.meaning, math)}"


# --- chains --------------------------------------------------------------------------------------------------------


def _groups(parts: Iterable[CheckedPart]) -> list[list[CheckedPart]]:
    """The parts, each alone; but where several follow one another, of which only the first has words and all are cases, or all
    rest on the same reasons, these together."""
    groups: list[list[CheckedPart]] = []
    for part in parts:
        if groups and not (part.intro or part.scope or part.conventions) and _alike(groups[-1][-1], part):
            groups[-1].append(part)
        else:
            groups.append([part])
    return groups


def _alike(one: CheckedPart, other: CheckedPart) -> bool:
    return bool(one.given and other.given) or _because(one.steps) == _because(other.steps)


def _group(parts: Sequence[CheckedPart], pages: _Pages) -> str:
    """Each part by itself, or as many as make a table: after the words of the first a row each, and what holds of all once."""
    if len(parts) < FEWEST_ROWS:
        return "".join(_part(part, pages) for part in parts)
    notes = [_note(part, pages) for part in parts]
    alike = all(note == notes[0] for note in notes)
    rows = (_row(part, [] if alike else note, pages) for part, note in zip(parts, notes))
    cells = [(_said(parts[0], pages), "words"), ("".join(rows), "rows"), *(notes[0] if alike else [])]
    return div("".join(_cell(content, kind, colons=5) for content, kind in cells), "cases")


def _row(part: CheckedPart, note: list[tuple[str, str]], pages: _Pages) -> str:
    """A case: its name, under which conditions, and what it comes to, without the steps between if these are all equal."""
    steps = _telling(part.steps)
    shown = steps[-1:] if all(step.relation == "==" for step in steps) else steps
    name = "\\\n".join([f"**{part.label}**", *(f"${pages.math(condition)}$" for condition in part.given)])
    return _numbered("case", part, [(name, "said"), (_chained(part, shown, pages), "chain"), *note], pages)


def _part(part: CheckedPart, pages: _Pages) -> str:
    """What the part says, by the steps that carry it; beside it its reasons, and one mark for all of its steps."""
    said, chain = (_heading(part, pages), "said"), (_chained(part, _telling(part.steps), pages), "chain")
    return _numbered("part", part, [said, chain, *_note(part, pages)], pages)


def _numbered(kind: str, part: CheckedPart, cells: Iterable[tuple[str, str]], pages: _Pages) -> str:
    content = "".join(_cell(content, kind) for content, kind in [*cells, (_joined(part, pages), "joined")])
    return div(content, kind, pages.anchor(part.label), number=str(pages.number(part_name(part.label))))


def _chained(part: CheckedPart, steps: Iterable[CheckedStep], pages: _Pages) -> str:
    links = [f"${pages.math(part.start)}$", *(_link(step, pages) for step in steps)]
    return " ".join(span(link, "link") for link in links)


def _note(part: CheckedPart, pages: _Pages) -> list[tuple[str, str]]:
    return [(pages.reason(_because(part.steps)), "reason"), (_mark(part), "witness")]


def _joined(part: CheckedPart, pages: _Pages) -> str:
    """``rests on (7); used in (9), (12)``: the parts that it rests on and no reason quotes, and those that rest on it."""
    reasons = _because(part.steps)
    silent = [label for label in part.rests_on if label in pages.labels and f"“{label}”" not in reasons]
    ways = {"rests on": silent, "used in": pages.users(part.label)}
    return "; ".join(f"{way}{NO_BREAK}{', '.join(map(pages.cited, labels))}" for way, labels in ways.items() if labels)


def _link(step: CheckedStep, pages: _Pages) -> str:
    return f"${relation_latex(step.relation)} {pages.math(step.expression)}$"


def _telling(steps: tuple[CheckedStep, ...]) -> list[CheckedStep]:
    """The steps that carry the idea, the last, and what is compared: any other equality that is seen at once goes with the
    step that follows it."""
    compared = {at for at, step in enumerate(steps[1:]) if step.relation != "=="} | {len(steps) - 1}
    return [step for at, step in enumerate(steps) if at in compared or step.relation != "==" or not _minor(step)]


def _minor(step: CheckedStep) -> bool:
    plain = step.method.removeprefix("generic entry: ") in PLAIN_TO_SEE and not step.reason.startswith(RULES)
    return step.standing == Standing.PROVED and plain


def _because(steps: tuple[CheckedStep, ...]) -> str:
    """The reasons in their order, each once; the definitions that are opened, together where the first of them is."""
    reasons = list(dict.fromkeys(step.reason for step in steps if step.reason))
    defining = [reason.removeprefix(DEFINITION) for reason in reasons if reason.startswith(DEFINITION)]
    opened = in_words(dict.fromkeys(name for names in defining for name in re.split(", | and ", names)) or [""])
    said = dict.fromkeys(DEFINITION + opened if reason.startswith(DEFINITION) else reason for reason in reasons)
    return "; ".join(said)


def _mark(part: CheckedPart) -> str:
    """``✔ 6 steps: numeric, NumPy``: the weakest standing of the steps, where it is less than *proved*, and all who bore
    them out."""
    witnesses = dict.fromkeys(witness.name for step in part.steps for witness in step.witnesses)
    steps = f"{len(part.steps)} steps" if len(part.steps) > 1 else ""
    return _check(part.standing, " in ".join(filter(None, (_short(part.standing), steps))), witnesses)


def _short(standing: Standing) -> str:
    """Nothing where the mark says it."""
    return "" if standing == Standing.PROVED else standing


def _check(standing: Standing, said: str, witnesses: Iterable[str]) -> str:
    mark, state = ("✘", "failed") if standing == Standing.FAILED else ("✔", "proved")
    told = ": ".join(filter(None, (said, ", ".join(witnesses))))
    return span(NO_BREAK.join(filter(None, (mark, escape(told)))), "check", state=state)


def _entry(proof: Proof, pages: _Pages) -> str:
    """A proof in the ledger: its title, then a paragraph for each part."""
    return f"\n\n[{proof.id}. {proof.title}]{{.lead-in}}\n\n" + "\n\n".join(_line(part, pages) for part in proof.parts)


def _line(part: CheckedPart, pages: _Pages) -> str:
    """``(12) f = g [definition of f] = h [regroup] ✔ numeric``; witnesses once, where all steps have the same."""
    borne = {tuple(witness.name for witness in step.witnesses) for step in part.steps}
    told = [f"{_link(step, pages)} {span(_remark(step, pages, len(borne) > 1), 'remark')}" for step in part.steps]
    marked = _check(part.standing, _short(part.standing), next(iter(borne))) if len(borne) == 1 else ""
    return f"{pages.cited(part.label)} ${pages.math(part.start)}$ {' '.join(told)} {marked}"


def _remark(step: CheckedStep, pages: _Pages, with_witnesses: bool) -> str:
    named = ", ".join(witness.name for witness in step.witnesses) if with_witnesses else ""
    how = f"{step.method}: {named}" if step.method and named else step.method or named
    return f"({'; '.join(filter(None, (pages.reason(step.reason), escape(how))))})"


def _chain(part: CheckedPart, pages: _Pages) -> str:
    """The name of a part, and the steps of its chain below each other; a long left side has a line of its own."""
    start = pages.math(part.start)
    hanging = _width(start) > LONGEST_LEFT
    first = "" if hanging else start
    rows = [div(_cell(f"${start}$", "right"), "step")] if hanging else []
    rows += [div(_step(step, first if at == 0 else "", hanging, pages), "step") for at, step in enumerate(part.steps)]
    title = f"\\({pages.number(part_name(part.label))}) **{part.label}**"
    return f"{div(title, 'group-title')}\n\n:::::: steps\n{''.join(rows)}\n::::::\n\n"


@functools.cache
def part_name(label: str) -> str:
    """What a part is called in references: T4.the-sum."""
    return "".join(c if c.isalnum() else "-" for c in label.lower())


def _heading(part: CheckedPart, pages: _Pages) -> str:
    """``**Directly.** Let $x < 0$. Here an empty sum is $0$. Prose.``"""
    given = f"Let {' and '.join(f'${pages.math(c)}$' for c in part.given)}." if part.given else ""
    return " ".join(filter(None, (f"**{part.label}.**", given, _said(part, pages))))


def _said(part: CheckedPart, pages: _Pages) -> str:
    """What is agreed on, and the author's words."""
    agreed = f"Here {' and '.join(map(pages.prose, part.conventions))}." if part.conventions else ""
    scope = f"*Scope.* {pages.prose(part.scope)}" if part.scope else ""
    return " ".join(filter(None, (agreed, pages.prose(part.intro), scope)))


def _step(step: CheckedStep, left: str, hanging: bool, pages: _Pages) -> str:
    """A row: left side, relation and right side, the reason, and who bore it out."""
    indent = r"\quad " if hanging else ""
    right = f"{indent}{relation_latex(step.relation)} {pages.math(step.expression)}"
    how = f" ({step.method})" if step.standing == Standing.PROVED and step.method else ""
    verdict = _check(step.standing, f"{step.standing}{how}", (witness.name for witness in step.witnesses))
    cells = [(f"${left}$" if left else "", "left"), (f"${right}$", "right"), (pages.reason(step.reason), "reason")]
    return "".join(_cell(content, kind) for content, kind in [*cells, (verdict, "witness")])


def _cell(content: str, kind: str, colons: int = 3) -> str:
    return f"\n\n{':' * colons} {kind}\n{content}\n{':' * colons}\n\n" if content else ""


def _width(latex: str) -> int:
    """About how many characters wide a formula is set: a command is a character, or none if it only shapes what follows."""
    shapes = r"\\(?:left|right|mathrm|mathbf|mathbb|operatorname|text|t?frac|quad|[,;])"
    return len(re.sub(r"[{}^_]", "", re.sub(r"\\[A-Za-z]+|\\.", "x", re.sub(shapes, "", latex))))
