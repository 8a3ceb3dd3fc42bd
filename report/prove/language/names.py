"""What a printer must know of a name, and how a name is spelled in LaTeX.

A name ends in its index: ``x1`` and ``C_in`` are x₁ and C with an upright *in*; ``mubar`` wears a bar, ``xprime`` a prime. An
index that is a letter of the name stands upright and one that varies slants, so ``k_b`` and ``k[b]`` are told apart.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from report.prove.language.glossary import Definition, Symbol

GREEK = frozenset(
    (
        *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi"),
        *("pi", "rho", "sigma", "tau", "phi", "chi", "psi", "omega"),
        *("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Phi", "Psi", "Omega"),
    )
)
ACCENTS = {"hat": r"\hat", "bar": r"\bar", "tilde": r"\tilde"}
DEFINED = "definition"
BUILT_IN = {f"\\{name}": name for name in ("diag", "sign", "exp", "log", "sin", "cos", "tanh", "max", "min")} | {
    r"\tr": "trace",
    r"\partial": "diff",
    r"\bmod": "mod",
}
"""The built-in functions by what they are printed as."""

_GROUPS = {"signal": 1, "function": 1, "operator": 2}


@dataclass(frozen=True)
class Name:
    """A name for the printer: its kind (of a symbol, or ``DEFINED``), the LaTeX that its author chose, if any, how many pairs
    of parentheses it takes (f(x) one, conv(f, g)(i) two), whether it is a vector or matrix, and whether it takes indices.
    """

    kind: str
    latex: str = ""
    groups: int = 0
    array: bool = False
    indexed: bool = False

    @property
    def varies(self) -> bool:
        """Whether a derivative by something else would have to hold it fixed."""
        return self.kind in ("real", "vector", "matrix", "signal") or self.quantity

    @property
    def quantity(self) -> bool:
        """Whether it is a definition that stands for numbers, one or one for each index, and not for a function."""
        return self.kind == DEFINED and (self.indexed or not self.groups)


Names = Mapping[str, Name]


def names_of(symbols: Iterable[Symbol], definitions: Iterable[Definition] = ()) -> dict[str, Name]:
    """What a printer must know of the names of a derivation."""
    return {s.name: of_symbol(s) for s in symbols} | {d.name: of_definition(d) for d in definitions}


def of_symbol(symbol: Symbol) -> Name:
    """A symbol as the printer sees it."""
    array = symbol.kind in ("vector", "matrix")
    return Name(symbol.kind, symbol.latex, _GROUPS.get(symbol.kind, 0), array, array)


def of_definition(definition: Definition) -> Name:
    """A definition as the printer sees it."""
    groups = len(definition.parameters) - definition.indexed
    return Name(DEFINED, definition.latex, groups, bool(definition.shape), definition.indexed)


# --- spelling ------------------------------------------------------------------------------------------------------


def spelled(name: str, names: Names) -> str:
    """A name in LaTeX: as its author chose, else by its letters."""
    return (names[name].latex if name in names else "") or _letters(name)


def _letters(name: str) -> str:
    stem, index = _parted(name)
    prime = stem.endswith("prime") and stem != "prime"
    stem = stem.removesuffix("prime") if prime else stem
    accented = next((a for a in ACCENTS if stem.endswith(a) and stem != a), None)
    if accented:
        base = f"{ACCENTS[accented]}{{{_letters(stem.removesuffix(accented))}}}"
    else:
        base = f"\\{stem}" if stem in GREEK else stem if len(stem) == 1 else rf"\mathrm{{{stem}}}"
    base += "'" if prime else ""
    return f"{base}_{{{_label(index)}}}" if index else base


def _parted(name: str) -> tuple[str, str]:
    """A name's stem and its index: ``x1`` and ``x_1`` alike."""
    stem, _, index = name.partition("_")
    match = re.fullmatch(r"([A-Za-z]+?)(\d+)", stem)
    return (match[1], match[2]) if match and not index else (stem, index)


def _label(word: str) -> str:
    return word if word.isdigit() else f"\\{word}" if word in GREEK else rf"\mathrm{{{word}}}"


# --- one print, one meaning ----------------------------------------------------------------------------------------


def confused(symbols: Sequence[Symbol], definitions: Sequence[Definition], used: Collection[str]) -> Iterator[tuple[str, str]]:
    """The names that a page would not tell apart from something else that is ``used``, each with what it would be taken for."""
    names = names_of(symbols, definitions)
    seen: dict[str, str] = {}
    for name in names:
        printed = _bare(spelled(name, names))
        if printed in seen:
            yield name, f"'{seen[printed]}'"
        elif BUILT_IN.get(printed) in used:
            yield name, f"the function {BUILT_IN[printed]}"
        seen[printed] = name
    for name, as_printed in names.items():
        yield from ((name, taken) for taken in _taken_for(name, names))
        if as_printed.latex and not _is_sign(as_printed):
            yield name, "the formula that its LaTeX spells"
        elif _bare(spelled(name, names)) in _TAKEN and as_printed.latex:
            yield name, _TAKEN[_bare(as_printed.latex)]


_TAKEN = {r"\pi": "the number pi", "e": "Euler's number", r"\mathrm{e}": "Euler's number", "I": "the unit matrix"}
_LETTER = r"(?:[A-Za-z]|\\(?:" + "|".join([*sorted(GREEK), "ell", "varepsilon", "varphi", "vartheta"]) + r"))"
_WORD = r"\\(?:operatorname|mathrm|mathit|mathbf|mathcal|text)\{\w+\}"
_STEM = rf"(?:{_LETTER}|{_WORD}|\\(?:hat|bar|tilde|dot|vec|mathbf|mathcal)\{{{_LETTER}\}})"
_INDEX = rf"(?:{_LETTER}|\d|\{{(?:{_LETTER}|{_WORD}|\d+|\w+)\}})"
_SIGN = re.compile(rf"{_STEM}'*(?:_{_INDEX})?(?:\^\{{?(?:\*|\\ast|\\star|'|\(\w\))\}}?)?'*")


def _is_sign(name: Name) -> bool:
    """Whether the LaTeX of a name is one sign: a letter or a word with accent and index; of two signals one between them."""
    operators = ("*", r"\ast", r"\star", r"\circledast", r"\otimes", r"\circ")
    return bool(_SIGN.fullmatch(name.latex.strip())) or (name.groups > 1 and name.latex in operators)


def _taken_for(name: str, names: Names) -> Iterator[str]:
    stem, index = _parted(name)
    for array in names if names[name].latex else ():
        if (names[array].array or names[array].indexed) and _bare(names[name].latex).startswith(
            _bare(spelled(array, names)) + "_"
        ):
            yield f"an entry of '{array}'"
    if not names[name].latex and index.isdigit() and stem in names and (names[stem].array or names[stem].indexed):
        yield f"the entry {stem}[{index}]"
    slope_of = name.removesuffix("prime")
    if not names[name].latex and slope_of != name and slope_of in names and names[slope_of].groups:
        yield f"the slope of '{slope_of}'"


def _bare(latex: str) -> str:
    r"""LaTeX without what does not change a letter's look: ``\mathrm{tr}`` and ``\operatorname{tr}`` are one print."""
    without = re.sub(r"\\(?:mathrm|operatorname|text|mathit)\{(\w{2,})\}", r"\\\1", latex)
    return re.sub(r"[\s{}]|\\[,;!]", "", without)
