"""The numbers of the built-in model's expressions, from ``expressions.toml``, which explains them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from ...bfm.builtin.anatomy import Anatomy
from ...bfm.builtin.muscles import FLIP
from ...geometry.arrays import Floats

TABLE_FILE = Path(__file__).with_name("expressions.toml")
SHARED = ("fold", "hollow_cheek", "jaw")  # the sections that are no expression


@cache
def expression_table() -> Mapping[str, Mapping[str, Any]]:
    """Section -> key -> value. An expression's section has its ARKit name."""
    with TABLE_FILE.open("rb") as file:
        return tomllib.load(file)


def by_landmark(values: Mapping[str, Any]) -> dict[int, Floats]:
    """A section ``landmarks`` or alike as vertex -> value (C,)."""
    return {int(landmark): np.atleast_1d(np.asarray(value, dtype=np.float64)) for landmark, value in values.items()}


def both_sides(face: Anatomy, pulls: Mapping[int, Floats]) -> dict[int, Floats]:
    """Pulls (3,) or shares (1,) of the left and their mirror images on the right."""
    result: dict[int, Floats] = {}
    for vertex, pull in pulls.items():
        result[int(face.geometry.mirror[vertex])] = pull * (FLIP if len(pull) == 3 else 1)
        result[vertex] = pull
    return result
