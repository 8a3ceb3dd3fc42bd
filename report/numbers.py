"""How a number reads: digits, groups of three, minus and plus-minus signs, powers of ten."""

from __future__ import annotations

import math
import re

THIN = "\u202f"  # narrow no-break space
FIGURE_SPACE, POINT_SPACE, NO_BREAK = "\u2007", "\u2008", "\u00a0"
NOTHING = "—"
MINUS, PLUS_MINUS = "−", "±"


def number_text(number: float | int | None, digits: int | None = None, *, fixed: bool = False) -> str:
    """``number`` as a reader expects it: thin spaces between thousands, a true minus, never ``-0.0``.

    Integers have no decimals; floats have ``digits`` of them, or as many as they need where ``digits`` is None. A number
    that would show as nought so is written as a power of ten, unless it is ``fixed`` to its digits; None and nan are an em
    dash.
    """
    if isinstance(number, int):
        return _grouped(str(number))
    if number is None or math.isnan(number):
        return NOTHING
    if math.isinf(number):
        return "∞" if number > 0 else f"{MINUS}∞"
    if not fixed and not shown_fixed(number, digits):
        if digits != 0 or not 0.05 <= abs(number) <= 0.5:
            return _power_of_ten(number)
        digits = 1  # 0.3, not 3 × 10⁻¹
    text = f"{number:.{digits}f}" if digits is not None else _shortest(number)
    return _grouped(text if float(text) != 0 else text.lstrip("-"))


def shown_fixed(number: float, digits: int | None) -> bool:
    """Whether ``digits`` decimals (or six significant figures) show that ``number`` is not nought, and are not too many."""
    told = abs(number) >= 1e-4 if digits is None else float(f"{number:.{digits}f}") != 0
    return number == 0 or (told and abs(number) < 1e15)


def _shortest(number: float) -> str:
    text = f"{number:.6g}"
    return f"{number:.0f}" if "e" in text else text


def power_and_spread(number: float, spread: float) -> str:
    """``(8.1 ± 1.4) × 10⁻⁶``: of one power of ten, so that they can be read against each other."""
    exponent = math.floor(math.log10(abs(number)))
    mantissa, its = (f"{each / 10**exponent:.1f}".replace("-", MINUS) for each in (number, spread))
    return f"({mantissa}{NO_BREAK}{PLUS_MINUS}{NO_BREAK}{its}){THIN}×{THIN}10{_raised(exponent)}"


def _power_of_ten(number: float) -> str:
    """10⁻⁴ of just that, 1.0 × 10⁻⁴ of what comes near it."""
    mantissa, exponent = (text := f"{number:.1e}").split("e")
    mantissa = mantissa.removesuffix(".0") if math.isclose(float(text), number) else mantissa
    mantissa, raised = mantissa.replace("-", MINUS), _raised(int(exponent))
    return f"{mantissa[:-1]}10{raised}" if mantissa in ("1", f"{MINUS}1") else f"{mantissa}{THIN}×{THIN}10{raised}"


def _raised(exponent: int) -> str:
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _grouped(text: str) -> str:
    """``text`` with thousands apart, from five digits on, and a true minus."""
    sign = MINUS if text.startswith("-") else ""
    whole, point, decimals = text.lstrip("-").partition(".")
    apart = re.sub(r"(?<=\d)(?=(\d{3})+$)", THIN, whole) if len(whole) > 4 else whole
    return sign + apart + point + decimals
