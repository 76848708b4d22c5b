"""A face mesh with the parts its expressions speak of: both eyes, the edges of the lips, pulls on the skin."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...anatomy.landmarks import INNER_LIP_LOOP
from ...geometry.arrays import Floats, Ints
from ...geometry.faces import both_triangulations
from ...geometry.normals import vertex_normals
from .eyelids import LeftEye
from .muscles import FaceGeometry, Pulls


@dataclass(frozen=True)
class Anatomy:
    """A geometry and what is derived from it once."""

    geometry: FaceGeometry

    @property
    def millimetre(self) -> float:
        """A millimetre of an average face, in metres of this one."""
        return self.geometry.millimetre

    @cached_property
    def normals(self) -> Floats:
        """Unit normals (V, 3) at rest."""
        return vertex_normals(self.geometry.vertices, both_triangulations(self.geometry.faces))

    @cached_property
    def left_eye(self) -> LeftEye:
        """The left eyeball and its lids."""
        return LeftEye(self.geometry)

    @cached_property
    def lip_edges(self) -> tuple[Ints, Ints]:
        """The inner edges of the upper and of the lower lip, equally long, from the right to the left corner."""
        sheet = self.geometry.sheet
        upper = sheet.path(INNER_LIP_LOOP[:11])
        lower = sheet.path((INNER_LIP_LOOP[0], *INNER_LIP_LOOP[:9:-1]))
        if len(upper) != len(lower):
            raise ValueError(f"the lips do not match: {len(upper)} and {len(lower)} vertices")
        return upper, lower

    def pull(self, pulls: Pulls, reach: float) -> Floats:
        """Displacements (V, 3), metres, of pulls in millimetres; the lids' edges stay where they are."""
        return self.off_eyeballs(self.geometry.pull({**self._lids_at_rest, **pulls}, reach))

    def spread(self, values: Pulls, reach: float) -> Floats:
        """Plain values, spread like pulls but without a unit; zero at the lids' edges."""
        moves = {**dict.fromkeys(self._lids_at_rest, (0.0,)), **values}
        given = np.array([moves[v] for v in moves], dtype=np.float64)
        return self.geometry.sheet.spread(np.array(list(moves)), given, reach * self.millimetre)

    def off_eyeballs(self, displacement: Floats) -> Floats:
        """The displacement (V, 3), lifted where it would cut into an eyeball."""
        left = self.left_eye.lifted(displacement)
        return self.geometry.mirrored(self.left_eye.lifted(self.geometry.mirrored(left)))

    @cached_property
    def _lids_at_rest(self) -> dict[int, tuple[float, float, float]]:
        lids = np.concatenate([layer.ravel() for layer in self.left_eye.layers])
        return {int(v): (0.0, 0.0, 0.0) for v in np.concatenate([lids, self.geometry.mirror[lids]])}
