"""A formula ends a line at a relation or between terms, and never inside brackets."""

from __future__ import annotations

import re

import pytest

from report.typeset.breaking import in_terms, unbroken


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


def link(latex: str, content: str) -> str:
    return f'<span class="link"><math display="block" alttext="{latex}">{content}</math></span>'


@pytest.mark.parametrize(
    ("latex", "content", "terms"),
    [
        ("= a - b", "<mo>=</mo><mi>a</mi><mo>−</mo><mi>b</mi>", ["= a", "- b"]),
        ("-a + (b - c)", '<mo>−</mo><mi>a</mi><mo>+</mo><mo stretchy="false">(</mo><mi>b</mi><mo>−</mo><mi>c</mi>'
         '<mo stretchy="false">)</mo>', ["-a", "+ (b - c)"]),
        (r"\{a + b\} + \left(c + d\right)", "<mo>{</mo><mi>a</mi><mo>+</mo><mi>b</mi><mo>}</mo><mo>+</mo><mrow><mo>(</mo>"
         "<mi>c</mi><mo>+</mo><mi>d</mi><mo>)</mo></mrow>", [r"\{a + b\}", r"+ \left(c + d\right)"]),
        ("(a - b)^{2} + c", "<mo>(</mo><mi>a</mi><mo>−</mo><mi>b</mi><msup><mo>)</mo><mn>2</mn></msup><mo>+</mo><mi>c</mi>",
         ["(a - b)^{2}", "+ c"]),
        (r"e^{a + b}", "<msup><mi>e</mi><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow></msup>", [r"e^{a + b}"]),
        ("a + b", "<mi>a</mi>", ["a + b"]),  # what is told otherwise than it is set stays whole
    ],
)  # fmt: skip
def test_on_the_web_page_each_term_of_a_link_is_a_formula(latex, content, terms):
    page = in_terms(link(latex, content))
    assert re.findall('alttext="([^"]*)"', page) == terms
    assert page.count("<wbr>") == len(terms) - 1 == page.count('form="infix"')
    assert re.sub(' form="infix"|</?math[^>]*>|</?span[^>]*>|<wbr>', "", page) == content


def test_a_formula_that_stands_alone_is_not_broken():
    alone = '<p><math display="block" alttext="a + b"><mi>a</mi><mo>+</mo><mi>b</mi></math></p>'
    assert in_terms(alone) == alone
