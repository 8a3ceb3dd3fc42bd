"""A formula as a reader sees it: LaTeX, printed from the author's own tree (``unicode`` prints it for a terminal).

The author's order and grouping are kept; parentheses appear where precedence needs them, products are set side by side,
quotients as fractions, exp as a power of e while it stays small. Nothing is simplified: what is printed is what was checked.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from report.prove.language.formula import LOGICAL, Formula, names, targets
from report.prove.language.glossary import Definition, Symbol

LOGIC, RELATION, SUM, PRODUCT, SIGN, POWER, ATOM = range(7)
"""How tightly a printed formula holds together."""

GREEK = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "pi",
    "rho",
    "sigma",
    "tau",
    "phi",
    "chi",
    "psi",
    "omega",
    "Gamma",
    "Delta",
    "Theta",
    "Lambda",
    "Xi",
    "Pi",
    "Sigma",
    "Phi",
    "Psi",
    "Omega",
]
GREEK_LETTERS = dict(zip(GREEK, "αβγδεζηθικλμνξπρστφχψωΓΔΘΛΞΠΣΦΨΩ"))
_RELATIONS = {ast.Eq: "=", ast.NotEq: "≠", ast.LtE: "≤", ast.GtE: "≥", ast.Lt: "<", ast.Gt: ">", ast.In: "∈"}
_TEX = {
    "=": "=",
    "≠": r"\ne",
    "≤": r"\le",
    "≥": r"\ge",
    "<": "<",
    ">": ">",
    "∈": r"\in",
    "⇒": r"\implies",
    "⇔": r"\iff",
}
_SIGN = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥", "<": "<", ">": ">", "implies": "⇒", "iff": "⇔"}


@dataclass(frozen=True)
class Printed:
    """A printed piece: its text, how tightly it holds together, and whether it is taller than a line."""

    text: str
    level: int = ATOM
    tall: bool = False
    open: bool = False  # ends in a sum or the like, which would swallow what follows
    number: bool = False


@dataclass(frozen=True)
class Glossary:
    """What the printer knows about names."""

    symbols: Mapping[str, Symbol]
    definitions: Mapping[str, Definition]

    def latex(self, name: str) -> str | None:
        entry = self.symbols.get(name) or self.definitions.get(name)
        return entry.latex or None if entry else None

    def varies(self, name: str) -> bool:
        """Whether a derivative with respect to something else would have to hold this name fixed."""
        return name in self.symbols and self.symbols[name].kind in ("real", "vector", "matrix", "signal")


def glossary(symbols: Sequence[Symbol], definitions: Sequence[Definition]) -> Glossary:
    """The glossary of a derivation."""
    return Glossary({s.name: s for s in symbols}, {d.name: d for d in definitions})


def latex(formula: Formula, known: Glossary) -> str:
    """The formula as LaTeX."""
    return Latex(known).show(formula.tree).text


def relation_latex(relation: str) -> str:
    """``<=`` as ``\\le``."""
    return _TEX[_SIGN[relation]]


def relation_sign(relation: str) -> str:
    """``<=`` as ``≤``."""
    return _SIGN[relation]


class Latex:
    """Prints a tree; the Unicode printer overrides the few places where a line of text differs from LaTeX."""

    small = 0  # inside an exponent or a subscript

    def __init__(self, known: Glossary):
        self.known = known
        self.dots: set[str] = set()

    def show(self, node: ast.expr) -> Printed:
        method: Callable[..., Printed] = getattr(self, f"show_{type(node).__name__}")
        return method(node)

    def text(self, node: ast.expr, level: int = LOGIC) -> str:
        """The node, in parentheses if it holds together less tightly than ``level``."""
        return self.at_least(self.show(node), level)

    def at_least(self, piece: Printed, level: int) -> str:
        return self.parens(piece) if piece.level < level else piece.text

    # --- delimiters: the two media differ ---

    def parens(self, piece: Printed) -> str:
        return rf"\left({piece.text}\right)" if piece.tall else f"({piece.text})"

    def around(self, left: str, piece: Printed, right: str) -> str:
        return rf"\left{left} {piece.text} \right{right}" if piece.tall else f"{left} {piece.text} {right}"

    # --- atoms ---

    def show_Constant(self, node: ast.Constant) -> Printed:
        assert isinstance(node.value, int)
        digits = str(node.value)
        if len(digits) > 4:
            digits = f"{node.value:,}".replace(",", self.thousands)
        return Printed(digits, number=True)

    thousands = r"\,"

    def show_Name(self, node: ast.Name) -> Printed:
        if node.id in self.dots:
            return Printed(self.dot)
        return Printed(self.name(node.id))

    dot = r"{\cdot}"

    def name(self, name: str) -> str:
        special = {"Z": r"\mathbb{Z}", "N": r"\mathbb{N}_0", "imag": r"\mathrm{i}"}
        if name in special and name not in self.known.symbols and name not in self.known.definitions:
            return special[name]
        chosen = self.known.latex(name)
        return chosen if chosen else self.spell(name)

    def spell(self, name: str) -> str:
        stem, _, index = name.partition("_")
        match = re.fullmatch(r"([A-Za-z]+?)(\d+)", stem)
        if match and not index:
            stem, index = match.groups()
        prime = stem.endswith("prime") and stem != "prime"
        stem = stem.removesuffix("prime") if prime else stem
        hats = {"hat": r"\hat", "bar": r"\bar", "tilde": r"\tilde"}
        for suffix, accent in hats.items():
            if stem.endswith(suffix) and stem != suffix:
                base = f"{accent}{{{self.spell(stem.removesuffix(suffix))}}}"
                break
        else:
            base = f"\\{stem}" if stem in GREEK else stem if len(stem) == 1 else rf"\mathrm{{{stem}}}"
        base += "'" if prime else ""
        return base if not index else f"{base}_{{{self.subscript_word(index)}}}"

    def subscript_word(self, word: str) -> str:
        return word if len(word) == 1 or word.isdigit() else self.spell(word) if word in GREEK else rf"\mathrm{{{word}}}"

    def show_Attribute(self, node: ast.Attribute) -> Printed:
        return Printed(self.raised(self.text(node.value, ATOM), r"\top"), POWER)

    def show_Subscript(self, node: ast.Subscript) -> Printed:
        elements = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return Printed(self.lowered(self.text(node.value, POWER), self.indices(elements)), ATOM)

    def indices(self, elements: Sequence[ast.expr]) -> str:
        self.small += 1
        shown = [self.text(e) for e in elements]
        self.small -= 1
        plain = all(isinstance(e, ast.Name) and len(e.id) == 1 and e.id not in self.dots for e in elements)
        return ("" if plain else ",").join(shown)

    def raised(self, base: str, exponent: str) -> str:
        return f"{base}^{{{exponent}}}"

    def lowered(self, base: str, index: str) -> str:
        match = re.fullmatch(r"(.*)_\{([^{}]*)\}", base)
        if match:  # a name that carries an index of its own: one subscript, not two
            return f"{match[1]}_{{{match[2]},{index}}}"
        return f"{base}_{{{index}}}"

    def show_Tuple(self, node: ast.Tuple) -> Printed:
        return Printed(f"({', '.join(self.text(e) for e in node.elts)})")

    def show_List(self, node: ast.List) -> Printed:
        rows = [[self.text(e) for e in (row.elts if isinstance(row, ast.List) else [row])] for row in node.elts]
        return Printed(self.table(rows), ATOM, tall=True)

    def table(self, rows: list[list[str]]) -> str:
        return r"\begin{pmatrix}" + r" \\ ".join(" & ".join(row) for row in rows) + r"\end{pmatrix}"

    def show_Lambda(self, node: ast.Lambda) -> Printed:
        own = {a.arg for a in node.args.args}
        before, self.dots = self.dots, self.dots | own
        shown = self.show(node.body)
        self.dots = before
        return shown

    # --- arithmetic ---

    def show_UnaryOp(self, node: ast.UnaryOp) -> Printed:
        inner = self.show(node.operand)
        if isinstance(node.op, ast.Not):
            return Printed(rf"\lnot {self.at_least(inner, ATOM)}", RELATION)
        return Printed(f"-{self.at_least(inner, PRODUCT)}", SUM, inner.tall, inner.open)

    def show_BinOp(self, node: ast.BinOp) -> Printed:
        if isinstance(node.op, ast.Add | ast.Sub):
            return self.addition(node)
        if isinstance(node.op, ast.Pow):
            return self.power(node)
        sign, bare = _without_sign(node)
        if sign:
            piece = self.show(bare)
            return Printed(f"-{self.at_least(piece, PRODUCT)}", SUM, piece.tall, piece.open)
        if isinstance(node.op, ast.Div):
            return self.quotient(node)
        return self.multiplication(node)

    def addition(self, node: ast.BinOp) -> Printed:
        left, right = self.show(node.left), self.show(node.right)
        plus = isinstance(node.op, ast.Add)
        first = self.parens(left) if left.open or _grouped_by_author(node) else self.at_least(left, SUM)
        grouped = right.text.startswith(("-", "−")) or (
            isinstance(node.right, ast.BinOp) and isinstance(node.right.op, ast.Add | ast.Sub)
        )
        second = self.parens(right) if grouped or right.level < SUM else right.text
        return Printed(f"{first} {'+' if plus else self.minus} {second}", SUM, left.tall or right.tall, right.open)

    minus = "-"

    def multiplication(self, node: ast.BinOp) -> Printed:
        left, right = self.show(node.left), self.show(node.right)
        entrywise = self.is_entrywise(node)
        regrouped = isinstance(node.op, ast.MatMult) and _grouped_by_author(node)
        chained = entrywise and not left.open and self.is_entrywise(node.left)  # which is associative
        loose = left.open or left.level < PRODUCT or regrouped
        first = self.parens(left) if loose and not chained else left.text
        second = (
            self.parens(right)
            if right.level < PRODUCT or (right.level == PRODUCT and _is_product(node.right) and not entrywise)
            else right.text
        )
        joint = self.odot if entrywise else self.between(node.left, left, first, node.right, right, second)
        level = SUM if entrywise else PRODUCT  # a matrix product binds more tightly than one entry by entry
        return Printed(f"{first}{joint}{second}", level, left.tall or right.tall, right.open, left.number and right.number)

    odot = r" \odot "

    def is_entrywise(self, node: ast.expr) -> bool:
        return (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Mult)
            and self.is_array(node.left)
            and self.is_array(node.right)
        )

    def is_array(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            symbol = self.known.symbols.get(node.id)
            definition = self.known.definitions.get(node.id)
            return bool((symbol and symbol.kind in ("vector", "matrix")) or (definition and definition.shape))
        if isinstance(node, ast.Attribute):
            return self.is_array(node.value)
        if isinstance(node, ast.BinOp) and not isinstance(node.op, ast.Pow):
            if isinstance(node.op, ast.MatMult):
                return not (_is_row(node.left) and not _is_row(node.right))
            return self.is_array(node.left) or self.is_array(node.right)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id == "grad":
                return True
            scalars = ("sum", "prod", "norm", "trace", "count", "diff", "max", "min", "delta", "kron", "one")
            return node.func.id not in scalars and any(self.is_array(a) for a in node.args)
        return False

    def between(self, a: ast.expr, left: Printed, first: str, b: ast.expr, right: Printed, second: str) -> str:
        """What stands between two factors: nothing, a thin space, or a dot where side by side would mislead."""
        starts_with_digit = second[:1].isdigit() or (second.startswith((r"\frac", r"\tfrac")) and left.number)
        called = _last_factor(a)
        looks_applied = second.startswith(("(", r"\left(")) and isinstance(called, ast.Name) and (self.is_function(called.id))
        if starts_with_digit or looks_applied:
            return self.times
        if _is_word(first) or _is_word(second):
            return self.thin
        if re.search(r"\\[A-Za-z]+$", first) and second[:1].isalpha():
            return " "
        return self.thin if left.tall and right.tall else self.glue(first, second)

    def glue(self, first: str, second: str) -> str:
        return r"\," if second.startswith((r"\sum", r"\prod", r"\max", r"\min", r"\frac{d}", r"\frac{\partial}")) else ""

    times = r" \cdot "
    thin = r"\,"

    def is_function(self, name: str) -> bool:
        symbol, definition = self.known.symbols.get(name), self.known.definitions.get(name)
        return bool((symbol and symbol.kind in ("signal", "function", "operator")) or (definition and definition.parameters))

    def quotient(self, node: ast.BinOp) -> Printed:
        if self.small:
            left, right = self.text(node.left, PRODUCT), self.text(node.right, POWER)
            return Printed(f"{left}/{right}", PRODUCT)
        return Printed(rf"\frac{{{self.text(node.left)}}}{{{self.text(node.right)}}}", PRODUCT, tall=True)

    def power(self, node: ast.BinOp) -> Printed:
        if ast.unparse(node.right) == "1 / 2":
            return self.root(node.left)
        base = self.show(node.left)
        below = self.at_least(base, ATOM)
        if _is_exponential(node.left) and base.level == POWER:
            below = self.parens(base)
        self.small += 1
        exponent = self.text(node.right)
        self.small -= 1
        if (
            isinstance(node.left, ast.Call)
            and isinstance(node.left.func, ast.Name)
            and node.left.func.id == "diff"
            and base.level < ATOM
        ):
            below = self.parens(base)
        return Printed(self.raised(below, exponent), POWER, base.tall)

    def root(self, node: ast.expr) -> Printed:
        inner = self.show(node)
        return Printed(rf"\sqrt{{{inner.text}}}", ATOM, inner.tall)

    # --- relations and logic ---

    def show_Compare(self, node: ast.Compare) -> Printed:
        pieces = [self.show(node.left)]
        out = self.at_least(pieces[0], SUM)
        for op, comparator in zip(node.ops, node.comparators):
            piece = self.show_range(comparator) if isinstance(op, ast.In) else self.show(comparator)
            pieces.append(piece)
            out += f" {self.sign(_RELATIONS[type(op)])} {self.at_least(piece, SUM)}"
        return Printed(out, RELATION, any(p.tall for p in pieces))

    def sign(self, sign: str) -> str:
        return _TEX[sign]

    def show_range(self, node: ast.expr) -> Printed:
        if isinstance(node, ast.Name):
            return Printed(self.name(node.id))
        assert isinstance(node, ast.Call)
        low, high = (self.show(end) for end in node.args)
        tall = low.tall or high.tall
        left, right = self.tall_braces if tall else self.braces
        return Printed(f"{left}{low.text}, {self.ellipsis}, {high.text}{right}", tall=tall)

    ellipsis = r"\dots"

    def show_BoolOp(self, node: ast.BoolOp) -> Printed:
        word = "and" if isinstance(node.op, ast.And) else "or"
        pieces = [self.show(v) for v in node.values]
        return Printed(self.word(word).join(self.at_least(p, RELATION) for p in pieces), LOGIC, any(p.tall for p in pieces))

    def word(self, word: str) -> str:
        return rf"\;\text{{ {word} }}\;"

    def show_IfExp(self, node: ast.IfExp) -> Printed:
        rows, rest = [], node
        while isinstance(rest, ast.IfExp):
            rows.append((self.text(rest.body), self.text(rest.test)))
            rest = rest.orelse  # type: ignore[assignment]
        rows.append((self.text(rest), ""))
        return Printed(self.case_table(rows), ATOM, tall=True)

    def case_table(self, rows: Sequence[tuple[str, str]]) -> str:
        lines = [rf"{value} & \text{{if }} {test}" if test else rf"{value} & \text{{otherwise}}" for value, test in rows]
        return r"\begin{cases}" + r" \\ ".join(lines) + r"\end{cases}"

    # --- calls ---

    def show_Call(self, node: ast.Call) -> Printed:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if len(node.args) == 1 and isinstance(node.args[0], ast.GeneratorExp):
            return self.gathered(name, node.args[0])
        own = name in self.known.symbols or name in self.known.definitions
        method = getattr(self, f"call_{name}", None)
        if (method and not own) or (name in ("conv", "shift") and method):
            return method(*node.args)
        return self.applied(node.func, node.args)

    def applied(self, function: ast.expr, arguments: Sequence[ast.expr]) -> Printed:
        head = self.show(function)
        inner = [self.show(a) for a in arguments]
        joined = Printed(", ".join(p.text for p in inner), tall=any(p.tall for p in inner))
        is_operator = isinstance(function, ast.Name) and getattr(self.known.symbols.get(function.id), "kind", "") == "operator"
        if is_operator:
            brackets = rf"\left[{joined.text}\right]" if joined.tall else f"[{joined.text}]"
            return Printed(
                f"{head.text}{brackets if len(joined.text) != 1 else self.thin + joined.text}",
                ATOM if len(joined.text) != 1 else PRODUCT,
                joined.tall,
            )
        return Printed(f"{self.at_least(head, ATOM)}{self.parens(joined)}", ATOM, joined.tall)

    def gathered(self, name: str, node: ast.GeneratorExp) -> Printed:
        body = self.show(node.elt)
        if name == "count":
            return Printed(self.number_of(node, body), tall=any(self.is_tall(g) for g in node.generators))
        if name in ("all", "any"):
            word = "for all" if name == "all" else "for some"
            return Printed(f"{body.text}{self.quad}{self.text_word(word)} {self.domain(node.generators)}", LOGIC, body.tall)
        head = "".join(self.big(name, g) for g in node.generators)
        shown = self.parens(body) if body.level < PRODUCT or body.text.startswith("-") else body.text
        return Printed(f"{head} {shown}", PRODUCT, True, True)

    def number_of(self, node: ast.GeneratorExp, body: Printed) -> str:
        """#{m ∈ ℕ₀ : m ≤ 3}; #{0, …, 3} for a plain range."""
        first = node.generators[0]
        tall = any(self.is_tall(g) for g in node.generators)
        left, right = (self.tall_braces if tall else self.braces) if node.generators else self.braces
        if len(node.generators) == 1 and isinstance(node.elt, ast.Name) and node.elt.id == targets(first)[0]:
            if not first.ifs:
                inside = self.show_range(first.iter).text
                return f"{self.hash}{inside}" if isinstance(first.iter, ast.Call) else f"{self.hash}{left}{inside}{right}"
            member = f"{self.name(targets(first)[0])} {self.sign('∈')} {self.show_range(first.iter).text}"
            return f"{self.hash}{left}{member}{self.such_that}{', '.join(self.text(c) for c in first.ifs)}{right}"
        return f"{self.hash}{left}{body.text}{self.such_that}{self.domain(node.generators)}{right}"

    def is_tall(self, generator: ast.comprehension) -> bool:
        return self.show_range(generator.iter).tall or any(self.show(c).tall for c in generator.ifs)

    hash = r"\#"
    braces = (r"\{", r"\}")
    tall_braces = (r"\left\{", r"\right\}")
    such_that = r" \mid "
    quad = r"\quad "

    def text_word(self, word: str) -> str:
        return rf"\text{{{word} }}"

    def domain(self, generators: Sequence[ast.comprehension]) -> str:
        parts = []
        for g in generators:
            parts.append(f"{self.name(targets(g)[0])} {self.sign('∈')} {self.show_range(g.iter).text}")
            parts += [self.text(c) for c in g.ifs]
        return r", ".join(parts)

    def big(self, name: str, generator: ast.comprehension) -> str:
        symbol = {"sum": r"\sum", "prod": r"\prod", "max": r"\max", "min": r"\min"}[name]
        index = self.name(targets(generator)[0])
        conditions = [self.text(c) for c in generator.ifs]
        if isinstance(generator.iter, ast.Name) or name in ("max", "min") or conditions:
            place = f"{index} {self.sign('∈')} {self.show_range(generator.iter).text}"
            if isinstance(generator.iter, ast.Name) and generator.iter.id == "Z" and not conditions:
                return rf"{symbol}_{{{index}=-\infty}}^{{\infty}}"
            return rf"{symbol}_{{{', '.join([place, *conditions])}}}"
        assert isinstance(generator.iter, ast.Call)
        low, high = generator.iter.args
        self.small += 1
        bounds = rf"{symbol}_{{{index}={self.text(low)}}}^{{{self.text(high)}}}"
        self.small -= 1
        return bounds

    def call_exp(self, x: ast.expr) -> Printed:
        self.small += 1
        exponent = self.show(x)
        self.small -= 1
        if exponent.tall or len(exponent.text) > 40:
            return self.operator_name(r"\exp", self.show(x), always=True)
        return Printed(self.raised("e", exponent.text), POWER)

    def operator_name(self, name: str, argument: Printed, always: bool = False) -> Printed:
        bare = argument.level >= POWER and not argument.tall and not always
        return Printed(
            f"{name} {argument.text}" if bare else f"{name}{self.parens(argument)}", PRODUCT if bare else ATOM, argument.tall
        )

    def call_log(self, x: ast.expr) -> Printed:
        return self.operator_name(r"\log", self.show(x))

    def call_sin(self, x: ast.expr) -> Printed:
        return self.operator_name(r"\sin", self.show(x))

    def call_cos(self, x: ast.expr) -> Printed:
        return self.operator_name(r"\cos", self.show(x))

    def call_tanh(self, x: ast.expr) -> Printed:
        return self.operator_name(r"\tanh", self.show(x))

    def call_sqrt(self, x: ast.expr) -> Printed:
        return self.root(x)

    def call_abs(self, x: ast.expr) -> Printed:
        return Printed(self.around(r"\lvert", self.show(x), r"\rvert"))

    def call_norm(self, x: ast.expr) -> Printed:
        return Printed(self.around(r"\lVert", self.show(x), r"\rVert"))

    def call_floor(self, x: ast.expr) -> Printed:
        return Printed(self.around(r"\lfloor", self.show(x), r"\rfloor"))

    def call_ceil(self, x: ast.expr) -> Printed:
        return Printed(self.around(r"\lceil", self.show(x), r"\rceil"))

    def call_max(self, *values: ast.expr) -> Printed:
        return self.listed(r"\max", values)

    def call_min(self, *values: ast.expr) -> Printed:
        return self.listed(r"\min", values)

    def call_sign(self, x: ast.expr) -> Printed:
        return self.listed(self.roman("sign"), [x])

    def call_trace(self, x: ast.expr) -> Printed:
        return self.operator_name(self.roman("tr"), self.show(x), always=True)

    def call_diag(self, x: ast.expr) -> Printed:
        return self.listed(self.roman("diag"), [x])

    def call_mod(self, a: ast.expr, n: ast.expr) -> Printed:
        return Printed(rf"{self.text(a, PRODUCT)} \bmod {self.text(n, PRODUCT)}", SUM)

    def call_conj(self, x: ast.expr) -> Printed:
        return Printed(rf"\overline{{{self.text(x)}}}")

    def call_identity(self, n: ast.expr) -> Printed:
        return Printed(self.lowered("I", self.indices([n])))

    def call_zeros(self, *sizes: ast.expr) -> Printed:
        return Printed("0")

    def call_ones(self, *sizes: ast.expr) -> Printed:
        return Printed(r"\mathbf{1}" if self.dot == r"{\cdot}" else "1")

    def call_delta(self, i: ast.expr) -> Printed:
        inner = self.show(i)
        return Printed(f"{self.greek('delta')}{self.parens(inner)}", ATOM, inner.tall)

    def call_kron(self, i: ast.expr, j: ast.expr) -> Printed:
        return Printed(self.lowered(self.greek("delta"), self.indices([i, j])))

    def greek(self, name: str) -> str:
        return f"\\{name}"

    def call_one(self, condition: ast.expr) -> Printed:
        return Printed(rf"\mathbf{{1}}[{self.text(condition)}]")

    def call_implies(self, p: ast.expr, q: ast.expr) -> Printed:
        return self.logical(p, "⇒", q)

    def call_iff(self, p: ast.expr, q: ast.expr) -> Printed:
        return self.logical(p, "⇔", q)

    def logical(self, p: ast.expr, sign: str, q: ast.expr) -> Printed:
        left, right = self.show(p), self.show(q)
        return Printed(
            f"{self.at_least(left, RELATION)} {self.sign(sign)} {self.at_least(right, RELATION)}",
            LOGIC,
            left.tall or right.tall,
        )

    def call_conv(self, f: ast.expr, g: ast.expr) -> Printed:
        return Printed(f"{self.text(f, POWER)} {self.star} {self.text(g, POWER)}", PRODUCT)

    star = "*"

    def call_shift(self, f: ast.expr, t: ast.expr) -> Printed:
        return Printed(f"{self.lowered('S', self.indices([t]))}{self.thin}{self.text(f, ATOM)}", POWER)

    def listed(self, name: str, values: Sequence[ast.expr]) -> Printed:
        pieces = [self.show(v) for v in values]
        return Printed(f"{name}{self.parens(Printed(', '.join(p.text for p in pieces), tall=any(p.tall for p in pieces)))}")

    def roman(self, name: str) -> str:
        return rf"\operatorname{{{name}}}"

    # --- derivatives ---

    def call_diff(self, body: ast.expr, variable: ast.expr) -> Printed:
        if self.is_prime(body, variable):
            assert isinstance(body, ast.Call)
            return Printed(f"{self.text(body.func)}{self.prime}{self.parens(self.show(body.args[0]))}", ATOM)
        d = self.partial if self.has_other_variables(body, variable) else "d"
        shown = self.show(body)
        below = f"{d} {self.text(variable)}" if d != "d" else f"d{self.text(variable)}"
        if isinstance(body, ast.Name | ast.Subscript) or (
            isinstance(body, ast.Call) and shown.level == ATOM and len(shown.text) < 28 and not shown.tall
        ):
            top = f"{d} {shown.text}" if d != "d" else f"d{shown.text}"
            return Printed(self.fraction(top, below), PRODUCT, True)
        body_text = (
            shown.text
            if (shown.level >= PRODUCT and not shown.open and shown.level != PRODUCT) or _is_quotient(body)
            else self.parens(shown)
        )
        return Printed(f"{self.fraction(d, below)}{self.thin}{body_text}", PRODUCT, True, True)

    prime = "'"
    partial = r"\partial"

    def call_grad(self, body: ast.expr, variable: ast.expr) -> Printed:
        shown = self.show(body)
        below = f"{self.partial} {self.text(variable)}"
        if isinstance(body, ast.Name | ast.Subscript):
            return Printed(self.fraction(f"{self.partial} {shown.text}", below), PRODUCT, True)
        return Printed(f"{self.fraction(self.partial, below)}{self.thin}{self.parens(shown)}", PRODUCT, True, True)

    def fraction(self, top: str, below: str) -> str:
        return rf"\frac{{{top}}}{{{below}}}"

    def is_prime(self, body: ast.expr, variable: ast.expr) -> bool:
        """σ′(x): a function of one variable at that variable."""
        if not (isinstance(body, ast.Call) and isinstance(body.func, ast.Name) and isinstance(variable, ast.Name)):
            return False
        if len(body.args) != 1 or ast.dump(body.args[0]) != ast.dump(variable):
            return False
        symbol, definition = self.known.symbols.get(body.func.id), self.known.definitions.get(body.func.id)
        return bool((symbol and symbol.kind == "function") or (definition and not definition.indexed))

    def has_other_variables(self, body: ast.expr, variable: ast.expr) -> bool:
        if not isinstance(variable, ast.Name):
            return True
        return any(n != variable.id and (self.known.varies(n) or self.is_quantity(n)) for n in names(body))

    def is_quantity(self, name: str) -> bool:
        """Whether a definition stands for numbers, one or one for each index, and not for a function."""
        definition = self.known.definitions.get(name)
        return bool(definition and (definition.indexed or not definition.parameters))


def _without_sign(node: ast.BinOp) -> tuple[bool, ast.expr]:
    """A product or quotient whose first factor carries a minus, as (True, the rest): −a/b is −(a/b)."""
    if isinstance(node.op, ast.Mult | ast.Div | ast.MatMult):
        if isinstance(node.left, ast.UnaryOp) and isinstance(node.left.op, ast.USub):
            return True, ast.BinOp(node.left.operand, node.op, node.right)
        if isinstance(node.left, ast.BinOp):
            sign, bare = _without_sign(node.left)
            if sign:
                return True, ast.BinOp(bare, node.op, node.right)
    return False, node


def _grouped_by_author(node: ast.BinOp) -> bool:
    """Whether the author put the left operand, of the same rank, in parentheses that the tree does not need: (a + b) − c."""
    same = isinstance(node.left, ast.BinOp) and isinstance(node.left.op, _RANKS[type(node.op)])
    starts = getattr(node, "col_offset", -1), getattr(node.left, "col_offset", -1)
    return same and 0 <= starts[0] < starts[1]


_RANKS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Add, ast.Sub),
    ast.Sub: (ast.Add, ast.Sub),
    ast.Mult: (ast.Mult,),
    ast.MatMult: (ast.MatMult,),
}


def _is_product(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.MatMult)


def _is_quotient(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)


def _is_exponential(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "exp"


def _is_row(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute)


def _last_factor(node: ast.expr) -> ast.expr:
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.MatMult):
        node = node.right
    return node


def _is_word(text: str) -> bool:
    """Whether a printed factor is a name of several letters, which needs room around it."""
    return bool(re.fullmatch(r"\\mathrm\{\w{2,}\}(_\{.*\})?|[A-Za-z]{2,}", text)) or text.startswith(
        (r"\log", r"\sin", r"\cos", r"\tanh")
    )


assert set(LOGICAL) <= set(_SIGN)
