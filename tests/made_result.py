"""A result of the built-in model without a photo behind it, whose texture follows the surface."""

from __future__ import annotations

import numpy as np
from likeness.bfm.face_model import FaceModel
from likeness.bfm.library.registry import load_model
from likeness.geometry.colour import linear_to_srgb
from likeness.inference.model_mesh import mesh_of, model_record
from likeness.inference.uv.atlas import uv_atlas
from likeness.result.colouring import Colouring
from likeness.result.reconstruction import (
    ALBEDO_IMAGE,
    CONFIDENCE_IMAGE,
    DISPLACEMENT_IMAGE,
    NORMAL_IMAGE,
    PHOTO_IMAGE,
    Reconstruction,
)
from likeness.result.wrinkles import WRINKLE_IMAGES, WrinkleGroup, keys_of_group

SIZE = 256  # texels
SMILE = {"mouthSmileLeft": 0.6, "mouthSmileRight": 0.5, "jawOpen": 0.2}


def a_result() -> Reconstruction:
    """A smiling face of the built-in model with a texture that follows the surface, made without a photo."""
    model = load_model("builtin")
    vertices = model.shape(np.random.default_rng(1).normal(0, 0.7, 20))
    expression = np.array([SMILE.get(name, 0.0) for name in model.expression_names], np.float32)
    return Reconstruction(
        model=model_record(model),
        coefficients={"identity": [0.0], "expression": expression.tolist(), "albedo": []},
        intrinsics=np.array([[700.0, 0, 160], [0, 700, 160], [0, 0, 1]]),
        image_size=(320, 320),
        rotation=np.diag([1.0, -1.0, -1.0]),
        translation=np.array([0.01, 0.02, 0.8]),
        lighting=np.vstack([np.full((1, 3), 2.5), np.zeros((8, 3))]),
        landmarks={"detector": "none"},
        timings={},
        provenance={"mesh": "a test"},
        mesh=mesh_of(model, vertices, np.asarray(model.expression_basis), expression),
        images=images_of(model),
        wrinkles=(WrinkleGroup("smile_left", WRINKLE_IMAGES[0], 1, keys_of_group("smile_left", SMILE), 0.6),),
        appearance=Colouring(hair=(0.1, 0.05, 0.03), skin_tone=(0.5, 0.3, 0.2)),
        photos=[{"name": "a", "pose": {"rotation": np.diag([1.0, -1, -1]).tolist(), "translation": [0.01, 0.02, 0.8]}}],
    )


def images_of(model: FaceModel) -> dict[str, np.ndarray]:
    """A plain photo, and maps with stripes of colour and of relief along the surface."""
    atlas = uv_atlas(model, SIZE)
    at = atlas.interpolate(model.mean)
    colour = 0.4 + 0.2 * np.sin(at * 120) * atlas.mask[..., None]
    return {
        PHOTO_IMAGE: np.full((320, 320, 3), 90, np.uint8),
        ALBEDO_IMAGE: np.round(linear_to_srgb(colour) * 255).astype(np.uint8),
        CONFIDENCE_IMAGE: np.where(atlas.mask, 200, 0).astype(np.uint8),
        DISPLACEMENT_IMAGE: (0.0003 * np.sin(at[..., 0] * 300) * (atlas.parts() == 0)).astype(np.float32),
        WRINKLE_IMAGES[0]: (0.0002 * np.cos(at * 300) * (atlas.parts() == 0)[..., None]).astype(np.float32),
        NORMAL_IMAGE: np.full((SIZE, SIZE, 3), 128, np.uint8),
    }
