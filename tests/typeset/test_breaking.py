"""A formula ends a line at a relation or between terms, and never inside brackets."""

from __future__ import annotations

import pytest

from report.typeset.breaking import unbroken


@pytest.mark.parametrize(
    ("formula", "display", "text"),
    [
        ("$x = a + b - c$", "$x nextrelation(=) a nextterm(+) b nextterm(-) c$", "$x = a + b - c$"),
        ("$= a dot.op b$", "$firstrelation(=) a heldsign(dot.op) b$", "$firstrelation(=) a heldsign(dot.op) b$"),
        ("$\\( a - b \\) + (c + d)^2$", "$\\( a heldsign(-) b \\) nextterm(+) (c heldsign(+) d)^2$",
         "$\\( a heldsign(-) b \\) + (c heldsign(+) d)^2$"),
        ("$- a = - 1 / 2 \\( - b \\)$", "$- a nextrelation(=) - 1 / 2 \\( - b \\)$", "$- a = - 1 / 2 \\( - b \\)$"),
        ("$sum_(i = 1)^(n - 1) frac(a + b, c)$",) + ("$sum_(i = 1)^(n - 1) frac(a + b, c)$",) * 2,
        ("$\\# { m in bb(N)_0 divides m lt.eq n }$",)
        + ("$\\# { m heldrelation(in) bb(N)_0 heldrelation(divides) m heldrelation(lt.eq) n }$",) * 2,
        ("$delta \\( dot.op - k \\) + k_in$", "$delta \\( dot.op heldsign(-) k \\) nextterm(+) k_in$",
         "$delta \\( dot.op heldsign(-) k \\) + k_in$"),
        ('$x upright("if a = b") - ⌊a - b⌋$', '$x upright("if a = b") nextterm(-) ⌊a heldsign(-) b⌋$',
         '$x upright("if a = b") - ⌊a heldsign(-) b⌋$'),
    ],
)  # fmt: skip
def test_a_line_ends_between_terms_alone(formula, display, text):
    assert unbroken(formula, display=True) == display
    assert unbroken(formula, display=False) == text
