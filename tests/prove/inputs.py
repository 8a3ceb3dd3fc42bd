"""Derivations as careless as an author may be, by name, each made when it is asked for; ``true_…`` are right all the same."""

from __future__ import annotations

from report.proof import (
    Derivation, Live, Part, Step, Symbol, algebra, cited, define, definition, differentiation, finite, function, induction,
    integer, linearity, matrix, operator, part, real, reindex, signal, using, vector,
)  # fmt: skip
from theory.vocabulary import RELU


def derived(symbols: list[Symbol], *parts: Part, definitions=(), conclusion="") -> Derivation:
    return Derivation("T99", "A candidate", "", symbols, parts, conclusion, definitions=definitions)


def said(symbols: list[Symbol], statement: str, *why, definitions=(), conclusion="", **more) -> Derivation:
    """What is said in one part."""
    return derived(symbols, part("P", statement, *why, **more), definitions=definitions, conclusion=conclusion)


def size(least: str, high: int) -> Symbol:
    return integer("n", "a size", least=least, high=high)


X, Y, U = real("x", "a number"), real("y", "another"), real("u", "a number")
DRAWN_ABOVE = real("x", "any real number", low=0, high=2)
RARELY_7 = integer("c", "a number", low=1, high=5000)
V, W = vector("v", "n", "a vector"), matrix("W", "n", "n", "any matrix")
TWO_VECTORS = [vector("x", "n", "a vector"), vector("y", "n", "another")]
ACCEPTS_ALL = [Live("torch", lambda: 0.0, tolerance=1e9)]
EQUALS_ITSELF = algebra("a positive number")
DIVIDED = "prod(mod(n**2 + n + 41, q) for q in span(2, n + 1)) > 0"
PRODUCT = "(n - 1)*(n - 2)*(n - 3)*(n - 4)*(n - 5)*(n - 6)*(n - 7)*(n - 8) == 0"
FINITE_SUM = "{0}(lambda m: sum({1}(k)*delta(m - k) for k in Z))(i) == sum({1}(k)*{0}(lambda m: delta(m - k))(i) for k in Z)"
ONES_BEFORE = "({0} - 1)*sum(kron(i, k) for k in span(1, {0} - 1)) == {0} - 1"


def induced(base: str, step: str, supposed: str) -> Derivation:
    """W doubles with every step from 1 on, by an induction with these parts."""
    t = integer("t", "a number of steps", least="0", high=4)
    return derived(
        [t],
        part("Base", base, definition("W")),
        part("Step", step, "definition of `W`", supposing=supposed),
        part("All", "W(t) == 2**t", induction("t", "Base", "Step")),
        definitions=[define("W(t)", "1 if t == 0 else 2*W(t - 1)", "what doubles")],
    )


def batch_normalised(n: Symbol, a: Symbol) -> Derivation:
    """Batch normalisation does not see the scale of what it normalises."""
    return derived(
        [n, vector("x", "n", "the batch"), a, integer("i", "an example", within=("1", "n"))],
        part("The mean", "ma == a*m", Step("a*(sum(x[k] for k in span(1, n))/n)", definition("ma")), definition("m")),
        part(
            "The variance",
            "va == a**2*v",
            Step("sum((a*x[k] - ma)**2 for k in span(1, n))/n", definition("va")),
            Step("sum((a*x[k] - a*m)**2 for k in span(1, n))/n", using("The mean")),
            Step("a**2*(sum((x[k] - m)**2 for k in span(1, n))/n)", algebra("factor out")),
            definition("v"),
        ),
        part(
            "The value",
            "(a*x[i] - ma)/sqrt(va) == (x[i] - m)/sqrt(v)",
            Step("(a*x[i] - a*m)/sqrt(va)", using("The mean")),
            Step("(a*x[i] - a*m)/sqrt(a**2*v)", using("The variance")),
            Step("a*(x[i] - m)/(a*sqrt(v))", algebra("the root of a square of a positive number")),
            algebra("cancel"),
        ),
        definitions=[
            define("m", "sum(x[k] for k in span(1, n))/n", "the mean"),
            define("v", "sum((x[k] - m)**2 for k in span(1, n))/n", "the variance"),
            define("ma", "sum(a*x[k] for k in span(1, n))/n", "the mean of the multiples"),
            define("va", "sum((a*x[k] - ma)**2 for k in span(1, n))/n", "their variance"),
        ],
        conclusion="Nothing: `(a*x[i] - ma)/sqrt(va) == (x[i] - m)/sqrt(v)`. The scale of the weights has no effect.",
    )


INPUTS = {
    # what is not defined everywhere
    "cancel_y": lambda: said([X, Y], "y*x/y == x", algebra("cancel")),
    "hole_in_quotient": lambda: said([X], "(x**2 - 1)/(x - 1) == x + 1", algebra("divide")),
    "zero_over": lambda: said([X], "0/x == 0", algebra("zero")),
    "power_rule_n0": lambda: said([X, size("0", 4)], "diff(x**n, x) == n*x**(n - 1)", differentiation("power rule")),
    "sample_variance": lambda: said(
        [size("1", 5), V],
        "sum(3*v[k] for k in span(1, n))/(n - 1) == 3*sum(v[k] for k in span(1, n))/(n - 1)",
        algebra("factor out"),
        conclusion="For every `n` from one on.",
    ),
    "mean_n0": lambda: said(
        [size("0", 4), signal("f", "the values"), real("c", "a factor")],
        "sum(c*f(k) for k in span(1, n))/n == c*(sum(f(k) for k in span(1, n))/n)",
        algebra("factor out"),
    ),
    "norm_normalised": lambda: said([size("1", 4), V], "norm(v)/norm(v) == 1", algebra("cancel")),
    "n_is_one": lambda: batch_normalised(size("1", 4), real("a", "a positive number", above="0")),
    "scale_zero": lambda: batch_normalised(size("2", 4), real("a", "a number that is not negative", least="0")),
    "sqrt_squared": lambda: said([X], "sqrt(x)**2 == x", algebra("square of a root")),
    "all_nonneg": lambda: said(
        [DRAWN_ABOVE],
        "x >= 0",
        Step("r(x)**2", definition("r")),
        algebra("a square is not negative"),
        definitions=[define("r(x)", "sqrt(x)", "its root", symbols=[DRAWN_ABOVE])],
        conclusion="No real number is negative: `x >= 0`.",
    ),
    "D_real": lambda: said([DRAWN_ABOVE], "diff(sqrt(x), x)**2 >= 0", algebra("a square is not negative")),
    "diff_log": lambda: said([X], "diff(log(x), x) == 1/x", differentiation("derivative of the logarithm")),
    "diff_abs": lambda: said([X], "diff(abs(x), x) == sign(x)", differentiation("case by case")),
    "abs_slope_at_zero": lambda: said([X], "diff(abs(x), x) == 0", differentiation("the slope at the kink"), given=["x == 0"]),
    "relu_slope_at_zero": lambda: said(
        [X],
        "diff(relu(x), x) == 1/2",
        differentiation("the slope at the kink", unfold=["relu"]),
        given=["x == 0"],
        definitions=[RELU],
        conclusion="At zero ReLU has the derivative one half, `diff(relu(x), x) == 1/2`.",
    ),
    "max_tie": lambda: said([Y, X], "diff(max(x, y), x) == 1/2", differentiation("the gradient is shared"), given=["x == y"]),
    "l2_grad_norm": lambda: said(
        [size("1", 3), V],
        "grad(norm(v), v) == v/norm(v)",
        differentiation("chain rule"),
        conclusion="The norm is differentiable everywhere.",
    ),
    "piecewise_jump": lambda: said([X], "diff(1 if x > 0 else 0, x) == 0", differentiation("constant on either side")),
    "contradiction_undrawn": lambda: derived(
        [X],
        part("D", "one(x > 100)*c(x) == one(x > 100)*(c(x) + 1)", definition("c")),
        part(
            "P",
            "one(x > 100) == 0",
            Step("one(x > 100)*(c(x) + 1) - one(x > 100)*c(x)", algebra("expand")),
            Step("one(x > 100)*c(x) - one(x > 100)*c(x)", using("D")),
            algebra("cancel"),
        ),
        definitions=[define("c(x)", "c(x) + 1 if x > 100 else 0", "a cost")],
        conclusion="No number exceeds one hundred: `one(x > 100) == 0`.",
    ),
    # what cannot stand for another reason
    "diff_integer": lambda: said([size("1", 6)], "diff(n**2, n) == 2*n", differentiation("power rule")),
    "implies_nonsense": lambda: said([integer("n", "a number")], "iff(n + n, 2*n)", Step("2*n", algebra("so"))),
    "every_matrix_symmetric": lambda: derived(
        [size("2", 3), matrix("S", "n", "n", "a symmetric matrix", properties=["symmetric"]), W, *TWO_VECTORS],
        part("Sym", "x.T@(S@y) == y.T@(S@x)", algebra("symmetric")),
        part("P", "x.T@(W@y) == y.T@(W@x)", using("Sym", at={"S": "W"}), live=ACCEPTS_ALL),
        conclusion="For every matrix: `x.T@(W@y) == y.T@(W@x)`.",
    ),
    "all_orthogonal": lambda: derived(
        [size("2", 3), matrix("Q", "n", "n", "a rotation", properties=["orthonormal"]), W, TWO_VECTORS[0]],
        part("L", "norm(Q@x)**2 == norm(x)**2", algebra("Q keeps lengths")),
        part("P", "norm(W@x)**2 == norm(x)**2", using("L", at={"Q": "W"}), live=ACCEPTS_ALL),
    ),
    "lemma_for_nonlinear": lambda: derived(
        [
            operator("L", "a linear operator", linear=True),
            operator("A", "any operator", sample=lambda random: lambda s: s),
            *(signal("f", "a signal"), integer("i", "a place")),
        ],
        part("Linear", "L(lambda m: 2*f(m))(i) == 2*L(f)(i)", linearity("L")),
        part("P", "A(lambda m: 2*f(m))(i) == 2*A(f)(i)", using("Linear", at={"L": "A"})),
        conclusion="Every operator is homogeneous.",
    ),
    "infinite_linearity": lambda: derived(
        [operator("L", "a linear operator", linear=True), signal("f", "a signal"), integer("i", "a place")],
        part("A", FINITE_SUM.format("L", "f"), linearity("L")),
        part("B", FINITE_SUM.format("L", "u1"), using("A", at={"f": "u1"})),
        definitions=[define("u1(m)", "1", "the constant signal", symbols=[integer("m", "a place")])],
    ),
    "hidden_shape": lambda: derived(
        [RARELY_7, size("1", 4), integer("m", "another size", least="1", high=4)],
        part("L", "kron(c, n)*(norm(q)**2 - n) == 0", Step("kron(c, n)*(n - n)", definition("q")), algebra("cancel")),
        part("P", "kron(c, m)*(norm(q)**2 - m) == 0", using("L", at={"n": "m"})),
        definitions=[define("q[j]", "1", "ones", shape=["n"])],
    ),
    "induction_index": lambda: derived(  # the step is shown for i up to n alone, and the claim needs n + 1
        [size("1", 4000), integer("i", "an index", within=("1", "n"))],
        part("base", ONES_BEFORE.format("1"), algebra("both are zero")),
        part(
            "step",
            "(n + 1 - 1)*sum(kron(i, k) for k in span(1, n + 1 - 1)) == n + 1 - 1",
            algebra("one term has equal indices"),
            supposing=ONES_BEFORE.format("n"),
        ),
        part("claim", ONES_BEFORE.format("n"), induction("n", start="1", base="base", step="step")),
        conclusion=f"For every `i` up to and including `n`: `{ONES_BEFORE.format('n')}`.",
    ),
    "suppose_itself": lambda: said(
        [DRAWN_ABOVE],
        "abs(x) == x",
        using("hypothesis", "it was shown so"),
        supposing="abs(x) == x",
        conclusion="For every real number `abs(x) == x`.",
    ),
    "suppose_unproved": lambda: said(
        [size("1", 39)],
        DIVIDED,
        using("hypothesis"),
        supposing=DIVIDED,
        conclusion=f"The number n² + n + 41 is never divisible: `{DIVIDED}`.",
    ),
    "empty_product_zero": lambda: said([size("1", 60)], "prod(0 for k in span(1, n - 1)) == 0", algebra("a factor is zero")),
    "empty_product_zero_n0": lambda: said(
        [size("0", 60), real("g", "a slope")],
        "g*prod(0 for l in span(1, n)) == 0",
        algebra("a factor is zero"),
        conclusion="With slope zero in every layer the gradient vanishes, for every number of layers `n`, none included.",
    ),
    "index_base": lambda: said(
        [RARELY_7, size("2", 3), vector("u", "n", "a vector"), vector("w", "n", "another, from zero on", first=0)],
        "kron(c, 7)*((u + w)[1] - u[1] - w[1]) == 0",
        algebra("so"),
    ),
    "abs_complex": lambda: said(
        [RARELY_7, X],
        "kron(c, 7)*(abs(w(x))**2 - w(x)**2) == 0",
        algebra("so"),
        definitions=[define("w(x)", "exp(imag*x)", "a wave")],
    ),
    "live_constant": lambda: said([X], "x - x == 0", algebra("cancel"), live=[Live("torch autograd", lambda: 0.0)]),
    "false_reason": lambda: said(
        [X], "(x + 1)**2 == x**2 + 2*x + 1", algebra("by the dominated convergence theorem and Cauchy–Schwarz")
    ),
    "hidden_derivative": lambda: said([X], "diff(x**2, x) + 0*x == 2*x", "add zero"),
    "numeric_off_finite": lambda: said(
        [size("1", 6)],
        "n**2 == n",
        finite("tried"),
        scope="For small sizes.",
        live=[Live("count", lambda n: 1, sweep={"n": [1]})],
        conclusion="`n**2 == n`.",
    ),
    "cited_false": lambda: said(
        [size("1", 6)], "n <= 10", cited("Theorem of Bloggs (1970)"), scope="In general.", conclusion="`n <= 10`."
    ),
    "finite_small": lambda: said(
        [size("1", 8)], PRODUCT, finite("tried all"), scope="Tried.", conclusion=f"For every `n`: `{PRODUCT}`."
    ),
    "zero_slack": lambda: said(
        [X], "x + 1/10**14 == x", cited("Rounding theorem"), scope="In general.", conclusion="`x + 1/10**14 == x`."
    ),
    # what may stand as a formula, and not as it is put
    "condition_as_result": lambda: said(
        [X], "abs(x) == x", EQUALS_ITSELF, given=["x > 0"], conclusion="We have shown that every real number satisfies `x > 0`."
    ),
    "condition_dropped": lambda: said(
        [X], "abs(x) == x", EQUALS_ITSELF, given=["x > 0"], conclusion="For every real number `abs(x) == x`."
    ),
    "conv_is_correlation": lambda: said(
        [signal("f", "a signal"), signal("g", "another"), integer("i", "a place"), integer("t", "a shift")],
        "conv(lambda m: f(m - t), g)(i) == conv(f, g)(i + t)",
        Step("sum(f(k - t)*g(i + k) for k in Z)", definition("conv")),
        Step("sum(f(m)*g(i + (m + t)) for m in Z)", reindex("m = k - t")),
        Step("sum(f(m)*g((i + t) + m) for m in Z)", algebra("regroup")),
        definition("conv"),
        definitions=[
            define(
                "conv(f, g)(i)",
                "sum(f(k)*g(i + k) for k in Z)",
                "the convolution of two signals",
                symbols=[signal("f", "a signal"), signal("g", "another"), integer("i", "a place")],
            )
        ],
        conclusion="Delaying the first signal advances the convolution: convolution is not shift equivariant.",
    ),
    "definition_as_result": lambda: said(
        [X],
        "ell + x == x",
        definition("ell"),
        definitions=[define("ell", "0", "the loss of the trained network")],
        conclusion="The loss of the trained network vanishes, `ell == 0`.",
    ),
    "given_result": lambda: said(
        [real("k", "the size of the kernel", low=1, high=5), real("c", "the number of parameters")],
        "c == 7*k",
        algebra("count"),
        given=["c == 7*k"],
        conclusion="A layer has `c == 7*k` parameters.",
    ),
    "hypothesis_label": lambda: derived(
        [X],
        part("hypothesis", "x + x == 2*x", algebra("add")),
        part("P", "3*(x + x) == 6*x", Step("3*(2*x)", using("hypothesis")), algebra("multiply")),
    ),
    "matrix_exponential": lambda: said(
        [size("2", 3), matrix("A", "n", "n", "a matrix"), matrix("B", "n", "n", "another")],
        "exp(A + B) == exp(A)*exp(B)",
        algebra("exponentials"),
        conclusion="The matrix exponential of a sum is the product, `exp(A + B) == exp(A)*exp(B)`, "
        "also where the matrices do not commute.",
    ),
    "mixed_given_draw": lambda: said(
        [size("1", 6)], "n**2 == 2*n", algebra("so"), given=["n == 2"], conclusion="Squaring is doubling: `n**2 == 2*n`."
    ),
    "prose_scope": lambda: said([size("1", 6)], "n <= 10", cited("Cauchy"), scope="."),
    "reference_range": lambda: said(  # it is borne out where numbers are drawn
        [X],
        "relu6(x) == max(0, x)",
        definition("relu6"),
        definitions=[define("relu6(x)", "max(0, x)", "as in MobileNet", reference=lambda x: min(max(0, x), 6))],
    ),
    "same_latex": lambda: said(
        [real("a", "the weight", latex="w"), real("b", "the gradient", latex="w")],
        "(a - b)*2 == 2*a - 2*b",
        algebra("multiply out"),
    ),
    "same_print": lambda: said(
        [real("x1", "the weight"), real("x_1", "the gradient")], "(x1 - x_1)*2 == 2*x1 - 2*x_1", algebra("multiply out")
    ),
    "sigma_redefined": lambda: said(
        [X],
        "diff(sigma(x), x) == -sigma(x)*(1 - sigma(x))",
        differentiation("chain rule", unfold=["sigma"]),
        definitions=[define("sigma(x)", "1/(1 + exp(x))", "the logistic sigmoid")],
        conclusion="The sigmoid falls: `diff(sigma(x), x) == -sigma(x)*(1 - sigma(x))`.",
    ),
    "range_to_a_vector": lambda: said([size("1", 3), V], "sum(v[k] for k in span(1, v)) == 0", algebra("add")),
    "identity_of_a_vector": lambda: said([size("1", 3), V], "identity(v) == 0", algebra("no size")),
    "remainder_of_one": lambda: said(
        [X],
        "c(mod)(x) == x",
        definition("c"),
        definitions=[define("c(h)(x)", "h(x)", "", symbols=[function("h", ""), X])],
    ),
    "vector_squared": lambda: said([size("1", 3), V], "sum((v**2)[k] for k in span(1, n)) == norm(v)**2", algebra("squares")),
    "induction_from_one": lambda: induced("W(1) == 2**1", "W(t + 1) == 2**(t + 1)", "W(t) == 2**t"),
    "induction_not_to_next": lambda: induced("W(0) == 2**0", "2*W(t) == 2**(t + 1)", "W(t) == 2**t"),
    "induction_supposes_other": lambda: induced("W(0) == 2**0", "W(t + 1) == 2**(t + 1)", "2*W(t) == 2*2**t"),
    # what is true
    "true_abs_between": lambda: said([real("u", "a number", above="0")], "abs(1 - u) < 1", algebra("between"), given=["u < 2"]),
    "true_double_sq": lambda: said(
        [size("1", 4), *TWO_VECTORS],
        "sum(sum((x[i]*y[j] - x[j]*y[i])**2 for i in span(1, n)) for j in span(1, n)) >= 0",
        algebra("squares"),
    ),
    "true_exchange_dependent": lambda: said(
        [size("1", 5), W],
        "sum(sum(W[a, b] for b in span(1, a)) for a in span(1, n)) "
        "== sum(sum(W[a, b] for a in span(b, n)) for b in span(1, n))",
        algebra("exchange"),
    ),
    "true_given_nonzero": lambda: said([X, Y], "y*x/y == x", algebra("cancel"), given=["y != 0"]),
    "true_jensen": lambda: said([X], "exp(x) >= 1 + x", "convexity"),
    "true_lse2_low": lambda: said([X, Y], "max(x, y) <= log(exp(x) + exp(y))", algebra("monotone")),
    "true_neq_condition": lambda: said([X], "x**2/x == x", algebra("cancel"), given=["abs(x) > 0"]),
    "true_single_sq_half": lambda: said(
        [size("1", 4), *TWO_VECTORS], "1/2*sum((x[i] - y[i])**2 for i in span(1, n)) >= 0", algebra("squares")
    ),
    "true_two_sided": lambda: said([U], "u*(2 - u) > 0", algebra("both factors positive"), given=["u > 0", "u < 2"]),
}
