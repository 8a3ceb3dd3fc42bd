"""Whether a formula has a value wherever it is stated: what it asks for beyond the conditions, each in words.

Every formula carries obligations, as a type checker's conditions are in PVS: a denominator is not 0; a logarithm, a root, a
power has an argument for which it is real; an index lies inside its array; a maximum is over something; a derivative exists,
which it does at no kink, tie or jump. They are discharged from the domains, the conditions of the part, the range of a bound
index and the test of a case. What is left over is missing: the author states it, or the step is refused.

A definition is looked at where it is used, with what is put for its parameters. A recursive one must come nearer to an end:
its call on itself has an argument that is smaller by one at least and stays in the declared domain.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from report.errors import ReportError
from report.prove.decide import kinks
from report.prove.decide.application import taken_inside, with_functions_put_in
from report.prove.decide.conditions import Facts
from report.prove.decide.normal_form import Limit
from report.prove.decide.place import Missing, Place, Settled, any_of, in_domain, one_of, supposing
from report.prove.decide.signs import is_nonnegative, is_nonzero, is_positive
from report.prove.language.formula import calls, head, places, targets
from report.prove.language.glossary import Definition, Symbol
from report.prove.meaning.grid import Grid, Unreadable, tighten
from report.prove.meaning.symbolic import Scope, read


def missing(
    trees: Sequence[ast.expr],
    scope: Scope,
    facts: Facts,
    symbols: Sequence[Symbol],
    settled: Settled,
    relations: Sequence[str] = (),
) -> Iterator[tuple[int, Missing]]:
    """Every condition that one of the formulas needs and that does not follow, with the place of the formula, once each.
    ``relations`` stand between them: what a sentence implies is asked for where that holds.
    """
    walk = _Walk(scope, facts, facts, {s.name: s for s in symbols}, settled)
    for at, tree in enumerate(trees):
        if at and relations and relations[at - 1] == "implies" and (premise := walk.value(trees[at - 1])) is not None:
            supposed = supposing(premise, walk.facts)
            walk = replace(walk, facts=supposed, known=supposed, needs={}, done={})
        seen: set[str] = set()
        compared = {"<", "<=", ">", ">="} & {*relations[max(at - 1, 0) : at + 1]}
        for each in walk.through(tree, bool(compared)):
            if each.condition not in seen:
                seen.add(each.condition)
                yield at, each


PARTIAL = {"log": "positive numbers", "sqrt": "numbers that are not negative"}
"""The functions of numbers that are not defined for every real number."""
ORDERING = ("floor", "ceil", "sign", "mod", "max", "min")
"""Those that rest on an order, which complex numbers do not have."""
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True)
class _Walk(Place):
    """A formula being walked through."""

    def through(self, tree: ast.expr, compared: bool) -> Iterator[Missing]:
        """What the whole formula needs, and that it has a reading."""
        try:
            yield from (*self.sizes(tree), *self.visit(tree), *(self.in_order(tree, tree) if compared else ()))
        except ReportError:
            raise
        except Exception:  # SymPy raises what it likes
            yield Missing("numbers, arrays and functions each where they are meant", f"`{self.spell(tree)}` has no reading")

    def visit(self, node: ast.expr) -> Iterator[Missing]:
        match node:
            case ast.Constant():
                return
            case ast.Name():
                yield from self.name(node)
            case ast.BinOp(ast.Call(_, inside)) if kinks.is_smooth(self.order, node):
                yield from (missing for each in inside for missing in self.visit(each))
            case ast.BinOp():
                yield from self.visit(node.left)
                yield from self.visit(node.right)
                yield from self.operation(node)
            case ast.IfExp():
                yield from self.choice(node)
            case ast.Subscript() | ast.Call() if not self.scope.locals:
                yield from self.once(node)
            case ast.Subscript():
                yield from self.entry(node)
            case ast.Lambda():
                yield from self.anywhere(node).visit(node.body)
            case ast.Call():
                yield from self.call(node)
            case ast.BoolOp():
                yield from self.sentences(node)
            case ast.Compare(left, [ast.Lt() | ast.LtE() | ast.Gt() | ast.GtE(), *_], right):
                for side in (left, *right):
                    yield from self.visit(side)
                    yield from self.in_order(side, node)
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.expr):
                        yield from self.visit(child)

    # --- names and calls

    def name(self, node: ast.Name) -> Iterator[Missing]:
        name = self.handed.get(node.id, node.id)
        defined = self.scope.globals.get(name) if node.id in self.handed or node.id not in self.scope.locals else None
        if name in PARTIAL and defined is None:
            yield Missing(f"{PARTIAL[name]} alone to be asked", f"'{name}' is handed over, and may be asked anywhere")
        if isinstance(defined, Definition) and self.scope.knowledge.opens(name):
            if name in self.opened and not defined.parameters:
                yield from self.descent(defined, ())
            key = (defined.name, self.slope)
            if key not in self.done and defined.name not in self.opened:
                settled = self.is_settled(key, lambda walk: walk.everywhere(defined))
                self.done[key] = [] if settled else list(self.everywhere(defined))
            yield from self.done.get(key, ())

    def is_settled(self, key: tuple[str, str], needs: Callable[[_Walk], Iterator[Missing]]) -> bool:
        """Whether nothing is missing as soon as the domains hold."""
        found = self.settled.found
        if key not in found and not self.opened:
            found[key] = not any(needs(replace(self, facts=self.settled.facts, known=self.settled.facts, around=(), done={})))
        return found.get(key, False)

    def everywhere(self, defined: Definition) -> Iterator[Missing]:
        """What every entry of an array needs, or the one value of a name."""
        if defined.indexed and defined.shape:
            sizes = [read(size.tree, Scope(self.scope.globals)) for size in defined.shape]
            places = [sp.Dummy(name, integer=True) for name in defined.arguments]
            ends = {k: (sp.Integer(defined.first), defined.first + size - 1) for k, size in zip(places, sizes)}
            yield from replace(self, facts=self.known, around=()).among(ends).body(defined, places)
        elif not defined.parameters:
            yield from replace(self, facts=self.known, around=()).body(defined, ())
        elif all(s.kind in ("real", "integer") for s in defined.symbols):  # a function as a value: it may be asked anywhere
            for bounded in (s for s in defined.declared if any(s.bounds)):
                why = f"'{defined.name}' is handed over, and is not defined for every {bounded.name}"
                yield Missing(f"a value of it for every {bounded.name}", why)
            yield from self.whole_domain(defined, frozenset())

    def body(self, defined: Definition, values: Sequence[Any], given: Sequence[ast.expr] = ()) -> Iterator[Missing]:
        """What the body of a definition needs with these values for its parameters, which are ``given`` as formulas."""
        varying = frozenset(name for name, node in zip(defined.arguments, given) if self.slope_in and self.depends(node))
        if self.slope_in and not varying and not self.reaches(defined):
            return
        yield from self.domain(defined, values, varying)
        if defined.name in self.opened:
            yield from self.descent(defined, values)
            return
        key = (defined.name, replace(self, varying=varying).slope)
        if self.are_numbers(defined, values) and self.is_settled(key, lambda walk: walk.whole_domain(defined, varying)):
            return
        if defined.recursive and all(s.kind in ("real", "integer") for s in defined.symbols):
            if key not in self.done:
                self.done[key] = list(self.whole_domain(defined, varying))
            yield from self.done[key]
            return
        yield from self.unfolded(defined, values, varying, self.functions_in(defined, given))

    def whole_domain(self, defined: Definition, varying: frozenset[str]) -> Iterator[Missing]:
        """What a recursive definition needs anywhere in the domain of its parameters: there it need not be unfolded twice."""
        values = any_of(defined.declared)
        facts = in_domain(self.known, defined, self.body_scope(defined, values))
        yield from replace(self, facts=facts, around=()).unfolded(defined, values, varying)

    def unfolded(
        self, defined: Definition, values: Sequence[Any], varying: frozenset[str], handed: Mapping[str, str] = NOTHING
    ) -> Iterator[Missing]:
        self.falling.pop(defined.name, None)
        inner = replace(
            self,
            scope=self.body_scope(defined, values),
            inside=defined.name,
            opened=(*self.opened, defined.name),
            called={**self.called, defined.name: tuple(values)},
            varying=varying,
            handed=handed,
        )
        yield from inner.sizes(defined.body.tree)
        yield from inner.visit(defined.body.tree)

    def once(self, node: ast.Call | ast.Subscript) -> Iterator[Missing]:
        """What a call or an entry needs: the steps of a derivation carry many along as they stand, which are looked at once."""
        key = (ast.dump(node), f"{self.slope} {self.opened}")
        settled = self.settled.needs
        if key in settled and not settled[key]:
            return  # nothing wherever the domains hold, so nothing here
        needs = settled if self.facts is self.settled.facts else self.needs if self.facts is self.known else {}
        if key not in needs:
            needs[key] = tuple(self.call(node) if isinstance(node, ast.Call) else self.entry(node))
        yield from needs[key]

    def call(self, node: ast.Call) -> Iterator[Missing]:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
            yield from self.gathered(name, node.args[0])
            return
        if name in ("diff", "grad"):
            yield from self.derivative(node)
            return
        if name in ("implies", "iff"):
            yield from self.sentences(node)
            return
        inside = taken_inside(node.func, [ast.Name(f"_{n}", ast.Load()) for n in range(len(node.args))])
        if inside is not None:
            places = [ast.arg(f"_{n}") for n in range(len(node.args))]
            around = ast.Lambda(ast.arguments([], places, None, [], [], None, []), inside)
            yield from self.call(ast.Call(around, node.args, []))
            return
        groups, head = [node.args], node.func
        while isinstance(head, ast.Call):
            groups.insert(0, head.args)
            head = head.func
        given = [a for group in groups for a in group]
        defined = self.scope.globals.get(head.id) if isinstance(head, ast.Name) and head.id not in self.scope.locals else None
        seen_inside = self.functions_in(defined, given) if isinstance(defined, Definition) else NOTHING
        for argument in given:
            if not (isinstance(argument, ast.Name) and self.handed.get(argument.id, argument.id) in seen_inside.values()):
                yield from self.visit(argument)
        if isinstance(head, ast.Lambda):
            yield from self.of_lambda(head, node)
            return
        holder = head.id if isinstance(head, ast.Name) else ""
        if holder in self.scope.locals:
            yield from self.places(holder, groups[-1])
            defined, holder = self.scope.globals.get(self.handed.get(holder, "")), self.handed.get(holder, holder)
            if holder in self.scope.locals and defined is None:
                return
        if isinstance(defined, Definition):
            yield from self.lambdas(defined, given)
            values = [self.value(a) for a in given]
            if self.scope.knowledge.opens(holder) and all(v is not None for v in values):
                yield from self.spread(defined, [*values, *any_of(defined.declared[len(values) :])], given)
        elif holder not in self.scope.globals:
            yield from self.built_in(holder, node)
        elif symbol := self.symbols.get(holder):
            yield from self.of_symbol(symbol, groups)

    def of_lambda(self, head: ast.Lambda, node: ast.Call) -> Iterator[Missing]:
        """What the body of a lambda that is called needs with what is put for its parameters."""
        values = [self.value(given) for given in node.args]
        numbers, body = with_functions_put_in(head, node.args, [callable(value) for value in values])
        put = {name: (value, given) for name, value, given in zip((a.arg for a in head.args.args), values, node.args)}
        moving = {name for name in numbers if self.slope_in and self.depends(put[name][1])}
        inner = self.scope.bind(**{name: put[name][0] for name in numbers})
        yield from replace(self, scope=inner, varying=self.varying - put.keys() | moving).visit(body)

    def of_symbol(self, symbol: Symbol, groups: Sequence[Sequence[ast.expr]]) -> Iterator[Missing]:
        """What a signal, a function or an operator needs of what it is asked at, or applied to."""
        if symbol.kind in ("real", "integer"):
            return  # a number beside a signal
        applied = symbol.kind == "operator"
        for value in map(self.value, groups[0] if applied else ()):
            if isinstance(value, sp.Expr | Grid):
                yield Missing(f"a signal, not {value}", f"'{symbol.name}' is applied to signals alone")
            yield from self.asked("real", one_of(value), symbol.name)
        if applied and self.slope_in and not symbol.linear and any(map(self.depends, groups[0])):
            yield Missing("a linear operator", f"'{symbol.name}' may be any operator, and need not have a slope")
        for value in map(self.value, groups[-1] if not applied or len(groups) > 1 else ()):
            here, value = self.among_entries(value) if isinstance(value, Grid) else (self, value)
            yield from here.asked("real" if symbol.kind == "function" else "integer", value, symbol.name)

    def spread(self, defined: Definition, values: Sequence[Any], given: Sequence[ast.expr]) -> Iterator[Missing]:
        """A function of numbers is applied to an array entry by entry, and to a signal place by place."""
        here, numbers = self, []
        for symbol, value in zip(defined.declared, values):
            if symbol.kind in ("real", "integer"):
                here, value = here.among_entries(value) if isinstance(value, Grid) else (here, one_of(value))
            numbers.append(value)
        yield from here.body(defined, numbers, given)

    def built_in(self, name: str, node: ast.Call) -> Iterator[Missing]:
        if self.slope_in:
            yield from kinks.kink(self, name, node)
            return
        shown = self.spell(node)
        if name == "log":
            yield from self.need(is_positive, node.args[0], "> 0", f"`{shown}` is a logarithm")
        elif name == "sqrt":
            yield from self.need(is_nonnegative, node.args[0], ">= 0", f"`{shown}` is a root")
        elif name in ("identity", "zeros", "ones"):
            for size in node.args:
                value = self.value(size)
                if not (isinstance(value, sp.Expr) and value.is_integer and self.follows(is_nonnegative, value)):
                    yield Missing(f"{self.spell(size)} >= 0, an integer", f"`{shown}` has a size")
        elif name == "mod":
            for divisor in node.args[1:]:
                yield from self.need(is_nonzero, divisor, "!= 0", f"`{shown}` is a remainder")
        for argument in node.args if name in ORDERING else ():
            yield from self.in_order(argument, node)

    # --- operations

    def operation(self, node: ast.BinOp) -> Iterator[Missing]:
        if isinstance(node.op, ast.Div) and not self.slope_in:
            why = f"`{self.spell(node)}` divides by `{self.spell(node.right)}`, which may be 0"
            yield from self.need(is_nonzero, node.right, "!= 0", why)
        if not isinstance(node.op, ast.Pow) or (self.slope_in and not self.depends(node.left)):
            return
        exponent, shown = one_of(self.value(node.right)), self.spell(node)
        if not isinstance(exponent, sp.Expr):
            return
        if self.facts.apply(exponent).is_integer:
            if not self.slope_in and not self.follows(is_nonnegative, exponent):
                yield from self.need(is_nonzero, node.left, "!= 0", f"`{shown}` may have a negative exponent")
        elif self.slope_in:
            yield from self.need(is_positive, node.left, "> 0", f"the derivative of `{shown}` exists at no 0")
        elif self.follows(is_positive, exponent):
            yield from self.need(is_nonnegative, node.left, ">= 0", f"`{shown}` has an exponent that is no integer")
        else:
            yield from self.need(is_positive, node.left, "> 0", f"`{shown}` has an exponent that is no integer")

    def choice(self, node: ast.IfExp) -> Iterator[Missing]:
        yield from (replace(self, order=0) if self.slope_in else self).visit(node.test)  # a test has to be continuous
        if self.slope_in:
            yield from kinks.jump(self, node.test, f"`{self.spell(node)}`")
        for here, branch in self.branches(node):
            yield from here.visit(branch)

    def sentences(self, node: ast.BoolOp | ast.Call) -> Iterator[Missing]:
        """Of two sentences the second may use the first, where the first decides whether the second is asked for."""
        first, *others = node.values if isinstance(node, ast.BoolOp) else node.args
        yield from self.visit(first)
        premise = self.value(first) if calls(node, {"implies"}) else None
        inside = self if premise is None else self.under(premise)
        for other in others:
            yield from inside.visit(other)

    def entry(self, node: ast.Subscript) -> Iterator[Missing]:
        elements = places(node)
        for element in elements:
            yield from self.visit(element)
        indices = [self.value(e) for e in elements]
        if any(isinstance(i, Grid) or callable(i) for i in indices):
            yield Missing("a number", f"`{self.spell(node)}` is an entry at a place that is none")
        if any(not isinstance(i, sp.Expr) for i in indices):
            return
        holder = node.value.id if isinstance(node.value, ast.Name) else ""
        defined = self.scope.globals.get(holder) if holder not in self.scope.locals else None
        array = self.value(node.value)
        if callable(array) and not (isinstance(defined, Definition) and defined.indexed):
            yield from self.sequence(holder, elements, node)
        if isinstance(array, Grid) and not self.slope_in:
            line = len(indices) > 1 or array.columns == 1
            for index, ends in zip(indices, (array.row_ends, array.column_ends) if line else [array.column_ends]):
                yield from self.lies(index, *ends, node)
        if isinstance(defined, Definition) and defined.indexed and self.scope.knowledge.opens(holder):
            if not defined.shape or any(self.name(ast.Name(holder))):
                yield from self.body(defined, indices, elements)
        elif not holder:
            yield from self.visit(node.value)

    def sequence(self, holder: str, at: Sequence[ast.expr], node: ast.Subscript) -> Iterator[Missing]:
        """What an entry needs of something without a size: it is a signal, asked at integers; a function has no entries."""
        symbol = self.symbols.get(holder) if holder not in self.scope.locals else None
        if symbol is not None and symbol.kind == "signal":
            yield from self.of_symbol(symbol, [at])
        else:
            yield Missing("parentheses", f"`{self.spell(node)}` is a value and no entry")

    # --- sums and their like

    def gathered(self, name: str, node: ast.GeneratorExp) -> Iterator[Missing]:
        walk, limits = self, list[Limit]()
        for generator in node.generators:
            (index,), outside = targets(generator), walk
            k = sp.Dummy(index, integer=True)
            trees = generator.iter.args if isinstance(generator.iter, ast.Call) else []
            for tree in trees:
                yield from walk.visit(tree)
            low, high = walk.ends(generator.iter)
            if not (isinstance(low, sp.Expr) and isinstance(high, sp.Expr)):
                return  # what reads it says so
            for end, tree in () if self.slope_in else zip((low, high), trees):
                if not walk.facts.apply(end).is_integer:
                    yield Missing(f"an integer, not {end}", f"`{walk.spell(tree)}` is the end of a range")
            walk = replace(walk.among({k: (low, high)}), scope=walk.scope.bind(**{index: k}))
            for condition in generator.ifs:
                yield from walk.visit(condition)
                yield from kinks.jump(walk, condition, f"a sum under `{walk.spell(condition)}`") if walk.slope_in else ()
                held = walk.value(condition)
                if held is not None:
                    low, high = _tightened(k, low, high, held)
                    walk = walk.under(held)
            limits.append((k, low, high))
            if name in ("max", "min") and not self.slope_in and not outside.follows(is_nonnegative, high - low):
                yield Missing(f"{high} >= {low}", f"`{name}` over a range that may be empty")
        if not self.slope_in and any(bound.is_finite is False for _, *bounds in limits for bound in bounds):
            yield from walk.endless(name, node, limits)
        if name in ("max", "min"):
            yield from walk.in_order(node.elt, node.elt)
        if name in ("max", "min") and self.slope_in and self.depends(node):
            yield Missing("one largest entry", f"the derivative of `{name}` over a range exists at no tie")
        if name != "count":
            yield from walk.visit(node.elt)

    # --- derivatives

    def derivative(self, node: ast.Call) -> Iterator[Missing]:
        body, variable = node.args
        if self.slope_in:  # a kink of what is differentiated first is one of the slope
            yield from replace(self, order=self.order + 1).visit(body)
            return
        yield from self.visit(variable)
        yield from self.visit(body)
        if name := head(variable):
            yield from (*kinks.tied(self, name), *kinks.fixed(self, name, node))
        if name and kinks.may_be_rough(self, body):
            yield from replace(self, slope_in=name, order=1, varying=frozenset({name})).visit(body)


def _tightened(k: sp.Symbol, low: sp.Expr, high: sp.Expr, condition: Any) -> tuple[sp.Expr, sp.Expr]:
    """The bounds of an index under a condition that bounds it, else as they were."""
    try:
        return tighten(k, low, high, condition)
    except Unreadable:
        return low, high
