"""Benchmarks: each module here has `main(arguments)`, prints a table and returns an exit code."""
