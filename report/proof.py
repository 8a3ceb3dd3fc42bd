"""Derivations: what an author states and derives, and ``check``, which decides every step twice.

How to write a theorem file
---------------------------

One question, one file ``theory/tNN_name.py``, which exposes ``DERIVATION``. The glossary comes first, then the parts, then the
conclusion in words. Every formula is text in Python's expression syntax (``report.prove.language.formula``), written once; the
page, SymPy and the numeric witness all read that same text, so never type LaTeX. In prose and in reasons a formula stands in
`backticks`; there it may only be one that occurs in a part, and may assert (``==``, ``<=``) only what a part states. ::

    DERIVATION = Derivation(
        id="T2",
        title="The derivative of the sigmoid",
        question="…",
        symbols=[real("x", "the input of the unit")],
        definitions=[SIGMA],
        parts=[
            part(
                "Directly",
                "diff(sigma(x), x) == sigma(x)*(1 - sigma(x))",
                Step("diff(1/(1 + exp(-x)), x)", definition("sigma")),
                Step("exp(-x)/(1 + exp(-x))**2", differentiation("chain rule")),
                …
                definition("sigma"),
                live=[Live("torch autograd", slope_by_autograd)],
            ),
        ],
        conclusion="The slope is `sigma(x)*(1 - sigma(x))` (“Directly”).",
        comment="The input can be thrown away.",
    )

A sentence that somebody asserts stands or falls by a part: ``claims={"name": refuted("The matrix is circulant.", by="label")}``
(or ``proved``); what a write-up says is held against it.

A part is a chain: it starts at the left side of its statement; each step gives the next expression and why it equals the one
before (or ``Step("<= …")`` and so on; between sentences ``iff`` and ``implies``). The last step arrives at the right side, and
may be its reason alone: ``algebra("collect")``. (``Part`` is the same with its steps in a list; ``intro=`` is prose before
them.) Each step is decided by SymPy for the reason that it names, in general and under the part's conditions (``given=["x <
0"]``, or ``["all(u[k] <= v[k] for k in span(1, n))"]``), and again by witnesses. Names may be declared in any order.

That something is no law is one line: ``counterexample("Adding one is not additive", "A(lambda m: x(m) + y(m))(1) == A(x)(1) +
A(y)(1)", at={"x": "u", "y": "lambda m: 3*u(m)"}, values=("5", "6"))``: both sides are evaluated exactly, and differ.

Reasons (``report.prove.reasons.rule``) and what each of them may use::

    "words"                              anything: all definitions unfolded; derivatives carried out if the words say so
    algebra("words")                     rearranging; definitions and derivatives stay shut; matrix algebra
    definition("F", "sigma")             unfolding or folding these names, and rearranging
    differentiation("words", unfold=…)   carrying out derivatives; opens the definitions in unfold, or those that disappear
    slope_of_entry()                     ∂v[j]/∂v[i] is one by itself, nought by any other
    contraction()                        of a sum with kron or delta only the term with equal indices remains
    evaluation()                         both sides are numbers
    reindex("j = k - t")                 one change of a summation index (j = ±k + c), bounds included
    cyclic("m = i - j", "n")             the same around a circle of n places: the range 0 … n − 1 stays
    even_and_odd("d")                    a sum over 0 … 2n − 1, its terms taken in pairs 2d, 2d + 1
    split_sum("r")                       a sum over a … b as the sums over a … r and r + 1 … b
    chain_rule("z")                      ∂e/∂v as a sum over the entries of z, through which alone e depends on v
    entrywise("label", "i", "j")         a vector or matrix of which an earlier part shows every entry
    using("label", at={"x": "o - t"})    the statement of an earlier part, its symbols replaced within their domains
    given()                              an equation among the part's conditions, as it stands there
    induction("n", "base", "step")       from the least n on: see Part.supposing; the step says using("hypothesis")
    linearity("L"), shift_invariance("L")     of a declared operator
    finite("words"), cited("theorem")    never shown as proved: 'checked', 'cited'; the part needs scope=

Prose may run over several lines between triple quotes: the end of a line is a space.

Witnesses: the numeric one is always on. ``Live(name, function, sweep=…)`` adds another: ``function`` takes symbols by name, or
all of them as one (``lambda at: … at.W … at.n``), as plain floats, integers, lists and Python functions, and computes the value
of the part's left side (or of the expression ``of=``) by other means: a torch module, autograd, counting. Every expression of
the chain equal to it must give the same.

The conclusion (and a ``consequence``, if something follows) says what was shown: each sentence has a formula of the derivation,
or quotes a part by its “label”; a statement comes with its conditions, and with the word *checked* or *cited* if it is no more;
its words are those of the parts that it rests on, of their introductions and of the glossary: quote the part that says them.
Words of weight (twice, never, linear, for some) are said by these parts or their formulas. Remarks go in ``comment``.

The glossary (``report.prove.language.glossary``): ``real("c", "…", above="0")``, ``integer("n", "…", least="1")``, an index
``integer("k", "…", within=("1", "n"))``, ``vector("v", "n", "…", properties=["positive"])``, ``matrix("W", "m", "n", "…")``,
``signal``, ``function``, ``operator``. These bounds hold in every statement; ``low=`` and ``high=`` only say where points are
drawn. Entries are counted from 1, both ends belong to ``span(1, n)``, and the index of a sum has no symbol's name. And
``define`` for abbreviations: ``define("F(x)", …)``, ``define("p[j]", …, shape=["n"])`` (by its entries), ``define("T[i, j]", …,
shape=["m", "n"])``, recursive ones with a case that ends. The field's own names, with references, are in
``theory/vocabulary.py``. Known everywhere: exp log sqrt sin cos tanh abs sign floor ceil mod max min delta(i) kron(i, j)
one(condition) norm trace identity(n) zeros ones diag diff(e, x) grad(e, W) sum prod count all pi imag, and the ranges Z, N
(from 0), span(a, b). Functions of numbers apply to vectors and matrices entry by entry; ``*`` between two of them is entry by
entry, ``@`` the product. What the field means otherwise of a square matrix (``A + 1``, ``exp(A)``, ``A <= B``) is refused.

A derivative by an abbreviation, ``diff(loss, z[i])``, holds z for the variable: everything that rests on z moves with it.
"""

from __future__ import annotations

from report.prove.check import check
from report.prove.checked import Proof
from report.prove.derivation import Derivation, Part, Step, counterexample, load, part, proved, refuted
from report.prove.expression import displayed, shape_of
from report.prove.language.glossary import (
    Definition,
    Live,
    Symbol,
    define,
    function,
    integer,
    matrix,
    operator,
    real,
    signal,
    vector,
)
from report.prove.reasons.calculation import algebra, calculation, cited, definition, differentiation, evaluation, finite
from report.prove.reasons.entries import contraction, slope_of_entry
from report.prove.reasons.gradients import chain_rule, entrywise
from report.prove.reasons.operators import linearity, shift_invariance
from report.prove.reasons.statements import given, induction, using
from report.prove.reasons.sums import cyclic, even_and_odd, reindex, split_sum

__all__ = [
    "Definition", "Derivation", "Live", "Part", "Proof", "Step", "Symbol",
    "algebra", "calculation", "chain_rule", "check", "cited", "contraction", "counterexample", "cyclic", "define", "definition",
    "differentiation", "displayed", "entrywise", "evaluation", "even_and_odd", "finite", "function", "given", "induction",
    "integer", "linearity", "load", "matrix", "operator", "part", "proved", "real", "refuted", "reindex", "shape_of",
    "shift_invariance", "signal", "slope_of_entry", "split_sum", "using", "vector",
]  # fmt: skip
