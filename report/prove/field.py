"""The field's own words: a definition that has one for its name, or is called by one, is what the field means by it."""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from report.errors import DeclarationError
from report.prove.decide.conditions import NO_FACTS
from report.prove.derivation import Derivation
from report.prove.language.formula import Formula, formula, names, parse, substitute, targets
from report.prove.language.glossary import Definition, Symbol, define
from report.prove.language.vocabulary import FIELD, WRITTEN, FieldName
from report.prove.meaning.grid import Unreadable
from report.prove.meaning.symbolic import EVERYTHING
from report.prove.reasons.rule import Setting, differentiates

_LEADING = re.compile(r"^(?:(?:the|a|an|our|its|standard(?! deviation)|usual|ordinary|so-called|batch|sample)\s+)*")
_HEAD = re.compile(r" of\b| an?\b| the\b| function\b| at\b| with\b| over\b| for\b| between\b|[:;(`]")
"""Where the words for what a definition is end."""
_SLOPE = re.compile(r"^(?:partial )?(?:derivative|gradient|slope|rate of change)s?(?= of\b| by\b| at\b| with respect\b|\W|$)")
_SLOPES = re.compile(r"(?<!-)\b(?:derivative|gradient|slope|rate of change)s?\b", re.IGNORECASE)
_OF = re.compile(r"\bof (?:`([^`]+)`|(?:(?:the|a|an|its) )?([\w -]+?)(?= (?:by|at|with|in)\b|[,;:.]|$))")
_BY = re.compile(r"\b(?:by|in|with respect to) `([^`]+)`")
_DELAYED = re.compile(r"^(?:signal )?(?:`\w+` )?delay(?:ed)?\b")


def failures(derivation: Derivation) -> Iterator[str]:
    """A name of the field means what the field means by it."""
    for symbol in derivation.symbols:
        if symbol.name in FIELD and symbol.kind in ("function", "signal", "operator"):
            yield f"{symbol.where}: '{symbol.name}' is the field's name of a function\n  Call this one by another."
    called = {word: meant for name, meant in FIELD.items() for word in (name, *meant.words)}
    for defined in derivation.definitions:
        words = _LEADING.sub("", defined.meaning.lower())
        word, told = next(_misused(defined, words, called, derivation.setting), ("", ""))
        if told:
            what = f"'{defined.name}' is not what the field calls so, {told}: it is called “{word}”"
            yield f"{defined.where}: {what}\n  Give it another name and meaning."
        elif _SLOPE.match(words) and not _is_slope(defined, derivation):
            what = f"'{defined.name}' is called the derivative of something, and is not known to be that"
            remedy = "Write diff(…), or say “the derivative of `…`”; or call it otherwise, and show it in a part."
            yield f"{defined.where}: {what}\n  {remedy}"
    meanings = [*(s.meaning for s in derivation.symbols), *(d.meaning for d in derivation.definitions)]
    places = [
        (derivation.title, derivation.where, derivation.parts),
        *((part.label, part.where, [part]) for part in derivation.parts),
    ]
    for name, where, parts in () if any(map(_SLOPES.search, meanings)) else places:
        if _SLOPES.search(name) and not differentiates(*(each for part in parts for each in part.formulas)):
            yield f"{where}: '{name}' speaks of a derivative, and there is none in it\n  State it: diff(…, x) == …"


def _misused(defined: Definition, words: str, called: Mapping[str, FieldName], setting: Setting) -> Iterator[tuple[str, str]]:
    """The field's words by which a definition is called and which it is not, with what each means."""
    head = _HEAD.split(words)[0].strip()
    named = dict.fromkeys((defined.name.lower(), words, head))
    for word in (name for name in named if name in called):
        if not _means(defined, called[word]):
            yield word, f"{called[word].head} = {called[word].body}"
    for word in dict.fromkeys(re.sub("[-–]", " ", name) for name in (*named, head.removesuffix(" loss"))):
        if word in WRITTEN and not _is_written_so(word, defined, setting):
            yield word, WRITTEN[word][0]
    if _DELAYED.match(words) and not _is_delayed(defined):
        yield "delayed", "f(i - t)"


def _is_slope(defined: Definition, derivation: Derivation) -> bool:
    """Whether it is the derivative of what its words say, by what they say; one that is written out needs no words."""
    told = _SLOPE.sub("", _LEADING.sub("", defined.meaning))
    spoken, by = _OF.search(told), _BY.search(told)
    if not spoken:
        return isinstance(defined.body.tree, ast.Call) and bool({"diff", "grad"} & names(defined.body.tree.func).keys())
    heads = {d.name: d.head for d in derivation.definitions}
    called = {_HEAD.split(_LEADING.sub("", d.meaning.lower()))[0].strip(): d.head for d in derivation.definitions}
    of = parse(spoken[1]) if spoken[1] else {**heads, **called}.get(spoken[2])
    if of is None:
        return False
    place = f"[{', '.join(defined.arguments)}]" if defined.indexed else ""
    names_by = [by[1]] if by else [s.name for s in derivation.symbols] + [*defined.arguments]
    whole = [f"diff({heads.get(of.text, of)}, {name}{place})" for name in names_by]
    whole += [f"grad({heads.get(of.text, of)}, {name})" for name in names_by if not place]
    ends = [(parse(f"{defined.first}"), parse(f"{defined.first} - 1 + ({size})")) for size in defined.shape]
    placed = [Symbol(name, "", "integer", within=within) for name, within in zip(defined.arguments, ends)]
    setting = replace(derivation, symbols=[*derivation.symbols, *placed]).setting if placed else derivation.setting
    return any(_holds(setting, parse(slope).tree, defined.body.tree, defined) for slope in whole)


def _is_delayed(defined: Definition) -> bool:
    """Whether it is a signal asked at its place less something."""
    match defined.body.tree:
        case ast.Call(_, [place]) | ast.Subscript(_, place) if defined.arguments:
            match place:
                case ast.BinOp(ast.Name(at), ast.Sub(), delay):
                    return at == defined.arguments[-1] and not isinstance(delay, ast.UnaryOp)
    return False


# --- written as the field writes it ----------------------------------------------------------------------------------


def _is_written_so(word: str, defined: Definition, setting: Setting) -> bool:
    """Whether a definition is written in one of the forms that the word has; a mean without a sum is that of a distribution."""
    tree = _in_order(defined.body.tree)
    if word in ("mean", "average", "variance", "standard deviation") and not {"sum", "max", "min", "norm"} & names(tree).keys():
        return True
    return any(_fits(_in_order(ast.parse(form, mode="eval").body), tree, defined, setting) for form in WRITTEN[word])


def _fits(form: ast.expr, tree: ast.expr, defined: Definition, setting: Setting) -> bool:
    """Whether the tree has the form, with different things at its holes, none of them less something, and as many places as
    it says.
    """
    found: dict[str, ast.AST] = {}
    if not _matches(form, tree, found, {"i": [*defined.arguments[-1:]]}):
        return False
    holes = [ast.dump(value) for name, value in found.items() if len(name) == 1]
    if len({*holes}) < len(holes) or any(isinstance(value, ast.UnaryOp) for value in found.values()):
        return False
    told = {name: value for name, value in found.items() if isinstance(value, ast.expr)}
    if "SIZE" in told and not _holds(setting, told["COUNT"], told["SIZE"], defined):
        return False
    if "EVERY" in names(form):  # over all that the definition has an entry for
        if not (defined.shape and "FIRST" in told):
            return False
        first, last = (parse(text).tree for text in (f"{defined.first}", f"{defined.first} - 1 + ({defined.shape[-1]})"))
        return all(_holds(setting, told[end], whole, defined) for end, whole in (("FIRST", first), ("LAST", last)))
    return True


def _matches(form: ast.AST, tree: ast.AST, found: dict[str, ast.AST], places: Mapping[str, Sequence[str]]) -> bool:
    """Whether the tree has the form; ``found`` is what stands at its holes, ``places`` how the author calls its indices."""
    match form, tree:
        case ((ast.Name(hole) | ast.Call(ast.Name(hole))), ast.expr()) if hole.isupper():
            indices = [name for place in names(form).keys() - {hole} for name in places.get(place, ())]
            same = substitute(tree, {name: ast.Name(f"k{n}_", ast.Load()) for n, name in enumerate(indices)})
            varies = not indices or bool({*indices} & names(tree).keys())
            return varies and ast.dump(found.setdefault(hole, same)) == ast.dump(same)
        case ast.GeneratorExp(generators=[one]), ast.GeneratorExp(generators=generators):
            indices = [name for each in generators for name in targets(each)]
            counted: ast.expr = ast.Tuple([ast.Name(name, ast.Load()) for name in indices], ast.Load())
            counted = counted.elts[0] if isinstance(counted, ast.Tuple) and len(indices) == 1 else counted
            found["COUNT"] = ast.Call(ast.Name("count", ast.Load()), [ast.GeneratorExp(counted, generators)], [])
            if len(generators) == 1 and isinstance(generators[0].iter, ast.Call):
                found["FIRST"], found["LAST"] = generators[0].iter.args
            return _matches(form.elt, tree.elt, found, {**places, targets(one)[0]: indices})
        case ast.Name(name), ast.Name(theirs) if name in places:
            return theirs in places[name]
    if type(form) is not type(tree):
        return False
    pairs = [(getattr(form, name), getattr(tree, name)) for name in form._fields]
    lists = ((a, b) if isinstance(a, list) else ([a], [b]) for a, b in pairs)
    return all(
        len(a) == len(b) and all(_matches(x, y, found, places) if isinstance(x, ast.AST) else x == y for x, y in zip(a, b))
        for a, b in lists
    )


class _InOrder(ast.NodeTransformer):
    """Every minus as far out as it goes, a sum of sums as one sum, a power of one half as a root."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.BinOp(base, ast.Pow(), ast.BinOp(ast.Constant(1), ast.Div(), ast.Constant(2))):
                return ast.Call(ast.Name("sqrt", ast.Load()), [base], [])
            case ast.BinOp(ast.UnaryOp(ast.USub(), left), ast.Mult() | ast.Div() as op, right):
                return self.visit(ast.UnaryOp(ast.USub(), ast.BinOp(left, op, right)))
            case ast.BinOp(left, ast.Mult() | ast.Div() as op, ast.UnaryOp(ast.USub(), right)):
                return self.visit(ast.UnaryOp(ast.USub(), ast.BinOp(left, op, right)))
            case ast.BinOp(ast.UnaryOp(ast.USub(), left), ast.Sub(), right):
                return ast.UnaryOp(ast.USub(), ast.BinOp(left, ast.Add(), right))
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        match node:
            case ast.Call(ast.Name("sum"), [ast.GeneratorExp(ast.UnaryOp(ast.USub(), elt), generators)]):
                return ast.UnaryOp(ast.USub(), self.visit(ast.Call(node.func, [ast.GeneratorExp(elt, generators)], [])))
            case ast.Call(
                ast.Name("sum"), [ast.GeneratorExp(ast.Call(ast.Name("sum"), [ast.GeneratorExp(elt, inner)]), outer)]
            ):
                return ast.Call(node.func, [ast.GeneratorExp(elt, [*outer, *inner])], [])
        return node


def _in_order(tree: ast.expr) -> ast.expr:
    return _InOrder().visit(copy.deepcopy(tree))


def _holds(setting: Setting, left: ast.expr, right: ast.expr, defined: Definition) -> bool:
    local = {s.name: s for s in defined.symbols}
    kind = "integer" if defined.indexed else "real"
    known = {s.name: s for s in setting.symbols if s.within} if defined.shape else {}
    own = tuple(local.get(name) or known.get(name) or Symbol(name, "", kind) for name in defined.arguments)
    others = tuple(s for s in setting.symbols if s.name not in defined.arguments)
    return _are_equal(Setting((*others, *own), setting.definitions, setting.facts), formula(left), formula(right))


def _are_equal(setting: Setting, left: Formula, right: Formula) -> bool:
    try:
        return setting.holds(left, "==", right, EVERYTHING) is not None
    except (DeclarationError, Unreadable, TypeError, ValueError, AttributeError):
        return False


def _means(defined: Definition, meant: FieldName) -> bool:
    """Whether a definition says what the field says, whatever its parameters are called."""
    theirs = define(meant.head, meant.body, "")
    if defined.indexed or [*map(len, defined.parameters)] != [*map(len, theirs.parameters)]:
        return False
    renamed: dict[str, ast.expr] = {n: ast.Name(m, ast.Load()) for n, m in zip(theirs.arguments, defined.arguments)}
    symbols = tuple(Symbol(name, "", kind) for name, kind in zip(defined.arguments, meant.kinds))
    return _are_equal(Setting(symbols, (), NO_FACTS), defined.body, formula(substitute(theirs.body.tree, renamed)))
