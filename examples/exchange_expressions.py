"""Two faces exchange their expressions: each result is written again with what the other one shows.

    python exchange_expressions.py anna.likeness ben.likeness out

writes out/first.likeness, Anna with Ben's expression, and out/second.likeness, Ben with Anna's.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import likeness
import numpy as np


def with_expression_of(face: likeness.Reconstruction, other: likeness.Reconstruction) -> likeness.Reconstruction:
    """The face with the values of the other's shape keys, by name; keys that the other lacks are at rest."""
    values = dict(zip(other.mesh.shape_key_names, other.mesh.expression, strict=True))
    expression = np.array([values.get(name, 0.0) for name in face.mesh.shape_key_names])
    return replace(
        face,
        mesh=replace(face.mesh, expression=expression),
        coefficients=face.coefficients | {"expression": expression.tolist()},
    )


parser = argparse.ArgumentParser(description="Two faces exchange their expressions.")
parser.add_argument("first", type=Path, help="a result folder")
parser.add_argument("second", type=Path, help="another one, of the same face model")
parser.add_argument("out", type=Path, help="where the two new results are written")
arguments = parser.parse_args()

first, second = likeness.read_reconstruction(arguments.first), likeness.read_reconstruction(arguments.second)
if first.model["id"] != second.model["id"]:
    parser.error("the two are faces of different models; `likeness transfer` makes one the other's")
with_expression_of(first, second).save(arguments.out / "first.likeness")
with_expression_of(second, first).save(arguments.out / "second.likeness")
