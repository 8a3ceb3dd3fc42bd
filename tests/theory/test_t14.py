"""T14 on a live autoencoder: it arrives at PCA, and its error never goes below."""

from __future__ import annotations

from theory.t14_linear_autoencoder import history


def test_training_arrives_at_the_subspace_of_pca_from_above() -> None:
    _, errors, angles = zip(*history())
    assert min(errors) >= 1 - 1e-9
    assert errors[0] > 1.5
    assert angles[0] > 10
    assert errors[-1] < 1 + 1e-6
    assert angles[-1] < 1e-2
