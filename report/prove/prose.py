"""The prose of a derivation: it says what was shown, with its conditions, and no more.

Every formula stands in backticks and occurs in the derivation; what is asserted is what a part states. Each sentence of a
conclusion rests on something that it shows: a formula, or a part that it quotes by its “label”. It speaks of nothing that was
not spoken of where something was shown, and words of quantity and names of properties (``WEIGHTY``) are denied only if they
were there. What an author only remarks goes in ``comment``, which the page sets apart, and which quotes no part.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from report.errors import DeclarationError, Where
from report.prove.derivation import Assertion, Derivation, Part
from report.prove.language.formula import Formula, calls, join, names, parse
from report.prove.language.standing import Standing, weakest
from report.prove.language.vocabulary import EVERYWHERE, LOGICAL, MEANINGS
from report.prove.order import DIRECTED, Resting, key_of, pieces
from report.prove.reasons import rule as rules
from report.prove.reasons.rule import differentiates
from report.prove.weight import WEIGHTY, families, said_by, weighty

_PLAIN = """a able about across add after again against all alone along already also although an and another any
    anything applied apply are arise as at away back be because become been before begin behind being between both but
    by call can cannot case change checked cited come consequently cover covered did differ difference do does done down
    each either else elsewhere end enough equal even every everything except far few find first follow for form from
    full further general get give given go hand has have hence here hold how however if in initial instead into is it
    its itself just keep kept know known large last latter lead leave left let lie like likewise long made make many
    matter may might more moreover most move much multiplies multiply must name namely near need neither next no none
    nor not nothing now of off on once one only onto or order other otherwise our out over own part plain product prove
    provided put rather remain respect respectively rest result right round said same say see set several shall should
    show shown side simple simply since single so some something stand still such sum take taken than that the their
    them then there therefore these they thing this those though through thus time to together too total true under
    unless until up use used uses using value very was way we well were what whatever when where whether which while who
    whole whose why will with within without word would yes yet you"""
"""Words that a conclusion may use though no part does: they join, point, count and reckon, and are about nothing."""
_SIGNS = {"+": "plus", "-": "minus", "/": "fraction ratio quotient"}
"""What is called so where a statement has the sign."""
_SLOPE = "slope derivative gradient differentiated"

_FORMULA = re.compile(r"`([^`]+)`")
_QUOTED = re.compile("“([^”]+)”")
_UNQUOTED_FORMULA = re.compile(
    r"[=<>≤≥≠≈≡²³⁴√∑∏∫∂∞±∈^∀∃→↦⇒⇔⟹⟺¬∧∨⊆∇′÷⋅]|\\[A-Za-z]|\d\s*[-+*/·]\s*\d|\b\w\s*[+*/·]\s*\w\b|\b\w\s+-\s+\w\b|"
    r"\b[a-zA-Zα-ω]\([\w, ]+\)|\b\d+[a-z]\b|\b[a-z]_\w+|\|\w+\||\b[b-z] (?:squared|cubed)\b|"
    r"\b(?:log|exp|sin|cos|max|min|sqrt) [b-z]\b|\b[a-z] (?:plus|minus|times|over|divided by|is|equals) [b-z]\b"
)
_DIGITS = re.compile(r"(?<![\w.-])\d+(?:\.\d+)?")
_OF_MATRICES = re.compile(
    r"\bmatrix[ -](?:exponential|logarithm|root|square root|sine|cosine)|"
    r"\b(?:exponential|logarithm|square root|sine|cosine) of (?:an?|the|any|every|each) (?:\w+ )?matrix\b",
    re.IGNORECASE,
)
"""What the field means by these is a series or an inverse; here a function of numbers is applied entry by entry."""
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
_DENIES = re.compile(
    r"\b(?:not|no|none|nor|never|only|alone|without|fewer|less|more|instead|zero|nothing|different)\b", re.IGNORECASE
)
_DENIAL = re.compile(
    r"\b(?:not(?! (?:change|depend|matter|see)\b)|no(?! (?:effect|difference|influence|matter)\b)|none|(?<=.)nothing|"
    r"nor|neither|never|nobody|cannot)\b",
    re.IGNORECASE,
)
"""What says that something is not so, other than that a change changes nothing, which an equation says."""
_FOLLOWS = re.compile("(?P<what>“[^”]+”|`[^`]+`) follows (?:at once )?from (?P<whence>“[^”]+”|`[^`]+`)")
_UNASSERTED = re.compile(r"\?|\b(?:if|whether|would|suppos\w+|not|no)\b", re.IGNORECASE)
"""What an introduction only asks or weighs."""
_MARKS = {Standing.CHECKED: re.compile(r"\bchecked\b"), Standing.CITED: re.compile(r"\bcited\b")}
ANSWER = 1
"""So many words may answer a question without resting on anything: "No."."""
SHORTEST_SCOPE = 4
"""Words that say what is left open."""


def failures(derivation: Derivation) -> Iterator[str]:
    """What is wrong with the prose, a message each."""
    yield from _formula_failures(derivation)
    yield from _reason_failures(derivation)
    shown = _Shown.of(derivation)
    for text in (derivation.conclusion, derivation.consequence):
        for sentence in _sentences(text):
            yield from (f"{derivation.where}: {problem}" for problem in shown.problems(sentence, text))
    for part in derivation.parts:
        if part.scope and len(part.scope.split()) < SHORTEST_SCOPE:
            why = f"the scope {part.scope!r} does not say what is left open"
            yield f"{part.where}: {why}\n  Say where it was checked, and what is not."
    if _DENIAL.search(derivation.title) and not shown.denies:
        yield f"{derivation.where}: the title denies something, and no part does\n  Show what is not so."
    words = frozenset(families(" ".join((_PLAIN, *_words(derivation, intros=False)))))
    introducing = replace(shown, what="the introduction", words=words)
    for part in derivation.parts:
        for sentence in filter(_QUOTED.search, _sentences(part.intro)):
            yield from (f"{part.where}: {problem}" for problem in introducing.problems(sentence, part.intro))
    resting = Resting((), derivation.parts, (), shown.equations)
    elsewhere = [(text, part.where) for part in derivation.parts for text in (part.intro, part.scope)]
    for text, where in (*elsewhere, (derivation.comment, derivation.where)):
        asserted = (sentence for sentence in _sentences(text) if not _UNASSERTED.search(sentence))
        for problem in (each for sentence in asserted for each in resting.between(sentence)):
            yield f"{where}: it says {problem}\n  Say it as it is shown."
    for label in set(_QUOTED.findall(f"{derivation.title} {derivation.question} {derivation.comment}")) & shown.parts.keys():
        yield f"{derivation.where}: “{label}” is quoted where nothing is concluded\n  Quote it in the conclusion."
    for claim in derivation.claims.values():
        yield from (f"{derivation.where}: {problem}" for problem in _claim_failures(claim, shown))


OWN = 9
"""Of so many words of a sentence that is refuted one may be said nowhere else."""


def _claim_failures(claim: Assertion, shown: _Shown) -> Iterator[str]:
    """What is asserted is said as a conclusion would say it; what refutes a sentence denies something, or it does itself."""
    by, words = shown.parts[claim.by], _QUOTED.sub("", _FORMULA.sub("", claim.sentence))
    foreign = shown.foreign(words)
    if claim.true:
        yield from replace(shown, what="the claim").problems(f"{claim.sentence} (“{claim.by}”)", claim.sentence)
    elif by.claim.relation not in ("!=", "<", ">") and not _DENIES.search(f"{by.label} {by.intro} {claim.sentence}"):
        yield (
            f"“{claim.by}” states an equation and denies nothing, so it refutes nothing: {claim.sentence!r}\n"
            "  Say in its introduction what is not so."
        )
    elif shown.standings[claim.by] is not Standing.PROVED:
        yield f"“{claim.by}” is only {shown.standings[claim.by]}, and refutes nothing: {claim.sentence!r}"
    elif len(foreign) * OWN > len(words.split()):  # whose mistake it is may say it in a word of his own
        spoken = _and([f"'{word}'" for word in foreign])
        yield f"“{claim.by}” refutes {claim.sentence!r}, and no part speaks of {spoken}\n  Say it where it is refuted."


# --- formulas in prose ---------------------------------------------------------------------------------------------


def _formula_failures(derivation: Derivation) -> Iterator[str]:
    """Formulas in prose must be readable, must occur in the derivation, and may only assert what some part states."""
    stated = {p.claim.formula.key for p in derivation.parts if not p.supposing}
    stated |= {join(d.head, "==", d.body).key for d in derivation.definitions}
    stated |= {c.key for p in derivation.parts for c in p.conditions}
    formulas = list(formulas_of(derivation))
    occurring = "\n".join({f.key for f in (*formulas, *(d.head for d in derivation.definitions))})  # with all of their pieces
    whole = {ast.dump(n) for tree in {f.key: f.tree for f in formulas}.values() for n in _whole(tree)}
    for text, where in _prose(derivation):
        concludes = text in (derivation.conclusion, derivation.consequence, derivation.comment)
        if "$" in text:
            yield f"{where}: write formulas in backticks, not in dollars: {text!r}"
        if (meant := _OF_MATRICES.search(text)) and "entry" not in text:
            yield f"{where}: '{meant[0]}' is another function: here functions act on matrices entry by entry\n  Say that."
        if bare := _UNQUOTED_FORMULA.search(_FORMULA.sub("", text)):
            seen = _around(text, bare[0])
            yield f"{where}: a formula in prose stands in backticks, so that it is checked; this one does not: …{seen}…"
        for source in _FORMULA.findall(text):
            try:
                formula = parse(source, where)
            except DeclarationError as error:
                yield str(error)
                continue
            if _asserts(formula) and formula.key not in stated:
                yield f"{where}: prose asserts `{source}`, which no part states\n  State it, or say it without a relation."
            elif not _asserts(formula) and not isinstance(formula.tree, ast.Name) and formula.key not in occurring:
                yield f"{where}: prose shows `{source}`, which occurs in no part\n  Show a formula as it stands in one."
            elif concludes and isinstance(formula.tree, ast.BinOp | ast.Constant) and formula.key not in whole:
                yield f"{where}: prose shows `{source}`, a piece of a formula\n  Show the whole of what a step arrives at."
            elif isinstance(formula.tree, ast.Name) and formula.key not in occurring and formula.text not in EVERYWHERE:
                yield f"{where}: '{source}' is not in the glossary"


def formulas_of(derivation: Derivation) -> Iterator[Formula]:
    """Every formula that a derivation states, defines or goes through."""
    for symbol in derivation.symbols:
        yield from symbol.formulas
    for defined in derivation.definitions:
        yield from (defined.body, *defined.shape)
    for part in derivation.parts:
        yield from part.formulas


def _around(text: str, found: str) -> str:
    at = text.find(found)
    return text[max(0, at - 20) : at + len(found) + 20].strip()


def _asserts(formula: Formula) -> bool:
    return isinstance(formula.tree, ast.Compare) or calls(formula.tree, LOGICAL)


def _whole(tree: ast.expr) -> Iterator[ast.AST]:
    """The tree and what stands by itself in it: sides of relations, arguments, indices, summands of a sum sign."""
    yield tree
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare | ast.Call | ast.GeneratorExp | ast.Subscript):
            yield from ast.iter_child_nodes(node)


def _prose(derivation: Derivation) -> Iterator[tuple[str, Where | None]]:
    for text in (derivation.title, derivation.question, derivation.conclusion, derivation.consequence, derivation.comment):
        yield text, derivation.where
    for symbol in derivation.symbols:
        yield symbol.meaning, symbol.where
    for defined in derivation.definitions:
        yield _FORMULA.sub("", defined.meaning), defined.where  # its formulas speak of its own parameters
    for part in derivation.parts:
        yield part.intro, part.where
        yield part.scope, part.where
        for step in part.steps:
            if step.rule.by_author:
                yield step.rule.words, step.where


# --- reasons -------------------------------------------------------------------------------------------------------

_BY_DEFINITION = re.compile(r"\bdefinition of ((?:`[^`]+`(?:, | and )?)+)")


def _reason_failures(derivation: Derivation) -> Iterator[str]:
    """An author's words for a step may name no law, definition or part but those that the step is checked by."""
    earlier: list[str] = []
    declared = any(s.least or s.above or s.within or s.properties or s.linear for s in derivation.symbols)
    for part in derivation.parts:
        for step in part.steps:
            rule, said = step.rule, step.rule.words
            for label in _QUOTED.findall(said) if rule.by_author else ():
                if label not in (rule.parts or earlier):
                    yield f"{step.where}: the reason quotes “{label}”, which is not what the step is checked by"
            allowed = {rule.law, *([rules.DEFINITION, rules.DIFFERENTIATION] if rule.law == rules.CALCULATION else [])}
            if rule.standing is not Standing.PROVED:
                allowed |= {rules.THEOREM, rules.ELSEWHERE, rules.EVIDENCE}
            allowed |= {rules.GIVEN} if part.conditions or declared else set()
            allowed |= {rules.INEQUALITY} if set(step.relation) & set("<>") else set()
            for law in sorted(rules.laws_named(said) - allowed) if rule.by_author else ():
                yield f"{step.where}: the reason speaks of {law}, but the step is checked by another rule"
            for listed in _BY_DEFINITION.findall(said) if rule.by_author and rule.law == rules.DEFINITION else ():
                for name in _FORMULA.findall(listed):
                    if name not in rule.of:
                        yield f"{step.where}: the reason speaks of the definition of '{name}', which is not opened"
        earlier.append(part.label)


# --- conclusions ---------------------------------------------------------------------------------------------------


def _sentences(text: str) -> list[str]:
    """The sentences of a text; a period inside a formula ends none."""
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"\x00{len(kept) - 1}\x00"

    parts = re.split(r"(?<=[.!?])\s+(?=\S)", _FORMULA.sub(keep, text))
    return [re.sub("\x00(\\d+)\x00", lambda m: kept[int(m[1])], part) for part in parts if part.strip()]


@dataclass(frozen=True)
class _Shown:
    """What a conclusion may say: the statements by their key, the conditions, the definitions, and the words of the parts."""

    parts: dict[str, Part]
    statements: dict[str, Part]
    standings: dict[str, Standing]
    conditions: dict[str, Part]
    definitions: dict[str, str]
    said: frozenset[tuple[str, bool]]
    words: frozenset[str]
    denies: bool
    meanings: tuple[str, ...]
    equations: tuple[Formula, ...]
    what: str = "the conclusion"

    @classmethod
    def of(cls, derivation: Derivation) -> _Shown:
        used = {name for p in derivation.parts for f in p.formulas for name in names(f.tree)} & MEANINGS.keys()
        built_in = " ".join(f"{name} {MEANINGS[name]}" for name in used)
        stating = {p.claim.formula.key: p for p in reversed(derivation.parts) if not p.supposing}
        return cls(
            {p.label: p for p in derivation.parts},
            stating,
            standings(derivation),
            {c.key: p for p in derivation.parts for c in p.conditions},
            {join(d.head, "==", d.body).key: d.name for d in derivation.definitions},
            frozenset(said for text in _words(derivation) for said in weighty(text)),
            frozenset(families(" ".join((_PLAIN, derivation.title, derivation.question, *_words(derivation), built_in)))),
            any(map(_DENIES.search, _words(derivation))) or any(set("!<>") & set(p.claim.relation) for p in derivation.parts),
            (*(s.meaning for s in derivation.symbols), *(d.meaning for d in derivation.definitions)),
            (
                *(join(d.head, "==", d.body) for d in derivation.definitions),
                *(c for p in derivation.parts for c in p.conditions),
            ),
        )

    def problems(self, sentence: str, text: str) -> Iterator[str]:
        """What is wrong with a sentence of a conclusion."""
        labels = _QUOTED.findall(sentence)
        for label in labels:
            if label not in self.parts:
                yield f"{self.what} quotes “{label}”, and there is no such part"
                continue
            yield from self._bare(f"quotes “{label}”", self.parts[label], sentence, text)
        stands = [m for m in _FORMULA.finditer(sentence) if _readable(m[1])]
        formulas = [(m[1], parse(m[1]), sentence[: m.start()]) for m in stands]
        results = (m for m in stands if not isinstance(parse(m[1]).tree, ast.Name) and parse(m[1]).key not in self.conditions)
        for found in (*_QUOTED.finditer(sentence), *results):
            if _DENIED_BEFORE.search(sentence[: found.start()]) or _DENIED_AFTER.match(sentence[found.end() :]):
                yield f"{self.what} denies what was shown, {found[0]}: {sentence!r}\n  Say what holds, or as comment=."
        if _DENIAL.search(_QUOTED.sub("", _FORMULA.sub("", sentence))) and not self.denies:
            yield f"{self.what} denies something, and no part does: {sentence!r}\n  Show what is not so, or say it as comment=."
        for found in _FOLLOWS.finditer(sentence):
            what, whence = self._rests_on(found["what"])[:1], self._rests_on(found["whence"])[:1]
            if what and whence and whence[0].label not in self._below(what[0]):
                yield f"{self.what} says that “{what[0].label}” follows from “{whence[0].label}”, on which it does not rest"
        telling = [f for _, f, _ in formulas if not isinstance(f.tree, ast.Name | ast.Constant)]
        if not telling and not labels and len(sentence.split()) > ANSWER:
            yield (
                f"this sentence of {self.what} rests on nothing that was shown: {sentence!r}\n"
                "  Give the formula, or quote the part that shows it, “so”; or say it as comment=."
            )
        for source, formula, before in formulas:
            yield from self._wrong(source, formula, before, sentence, text)
        for piece in pieces(sentence):
            resting = self._rests_on(piece) or self._rests_on(sentence) or [*self.parts.values()]
            for problem in Resting(resting, [*self.parts.values()], self.meanings, self.equations).problems(piece):
                yield f"{self.what} says {problem}: {sentence!r}\n  Say it as it is shown, or as comment=."
        words = _QUOTED.sub("", _FORMULA.sub("", sentence))
        for number in _DIGITS.findall(words):
            yield f"{self.what} has the number {number}\n  Write it as a formula of a part, in backticks."
        stated = [formula for _, formula, _ in formulas if formula.key in self.statements]
        stated += [self.parts[label].claim.formula for label in labels if label in self.parts]
        said = self.said | {word for formula in stated for word in said_by(formula)}
        unsaid = [(word, negated) for word, negated in dict.fromkeys(weighty(words)) if (word, negated) not in said]
        words = DIRECTED.sub(" ", words)
        denied = [f"'{'not ' * negated}{word}'" for word, negated in unsaid if (word, not negated) in said]
        new = [f"'{'not ' * negated}{word}'" for word, negated in unsaid if (word, not negated) not in said]
        new += [f"'{word}'" for word in self.foreign(WEIGHTY.sub("", words))]
        for listed, why in ((denied, "the parts deny it"), (new, "no part does")):
            if listed:
                yield f"{self.what} says {_and(listed)}, and {why}\n  Say it where it is shown, or as comment=."

    def foreign(self, words: str) -> list[str]:
        """The words that are said nowhere else."""
        said = dict.fromkeys(re.findall(r"[^\W\d_]{2,}", words))
        return [word for word in said if not self.words.issuperset(families(word))]

    def _below(self, part: Part) -> set[str]:
        """The labels of the parts that a part rests on, by itself and by these."""
        waiting, below = [part], set[str]()
        while waiting:
            direct = {label for step in waiting.pop().steps for label in step.rule.parts if label in self.parts} - below
            below |= direct
            waiting += (self.parts[label] for label in direct)
        return below

    def _rests_on(self, text: str) -> list[Part]:
        """The parts that a text quotes or states, else those that show what it shows."""
        labels, keys = _QUOTED.findall(text), [key_of(source) for source in _FORMULA.findall(text)]
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
        return bool(found and _readable(found[1]) and parse(found[1]).key in self.statements)

    def _instead_of(self, condition: Formula, before: str) -> str:
        """The condition that goes with this one, where the sentence says "or" between them."""
        found = re.search(r"`([^`]+)`,? (?:and/)?or(?: (?:if|for|where|when|with|under))?\s*$", before)
        pairs = ({c.key for c in part.conditions} for part in self.parts.values())
        return found[1] if found and any({condition.key, key_of(found[1])} <= pair for pair in pairs) else ""

    def _bare(self, says: str, part: Part, sentence: str, text: str) -> Iterator[str]:
        """What is left out of what a part shows: what it supposes or is given, and that it is no more than checked or cited."""
        said = {parse(m).key for m in _FORMULA.findall(text) if _readable(m)}
        unsaid = [f"`{condition.text}`" for condition in part.conditions if condition.key not in said]
        if unsaid:
            conditions = "condition" if len(unsaid) == 1 else "conditions"
            yield f"{self.what} {says} without its {conditions}\n  Say that it is for {_and(unsaid)}."
        if part.hypothesis is not None:
            yield f"{self.what} {says}, which holds only under its hypothesis\n  Quote the induction that it is a step of."
        mark = _MARKS.get(self.standings[part.label])
        if mark and not mark.search(sentence):
            yield f"{self.what} {says}, which is only {self.standings[part.label]}\n  Say so in that sentence."


def _and(listed: Sequence[str]) -> str:
    *others, last = listed
    return f"{', '.join(others)} and {last}" if others else last


def _words(derivation: Derivation, intros: bool = True) -> Iterator[str]:
    """All that is said where something is shown: labels, introductions, reasons, what names mean, and what relations say."""
    for part in derivation.parts:
        yield from (part.label, part.intro if intros else "", part.scope, *(step.rule.words for step in part.steps))
        yield " ".join(word for sign, word in _SIGNS.items() if sign in part.claim.formula.text)
        yield "bounded" if set("<>") & set(part.claim.relation) else ""
        yield _SLOPE if any(differentiates(f) for f in part.formulas) else ""
    yield from (s.meaning for s in derivation.symbols)
    yield from (d.meaning for d in derivation.definitions)
    yield from (word for s in derivation.symbols for word in s.properties)


def _readable(source: str) -> bool:
    try:
        parse(source)
    except DeclarationError:
        return False
    return True


def standings(derivation: Derivation) -> dict[str, Standing]:
    """What each part may be called if all its steps pass: the weakest of its steps and of the parts that they rest on."""
    found: dict[str, Standing] = {}
    for part in derivation.parts:
        rested = [found[label] for step in part.steps for label in step.rule.parts if label in found]
        found[part.label] = weakest([*(step.rule.standing for step in part.steps), *rested])
    return found
