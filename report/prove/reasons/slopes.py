"""Which rules a derivative takes: an author who names one must use it, and names the others of its kind that are used too."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from report.prove.language.formula import Formula, calls, head, names
from report.prove.language.glossary import Definition, resting_on
from report.prove.language.vocabulary import DERIVATIVES

CHAIN, PRODUCT, QUOTIENT = "chain rule", "product rule", "quotient rule"
RECIPROCAL = "quotient or chain rule"
_NAMED = re.compile(r"\b((?:(?:chain|product|quotient)(?:,| and|, and)? )+)rules?\b")


def misnamed(words: str, definitions: Sequence[Definition], sides: Sequence[Formula], opened: Collection[str]) -> str:
    """What is wrong with the rules that the words name: one is not used, or a product or quotient rule is used besides."""
    named = {f"{word} rule" for found in _NAMED.findall(words) for word in re.findall(r"\w+", found) if word != "and"}
    known = {d.name: d for d in definitions}
    slopes = [node for side in sides for node in ast.walk(side.tree) if calls(node, DERIVATIVES)]
    taken = {rule for slope in slopes for rule in _Slope.of(slope, known, opened).taken(slope.args[0])}
    either = {CHAIN, QUOTIENT} if RECIPROCAL in taken else set()
    for rule in sorted(named - taken - either):
        return f"what is differentiated here takes no {rule}: name the rule that it takes, or say what makes it true"
    for rule in sorted(taken - {CHAIN, RECIPROCAL} - named) if named else ():
        return f"the {rule} is used here too, and not named"
    return ""


@dataclass(frozen=True)
class _Slope:
    """What is differentiated: by which variable, with which definitions opened."""

    known: Mapping[str, Definition]
    opened: frozenset[str]
    variable: str
    varying: frozenset[str]  # the names that move with it
    inside: bool = False  # in a definition that was opened: another one there is a value on the way

    @classmethod
    def of(cls, slope: ast.Call, known: Mapping[str, Definition], opened: Collection[str]) -> _Slope:
        variable = slope.args[1]
        varying = resting_on(head(variable), known.values())
        return cls(known, frozenset(opened), ast.dump(variable), frozenset(varying))

    def moves(self, node: ast.AST) -> bool:
        return not self.varying.isdisjoint(names(node))

    def taken(self, node: ast.AST) -> Iterator[str]:
        if not self.moves(node) or ast.dump(node) == self.variable:
            return
        match node:
            case ast.Name(name) | ast.Subscript(ast.Name(name)):
                yield from self.opening(name, []) if name in self.known else [CHAIN] if isinstance(node, ast.Subscript) else []
                return
            case ast.Call(ast.Name(name), [ast.GeneratorExp()]):
                pass
            case ast.Call(ast.Name(name), arguments):
                inside = [a for a in arguments if self.moves(a)]
                yield from [CHAIN] if any(ast.dump(a) != self.variable for a in inside) else []
                yield from self.opening(name, inside) if name in self.known else []
            case ast.BinOp(u, ast.Mult() | ast.MatMult(), v) if self.moves(u) and self.moves(v):
                yield PRODUCT
            case ast.BinOp(u, ast.Div(), v) if self.moves(v):
                yield QUOTIENT if self.moves(u) else RECIPROCAL
            case ast.BinOp(u, ast.Pow(), v) if any(self.moves(e) and ast.dump(e) != self.variable for e in (u, v)):
                yield CHAIN
        for child in ast.iter_child_nodes(node):
            yield from self.taken(child)

    def opening(self, name: str, arguments: Sequence[ast.AST]) -> Iterator[str]:
        """What the body of a definition takes; what is kept shut, or stands on the way, depends on the variable by itself."""
        defined = self.known[name]
        if name in self.varying and (self.inside or name not in self.opened):
            yield CHAIN
        if name not in self.opened:
            return
        moving = frozenset(defined.arguments) if arguments else frozenset()
        inner = replace(self, opened=self.opened - {name}, varying=self.varying | moving, inside=True)
        yield from inner.taken(defined.body.tree)
