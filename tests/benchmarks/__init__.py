"""Speeds, as ratios of two things measured in turn in one run, beside the figures that they should reach.

    python -m tests.benchmarks               all of them
    python -m tests.benchmarks training      one of them; --help says what it takes

A benchmark is a module in this folder with ``main(arguments)``. None of them is a test: a machine that is busy fails no build.
"""
