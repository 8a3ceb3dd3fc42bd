"""The field's own words: a definition that has one for its name, or is called by one, is what the field means by it."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from report.errors import DeclarationError
from report.prove.decide.conditions import NO_FACTS
from report.prove.derivation import Derivation
from report.prove.language.formula import formula, parse, substitute, targets
from report.prove.language.glossary import Definition, Symbol, define
from report.prove.language.vocabulary import FIELD, FieldName
from report.prove.meaning.grid import Unreadable
from report.prove.meaning.symbolic import EVERYTHING
from report.prove.reasons.rule import Setting

_LEADING = re.compile(r"^(?:(?:the|a|an|our|standard|usual|ordinary|so-called)\s+)*")
_HEAD = re.compile(r" of\b| function\b| at\b| with\b| over\b| for\b|[:;(`]")
"""Where the words for what a definition is end."""


def failures(derivation: Derivation) -> Iterator[str]:
    """A name of the field means what the field means by it."""
    for symbol in derivation.symbols:
        if symbol.name in FIELD and symbol.kind in ("function", "signal", "operator"):
            yield f"{symbol.where}: '{symbol.name}' is the field's name of a function\n  Call this one by another."
    called = {word: meant for name, meant in FIELD.items() for word in (name, *meant.words)}
    for defined in derivation.definitions:
        words = _LEADING.sub("", defined.meaning.lower())
        names = (defined.name.lower(), words, _HEAD.split(words)[0].strip())
        meant = next((called[name] for name in names if name in called), None)
        told = f"{meant.head} = {meant.body}" if meant and not _means(defined, meant) else ""
        for word, (shown, fits) in _SHAPES.items():
            told = told or (shown if word in names and not fits(defined, derivation.setting) else "")
        if told:
            what = f"'{defined.name}' is not what the field calls so, {told}"
            yield f"{defined.where}: {what}\n  Give it another name and meaning."


def _is_softmax(defined: Definition, setting: Setting) -> bool:
    """Whether it is the exponential of something at its index over the sum of these at all indices."""
    match defined.body.tree:
        case ast.BinOp(ast.Call(ast.Name("exp"), [score]) as above, ast.Div(), below) if defined.indexed and defined.shape:
            if isinstance(score, ast.UnaryOp):
                return False  # the largest would be the least likely
            (index,) = defined.arguments[-1:]
            over = f"span({defined.first}, {defined.first} - 1 + ({defined.shape[-1]}))"
            whole = parse(f"sum(one(k_ == 0) for k_ in {over})").tree
            assert isinstance(whole, ast.Call)
            assert isinstance(whole.args[0], ast.GeneratorExp)
            whole.args[0].elt = substitute(above, {index: ast.Name("k_", ast.Load())})
            return _holds(setting, whole, below, defined)
    return False


def _is_mean(defined: Definition, setting: Setting) -> bool:
    """Whether it is a sum over a range, divided by how many terms it has."""
    match defined.body.tree:
        case ast.BinOp(ast.Call(ast.Name("sum"), [ast.GeneratorExp() as terms]), ast.Div(), below) | ast.BinOp(
            ast.BinOp(ast.Constant(1), ast.Div(), below), ast.Mult(), ast.Call(ast.Name("sum"), [ast.GeneratorExp() as terms])
        ):
            indices = [ast.Name(name, ast.Load()) for each in terms.generators for name in targets(each)]
            counted: ast.expr = indices[0] if len(indices) == 1 else ast.Tuple([*indices], ast.Load())
            count = ast.Call(ast.Name("count", ast.Load()), [ast.GeneratorExp(counted, terms.generators)], [])
            return _holds(setting, count, below, defined)
    return not isinstance(defined.body.tree, ast.BinOp) or not isinstance(defined.body.tree.op, ast.Div)  # of a distribution


_MEAN = ("sum(… for k in span(1, n))/n", _is_mean)
_SHAPES: dict[str, tuple[str, Callable[[Definition, Setting], bool]]] = {
    "softmax": ("exp(x[j])/sum(exp(x[k]) for k in span(1, n))", _is_softmax),
    **dict.fromkeys(("mean", "average", "arithmetic mean"), _MEAN),
}
"""What the field means by a word that speaks of any vector: how it is written, and whether a definition is so."""


def _holds(setting: Setting, left: ast.expr, right: ast.expr, defined: Definition) -> bool:
    local = {s.name: s for s in defined.symbols}
    kind = "integer" if defined.indexed else "real"
    own = tuple(local.get(name) or Symbol(name, "", kind) for name in defined.arguments)
    others = tuple(s for s in setting.symbols if s.name not in defined.arguments)
    try:
        holding = Setting((*others, *own), setting.definitions, setting.facts)
        return holding.holds(formula(left), "==", formula(right), EVERYTHING) is not None
    except (DeclarationError, Unreadable, TypeError, AttributeError):
        return False


def _means(defined: Definition, meant: FieldName) -> bool:
    """Whether a definition says what the field says, whatever its parameters are called."""
    theirs = define(meant.head, meant.body, "")
    if defined.indexed or [*map(len, defined.parameters)] != [*map(len, theirs.parameters)]:
        return False
    renamed: dict[str, ast.expr] = {n: ast.Name(m, ast.Load()) for n, m in zip(theirs.arguments, defined.arguments)}
    symbols = tuple(Symbol(name, "", kind) for name, kind in zip(defined.arguments, meant.kinds))
    setting = Setting(symbols, (), NO_FACTS)
    try:
        return setting.holds(defined.body, "==", formula(substitute(theirs.body.tree, renamed)), EVERYTHING) is not None
    except (DeclarationError, Unreadable, TypeError, AttributeError):
        return False
