"""What a refused step leaves over: the difference of its sides in normal form, in the author's own syntax."""

from __future__ import annotations

import functools
from typing import Any

import sympy as sp

from report.prove.decide.normal_form import normal
from report.prove.language.formula import Formula
from report.prove.meaning.grid import EXTREMES
from report.prove.reasons.rule import Setting

LONGEST = 160
"""More characters than this tell nobody anything."""
LARGEST = 100
"""Nor does what is left of sides with more operations than this, once all is opened; and it would take minutes."""


def left_over(setting: Setting, before: Formula, relation: str, after: Formula) -> str:
    """A line that says by how much the sides differ, or "" where they are no numbers."""
    try:
        left, right = setting.read(before), setting.read(after)
        if not (isinstance(left, sp.Expr) and isinstance(right, sp.Expr)):
            return ""
        if sp.count_ops(left) + sp.count_ops(right) > LARGEST:
            return ""
        difference = sp.factor_terms(normal(right - left, setting.facts))
    except Exception:  # what SymPy cannot read has no difference either
        return ""
    if difference == 0 or sp.count_ops(difference) > LARGEST or len(text := spelled(difference)) > LONGEST:
        return ""
    return f"left over: {text}" if relation == "==" else f"right less left: {text}"


def spelled(expression: Any) -> str:
    """A SymPy expression as an author would write it."""
    return _printer().doprint(expression)


@functools.cache
def _printer() -> Any:
    """Made when first needed, so that declaring a theorem does not load SymPy."""
    from sympy.printing.str import StrPrinter

    class Author(StrPrinter):
        def _print_Dummy(self, e: Any) -> str:
            return e.name

        def _print_Sum(self, e: Any) -> str:
            return self._over("sum", e)

        def _print_Product(self, e: Any) -> str:
            return self._over("prod", e)

        def _over(self, name: str, e: Any) -> str:
            text = self._print(e.function)
            for k, low, high in e.limits:
                where = "Z" if low is -sp.oo and high is sp.oo else f"span({self._print(low)}, {self._print(high)})"
                text = f"{name}({text} for {self._print(k)} in {where})"
            return text

        def _called(self, e: Any) -> str:
            name = {"KroneckerDelta": "kron"}.get(e.func.__name__, e.func.__name__.lower())
            return f"{name}({self.stringify(e.args, ', ')})"

        _print_KroneckerDelta = _print_Abs = _print_Max = _print_Min = _called

        def _print_Indexed(self, e: Any) -> str:
            return f"{e.base}[{self.stringify(e.indices, ', ')}]"

        def _print_Piecewise(self, e: Any) -> str:
            *cases, (last, _) = e.args
            return "(" + " ".join(f"{self._print(v)} if {self._print(c)} else" for v, c in cases) + f" {self._print(last)})"

        def _print_Function(self, e: Any) -> str:
            if e.func.__name__ not in EXTREMES or not isinstance(e.args[0], sp.Lambda):  # by which SymPy takes a slope
                return str(super()._print_Function(e))
            (of, low, high), name = e.args, e.func.__name__.split()[0]
            k, *ends = map(self._print, (*of.variables, low, high))
            return f"{name}({self._print(of.expr)} for {k} in span({', '.join(ends)}))"

        def _print_Lambda(self, e: Any) -> str:
            return f"(lambda {self.stringify(e.variables, ', ')}: {self._print(e.expr)})"

        def _print_ImaginaryUnit(self, e: Any) -> str:
            return "imag"

    return Author({"order": "none"})  # to order terms, SymPy takes them apart, which may take minutes
