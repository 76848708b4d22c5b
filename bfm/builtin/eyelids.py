"""Lids and eyeball of the left eye: what slides over a sphere.

Lid vertices are moved in polar coordinates about the eyeball's centre (azimuth to the subject's left, elevation
up, radius), so that lids turn about the eyeball as real ones do. A shape key however moves every vertex along a
straight line: where such a chord would cut into the eyeball, its end is lifted until it does not.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import KDTree

from ...anatomy.landmarks import LEFT_EYE_LOOP
from ...geometry.arrays import Floats, Ints
from .muscles import FaceGeometry, turn

UPPER_RIM = LEFT_EYE_LOOP[:9]  # from the inner to the outer corner
LOWER_RIM = (LEFT_EYE_LOOP[0], *LEFT_EYE_LOOP[:7:-1])
FOREHEAD = 151
# Round the left eye, over brow, temple, cheek bone and side of the nose: where the lids' movement ends.
ORBIT = (285, 295, 282, 283, 276, 353, 265, 340, 346, 347, 348, 349, 350, 357, 465, 417, 285)
SEAM_BOW = 0.8  # exponent of the bow in which closed lids meet: under 1 it is fuller than half a sine wave
LID_BOW = 0.65  # the same of lids that turn: the smaller, the nearer to the corners they move wholly
SEAM = 0.2  # where closed lids meet, from the lower (0) to the upper rim (1)
CLEARANCE = 0.0003  # metres between the eyeball and the lid that slides over it
INNER_EDGE_DEPTH = 0.0002  # metres that a lid's hidden inner edge may press into the eyeball on its way
NEAR = 0.026  # metres from the eyeball's centre within which skin might cut into it
STEPS = np.linspace(0.1, 1.0, 10)


class LeftEye:
    """The left eyeball, its lids as columns from the inner to the outer corner, and how they move."""

    def __init__(self, geometry: FaceGeometry) -> None:
        self.geometry = geometry
        self.centre = geometry.eye_centres[0]
        self.ball = geometry.eyeballs[0]
        relative = geometry.vertices[self.ball] - self.centre
        self._ball_radius = np.linalg.norm(relative, axis=1)
        self._ball_tree = KDTree(relative / self._ball_radius[:, None])
        sheet = geometry.sheet
        self.upper, self.lower = sheet.path(UPPER_RIM), sheet.path(LOWER_RIM)
        if len(self.upper) != len(self.lower):
            raise ValueError(f"the lids do not match: {len(self.upper)} and {len(self.lower)} vertices")
        rim = np.unique(np.concatenate([self.upper, self.lower]))
        self.margin = sheet.enclosed(rim, FOREHEAD)
        self.skin = np.setdiff1d(sheet.enclosed(sheet.path(ORBIT), FOREHEAD), np.concatenate([rim, self.margin]))
        self.layers = [np.stack([self.upper, self.lower])]
        while (following := self._next_layer()) is not None:
            self.layers.append(following)

    def _next_layer(self) -> Ints | None:
        """The next ring (2, columns) of the lids' margin towards the eyeball: of each vertex its neighbour inwards."""
        seen = np.concatenate([layer.ravel() for layer in self.layers])
        left = np.setdiff1d(self.margin, seen)
        if not len(left):
            return None
        edges = self.geometry.sheet.edges
        ring = np.empty_like(self.layers[-1])
        for place, vertex in np.ndenumerate(self.layers[-1]):
            neighbours = np.intersect1d(edges[vertex].indices, left)
            if not len(neighbours):
                return None
            directions = self._directions(self.geometry.vertices[neighbours])
            ring[place] = neighbours[np.argmax(directions @ self._directions(self.geometry.vertices[[vertex]])[0])]
        return ring

    def profile(self, sharpness: float = 1.0) -> Floats:
        """Weight (columns,) of a lid's movement: 0 at the corners, 1 in the middle."""
        return np.sin(np.linspace(0.0, np.pi, len(self.upper))) ** sharpness

    def blink(self) -> Floats:
        """Displacement (V, 3) that closes the eye: both rims meet on one line.

        It lies as far in front of the eyeball as both need on their way.
        """
        rims = self._polar(self.geometry.vertices[self.layers[0]])
        seam = SEAM * rims[0] + (1 - SEAM) * rims[1]
        chord = np.interp(seam[:, 0], seam[[0, -1], 0], seam[[0, -1], 1])
        depth = (seam[:, 1] - chord)[len(chord) // 2]
        seam[:, 1] = chord + depth * self.profile(SEAM_BOW)  # one plain bow, whatever the rims' own shape
        displacement = self._move_lids(np.stack([seam - rims[0], seam - rims[1]]), closing=True)
        start = self.geometry.vertices[self.layers[0]]
        polar = self._polar(start + displacement[self.layers[0]])
        common = np.concatenate([polar.mean(axis=0)[:, :2], polar.max(axis=0)[:, 2:]], axis=1)
        displacement[self.layers[0]] = self._cartesian(common) - start
        for layer in self.layers[1:]:
            start = self.geometry.vertices[layer]
            behind = np.maximum(rims[..., 2] - self._polar(start)[..., 2], 0)
            end = self._polar(start + displacement[layer])
            end[..., 2] = np.minimum(end[..., 2], common[:, 2] - behind / 2)  # a margin stays behind its rim
            displacement[layer] = self._cartesian(end) - start
        return displacement

    def lids(self, upper: float = 0.0, lower: float = 0.0, sideways: float = 0.0) -> Floats:
        """Displacement (V, 3) of lids that turn up by ``upper`` and ``lower`` degrees and left by ``sideways``."""
        weight = self.profile(LID_BOW)
        change = np.zeros((2, len(weight), 3))
        change[..., 0] = np.radians(sideways) * weight
        change[:, :, 1] = np.radians([[upper], [lower]]) * weight
        return self._move_lids(change)

    def look(self, up: float = 0.0, left: float = 0.0) -> Floats:
        """Displacement (V, 3) of the eyeball turned by degrees about its centre.

        Half way along the chord a turned point is too near to the axis; a slightly enlarged end shares that error
        between the middle and the end of the slider.
        """
        points = self.geometry.vertices[self.ball]
        axis, angle = (0, -np.radians(up)) if up else (1, np.radians(left))
        sag = 1 - np.cos(angle / 2)
        relative = turn(points, self.centre, axis, angle) - self.centre
        across = np.arange(3) != axis
        relative[:, across] *= 1 + sag / 2
        displacement = np.zeros_like(self.geometry.vertices)
        displacement[self.ball] = self.centre + relative - points
        return displacement

    def lifted(self, displacement: Floats) -> Floats:
        """The displacement (V, 3), its ends lifted where their straight way would cut into the eyeball."""
        near = np.setdiff1d(self._near(self.geometry.vertices, NEAR), self.ball)
        near = near[np.abs(displacement[near]).max(axis=1) > 0]
        start = self.geometry.vertices[near]
        end = start + displacement[near]
        tolerance = np.where(np.isin(near, self.margin), INNER_EDGE_DEPTH, 0.0)
        wanted = np.minimum(self.height(start), CLEARANCE) - tolerance
        for _ in range(6):
            along = start + STEPS[:, None, None] * (end - start)
            missing = (wanted - np.stack([self.height(p) for p in along])) / STEPS[:, None]
            end = end + np.maximum(missing.max(axis=0), 0)[:, None] * self._directions(end)
        result = displacement.copy()
        result[near] = end - start
        return result

    def _move_lids(self, change: Floats, closing: bool = False) -> Floats:
        """Rims moved by polar changes (2, columns, 3), carried over the lids.

        Closing keeps each lid's margin on its own side of the seam.
        """
        vertices = self.geometry.vertices
        field = np.zeros_like(vertices)
        field[self.layers[0]] = change
        field[self.skin] = self._over_skin(change)
        rims = self._polar(vertices[self.layers[0]])
        for layer in self.layers[1:]:
            behind = rims - self._polar(vertices[layer])
            margin = change * [1, 1, 0]
            margin[0, :, 1] += np.maximum(behind[0, :, 1], 0) * closing
            margin[1, :, 1] += np.minimum(behind[1, :, 1], 0) * closing
            field[layer] = margin
        moved = np.unique(np.concatenate([self.skin, *(layer.ravel() for layer in self.layers)]))
        displacement = np.zeros_like(vertices)
        displacement[moved] = self._cartesian(self._polar(vertices[moved]) + field[moved]) - vertices[moved]
        return self.lifted(displacement)

    def _over_skin(self, change: Floats) -> Floats:
        """The rims' changes (2, columns, 3) over the lids' skin (S, 3).

        They spread as a membrane would take them, which nowhere moves further than its rims, and bent so that they end
        softly at the orbit.
        """
        rims, first = np.unique(self.layers[0].ravel(), return_index=True)
        given = np.concatenate([change.reshape(-1, 3)[first], np.ones((len(rims), 1))], axis=1)
        membrane = self.geometry.sheet.membrane(self.skin, rims, given)
        weight = membrane[:, 3:]
        return membrane[:, :3] * weight * (2 - weight)

    def _near(self, points: Floats, distance: float) -> Ints:
        return np.flatnonzero(np.linalg.norm(points - self.centre, axis=1) < distance)

    def _directions(self, points: Floats) -> Floats:
        relative = points - self.centre
        return relative / np.linalg.norm(relative, axis=-1, keepdims=True)

    def height(self, points: Floats) -> Floats:
        """Height (N,) of points (N, 3) over the eyeball at rest, metres."""
        relative = points - self.centre
        radius = np.linalg.norm(relative, axis=1)
        distances, nearest = self._ball_tree.query(relative / radius[:, None], k=4)
        weights = 1 / (distances + 1e-6)
        return radius - (weights * self._ball_radius[nearest]).sum(axis=1) / weights.sum(axis=1)

    def _polar(self, points: Floats) -> Floats:
        x, y, z = np.moveaxis(points - self.centre, -1, 0)
        radius = np.sqrt(x**2 + y**2 + z**2)
        return np.stack([np.arctan2(x, z), np.arcsin(y / radius), radius], axis=-1)

    def _cartesian(self, polar: Floats) -> Floats:
        azimuth, elevation, radius = np.moveaxis(polar, -1, 0)
        level = radius * np.cos(elevation)
        offset = np.stack([level * np.sin(azimuth), radius * np.sin(elevation), level * np.cos(azimuth)], axis=-1)
        return self.centre + offset
