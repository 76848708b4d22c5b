"""Where teeth, gums and tongue lie in a head: a few measures that the head's own shape gives.

The arch is the beta function of S. Braun et al. (The Form of the Human Dental Arch, Angle Orthodontist 68(1), 1998).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...geometry.arrays import Floats

BETA_POWER = 0.6  # there it is 0.8; ICT-FaceKit's arch is squarer in front
SAMPLES = 2001


@dataclass(frozen=True, eq=False)
class MouthPlace:
    """Measures of a mouth at rest, metres and radians, model axes, x = 0 the middle."""

    incisal: Floats  # (3,) between the upper central incisors, on their biting edges
    width: float  # of the upper arch, between the crests of the second molars' far ends
    depth: float  # of the upper arch, from there to `incisal` along the biting plane
    tilt: float  # how steeply the biting plane rises to the back
    lower_lip: Floats  # (3,) highest point of the lower lip in the middle
    jaw_hinge: Floats  # (3,) middle of the axis the jaw turns about

    def seen(self, points: Floats) -> Floats:
        """Points (N, 3) of the biting plane's frame in model axes.

        The frame has its origin at `incisal`, X to the subject's left, Y up from the biting plane, Z to the front.
        """
        cos, sin = np.cos(self.tilt), np.sin(self.tilt)
        x, y, z = points.T
        return np.stack([x, cos * y - sin * z, sin * y + cos * z], axis=1) + self.incisal

    def framed(self, points: Floats) -> Floats:
        """Points (N, 3) of model axes in the biting plane's frame."""
        cos, sin = np.cos(self.tilt), np.sin(self.tilt)
        x, y, z = (points - self.incisal).T
        return np.stack([x, cos * y + sin * z, cos * z - sin * y], axis=1)

    @property
    def size(self) -> float:
        """How large the mouth is beside ICT-FaceKit's mean."""
        return float(np.sqrt(self.width * self.depth / (ICT_PLACE.width * ICT_PLACE.depth)))


@dataclass(frozen=True, eq=False)
class Arch:
    """The left half of a dental arch as a line in the biting plane, from the middle to the back."""

    points: Floats  # (SAMPLES, 2) x, z, metres; z = 0 in the middle
    length: Floats  # (SAMPLES,) along the line, metres

    def at(self, length: Floats) -> tuple[Floats, Floats]:
        """Points (N, 2) at lengths (N,) along it, negative on the right, and unit normals (N, 2) outwards."""
        side = np.where(np.asarray(length) < 0, -1.0, 1.0)
        along = np.stack([np.interp(np.abs(length), self.length, p) for p in self.points.T], axis=-1)
        tangent = np.gradient(self.points, self.length, axis=0)
        normal = np.stack([np.interp(np.abs(length), self.length, t) for t in (-tangent[:, 1], tangent[:, 0])], axis=-1)
        normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
        flip = np.stack([side, np.ones_like(side)], axis=-1)
        beyond = np.maximum(np.abs(length) - self.length[-1], 0)  # straight on to the back
        return along * flip - np.stack([np.zeros_like(beyond), beyond], axis=-1), normal * flip


def arch(width: float, depth: float) -> Arch:
    """The arch of a width and depth, metres."""
    x = width / 2 * np.sin(np.linspace(0, np.pi / 2, SAMPLES))  # dense towards the end, where it turns
    u = x / width
    z = depth * (4 * (0.5 + u) * np.maximum(0.5 - u, 0)) ** BETA_POWER
    points = np.stack([x, z - z[0]], axis=1)
    step = np.linalg.norm(np.diff(points, axis=0), axis=1)
    return Arch(points, np.concatenate([[0], np.cumsum(step)]))


# Measured on the mean head of ICT-FaceKit (MIT, Copyright (c) 2020 USC Institute for Creative Technologies): the biting
# edges of its upper incisors, the middles of its second molars' far ends, its lower lip, and the axis of its `jawOpen`.
ICT_PLACE = MouthPlace(
    incisal=np.array([0.0, -0.0350, 0.1051]),
    width=0.0516,
    depth=0.0448,
    tilt=np.radians(4.5),
    lower_lip=np.array([0.0, -0.0340, 0.1125]),
    jaw_hinge=np.array([0.0, -0.0055, 0.0182]),
)
