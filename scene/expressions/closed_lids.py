"""Lids that close wherever the eye looks: keys that add to a blink what the gaze opens, or take away what it closes.

The gaze moves the lids, too: a look up with closed eyes would open them, a look down push one lid over the other. Keys
are linear, so what both do together takes a key of its own, driven by the two. It moves the lids as the blink does, in
each column by as much as the gaze changes their opening there. It rules the second half of a blink alone: half closed
eyes are as the fit has found them.
"""

from __future__ import annotations

import bpy
import numpy as np

from ...anatomy.arkit import closes_lids, lid_closers
from ...anatomy.parts import PartKind, part_kind
from ...geometry.arrays import Floats, Ints
from ...result.reconstruction import Mesh
from ..axes import to_blender
from ..drivers import WHOLE, drive

MET = 0.00003  # metres between points of the two lids that a blink puts together
OPEN = 0.0005  # metres between them at rest
MOVED = 0.0002  # metres; what a blink moves less is no lid
FEWEST = 5  # pairs of points; a blink that puts fewer together does not close exactly
SHARPEST = 0.0002  # metres of an opening that is taken for none: a corner of the eye
REACH = 24  # neighbours from left to right among which a point's other one is
NEGLIGIBLE = 0.00005  # metres; a gaze that changes the opening less needs no key
WEIGHT = "min(1.0, max(0.0, look)) * max(0.0, 2.0 * blink - 1.0)"


def add_lid_closers(face: bpy.types.Object, mesh: Mesh) -> None:
    """Add the keys to a face that was made of ``mesh``; none where its blink does not put the lids together."""
    named = dict(zip(mesh.shape_key_names, mesh.shape_key_deltas, strict=True))
    skin = _skin_vertices(mesh)
    for closer, (blink, look) in lid_closers(mesh.shape_key_names).items():
        delta = _closer(mesh.vertices, named[blink], named[look], skin)
        if delta is not None:
            key = face.shape_key_add(name=closer, from_mix=False)
            key.points.foreach_set("co", to_blender(mesh.vertices + delta).astype(np.float32).ravel())
            key.value = 0.0
    drive_lid_closers(face)


def drive_lid_closers(face: bpy.types.Object) -> None:
    """Let those keys of an object follow its blinks and its gaze."""
    keys = face.data.shape_keys
    if keys is None:
        return
    for closer, (blink, look) in lid_closers(keys.key_blocks.keys()).items():
        if closer in keys.key_blocks:
            values = {name: keys.key_blocks[name].path_from_id("value") for name in (closer, blink, look)}
            drive(keys, values[closer], WHOLE, WEIGHT, {"blink": (keys, values[blink]), "look": (keys, values[look])})


def undriven(key: bpy.types.ShapeKey) -> bpy.types.ShapeKey:
    """The key without its driver, which Blender would leave behind when the key is removed."""
    if closes_lids(key.name):
        key.driver_remove("value")
    return key


def _skin_vertices(mesh: Mesh) -> Ints:
    parts = [index for index, name in enumerate(mesh.part_names) if part_kind(name) is PartKind.SKIN]
    corners = mesh.faces[np.isin(mesh.parts, parts)]
    return np.unique(corners[corners >= 0])


def _closer(neutral: Floats, blink: Floats, look: Floats, skin: Ints) -> Floats | None:
    """The key (V, 3), metres, that closes at full blink what the full gaze opens; None where there is no need."""
    upper, lower = _pairs(neutral, blink, skin)
    if len(upper) < FEWEST:
        return None
    opening, change = (neutral[upper] - neutral[lower])[:, 1], (look[upper] - look[lower])[:, 1]
    if np.abs(change).max() < NEGLIGIBLE:
        return None
    share = change * opening / (opening**2 + SHARPEST**2)
    across = (neutral + blink)[:, 0]
    columns, of_pair = np.unique(np.round(across[upper], 5), return_inverse=True)
    mean = np.bincount(of_pair, share) / np.bincount(of_pair)
    return np.interp(across, columns, mean)[:, None] * blink


def _pairs(neutral: Floats, blink: Floats, skin: Ints) -> tuple[Ints, Ints]:
    """Vertices (P,) of the upper and of the lower lid that a blink puts together."""
    lids = skin[np.linalg.norm(blink[skin], axis=1) > MOVED]
    closed = neutral + blink
    lids = lids[np.argsort(closed[lids, 0])]
    found = [np.empty((0, 2), np.int64)]
    for step in range(1, min(REACH, len(lids))):
        pairs = np.stack([lids[:-step], lids[step:]], axis=1)
        apart = [np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1) for points in (closed, neutral)]
        found.append(pairs[(apart[0] < MET) & (apart[1] > OPEN)])
    pairs = np.concatenate(found)
    is_first_upper = neutral[pairs[:, 0], 1] > neutral[pairs[:, 1], 1]
    upper, lower = np.where(is_first_upper[:, None], pairs, pairs[:, ::-1]).T
    return upper, lower
