"""The conventions that a part rests on, each in a clause: found in its formulas, so that the page says what no author typed."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sympy as sp

from report.prove.decide.place import Place, any_of, in_domain
from report.prove.decide.signs import is_nonnegative, is_nonzero, is_positive
from report.prove.language.formula import names, targets
from report.prove.language.glossary import Definition
from report.prove.language.vocabulary import ENTRYWISE
from report.prove.meaning.grid import Grid
from report.prove.meaning.symbolic import ALGEBRA, read
from report.prove.reasons.rule import Setting

EMPTY = {"sum": "an empty sum is `0`", "prod": "an empty product is `1`"}
POWER = "the power `0` of `0` is `1`"
REMAINDER = "a remainder is not negative, whatever is divided"
TURNED = "a remainder is never on the other side of `0` than the divisor"
SIGN = "the sign of `0` is `0`"
BY_ENTRY = "functions of numbers act on arrays entry by entry"
TO_EVERY = "a number beside an array is added to every entry"


def conventions(trees: Sequence[ast.expr], setting: Setting) -> tuple[str, ...]:
    """What is agreed on and not proved, where a formula may come to it under the facts."""
    walk = _Walk(setting.scope(), setting.facts, setting.facts, {}, setting.settled)
    return tuple(dict.fromkeys(each for tree in trees for each in walk.visit(tree)))


@dataclass(frozen=True)
class _Walk(Place):
    """A formula that is walked through, and the definitions already looked into."""

    met: set[str] = field(default_factory=set)

    def visit(self, node: ast.AST) -> Iterator[str]:
        match node:
            case ast.Call(ast.Name(name), [ast.GeneratorExp() as generator]):
                yield from self.gathered(name, generator)
                return
            case ast.IfExp():
                yield from (each for here, branch in self.branches(node) for each in here.visit(branch))
                return
            case ast.Lambda():
                yield from self.anywhere(node).visit(node.body)
                return
            case ast.BinOp(base, ast.Pow(), exponent) if not isinstance(exponent, ast.Constant):
                if not self.surely(is_positive, exponent) and not self.surely(is_nonzero, base):
                    yield POWER
            case ast.Call(ast.Name("mod"), [_, divisor]) if not self.surely(is_positive, divisor):
                yield TURNED
            case ast.Call(ast.Name("mod"), [dividend, _]) if not self.surely(is_nonnegative, dividend):
                yield REMAINDER
            case ast.Call(ast.Name("sign"), [argument]) if not self.surely(is_nonzero, argument):
                yield SIGN
            case ast.BinOp(left, ast.Add() | ast.Sub(), right) if self.is_array(left) != self.is_array(right):
                yield TO_EVERY
            case ast.Name(name) if isinstance(self.scope.globals.get(name), Definition) and name not in self.met:
                self.met.add(name)
                yield from self.opening(self.scope.globals[name])
        if isinstance(node, ast.Call) and self.spreads(node):
            yield BY_ENTRY
        for child in ast.iter_child_nodes(node):
            yield from self.visit(child)

    def gathered(self, name: str, node: ast.GeneratorExp) -> Iterator[str]:
        walk = self
        for generator in node.generators:
            (index,) = targets(generator)
            k, (low, high) = sp.Dummy(index, integer=True), walk.ends(generator.iter)
            if not (isinstance(low, sp.Expr) and isinstance(high, sp.Expr)):
                return
            if name in EMPTY and high.is_finite is not False and not is_nonnegative(high - low, walk.facts):
                yield EMPTY[name]
            walk = replace(walk.among({k: (low, high)}), scope=walk.scope.bind(**{index: k}))
        yield from walk.visit(node.elt)

    def opening(self, defined: Definition) -> Iterator[str]:
        """What the body of a definition comes to, anywhere in the domain of its parameters."""
        if any(s.kind not in ("real", "integer") for s in defined.declared):
            return
        places = any_of(defined.declared)
        local = self.body_scope(defined, places)
        facts = in_domain(self.facts, defined, local)
        for k, size in zip(places, defined.shape):
            facts = facts.among({k: (sp.Integer(defined.first), defined.first + read(size.tree, local) - 1)})
        yield from replace(self, scope=local, facts=facts).visit(defined.body.tree)

    def spreads(self, node: ast.Call) -> bool:
        """Whether a function of numbers is applied to an array."""
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        defined = self.scope.globals.get(name)
        of_numbers = name in ENTRYWISE or (isinstance(defined, Definition) and all(s.kind == "real" for s in defined.symbols))
        return of_numbers and any(map(self.is_array, node.args))

    def is_array(self, node: ast.expr) -> bool:
        named = (self.scope.globals.get(name) for name in names(node))
        if not any(isinstance(each, Grid) or (isinstance(each, Definition) and each.shape) for each in named):
            return False
        shut = replace(self, scope=replace(self.scope, knowledge=ALGEBRA))  # a definition has a shape without being opened
        return isinstance(shut.value(node), Grid)

    def surely(self, shown_by: Any, node: ast.expr) -> bool:
        value = self.value(node)
        return not isinstance(value, sp.Expr) or shown_by(value, self.facts)
