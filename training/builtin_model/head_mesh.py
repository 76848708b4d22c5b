"""The whole head: the laid skin and the cages of its parts as one mesh, and how fields of the skin reach the parts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.sparse import csr_matrix

from ...anatomy.parts import PartKind, PartName, part_kind
from ...geometry.affine import affine_weights
from ...geometry.arrays import Bools, Floats, Ints
from ...geometry.subdivision import Subdivided, mirror_subdivided, subdivide
from .base_mesh import FLIP, BaseHead
from .dentition import Jaw
from .eye_seat import LidRings
from .eyeballs import eyeball_cage
from .gums import gums_cage
from .lashes import lash_cage
from .laying_landmarks import HeadRegions
from .lids import Lids
from .lip_seal import LipSeal, lip_seal
from .mouth_place import ICT_PLACE, MouthPlace
from .openings import border_loops
from .part_cage import PartCage
from .piece_names import PieceName
from .tear_line import tear_cage
from .teeth import teeth_cage
from .tongue import tongue_cage

# Metres round the biting edges within which the skin says how a mouth's inside changes with the face.
ANCHORS_WITHIN, ANCHORS_EVERY = 0.055, 8


@dataclass(frozen=True)
class Piece:
    """A part's cage in the whole: its vertices from ``first`` on."""

    name: str  # of PieceName; the parts' own names are in the cage
    cage: PartCage
    first: int

    @property
    def ids(self) -> Ints:
        """Its vertices among the whole cage's."""
        return self.first + np.arange(len(self.cage.vertices))


@dataclass(frozen=True)
class HeadMesh:
    """V vertices; the first C of them are the cage's, of which the first B the skin's."""

    base: BaseHead
    regions: HeadRegions
    skin: Floats  # (S, 3) the subdivided skin, model axes, exactly mirror symmetric
    origin: Floats  # (3,) the model's in ICT-FaceKit's axes, metres
    lids: LidRings
    eye_centres: Floats  # (2, 3) left, right
    place: MouthPlace
    pieces: tuple[Piece, ...]
    rims: dict[str, Ints]  # piece -> (its C,) subdivided skin vertex that each of its vertices goes with

    @property
    def cage_faces(self) -> Ints:
        """(G, 4)."""
        return np.concatenate([self.base.faces, *(piece.cage.faces + piece.first for piece in self.pieces)])

    @cached_property
    def fine(self) -> Subdivided:
        """The whole cage subdivided once."""
        last = self.pieces[-1]
        return subdivide(self.cage_faces, last.first + len(last.cage.vertices), 1)

    @cached_property
    def mirror(self) -> Ints:
        """(V,) permutation."""
        cage = np.concatenate([self.base.mirror, *(piece.cage.mirror + piece.first for piece in self.pieces)])
        return mirror_subdivided(self.cage_faces, cage, 1)

    @cached_property
    def skin_ids(self) -> Ints:
        """(S,) where the subdivided skin's vertices are in the whole: cage's own, on edges, in faces."""
        count, own = self.fine.matrix.shape[1], len(self.base.vertices)
        edges, faces = len(self.base.fine.edges), len(self.base.faces)
        middle = self.fine.matrix.shape[0] - len(self.cage_faces)
        return np.concatenate([np.arange(own), count + np.arange(edges), middle + np.arange(faces)])

    @property
    def face_parts(self) -> tuple[str, ...]:
        """(F,) part of each subdivided face."""
        skin = np.where(self._in_mouth, PartName.MOUTH, PartName.SKIN).tolist()
        return tuple(np.repeat([*skin, *(p for piece in self.pieces for p in piece.cage.face_parts)], 4).tolist())

    @property
    def _in_mouth(self) -> Bools:
        """(G,) which of the skin's cage faces belong to the bag behind the lips."""
        inside = np.unique(self.regions.mouth_faces)
        return np.isin(self.base.faces, inside).all(axis=1)

    def vertices(self) -> Floats:
        """(V, 3) at rest."""
        return self.whole(self.skin, {piece.name: piece.cage.vertices for piece in self.pieces})

    def whole(self, skin: Floats, parts: dict[str, Floats]) -> Floats:
        """Fields (S, K) of the skin and (C, K) of the parts' cages as one (V, K); parts not named are zero."""
        control = np.zeros((self.fine.matrix.shape[1], skin.shape[1]))
        for piece in self.pieces:
            if piece.name in parts:
                control[piece.ids] = parts[piece.name]
        field = self.fine.matrix @ control
        field[self.skin_ids] = skin
        return field

    @cached_property
    def seal(self) -> LipSeal:
        """What keeps the lips of fields on the skin together."""
        return lip_seal(self.base, self.regions, self.skin)

    @cached_property
    def collar(self) -> Ints:
        """The skin's open border at the neck, in order: subdivided skin vertices."""
        return border_loops(self.base.fine.faces)[0]

    def piece(self, name: str) -> Piece:
        """The piece of a name of `PieceName`."""
        return next(piece for piece in self.pieces if piece.name == name)

    def piece_vertices(self, *names: str) -> Ints:
        """Sorted subdivided vertices of pieces."""
        ids = np.concatenate([self.piece(name).ids for name in names])
        return np.unique(self.fine.faces[np.isin(self.cage_faces[self.fine.parents], ids).all(axis=1)])

    def eye_vertices(self, side: int) -> Ints:
        """Sorted subdivided vertices of the left (0) or the right (1) eyeball."""
        return np.unique(self.fine.faces[np.isin(self.face_parts, PartName.EYEBALLS[side])])

    def part_vertices(self, *kinds: PartKind) -> Ints:
        """Sorted subdivided vertices of the parts of some kinds."""
        faces = [k for k, name in enumerate(self.face_parts) if part_kind(name) in kinds]
        return np.unique(self.fine.faces[faces])

    @cached_property
    def follow(self) -> dict[str, csr_matrix]:
        """Piece -> (C, S): how its cage goes with the skin when faces change, rows summing to 1."""
        rim = np.unique(self.lids.rings[3:])
        found = {}
        for piece in self.pieces:
            if piece.name in self.rims:
                found[piece.name] = _one_hot(self.rims[piece.name], len(self.skin))
            elif piece.name == PieceName.EYES:
                found[piece.name] = self._eyes_follow(rim, len(piece.cage.vertices))
            else:
                found[piece.name] = self._mouth_follows(piece)
        return found

    def _eyes_follow(self, rim: Ints, count: int) -> csr_matrix:
        rows = np.zeros((2, len(self.skin)))
        rows[0, rim] = rows[1, self.base.fine_mirror[rim]] = 1 / len(rim)
        return csr_matrix(np.repeat(rows, count // 2, axis=0))

    def _mouth_follows(self, piece: Piece) -> csr_matrix:
        """An affine map of the skin round the mouth: so teeth grow and shift with jaws."""
        near = np.linalg.norm(self.skin - self.place.incisal, axis=1) < ANCHORS_WITHIN
        chosen = np.flatnonzero(near & self.regions.outer)[::ANCHORS_EVERY]
        anchors = np.union1d(chosen, self.base.fine_mirror[chosen])
        rows = np.zeros((len(piece.cage.vertices), len(self.skin)))
        for row, point in zip(rows, piece.cage.vertices, strict=True):
            row[anchors] = affine_weights(self.skin[anchors], point)
        return csr_matrix((rows + rows[piece.cage.mirror][:, self.base.fine_mirror]) / 2)


def head_mesh(
    base: BaseHead, regions: HeadRegions, skin: Floats, origin: Floats, lids: LidRings, eye_centre: Floats
) -> HeadMesh:
    """Put the parts into a laid skin (S, 3) whose left eyeball is about ``eye_centre`` (3,).

    origin: (3,) the model's in ICT-FaceKit's axes, metres.
    """
    place = replace(
        ICT_PLACE,
        incisal=ICT_PLACE.incisal - origin,
        lower_lip=ICT_PLACE.lower_lip - origin,
        jaw_hinge=ICT_PLACE.jaw_hinge - origin,
    )
    upper, lower = lids.rings[-1]
    rims = Lids(skin[upper], skin[lower], eye_centre)
    lashes, tears = lash_cage(rims), tear_cage(Lids(skin[lids.rings[3, 0]], skin[lids.rings[3, 1]], eye_centre))
    centres = np.stack([eye_centre, eye_centre * FLIP])
    cages = {
        PieceName.EYES: eyeball_cage(centres),
        PieceName.UPPER_TEETH: teeth_cage(Jaw.UPPER, place),
        PieceName.LOWER_TEETH: teeth_cage(Jaw.LOWER, place),
        PieceName.UPPER_GUMS: gums_cage(Jaw.UPPER, place),
        PieceName.LOWER_GUMS: gums_cage(Jaw.LOWER, place),
        PieceName.TONGUE: tongue_cage(place),
        PieceName.TEARS: tears.cage,
        PieceName.LASHES: lashes.cage,
    }
    pieces, first = [], len(base.vertices)
    for name, cage in cages.items():
        pieces.append(Piece(name, cage, first))
        first += len(cage.vertices)
    attached = {}
    for name, rim, ring in (
        (PieceName.LASHES, lashes.rim, lids.rings[-1]),
        (PieceName.TEARS, tears.rim, lids.rings[3]),
    ):
        ids = ring.ravel()[rim]  # the rim's upper points, then its lower ones
        right = cages[name].vertices[:, 0] < 0
        attached[name] = np.where(right, base.fine_mirror[ids], ids)
    return HeadMesh(base, regions, skin, origin, lids, centres, place, tuple(pieces), attached)


def _one_hot(columns: Ints, count: int) -> csr_matrix:
    return csr_matrix((np.ones(len(columns)), (np.arange(len(columns)), columns)), (len(columns), count))
