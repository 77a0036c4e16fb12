"""Benchmarks: what this machine needs for real work, measured through public functions."""
