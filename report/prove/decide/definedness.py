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
import copy
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sympy as sp

from report.prove.decide.conditions import Facts, Inequality, assume
from report.prove.decide.signs import is_nonnegative, is_nonzero, is_positive
from report.prove.language.formula import formula, names, targets
from report.prove.language.glossary import Definition, Symbol
from report.prove.meaning.symbolic import ALGEBRA, Grid, Scope, Unreadable, read


@dataclass(frozen=True)
class Missing:
    """A condition that a formula needs and that does not follow, and what needs it."""

    condition: str
    why: str

    def __str__(self) -> str:
        return f"{self.why}: that needs {self.condition}, which does not follow from the conditions"


def missing(trees: Sequence[ast.expr], scope: Scope, facts: Facts, symbols: Sequence[Symbol]) -> Iterator[tuple[int, Missing]]:
    """Every condition that one of the formulas needs and that does not follow, with the place of the formula, once each."""
    walk = _Walk(scope, facts, facts, {s.name: s for s in symbols})
    for at, tree in enumerate(trees):
        seen: set[str] = set()
        for each in (*walk.sizes(tree), *walk.visit(tree)):
            if each.condition not in seen:
                seen.add(each.condition)
                yield at, each


@dataclass(frozen=True)
class _Walk:
    """A formula being walked through: where it is read, what holds there, and, inside a derivative, the variable."""

    scope: Scope
    facts: Facts
    known: Facts  # what holds everywhere, without the indices and cases around this place
    symbols: Mapping[str, Symbol]
    inside: str = ""  # the definition whose body this is
    opened: tuple[str, ...] = ()  # the definitions around it
    arguments: tuple[Any, ...] = ()  # and what the innermost recursive one was called with
    slope_in: str = ""  # the name by which is differentiated: then only kinks are asked for
    varying: frozenset[str] = frozenset()  # the parameters that rest on it
    done: dict[tuple[str, str], list[Missing]] = field(default_factory=dict)  # what whole arrays and constants need

    def visit(self, node: ast.expr) -> Iterator[Missing]:
        match node:
            case ast.Constant():
                return
            case ast.Name():
                yield from self.name(node)
            case ast.BinOp(ast.Call(ast.Name("norm" | "abs"), [inside]), ast.Pow(), ast.Constant(int(n))) if n >= 2:
                yield from self.visit(inside)  # the square of a length has no kink where the length is 0
            case ast.BinOp():
                yield from self.visit(node.left)
                yield from self.visit(node.right)
                yield from self.operation(node)
            case ast.IfExp():
                yield from self.choice(node)
            case ast.Subscript():
                yield from self.entry(node)
            case ast.Lambda():
                dots = {a.arg: sp.Dummy(a.arg, integer=True) for a in node.args.args}
                yield from replace(self, scope=self.scope.bind(**dots)).visit(node.body)
            case ast.Call():
                yield from self.call(node)
            case ast.BoolOp():
                yield from self.sentences(node)
            case _:
                for child in ast.iter_child_nodes(node):
                    if isinstance(child, ast.expr):
                        yield from self.visit(child)

    # --- names and calls

    def name(self, node: ast.Name) -> Iterator[Missing]:
        defined = self.scope.globals.get(node.id) if node.id not in self.scope.locals else None
        if isinstance(defined, Definition) and self.scope.knowledge.opens(node.id):
            key = (defined.name, self.slope_in)
            if key not in self.done and defined.name not in self.opened:
                self.done[key] = list(self.everywhere(defined))
            yield from self.done.get(key, ())

    def everywhere(self, defined: Definition) -> Iterator[Missing]:
        """What every entry of an array needs, or the one value of a name."""
        if defined.indexed and defined.shape:
            sizes = [read(size.tree, Scope(self.scope.globals)) for size in defined.shape]
            places = [sp.Dummy(name, integer=True) for name in defined.arguments]
            ends = {k: (sp.Integer(defined.first), defined.first + size - 1) for k, size in zip(places, sizes)}
            yield from replace(self, facts=_within(self.known, ends)).body(defined, places)
        elif not defined.parameters:
            yield from replace(self, facts=self.known).body(defined, ())

    def body(self, defined: Definition, values: Sequence[Any], given: Sequence[ast.expr] = ()) -> Iterator[Missing]:
        """What the body of a definition needs with these values for its parameters, which are ``given`` as formulas."""
        varying = frozenset(name for name, node in zip(defined.arguments, given) if self.slope_in and self.depends(node))
        if self.slope_in and not varying and not self.reaches(defined):
            return
        yield from self.domain(defined, values)
        if defined.name in self.opened:
            yield from self.descent(defined, values)
            return
        if defined.recursive and all(s.kind in ("real", "integer") for s in defined.symbols):
            key = (defined.name, f"{self.slope_in} {sorted(varying)}")
            if key not in self.done:
                self.done[key] = list(self.whole_domain(defined, varying))
            yield from self.done[key]
            return
        yield from self.unfolded(defined, values, varying)

    def whole_domain(self, defined: Definition, varying: frozenset[str]) -> Iterator[Missing]:
        """What a recursive definition needs anywhere in the domain of its parameters: there it need not be unfolded twice."""
        kinds = {s.name: s for s in defined.symbols}
        values, facts = [], self.known
        for name in defined.arguments:
            symbol = kinds.get(name)
            whole = symbol.kind == "integer" if symbol else defined.indexed
            values.append(sp.Dummy(name, integer=True) if whole else sp.Dummy(name, real=True))
        local = Scope(self.scope.globals, {}, self.scope.knowledge).bind(**dict(zip(defined.arguments, values)))
        for name, value in zip(defined.arguments, values):
            symbol = kinds.get(name)
            if symbol is None:
                continue
            low, high = symbol.within or (symbol.least or symbol.above, None)
            facts = facts if low is None else facts.knowing(Inequality(value - read(low.tree, local), symbol.above is not None))
            facts = facts if high is None else facts.knowing(Inequality(read(high.tree, local) - value, False))
        yield from replace(self, facts=facts).unfolded(defined, values, varying)

    def unfolded(self, defined: Definition, values: Sequence[Any], varying: frozenset[str]) -> Iterator[Missing]:
        scope = Scope(self.scope.globals, {}, self.scope.knowledge).bind(**dict(zip(defined.arguments, values)))
        inner = replace(
            self,
            scope=scope,
            inside=defined.name,
            opened=(*self.opened, defined.name),
            arguments=tuple(values),
            varying=varying,
        )
        yield from inner.sizes(defined.body.tree)
        yield from inner.visit(defined.body.tree)

    def domain(self, defined: Definition, values: Sequence[Any]) -> Iterator[Missing]:
        """Whether what is put for the parameters lies where they were declared to be."""
        for symbol in defined.symbols:
            if symbol.name not in defined.arguments or symbol.kind not in ("real", "integer"):
                continue
            value = values[defined.arguments.index(symbol.name)]
            if not isinstance(value, sp.Expr):
                continue
            low, high = symbol.within or (symbol.least or symbol.above, None)
            local = Scope(self.scope.globals, {}, self.scope.knowledge).bind(**dict(zip(defined.arguments, values)))
            if low is not None:
                gap, strict = value - read(low.tree, local), symbol.above is not None
                if not (is_positive if strict else is_nonnegative)(gap, self.facts):
                    sign = ">" if strict else ">="
                    yield Missing(f"{value} {sign} {low}", f"'{defined.name}' is defined for {symbol.name} {sign} {low} only")
            if high is not None and not is_nonnegative(read(high.tree, local) - value, self.facts):
                yield Missing(f"{value} <= {high}", f"'{defined.name}' is defined for {symbol.name} <= {high} only")

    def descent(self, defined: Definition, values: Sequence[Any]) -> Iterator[Missing]:
        """Whether a recursive call is nearer to an end than the call around it: by one at least in a parameter with a least."""
        bounded = [s.name for s in defined.symbols if s.kind == "integer" and (s.least is not None or s.within is not None)]
        for name in bounded:
            at = defined.arguments.index(name)
            before, now = self.arguments[at], values[at]
            if isinstance(before, sp.Expr) and is_nonnegative(before - now - 1, self.facts):
                return
        yield Missing(
            f"a parameter of '{defined.name}', declared as an integer with a least value, that gets smaller",
            f"'{defined.name}' calls itself and comes no nearer to an end",
        )

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
        for argument in node.args:
            yield from self.visit(argument)
        groups, head = [node.args], node.func
        while isinstance(head, ast.Call):
            groups.insert(0, head.args)
            for argument in head.args:
                yield from self.visit(argument)
            head = head.func
        holder = head.id if isinstance(head, ast.Name) else ""
        if holder in self.scope.locals:
            return
        defined = self.scope.globals.get(holder)
        if isinstance(defined, Definition):
            if self.scope.knowledge.opens(holder) and len(groups) == len(defined.parameters):
                given = [a for group in groups for a in group]
                values = [self.value(a) for a in given]
                if all(v is not None for v in values):
                    yield from self.spread(defined, values, given)
        elif holder not in self.scope.globals:
            yield from self.built_in(name, node)

    def spread(self, defined: Definition, values: Sequence[Any], given: Sequence[ast.expr]) -> Iterator[Missing]:
        """A function of numbers is applied to an array entry by entry, and to a signal place by place."""
        declared = {s.name: s.kind for s in defined.symbols}
        facts, numbers = self.facts, []
        for name, value in zip(defined.arguments, values):
            if isinstance(value, Grid) and declared.get(name, "real") in ("real", "integer"):
                facts, value = _generic(facts, value)
            numbers.append(value)
        yield from replace(self, facts=facts).body(defined, numbers, given)

    def built_in(self, name: str, node: ast.Call) -> Iterator[Missing]:
        if self.slope_in:
            yield from self.kink(name, node)
            return
        shown = self.spell(node)
        if name == "log":
            yield from self.need(is_positive, node.args[0], "> 0", f"`{shown}` is a logarithm")
        elif name == "sqrt":
            yield from self.need(is_nonnegative, node.args[0], ">= 0", f"`{shown}` is a root")
        elif name == "mod":
            yield from self.need(is_nonzero, node.args[1], "!= 0", f"`{shown}` is a remainder")

    # --- operations

    def operation(self, node: ast.BinOp) -> Iterator[Missing]:
        shown = self.spell(node)
        if self.slope_in:
            if isinstance(node.op, ast.Pow) and self.depends(node.left):
                exponent = self.value(node.right)
                if isinstance(exponent, sp.Expr) and not self.facts.apply(exponent).is_integer:
                    yield from self.need(is_positive, node.left, "> 0", f"the derivative of `{shown}` exists at no 0")
            return
        if isinstance(node.op, ast.Div):
            yield from self.need(
                is_nonzero, node.right, "!= 0", f"`{shown}` divides by `{self.spell(node.right)}`, which may be 0"
            )
        elif isinstance(node.op, ast.Pow):
            exponent = self.value(node.right)
            if not isinstance(exponent, sp.Expr):
                return
            whole = bool(self.facts.apply(exponent).is_integer)
            if whole and is_nonnegative(exponent, self.facts):
                return
            if whole:
                yield from self.need(is_nonzero, node.left, "!= 0", f"`{shown}` may have a negative exponent")
            elif is_positive(exponent, self.facts):
                yield from self.need(is_nonnegative, node.left, ">= 0", f"`{shown}` has an exponent that is no integer")
            else:
                yield from self.need(is_positive, node.left, "> 0", f"`{shown}` has an exponent that is no integer")

    def sizes(self, node: ast.expr) -> Iterator[Missing]:
        """Whether the arrays in a formula fit together; what a definition hides is looked at with its body."""
        try:
            read(node, replace(self.scope, knowledge=ALGEBRA))
        except Unreadable as error:
            if "×" in str(error):  # anything else is said where the step is decided
                yield Missing("sizes that match", f"in `{self.spell(node)}`, {error}")
        except Exception:
            return  # SymPy has no reading of it, and says so where the step is decided

    def choice(self, node: ast.IfExp) -> Iterator[Missing]:
        yield from self.visit(node.test)
        test = self.value(node.test)
        if self.slope_in:
            yield from self.jump(node.test, f"`{self.spell(node)}`")
        for branch, condition in ((node.body, test), (node.orelse, None if test is None else sp.Not(test))):
            inside = self.facts
            if condition is not None:
                condition = self.facts.apply(condition)
                if condition == sp.false:
                    continue
                inside = _supposing(condition, inside)
            yield from replace(self, facts=inside).visit(branch)

    def sentences(self, node: ast.BoolOp | ast.Call) -> Iterator[Missing]:
        """Of two sentences the second may use the first, where the first decides whether the second is asked for."""
        first, *others = node.values if isinstance(node, ast.BoolOp) else node.args
        yield from self.visit(first)
        inside = self.facts
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "implies":
            premise = self.value(first)
            inside = inside if premise is None else _supposing(premise, inside)
        for other in others:
            yield from replace(self, facts=inside).visit(other)

    def entry(self, node: ast.Subscript) -> Iterator[Missing]:
        elements = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        for element in elements:
            yield from self.visit(element)
        indices = [self.value(e) for e in elements]
        if any(not isinstance(i, sp.Expr) for i in indices):
            return
        holder = node.value.id if isinstance(node.value, ast.Name) else ""
        defined = self.scope.globals.get(holder) if holder not in self.scope.locals else None
        array = self.value(node.value)
        if isinstance(array, Grid) and not self.slope_in:
            sizes = [array.rows, array.columns] if len(indices) > 1 else [array.rows if array.columns == 1 else array.columns]
            for index, size in zip(indices, sizes):
                yield from self.lies(index, sp.Integer(array.first), array.first + size - 1, node)
        if isinstance(defined, Definition) and defined.indexed and self.scope.knowledge.opens(holder):
            if not defined.shape or any(self.name(ast.Name(holder))):
                yield from self.body(defined, indices, elements)
        elif not holder:
            yield from self.visit(node.value)

    def lies(self, index: sp.Expr, low: sp.Expr, high: sp.Expr, node: ast.expr) -> Iterator[Missing]:
        if not self.facts.apply(index).is_integer:
            yield Missing(f"an integer, not {index}", f"`{self.spell(node)}` is an entry")
        for gap, condition in ((index - low, f"{index} >= {low}"), (high - index, f"{index} <= {high}")):
            if not is_nonnegative(gap, self.facts):
                yield Missing(condition, f"`{self.spell(node)}` may lie outside of the array")

    # --- sums and their like

    def gathered(self, name: str, node: ast.GeneratorExp) -> Iterator[Missing]:
        walk = self
        for generator in node.generators:
            (index,) = targets(generator)
            k = sp.Dummy(index, integer=True)
            if isinstance(generator.iter, ast.Call):
                for end in generator.iter.args:
                    yield from walk.visit(end)
                low, high = (walk.value(end) for end in generator.iter.args)
                if low is None or high is None:
                    return
                for end, tree in () if self.slope_in else ((low, generator.iter.args[0]), (high, generator.iter.args[1])):
                    if not walk.facts.apply(end).is_integer:
                        yield Missing(f"an integer, not {end}", f"`{walk.spell(tree)}` is the end of a range")
                if name in ("max", "min") and not self.slope_in and not is_nonnegative(high - low, walk.facts):
                    yield Missing(f"{high} >= {low}", f"`{name}` over a range that may be empty")
            else:
                low, high = (
                    (-sp.oo if isinstance(generator.iter, ast.Name) and generator.iter.id == "Z" else sp.Integer(0)),
                    sp.oo,
                )
            walk = replace(walk, scope=walk.scope.bind(**{index: k}), facts=_within(walk.facts, {k: (low, high)}))
            for condition in generator.ifs:
                yield from walk.visit(condition)
                held = walk.value(condition)
                walk = walk if held is None else replace(walk, facts=_supposing(held, walk.facts))
        if name in ("max", "min") and self.slope_in and self.depends(node):
            yield Missing("one largest entry", f"the derivative of `{name}` over a range exists at no tie")
        if name != "count":
            yield from walk.visit(node.elt)

    # --- derivatives

    def derivative(self, node: ast.Call) -> Iterator[Missing]:
        body, variable = node.args
        if self.slope_in:
            yield from self.visit(body)  # a kink of what is differentiated first is one of the slope
            return
        yield from self.visit(variable)
        yield from self.visit(body)
        holder: ast.expr = variable
        while isinstance(holder, ast.Subscript | ast.Call):
            holder = holder.value if isinstance(holder, ast.Subscript) else holder.func
        if isinstance(holder, ast.Name) and self.may_be_rough(body):
            yield from replace(self, slope_in=holder.id, varying=frozenset({holder.id})).visit(body)

    def may_be_rough(self, body: ast.expr) -> bool:
        """Whether anything in what is differentiated has kinks or jumps at all."""
        waiting, met = [body], set[str]()
        while waiting:
            tree = waiting.pop()
            if any(map(_is_rough, ast.walk(tree))):
                return True
            for name in names(tree).keys() - met:
                met.add(name)
                if isinstance(self.scope.globals.get(name), Definition):
                    waiting.append(self.scope.globals[name].body.tree)
        return False

    def kink(self, name: str, node: ast.Call) -> Iterator[Missing]:
        """What a function needs so that it has a slope at its argument."""
        if not self.depends(node):
            return
        shown = self.spell(node)
        why = f"the derivative of `{shown}` exists at no "
        if name in ("abs", "norm", "sign"):
            argument = node.args[0] if name != "norm" else node
            word = "jump" if name == "sign" else "kink"
            yield from self.need(is_nonzero, argument, "!= 0", f"{why}{word}")
        elif name == "sqrt":
            yield from self.need(is_positive, node.args[0], "> 0", f"the derivative of `{shown}` exists at no 0")
        elif name in ("max", "min"):
            for n, first in enumerate(node.args):
                for second in node.args[n + 1 :]:
                    yield from self.differ(first, second, f"{why}tie")
        elif name in ("floor", "ceil", "mod"):
            yield Missing("an argument that does not vary", f"{why}jump")
        elif name == "one":
            yield from self.jump(node.args[0], f"`{shown}`")
        elif name in ("kron", "delta"):
            yield Missing("an argument that does not vary", f"{why}jump")

    def jump(self, test: ast.expr, shown: str) -> Iterator[Missing]:
        """What a case needs so that the formula has a slope: its test is not about to change."""
        for node in ast.walk(test):
            if isinstance(node, ast.Compare) and self.depends(node):
                ends = [node.left, *node.comparators]
                for first, second in itertools.pairwise(ends):
                    yield from self.differ(first, second, f"the derivative of {shown} exists at no place where it changes")

    def differ(self, first: ast.expr, second: ast.expr, why: str) -> Iterator[Missing]:
        condition = f"{self.spell(first)} != {self.spell(second)}"
        yield from self.need(is_nonzero, ast.BinOp(first, ast.Sub(), second), condition, why)

    def depends(self, node: ast.expr) -> bool:
        """Whether a piece of what is differentiated rests on the variable."""
        for name in names(node):
            if name in self.varying:
                return True
            defined = self.scope.globals.get(name) if name not in self.scope.locals else None
            if name == self.slope_in and name not in self.scope.locals:
                return True
            if isinstance(defined, Definition) and self.reaches(defined):
                return True
        return False

    def reaches(self, defined: Definition) -> bool:
        """Whether the body of a definition speaks of the variable, by itself or through others."""
        waiting, met = [defined], {defined.name}
        while waiting:
            current = waiting.pop()
            inside = names(current.body.tree).keys() - set(current.arguments)
            if self.slope_in in inside:
                return True
            for name in inside - met:
                met.add(name)
                if isinstance(self.scope.globals.get(name), Definition):
                    waiting.append(self.scope.globals[name])
        return False

    # --- what is needed

    def need(self, shown_by: Any, node: ast.expr, sign: str, why: str) -> Iterator[Missing]:
        """The condition ``node sign``, unless ``shown_by`` shows it of the value, or of every entry of it."""
        value, facts = self.value(node), self.facts
        if isinstance(value, Grid):
            facts, value = _generic(facts, value)
        if callable(value):
            value = value(sp.Dummy("i", integer=True))
        if isinstance(value, sp.Expr) and shown_by(value, facts):
            return
        yield Missing(sign if "!= " in sign[1:] else f"{self.spell(node)} {sign}", why + self.place())

    def value(self, node: ast.expr) -> Any:
        """The symbolic value, or None where there is no reading: the step is then refused for that."""
        try:
            return read(node, self.scope)
        except Exception:
            return None

    def spell(self, node: ast.expr) -> str:
        """A piece of the formula as the author would write it; inside a definition with what is put for its parameters."""
        bound = {n: v for n, v in self.scope.locals.items() if isinstance(v, sp.Expr) and not isinstance(v, sp.Dummy)}
        words = {n: str(v) if v.is_Atom or isinstance(v, sp.Indexed) else f"({v})" for n, v in bound.items()}

        class _Name(ast.NodeTransformer):
            def visit_Name(self, name: ast.Name) -> ast.expr:
                return ast.Name(words[name.id], ast.Load()) if name.id in words else name

        text = str(formula(_Name().visit(copy.deepcopy(node))))
        return text[1:-1] if text.startswith("(") and text.endswith(")") and text.count("(") == 1 else text

    def place(self) -> str:
        return f" (in the definition of '{self.inside}')" if self.inside else ""


def _is_rough(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        return not isinstance(node.right, ast.Constant)
    rough = ("abs", "norm", "sign", "sqrt", "max", "min", "floor", "ceil", "mod", "one", "kron", "delta")
    return isinstance(node, ast.IfExp) or (isinstance(node, ast.Name) and node.id in rough)


def _within(facts: Facts, ends: Mapping[sp.Symbol, tuple[sp.Expr, sp.Expr]]) -> Facts:
    return replace(facts, ranges={**facts.ranges, **ends})


def _generic(facts: Facts, value: Grid) -> tuple[Facts, sp.Expr]:
    """An entry that stands for all, and where it is."""
    i, j = sp.Dummy("i", integer=True), sp.Dummy("j", integer=True)
    first = sp.Integer(value.first)
    ends = {i: (first, first + value.rows - 1), j: (first, first + value.columns - 1)}
    return _within(facts, ends), value.entry(i, j if value.columns != 1 else first)


def _supposing(condition: Any, facts: Facts) -> Facts:
    """The facts with a condition, as far as it can be used; an integer that is not negative and not 0 is at least 1."""
    try:
        facts = assume([condition], facts)
    except ValueError:
        return facts
    for apart in facts.apart[-1:] if isinstance(condition, sp.Ne) else ():
        for gap in (apart, -apart):
            if gap.is_integer and is_nonnegative(gap, facts):
                return facts.knowing(Inequality(gap - 1, False))
    return facts
