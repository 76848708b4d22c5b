"""A whole face laid over another: skin by registration, eyeballs by their spheres, the rest along with the skin."""

from __future__ import annotations

from ...anatomy.parts import PartName
from ...geometry.arrays import Floats
from ...geometry.closest import SearchableSurface
from .eyeballs import fit_ball, lay_eye
from .registration import Landmarks, register
from .shapes import Shape, landmark_spread


def lay_over(template: Shape, target: Shape) -> Floats:
    """The template's vertices (V, 3) laid over the target; both have the 68 landmarks."""
    landmarks = Landmarks(
        template.landmark_vertices,
        template.landmark_weights,
        target.landmarks(),
        landmark_spread(),
    )
    surface = SearchableSurface(target.vertices, target.known())
    laid = register(template.vertices, template.outer(), surface, landmarks)
    if template.has_eyes and target.has_eyes:
        for eye in PartName.EYEBALLS:
            ids = template.vertices_of(*eye)
            ball, onto = fit_ball(template.vertices[ids]), fit_ball(target.vertices[target.vertices_of(*eye)])
            laid[ids] = lay_eye(template.vertices[ids], ball, onto)
    return laid
