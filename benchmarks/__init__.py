"""Accuracy and speed, measured beside peers: ``python -m likeness.benchmarks`` (see README.md here)."""
