"""Derivations: what an author states and derives, and ``check``, which decides every step twice.

How to write a theorem file
---------------------------

One question, one file ``theory/tNN_name.py``, which exposes ``DERIVATION``. The glossary comes first, then the parts, then the
conclusion in words. Every formula is text in Python's expression syntax (``report.formula``), written once; the page, SymPy and
the numeric witness all read that same text, so never type LaTeX. In prose and in reasons a formula stands in `backticks`. ::

    DERIVATION = Derivation(
        id="T2",
        title="The derivative of the sigmoid",
        question="…",
        symbols=[real("x", "the input of the unit")],
        definitions=[SIGMA],
        parts=[
            Part(
                "Directly",
                "diff(sigma(x), x) == sigma(x)*(1 - sigma(x))",
                [
                    Step("diff(1/(1 + exp(-x)), x)", definition("sigma")),
                    Step("exp(-x)/(1 + exp(-x))**2", differentiation("chain rule")),
                    …
                    Step("sigma(x)*(1 - sigma(x))", definition("sigma")),
                ],
            ),
        ],
        conclusion="…",
        consequence="…",
    )

A part is a chain: it starts at the left side of its statement; each step gives the next expression and why it equals the one
before (or ``Step("<= …")`` and so on); the last step is the right side. Each step is decided by SymPy for the reason that
it names, in general and under the part's conditions (``given=["x < 0"]``), and again by witnesses.

Reasons (``report.rules``): ``algebra(words)``, ``definition(name, …)``, ``differentiation(words, unfold=…)``,
``reindex("j = k - t")``, ``using(label of an earlier part, at={"x": "o - t"})``, ``linearity("L")``,
``shift_invariance("L")``, ``finite(words)`` and ``cited(theorem)`` (both need ``scope=``, and are never shown as proved); a plain
string is ``calculation``: whatever SymPy can prove.

Witnesses: the numeric one is always on. ``Live(name, function, sweep=…)`` adds another: ``function`` takes symbols by name as plain
floats, integers, lists and Python functions, and computes the value of the part's left side (or of the expression ``of=``) by other
means: a torch module, autograd, counting. Every expression of the chain equal to it must give the same number.

The glossary (``report.glossary``): ``real``, ``integer``, ``signal``, ``function``, ``vector``, ``matrix``, ``operator``, and ``define``.
The field's names are in ``theory/vocabulary.py``. Known everywhere: exp log sqrt sin cos tanh abs sign floor ceil mod max min
delta(i) kron(i, j) one(condition) norm trace identity(n) zeros ones diag conj diff(e, x) grad(e, W) sum prod count all any
pi imag.
"""

from __future__ import annotations

from report.checker import METHODS, check
from report.derivation import Derivation, Live, Part, Step, load
from report.glossary import Definition, Symbol, define, function, integer, matrix, operator, real, signal, vector
from report.proven import CheckedPart, CheckedStep, Proof, from_json, in_a_line, terminal, to_json
from report.rules import (
    Verdict,
    algebra,
    calculation,
    cases,
    cited,
    definition,
    differentiation,
    finite,
    induction,
    linearity,
    reindex,
    shift_invariance,
    using,
)

__all__ = [
    "METHODS", "CheckedPart", "CheckedStep", "Definition", "Derivation", "Live", "Part", "Proof", "Step", "Symbol", "Verdict",
    "algebra", "calculation", "cases", "check", "cited", "define", "definition", "differentiation", "finite", "from_json", "function",
    "in_a_line", "induction", "integer", "linearity", "load", "matrix", "operator", "real", "reindex", "shift_invariance", "signal", "terminal",
    "to_json", "using", "vector",
]  # fmt: skip
