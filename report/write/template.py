"""A chapter as a template: Jinja for Markdown."""

from __future__ import annotations

import base64
import functools
import hashlib
import marshal
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from types import CodeType
from typing import Any, cast

import jinja2

from report.errors import ReportError, nearest
from report.numbers import number_text


def jinja() -> jinja2.Environment:
    """Jinja for Markdown: comments are ``{## … ##}``, because ``{#`` begins an anchor."""
    return jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        comment_start_string="{##",
        comment_end_string="##}",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
        finalize=_shown,
    )


def of_text(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function for chapters, all of which are first handed a text, if anything."""

    @functools.wraps(function)
    def called(*args: Any, **options: Any) -> Any:
        if args and not isinstance(args[0], str | jinja2.Undefined):
            what = f"{function.__name__}({args[0]!r:.40}): that is no text."
            raise ReportError(what, remedy=f'Write it in quotes: {function.__name__}("…").')
        return function(*args, **options)

    return called


def _shown(result: Any) -> Any:
    """What ``{{ … }}`` prints: a number as a reader expects it, not with seventeen digits."""
    return number_text(result) if isinstance(result, float) else result


def slip(error: Exception, functions: Iterable[str]) -> tuple[str, str]:
    """What to say of an error of a chapter that is filled, and what to do."""
    match error:
        case ReportError():
            return error.what, error.remedy
        case jinja2.TemplateSyntaxError():
            return f"{str(error.message).rstrip('.')}.", "Mend the Jinja there."
        case jinja2.UndefinedError():
            unknown = re.search(r"'(\w+)' is undefined", str(error))
            return f"{error}.", nearest(unknown[1], functions) if unknown else "Mend the name there."
        case TypeError() | ValueError() | ArithmeticError() | LookupError() | AttributeError() | jinja2.TemplateError():
            return f"{error}.", "Mend the call there."
    return f"cannot be filled: {type(error).__name__}: {error}.", "Mend the Jinja there."


@functools.lru_cache(512)
def parsed(source: str) -> jinja2.nodes.Template:
    """A chapter as Jinja reads it. Raises ``jinja2.TemplateSyntaxError``."""
    return jinja().parse(source)


def compiled(source: str, path: Path, known: dict[str, str]) -> CodeType:
    """A chapter as code; that of others is ``known`` by the digest of path and text, as this one's is then."""
    name = hashlib.sha256(f"{path}\n{source}".encode(errors="surrogatepass")).hexdigest()
    if name not in known:
        code = jinja().compile(parsed(source), name=path.name, filename=str(path))
        known[name] = base64.b64encode(marshal.dumps(code)).decode()
    return cast(CodeType, marshal.loads(base64.b64decode(known[name])))
