"""What R-Net says of the faces of some photos, with the model and the network of the user's library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import torch

from ...bfm.face_model import FaceModel
from ...bfm.library.networks import DEEP3D
from ...bfm.library.registry import available_models, model_file
from ...bfm.library.store import installed
from ...errors import LikenessError
from ...result.reconstruction import DEEP3D_FILES
from ..fitting.face_fit import FaceFit
from ..fitting.model_tensors import ModelTensors
from ..fitting.start import FitStart
from ..fitting.view import View
from ..networks.c_net import aggregate_identity
from ..networks.library import library_network, require_network
from .alignment import Deep3DCrop, align
from .coefficients import Deep3DCoefficients
from .conversion import to_face_fit
from .files import mat_file, obj_file
from .geometry import MODEL_ID, Deep3DModel, decode, deep3d_model, face_albedo, read_extra

MAT_FILE, OBJ_FILE = DEEP3D_FILES
PROVENANCE = {  # of a face without a fit
    "intrinsics": "Deep3D's focal length of 1015 pixels in its crop, brought to the photo",
    "coefficients": "R-Net's",
    "lighting": "R-Net's, brought from sRGB to linear colours",
    "mesh": "identity basis",
}


@dataclass(frozen=True)
class Estimate:
    """R-Net's answer for one photo."""

    coefficients: Deep3DCoefficients  # of one face
    crop: Deep3DCrop


def available(model_id: str) -> bool:
    """Whether the network can be asked for faces of this model."""
    return model_id == MODEL_ID and DEEP3D in installed()


def require(model_id: str, purpose: str) -> None:
    """Raise the `LikenessError` that says how ``purpose`` becomes possible, where it is not."""
    require_network(DEEP3D, purpose)
    if model_id != MODEL_ID:
        how = f"choose it with --model {MODEL_ID}"
        if MODEL_ID not in available_models():
            how = f"add it with `likeness models add FOLDER` and {how}"
        raise LikenessError(f"{purpose} needs the Basel Face Model 2009 ({MODEL_ID}), not {model_id!r}: {how}.")


def estimate(views: Sequence[View], device: torch.device) -> list[Estimate]:
    """Ask the library's network about each view; they are taken for one person, who has one identity and albedo."""
    crops = [align(view.photo.pixels, view.landmarks.five() - 0.5) for view in views]
    pictures = torch.as_tensor(np.stack([crop.pixels for crop in crops]), device=device)
    inputs = (pictures.permute(0, 3, 1, 2) / 255.0).contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        found = Deep3DCoefficients.of(library_network(DEEP3D, device)(inputs))
    shared = {name: aggregate_identity(getattr(found, name)).expand_as(getattr(found, name)) for name in ("id", "tex")}
    each = replace(found, **shared).vector().clone().split(1)  # ordinary tensors again, on which gradients may be taken
    return [Estimate(Deep3DCoefficients.of(vector), crop) for vector, crop in zip(each, crops, strict=True)]


def network_fits(views: Sequence[View], estimates: Sequence[Estimate], tensors: ModelTensors) -> list[FaceFit]:
    """The estimates as fits, one per view."""
    model = parametric_model(tensors.model, tensors.mean.device)
    return [
        to_face_fit(e.coefficients, face_albedo(model, e.coefficients)[0], e.crop, tensors, view.landmarks, view.skin)
        for view, e in zip(views, estimates, strict=True)
    ]


def starts(fits: Sequence[FaceFit]) -> list[FitStart]:
    """What the network says as places for the fit to begin from."""
    return [
        FitStart(f.identity, f.expression, f.camera.rotation, f.camera.translation, f.camera.intrinsics) for f in fits
    ]


def official_files(found: Estimate, model: FaceModel) -> dict[str, bytes]:
    """The files the official code writes, by name."""
    parametric = parametric_model(model, found.coefficients.id.device)
    face = decode(parametric, found.coefficients)
    return {MAT_FILE: mat_file(found.coefficients, face), OBJ_FILE: obj_file(parametric, face)}


def parametric_model(model: FaceModel, device: torch.device) -> Deep3DModel:
    """The library's Basel model as Deep3D's; the latest is kept, on the CPU alone."""
    return _parametric_model(model).to(device)


@lru_cache(maxsize=1)
def _parametric_model(model: FaceModel) -> Deep3DModel:
    return deep3d_model(model, read_extra(model_file(model.id)))
