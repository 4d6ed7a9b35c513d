"""Measurements, each beside a peer: one script a claim, run as python -m benchmarks.NAME."""
