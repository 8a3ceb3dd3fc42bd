"""A chapter as a template: Jinja for Markdown."""

from __future__ import annotations

import base64
import hashlib
import marshal
from pathlib import Path
from types import CodeType
from typing import Any, cast

import jinja2

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


def _shown(result: Any) -> Any:
    """What ``{{ … }}`` prints: a number as a reader expects it, not with seventeen digits."""
    return number_text(result) if isinstance(result, float) else result


def compiled(source: str, path: Path, known: dict[str, str]) -> CodeType:
    """A chapter as code; that of others is ``known`` by the digest of path and text, as this one's is then."""
    name = hashlib.sha256(f"{path}\n{source}".encode(errors="surrogatepass")).hexdigest()
    if name not in known:
        code = jinja().compile(source, name=path.name, filename=str(path))
        known[name] = base64.b64encode(marshal.dumps(code)).decode()
    return cast(CodeType, marshal.loads(base64.b64decode(known[name])))
