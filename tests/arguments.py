"""What stands behind a command of the tests: whole numbers, or nothing."""

from __future__ import annotations

import sys
from pathlib import Path


def given_numbers(*names: str) -> list[int]:
    """The number that is given for each of the names. Ends the program with a line on it where anything else stands there."""
    given = sys.argv[1:]
    read = [int(each) for each in given if each.isdecimal() and int(each) > 0]
    if len(given) == len(read) == len(names):
        return read
    takes = f"{' and '.join(names)}, in whole numbers above 0" if names else "no arguments"
    print(f"{Path(sys.argv[0]).name} takes {takes}; it was given: {' '.join(given) or 'none'}", file=sys.stderr)
    sys.exit(2)
