"""MPFB2's real base mesh, where a variable says where it lies: it is no part of this repository."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from toy_human import Base

VARIABLE = "LIKENESS_MPFB_BASE"  # the file ``3dobjs/base.obj`` of an installed MPFB2
COLLAR_M = 0.6  # height in the file above which the vertices are the head's
EYE_GROUP, BODY_GROUP = "helper-l-eye", "body"
# A curve from ear to ear below the jaw; the head's vertices nearest to it are its jaw line.
JAW_MIDDLE, JAW_WIDTH, JAW_DEPTH, JAW_DROP = np.array([0.0, 0.69, 0.06]), 0.075, 0.1, 0.035


def real_base() -> Base:
    """The file as a `Base`; skips where there is none."""
    path = os.environ.get(VARIABLE)
    if not path:
        pytest.skip(f"{VARIABLE} names no base.obj of MPFB2")
    vertices, groups = _read(Path(path))
    body = groups[BODY_GROUP]
    seen = np.unique(body)
    head = seen[vertices[seen, 1] > COLLAR_M]
    angles = np.linspace(-1.5, 1.5, 17)
    curve = np.stack([JAW_WIDTH * np.sin(angles), -JAW_DROP * np.cos(angles), JAW_DEPTH * np.cos(angles)], axis=1)
    jaw = np.linalg.norm((JAW_MIDDLE + curve)[:, None] - vertices[head], axis=-1).argmin(axis=1)
    return Base(vertices, body, groups[EYE_GROUP], head, head[jaw])


def _read(path: Path) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Vertices (V, 3) in metres, and the quads (Q, 4) of each group."""
    vertices, groups, group = [], {}, ""
    for words in map(str.split, path.read_text(encoding="utf-8").splitlines()):
        if words[:1] == ["v"]:
            vertices.append([float(word) for word in words[1:4]])
        elif words[:1] == ["g"]:
            group = words[1]
        elif words[:1] == ["f"]:
            groups.setdefault(group, []).append([int(word.partition("/")[0]) - 1 for word in words[1:]])
    return 0.1 * np.array(vertices), {name: np.array(faces) for name, faces in groups.items()}
