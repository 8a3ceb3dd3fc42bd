"""What a sentence of a conclusion may say: what the parts that it rests on show, with their conditions, in their words."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from report.errors import in_words
from report.prove.derivation import Derivation, Part
from report.prove.language.formula import Formula, join, names
from report.prove.language.glossary import Definition, Symbol, reached
from report.prove.language.standing import Standing, weakest
from report.prove.language.vocabulary import MEANINGS
from report.prove.prose.operations import Operations
from report.prove.prose.opposites import denials, left_out, opposites
from report.prove.prose.order import DIRECTED, FORMULA, QUOTED, Resting, bare, formula_of, key_of, pieces
from report.prove.prose.two_parts import joins
from report.prove.prose.weight import WEIGHTY, families, had_by, kinds_of, said_by, universal, weights
from report.prove.reasons.rule import differentiates

PLAIN = """a able about across add after again against all alone along already also although an and another any
    anything applied apply are arise as at away back be because become been before begin behind being between both but
    by call can cannot case change checked cited come consequently cover covered depend did differ difference do does done down
    each either else elsewhere end enough equal even every except far few find first follow for form from
    full function further general get give given go hand has have hence here hold how however if in initial instead into is it
    its itself just keep kept know known large last latter lead leave left let lie like likewise long made make many
    matter may might more moreover most move much multiplies multiply must name namely near need neither next no none
    nor not nothing now of off on once one only onto or order other otherwise our out over own part plain point prove
    provided put rather remain respect respectively rest result right round said same say see set several shall should
    show shown side simple simply since single so some stand still such take taken term than that the their
    them then there therefore these they thing this those though through thus time to together too total true under
    unless until up use used uses using value very was way we well were what whatever when where whether which while who
    whole whose why will with within without word would yes yet you"""
"""Words that a conclusion may use though no part does: they join, point, count and reckon, and are about nothing."""
_PLAIN = frozenset(PLAIN.split())
_SIGNS = {
    "+": "plus sum", "sum(": "sum", "-": "minus", "*": "product", "prod(": "product", "@": "product", ".T": "transpose",
    "/": "fraction ratio quotient",
}  # fmt: skip
"""What is called so where a statement has the sign."""
_SLOPE = "slope derivative gradient differentiated"

_DIGITS = re.compile(r"(?<![\w.-])\d+(?:\.\d+)?")
_CONDITION_AFTER = re.compile(
    r"(?:\b(?:for|if|let|when|whenever|where|while|with|under|provided|suppose|supposing|every|all|any|as long as|"
    r"from|because|since|and|or|once)|,)[\s(]*$",
    re.IGNORECASE,
)
_DEFINED_AFTER = re.compile(
    r"\b(?:where|with|write|let|here|means?|stands for|that is|by definition|defined as)[\s(]*$", re.IGNORECASE
)
_DENIED_BEFORE = re.compile(
    r"\b(?:not|never|hardly|rarely|seldom|false|wrong|untrue|unless|without|nobody|no one|none|neither|cannot|doubt\w*|"
    r"refut\w+|disprov\w+|contrary to|instead of|fails?|neither|nor|differs?|"
    r"anything but|far from|other than)\b[^,;:.(“”`]{0,30}$",
    re.IGNORECASE,
)
_DENIED_AFTER = re.compile(
    r"\s*(?:(?:is|are|was|were)\s+(?:\w+\s+){0,2}(?:false|wrong|untrue|not|never|lie|myth|mistake|error|nonsense|refuted|doubtful|open)\b|"
    r"(?:does|do|did|need|can)\s?not\b|fails?\b|never\b|cannot\b)",
    re.IGNORECASE,
)
"""How a sentence denies what it shows or quotes: a conclusion says what holds, a counterexample has a formula of its own."""
DENIES = re.compile(
    r"\b(?:not|no|none|nor|never|only|alone|without|fewer|less|more|instead|zero|nothing|different)\b", re.IGNORECASE
)
DENIAL = re.compile(
    r"\b(?:not(?! (?:change|depend|matter|see)\b)|no(?! (?:effect|difference|influence|matter)\b)|none|(?<=.)nothing|"
    r"nor|neither|never|nobody|cannot)\b",
    re.IGNORECASE,
)
"""What says that something is not so, other than that a change changes nothing, which an equation says."""
_MARKS = {Standing.CHECKED: re.compile(r"\bchecked\b"), Standing.CITED: re.compile(r"\bcited\b")}
ANSWER = 1
"""So many words may answer a question without resting on anything: "No."."""


@dataclass(frozen=True)
class Shown:
    """What a conclusion may say: the statements by their key, the conditions, the definitions, and the words of the parts."""

    parts: dict[str, Part]
    statements: dict[str, Part]
    standings: dict[str, Standing]
    conditions: dict[str, Part]
    definitions: dict[str, str]
    beside: dict[str, tuple[str, ...]]
    """What is said beside each part, its introduction included."""
    introductions: dict[str, str]
    """That of each part, or the last one before it."""
    glossary: dict[str, Symbol | Definition]
    said: tuple[str, ...]
    """What is said beside all parts but in introductions, and what the names mean."""
    spoken: dict[str, frozenset[str]]
    """The families of the words beside each part, and in ``words`` those that any sentence may use."""
    words: frozenset[str]
    everywhere: tuple[str, ...]
    """The title, the question, and what the names mean."""
    denying: dict[str, bool]
    denies: bool
    equations: tuple[Formula, ...]
    what: str = "the conclusion"
    had: dict[str, set[tuple[str, bool]]] = field(default_factory=dict)

    @classmethod
    def of(cls, derivation: Derivation) -> Shown:
        parts = derivation.parts
        entries: list[Symbol | Definition] = [*derivation.symbols, *derivation.definitions]
        beside = {p.label: tuple(_said_beside(p)) for p in parts}
        carried: Iterator[str] = itertools.accumulate((p.intro for p in parts), lambda before, own: own or before)
        introductions = dict(zip(beside, carried))
        told = {label: (*beside[label], introductions[label]) for label in beside}
        meant = [*(e.meaning for e in entries), *(word for s in derivation.symbols for word in s.properties)]
        used = {name for p in parts for f in p.formulas for name in names(f.tree)} & MEANINGS.keys()
        named = [*(e.name for e in entries), *(f"{name} {MEANINGS[name]}" for name in used)]
        apart = {p.label: bool(set("!<>") & set(p.claim.relation)) for p in parts}
        denying = {label: apart[label] or any(map(DENIES.search, texts)) for label, texts in told.items()}
        defined = {d.name: join(d.head, "==", d.body) for d in derivation.definitions}
        return cls(
            parts={p.label: p for p in parts},
            statements={p.claim.formula.key: p for p in reversed(parts) if not p.supposing},
            standings=standings(derivation),
            conditions={c.key: p for p in parts for c in p.conditions},
            definitions={formula.key: name for name, formula in defined.items()},
            beside=told,
            introductions=introductions,
            glossary={e.name: e for e in entries},
            said=(*(text for texts in beside.values() for text in texts), *meant),
            spoken={label: frozenset(families(" ".join(texts))) for label, texts in told.items()},
            words=frozenset(families(" ".join((PLAIN, derivation.title, derivation.question, *meant, *named)))),
            everywhere=(derivation.title, derivation.question, *meant),
            denying=denying,
            denies=any(denying.values()) or any(map(DENIES.search, meant)),
            equations=(*defined.values(), *(c for p in parts for c in p.conditions)),
        )

    def problems(self, sentence: str, text: str) -> Iterator[str]:
        """What is wrong with a sentence of a conclusion."""
        labels = QUOTED.findall(sentence)
        for label in labels:
            if label not in self.parts:
                yield f"{self.what} quotes “{label}”, and there is no such part"
                continue
            yield from self._bare(f"quotes “{label}”", self.parts[label], sentence, text)
        formulas = [(m, formula) for m in FORMULA.finditer(sentence) if (formula := formula_of(m[1]))]
        results = (m for m, f in formulas if not isinstance(f.tree, ast.Name) and f.key not in self.conditions)
        for found in (*QUOTED.finditer(sentence), *results):
            if _DENIED_BEFORE.search(sentence[: found.start()]) or _DENIED_AFTER.match(sentence[found.end() :]):
                yield f"{self.what} denies what was shown, {found[0]}: {sentence!r}\n  Say what holds, or as comment=."
        resting = self._rests_on(sentence)
        denies = any(self.denying[part.label] for part in self._with_beneath(resting)) if resting else self.denies
        if DENIAL.search(bare(sentence)) and not denies:
            yield f"{self.what} denies something, and no part does: {sentence!r}\n  Show what is not so, or say it as comment=."
        for problem in joins(sentence, self._rests_on, self._beneath):
            yield f"{self.what} says {problem}: {sentence!r}\n  Say it as it is shown, or as comment=."
        telling = [f for _, f in formulas if not isinstance(f.tree, ast.Name | ast.Constant)]
        if not telling and not labels and len(sentence.split()) > ANSWER:
            yield (
                f"this sentence of {self.what} rests on nothing that was shown: {sentence!r}\n"
                "  Give the formula, or quote the part that shows it, “so”; or say it as comment=."
            )
        for found, formula in formulas:
            yield from self._wrong(found[1], formula, sentence[: found.start()], sentence, text)
        for number in _DIGITS.findall(bare(sentence)):
            yield f"{self.what} has the number {number}\n  Write it as a formula of a part, in backticks."
        for piece in pieces(sentence):
            resting = self._rests_on(piece) or self._rests_on(sentence) or [*self.parts.values()]
            order = Resting(resting, [*self.parts.values()], [e.meaning for e in self.glossary.values()], self.equations)
            for problem in (
                *order.problems(piece),
                *self._operations(resting).problems(piece, resting),
                *universal(piece, resting),
            ):
                yield f"{self.what} says {problem}: {sentence!r}\n  Say it as it is shown, or as comment=."
            yield from self._unsaid(piece, resting)
            yield from self._turned(piece, resting)
        yield from self._unspoken(sentence)

    def _unsaid(self, piece: str, resting: Sequence[Part]) -> Iterator[str]:
        """Words of weight that nothing says on which a piece of a sentence rests, and words that no part uses."""
        said, elsewhere = self._weights(resting), {label: self._weights([part]) for label, part in self.parts.items()}
        unsaid = [each for each in dict.fromkeys(weights(bare(piece))) if each not in said]
        denied = [_quoted(word, negated) for word, negated in unsaid if (word, not negated) in said]
        if denied:
            yield f"{self.what} says {in_words(denied)}, and the parts deny it\n  Say it where it is shown, or as comment=."
        new = [each for each in unsaid if (each[0], not each[1]) not in said]
        yield from self._lacking({_quoted(*each): [label for label, told in elsewhere.items() if each in told] for each in new})

    def _unspoken(self, sentence: str) -> Iterator[str]:
        """Words that nothing uses on which a sentence rests."""
        words = WEIGHTY.sub("", DIRECTED.sub(" ", bare(sentence)))
        foreign = self.foreign(words, self._with_beneath(self._rests_on(sentence) or [*self.parts.values()]))
        stems = {word: [*families(word)] for word in foreign}
        yield from self._lacking(
            {f"'{word}'": [label for label, said in self.spoken.items() if said.issuperset(stems[word])] for word in foreign}
        )

    def _turned(self, piece: str, resting: Sequence[Part]) -> Iterator[str]:
        """What it says or denies of a thing of which the opposite is said."""
        texts = [*self.everywhere, *(text for part in self._with_beneath(resting) for text in self.beside[part.label])]
        turned = (*opposites(piece, texts, _PLAIN), *denials(piece, texts, resting, _PLAIN))
        for problem in (*turned, *left_out(piece, resting)):
            yield f"{self.what} says {problem}: {piece!r}\n  Say it where it is shown, or as comment=."

    def _lacking(self, said_by: Mapping[str, Sequence[str]]) -> Iterator[str]:
        """What to do about words that nothing says on which a sentence rests, each with the parts that say it."""
        for word, labels in said_by.items():
            if labels:
                why = f"and what it rests on does not\n  “{labels[0]}” says it: quote that, too, or say it as comment=."
                yield f"{self.what} says {word}, {why}"
        unknown = [word for word, labels in said_by.items() if not labels]
        if unknown:
            yield f"{self.what} says {in_words(unknown)}, and no part does\n  Say it where it is shown, or as comment=."

    def foreign(self, words: str, parts: Iterable[Part]) -> list[str]:
        """The words that these parts do not say."""
        spoken = self.words.union(*(self.spoken[part.label] for part in parts))
        return [word for word in dict.fromkeys(re.findall(r"[^\W\d_]{2,}", words)) if not spoken.issuperset(families(word))]

    def _weights(self, resting: Sequence[Part]) -> set[tuple[str, bool]]:
        """The words of weight that are said beside these parts and those beneath them, and by what they state."""
        texts = [text for part in self._with_beneath(resting) for text in self.beside[part.label]]
        said = {each for text in (*texts, *(entry.meaning for entry in self.glossary.values())) for each in weights(text)}
        return said | {each for part in resting for each in (*said_by(part.claim.formula), *self.having(part))}

    def having(self, part: Part) -> set[tuple[str, bool]]:
        """What the formulas of a part have in them, and the definitions of the names there."""
        if part.label not in self.had:
            bodies = [e.body for f in part.formulas for n in names(f.tree) if isinstance(e := self.glossary.get(n), Definition)]
            formulas = [*part.formulas, *bodies]
            self.had[part.label] = {each for f in formulas for each in (*had_by(f), *kinds_of(f, self.glossary))}
        return self.had[part.label]

    def _operations(self, resting: Sequence[Part]) -> Operations:
        parts = self._with_beneath(resting)
        bodies = {name: entry.body for name, entry in self.glossary.items() if isinstance(entry, Definition)}
        meanings = {name: entry.meaning for name, entry in self.glossary.items()}
        said = "\n".join(text for part in parts for text in self.beside[part.label])
        return Operations(parts, bodies, said, meanings)

    def _with_beneath(self, parts: Sequence[Part]) -> list[Part]:
        labels = {label for part in parts for label in (part.label, *self._beneath(part))}
        return [part for label, part in self.parts.items() if label in labels]

    def _beneath(self, part: Part) -> set[str]:
        """The labels of the parts that a part rests on, by itself and by these."""

        def direct(label: str) -> Iterable[str]:
            return (below for step in self.parts[label].steps for below in step.rule.parts if below in self.parts)

        return reached(direct(part.label), direct)

    def _rests_on(self, text: str) -> list[Part]:
        """The parts that a text quotes or states, else those that show what it shows."""
        labels, keys = QUOTED.findall(text), [key_of(source) for source in FORMULA.findall(text)]
        named = [part for label, part in self.parts.items() if label in labels]
        stated = [self.statements[key] for key in keys if key in self.statements]
        shows = [key for key in keys if key and not key.startswith(("Name", "Constant"))]
        return named + stated or [p for p in self.parts.values() if any(key in f.key for key in shows for f in p.formulas)]

    def _wrong(self, source: str, formula: Formula, before: str, sentence: str, text: str) -> Iterator[str]:
        part = self.statements.get(formula.key)
        if part and formula.key not in self.definitions:
            yield from self._bare(f"states `{source}`", part, sentence, text)
        elif formula.key in self.conditions and (not _CONDITION_AFTER.search(before) or self._follows_a_result(before)):
            owner = self.conditions[formula.key].label
            yield f"{self.what} asserts `{source}`, which is a condition of '{owner}' and no result"
        elif formula.key in self.conditions and (other := self._instead_of(formula, before)):
            yield f"{self.what} asks for `{other}` or `{source}`, and it was shown for both together"
        elif formula.key in self.definitions and not _DEFINED_AFTER.search(before):
            yield f"{self.what} asserts `{source}`, which is how '{self.definitions[formula.key]}' is defined, and no result"

    def _follows_a_result(self, before: str) -> bool:
        """Whether a statement stands right before, and no more than a comma or an "and" between."""
        found = re.search(r"`([^`]+)`(?:,|,? and|,? or)\s*$", before)
        return found is not None and key_of(found[1]) in self.statements

    def _instead_of(self, condition: Formula, before: str) -> str:
        """The condition that goes with this one, where the sentence says "or" between them."""
        found = re.search(r"`([^`]+)`,? (?:and/)?or(?: (?:if|for|where|when|with|under))?\s*$", before)
        pairs = ({c.key for c in part.conditions} for part in self.parts.values())
        return found[1] if found and any({condition.key, key_of(found[1])} <= pair for pair in pairs) else ""

    def _bare(self, says: str, part: Part, sentence: str, text: str) -> Iterator[str]:
        """What is left out of what a part shows: what it supposes or is given, and that it is no more than checked or cited."""
        said = {*map(key_of, FORMULA.findall(text))}
        unsaid = [f"`{condition.text}`" for condition in part.conditions if condition.key not in said]
        if unsaid:
            conditions = "condition" if len(unsaid) == 1 else "conditions"
            yield f"{self.what} {says} without its {conditions}\n  Say that it is for {in_words(unsaid)}."
        if part.hypothesis is not None:
            yield f"{self.what} {says}, which holds only under its hypothesis\n  Quote the induction that it is a step of."
        mark = _MARKS.get(self.standings[part.label])
        if mark and not mark.search(sentence):
            yield f"{self.what} {says}, which is only {self.standings[part.label]}\n  Say so in that sentence."


def _quoted(word: str, negated: bool) -> str:
    return f"'{'not ' * negated}{word}'"


def _said_beside(part: Part) -> Iterator[str]:
    """What is said beside a part but its introduction: its label, reasons, and what its relation and its signs are called."""
    yield from (part.label, part.scope, *(step.rule.words for step in part.steps))
    yield " ".join(word for sign, word in _SIGNS.items() if sign in part.claim.formula.text)
    yield "bounded" if set("<>") & set(part.claim.relation) else ""
    yield _SLOPE if any(differentiates(f) for f in part.formulas) else ""


def standings(derivation: Derivation) -> dict[str, Standing]:
    """What each part may be called if all its steps pass: the weakest of its steps and of the parts that they rest on."""
    found: dict[str, Standing] = {}
    for part in derivation.parts:
        rested = [found[label] for step in part.steps for label in step.rule.parts if label in found]
        found[part.label] = weakest([*(step.rule.standing for step in part.steps), *rested])
    return found
