"""T7: the Jacobian of a convolution is Toeplitz, sits inside a circulant matrix, and is multiplied with in n log n."""

from __future__ import annotations

from report.proof import (
    Derivation, Live, Step, algebra, contraction, cyclic, define, definition, differentiation, even_and_odd, induction,
    integer, part, real, refuted, signal, slope_of_entry, using, vector,
)  # fmt: skip
from theory import live_convolution as live
from theory.vocabulary import CONV


# --- the derivation ------------------------------------------------------------------------------------------------

SLOPE = "The derivative by one tap"
PLACE, FREQUENCY = integer("j", "a place"), integer("q", "a frequency")
ROW = "sum(v[mod(x - l, L)]*exp(2*pi*imag*q*l/L) for l in span(0, L - 1))"
OUTPUTS = "sum(sum(v[mod(m - j, L)]*w[j] for j in span(0, L - 1))*exp(-2*pi*imag*q*m/L) for m in span(0, L - 1))"
WAVES = "sum(exp(2*pi*imag*q*m/L) for m in span(0, L - 1))"
LONG = "sum(z[m]*exp(-2*pi*imag*q*m/(2*L)) for m in span(0, 2*L - 1))"
EVEN = "sum(z[2*l]*exp(-2*pi*imag*q*l/L) for l in span(0, L - 1))"
ODD = "sum(z[2*l + 1]*exp(-2*pi*imag*q*l/L) for l in span(0, L - 1))"

DERIVATION = Derivation(
    id="T7",
    title="Back-propagation through a convolution",
    question="""What is the derivative of `conv(f, I)(x)` by a tap `f(i)` of the kernel? What kind of matrix do these
    derivatives make, and how fast can it be multiplied with?""",
    symbols=[
        signal("f", "the kernel"),
        signal("I", "the input, a signal with finite support"),
        signal("g", "the slope of a loss by each output"),
        integer("x", "a place, often of the output, the row of a matrix", low=-2, high=4),
        integer("i", "a tap, the column of a matrix", low=-2, high=4),
        integer("d", "a distance below the diagonal"),
        integer("n", "the number of samples of the input", least="1", high=4),
        integer("k", "the number of taps of the kernel", least="1", high=4),
        integer("L", "the order of a circulant matrix", least="1", high=6),
        vector("v", "L", "its first column, counted from zero", first=0),
        vector("w", "L", "a vector that it is multiplied with", first=0),
        vector("z", "2*L", "a vector of twice the length", first=0),
        integer("q", "a frequency"),
        integer("r", "how often a length can be halved", least="0", high=11),
        real("a", "the real part of a number"),
        real("b", "its imaginary part"),
        real("g_1", "the real part of another"),
        real("g_2", "its imaginary part"),
    ],
    definitions=[
        CONV,
        define("J[x, i]", "diff(conv(f, I)(x), f(i))", "the Jacobian of a convolution by its kernel"),
        define("E(j)", "delta(j) + 2*delta(j - 1) + 3*delta(j - 2)", "the signal one, two, three", symbols=[PLACE]),
        define(
            "T[x, i]",
            "diff(conv(f, E)(x), f(i))",
            "three rows and columns of its Jacobian, counted from zero",
            shape=("3", "3"),
            first=0,
        ),
        define(
            "X(j)",
            "I(j) if j in span(0, n - 1) else 0",
            "the input as `n` samples, with zeros around them",
            symbols=[PLACE],
            live=[Live("torch pad", live.padded, points=20)],
        ),
        define(
            "c(j)",
            "X(mod(j, L))",
            "the same, padded with zeros to length `L` and repeated with that period",
            symbols=[PLACE],
            live=[Live("torch repeat", live.repeated, points=20)],
        ),
        define(
            "vhat(q)",
            "sum(v[m]*exp(-2*pi*imag*q*m/L) for m in span(0, L - 1))",
            "the discrete Fourier transform of `v`",
            symbols=[FREQUENCY],
            live=[Live("NumPy fft", live.transform)],
        ),
        define(
            "what(q)",
            "sum(w[m]*exp(-2*pi*imag*q*m/L) for m in span(0, L - 1))",
            "that of `w`",
            symbols=[FREQUENCY],
            live=[Live("NumPy fft", lambda w, L, q: live.transform(w, L, q))],
        ),
        define(
            "M(r)",
            "0 if r == 0 else 2*M(r - 1) + 2**(r - 1)",
            "the multiplications of an FFT of length `2**r`: two of half the length, and one for every pair of outputs",
            symbols=[integer("r", "a number of halvings", least="0", high=6)],
            live=[Live("counted FFT", live.multiplications_of_fft)],
        ),
    ],
    parts=[
        part(
            SLOPE,
            "diff(conv(f, I)(x), f(i)) == I(x - i)",
            Step("diff(sum(f(j)*I(x - j) for j in Z), f(i))", definition("conv")),
            Step("sum(kron(i, j)*I(x - j) for j in Z)", slope_of_entry()),
            contraction(),
            live=[Live("torch autograd", live.slope_by_autograd)],
        ),
        part(
            "Back-propagation",
            "diff(sum(g(m)*conv(f, I)(m) for m in Z), f(i)) == sum(g(m)*I(m - i) for m in Z)",
            Step(
                "sum(g(m)*diff(conv(f, I)(m), f(i)) for m in Z)",
                differentiation("term by term; the weights do not depend on the kernel", unfold=["conv"]),
            ),
            using(SLOPE, at={"x": "m"}),
            intro="""By the chain rule a loss enters only through its slope by each output. So the gradient of the kernel is
            the slopes correlated with the input:""",
            live=[Live("torch autograd", live.loss_slope_by_autograd), Live("NumPy fft", live.correlated_by_fft)],
        ),
        part(
            "The Jacobian is Toeplitz",
            "J[x + 1, i + 1] == J[x, i]",
            Step("diff(conv(f, I)(x + 1), f(i + 1))", definition("J")),
            Step("I((x + 1) - (i + 1))", using(SLOPE, at={"x": "x + 1", "i": "i + 1"})),
            Step("I(x - i)", algebra("only the difference counts")),
            Step("diff(conv(f, I)(x), f(i))", using(SLOPE)),
            definition("J"),
            intro="One step down and one to the right changes nothing: the entries are the same along every diagonal.",
        ),
        part(
            "It is not circulant",
            "J[d, 0] - J[0, n - d] == I(d) - I(d - n)",
            Step("diff(conv(f, I)(d), f(0)) - diff(conv(f, I)(0), f(n - d))", definition("J")),
            Step("I(d) - diff(conv(f, I)(0), f(n - d))", using(SLOPE, "the slope below the diagonal", at={"x": "d", "i": "0"})),
            Step("I(d) - I(-(n - d))", using(SLOPE, "the slope above it", at={"x": "0", "i": "n - d"})),
            algebra("simplify the places"),
            intro="""In a circulant matrix of order `n` a diagonal that leaves at the right comes in again at the left: for
            `d` from one to `n - 1`, the entry in row `d` of the first column equals the one in column `n - d` of the first
            row. In the Jacobian the two differ by:""",
        ),
        part(
            "A counterexample",
            "T == [[1, 0, 0], [2, 1, 0], [3, 2, 1]]",
            "every entry by differentiation",
            intro="""So it is circulant only if none of these differences is other than zero. For an input with zeros around
            it that means that all its samples but the first are zero. For the signal one, two, three, with as many taps and
            outputs, a circulant matrix would need the two of the second row again at the end of the first:""",
            live=[Live("torch autograd", live.three_by_three)],
        ),
        part(
            "The entries that differ",
            "T[1, 0] != T[0, 2]",
            Step("diff(conv(f, E)(1), f(0))", definition("T")),
            Step("E(1)", using(SLOPE, at={"I": "E", "x": "1", "i": "0"})),
            Step("2", definition("E")),
            Step("!= 0", "compare"),
            Step("E(-2)", definition("E")),
            Step("diff(conv(f, E)(0), f(2))", using(SLOPE, at={"I": "E", "x": "0", "i": "2"})),
            definition("T"),
            intro=("Entry by entry:"),
        ),
        part(
            "The outputs inside the signal",
            "J[k - 1 + d, 0] - J[k - 1, k - d] == I(k - 1 + d) - I(d - 1)",
            Step("diff(conv(f, I)(k - 1 + d), f(0)) - diff(conv(f, I)(k - 1), f(k - d))", definition("J")),
            Step(
                "I(k - 1 + d) - diff(conv(f, I)(k - 1), f(k - d))",
                using(SLOPE, "the slope in the first column", at={"x": "k - 1 + d", "i": "0"}),
            ),
            Step("I(k - 1 + d) - I((k - 1) - (k - d))", using(SLOPE, "and in the first row", at={"x": "k - 1", "i": "k - d"})),
            algebra("simplify the places"),
            intro="""It is no better with the outputs alone for which the kernel lies inside the signal, from row `k - 1`
            on. These rows are as many as the `k` columns only if the signal is one sample shorter than twice the kernel; and
            then, for `d` from one to `k - 1`, it must end as it begins:""",
        ),
        part(
            "Inside a circulant matrix: on and below the diagonal",
            "c(x - i) == X(x - i)",
            Step("X(mod(x - i, L))", definition("c")),
            algebra("a place from zero to `L - 1` is its own remainder"),
            given=["i >= 0", "x >= i", "x <= L - 1"],
            intro="""The Jacobian does sit inside a circulant matrix. Let the input be the `n` samples of `X`, so that the
            entries of the Jacobian are `X(x - i)`, and let the kernel have `k` taps. The matrix of order `L` with entries
            `c(x - i)` is circulant, as `c` has the period `L`. Its first `k` columns are the Jacobian. This is plain where
            the row is not less than the column:""",
        ),
        part(
            "Inside a circulant matrix: above the diagonal",
            "c(x - i) == X(x - i)",
            Step("X(mod(x - i, L))", definition("c")),
            Step("X(x - i + L)", algebra("the remainder of a negative place is one period further")),
            Step("0", definition("X", words="that place lies beyond the last sample")),
            definition("X", words="and this one before the first"),
            given=["x >= 0", "x < i", "i <= k - 1", "L >= n + k - 1"],
            live=[Live("torch autograd", live.slope_of_samples, points=3)],
            points=4,
            intro=("Elsewhere it takes an `L` that is large enough. Then both entries are zero:"),
        ),
        part(
            "No smaller one will do",
            "c(0 - (L - n + 1)) - X(0 - (L - n + 1)) == X(n - 1)",
            Step("X(mod(-(L - n + 1), L)) - X(-(L - n + 1))", definition("c")),
            Step("X(n - 1) - X(-(L - n + 1))", algebra("the remainder of a negative place is one period further")),
            definition("X", words="the place subtracted lies before the first sample"),
            given=["L >= n", "L <= n + k - 2"],
            intro="""In a smaller one, of order `L` from `n` to `n + k - 2`, the last sample comes round: on the diagonal `L -
            n + 1` above the main one, which has entries in the first `k` columns, it stands where the Jacobian has a zero.
            (And with fewer than `n` rows there is no room for the first column.) So none will do, unless the last sample is
            zero. That is said of all outputs. Those for which the kernel lies inside the signal stand on or below the main
            diagonal, where `L >= n` is enough.""",
        ),
        part(
            "Its products are convolutions",
            "sum(J[x, j]*f(j) for j in Z) == conv(f, I)(x)",
            Step("sum(I(x - j)*f(j) for j in Z)", "every entry by “The derivative by one tap”"),
            Step("sum(f(j)*I(x - j) for j in Z)", algebra("swap the factors")),
            definition("conv"),
            intro="""Row by row, the product of the Jacobian with the kernel is the convolution itself. One of the witnesses
            computes it by Fourier transform.""",
            live=[Live("NumPy fft", live.by_fft)],
            points=2,
        ),
        part(
            "Circulant matrices turn waves into waves",
            f"{ROW} == exp(2*pi*imag*q*x/L)*vhat(q)",
            Step(
                "sum(v[mod(m, L)]*exp(2*pi*imag*q*(x - m)/L) for m in span(0, L - 1))",
                cyclic("m = x - l", "L", "count the columns from the diagonal; everything has period `L`"),
            ),
            Step(
                "exp(2*pi*imag*q*x/L)*sum(v[m]*exp(-2*pi*imag*q*m/L) for m in span(0, L - 1))",
                algebra("take out what does not depend on the index"),
            ),
            definition("vhat"),
            intro="""Why is that fast? Let `v` be the first column of a circulant matrix. Row `x` of the matrix, times the
            wave of frequency `q`, is that wave at `x`, times a number that is the same for all rows. The waves are
            eigenvectors, the same ones for all circulant matrices, and the eigenvalues are the discrete Fourier transform of
            the first column.""",
            live=[Live("NumPy roll", live.wave_answer)],
        ),
        part(
            "A wave, turned by one place",
            f"exp(2*pi*imag*q/L)*{WAVES} == sum(exp(2*pi*imag*q*j/L) for j in span(0, L - 1))",
            Step("sum(exp(2*pi*imag*q*(m + 1)/L) for m in span(0, L - 1))", algebra("take the factor in")),
            cyclic("j = m + 1", "L"),
            intro="""There are as many waves as columns, and they are orthogonal: the product of one with the conjugate of
            another is the wave whose frequency is their difference, and such waves sum to zero. For turning a wave by one
            place multiplies it by a number, and does not change its sum:""",
        ),
        part(
            "A wave sums to zero",
            f"{WAVES} == 0",
            using("A wave, turned by one place", "solved for the sum: less than a whole turn, the factor is not one"),
            given=["q > 0", "q < L"],
            intro="""So the sum is zero, the waves are an orthogonal basis, and in this basis every circulant matrix is
            diagonal.""",
        ),
        part(
            "Products of circulant matrices by Fourier transform",
            f"{OUTPUTS} == vhat(q)*what(q)",
            Step(
                "sum(w[j]*sum(v[mod(m - j, L)]*exp(-2*pi*imag*q*m/L) for m in span(0, L - 1)) for j in span(0, L - 1))",
                algebra("exchange the sums"),
            ),
            Step(
                "sum(w[j]*sum(v[mod(l, L)]*exp(-2*pi*imag*q*(l + j)/L) for l in span(0, L - 1)) for j in span(0, L - 1))",
                cyclic("l = m - j", "L"),
            ),
            Step(
                "sum(v[l]*exp(-2*pi*imag*q*l/L) for l in span(0, L - 1))*sum(w[j]*exp(-2*pi*imag*q*j/L) for j in span(0, "
                "L - 1))",
                algebra("split the exponential; each factor has one index"),
            ),
            definition("vhat", "what"),
            intro="""A product with a circulant matrix therefore takes three steps: transform its first column and the
            vector, multiply frequency by frequency, and transform back. Directly, for the transform of the product:""",
            live=[Live("NumPy fft", live.transform_of_product)],
        ),
        part(
            "Halving a transform",
            f"{LONG} == {EVEN} + exp(-pi*imag*q/L)*{ODD}",
            Step(
                "sum(z[2*l]*exp(-2*pi*imag*q*(2*l)/(2*L)) + z[2*l + 1]*exp(-2*pi*imag*q*(2*l + 1)/(2*L)) for l in span(0, "
                "L - 1))",
                even_and_odd("l"),
            ),
            algebra("split the sum, cancel the two, take out a factor"),
            intro="""What does a transform cost? One of length `2*L` falls into two of length `L`, over the even and over
            the odd places:""",
            live=[Live("NumPy fft", live.halved)],
        ),
        part(
            "The factor, half a period later",
            "exp(-pi*imag*(q + L)/L) == -exp(-pi*imag*q/L)",
            algebra("half a turn changes the sign"),
            intro=("The factor before the second one only changes its sign from `q` to `q + L`:"),
        ),
        part(
            "The halves have half the period",
            "exp(-2*pi*imag*q*x/L) == exp(-2*pi*imag*(q + L)*x/L)",
            algebra("whole turns change nothing"),
            intro="""The two halves do not change at all. One multiplication therefore serves two outputs, at `q` and at `q
            + L`.""",
        ),
        part(
            "No halving",
            "M(0) == 0",
            definition("M"),
            intro="""So count the multiplications of a transform of length `2**r`: those of its halves, and one for every
            pair of outputs.""",
        ),
        part(
            "One halving more",
            "M(r + 1) == (r + 1)*2**(r + 1)/2",
            Step("2*M(r) + 2**r", definition("M")),
            Step("2*(r*2**r/2) + 2**r", using("hypothesis")),
            algebra("add"),
            supposing="M(r) == r*2**r/2",
        ),
        part(
            "Multiplications of an FFT",
            "M(r) == r*2**r/2",
            induction("r", "No halving", "One halving more"),
            live=[Live("counted FFT", live.multiplications_of_fft, sweep={"r": range(7)})],
        ),
        part(
            "In terms of the length",
            "r*2**r/2 == 2**r/2*(log(2**r)/log(2))",
            algebra("the number of halvings is the logarithm of the length to base two"),
            intro="With the length `2**r` this is half the length times its logarithm:",
        ),
        part(
            "A complex multiplication",
            "(a + imag*b)*(g_1 + imag*g_2) == (a*g_1 - b*g_2) + imag*(a*g_2 + b*g_1)",
            algebra("multiply out, by four real products"),
            intro="These are complex multiplications, and each, as written here, takes four real ones:",
        ),
        part(
            "The whole product",
            "4*(3*M(r) + 2**r) == 2**r*(6*r + 4)",
            Step("4*(3*(r*2**r/2) + 2**r)", using("Multiplications of an FFT")),
            algebra("multiply out"),
            intro="""A product takes three transforms and a multiplication for every frequency. Their length `2**r` is the
            next power of two that is not less than `n + k - 1`, and so less than twice that. In real multiplications (a
            division by a power of two is none):""",
            live=[Live("counted product", live.multiplications_of_product, sweep={"r": range(7)})],
        ),
        part(
            "The direct product",
            "n*k <= 2**r*k",
            algebra("the samples fit into the length"),
            given=["n <= 2**r"],
            intro="The direct product multiplies every sample by every tap.",
        ),
        part(
            "When the direct product is cheaper",
            "2**r*k < 2**r*(6*r + 4)",
            algebra("the length is positive"),
            given=["k < 6*r + 4"],
            intro="So short kernels are better off with it:",
        ),
        part(
            "When the transform is cheaper",
            "iff(2**r*(6*r + 4) < (2**r/2)*(2**r/2), 24*r + 16 < 2**r)",
            "divide by a quarter of the length, which is positive",
            intro="""With a kernel as long as the signal, both half the length of the transforms, the transform wins as soon
            as that length has outgrown its logarithm:""",
        ),
        part(
            "From this length on",
            "24*r + 16 < 2**r",
            "a power of two outgrows a multiple of its exponent",
            given=["r >= 8"],
            intro="It has done so from eight halvings on, and not yet with seven:",
        ),
        part("Not before", "24*7 + 16 > 2**7", Step("184", "multiply and add"), Step("> 128", "compare"), "a power of two"),
    ],
    conclusion="""The derivative is the input itself, `diff(conv(f, I)(x), f(i)) == I(x - i)`. The derivatives make a Toeplitz
    matrix, not a circulant one (“The Jacobian is Toeplitz”, “It is not circulant”). With all outputs it is a part of a
    circulant matrix of order `L` for every `L >= n + k - 1`, and of none that is smaller unless the last sample is zero.
    Circulant matrices are diagonal in the Fourier basis (“Circulant matrices turn waves into waves”), so a product with the
    Jacobian takes three transforms, `2**r*(6*r + 4)` real multiplications at a length `2**r`, of the order of the length
    times its logarithm (“In terms of the length”), where without them it takes as many as there are pairs of a sample and a
    tap.""",
    comment="""The backward pass of a convolution layer is itself a convolution, of the input with the slopes that come from
    above: training costs a small multiple of the forward pass. For the kernels of a few taps that networks use the direct
    product is the cheaper one; the transform pays when kernels are long.""",
    claims={
        "jacobian_is_circulant": refuted("The Jacobian of a convolution by its filter is circulant.", by="It is not circulant")
    },
)
