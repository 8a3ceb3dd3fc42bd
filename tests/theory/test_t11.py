"""T11: the shapes on the page are those of live arrays, a wrong shape is noticed, and any loss gives the same gradients."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from experiments import layers_by_hand as by_hand
from report.prove.check import SYMBOLIC
from report.prove.language.formula import parse
from report.prove.language.latex import latex
from report.prove.language.names import names_of
from report.prove.witness import NUMERIC
from tests.planting import refused_by
from theory import live_layers
from theory import t11_shapes as t11


def test_the_shapes_by_formula_are_those_of_live_arrays() -> None:
    found = (t11.shape_of(formula, t11.SYMBOLS, t11.DEFINITIONS) for *_, formula in t11.ROWS)
    shapes = [tuple(t11.UNEQUAL[size] for size in sizes) for sizes in found]
    assert shapes == live_layers.shapes_by_torch(t11.UNEQUAL) == live_layers.shapes_by_hand(t11.UNEQUAL)
    assert len(set(t11.UNEQUAL.values())) == 3  # or the table could not tell d × k from k × n


@pytest.mark.parametrize(
    ("label", "wrong"),
    [
        ("The gradient by the weights", "G@A.T"),
        ("The gradient by the input", "G.T@W.T"),
        ("The gradient by the biases", "G"),
        ("The gradient by the input of the sigmoid", "(G*S*(1 - S)).T"),
        ("The gradient by the input of the sigmoid", "(G*S*(1 - S))@ones(n)"),
        ("The gradient by the probabilities", "-(Y/(n*P)).T"),
        ("The gradient by the probabilities", "-(Y/(n*P))@ones(n)"),
        ("The gradient by the probabilities", "-ones(k).T@(Y/(n*P))"),
    ],
)
def test_a_gradient_in_another_shape_is_refused(label: str, wrong: str) -> None:
    part = next(p for p in t11.DERIVATION.parts if p.label == label)
    left = part.statement.split(" == ")[0]
    changed = replace(part, statement=f"{left} == {wrong}", steps=[replace(part.steps[-1], text=wrong)])
    assert {SYMBOLIC, NUMERIC} <= refused_by(t11.DERIVATION, changed)


def test_only_one_product_fits_unless_sizes_are_equal() -> None:
    assert live_layers.fitting(t11.UNEQUAL, "A", "G", "W") < live_layers.fitting(t11.EQUAL, "A", "G", "W")
    for names in (("A", "G", "W"), ("W", "G", "A"), ("W", "A", "G")):
        assert live_layers.fitting(t11.UNEQUAL, *names) == 1


def test_the_gradients_hold_for_a_loss_of_any_kind() -> None:
    """Only the slopes by the outputs matter: a loss that mixes all outputs, against the formulas with its slopes for G."""
    generator = torch.Generator().manual_seed(0)
    A, W, b = (torch.randn(*s, generator=generator, dtype=torch.float64).requires_grad_() for s in ((4, 5), (4, 3), (3,)))
    Z = W.T @ A + b[:, None]
    Z.retain_grad()
    (torch.logsumexp(Z, dim=(0, 1)) * Z.prod() + (Z @ Z.T).sin().sum()).backward()
    assert Z.grad is not None
    values, weights, slopes = A.detach().numpy(), W.detach().numpy(), Z.grad.numpy()
    by_W, by_b = by_hand.linear_backward_parameters(values, slopes)
    for found, leaf in ((by_W, W), (by_b, b), (by_hand.linear_backward_values(weights, slopes), A)):
        assert leaf.grad is not None
        assert found.shape == tuple(leaf.shape)
        np.testing.assert_allclose(found, leaf.grad.numpy())


def test_a_chain_of_products_entry_by_entry_needs_no_parentheses() -> None:
    known = names_of(t11.SYMBOLS, t11.DEFINITIONS)
    assert latex(parse("G*S*(1 - S)"), known) == r"G \odot S \odot (1 - S)"
    assert latex(parse("(G*S)@u"), known).startswith("(G")
