"""Products of vectors over the last axis of large arrays; a matrix product is much quicker than a short reduction."""

from __future__ import annotations

import numpy as np

from .arrays import Floats32


def dot(a: Floats32, b: Floats32) -> Floats32:
    """Dot products (...) of vectors (..., D)."""
    product = a * b
    return product @ np.ones(product.shape[-1], product.dtype)


def length(vectors: Floats32) -> Floats32:
    """Lengths (...) of vectors (..., D)."""
    return np.sqrt(dot(vectors, vectors))
