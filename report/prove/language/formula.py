"""A formula: one piece of text in Python's expression syntax, parsed once and then read in several ways.

The text that an author writes is the only source, and what a terminal shows. ``report.prove.language.latex`` prints it,
``report.prove.meaning.symbolic`` reads it as SymPy, ``report.prove.meaning.numeric`` as numbers; what a page displays is
therefore what was checked. LaTeX as the source was rejected because it has no unambiguous reading, SymPy because it forgets
the order in which a person wrote things.

Beyond arithmetic the syntax has::

    sum(f(k)*g(i - k) for k in Z)      sums; also prod, max, min, count, all; ranges Z, N (from 0), span(a, b)
    x if x > 0 else 0                  cases                x[i], W[i, j]      entries
    diff(sigma(x), x)                  derivatives          A @ B, A.T         matrix product, transpose
    lambda i: x(i - k)                 a signal             [[a, b], [c, d]]   a matrix, by rows
    count((i, j) for i in span(1, m) for j in span(1, n))   how many there are
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TypeGuard

from report.errors import DeclarationError, Where
from report.prove.language.vocabulary import ARGUMENTS, BINDERS, LOGICAL, MEANINGS

RELATIONS: dict[str, type[ast.cmpop]] = {
    "==": ast.Eq,
    "!=": ast.NotEq,
    "<=": ast.LtE,
    ">=": ast.GtE,
    "<": ast.Lt,
    ">": ast.Gt,
    "in": ast.In,
}
SIGN_OF = {kind: sign for sign, kind in RELATIONS.items()}
TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
"""The relation from right to left; any other is the same."""
_ALLOWED = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call, ast.Name, ast.Constant, ast.Subscript,
    ast.Tuple, ast.List, ast.IfExp, ast.Attribute, ast.Lambda, ast.arguments, ast.arg, ast.GeneratorExp, ast.comprehension,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.MatMult, ast.USub, ast.Not, ast.And, ast.Or, ast.Load, ast.Store,
    *RELATIONS.values(),
)  # fmt: skip


@dataclass(frozen=True)
class Formula:
    """A parsed formula. Equal when the trees are equal: spaces and redundant parentheses do not count."""

    text: str = field(compare=False)
    tree: ast.expr = field(compare=False, repr=False)
    key: str = field(repr=False)
    where: Where | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Statement:
    """A formula that asserts: ``left relation right``, the relation being one of ``RELATIONS`` or ``LOGICAL``."""

    left: Formula
    relation: str
    right: Formula

    @cached_property
    def formula(self) -> Formula:
        """The statement as one formula."""
        return join(self.left, self.relation, self.right)

    @property
    def mirrored(self) -> Statement:
        """The same statement, read from right to left."""
        if self.relation in ("in", "implies"):
            return self
        return Statement(self.right, TURNED.get(self.relation, self.relation), self.left)

    @property
    def text(self) -> str:
        """The statement in its author's spelling."""
        return self.formula.text

    def __str__(self) -> str:
        return self.text


def parse(text: str, where: Where | None = None) -> Formula:
    """The formula that ``text`` is. Raises ``DeclarationError`` with a caret under the place that cannot be read."""
    source = " ".join(text.split())
    for column, sign in enumerate(source):
        if sign == "#" or not sign.isascii():
            why = "it holds no comment" if sign == "#" else f"'{sign}' is no sign of one; names are of Latin letters, digits, _"
            raise DeclarationError(f"cannot read this formula ({why}):\n{_caret(source, column)}", where=where)
    try:
        tree = ast.parse(source, mode="eval").body
    except SyntaxError as error:
        raise DeclarationError(
            f"cannot read this formula ({error.msg}):\n{_caret(source, (error.offset or 1) - 1)}", where=where
        ) from None
    for node in ast.walk(tree):
        _refuse_unknown_syntax(node, source, where)
    for name in _bound_twice(tree, frozenset()):
        raise DeclarationError(f"'{name}' is bound inside a place where it is bound already: choose another name", where=where)
    return formula(tree, where, source)


def formula(tree: ast.expr, where: Where | None = None, text: str | None = None) -> Formula:
    """A formula from a tree."""
    return Formula(ast.unparse(tree) if text is None else text, tree, ast.dump(tree), where)


def statement(text: str, where: Where | None = None) -> Statement:
    """A formula that is one relation. Raises ``DeclarationError`` if it is anything else."""
    parsed = parse(text, where)
    tree = parsed.tree
    if isinstance(tree, ast.Compare) and len(tree.ops) == 1:
        return Statement(_piece(parsed, tree.left), SIGN_OF[type(tree.ops[0])], _piece(parsed, tree.comparators[0]))
    if calls(tree, LOGICAL) and len(tree.args) == 2:
        return Statement(_piece(parsed, tree.args[0]), ast.unparse(tree.func), _piece(parsed, tree.args[1]))
    raise DeclarationError(
        f"a statement is one relation (==, <=, …, implies(p, q) or iff(p, q)), and this is none: {parsed}", where=where
    )


def _piece(whole: Formula, tree: ast.expr) -> Formula:
    """A part of a formula, in the author's own spelling."""
    return formula(tree, whole.where, ast.get_source_segment(whole.text, tree))


def join(left: Formula, relation: str, right: Formula) -> Formula:
    """The formula ``left relation right``, keeping the spelling of both and the place of ``right``."""
    if relation in LOGICAL:
        tree: ast.expr = ast.Call(ast.Name(relation, ast.Load()), [left.tree, right.tree], [])
        return formula(tree, right.where, f"{relation}({left.text}, {right.text})")
    tree = ast.Compare(left.tree, [RELATIONS[relation]()], [right.tree])
    spelled = [f"({f.text})" if isinstance(f.tree, ast.Compare | ast.IfExp | ast.BoolOp) else f.text for f in (left, right)]
    return formula(tree, right.where, f"{spelled[0]} {relation} {spelled[1]}")


def split_relation(text: str) -> tuple[str, str]:
    """A step's text as (relation, expression): ``"<= a + b"`` is ("<=", "a + b"); without a relation it is ""."""
    stripped = text.strip()
    for sign in ("==", "!=", "<=", ">=", "<", ">", *(f"{word} " for word in LOGICAL)):
        if stripped.startswith(sign):
            return sign.strip(), stripped[len(sign) :]
    return "", stripped


def calls(node: ast.AST, functions: Collection[str]) -> TypeGuard[ast.Call]:
    """Whether a node is a call of one of these, by its name."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in functions


def does(node: ast.AST, *operations: type[ast.operator]) -> TypeGuard[ast.BinOp]:
    """Whether the last that a formula does is one of these."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, operations)


def head(node: ast.AST) -> str:
    """The name of what a formula is an entry or a value of: x of x[i] and of x(f)(i); "" if that has none."""
    while isinstance(node, ast.Subscript | ast.Call):
        node = node.value if isinstance(node, ast.Subscript) else node.func
    return node.id if isinstance(node, ast.Name) else ""


def places(node: ast.Subscript) -> list[ast.expr]:
    """The indices of an entry."""
    return node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]


def rows(node: ast.List) -> list[list[ast.expr]]:
    """A matrix by its rows; each of a column has one entry."""
    return [row.elts if isinstance(row, ast.List) else [row] for row in node.elts]


def names(node: ast.AST) -> dict[str, None]:
    """The free names of a tree, in order of appearance (bound ones of generators and lambdas left out)."""
    return dict.fromkeys(_names(node))


@lru_cache(maxsize=20_000)
def _names(node: ast.AST) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_free(node, frozenset())))  # a tree never changes, and is asked at every point


def _free(node: ast.AST, bound: frozenset[str]) -> Iterator[str]:
    if isinstance(node, ast.Name):
        if node.id not in bound:
            yield node.id
    elif isinstance(node, ast.Lambda):
        yield from _free(node.body, bound | {a.arg for a in node.args.args})
    elif isinstance(node, ast.GeneratorExp):
        for generator in node.generators:
            yield from _free(generator.iter, bound)
            bound = bound | set(targets(generator))
            for condition in generator.ifs:
                yield from _free(condition, bound)
        yield from _free(node.elt, bound)
    else:
        for child in ast.iter_child_nodes(node):
            yield from _free(child, bound)


def _bound_twice(node: ast.AST, bound: frozenset[str]) -> Iterator[str]:
    """The indices of generators inside generators that have them for an index too."""
    own = [name for g in node.generators for name in targets(g)] if isinstance(node, ast.GeneratorExp) else []
    yield from (name for place, name in enumerate(own) if name in bound or name in own[:place])
    for child in ast.iter_child_nodes(node):
        yield from _bound_twice(child, bound.union(own))


def bound_names(node: ast.AST) -> set[str]:
    """The names that generators and lambdas of a tree bind."""
    bound = {a.arg for n in ast.walk(node) if isinstance(n, ast.Lambda) for a in n.args.args}
    return bound | {t for n in ast.walk(node) if isinstance(n, ast.comprehension) for t in targets(n)}


def targets(generator: ast.comprehension) -> list[str]:
    """The index of a generator, as a list of one name."""
    assert isinstance(generator.target, ast.Name)
    return [generator.target.id]


def substitute(tree: ast.expr, replacements: dict[str, ast.expr]) -> ast.expr:
    """The tree with free names replaced. An index that would capture a name of a replacement gets another name first."""
    bound = bound_names(tree)
    arriving = {name for old in names(tree) if old in replacements for name in names(replacements[old])}
    taken = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} | arriving
    renamed = {name: next(fresh for n in range(1, 99) if (fresh := name + "_" * n) not in taken) for name in bound & arriving}
    free = {name: to for name, to in replacements.items() if name not in bound}

    class _Replace(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            if node.id in renamed:
                return ast.Name(renamed[node.id], node.ctx)
            return copy.deepcopy(free.get(node.id, node))

        def visit_arg(self, node: ast.arg) -> ast.arg:
            return ast.arg(renamed.get(node.arg, node.arg))

    return _Replace().visit(copy.deepcopy(tree))


def put_in(tree: ast.expr, put: Mapping[ast.expr, ast.expr]) -> ast.expr:
    """The tree with other ones for these of its nodes."""
    return copy.deepcopy(tree, {id(old): new for old, new in put.items()})


INSTEAD: dict[type[ast.AST], str] = {ast.Mod: ": write mod(a, n)", ast.FloorDiv: ": write floor(a/n)"}


def _refuse_unknown_syntax(node: ast.AST, source: str, where: Where | None) -> None:
    unknown = f"{type(node).__name__} is not part of the formula language{INSTEAD.get(type(node), '')}"
    problem = _malformed(node) or _misplaced(node) if isinstance(node, _ALLOWED) else unknown
    if problem:
        column = getattr(node.iter if isinstance(node, ast.comprehension) else node, "col_offset", 0)
        raise DeclarationError(f"cannot read this formula ({problem}):\n{_caret(source, column)}", where=where)


LARGEST_POWER, LONGEST_RANGE = 1_000, 10_000
"""A larger number as an exponent, or more places between two numbers, would take longer than anybody waits."""


def _malformed(node: ast.AST) -> str:
    """What is wrong with a name or a number, or with how many arguments, rows or places something has."""
    match node:
        case ast.Name(name) if name.startswith("_"):
            return "a name does not begin with an underscore"
        case ast.Attribute(_, name) if name != "T":
            return f"'.{name}' is not known; only .T, the transpose, is"
        case ast.Constant(value) if type(value) is not int:
            return f"{value!r} is not an exact number; write an integer or a quotient of integers"
        case ast.Call(keywords=[_, *_]):
            return "arguments have no names here"
        case ast.comprehension() if node.is_async or not isinstance(node.target, ast.Name):
            return "an index is one name"
        case ast.comprehension(_, places) if not _is_range(places):
            return f"an index runs over Z, N or span(a, b), not over {ast.unparse(places)}{_meant(places)}"
        case ast.Call(ast.Name("count"), [ast.GeneratorExp(counted, generators)]) if not _are_indices(counted, generators):
            return f"what is counted is the index, or the tuple of all indices in their order, not {ast.unparse(node.args[0])}"
        case ast.Call(ast.Name(name), [ast.GeneratorExp()]) if name in MEANINGS and name not in BINDERS:
            return f"'{name}' is not taken over a range"
        case ast.Call(_, [ast.GeneratorExp()]):
            return ""
        case ast.Lambda(arguments) if not ast.unparse(arguments).isidentifier():
            return "what stands for a signal or a function takes one argument: lambda k: …"
        case ast.Call(ast.Name(name), arguments) if name in BINDERS.keys() - ARGUMENTS.keys():
            return f"'{name}' is taken over a range: {name}(… for k in span(1, n))"
        case ast.Call(ast.Name("max" | "min" as name), [_]):
            return f"of one argument there is no {name}; over a vector it is {name}(v[k] for k in span(1, n))"
        case ast.Call(ast.Name("diff"), [_, _, _]):
            return "a second derivative is diff(diff(e, x), x)"
        case ast.Call(ast.Name(name), arguments) if name in ARGUMENTS:
            least, most = ARGUMENTS[name]
            wanted = f"{least}" if least == most else f"{least} or {most}" if most < 99 else f"{least} or more"
            return "" if least <= len(arguments) <= most else f"arguments of '{name}': {wanted}, not {len(arguments)}"
        case ast.List(rows):
            widths = {len(row.elts) if isinstance(row, ast.List) else 0 for row in rows}
            return "" if len(widths) == 1 else "a matrix has rows, all of one length"
        case ast.Subscript(_, ast.Tuple(places)) if len(places) > 2:
            return "an entry has one place or two"
        case ast.BinOp(base, ast.Pow(), ast.Constant(int(power))) if power > LARGEST_POWER or (
            isinstance(base, ast.BinOp) and not _is_number(base) and power > LARGEST_POWER // 10
        ):
            return f"the power {power} is too large to be looked at"
        case ast.BinOp(base, ast.Pow(), power) if _is_number(power) and any(isinstance(n, ast.Pow) for n in ast.walk(power)):
            return "a power of numbers in an exponent is too large to be looked at"
        case ast.comprehension(iter=ast.Call(_, [ast.Constant(int(low)), ast.Constant(int(high))])) if (
            high - low > LONGEST_RANGE
        ):
            return f"a range of {high - low + 1} places is too long to be looked at"
    return ""


def is_sentence(node: ast.AST) -> bool:
    """Whether it is true or false, and no number."""
    negated = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    return negated or isinstance(node, ast.Compare | ast.BoolOp) or calls(node, ("all", *LOGICAL))


def _misplaced(node: ast.AST) -> str:
    """Which piece is a sentence where a number is meant, or the other way round."""
    sentences: Sequence[ast.expr] = ()
    match node:
        case ast.BoolOp(_, sentences) | ast.comprehension(_, _, sentences):
            pass
        case ast.UnaryOp(ast.Not(), inner) | ast.IfExp(inner) | ast.Call(ast.Name("one"), [inner]):
            sentences = [inner]
        case ast.Call(ast.Name("all"), [ast.GeneratorExp(inner)]):
            sentences = [inner]
        case ast.Call(ast.Name(name), arguments) if name in LOGICAL:
            sentences = arguments
        case ast.GeneratorExp():
            return ""  # what gathers says what it gathers
    for child in ast.iter_child_nodes(node):
        piece = child.elt if isinstance(child, ast.GeneratorExp) else child
        if isinstance(piece, ast.expr) and is_sentence(piece) != (piece in sentences):
            meant = "is a number, and something true or false" if piece in sentences else "is true or false, and a number"
            return f"`{ast.unparse(piece)}` {meant} is meant here"
    return ""


def _is_number(tree: ast.expr) -> bool:
    return not any(isinstance(n, ast.Name) for n in ast.walk(tree))


def _are_indices(counted: ast.expr, generators: Sequence[ast.comprehension]) -> bool:
    """Whether what is counted are the indices: only these differ whenever one of them does."""
    each = counted.elts if isinstance(counted, ast.Tuple) else [counted]
    return [*map(ast.unparse, each)] == [ast.unparse(generator.target) for generator in generators]


def _is_range(node: ast.expr) -> bool:
    match node:
        case ast.Call(ast.Name("span"), [_, _]) | ast.Name("Z" | "N"):
            return True
    return False


def _meant(node: ast.expr) -> str:
    """What an author who counts as Python does has to write."""
    match node:
        case ast.Call(ast.Name("range"), [size]):
            places = ast.unparse(size)
            return f"; both ends belong to it: span(0, ({places}) - 1), and span(1, {places}) for the entries of a vector"
    return ""


def _caret(source: str, column: int) -> str:
    column = len(source.encode()[:column].decode(errors="ignore"))
    return f"    {source}\n    {' ' * column}^"
