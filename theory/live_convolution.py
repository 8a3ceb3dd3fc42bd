"""The convolution of T7, live: by torch, by NumPy's Fourier transforms, and by transforms whose multiplications are counted."""

# ruff: noqa: E741  (I is the input, as the question writes it)

from __future__ import annotations

import cmath

import numpy as np
import torch

from theory.arrays import Signal

Values = list[complex]

# --- torch ---------------------------------------------------------------------------------------------------------

REACH = 16
PLACES = range(-REACH, REACH + 1)


def _laid_out(x: Signal) -> torch.Tensor:
    return torch.tensor([x(m) for m in PLACES], dtype=torch.float64)


def _convolved(f: torch.Tensor, image: torch.Tensor) -> torch.Tensor:
    """f ∗ I at the places −REACH, …, REACH; the layer correlates, hence the flip."""
    return torch.nn.functional.conv1d(image[None, None], f.flip(-1)[None, None], padding=REACH)[0, 0]


def slope_by_autograd(f: Signal, I: Signal, x: int, i: int) -> float:
    """∂(f∗I)(x)/∂f(i), as back-propagation through a convolution layer computes it."""
    taps = _laid_out(f).requires_grad_()
    _convolved(taps, _laid_out(I))[x + REACH].backward()
    return float(taps.grad[i + REACH])  # type: ignore[index]


def loss_slope_by_autograd(f: Signal, I: Signal, g: Signal, i: int) -> float:
    """The slope by f(i) of a loss that weights the outputs with g."""
    taps = _laid_out(f).requires_grad_()
    (_laid_out(g) * _convolved(taps, _laid_out(I))).sum().backward()
    return float(taps.grad[i + REACH])  # type: ignore[index]


def three_by_three() -> list[list[float]]:
    """The Jacobian of conv1d by autograd for the signal 1, 2, 3 and a kernel of three taps: its first three outputs."""
    image = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
    outputs = lambda f: torch.nn.functional.conv1d(image[None, None], f.flip(-1)[None, None], padding=2)[0, 0, :3]  # noqa: E731
    return torch.autograd.functional.jacobian(outputs, torch.zeros(3, dtype=torch.float64)).tolist()


def slope_of_samples(f: Signal, I: Signal, n: int, x: int, i: int) -> float:
    """The same for the signal with n samples."""
    return slope_by_autograd(f, lambda d: I(d) if 0 <= d < n else 0, x, i)


def padded(I: Signal, n: int, j: int) -> float:
    """n samples of the signal, padded with zeros by torch."""
    samples = torch.tensor([I(m) for m in range(n)], dtype=torch.float64)
    return float(torch.nn.functional.pad(samples, (REACH, REACH))[j + REACH])


def repeated(I: Signal, n: int, L: int, j: int) -> float:
    """L of those, repeated by torch."""
    period = torch.tensor([padded(I, n, m) for m in range(L)], dtype=torch.float64)
    return float(period.repeat(2 * REACH)[j + REACH * L])


# --- NumPy ---------------------------------------------------------------------------------------------------------


def by_fft(f: Signal, I: Signal, x: int) -> float:
    """(f∗I)(x) by three transforms: the taps and samples −4, …, 4, padded with zeros to length 17."""
    f_hat, i_hat = (np.fft.fft([signal(m) for m in range(-4, 5)], 17) for signal in (f, I))
    return float(np.fft.ifft(f_hat * i_hat).real[x + 8]) if -8 <= x <= 8 else 0.0


def correlated_by_fft(g: Signal, I: Signal, i: int) -> float:
    """Σ g(m) I(m − i) by three transforms, the second one conjugated."""
    g_hat, i_hat = (np.fft.fft([signal(m) for m in range(-4, 5)], 17) for signal in (g, I))
    return float(np.fft.ifft(g_hat * i_hat.conj()).real[i % 17]) if -8 <= i <= 8 else 0.0


def wave_answer(v: list[float], L: int, x: int, q: int) -> complex:
    """Row x of the circulant matrix, times the wave of frequency q: the matrix is made by rolling its first column."""
    matrix = np.stack([np.roll(v, i) for i in range(L)], axis=1)
    return complex((matrix @ np.exp(2j * np.pi * q * np.arange(L) / L))[x % L])


def transform_of_product(v: list[float], w: list[float], L: int, q: int) -> complex:
    """Frequency q of the transform of the circulant matrix times w."""
    matrix = np.stack([np.roll(v, i) for i in range(L)], axis=1)
    return complex(np.fft.fft(matrix @ np.array(w))[q % L])


def halved(z: list[float], L: int, q: int) -> complex:
    """Frequency q of a transform of length 2L."""
    return complex(np.fft.fft(z)[q % (2 * L)])


def transform(v: list[float], L: int, q: int) -> complex:
    """Frequency q of the transform of a vector of length L."""
    return complex(np.fft.fft(v)[q % L])


# --- counting multiplications --------------------------------------------------------------------------------------


class Counted:
    """Arithmetic that counts its complex multiplications."""

    def __init__(self) -> None:
        self.multiplications = 0

    def times(self, a: complex, b: complex) -> complex:
        """The product, counted."""
        self.multiplications += 1
        return a * b

    def fft(self, values: Values, sign: int = -1) -> Values:
        """The transform of a sequence whose length is a power of two, by halving; ``sign=1``: the inverse, times the length."""
        if len(values) == 1:
            return values
        half = len(values) // 2
        even, odd = self.fft(values[::2], sign), self.fft(values[1::2], sign)
        turned = [self.times(cmath.exp(sign * 1j * cmath.pi * q / half), odd[q]) for q in range(half)]
        return [e + o for e, o in zip(even, turned)] + [e - o for e, o in zip(even, turned)]

    def product(self, f: Values, image: Values) -> Values:
        """The circular convolution of two sequences: three transforms, and a multiplication for every frequency."""
        transforms = zip(self.fft(f), self.fft(image))
        return [value / len(f) for value in self.fft([self.times(a, b) for a, b in transforms], 1)]


def multiplications_of_fft(r: int) -> int:
    """How many complex multiplications an FFT of length 2^r makes, on a run whose result NumPy confirms; −1 if it does not."""
    counted, values = Counted(), _samples(2**r, seed=r)
    return counted.multiplications if np.allclose(counted.fft(values), np.fft.fft(values)) else -1


def multiplications_of_product(r: int) -> int:
    """How many real ones a product by transforms of length 2^r makes: four for a complex one. Likewise confirmed."""
    counted, f, image = Counted(), _samples(2**r, seed=1), _samples(2**r, seed=2)
    right = np.fft.ifft(np.fft.fft(f) * np.fft.fft(image))
    return 4 * counted.multiplications if np.allclose(counted.product(f, image), right) else -1


def _samples(n: int, seed: int) -> Values:
    return [complex(value) for value in np.random.default_rng(seed).standard_normal(n)]
