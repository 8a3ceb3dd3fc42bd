# The habits, one word each: `just check` before a commit. (`pip install -r requirements-dev.txt` brings just.)

default: check

# lint, types, theory, tests
check: lint types theory test

lint:
    ruff check .
    ruff format --check .

types:
    mypy

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
