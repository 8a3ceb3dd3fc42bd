"""How a number reads: digits, groups of three, minus and plus-minus signs, powers of ten."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


THIN = "\u202f"  # narrow no-break space
FIGURE_SPACE, POINT_SPACE, NO_BREAK = "\u2007", "\u2008", "\u00a0"
NOTHING = "—"
MINUS, PLUS_MINUS = "−", "±"


def number_text(number: float | int | None, digits: int | None = None) -> str:
    """``number`` as a reader expects it: thin spaces between thousands, a true minus, never ``-0.0``.

    Integers have no decimals; floats have ``digits`` of them, or as many as they need where ``digits`` is None. A number
    too small to show so is written as a power of ten; None and nan are an em dash.
    """
    if number is None or math.isnan(number):
        return NOTHING
    if math.isinf(number):
        return "∞" if number > 0 else f"{MINUS}∞"
    if isinstance(number, int):
        return _grouped(str(number))
    lost = abs(number) < 1e-4 and (digits is None or abs(number) < 0.5 * 10**-digits)
    if number != 0 and (lost or abs(number) >= 1e15):
        return _power_of_ten(number)
    text = f"{number:.{digits}f}" if digits is not None else _shortest(number)
    return _grouped(text if float(text) != 0 else text.lstrip("-"))


def _shortest(number: float) -> str:
    text = f"{number:.6g}"
    return f"{number:.0f}" if "e" in text else text


def _power_of_ten(number: float) -> str:
    mantissa, exponent = f"{number:.1e}".split("e")
    raised = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    mantissa = mantissa.removesuffix(".0").replace("-", MINUS)
    return f"10{raised}" if mantissa == "1" else f"{mantissa}{THIN}×{THIN}10{raised}"


def _grouped(text: str) -> str:
    """``text`` with thousands apart, from five digits on, and a true minus."""
    sign = MINUS if text.startswith("-") else ""
    whole, point, decimals = text.lstrip("-").partition(".")
    apart = re.sub(r"(?<=\d)(?=(\d{3})+$)", THIN, whole) if len(whole) > 4 else whole
    return sign + apart + point + decimals
