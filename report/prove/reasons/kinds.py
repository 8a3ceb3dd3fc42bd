"""What a symbol's kind promises, shown of what is put in its place: size, symmetry, finite support, smoothness, linearity."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Mapping

import sympy as sp

from report.errors import DeclarationError
from report.prove.decide.definedness import missing
from report.prove.decide.endless import ends
from report.prove.decide.place import Settled
from report.prove.decide.relation import prove
from report.prove.decide.signs import is_positive
from report.prove.language.formula import Formula, Statement, formula, names, parse, substitute
from report.prove.language.glossary import PROPERTIES, UPRIGHT, Symbol
from report.prove.language.vocabulary import EVERYWHERE
from report.prove.meaning.grid import Grid, is_complex
from report.prove.meaning.symbolic import ALGEBRA, read
from report.prove.reasons.instances import lies_outside, refuse_hidden
from report.prove.reasons.rule import Setting


def refuse_what_it_does_not_speak_of(setting: Setting, law: Statement, at: Mapping[str, Formula]) -> None:
    """Raises ``DeclarationError`` for what a law is not refuted by, since it does not speak of it: a negative number where its
    symbol is declared to be none. A name that is not declared may be anything.
    """
    meant = {*(s.name for s in setting.symbols), *(d.name for d in setting.definitions), *EVERYWHERE}
    instance = {name: put for name, put in at.items() if name in meant}
    refuse_hidden(setting, (law.left, law.right), instance)
    refuse_other_kinds(setting, instance, sampled=True)
    if lacking := lies_outside(setting, instance, (law.left, law.right)):
        raise DeclarationError(
            f"this is no counterexample to {law}: it is not known that {lacking}",
            remedy="The law speaks of its symbols as they are declared. Put in what is so, or declare them without that.",
        )


def refuse_other_kinds(setting: Setting, instance: Mapping[str, Formula], sampled: bool = False) -> None:
    """Raises ``DeclarationError`` naming what is put for a symbol and is not known to be what the symbol is, or for what is no
    symbol: what a definition or a word of every formula means does not vary. A signal that is ``sampled``, at the places that
    numbers are computed from, may go on without end.
    """
    for name in sorted(instance.keys() - {s.name for s in setting.symbols}):
        raise DeclarationError(f"cannot put {instance[name]} for '{name}': only what is declared as a symbol varies")
    for symbol in setting.symbols:
        put = instance.get(symbol.name)
        for lacking in _lacking(setting, symbol, put, instance, sampled) if put is not None else ():
            raise DeclarationError(
                f"cannot put {put} for '{symbol.name}': it is not known that {lacking}",
                remedy=f"The statement speaks of '{symbol.name}' as it is declared. Declare or show as much of {put}.",
            )


def _lacking(setting: Setting, symbol: Symbol, put: Formula, instance: Mapping[str, Formula], sampled: bool) -> Iterator[str]:
    other = next((s for s in setting.symbols if isinstance(put.tree, ast.Name) and s.name == put.tree.id), None)
    if symbol.kind in ("vector", "matrix"):
        yield from _array(setting, symbol, put, other, instance)
    elif symbol.kind == "signal":
        yield from _signal(setting, symbol, put, other, sampled)
    elif symbol.kind == "function" and (other is None or other.kind != "function"):
        yield from _function(setting, put)
    elif symbol.kind == "operator" and (other is None or other.kind != "operator"):
        yield from _operator(setting, symbol, put)
    elif symbol.kind == "operator" and other is not None:
        for word, lacking in (
            ("linear", symbol.linear and not other.linear),
            ("shift invariant", symbol.invariant and not other.invariant),
        ):
            if lacking:
                yield f"it is {word}"


def _array(
    setting: Setting, symbol: Symbol, put: Formula, other: Symbol | None, instance: Mapping[str, Formula]
) -> Iterator[str]:
    value = setting.read(put)
    if not isinstance(value, Grid):
        yield f"it is a {symbol.kind}"
        return
    replaced = {name: f.tree for name, f in instance.items()}
    sizes = [setting.read(formula(substitute(size.tree, replaced))) for size in symbol.shape]
    for size, wanted in zip((value.rows, value.columns), (*sizes, sp.Integer(1))):
        if prove(size, "==", wanted, setting.facts) is None:
            yield f"its size is {' by '.join(map(str, symbol.shape))}"
    if value.first != symbol.first:
        yield f"its entries are counted from {symbol.first}"
    entries = _entries(value)
    if any(map(is_complex, entries)):
        yield "its entries are real"
    transposed = formula(ast.Attribute(put.tree, "T", ast.Load()))
    for word in symbol.properties:
        if other is not None and word in other.properties:
            continue
        if word == "symmetric":
            holds = bool(setting.holds(transposed, "==", put, ALGEBRA))
        elif word in UPRIGHT:
            square = formula(ast.BinOp(transposed.tree, ast.MatMult(), put.tree))
            identity = formula(substitute(parse(f"identity({symbol.shape[1]})").tree, replaced))
            upright = word == "orthonormal" or bool(prove(value.rows, "==", value.columns, setting.facts))
            plain = word != "permutation" or all(entry in (0, 1) for entry in entries)
            holds = upright and plain and bool(setting.holds(square, "==", identity, ALGEBRA))
        elif word == "positive":
            holds = all(is_positive(entry, setting.facts) for entry in entries)
        else:
            holds = word == "whole" and all(entry.is_integer for entry in entries)
        if not holds:
            yield PROPERTIES[word]


def _entries(value: Grid) -> list[sp.Expr]:
    """Every entry, or where the size is no number one that stands for all."""
    if not (value.rows.is_Integer and value.columns.is_Integer):
        return [value.entry(sp.Dummy("i", integer=True), sp.Dummy("j", integer=True))]
    first = value.first
    places = itertools.product(range(first, first + int(value.rows)), range(first, first + int(value.columns)))
    return [value.entry(sp.Integer(i), sp.Integer(j)) for i, j in places]


def _signal(setting: Setting, symbol: Symbol, put: Formula, other: Symbol | None, sampled: bool) -> Iterator[str]:
    for word in symbol.properties:
        if other is None or word not in other.properties:
            yield PROPERTIES[word]
    value, k = setting.read(put), sp.Dummy("k", integer=True)
    if not callable(value):
        yield "it is a signal"
    elif symbol.ends and not sampled and not ends(value(k), [(k, -sp.oo, sp.oo)], {s.name for s in setting.symbols if s.ends}):
        yield "it has finite support"
    elif is_complex(value(k)):
        yield "its values are real"


def _operator(setting: Setting, symbol: Symbol, put: Formula) -> Iterator[str]:
    """What is defined, and not declared, is not known to be linear; it makes a real signal of any."""
    if symbol.linear or symbol.invariant:
        yield "it is linear" if symbol.linear else "it is shift invariant"
        return
    value, any_signal = setting.read(put), sp.IndexedBase(sp.Dummy("x", real=True), real=True)
    made = value(lambda *k: any_signal[k]) if callable(value) else None
    if not callable(made):
        yield "it makes a signal of a signal"
    elif is_complex(made(sp.Dummy("k", integer=True))):
        yield "the values of what it makes are real"


def _function(setting: Setting, put: Formula) -> Iterator[str]:
    """A function that is put for an arbitrary differentiable one has a slope at every real number."""
    inner = next(n for n in ("x_", "y_", "z_") if n not in names(put.tree))
    applied = ast.Call(put.tree, [ast.Name(inner, ast.Load())], [])
    slope = ast.Call(ast.Name("diff", ast.Load()), [applied, ast.Name(inner, ast.Load())], [])
    scope = setting.scope().bind(**{inner: sp.Dummy(inner, real=True)})
    value = read(applied, scope)
    if not isinstance(value, sp.Expr):
        yield "it is a function of a number"
    elif is_complex(value):
        yield "its values are real"
    for _, need in missing([slope], scope, setting.facts, setting.symbols, Settled()):
        yield f"it has a slope everywhere ({need.why})"
