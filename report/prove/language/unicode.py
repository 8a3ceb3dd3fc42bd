"""A formula on one line of Unicode: for the terminal, for messages, and as alternative text."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from report.prove.language.formula import Formula, targets
from report.prove.language.latex import ATOM, GREEK_LETTERS, LOGIC, POWER, PRODUCT, RELATION, SUM, Glossary, Latex, Printed


def readable(formula: Formula, known: Glossary) -> str:
    """The formula as one line of Unicode."""
    return Unicode(known).show(formula.tree).text


class Unicode(Latex):
    """The same formula on one line of text."""

    thousands = "\u202f"
    dot, minus, times, thin, odot, star = "·", "−", "·", " ", " ⊙ ", "∗"
    ellipsis, such_that, quad, prime, partial = "…", " : ", ", ", "′", "∂"
    hash, braces, tall_braces = "#", ("{", "}"), ("{", "}")

    def parens(self, piece: Printed) -> str:
        return f"({piece.text})"

    def around(self, left: str, piece: Printed, right: str) -> str:
        marks = {
            "lvert": "|",
            "rvert": "|",
            "lVert": "‖",
            "rVert": "‖",
            "lfloor": "⌊",
            "rfloor": "⌋",
            "lceil": "⌈",
            "rceil": "⌉",
        }
        return f"{marks[left[1:]]}{piece.text}{marks[right[1:]]}"

    def name(self, name: str) -> str:
        if name in ("Z", "N", "imag") and name not in self.known.symbols and name not in self.known.definitions:
            return {"Z": "ℤ", "N": "ℕ₀", "imag": "i"}[name]
        return self.spell(name)

    def spell(self, name: str) -> str:
        stem, _, index = name.partition("_")
        match = re.fullmatch(r"([A-Za-z]+?)(\d+)", stem)
        if match and not index:
            stem, index = match.groups()
        for suffix, accent in {"hat": "\u0302", "bar": "\u0304", "tilde": "\u0303", "prime": "′"}.items():
            if stem.endswith(suffix) and stem != suffix:
                stem = self.spell(stem.removesuffix(suffix)) + accent
        stem = GREEK_LETTERS.get(stem, stem)
        return self.lowered(stem, GREEK_LETTERS.get(index, index)) if index else stem

    def raised(self, base: str, exponent: str) -> str:
        exponent = "ᵀ" if exponent == r"\top" else exponent
        if exponent == "ᵀ":
            return base + exponent
        small = exponent.translate(_SUPERSCRIPTS)
        return base + small if all(c in _RAISED for c in small) else f"{base}^{_grouped(exponent)}"

    def lowered(self, base: str, index: str) -> str:
        small = index.translate(_SUBSCRIPTS)
        return base + small if all(c in _LOWERED for c in small) else f"{base}[{index}]"

    def table(self, rows: list[list[str]]) -> str:
        return "[" + "; ".join(", ".join(row) for row in rows) + "]"

    def quotient(self, node: ast.BinOp) -> Printed:
        return Printed(f"{self.text(node.left, PRODUCT)}/{self.text(node.right, POWER)}", PRODUCT)

    def fraction(self, top: str, below: str) -> str:
        return f"{top}/{below}".replace("∂ ", "∂")

    def root(self, node: ast.expr) -> Printed:
        return Printed(f"√{self.text(node, ATOM)}" if isinstance(node, ast.Name | ast.Constant) else f"√({self.text(node)})")

    def sign(self, sign: str) -> str:
        return sign

    def word(self, word: str) -> str:
        return f" {word} "

    def text_word(self, word: str) -> str:
        return word

    def case_table(self, rows: Sequence[tuple[str, str]]) -> str:
        return "{" + "; ".join(f"{value} if {test}" if test else f"{value} otherwise" for value, test in rows) + "}"

    def logical(self, p: ast.expr, sign: str, q: ast.expr) -> Printed:
        return Printed(f"{self.text(p, RELATION)} {sign} {self.text(q, RELATION)}", LOGIC)

    def show_UnaryOp(self, node: ast.UnaryOp) -> Printed:
        shown = super().show_UnaryOp(node)
        return Printed(shown.text.replace(r"\lnot ", "¬").replace("-", "−", 1), shown.level, shown.tall, shown.open)

    def show_BinOp(self, node: ast.BinOp) -> Printed:
        shown = super().show_BinOp(node)
        text = "−" + shown.text[1:] if shown.text.startswith("-") else shown.text
        return Printed(text, shown.level, shown.tall, shown.open, shown.number)

    def big(self, name: str, generator: ast.comprehension) -> str:
        symbol = {"sum": "Σ", "prod": "Π", "max": "max", "min": "min"}[name]
        if not generator.ifs and isinstance(generator.iter, ast.Call):
            low, high = generator.iter.args
            return f"{symbol}_({self.name(targets(generator)[0])}={self.text(low)}…{self.text(high)})"
        return (
            f"{symbol}_({self.domain([generator])})"
            if generator.ifs or name != "sum"
            else f"{symbol}_{self.name(targets(generator)[0])}"
        )

    def operator_name(self, name: str, argument: Printed, always: bool = False) -> Printed:
        return super().operator_name(name.lstrip("\\"), argument, always)

    def listed(self, name: str, values: Sequence[ast.expr]) -> Printed:
        return super().listed(name.lstrip("\\"), values)

    def roman(self, name: str) -> str:
        return name

    def greek(self, name: str) -> str:
        return GREEK_LETTERS[name]

    def glue(self, first: str, second: str) -> str:
        return " " if first[-1:].isalnum() and second[:1] in "ΣΠm√" else ""

    def call_mod(self, a: ast.expr, n: ast.expr) -> Printed:
        return Printed(f"{self.text(a, PRODUCT)} mod {self.text(n, PRODUCT)}", SUM)

    def call_conj(self, x: ast.expr) -> Printed:
        return Printed(f"conj({self.text(x)})")

    def call_one(self, condition: ast.expr) -> Printed:
        return Printed(f"1[{self.text(condition)}]")

    def applied(self, function: ast.expr, arguments: Sequence[ast.expr]) -> Printed:
        shown = super().applied(function, arguments)
        return Printed(shown.text.replace(r"\left[", "[").replace(r"\right]", "]"), shown.level, shown.tall)


_SUPERSCRIPTS = str.maketrans("0123456789-−+()nijkmtTx", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻⁺⁽⁾ⁿⁱʲᵏᵐᵗᵀˣ")
_SUBSCRIPTS = str.maketrans("0123456789-−+()nijkmtaeoxlprsuv,", "₀₁₂₃₄₅₆₇₈₉₋₋₊₍₎ₙᵢⱼₖₘₜₐₑₒₓₗₚᵣₛᵤᵥ,")
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺⁽⁾ⁿⁱʲᵏᵐᵗᵀˣ"
_LOWERED = "₀₁₂₃₄₅₆₇₈₉₋₊₍₎ₙᵢⱼₖₘₜₐₑₒₓₗₚᵣₛᵤᵥ,"


def _grouped(text: str) -> str:
    return text if re.fullmatch(r"\w", text) else f"({text})"
