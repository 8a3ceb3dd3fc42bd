"""A chapter as a template: Jinja for Markdown."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

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


@cache
def compiled(source: str, path: Path) -> CodeType:
    """A chapter as code: what ``watch`` need not do again for the chapters that stay."""
    return jinja().compile(source, name=path.name, filename=str(path))
