# The habits, one word each: `just check` before a commit. (`pip install -r requirements-dev.txt` brings just.)

default: check

# lint, types, rooms, theory, tests
check: lint types rooms theory test

lint:
    ruff check .
    ruff format --check .

types:
    mypy

# which room may import which (pyproject.toml)
rooms:
    lint-imports

theory:
    python build.py check

test:
    python -m pytest

# the longer, real runs as well
test-slow:
    python -m pytest -m "slow or not slow"

# ratios within one run, of this machine, now
benchmark:
    python -m tests.benchmarks
