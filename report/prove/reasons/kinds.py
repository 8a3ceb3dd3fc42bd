"""What a symbol's kind promises, shown of what is put in its place: size, symmetry, finite support, smoothness, linearity."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

import sympy as sp

from report.errors import DeclarationError
from report.prove.decide.definedness import missing
from report.prove.decide.endless import ends
from report.prove.decide.place import Settled
from report.prove.decide.relation import prove
from report.prove.decide.signs import is_positive
from report.prove.language.formula import Formula, formula, names, substitute
from report.prove.language.glossary import PROPERTIES, Symbol
from report.prove.meaning.grid import Grid, is_complex
from report.prove.meaning.symbolic import ALGEBRA, read
from report.prove.reasons.rule import Setting


def refuse_other_kinds(setting: Setting, instance: Mapping[str, Formula]) -> None:
    """Raises ``DeclarationError`` naming what is put for a symbol and is not known to be what the symbol is, or for what is no
    symbol: what a definition or a word of every formula means does not vary.
    """
    for name in sorted(instance.keys() - {s.name for s in setting.symbols}):
        raise DeclarationError(f"cannot put {instance[name]} for '{name}': only what is declared as a symbol varies")
    for symbol in setting.symbols:
        put = instance.get(symbol.name)
        for lacking in _lacking(setting, symbol, put, instance) if put is not None else ():
            raise DeclarationError(
                f"cannot put {put} for '{symbol.name}': it is not known that {lacking}",
                remedy=f"The statement was shown for '{symbol.name}' as it is declared. Declare or show as much of {put}.",
            )


def _lacking(setting: Setting, symbol: Symbol, put: Formula, instance: Mapping[str, Formula]) -> Iterator[str]:
    other = next((s for s in setting.symbols if isinstance(put.tree, ast.Name) and s.name == put.tree.id), None)
    if symbol.kind in ("vector", "matrix"):
        yield from _array(setting, symbol, put, other, instance)
    elif symbol.kind == "signal":
        yield from _signal(setting, symbol, put, other)
    elif symbol.kind == "function" and (other is None or other.kind != "function"):
        yield from _function(setting, put)
    elif symbol.kind == "operator":
        for word, needed in (("linear", symbol.linear), ("shift invariant", symbol.invariant)):
            has = other is not None and other.kind == "operator" and (other.linear if word == "linear" else other.invariant)
            if needed and not has:
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
    i, j = sp.Dummy("i", integer=True), sp.Dummy("j", integer=True)
    if is_complex(value.entry(i, j)):
        yield "its entries are real"
    transposed = formula(ast.Attribute(put.tree, "T", ast.Load()))
    for word in symbol.properties:
        if other is not None and word in other.properties:
            continue
        if word == "symmetric":
            holds = setting.holds(transposed, "==", put, ALGEBRA)
        elif word in ("orthonormal", "orthogonal"):
            square = formula(ast.BinOp(transposed.tree, ast.MatMult(), put.tree))
            size = symbol.shape[1].tree
            identity = formula(substitute(ast.Call(ast.Name("identity", ast.Load()), [size], []), replaced))
            holds = setting.holds(square, "==", identity, ALGEBRA)
            if word == "orthogonal" and prove(value.rows, "==", value.columns, setting.facts) is None:
                holds = None
        elif word == "positive":
            holds = "positive" if is_positive(value.entry(i, j), setting.facts) else None
        else:
            holds = None
        if holds is None:
            yield PROPERTIES[word]


def _signal(setting: Setting, symbol: Symbol, put: Formula, other: Symbol | None) -> Iterator[str]:
    for word in symbol.properties:
        if other is None or word not in other.properties:
            yield PROPERTIES[word]
    if symbol.properties or symbol.sample is not None:
        return
    value, k = setting.read(put), sp.Dummy("k", integer=True)
    if not callable(value):
        yield "it is a signal"
    elif not ends(value(k), [(k, -sp.oo, sp.oo)], {s.name for s in setting.symbols if s.ends}):
        yield "it has finite support"
    elif is_complex(value(k)):
        yield "its values are real"


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
