"""Whether a formula has a slope: what a derivative needs beyond a value, which is no kink, no tie and no jump."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Iterator

from report.prove.decide.place import Missing, Place
from report.prove.decide.signs import is_nonzero, is_positive
from report.prove.language.formula import does, names
from report.prove.language.glossary import Definition, reached

ROUGH = ("abs", "norm", "sign", "sqrt", "max", "min", "floor", "ceil", "mod", "one", "kron", "delta")
CONTINUOUS = ("abs", "norm", "max", "min")
"""Of these, what has kinks, and neither jumps nor an end."""
VARYING = ("real", "vector", "matrix", "signal")
"""The kinds of symbols that take other values in a derivative: no index or size does, and no function."""


def may_be_rough(at: Place, body: ast.expr) -> bool:
    """Whether anything in what is differentiated has kinks, jumps or an end at all."""

    def spoken(tree: ast.expr) -> list[str]:
        return [at.handed.get(name, name) for name in names(tree)]

    definitions = {name: d for name, d in at.scope.globals.items() if isinstance(d, Definition)}
    met = reached(spoken(body), lambda name: spoken(definitions[name].body.tree) if name in definitions else ())
    opened = [definitions[name] for name in met & definitions.keys()]
    operators = (at.symbols[name].kind == "operator" for name in met & at.symbols.keys())
    ends = (symbol.least for defined in opened for symbol in defined.symbols)
    trees = (body, *(defined.body.tree for defined in opened))
    rough = (_is_rough(node) for tree in trees for node in ast.walk(tree))
    return not met.isdisjoint(ROUGH) or any(operators) or any(ends) or any(rough)


def is_smooth(order: int, node: ast.BinOp) -> bool:
    """Whether a power of a length has as many slopes as are asked for, also where the length is 0: |x|³ has two; so has the
    cube of what is cut off at 0.
    """
    match node:
        case ast.BinOp(
            ast.Call(ast.Name("max" | "min"), [ast.Constant(0), _] | [_, ast.Constant(0)]), ast.Pow(), ast.Constant(int(power))
        ):
            return power > order
        case ast.BinOp(ast.Call(ast.Name("norm" | "abs")), ast.Pow(), ast.Constant(int(power))):
            return power > 0 and (power % 2 == 0 or power > order)
    return False


def tied(at: Place, name: str) -> Iterator[Missing]:
    """What a name must be declared as so that one of its entries can vary alone."""
    symbol = at.symbols.get(name) if name not in at.scope.locals else None
    if symbol and symbol.kind == "integer":
        yield Missing("a real variable", f"the derivative by '{name}' does not exist: '{name}' is an integer")
    for word in symbol.properties if symbol else ():
        if word != "positive":
            why = f"'{name}' is declared {word}, so that no entry of it varies by itself"
            yield Missing("free entries", f"the derivative by '{name}' does not exist: {why}")


def fixed(at: Place, name: str, node: ast.Call) -> Iterator[Missing]:
    """What an abbreviation by which is differentiated must stand for, so that it can vary: something that does not stand beside
    it, too. ∂x²/∂c is not 0 where c is x².
    """
    defined = at.scope.globals.get(name)
    if name in at.scope.locals or not isinstance(defined, Definition):
        return
    beside = _rests_on(at, names(node.args[0]), but=name)
    if not _rests_on(at, defined.mentioned) - beside:
        why = f"`{at.spell(node)}` holds fixed all that '{name}' stands for, so that '{name}' does not vary"
        yield Missing(f"'{name}' to rest on something else, too, or to be a symbol", why)


def _rests_on(at: Place, spoken: Iterable[str], but: str = "") -> set[str]:
    """The symbols that may vary of which names speak, by themselves or by what they abbreviate."""
    met = reached(spoken, lambda name: at.mentioned(name) if name != but else ())
    return {name for name in met & at.symbols.keys() if at.symbols[name].kind in VARYING}


def kink(at: Place, name: str, node: ast.Call) -> Iterator[Missing]:
    """What a function needs so that it has a slope at its argument."""
    if not at.depends(node) or (at.order == 0 and name in CONTINUOUS):
        return
    shown = at.spell(node)
    why = f"the derivative of `{shown}` exists at no "
    if name in ("abs", "norm", "sign"):
        argument = node.args[0] if name != "norm" else node
        word = "jump" if name == "sign" else "kink"
        yield from at.need(is_nonzero, argument, "!= 0", f"{why}{word}")
    elif name == "sqrt":
        yield from at.need(is_positive, node.args[0], "> 0", f"{why}0")
    elif name in ("max", "min"):
        for first, second in itertools.combinations(node.args, 2):
            yield from _differ(at, first, second, f"{why}tie")
    elif name in ("floor", "ceil", "mod", "kron", "delta"):
        yield Missing("an argument that does not vary", f"{why}jump")
    elif name == "one":
        yield from jump(at, node.args[0], f"`{shown}`")


def jump(at: Place, test: ast.expr, shown: str) -> Iterator[Missing]:
    """What a case needs so that the formula has a slope: its test is not about to change."""
    for node in ast.walk(test):
        if isinstance(node, ast.Compare) and at.depends(node):
            ends = [node.left, *node.comparators]
            for first, second in itertools.pairwise(ends):
                yield from _differ(at, first, second, f"the derivative of {shown} exists at no place where it changes")


def _differ(at: Place, first: ast.expr, second: ast.expr, why: str) -> Iterator[Missing]:
    condition = f"{at.spell(first)} != {at.spell(second)}"
    yield from at.need(is_nonzero, ast.BinOp(first, ast.Sub(), second), condition, why)


def _is_rough(node: ast.AST) -> bool:
    if does(node, ast.Pow):
        return not isinstance(node.right, ast.Constant)
    chosen = isinstance(node, ast.IfExp) or (isinstance(node, ast.comprehension) and bool(node.ifs))
    return chosen or (isinstance(node, ast.Name) and node.id in ROUGH)
