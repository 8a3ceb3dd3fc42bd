"""The checker refuses what is wrong, for each of the ways to be wrong, and says where."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from report.cache import codec
from report.errors import DeclarationError
from report.proof import (
    Definition,
    Derivation,
    Live,
    Part,
    Proof,
    Step,
    Symbol,
    algebra,
    check,
    cited,
    define,
    definition,
    differentiation,
    finite,
    given,
    induction,
    integer,
    linearity,
    load,
    matrix,
    operator,
    real,
    reindex,
    shift_invariance,
    signal,
    using,
    vector,
)  # fmt: skip
from report.prove.derivation import Chain
from report.prove.witness import _points
from report.terminal.proofs import in_a_line, terminal

X = real("x", "a number")
SIGMA = define("sigma(u)", "1/(1 + exp(-u))", "sigmoid")
K, M = integer("n", "a size", least="1", high=4), integer("m", "another", least="1", high=3)


def checked(parts: Part | Sequence[Part], symbols: Sequence[Symbol] = (X,), definitions: Sequence[Definition] = ()) -> Proof:
    parts = [parts] if isinstance(parts, Part) else parts
    return check(Derivation("T0", "A test", "", symbols, parts, "", "", definitions))


def one(claim: str, *steps: Step, **more: object) -> Part:
    return Part("Part", claim, steps, **more)  # type: ignore[arg-type]


def refusals(proof: Proof) -> set[str]:
    return {who for step in proof.steps for who in step.caught_by}


# --- chains --------------------------------------------------------------------------------------------------------


def test_a_true_chain_is_proved_and_witnessed() -> None:
    proof = checked(one("(x + 1)**2 == x**2 + 2*x + 1", Step("x*(x + 2) + 1", "expand"), Step("x**2 + 2*x + 1", "expand")))
    assert proof.holds
    assert [step.standing for step in proof.steps] == ["proved", "proved"]
    assert all(step.witnesses and step.method for step in proof.steps)


@pytest.mark.parametrize(
    ("part", "says"),
    [
        (one("x + x == 2*x", Step("3*x", "")), "the chain ends at 3*x"),
        (one("x + x == 2*x", Step("x + x", ""), Step("2*x", "")), "says nothing"),
        (one("2*x == x + x", Step("2*x", "")), "the chain ends at 2*x"),
        (one("x <= x + 1", Step("x + 1", "")), "not prove"),
        (one("x < x + 1", Step("<= x + 1", "")), "the steps together give '<='"),
        (one("x == x + 1", Step("<= x + 1", "")), "the steps together give '<='"),
    ],
)
def test_a_broken_chain_is_refused(part: Part, says: str) -> None:
    proof = checked(part)
    assert not proof.holds
    assert says in "\n".join(proof.failures)


def test_a_failure_shows_both_sides_file_and_line() -> None:
    step = Step("x**2 + 1", "expand")
    (failure,) = checked(one("(x + 1)**2 == x**2 + 1", step)).failures
    assert failure.startswith(f"{__file__}:{step.where.line}: T0, 'Part', step 1")
    assert "(x + 1)**2" in failure
    assert "== x**2 + 1" in failure
    assert "the left side is" in failure


def test_inequalities_chain() -> None:
    good = one("2*x*y <= x**2 + y**2", Step("x**2 + y**2 - (x - y)**2", "expand"), Step("<= x**2 + y**2", "a square"))
    assert checked(good, [X, real("y", "")]).holds
    bad = one("2*x*y < x**2 + y**2", Step("< x**2 + y**2", "a square"))
    assert "SymPy" in refusals(checked(bad, [X, real("y", "")]))


# --- glossary and prose --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "symbols", "says"),
    [
        (one("y == y + 0", Step("y + 0", "")), [X], "'y' is not in the glossary"),
        (one("i == i + 0", Step("i + 0", "")), [X], 'Declare it in symbols=: real("i", "…"), integer("i", "…"'),
        (one("x*factorial(3) == 6*x", Step("6*x", "")), [X], "Write prod(k for k in span(1, n))"),
        (one("x + x == 2*x", Step("2*x", "")), [X, real("y", "")], "'y' is declared and never used"),
        (one("x + x == 2*x", Step("2*x", "")), [X, X], "'x' is declared twice"),
        (one("x + x == 2*x", Step("2*x", "")), [X, real("exp", "")], "'exp' has a meaning already, the exponential function"),
        (one("sum(x for x in span(1, 2)) + x == 3 + x", Step("3 + x", "")), [X], "the index 'x' has the name of a symbol"),
        (one("x + x == 2*x", Step("2*x", "as `2*x == x`")), [X], "prose asserts"),
        (one("x + x == 2*x", Step("2*x", "as `3*x` is")), [X], "occurs in no part"),
        (one("x + x == 2*x", Step("2*x", "as $2x$ is")), [X], "not in dollars"),
    ],
)
def test_names_and_prose_are_checked(part: Part, symbols: list[Symbol], says: str) -> None:
    assert says in "\n".join(checked(part, symbols).failures)


def test_a_part_without_a_reason_is_told_where_it_goes() -> None:
    with pytest.raises(DeclarationError, match="Behind the statement comes why it holds"):
        Part("Part", "x + x == 2*x", [])


def test_prose_may_say_what_a_part_states() -> None:
    part = one("x + x == 2*x", Step("2*x", "twice"))
    said = Derivation("T0", "", "", [X], [part], "So `x + x == 2*x`.", "")
    assert not check(said).failures


def test_a_domain_without_points_is_refused() -> None:
    part = one("abs(x) == x", Step("x", ""), given=["exp(x) < 2*x"])
    assert "no point of the domain" in "\n".join(checked(part).failures)


def test_a_logical_step_that_was_never_put_to_the_test_is_refused() -> None:
    part = one("iff(x**2 < -1, x**2 < -2)", Step("x**2 < -2", ""))
    assert "numeric" in refusals(checked(part))


@pytest.mark.parametrize(
    ("body", "holds"),
    [("1/(1 + exp(-u))", True), ("1/(1 - exp(-u))", False), ("1/(1 + exp(u))", False), ("exp(u)/(1 + exp(u))", True)],
)
def test_a_definition_is_held_against_its_reference(body: str, holds: bool) -> None:
    def reference(u: object) -> object:
        import mpmath as mp

        return (1 + mp.tanh(u / 2)) / 2  # type: ignore[operator]

    sigmoid = define("s(u)", body, "", reference=reference)
    part = one("s(x) + s(x) == 2*s(x)", Step("2*s(x)", ""))
    assert checked(part, definitions=[sigmoid]).holds is holds


# --- reasons -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "rule", "holds"),
    [
        ("sigma(x) == 1/(1 + exp(-x))", definition("sigma"), True),
        ("sigma(x) == 1/(1 + exp(-x))", algebra("so"), False),
        ("sigma(x) + 0*x == sigma(x)", definition("sigma"), False),
        ("diff(sigma(x), x) == exp(-x)/(1 + exp(-x))**2", definition("sigma"), False),
        ("diff(sigma(x), x) == exp(-x)/(1 + exp(-x))**2", differentiation("chain rule"), True),
        ("diff(sigma(x), x) == exp(-x)/(1 + exp(-x))**2", differentiation("chain rule", unfold=[]), False),
        ("diff(sigma(x), x) == sigma(x)*(1 - sigma(x))", differentiation("chain rule"), False),
        ("diff(sigma(x), x) == exp(-x)/(1 + exp(-x))**2", differentiation("chain rule", unfold=["sigma"]), True),
        ("diff(sigma(2*x), x) == diff(sigma(x + x), x)", differentiation("so"), True),
        ("(sigma(x) + 1)**2 == sigma(x)**2 + 2*sigma(x) + 1", differentiation("so"), False),
    ],
)
def test_a_reason_must_be_the_reason(claim: str, rule: object, holds: bool) -> None:
    right = claim.split(" == ")[1]
    proof = checked(one(claim, Step(right, rule)), definitions=[SIGMA])  # type: ignore[arg-type]
    assert proof.holds is holds
    if not holds:
        assert refusals(proof) == {"SymPy"}


F, G, PLACE, T = signal("f", "a signal"), signal("g", "a signal"), integer("i", "a place"), integer("t", "a shift")


@pytest.mark.parametrize(
    ("after", "rule", "holds"),
    [
        ("sum(f(j)*g(i - j - t) for j in Z)", reindex("j = k - t"), True),
        ("sum(f(j)*g(i - j + t) for j in Z)", reindex("j = k - t"), False),
        ("sum(f(j)*g(i - j - t) for j in Z)", reindex("j = k + t"), False),
        ("sum(f(i - j - t)*g(j) for j in Z)", reindex("j = i - k"), True),
        ("sum(f(i - j - t)*g(j) for j in Z)", reindex("j = k - t"), False),
    ],
)
def test_a_change_of_index_is_the_one_that_is_named(after: str, rule: object, holds: bool) -> None:
    part = one(f"sum(f(k - t)*g(i - k) for k in Z) == {after}", Step(after, rule))  # type: ignore[arg-type]
    assert checked(part, [F, G, PLACE, T]).holds is holds


def test_sums_are_equal_whatever_their_indices_are_called_and_shifted_by() -> None:
    part = one(
        "sum(f(k - t)*g(i - k) for k in Z) == sum(g(j)*f(i - t - j) for j in Z)", Step("sum(g(j)*f(i - t - j) for j in Z)", "")
    )
    assert checked(part, [F, G, PLACE, T]).holds


def test_a_statement_is_used_only_where_it_was_shown() -> None:
    law = Part("Law", "abs(x) == -x", [Step("-x", "")], given=["x < 0"])
    good = Part("Good", "abs(-y**2 - 1) == -(-y**2 - 1)", [Step("-(-y**2 - 1)", using("Law", at={"x": "-y**2 - 1"}))])
    bad = Part("Bad", "abs(y) == -y", [Step("-y", using("Law", at={"x": "y"}))])
    assert checked([law, good], [X, real("y", "")]).holds
    assert not checked([law, bad], [X, real("y", "")]).holds
    backwards = checked([good, law], [X, real("y", "")])
    assert "no part 'Law' before this one" in "\n".join(backwards.failures)


def test_an_equation_that_is_given_is_put_in_where_it_stands() -> None:
    symbols = [X, real("y", "")]

    def part(*steps: Step, given: str = "x**2 == y**2") -> Part:
        return Part("P", "(x + 2)*x**2 == y**3 + y**2*(x + 2) - y**3", steps, given=[given] if given else [])

    apart = Step("x**2*(x + 2)", algebra("in another order"))
    assert checked(part(apart, Step("y**2*(x + 2)", given()), Step(because=algebra("add nothing"))), symbols).holds
    wrong = checked(part(apart, Step("2*y**2*(x + 2)", given()), Step(because=algebra("add nothing"))), symbols)
    assert "by the condition put in" in wrong.failures[0]
    silent = checked(part(apart, Step(because=algebra("add nothing"))), symbols)
    assert "is put in where it stands by given() alone" in silent.failures[0]
    assert not checked(part(apart, Step(because=given()), given=""), symbols).holds


@pytest.mark.parametrize(
    "condition", ["x + y == 1", "x**2 + y**2 == 1", "norm(v) == 1", "A @ v == v", "A.T @ (A @ v - u) == zeros(n)"]
)
def test_points_are_drawn_from_an_equation(condition: str) -> None:
    size = integer("n", "a size", least="2", high=3)
    symbols = [X, real("y", ""), size, vector("v", "n", ""), vector("u", "n", ""), matrix("A", "n", "n", "")]
    part = Part("P", "x*y == y*x", [Step(because="")], given=[condition])
    derivation = Derivation("T0", "", "", symbols, [part], "")
    drawn = list(itertools.islice(_points(derivation, Chain(part), "test"), 20))
    assert len(drawn) == 20


def test_an_induction_needs_its_start_its_step_and_its_hypothesis() -> None:
    total = "sum(j for j in span(1, {}))"
    closed = "{0}*({0} + 1)/2"
    base = Part("Base", f"{total.format(1)} == {closed.format(1)}", [Step(closed.format(1), "")])
    step = Part(
        "Step",
        f"{total.format('n + 1')} == {closed.format('(n + 1)')}",
        [
            Step(f"{total.format('n')} + n + 1", algebra("last term")),
            Step(f"{closed.format('n')} + n + 1", using("hypothesis")),
            Step(closed.format("(n + 1)"), algebra("collect")),
        ],
        supposing=f"{total.format('n')} == {closed.format('n')}",
    )

    def claim(rule: object) -> Part:
        return Part("All", f"{total.format('n')} == {closed.format('n')}", [Step(closed.format("n"), rule)])  # type: ignore[arg-type]

    right = claim(induction("n", start="1", base="Base", step="Step"))
    assert checked([base, step, right], [K]).holds
    assert not checked([base, step, claim(induction("n", start="1", base="Step", step="Base"))], [K]).holds
    from_nowhere = checked([base, step, claim(using("Step"))], [K])
    assert not from_nowhere.holds
    other_start = [integer("n", "", least="0", high=4)]
    assert "needs integer('n', …, least='1')" in "\n".join(checked([base, step, right], other_start).failures)
    short = claim(induction("n", "Base", "Step"))  # from the least that n may be
    assert checked([base, step, short], [K]).holds
    assert not checked([base, step, short], other_start).holds
    assert "needs integer('n', …, least='…')" in "\n".join(checked([base, step, short], [integer("n", "", high=4)]).failures)


def test_an_induction_hypothesis_holds_for_no_other_number() -> None:
    with pytest.raises(DeclarationError, match="for the number it speaks of"):
        using("hypothesis", at={"n": "n + 1"})


H = define("h(i)", "L(delta)(i)", "impulse response", symbols=[PLACE])


@pytest.mark.parametrize(
    ("linear", "invariant", "rule", "before", "after", "holds"),
    [
        (True, False, linearity("L"), "L(lambda m: 2*f(m) + g(m))(i)", "2*L(f)(i) + L(g)(i)", True),
        (True, False, linearity("L"), "L(lambda m: 2*f(m) + g(m))(i)", "2*L(f)(i) - L(g)(i)", False),
        (False, True, linearity("L"), "L(lambda m: 2*f(m) + g(m))(i)", "2*L(f)(i) + L(g)(i)", False),
        (True, True, shift_invariance("L"), "L(lambda m: f(m - t) + g(m - t))(i)", "L(lambda m: f(m) + g(m))(i - t)", True),
        (True, True, shift_invariance("L"), "L(lambda m: f(m - t) + g(m - t))(i)", "L(lambda m: f(m) + g(m))(i + t)", False),
        (True, True, shift_invariance("L"), "L(lambda m: f(m - t) + g(m))(i)", "L(lambda m: f(m) + g(m))(i - t)", False),
    ],
)
def test_operators_obey_only_what_is_declared(
    linear: bool, invariant: bool, rule: object, before: str, after: str, holds: bool
) -> None:
    symbols = [F, G, PLACE, operator("L", "an operator", linear=linear, invariant=invariant)]
    symbols += [T] if "t" in before.replace("delta", "") else []
    part = one(f"{before} == {after}", Step(after, rule))  # type: ignore[arg-type]
    assert checked(part, symbols).holds is holds


# --- vectors and matrices ------------------------------------------------------------------------------------------

A, B = matrix("A", "n", "m", "a matrix"), matrix("B", "m", "n", "a matrix")
V, W = vector("v", "m", "a vector"), vector("w", "n", "a vector")
P = matrix("P", "m", "m", "a permutation", properties=["permutation"])
U = matrix("U", "n", "m", "orthonormal columns", properties=["orthonormal"])


@pytest.mark.parametrize(
    ("left", "right", "symbols", "holds"),
    [
        ("(A @ B).T", "B.T @ A.T", [K, M, A, B], True),
        ("(A @ B).T", "A.T @ B.T", [K, M, A, B], False),
        ("w.T @ A @ v", "v.T @ A.T @ w", [K, M, A, V, W], True),
        ("trace(A @ B)", "trace(B @ A)", [K, M, A, B], True),
        ("(A @ P.T) @ (P @ v)", "A @ v", [K, M, A, P, V], True),
        ("(A @ P) @ (P @ v)", "A @ v", [K, M, A, P, V], False),
        ("U.T @ U", "identity(m)", [K, M, U], True),
        ("U @ U.T", "identity(n)", [K, M, U], False),
        ("norm(P @ v)**2", "norm(v)**2", [M, P, V], True),
        ("grad(w.T @ A @ v, A)", "w @ v.T", [K, M, A, V, W], True),
        ("grad(w.T @ A @ v, A)", "v @ w.T", [K, M, A, V, W], False),
        ("grad(norm(v)**2, v)", "2*v", [M, V], True),
        ("A * A", "A @ A", [K, M, A], False),
        ("max(0, v) + min(0, v)", "v", [M, V], True),
    ],
)
def test_matrices_of_any_size(left: str, right: str, symbols: list[Symbol], holds: bool) -> None:
    assert checked(one(f"{left} == {right}", Step(right, "")), symbols).holds is holds


def test_gradients_through_abbreviations() -> None:
    """∂ℓ/∂z for softmax and cross-entropy, where z and p are names of their own."""
    symbols = [K, vector("z", "n", "logits"), integer("i", "", within=("1", "n")), integer("y", "", within=("1", "n"))]
    softmax = define("p[j]", "exp(z[j])/sum(exp(z[k]) for k in span(1, n))", "softmax", shape=["n"])
    good = one("diff(-log(p[y]), z[i]) == p[i] - kron(i, y)", Step("p[i] - kron(i, y)", ""))
    bad = one("diff(-log(p[y]), z[i]) == p[i] + kron(i, y)", Step("p[i] + kron(i, y)", ""))
    assert checked(good, symbols, [softmax]).holds
    assert refusals(checked(bad, symbols, [softmax])) == {"SymPy", "numeric"}


# --- witnesses, scope ----------------------------------------------------------------------------------------------


def test_a_live_witness_must_agree_with_every_expression_of_the_chain() -> None:
    steps = [Step("x + x", ""), Step("2*x", "")]
    honest, liar = Live("double", lambda x: 2 * x), Live("liar", lambda x: 3 * x)
    assert checked(one("4*x - 2*x == 2*x", *steps, live=[honest])).holds
    assert refusals(checked(one("4*x - 2*x == 2*x", *steps, live=[liar]))) == {"liar"}


def test_what_is_checked_or_cited_is_never_called_proved() -> None:
    for rule, word in ((finite("tried"), "checked"), (cited("a theorem"), "cited")):
        assert refusals(checked(one("x + x == 2*x", Step("2*x", rule)))) == {"scope"}
        proof = checked(one("x + x == 2*x", Step("2*x", rule), scope="Only for small numbers."))
        assert proof.holds
        assert [step.standing for step in proof.steps] == [word]
        assert proof.parts[0].standing == word
        assert f"1 {word}" in in_a_line(proof)
        assert not checked(one("x + x == 3*x", Step("3*x", rule), scope="Only for small numbers.")).holds


# --- files, keeping, showing ---------------------------------------------------------------------------------------


def test_a_proof_survives_being_kept() -> None:
    part = one("x + x == 2*x", Step("2*x", "twice"))
    proof = checked(part)
    assert codec.read(Proof, codec.written(proof)) == proof
    assert checked(part) == proof  # and is the same every time


def test_the_terminal_shows_every_step_with_its_reason() -> None:
    text = terminal(checked(one("(x + 1)**2 == x**2 + 2*x + 1", Step("x**2 + 2*x + 1", "expand the square"))))
    assert "      (x + 1)**2\n    == x**2 + 2*x + 1   ✓ expand the square" in text


def test_a_formula_that_cannot_be_read_is_named_by_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "t99_wrong.py"
    file.write_text('from report.proof import Step\nA = 1\nSTEP = Step("2*(x", "why")\n')
    with pytest.raises(DeclarationError) as refused:
        load(file)
    assert str(refused.value).startswith(f"{file}:3: cannot read this formula")
    assert "    2*(x\n" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [("def (", "this is not Python"), ("x = 1\ny = 1/0\n", ":2: ZeroDivisionError"), ("x = 1\n", "no DERIVATION in this file")],
)
def test_a_file_that_is_no_theorem_is_refused(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "t98_wrong.py"
    file.write_text(text)
    with pytest.raises(DeclarationError) as refused:
        load(file)
    assert says in str(refused.value)


@pytest.mark.parametrize("name", ["t02_sigmoid", "t11_shapes", "t12_two_layer_network"])
def test_declaring_a_theorem_loads_no_package_that_computes(name: str) -> None:
    script = (
        "import sys; from report.terminal import lazy; lazy.install('numpy')\n"
        "from pathlib import Path; from report.proof import load\n"
        f"load(Path('theory/{name}.py').resolve())\n"
        "print([m for m in ('sympy.core', 'torch.nn', 'mpmath.ctx_mp', 'numpy._core') if m in sys.modules])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=root, check=True)
    assert done.stdout.strip() == "[]"
