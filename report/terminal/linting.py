"""What is wrong with prose whatever the results may be: every write-up filled with none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

import jinja2

from report.errors import ProseError, ReportError
from report.judge.answers import reported
from report.judge.views import unmade
from report.judge.written import entries
from report.prove.parallel import Theorem
from report.run.collect import Content
from report.terminal.faults import say
from report.write import colophon
from report.write.chapters import write
from report.write.derivations import derivation_markdown
from report.write.literature import literature
from report.write.manuscript import Known, Material
from report.write.needs import names_in
from report.write.prose import read
from report.write.sections import drafts, whole_files
from report.write.template import compiled
from report.write.unused import unused
from report.write.writeup import Writeup


def read_ahead(writeups: Sequence[Writeup]) -> Known:
    """Every chapter as it is read, whatever is proved; of what cannot be read so, ``lint`` tells."""
    known = Known()
    with suppress(ReportError, jinja2.TemplateError):
        ahead = {each.file: drafts(each) for each in writeups}
        read(
            {file: source for each in writeups for file, source in whole_files(each, ahead[each.file]).items()}, known.chapters
        )
        for draft in (draft for each in ahead.values() for draft in each):
            compiled(draft.source, draft.file, known.compiled)
            names_in(draft.source)
        for writeup in writeups:
            literature(writeup.templates, known.works)
    return known


def set_ahead(theorem: Theorem, known: Known) -> Theorem:
    """The theorem, its formulas set while the next one is proved; of what cannot be set, ``lint`` tells."""
    with suppress(ReportError):
        derivation_markdown(theorem.proof, lambda part: 0, formulas=known.formulas)
    return theorem


def lint(
    content: Content,
    theorems: Mapping[str, Theorem],
    writeups: Sequence[Writeup],
    budget: str,
    known: Known,
) -> list[str]:
    """What is wrong with any write-up, which is filled without results; what none of them uses is only said."""
    judged = {name: unmade(experiment) for name, experiment in content.experiments.items()}
    judged |= {name: theorem.views for name, theorem in theorems.items()}
    proofs = {name: theorem.proof for name, theorem in theorems.items()}
    about, problems = colophon.about(budget, {}, {}, {}), []
    try:
        said = reported(writeups[0].written, content.experiments, judged, budget)
    except ProseError as error:
        return [str(error)]
    for writeup in writeups:
        try:
            write(Material(content.experiments, judged, proofs, writeup, budget, said, about, known=known))
        except ProseError as error:
            problems.append(str(error))
    if not problems:
        for each in unused(writeups, judged, content.theory, entries(writeups[0].written), known):
            say(f"note: {each}")
    return list(dict.fromkeys(problems))
