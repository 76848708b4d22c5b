"""FaceScape's landmark fit of one photo as a `FaceFit`, for the stages after it (``--fit facescape``).

Shape, expression and pose are the fit's alone. It knows no perspective: the camera stands so far away that the picture
is the same. Light and albedo, of which FaceScape's fit says nothing, are found as for every face whose shape is known.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ...bfm.library.registry import available_models, model_file
from ...bfm.model_ids import FACESCAPE
from ...errors import LikenessError
from ...geometry.arrays import Floats
from ..camera import Camera, intrinsics_from_focal
from ..fitting.face_fit import FaceFit
from ..fitting.known_fit import KnownShape, fits_of_known, landmark_error
from ..fitting.model_tensors import ModelTensors
from ..fitting.settings import FitSettings
from ..fitting.view import View
from .bilinear import MM_PER_METRE, BilinearPoints, bilinear_points
from .fitter import PhotoLandmarkFit, fit_in_photo
from .weak_perspective import WeakPerspective

DISTANCE = 10.0  # metres from the camera to the landmarks: perspective is then a hundredth of the face's depth

PROVENANCE = {
    "intrinsics": "FaceScape's weak perspective, as a camera far away",
    "coefficients": "FaceScape's fit to 68 landmarks",
    "lighting": "fitted to the face's colours",
    "mesh": "identity basis",
}


def require(model_id: str, photos: int) -> None:
    """Raise the `LikenessError` that says how FaceScape's fit becomes possible, where it is not."""
    if model_id != FACESCAPE:
        how = f"choose it with --model {FACESCAPE}"
        if FACESCAPE not in available_models():
            how = f"add it with `likeness models add FILE` and {how}"
        raise LikenessError(f"FaceScape's fit needs its bilinear model ({FACESCAPE}), not {model_id!r}: {how}.")
    if photos > 1:
        raise LikenessError("FaceScape's fit is for one photo: give one, or leave out --fit facescape.")


def facescape_fits(views: Sequence[View], tensors: ModelTensors) -> list[FaceFit]:
    """FaceScape's fit of a photo. Raises `LikenessError` where the library's model is no bilinear one."""
    points = bilinear_points(tensors.model, model_file(tensors.model.id))
    return fits_of_known(views, tensors, [_known(view, points, tensors) for view in views], FitSettings())


def weak_camera(pose: WeakPerspective, points: Floats, image_size: tuple[int, int], like: Tensor) -> Camera:
    """A pinhole camera, far away, in whose picture (pixels, y down) points (N, 3) in mm are where the pose has them."""
    height = image_size[1]
    scale = pose.scale * MM_PER_METRE
    intrinsics = intrinsics_from_focal(scale * DISTANCE, image_size, like)
    middle = intrinsics[:2, 2].cpu().numpy()
    rotation = np.diag([1.0, -1.0, -1.0]) @ pose.rotation
    across = (np.array([pose.shift[0], height - pose.shift[1]]) - middle) / scale
    depth = DISTANCE - (points.mean(axis=0) @ rotation[2]) / MM_PER_METRE
    return Camera(intrinsics, like.new_tensor(rotation), like.new_tensor([*across, depth]), image_size)


def _known(view: View, points: BilinearPoints, tensors: ModelTensors) -> KnownShape:
    pixels = view.landmarks.ibug68()
    size = view.photo.size
    found = fit_in_photo(points, np.column_stack([pixels[:, 0], size[1] - pixels[:, 1]]))
    shown = points.shape(found.identity, found.expression)[found.landmarks]
    camera = weak_camera(found.pose, shown, size, tensors.mean)
    identity = tensors.mean.new_tensor(found.identity)
    neutral = tensors.neutral(identity)
    expression = _sliders(found, tensors)
    posed = neutral + torch.tensordot(expression[tensors.fitted], tensors.expression_basis, dims=1)
    return KnownShape(identity, expression, neutral, camera, landmark_error(camera, posed, tensors, view.landmarks))


def _sliders(found: PhotoLandmarkFit, tensors: ModelTensors) -> Tensor:
    """The fit's expression as sliders of the whole model, of which FaceScape's own are the first."""
    sliders = tensors.mean.new_zeros(len(tensors.model.expression_names))
    sliders[: len(found.expression)] = sliders.new_tensor(found.expression)
    return sliders
