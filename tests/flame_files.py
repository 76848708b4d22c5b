"""Files in FLAME's formats: the built-in face on a mesh of FLAME's size, written as Python 2 would write it."""

from __future__ import annotations

import struct
from bisect import bisect_right
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from likeness.anatomy.joints import JointName
from likeness.anatomy.parts import PartName
from likeness.bfm.library.registry import load_model

HEAD, EYE, MODES = 3931, 546, 400
RINGS, AROUND, RADIUS = 17, 32, 0.012  # of an eyeball; metres
CHUMPY = ("v_template", "shapedirs", "posedirs", "weights", "J")


@cache
def flame_arrays() -> dict[str, np.ndarray]:
    """The arrays of a model file: mesh and bases are the built-in model's, half as fine, eyeballs last."""
    model = load_model("builtin")
    skin = np.isin(model.face_parts, [model.part_names.index(name) for name in ("skin", "mouth")])
    chosen, triangles = _coarse(model.faces[skin], model.mean)
    joints = dict(zip(model.joint_names, model.joint_regressor.astype(np.float64) @ model.mean, strict=True))
    ball, quads = _eyeball()
    eyes = [joints[name] + ball for name in JointName.EYES]
    mean = np.concatenate([model.mean[chosen].astype(np.float64), *eyes])
    halves = [np.concatenate([quads[:, [0, 1, 2]], quads[quads[:, 3] >= 0][:, [0, 2, 3]]]) + HEAD]
    halves.append(halves[0] + EYE)
    random = np.random.default_rng(4)
    waves = np.sin(mean @ random.normal(0, 30, (3, MODES + 36)) + random.uniform(0, 6, MODES + 36))
    waves = 1e-4 * waves[:, None, :] * random.normal(0, 1, (3, MODES + 36))
    shapes = waves[..., :MODES]
    wholes = [model.identity_basis[:, model.part_vertices(*eye)].mean(axis=1) for eye in PartName.EYEBALLS]
    rigid = [np.repeat(whole[:, None], EYE, axis=1) for whole in wholes]
    shapes[..., :100] = np.moveaxis(np.concatenate([model.identity_basis[:, chosen], *rigid], axis=1)[:100], 0, -1)
    values, expressions = _principal(model.expression_basis[:, chosen])
    shapes[:HEAD, :, 300 : 300 + len(values)] = expressions
    shapes[HEAD:, :, 300 : 300 + len(values)] = 0
    head = np.array([0.0, -0.11, -0.02])
    regressor = np.concatenate([_regressor(mean, [head, head / 2, joints[JointName.JAW]]), np.zeros((2, len(mean)))])
    weights = np.zeros((len(mean), 5))
    weights[:HEAD, 2] = model.skin_weights[chosen, model.joint_names.index(JointName.JAW)]
    for side in (0, 1):
        own = HEAD + side * EYE + np.arange(EYE)
        regressor[3 + side, own], weights[own, 3 + side] = 1 / EYE, 1
    weights[:, 1] = 1 - weights.sum(axis=1)
    weights[:, 0] = weights[:, 1] * np.clip(-(mean[:, 1] + 0.1) / 0.03, 0, 1)
    weights[:, 1] -= weights[:, 0]
    return {
        "v_template": mean,
        "f": np.concatenate([triangles, *halves]).astype(np.uint32),
        "shapedirs": shapes,
        "posedirs": waves[..., MODES:] * (np.arange(len(mean)) < HEAD)[:, None, None],
        "J_regressor": regressor,
        "weights": weights,
        "kintree_table": np.array([[2**32 - 1, 0, 1, 1, 1], [0, 1, 2, 3, 4]], np.int64),
        "J": regressor @ mean,
    }


def _eyeball() -> tuple[np.ndarray, np.ndarray]:
    """Vertices (546, 3) and faces (576, 4) of an eyeball about the origin, poles in front and behind."""
    up, around = np.linspace(0, np.pi, RINGS + 2)[1:-1], np.arange(AROUND) * 2 * np.pi / AROUND
    circle = np.stack([np.cos(around), np.sin(around), 0 * around], 1)
    rings = [np.sin(angle) * circle + [0, 0, np.cos(angle)] for angle in up]
    k, n = np.arange(AROUND), np.roll(np.arange(AROUND), -1)
    quads = [np.stack([r + k, r + k + AROUND, r + n + AROUND, r + n], 1) for r in 1 + AROUND * np.arange(RINGS - 1)]
    last, none = 1 + AROUND * (RINGS - 1), np.full(AROUND, -1)
    front, behind = np.stack([0 * k, 1 + k, 1 + n, none], 1), np.stack([0 * k + EYE - 1, last + n, last + k, none], 1)
    return RADIUS * np.concatenate([[[0, 0, 1]], *rings, [[0, 0, -1]]]), np.concatenate([*quads, front, behind])


def _coarse(fine: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Vertices (3931,) and triangles of a mesh that one subdivision made, some of its faces kept with their middle.

    Of a larger mesh what is nearest to the front of the face.
    """
    middles, first, sides = np.unique(fine[:, 2], return_index=True, return_counts=True)
    order = np.argsort(np.linalg.norm(points[middles] - points[points[:, 2].argmax()], axis=1))
    faces = [fine[first[k] : first[k] + sides[k], 0] for k in order]
    many = bisect_right(range(len(faces) + 1), HEAD, key=lambda n: len(np.unique(np.concatenate([[], *faces[:n]]))))
    faces, middles = faces[: many - 1], middles[order[: many - 1]]
    used = np.unique(np.concatenate(faces))
    vertices = np.concatenate([used, middles[: HEAD - len(used)]])
    assert len(vertices) == HEAD
    place = dict(zip(vertices.tolist(), range(HEAD), strict=True))
    triangles = []
    for ring, middle in zip(faces, middles, strict=True):
        fan = [(a, b, middle) for a, b in zip(ring, np.roll(ring, -1), strict=True)]
        triangles += fan if middle in place else [(ring[0], b, c) for b, c in pairwise(ring[1:])]
    return vertices, np.vectorize(place.get)(np.array(triangles))


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
