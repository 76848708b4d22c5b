"""Which vertices go with a lid's rim, and how much: what `bfm.builtin.blink` needs to close the eyes of any face."""

from __future__ import annotations

import numpy as np

from ...bfm.builtin.blink import LeftLids
from ...geometry.arrays import Floats, Ints
from .head_mesh import HeadMesh
from .membrane import membrane_shares
from .piece_names import PieceName

ORBIT = 0.021  # metres from the eyeball's centre, across the line of sight, where the lids' skin stops moving


def left_lids_of(head: HeadMesh) -> LeftLids:
    """The left eye's lids as vertices of the whole head."""
    skin, spread = skin_spread(head)
    ids, rows = [head.skin_ids[skin]], [spread]
    for name in (PieceName.LASHES, PieceName.TEARS):
        piece_ids, piece_rows = _hanging(head, name)
        ids.append(piece_ids)
        rows.append(piece_rows)
    return LeftLids(head.skin_ids[head.lids.rings], np.concatenate(ids), np.concatenate(rows), head.mirror)


def skin_spread(head: HeadMesh) -> tuple[Ints, Floats]:
    """Vertices (L,) of the skin round the eye, margins and rims included, and their shares (L, 2 N) of the rims."""
    rings = head.lids.rings
    rim = rings[-1].ravel()
    away = head.skin - head.eye_centres[0]
    round_eye = (np.hypot(away[:, 0], away[:, 1]) < ORBIT) & (away[:, 2] > 0) & head.regions.outer
    margin = rings[:-1].reshape(len(rings) - 1, -1)
    free = np.setdiff1d(np.flatnonzero(round_eye), np.concatenate([rim, margin.ravel()]))
    unique, first = np.unique(rim, return_index=True)
    given = np.eye(len(rim))[first]
    shares = membrane_shares(head.base.fine.faces, len(head.skin), free, unique, given)
    ids = np.concatenate([free, unique, *(np.unique(ring) for ring in margin)])
    rows = [shares, given, *(np.eye(len(rim))[np.unique(ring, return_index=True)[1]] for ring in margin)]
    ids, chosen = np.unique(ids, return_index=True)  # a corner is in several rings
    return ids, np.concatenate(rows)[chosen]


def _hanging(head: HeadMesh, name: str) -> tuple[Ints, Floats]:
    """A piece's subdivided vertices on the left, and their shares (K, 2 N) of the columns they hang on."""
    piece = head.piece(name)
    columns = {int(v): k for ring in head.lids.rings[::-1] for k, v in enumerate(ring.ravel())}
    left = piece.cage.vertices[:, 0] > 0
    control = np.zeros((head.fine.matrix.shape[1], head.lids.rings[-1].size))
    rows = piece.ids[left]
    control[rows, [columns[int(v)] for v in head.rims[name][left]]] = 1.0
    spread = head.fine.matrix @ control
    ids = np.flatnonzero(spread.sum(axis=1) > 1e-6)
    return ids, spread[ids]
