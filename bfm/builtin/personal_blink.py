"""Expressions made to measure: what a linear basis cannot do for every identity.

A blink of the mean face leaves a gap or an overlap of a millimetre or two on other faces, because their eyes open
wider or less wide. On a given face the lids' movement is therefore made anew, by the formulae that made the mean's.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import KDTree

from ...anatomy.joints import JointName
from ...anatomy.parts import PartName
from ...geometry.arrays import Floats, Ints
from ..face_model import FaceModel
from .anatomy import Anatomy
from .muscles import FLIP, FaceGeometry


def personal_expressions(model: FaceModel, vertices: Floats) -> Floats:
    """The built-in model's expressions (E, V, 3), metres at slider 1.0, whose blinks close on a face's neutral.

    vertices: (V, 3) that face, metres, in model space.
    """
    basis = np.array(model.expression_basis)
    mirror = mirror_vertices(model)
    for name, points in (("eyeBlinkLeft", vertices), ("eyeBlinkRight", vertices[mirror] * FLIP)):
        blink = Anatomy(face_geometry(model, points, mirror)).left_eye.blink()
        basis[model.expression_names.index(name)] = blink if name == "eyeBlinkLeft" else blink[mirror] * FLIP
    return basis


def face_geometry(model: FaceModel, vertices: Floats, mirror: Ints) -> FaceGeometry:
    """What the expressions need to know of a face (V, 3) with the built-in model's topology."""
    points = np.asarray(vertices, dtype=np.float64)
    joints = dict(zip(model.joint_names, model.joint_regressor @ points, strict=True))
    eyeballs = (model.part_vertices(*PartName.LEFT_EYE), model.part_vertices(*PartName.RIGHT_EYE))
    centres = np.stack([joints[eye] for eye in JointName.EYES])
    return FaceGeometry(points, model.faces, mirror, eyeballs, centres, joints[JointName.JAW])


def mirror_vertices(model: FaceModel) -> Ints:
    """For each vertex (V,) its mirror image on the symmetric mean; an eyeball's is on the other eyeball."""
    mirror = np.empty(len(model.mean), dtype=np.int64)
    left, right = (model.part_vertices(*eye) for eye in PartName.EYEBALLS)
    skin = np.setdiff1d(np.arange(len(mirror)), np.concatenate([left, right]))
    for own, other in ((skin, skin), (left, right), (right, left)):
        mirror[own] = other[KDTree(model.mean[other]).query(model.mean[own] * FLIP)[1]]
    return mirror
