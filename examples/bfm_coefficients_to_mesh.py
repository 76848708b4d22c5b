"""Coefficients of a face model become a mesh: an OBJ file in metres, Y up.

    python bfm_coefficients_to_mesh.py portrait.mat face.obj

Takes what Deep3DFaceRecon writes of a face (.mat), its 257 numbers (.npy), or an .npz file with arrays ``identity`` and
``expression``, which may be of any model in your library.
"""

import argparse
from pathlib import Path

import likeness
import numpy as np
from scipy.io import loadmat


def coefficients(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Identity (I,) in standard deviations and expression (E,) of a file."""
    if path.suffix == ".npy":  # the identity's 80, the expression's 64, then texture, pose and light
        identity, expression, _ = np.split(np.load(path).ravel(), [80, 144])
        return identity, expression
    found = loadmat(path) if path.suffix == ".mat" else np.load(path)
    names = ("id", "exp") if path.suffix == ".mat" else ("identity", "expression")
    return found[names[0]].ravel(), found[names[1]].ravel()


parser = argparse.ArgumentParser(description="Coefficients of a face model become an OBJ file.")
parser.add_argument("coefficients", type=Path, help="a .mat, .npy or .npz file")
parser.add_argument("out", type=Path, help="the .obj file to write")
parser.add_argument("--model", default="bfm2009", help="id of the face model; `likeness models` lists them")
arguments = parser.parse_args()

model = likeness.load_model(arguments.model)
vertices = model.shape(*coefficients(arguments.coefficients))
lines = [f"v {x:.6f} {y:.6f} {z:.6f}" for x, y, z in vertices]
lines += [f"f {a} {b} {c}" for a, b, c in model.triangles() + 1]  # OBJ counts from 1
arguments.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
