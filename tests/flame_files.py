"""Files in FLAME's formats: the built-in face on a mesh of FLAME's size, written as Python 2 would write it."""

from __future__ import annotations

import struct
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from likeness.bfm.library.registry import load_model

HEAD, EYE, MODES = 3931, 546, 400
CHUMPY = ("v_template", "shapedirs", "posedirs", "weights", "J")


@cache
def flame_arrays() -> dict[str, np.ndarray]:
    """The arrays of a model file: mesh and bases are the built-in model's, half as fine, eyeballs last."""
    model = load_model("builtin")
    vertices, triangles = _coarse(model.faces[model.face_parts < 2])
    eyes = [model.part_vertices(name) for name in ("eye_left", "eye_right")]
    chosen = np.concatenate([vertices, *eyes])
    place = np.full(len(model.mean), -1)
    place[chosen] = np.arange(len(chosen))
    quads = model.faces[model.face_parts >= 2]
    halves = [quads[:, [0, 1, 2]], quads[quads[:, 3] >= 0][:, [0, 2, 3]]]
    mean = model.mean[chosen].astype(np.float64)
    random = np.random.default_rng(4)
    waves = np.sin(mean @ random.normal(0, 30, (3, MODES + 36)) + random.uniform(0, 6, MODES + 36))
    waves = 1e-4 * waves[:, None, :] * random.normal(0, 1, (3, MODES + 36))
    shapes = waves[..., :MODES]
    shapes[..., :100] = np.moveaxis(model.identity_basis[:, chosen], 0, -1)
    values, expressions = _principal(model.expression_basis[:, chosen])
    shapes[..., 300 : 300 + len(values)] = expressions
    head = np.array([0.0, -0.11, -0.02])
    regressor = np.concatenate([_regressor(mean, [head, head / 2]), model.joint_regressor[1:][:, chosen]])
    regressor /= regressor.sum(axis=1, keepdims=True)
    weights = np.concatenate([np.zeros((len(mean), 1)), model.skin_weights[chosen]], axis=1)
    weights[:, 0] = weights[:, 1] * np.clip(-(mean[:, 1] + 0.1) / 0.03, 0, 1)
    weights[:, 1] -= weights[:, 0]
    return {
        "v_template": mean,
        "f": place[np.concatenate([triangles, *halves])].astype(np.uint32),
        "shapedirs": shapes,
        "posedirs": waves[..., MODES:] * (np.arange(len(mean)) < HEAD)[:, None, None],
        "J_regressor": regressor,
        "weights": weights,
        "kintree_table": np.array([[2**32 - 1, 0, 1, 1, 1], [0, 1, 2, 3, 4]], np.int64),
        "J": regressor @ mean,
    }


def _coarse(fine: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (3931,) and triangles of a mesh that one subdivision made, some of its faces kept with their middle."""
    middles, first, sides = np.unique(fine[:, 2], return_index=True, return_counts=True)
    used = np.unique(fine[:, 0])
    split = np.arange(len(middles)) < HEAD - len(used)
    triangles = []
    for middle, start, count, whole in zip(middles, first, sides, split, strict=True):
        ring = fine[start : start + count, 0]
        fan = [(a, b, middle) for a, b in zip(ring, np.roll(ring, -1), strict=True)]
        triangles += fan if whole else [(ring[0], b, c) for b, c in pairwise(ring[1:])]
    vertices = np.concatenate([used, middles[split]])
    assert len(vertices) == HEAD
    return vertices, np.array(triangles)


def _principal(displacements: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Modes (V, 3, K) of named expressions (K, V, 3), scaled so that one sigma is what one face in three does."""
    flat = displacements.reshape(len(displacements), -1).astype(np.float64)
    _, values, modes = np.linalg.svd(flat, full_matrices=False)
    scaled = 0.35 * modes * values[:, None]
    return values, np.moveaxis(scaled.reshape(displacements.shape), 0, -1)


def _regressor(vertices: np.ndarray, targets: list[np.ndarray]) -> np.ndarray:
    """(T, V) weights of sum 1 that give the points."""
    system = np.concatenate([vertices, np.ones((len(vertices), 1))], axis=1).T
    wanted = np.concatenate([np.array(targets), np.ones((len(targets), 1))], axis=1).T
    return (np.linalg.pinv(system) @ wanted).T


def write_flame(path: Path, arrays: dict[str, np.ndarray] | None = None) -> Path:
    """A model file as the one that is given out: protocol 2 of Python 2 with chumpy's and an old SciPy's objects."""
    arrays = flame_arrays() if arrays is None else arrays
    items = b"".join(_text(name) + _entry(name, array) for name, array in arrays.items())
    extra = _text("bs_type") + _text("lrotmin") + _text("bs_style") + _text("lbs")
    path.write_bytes(b"\x80\x02}q\x00(" + items + extra + b"u.")
    return path


def _entry(name: str, array: np.ndarray) -> bytes:
    if name == "J_regressor" and array.ndim == 2:
        return _sparse(array)
    return _chumpy(array) if name in CHUMPY else _array(array)


def _text(text: str) -> bytes:
    return b"U" + bytes([len(text)]) + text.encode("ascii")


def _whole(number: int) -> bytes:
    return b"J" + struct.pack("<i", number)


def _tuple(*items: bytes) -> bytes:
    return b"(" + b"".join(items) + b"t"


def _number_type(dtype: np.dtype[Any]) -> bytes:
    order = b"N" * 3 + _whole(-1) * 2 + b"K\x00"
    made = b"cnumpy\ndtype\n" + _tuple(_text(dtype.str[1:]), b"K\x00", b"K\x01") + b"R"
    return made + b"(K\x03" + _text("<") + order + b"tb"


def _array(array: np.ndarray) -> bytes:
    made = b"cnumpy.core.multiarray\n_reconstruct\n" + _tuple(b"cnumpy\nndarray\n", b"K\x00\x85", _text("b")) + b"R"
    by_columns = array.ndim > 1 and array.flags.f_contiguous
    raw = array.tobytes(order="F" if by_columns else "C")
    shape = _tuple(*(_whole(n) for n in array.shape))
    content = b"T" + struct.pack("<i", len(raw)) + raw
    return made + _tuple(b"K\x01", shape, _number_type(array.dtype), b"\x88" if by_columns else b"\x89", content) + b"b"


def _object(name: bytes, **state: bytes) -> bytes:
    items = b"".join(_text(key) + value for key, value in state.items())
    return b"c" + name + b"\n)\x81}(" + items + b"ub"


def _chumpy(array: np.ndarray) -> bytes:
    return _object(b"chumpy.ch\nCh", x=_array(array), _dirty_vars=b"c__builtin__\nset\n]\x85R", _itr=b"N")


def _sparse(array: np.ndarray) -> bytes:
    """A matrix column by column."""
    columns, rows = np.nonzero(array.T)
    starts = np.concatenate([[0], np.cumsum(np.bincount(columns, minlength=array.shape[1]))])
    return _object(
        b"scipy.sparse.csc\ncsc_matrix",
        _shape=_tuple(*(_whole(n) for n in array.shape)),
        maxprint=b"K2",
        data=_array(array.T[columns, rows]),
        indices=_array(rows.astype(np.int32)),
        indptr=_array(starts.astype(np.int32)),
    )
