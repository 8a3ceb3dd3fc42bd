"""Run the benchmarks that are named, or all."""

from __future__ import annotations

import importlib
import pkgutil
import sys

from tests import benchmarks


def main(arguments: list[str]) -> int:
    known = sorted(module.name for module in pkgutil.iter_modules(benchmarks.__path__) if not module.name.startswith("_"))
    if arguments and not arguments[0].startswith("-"):
        if arguments[0] not in known:
            print(f"There is no benchmark '{arguments[0]}'. Known: {', '.join(known)}.", file=sys.stderr)
            return 2
        known, arguments = arguments[:1], arguments[1:]
    for name in known:
        importlib.import_module(f"tests.benchmarks.{name}").main(arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
