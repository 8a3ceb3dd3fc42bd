"""Errors to plant in a derivation, one at a time: what a person gets wrong when copying or deriving.

Of two sorts: a formula that is changed (a sign, an index, a tie, a bound …), in a step or in what is stated; and a part that
is changed while its formulas stand (a condition dropped or weakened, a reason that is not the reason, an index that captures a
symbol). ``python -m tests.planting [T2 …]`` plants about a thousand of them, some of each kind in every part, and prints how
many of each kind were planted and refused; ``--all`` plants all there are.
"""

from __future__ import annotations

import argparse
import ast
import copy
import sys
from collections import Counter, deque
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from itertools import chain, pairwise
from pathlib import Path
from random import Random
from unittest.mock import patch

from report.errors import ReportError
from report.prove import lint
from report.prove.check import LIVE, METHODS, NUMERIC, SYMBOLIC, check_part
from report.prove.derivation import Derivation, Part, Step, load
from report.prove.language.formula import bound_names, join, names, parse, split_relation, targets
from report.prove.reasons.calculation import algebra, definition
from report.prove.reasons.rule import DEFINITION, DIFFERENTIATION, PART, Lemma, Rule, Shown
from report.prove.reasons.statements import using

THEORY = Path(__file__).parent.parent / "theory"
SIBLINGS = {
    "max": "min", "min": "max", "floor": "ceil", "ceil": "floor", "exp": "cos", "log": "exp", "sin": "cos", "cos": "sin",
    "sum": "prod", "prod": "sum", "sqrt": "abs", "tanh": "sin", "relu": "sigma", "sigma": "relu", "trace": "norm",
}  # fmt: skip
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {ast.Mult: ast.Add, ast.Div: ast.Mult}
RELATIONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.LtE: ast.Lt,
    ast.GtE: ast.Gt,
    ast.Lt: ast.LtE,
    ast.Gt: ast.GtE,
    ast.Eq: ast.NotEq,
}


@dataclass(frozen=True)
class Planted:
    """A part with one error in it: at which step, of what kind, and what now stands there.

    ``touched`` are the steps that it concerns: the others stand as they were proved. The part is made when it is looked at.
    """

    theorem: str
    label: str
    step: int
    kind: str
    text: str
    touched: Container[int] = field(repr=False)
    make: Callable[[], Part] = field(repr=False)

    @cached_property
    def part(self) -> Part:
        made = self.make()
        return replace(made, steps=[s if at in self.touched else _proved(s) for at, s in enumerate(made.steps)])

    @property
    def key(self) -> tuple[str, str, int, str]:
        """What names it in the list of equivalents."""
        return self.theorem, self.label, self.step, self.text


def _proved(step: Step) -> Step:
    """The step, which nobody needs to prove again."""
    return replace(step, because=replace(step.rule, decide=lambda *_: "as it stood"))


# --- errors in a formula -------------------------------------------------------------------------------------------


@cache
def wrong_formulas(text: str) -> tuple[tuple[str, str], ...]:
    """(kind, wrong text) for every single error that can be made in a formula, each text once."""
    tree = parse(text).tree
    counted = _only_counted(tree)
    found: dict[str, str] = {}
    for node, put in _places(tree):
        for kind, change in _changes(node):
            if kind != "index base" or node not in counted:
                found.setdefault(ast.unparse(put(change(node))), kind)
    found.pop(ast.unparse(tree), None)
    return tuple((kind, wrong) for wrong, kind in found.items())


Put = Callable[[ast.AST], ast.expr]


def _places(tree: ast.expr) -> Iterator[tuple[ast.AST, Put]]:
    """Every node, and what gives the tree with another in its place. What is not on the way there is shared, not copied."""
    todo: deque[tuple[ast.AST, Put]] = deque([(tree, lambda new: new)])  # type: ignore[list-item, return-value]
    while todo:
        node, put = todo.popleft()
        yield node, put
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.AST):
                todo.append((value, partial(_put, put, node, name, None)))
            elif isinstance(value, list):
                todo += [
                    (each, partial(_put, put, node, name, at)) for at, each in enumerate(value) if isinstance(each, ast.AST)
                ]


def _put(put: Put, parent: ast.AST, name: str, at: int | None, new: ast.AST) -> ast.expr:
    old = getattr(parent, name)
    return put(_with(parent, **{name: new if at is None else [*old[:at], new, *old[at + 1 :]]}))


def _only_counted(tree: ast.expr) -> list[ast.expr]:
    """The ranges at whose numbers nothing looks: one that begins elsewhere has as many, and is no error."""
    found = []
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        for gathered in (node for node in call.args if isinstance(node, ast.GeneratorExp)):
            counts = isinstance(call.func, ast.Name) and call.func.id == "count"
            looked_at = [] if counts else [gathered.elt]
            for generator in reversed(gathered.generators):
                looked_at += generator.ifs
                if not {n for each in looked_at for n in names(each)} & set(targets(generator)):
                    found.append(generator.iter)
                looked_at.append(generator.iter)
    return found


Change = Callable[[ast.AST], ast.expr]


def _changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    if isinstance(node, ast.BinOp):
        yield from _arithmetic(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield "sign", lambda n: n.operand  # type: ignore[attr-defined]
    elif isinstance(node, ast.Constant):
        yield "constant", lambda n: ast.Constant(n.value + 1)  # type: ignore[attr-defined]
        yield "constant", lambda n: _less_one(n.value)  # type: ignore[attr-defined]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SIBLINGS:
        yield "function", lambda n: _with(n, func=ast.Name(SIBLINGS[n.func.id], ast.Load()))  # type: ignore[attr-defined]
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in RELATIONS:
        yield "relation", lambda n: _with(n, ops=[RELATIONS[type(n.ops[0])](), *n.ops[1:]])  # type: ignore[attr-defined]
    if isinstance(node, ast.Subscript) and not isinstance(node.slice, ast.Tuple):
        yield "index", lambda n: _with(n, slice=_plus_one(n.slice))  # type: ignore[attr-defined]
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        yield "index", lambda n: _with(n, slice=ast.Tuple(n.slice.elts[::-1], ast.Load()))  # type: ignore[attr-defined]
    if isinstance(node, ast.Attribute):
        yield "transpose", lambda n: n.value  # type: ignore[attr-defined]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "span":
        yield "index", lambda n: _with(n, args=[n.args[0], _plus_one(n.args[1])])  # type: ignore[attr-defined]
        yield "index", lambda n: _with(n, args=[_plus_one(n.args[0]), n.args[1]])  # type: ignore[attr-defined]
        yield "index base", lambda n: _with(n, args=[_minus_one(a) for a in n.args])  # type: ignore[attr-defined]


def _arithmetic(node: ast.BinOp) -> Iterator[tuple[str, Change]]:
    if isinstance(node.op, ast.Add | ast.Sub):
        other = ast.Sub if isinstance(node.op, ast.Add) else ast.Add
        yield "sign", lambda n: _with(n, op=other())
        yield "term dropped", lambda n: n.left  # type: ignore[attr-defined]
        yield "term dropped", lambda n: n.right  # type: ignore[attr-defined]
    if isinstance(node.op, ast.Mult | ast.MatMult | ast.Div):
        yield "factor dropped", lambda n: n.left  # type: ignore[attr-defined]
        yield "factor dropped", lambda n: n.right  # type: ignore[attr-defined]
    if isinstance(node.op, ast.MatMult | ast.Sub | ast.Div):
        yield "sides swapped", lambda n: _with(n, left=n.right, right=n.left)  # type: ignore[attr-defined]
    if isinstance(node.op, ast.Pow):
        yield "exponent dropped", lambda n: n.left  # type: ignore[attr-defined]
        yield "exponent", lambda n: _with(n, right=_plus_one(n.right))  # type: ignore[attr-defined]
    if type(node.op) in OPERATORS:
        yield "operator", lambda n: _with(n, op=OPERATORS[type(n.op)]())  # type: ignore[attr-defined]


def _plus_one(node: ast.expr) -> ast.expr:
    return ast.BinOp(node, ast.Add(), ast.Constant(1))


def _minus_one(node: ast.expr) -> ast.expr:
    return ast.BinOp(node, ast.Sub(), ast.Constant(1))


def _less_one(value: int) -> ast.expr:
    return ast.Constant(value - 1) if value > 0 else ast.UnaryOp(ast.USub(), ast.Constant(1))


def _with(node: ast.AST, **fields: object) -> ast.expr:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed  # type: ignore[return-value]


# --- errors in a part ----------------------------------------------------------------------------------------------


def planted(derivation: Derivation, part: Part) -> Iterator[Planted]:
    """The part with every single error in turn: in a step, in both ends of what is claimed, in the order."""
    last = len(part.steps) - 1
    error = partial(Planted, derivation.id, part.label)
    for at, step in enumerate(part.steps):
        relation, text = split_relation(step.text)
        for kind, wrong in wrong_formulas(text):
            yield error(at, kind, wrong, (at, at + 1), partial(_with_step, part, at, f"{relation} {wrong}"))
    if part.claim.relation == "!=":
        return  # nearly all numbers differ: a counterexample that is changed is another one
    for kind, wrong in wrong_formulas(split_relation(part.steps[last].text)[1]):
        yield error(last, f"statement, {kind}", wrong, (last,), partial(_with_end, part, wrong))
    for kind, wrong in wrong_formulas(ast.unparse(part.claim.left.tree)):
        yield error(0, f"statement, {kind}", wrong, (0,), partial(_with_start, part, wrong))
    turned = join(part.claim.right, part.claim.relation, part.claim.left).text
    yield error(0, "sides swapped", turned, (0,), partial(replace, part, statement=turned))
    for at, (step, after) in enumerate(pairwise(part.steps)):
        if step.rule.rearranges and after.rule.rearranges:
            continue  # equals in another order are still equals
        swapped = [*part.steps[:at], after, step, *part.steps[at + 2 :]]
        yield error(at, "steps swapped", after.text, range(at, at + 3), partial(replace, part, steps=swapped))


def misplanted(derivation: Derivation, part: Part) -> Iterator[Planted]:
    """The part with every single error that leaves its formulas as they stand, or changes what holds them together."""
    for kind, text, touched, changed in chain(_conditions(part), _captures(derivation, part), _reasons(derivation, part)):
        yield Planted(derivation.id, part.label, 0, kind, text, touched, changed)


Changed = Iterator[tuple[str, str, Container[int], Callable[[], Part]]]


def _conditions(part: Part) -> Changed:
    """Without one of its conditions; with one of them weakened."""
    every = range(len(part.steps))
    for at, condition in enumerate(part.given):
        others = [*part.given[:at], *part.given[at + 1 :]]
        yield "condition dropped", f"without {condition}", every, partial(replace, part, given=others)
        for strict, weak in ((" < ", " <= "), (" > ", " >= ")):
            if strict in condition:
                weaker = condition.replace(strict, weak)
                yield "condition weakened", weaker, every, partial(replace, part, given=[*others, weaker])


def _captures(derivation: Derivation, part: Part) -> Changed:
    """With a bound index called like a symbol beside it, in a step that is not the last."""
    symbols = {symbol.name for symbol in derivation.symbols}
    for at, step in enumerate(part.steps[:-1]):
        tree = step.expression.tree
        for bound in sorted(bound_names(tree)):
            for free in [name for name in names(tree) if name in symbols][:2]:
                wrong = ast.unparse(_Renamed(bound, free).visit(copy.deepcopy(tree)))
                relation = split_relation(step.text)[0]
                yield "capture", wrong, (at, at + 1), partial(_with_step, part, at, f"{relation} {wrong}")


class _Renamed(ast.NodeTransformer):
    def __init__(self, old: str, new: str):
        self.old, self.new = old, new

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name(self.new, node.ctx) if node.id == self.old else node


def _reasons(derivation: Derivation, part: Part) -> Changed:
    """With a reason that is another one: rearranging for what is more, another definition, another part."""
    for at, step in enumerate(part.steps):
        rule = step.rule
        if rule.law in (DEFINITION, DIFFERENTIATION, PART):
            weak = partial(_with_reason, part, at, algebra("rearrange"))
            yield "reason too weak", f"step {at + 1} by algebra", (at,), weak
        if rule.law == DEFINITION:
            for other in [d.name for d in derivation.definitions if d.name not in rule.of][:2]:
                wrong = partial(_with_reason, part, at, definition(other))
                yield "another definition", f"step {at + 1} by {other}", (at,), wrong
        if rule.law == PART:
            for label in [label for label in shown_before(derivation, part.label) if label not in rule.of][-2:]:
                yield "another part", f"step {at + 1} by {label}", (at,), partial(_with_reason, part, at, using(label))


def _with_reason(part: Part, at: int, reason: Rule) -> Part:
    steps = [*part.steps]
    steps[at] = replace(steps[at], because=reason)
    return replace(part, steps=tuple(steps))


def _with_step(part: Part, at: int, text: str) -> Part:
    steps = [*part.steps]
    steps[at] = replace(steps[at], text=text)
    return replace(part, steps=tuple(steps))


def _with_end(part: Part, wrong: str) -> Part:
    """A wrong theorem, with a chain that ends where it says."""
    last = len(part.steps) - 1
    claim = join(part.claim.left, part.claim.relation, parse(wrong))
    return replace(_with_step(part, last, f"{split_relation(part.steps[last].text)[0]} {wrong}"), statement=claim.text)


def _with_start(part: Part, wrong: str) -> Part:
    return replace(part, statement=join(parse(wrong), part.claim.relation, part.claim.right).text)


# --- who refuses them ----------------------------------------------------------------------------------------------


def shown_before(derivation: Derivation, label: str) -> Shown:
    """The statements of the parts before the one with this label."""
    before = {}
    for part in derivation.parts:
        if part.label == label:
            break
        before[part.label] = Lemma(part.claim, part.conditions, part.hypothesis)
    return before


def caught_by(derivation: Derivation, error: Planted) -> set[str]:
    """Who is the first to refuse the part with the error in it: chain, SymPy, numeric, live witnesses by name, glossary."""
    each = (refused_by_steps(derivation, error.part, method) for method in METHODS)
    return next(filter(None, each), set()) or _refused_by_lint(derivation, error.part)


def refused_by(derivation: Derivation, part: Part) -> set[str]:
    """Who refuses a part that stands in the derivation in place of the one with its label."""
    return refused_by_steps(derivation, part, *METHODS) or _refused_by_lint(derivation, part)


def refused_by_steps(derivation: Derivation, part: Part, *methods: str) -> set[str]:
    """Who refuses a step of the part. Nobody reads here by how much its sides differ: to find that out takes the longest."""
    try:
        with patch.multiple("report.prove.check", left_over=_unsaid, mistake=_unsaid, remedy=_unsaid):
            checked, failures = check_part(derivation, part, shown_before(derivation, part.label), methods)
    except ReportError:
        return {"declaration"}
    assert bool(failures) == any(step.caught_by for step in checked.steps)
    return {who for step in checked.steps for who in step.caught_by}


def is_refused(derivation: Derivation, *parts: Part) -> bool:
    """Whether anybody refuses one of these parts: who needs least time is asked first."""
    return any(refused_by_steps(derivation, part, who) for who in (NUMERIC, SYMBOLIC, LIVE) for part in parts)


def _unsaid(*_: object) -> str:
    return ""


def _refused_by_lint(derivation: Derivation, part: Part) -> set[str]:
    """Whether the glossary and the prose refuse what the steps let pass; of a theorem as it stands, nothing."""
    changed = replace(derivation, parts=[part if each.label == part.label else each for each in derivation.parts])
    return {"glossary"} if any(chain(lint.undecidable(changed), lint.failures(changed))) else set()


# --- choosing and counting -----------------------------------------------------------------------------------------

A_PART, A_KIND = 5, 2
"""How many errors are chosen for a part, and at most of a kind."""


def chosen(derivation: Derivation, part: Part) -> list[Planted]:
    """Some errors of different kinds, always the same ones: those that leave formulas as they stand come first."""
    random = Random(f"{derivation.id} {part.label}")
    formulas, others = list(planted(derivation, part)), list(misplanted(derivation, part))
    random.shuffle(formulas)
    random.shuffle(others)
    found: list[Planted] = []
    for error in [*others[: A_PART - 2], *formulas]:
        if sum(error.kind == each.kind for each in found) < A_KIND and len(found) < A_PART:
            found.append(error)
    return found


def everything(derivation: Derivation, part: Part) -> list[Planted]:
    """All errors there are."""
    return [*planted(derivation, part), *misplanted(derivation, part)]


def theorems() -> list[Path]:
    """All theory files that expose a derivation."""
    return sorted(THEORY.glob("t[0-9]*.py"))


def theorem(name: str) -> Derivation:
    """The derivation of T2, say."""
    return load(next(path for path in theorems() if path.stem.startswith(f"t{name[1:].zfill(2)}_")))


def asked(arguments: Sequence[str] | None = None) -> tuple[list[Path], bool]:
    """The theory files to plant in, and whether all errors are to be planted. Ends the program for a theorem there is not."""
    files = {f"T{int(path.stem.partition('_')[0][1:])}": path for path in theorems()}
    parser = argparse.ArgumentParser("python -m tests.planting", description="Plant errors, and print what nobody refuses.")
    parser.add_argument("names", nargs="*", metavar="T", help="a theorem; without one, all of them")
    parser.add_argument("--all", action="store_true", help="all errors there are, not some of each kind")
    given = parser.parse_args(arguments)
    for name in set(given.names) - files.keys():
        parser.error(f"there is no theorem '{name}', but {', '.join(files)}")
    return [path for name, path in files.items() if name in (given.names or files)], given.all


def main(paths: Sequence[Path], every: bool) -> int:
    """Plants, prints what nobody refuses and is not listed as true, and how many of each kind were planted and refused."""
    from tests.theory.equivalents import EQUIVALENTS

    choose = everything if every else chosen
    count: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    left = 0
    for path in paths:
        derivation = load(path)
        for error in (each for part in derivation.parts for each in choose(derivation, part)):
            count[error.kind] += 1
            if caught_by(derivation, error):
                refused[error.kind] += 1
            elif error.key not in EQUIVALENTS:
                left += 1
                print(f"accepted: {error.kind}: {error.key!r}", flush=True)
    for kind, planted_ones in count.most_common():
        print(f"{kind}: {planted_ones} planted, {refused[kind]} refused, {planted_ones - refused[kind]} not")
    print(f"in all: {count.total()} planted, {refused.total()} refused, {left} neither refused nor listed as true")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(*asked()))
