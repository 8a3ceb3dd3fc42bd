"""Fill the chapters: Jinja over Markdown, with numbers, figures, tables, claims and derivations as functions.

The chapters are rendered in their order, and everything numbered takes its number at its first appearance. A reference
may point forward, so ``ref`` leaves a mark that is replaced once every chapter is written. What a chapter gets wrong is
reported with its file and line, all chapters' errors at once.
"""

from __future__ import annotations

import math
import sys
import traceback
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import jinja2

from report.errors import ProseError, ReportError, Where, nearest
from report.judge.answers import Answers
from report.judge.findings import Agreement, Finding
from report.judge.views import Absent, Judged
from report.model import Holds, Scalar, Table, Value
from report.numbers import NO_BREAK
from report.prove.checked import GlossaryEntry, Proof
from report.stats import WEAKEST
from report.write import lint, mistakes, references, summary
from report.write import markdown as render
from report.write.derivations import derivation_markdown, ledger_markdown, left_out, part_name, shortened, used
from report.write.evidence import MARK, with_evidence
from report.write.literature import literature, with_references
from report.write.manuscript import Chapter, Manuscript, Material, Stated, Unknown
from report.write.needs import elsewhere
from report.write.prose import anchor, identifier, pictures, read, unnumbered
from report.write.sections import Draft, drafts, whole_files
from report.write.tables import table_csv, table_markdown
from report.write.template import compiled, jinja, of_text, slip


def write(material: Material) -> Manuscript:
    """Every chapter filled. Raises ``ProseError`` with all that is wrong in any of them."""
    in_order = drafts(material.writeup)
    sources = whole_files(material.writeup, in_order)
    known = material.known
    wrong = lint.problems(sources, known.chapters)
    writer = _Writer(material)
    own = lint.in_abstract(material.writeup.abstract, material.writeup.file)
    problems: list[ReportError] = [*own, *(problem for each in wrong.values() for problem in each)]
    rendered: list[Chapter] = []
    for draft in in_order:
        try:
            if not wrong[draft.file]:
                rendered.append(Chapter(draft.identifier, draft.file, writer._filled(draft)))
                continue
        except ReportError as error:
            problems.append(error)
        writer.unfilled += f"{unnumbered(draft.file)}\n{draft.source}"
    chapters = []
    rendered = with_references(rendered, writer.works, writer.cited & set(writer.works))
    here = {anchor for chapter in rendered for anchor in references.anchors(chapter.markdown)}
    for chapter in _joined(rendered):
        try:
            chapters.append(replace(chapter, markdown=writer._resolved(chapter, here)))
        except ReportError as error:
            problems.append(error)
    if problems:
        raise ProseError("\n".join(map(str, problems)))
    shown = read({path: source for path, source in sources.items() if path != material.writeup.file}, known.chapters)
    assets = {**writer.assets, **pictures(shown)}
    named = (dict(writer.labels), dict(writer.places), tuple(writer.escaped))
    return Manuscript(tuple(with_evidence(chapters)), assets, writer.data, tuple(writer.stated), *named, material.findings)


def _joined(rendered: Iterable[Chapter]) -> list[Chapter]:
    """What follows upon another out of the same file for the same question, made one."""
    joined: list[Chapter] = []
    for each in rendered:
        if joined and (joined[-1].identifier, joined[-1].file) == (each.identifier, each.file):
            joined[-1] = replace(each, markdown=f"{joined[-1].markdown}\n\n{each.markdown.lstrip()}")
        else:
            joined.append(each)
    return joined


class _Writer:
    """The functions that chapters call, and what they leave behind: numbers given, files drawn, values stated."""

    def __init__(self, material: Material):
        self.material = material
        self.answers = Answers(material.experiments, material.judged, material.told)
        self.of_build = {**summary.proved(material.proofs.values()), **material.of_build}
        self.labels: dict[str, str] = {}
        self.assets: dict[str, bytes] = {}
        self.data: dict[str, bytes] = {}
        self.stated: list[Stated] = []
        self.places: dict[str, str] = {}
        self.sentences: set[str] = set()  # of the claims that stand here
        self.escaped: list[str] = []
        self.absent: list[str] = []
        self.unfilled = ""  # of chapters with something wrong: what they place is no slip of those that refer to it
        self.works, self.cited = literature(material.writeup.templates, material.known.works), set[str]()
        own = material.writeup.source  # an assignment lists what its own write-up says, the complete one what all of them say
        self.own = [finding for finding in material.findings.values() if own in ("", finding.entry.source)]
        self.mistaken = mistakes.mistakes(self.own)
        self.counts: dict[str, int] = {}
        self.derived: dict[str, Proof] = {}
        self.notation: dict[str, GlossaryEntry] = {}  # the names that the chapter's derivations have introduced
        self.introduced: dict[str, dict[str, GlossaryEntry]] = {}  # and those of a theorem, known where it goes on
        self.elsewhere = elsewhere(material.writeup)
        self.met: set[str] = set()  # theorems and experiments of which it was said that they stand elsewhere
        self.several = False  # whether a verdict on several comparisons was explained
        self.path = Path()
        self.template: jinja2.Template | None = None
        self.jinja = jinja()
        self.jinja.globals |= {name: of_text(getattr(self, name)) for name in FUNCTIONS}
        self.jinja.globals |= {"budget": material.budget, "source": material.writeup.source}
        self.jinja.globals["stand_ins"] = ", ".join(dict.fromkeys(n for j in material.judged.values() for n in j.stand_ins))

    # -- a chapter ---------------------------------------------------------------------------------------------

    def _filled(self, draft: Draft) -> str:
        """The Markdown of one chapter or section, references not yet resolved."""
        self.notation = self.notation if draft.file == self.path else {}
        self.path, path, source = draft.file, draft.file, draft.source
        try:
            code = compiled(source, path, self.material.known.compiled)
            self.template = jinja2.Template.from_code(self.jinja, code, dict(self.jinja.globals))
            return self.template.render()
        except Exception as error:  # what an author writes in Jinja is a program, and may do anything
            line = error.lineno if isinstance(error, jinja2.TemplateSyntaxError) else self._line(error)
            what, remedy = slip(error, FUNCTIONS)
            raise ProseError(what, where=Where(path, line), remedy=remedy) from None

    def _line(self, error: BaseException) -> int | None:
        lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == str(self.path)]
        return lines[-1] if lines else None

    def _calling_line(self) -> int | None:
        """The line of the chapter that is being rendered (a running frame knows only the line of the compiled template)."""
        frame = sys._getframe()
        while frame is not None and frame.f_code.co_filename != str(self.path):
            frame = frame.f_back  # type: ignore[assignment]
        return self.template.get_corresponding_lineno(frame.f_lineno) if frame is not None and self.template else None

    def _resolved(self, chapter: Chapter, here: Collection[str]) -> str:
        """The chapter's Markdown with every reference put in; ``here`` are the anchors of the write-up."""
        markdown = references.unquoted(chapter.markdown, self.sentences)
        markdown = references.resolved(markdown, chapter.file, self.labels, self.absent, self._stands_elsewhere)
        inside = references.kept_inside(references.placed(markdown, here, self.elsewhere, self.met), here, self.elsewhere)
        return inside if self.material.writeup.questions else markdown

    def _stands_elsewhere(self, name: str) -> bool:
        """Whether a reference may be meant: what has the name stands in the complete write-up, or would if it were filled."""
        owner, _, own = name.partition(".")
        proof = self.material.proofs.get(owner)
        of_proof = (
            owner in self.elsewhere and isinstance(proof, Proof) and own in {part_name(part.label) for part in proof.parts}
        )
        unfilled = (owner if proof else name.removeprefix("ch:")) in self.unfilled
        return name in self.elsewhere or f"sec-{name.lower()}" in self.elsewhere or of_proof or unfilled

    def _number(self, kind: str, name: str) -> int:
        taken = next((other for other in self.labels if identifier(other) == identifier(name)), name)
        if taken != name:
            raise ReportError(f"'{name}' and '{taken}' have one anchor, {identifier(name)}.", remedy="Rename one of them.")
        if name in self.labels:
            raise ReportError(f"'{name}' stands in the write-up already, as {self.labels[name]}.", remedy="Use ref(…) here.")
        self.counts[kind] = self.counts.get(kind, 0) + 1
        self.labels[name] = f"{kind} {self.counts[kind]}"
        return self.counts[kind]

    # -- finding -----------------------------------------------------------------------------------------------

    def _missing(self, name: str, absent: Absent) -> str:
        self.absent.append(name)
        return render.notice_markdown(absent.kind, f"{name} is not shown: {absent.reason}")

    def _basis(self, name: str) -> str:
        """What stands behind the numbers of a figure or a table: how many seeds, and whether the experiment's data stand in."""
        owner, _, own = name.partition(".")
        if owner not in self.material.experiments:
            return ""
        judged = self.material.judged[owner]
        counts = judged.seeds_of_each(own)
        most = max(counts, default=0)
        told = f"{'At most ' if len(counts) > 1 else ''}{most} seed{'' if most == 1 else 's'}." if counts else ""
        return f"{told} {'*Stand-in data.*' * bool(judged.stand_ins)}".strip()

    # -- what chapters call ------------------------------------------------------------------------------------

    def value(self, name: str, digits: int | None = None, **condition: Scalar) -> str:
        """A number: a named value of an experiment or a theorem, or a measured scalar averaged over seeds."""
        owner = self.material.judged.get(name.partition(".")[0])
        if digits is not None and owner and any("digits" in row.tags for row in owner.rows):
            raise ReportError(f"value('{name}'): digits could mean decimals or the tag.", remedy="Call the tag something else.")
        if digits is not None and digits not in range(16):
            raise ReportError(f"value('{name}'): digits is {digits!r}, no number of decimals.", remedy="Write digits=2, say.")
        found = self._value(name, condition)
        if isinstance(found, Absent):
            self.absent.append(name)
            return render.value_markdown(Value(float("nan"), origin=render.lettered(found.reason)), name)
        line = self._calling_line()
        shown = found if digits is None else replace(found, digits=digits)
        self.stated.append(Stated(name, shown, self.path.stem, line, condition))
        return render.value_markdown(shown, f"{self.path.name}:{line}")

    def number(self, name: str, **condition: Scalar) -> float:
        """The number behind ``value(…)``, for conditions in prose; ``Unknown`` where it could not be made."""
        found = self._value(name, condition)
        return Unknown() if isinstance(found, Absent) or math.isnan(found.number) else found.number

    def _value(self, name: str, condition: Mapping[str, Scalar]) -> Value | Absent:
        owner, _, own = name.partition(".")
        if owner == "build":
            fact = self.of_build.get(own)
            if not isinstance(fact, Value):
                raise ReportError(f"value('{name}'): the build states no such value.", remedy=nearest(own, self.of_build))
            return fact
        return self.answers.value(name, condition)

    def figure(self, name: str) -> str:
        """A figure with its number, caption and alternative text."""
        drawn, _ = self.answers.find("figure", name, lambda judged: judged.figures)
        if isinstance(drawn, Absent):
            return self._missing(name, drawn)
        number, told = self._number("Figure", name), self._placed(name)
        file = name.replace(".", "-")
        self.assets[f"{file}.svg"] = drawn.svg.encode()
        data = self._data_file(name)
        self.data[data] = drawn.csv.encode(errors="surrogateescape")
        caption = f"{drawn.caption} {self._basis(name)}".strip()
        return render.figure_markdown(identifier(name), number, f"{file}.svg", caption, drawn.alt, data, told)

    def table(self, name: str) -> str:
        """A table with its number and caption; ``build.…`` are tables of the build itself."""
        owner, _, own = name.partition(".")
        if owner == "build":
            fact = self.of_build.get(own)
            if not isinstance(fact, Table):
                raise ReportError(f"table('{name}'): the build makes no such table.", remedy=nearest(own, self.of_build))
            return self._tabulate(name, fact)
        found, _ = self.answers.find("table", name, lambda judged: judged.tables)
        if isinstance(found, Absent):
            return self._missing(name, found)
        caption = f"{found.caption} {self._basis(name)}".strip()
        return self._tabulate(name, self.answers.told_of_cells(replace(found, caption=caption), name))

    def _tabulate(self, name: str, table: Table) -> str:
        number, told = self._number("Table", name), self._placed(name)
        data = self._data_file(name)
        self.data[data] = table_csv(table)
        return table_markdown(identifier(name), number, table, data, told)

    def _data_file(self, name: str) -> str:
        """Each assignment has a folder for its data: what it holds of a table may be a part."""
        folder = f"{self.material.writeup.name}/" if self.material.writeup.questions else ""
        return f"{folder}{identifier(name)}.csv"

    def claim(self, name: str) -> str:
        """A sentence with its verdict."""
        found, _ = self.answers.find("claim", name, lambda judged: judged.claims)
        if isinstance(found, Absent):
            return self._missing(name, found)
        several = WEAKEST in found.verdict.what
        beside = "The sentence holds only if all of them do; the weakest is shown" if several and not self.several else ""
        self.several |= several
        self.sentences.add(found.sentence.rstrip("."))
        return render.verdict_markdown(found.sentence, found.verdict, beside, self._placed(name))

    def _placed(self, name: str) -> str:
        """What is told of a figure, a table or a claim that stands here."""
        line = self._calling_line()
        self.places.setdefault(name, f"{self.path.stem}:{line}")
        return "\n".join((name, *self.material.told(name, {}), f"stated in {self.path.name}:{line}"))

    def holds(self, name: str) -> bool:
        """Whether a claim holds: for sentences that stand inside ``{% if holds('E2.order') %}``."""
        return self.verdict(name) == Holds.YES

    def fails(self, name: str) -> bool:
        """Whether a claim was decided against."""
        return self.verdict(name) == Holds.NO

    def verdict(self, name: str) -> str:
        """The verdict of a claim in a word; *undecided* where it could not be judged."""
        found, _ = self.answers.find("claim", name, lambda judged: judged.claims)
        return Holds.UNDECIDED if isinstance(found, Absent) else found.verdict.holds

    def derivation(self, name: str, parts: Sequence[str] = (), headed: bool = True) -> str:
        """The whole answer to a theory question, or these parts of it: every step with its reason and its verdict. The second
        time, its parts alone."""
        if name not in self.material.proofs:
            raise ReportError(f"derivation('{name}'): there is no such theorem.", remedy=nearest(name, self.material.proofs))
        proof = self.material.proofs[name]
        if isinstance(proof, Absent):  # a link to it still has a place to go to
            place = "" if name in self.absent else f"[]{{#sec-{identifier(name)}}}\n\n"
            return place + self._missing(name, proof)
        again = name in self.derived
        self.labels[name] = f"{name}, {proof.title}"
        self.derived[name] = proof
        shown = shortened(proof, parts, again)
        known = self.notation | self.introduced.get(name, {})
        number, formulas = (lambda own: self._number("Equation", f"{name}.{own}")), self.material.known.formulas
        written = derivation_markdown(shown, number, known, formulas)
        self.introduced[name] = self.introduced.get(name, {}) | {entry.name: entry for entry in used(shown)}
        self.notation |= self.introduced[name]
        written += left_out(proof, shown) if not again else ""
        place = f"{{#sec-{identifier(name)}}}"
        return (
            written if again else (f"## {proof.title}{NO_BREAK}({name}) {place}" if headed else f"[]{place}") + f"\n\n{written}"
        )

    def ledger(self) -> str:
        """Every step of the derivations so far, in two columns of the printed page; the web page folds them out in place."""
        return ledger_markdown(
            list(self.derived.values()),
            lambda name, own: int(self.labels[f"{name}.{own}"].removeprefix("Equation ")),
            self.material.known.formulas,
        )

    def evidence(self) -> str:
        """A line for each number in prose: what it is, seeds, data and code. The web page says so where the number stands."""
        return MARK

    def answer(self, name: str, parts: Sequence[str] = (), headed: bool = True) -> str:
        """What answers a question of an assignment: a theorem, a figure, a table, a claim, a value or a reported number."""
        owner, _, own = name.partition(".")
        if name in self.material.findings:
            return f"{self.wrote(name)}."
        judged = self.material.judged.get(owner, Judged())
        ways = {"figure": judged.figures, "table": judged.tables, "claim": judged.claims, "value": judged.values}
        for way, names in ways.items():
            if own in names:
                return str(getattr(self, way)(name))
        if name in self.material.proofs:
            return self.derivation(name, parts, headed)
        known = [f"{owner}.{each}" for names in ways.values() for each in names]
        raise ReportError(
            f"'{name}' answers nothing.", remedy=nearest(name, [*known, *self.material.proofs, *self.material.findings])
        )

    def question(self, name: str) -> str:
        """The question that an experiment asks."""
        experiments = self.material.experiments
        if name not in experiments:
            raise ReportError(f"question('{name}'): there is no such experiment.", remedy=nearest(name, experiments))
        return experiments[name].question

    def about(self, *sources: str) -> bool:
        """Whether this is the assignment of one of ``sources``, or the complete write-up, which is about all of them."""
        return self.material.writeup.source in ("", *sources)

    def ref(self, name: str) -> str:
        """A reference to a figure, table, equation or chapter, wherever it stands."""
        return references.mark(name, self._calling_line())

    def wrote(self, *names: str) -> str:
        """What a write-up says, and what is found in its place, in one sentence part; of several statements that are one
        mistake, those that are found to be otherwise."""
        told = [self._finding(name) for name in names]
        wrong = [finding for finding in told if finding in self.own and finding.agreement is Agreement.DIFFERS]
        one_mistake = len(names) > 1 and all(finding.entry.mistake for finding in told)
        return references.quoting(mistakes.quoted(*(wrong if one_mistake else told)))

    def differs(self, name: str) -> bool:
        """Whether what a write-up says (``W2.e5-total``), or a mistake of it (``X2``), is found to be otherwise."""
        return name in self.mistaken if name.startswith("X") else self._finding(name).agreement is Agreement.DIFFERS

    def _finding(self, name: str) -> Finding:
        if name not in self.material.findings:
            raise ReportError(f"no write-up says '{name}'.", remedy=nearest(name, self.material.findings))
        return self.material.findings[name]

    def mistake(self, name: str) -> str:
        """Where a mistake is treated: its id, as an anchor that the list of mistakes refers to."""
        self.labels[name] = name
        return f"[**{name}.**]{{#{name}}}"

    def mistakes(self) -> str:
        """Every mistake found, with a reference to where it is treated: in an assignment a line each, else by kind."""
        return (mistakes.in_brief if self.material.writeup.questions else mistakes.listing)(self.mistaken, self._treated)

    def mistakes_in_brief(self) -> str:
        """Each mistake that matters in a line, with a reference to where it is treated."""
        return summary.mistakes_in_brief(self.mistaken, lambda name: self.ref(f"~{name}"))

    def answer_in_brief(self, name: str, *reported: str) -> str:
        """The claim that answers an experiment's question, and numbers of the write-ups beside ours."""
        found, owner = self.answers.find("claim", name, lambda judged: judged.claims)
        if isinstance(found, Absent):
            return self._missing(name, found)
        return summary.answer_in_brief(owner, f"sec-{owner.lower()}", found, map(self._finding, reported))

    def tally(self) -> str:
        """How many claims came to which verdict."""
        return summary.tally(self.material.judged.values())

    def unsettled(self) -> str:
        """What may be a mistake and is not decided in this copy: its claims are undecided, or may not be asked of it."""
        opened = mistakes.opened(self.own)
        left = {name: each for name, each in opened.items() if name not in self.mistaken}
        return mistakes.still_open(left, self._treated)

    def _treated(self, name: str) -> str:
        return self.ref(name) if name in self.labels else ""

    def replication(self) -> str:
        """The tables of every reported number beside ours: of the counts, and of all others."""
        source = self.material.writeup.source
        tables = mistakes.replication(self.own, f"{source} reports" if source else "the write-ups report")
        named = zip(("build.counts", "build.replication"), tables)
        return "\n\n".join(self._tabulate(name, table) for name, table in named if table.rows)

    def cite(self, source: str) -> str:
        """A work of the literature; or a write-up, by its course title where it is met first."""
        sources, met = self.material.writeup.sources, source in self.cited
        if source not in (*sources, *self.works):
            raise ReportError(f"cite('{source}'): there is no such source.", remedy=nearest(source, [*sources, *self.works]))
        self.cited.add(source)
        if source in self.works:
            return self.works[source].named
        return source if met else f"{source} (*{sources[source]}*)"

    def notice(self, text: str, kind: str = "stand-in") -> str:
        """A visible box."""
        return render.notice_markdown(kind, text)

    def typed(self, text: str, why: str) -> str:
        """The marked escape: a number, or a word for one, that is no result (the size of an image, say), with the reason."""
        if not why.strip():
            raise ReportError(f"typed('{text}'): say why this number need not be computed.")
        self.escaped.append(f"{text}: {why}")
        return text

    def chapter_title(self, title: str) -> str:
        """A chapter's heading, which ``ref('ch:mnist')`` can point to."""
        self.labels[f"ch:{unnumbered(self.path)}"] = title
        return f"# {title} {{#{anchor(self.path)}}}"


FUNCTIONS = tuple(name for name in vars(_Writer) if not name.startswith("_"))
"""What chapters call."""
