"""The labels of a window on the photo: by the face parsing network, or by the fitted face where there is none."""

from __future__ import annotations

import cv2
import numpy as np
import torch

from ...anatomy.regions import RegionName
from ...bfm.face_model import FaceModel
from ...bfm.library.networks import FACE_PARSING
from ...bfm.library.store import installed
from ...geometry.arrays import Bools, Floats, Pixels
from ...geometry.faces import triangulate
from ..detectors.crop import Crop
from ..fitting.face_fit import FaceFit
from ..fitting.view import View
from ..networks.library import library_network
from ..rendering.rasterizer import rasterize
from .labels import Label

_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's
# The parser's class -> CelebAMask-HQ's; it calls a hat what is as often background.
_FROM_PARSER = np.array([0, 1, 6, 7, 4, 5, 3, 8, 9, 15, 2, 10, 11, 12, 17, 16, 18, 13, 0], np.uint8)
_PAIRS = ((Label.LEFT_BROW, Label.RIGHT_BROW), (Label.LEFT_EYE, Label.RIGHT_EYE), (Label.LEFT_EAR, Label.RIGHT_EAR))
# Regions of the fitted face, later ones over earlier ones.
_REGIONS = (
    (RegionName.NOSE, Label.NOSE),
    (RegionName.BROWS, Label.LEFT_BROW),
    (RegionName.LIPS, Label.UPPER_LIP),
    (RegionName.EYES, Label.LEFT_EYE),
    (RegionName.MOUTH_INTERIOR, Label.MOUTH),
)
_SKIN_SHARE = 0.5  # confidence above which a pixel is this face's skin


def labels_of(view: View, model: FaceModel, fit: FaceFit, window: Crop, device: torch.device) -> Pixels:
    """(S, S) a `Label` for each pixel of a window on the view's photo."""
    if FACE_PARSING in installed():
        return _parsed(window.take(view.photo.pixels), device)
    return _from_fit(view, model, fit, window)


def _parsed(crop: Pixels, device: torch.device) -> Pixels:
    picture = (
        torch.as_tensor(crop, device=device).float() / 255.0 - torch.tensor(_MEAN, device=device)
    ) / torch.tensor(_DEVIATION, device=device)
    with torch.inference_mode():
        scores = library_network(FACE_PARSING, device)(picture.permute(2, 0, 1)[None])
    return by_side(_FROM_PARSER[scores[0].argmax(dim=0).cpu().numpy()])


def by_side(labels: Pixels) -> Pixels:
    """Brows, eyes and ears called left and right by the side of the nose that they are on."""
    nose = np.nonzero(labels == Label.NOSE)[1]
    if not len(nose):
        return labels
    left = np.arange(labels.shape[1]) < nose.mean()
    result = labels.copy()
    for pair in _PAIRS:
        result = np.where(np.isin(labels, pair), np.where(left, *pair), result)
    return result.astype(np.uint8)


def _from_fit(view: View, model: FaceModel, fit: FaceFit, window: Crop) -> Pixels:
    """What the fitted face shows, where the photo shows skin inside the face's oval."""
    camera = fit.camera.on_cpu()
    side = window.resolution
    matrix = np.linalg.inv(np.vstack([window.affine(), [0.0, 0.0, 1.0]])) @ camera.intrinsics.double().numpy()
    posed = camera.to_camera(fit.posed.detach().to("cpu", torch.float32))[None]
    triangles = torch.as_tensor(triangulate(model.faces)).long()
    fragments = rasterize(posed, triangles, torch.as_tensor(matrix, dtype=torch.float32), (side, side))
    kinds = vertex_labels(model)[triangles[:, 0].numpy()]
    shown = fragments.triangle_ids[0].numpy()
    labels = np.where(shown >= 0, kinds[np.maximum(shown, 0)], Label.BACKGROUND).astype(np.uint8)
    if fit.skin_confidence is not None:
        seen = _in_window(fit.skin_confidence.detach().cpu().numpy(), window)
        # Lids lie in the shade of lashes, which is no skin, and are the face's all the same.
        lids = (shown >= 0) & _in_region(model, RegionName.LIDS)[triangles[:, 0].numpy()][np.maximum(shown, 0)]
        labels[(labels == Label.SKIN) & (seen < _SKIN_SHARE) & ~lids] = Label.HAIR
    oval = np.round(window.from_photo(view.landmarks.oval())).astype(np.int32)
    beside = cv2.fillPoly(np.ones((side, side), np.uint8), [oval], (0,))
    labels[(beside == 1) & (labels == Label.SKIN)] = Label.NECK
    return by_side(labels)


def vertex_labels(model: FaceModel) -> Pixels:
    """(V,) the `Label` of each vertex that its region tells; skin elsewhere."""
    labels = np.full(len(model.mean), Label.SKIN, np.uint8)
    for region, label in _REGIONS:
        labels[_in_region(model, region)] = label
    return labels


def _in_region(model: FaceModel, name: str) -> Bools:
    """(V,) the vertices of a region; none where the model has not got it."""
    return model.region(name) > _SKIN_SHARE if name in model.region_names else np.zeros(len(model.mean), bool)


def _in_window(picture: Floats, window: Crop) -> Floats:
    size = (window.resolution, window.resolution)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(picture.astype(np.float32), window.pixel_affine(), size, flags=flags), np.float32)
