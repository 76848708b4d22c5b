"""Small files of the forms that the readers of Basel models take, filled with made-up numbers."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
from likeness.bfm.formats.basel.layout import BaselSizes
from scipy.io import savemat

COLUMNS, ROWS = 9, 8
LAYOUT = BaselSizes(scanned=76, trimmed=74, front=72, modes=5, expressions=6, front_modes=4, front_expressions=3)


def mask(columns: int = COLUMNS, rows: int = ROWS) -> tuple[np.ndarray, np.ndarray]:
    """Points (V, 3) of a bent sheet that looks to +Z, unit wide, and its triangles, counter-clockwise from there."""
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, columns), np.linspace(-0.5, 0.5, rows))
    points = np.stack([x, y, 0.4 - x**2 - 0.5 * y**2], axis=-1).reshape(-1, 3)
    ids = np.arange(columns * rows).reshape(rows, columns)
    a, b, c, d = (ids[:-1, :-1], ids[:-1, 1:], ids[1:, 1:], ids[1:, :-1])
    triangles = np.concatenate([np.stack(t, axis=-1).reshape(-1, 3) for t in ((a, b, c), (a, c, d))])
    return points, triangles


def write_bfm2009(folder: Path, compressed: bool = True) -> None:
    """The five files of BFM 2009, of the sizes of ``LAYOUT``."""
    rng = np.random.default_rng(0)
    points, triangles = mask()
    trimmed, front = np.arange(1, 75) + 2, np.arange(72) + 2  # the first two are left out, twice
    scanned = np.concatenate([rng.normal(size=(4, 3)), points]) * 1e5

    def modes(count: int, size: int) -> np.ndarray:
        return np.linalg.qr(rng.normal(size=(size, count)))[0].astype(np.float32)

    size = 3 * LAYOUT.scanned
    model = {
        "shapeMU": scanned.reshape(-1, 1).astype(np.float32),
        "shapePC": modes(5, size),
        "shapeEV": np.float32([[5e4], [4e4], [3e4], [2e4], [1e4]]),
        "texMU": rng.uniform(60, 200, (size, 1)).astype(np.float32),
        "texPC": modes(5, size),
        "texEV": np.float32([[50], [40], [30], [20], [10]]),
        "tl": (triangles[:, [0, 2, 1]] + 5).astype(np.float64),
    }
    savemat(folder / "01_MorphableModel.mat", model, do_compression=compressed)
    expressions = np.concatenate([np.zeros(3 * 74), modes(6, 3 * 74).T.ravel()]).astype("<f4")
    (folder / "Exp_Pca.bin").write_bytes(np.int32(6).tobytes() + expressions.tobytes())
    (folder / "std_exp.txt").write_text("6e4 5e4 4e4 3e4 2e4 1e4")
    savemat(folder / "BFM_exp_idx.mat", {"trimIndex": trimmed.reshape(-1, 1).astype(np.float64)})
    savemat(folder / "BFM_front_idx.mat", {"idx": (front + 1).reshape(-1, 1).astype(np.float32)})
    around = np.full((72, 8), len(triangles) + 1)
    tables = {
        "tri": (triangles + 1).astype(np.float32),
        "keypoints": (np.arange(68) + 1).reshape(1, -1).astype(np.float32),
        "frontmask2_idx": (np.arange(40) + 1).reshape(-1, 1).astype(np.float32),
        "point_buf": around.astype(np.float32),
        "skinmask": (np.arange(72) % 2).reshape(1, -1).astype(np.float32),
    }
    savemat(folder / "facemodel_info.mat", tables, do_compression=compressed)


def write_statismo(path: Path, vertices: int = COLUMNS * ROWS) -> dict[str, np.ndarray]:
    """An .h5 file like those of BFM 2017 and 2019; returns its arrays."""
    rng = np.random.default_rng(1)
    points, triangles = mask(COLUMNS, vertices // COLUMNS)
    arrays: dict[str, np.ndarray] = {"shape/representer/cells": triangles.T.astype(np.int32)}
    means = {"shape": points * 150, "color": rng.uniform(0.2, 0.8, points.shape), "expression": 0.5 * points}
    for part, mean in means.items():
        basis = np.linalg.qr(rng.normal(size=(mean.size, 4)))[0]
        arrays[f"{part}/model/mean"] = mean.ravel().astype(np.float32)
        arrays[f"{part}/model/pcaBasis"] = basis.astype(np.float32)
        arrays[f"{part}/model/pcaVariance"] = np.float32([400, 100, 25, 4]) * (1e-4 if part == "color" else 1)
    with h5py.File(path, "w") as file:
        for name, values in arrays.items():
            file[name] = values
    return arrays
