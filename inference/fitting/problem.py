"""What a fit is asked: the face that is looked for, and what each photo says of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ...anatomy.landmarks import LandmarkScheme
from ..camera import focal_px_from_35mm
from ..detectors.landmarks import FaceLandmarks
from .face_crop import FaceCrop, face_crop
from .face_part import FacePart, face_part
from .fine_shape import fine_shape_of
from .landmark_fit import LandmarkBases, LandmarkState, Observations, to_camera
from .model_tensors import ModelTensors
from .photometric import PosedFace
from .scene_light import SceneLight, scene_light
from .settings import FitSettings, LandmarkSettings
from .shut_eyes import eye_shares, seeing, with_shut_lids
from .teeth import freedom, teeth_shut
from .view import View
from .wander import landmark_wander

GAZE_FREEDOM = 2.0  # times the usual spread of a gaze: an iris that is seen says where it looks, and no nose need move


@dataclass(frozen=True)
class FaceProblem:
    """What all photos of a face share: the model and how its unknowns move it."""

    whole: ModelTensors
    face: FacePart  # of the whole what photos are compared with; V vertices
    bases: LandmarkBases  # the face's landmarks
    modes: Tensor  # (K, V, 3) what the face's unknowns add to its mean: identity, fine shape if any, expression
    settings: FitSettings
    grey: bool  # the photos have no hue, and so has the albedo

    @staticmethod
    def of(tensors: ModelTensors, scheme: LandmarkScheme, settings: FitSettings, grey: bool = False) -> FaceProblem:
        """The problem of a model's face without fine shape."""
        face = face_part(tensors.model, tensors.mean.device, tensors.mean.dtype)
        if grey:
            tensors, face = tensors.in_grey(), face.in_grey()
        modes = _joined(face.identity_basis, face.expression_basis)
        return FaceProblem(tensors, face, LandmarkBases.of(face, scheme), modes, settings, grey)

    def with_fine_shape(self) -> FaceProblem:
        """The same with the fine shape's modes, which count as further modes of identity."""
        fine = fine_shape_of(self.face, self.settings.fine_shape)
        modes = _joined(self.face.identity_basis, fine, self.face.expression_basis)
        return replace(self, bases=self.bases.with_modes(fine), modes=modes)

    def shape(self, state: LandmarkState) -> Tensor:
        """The face's vertices (V, 3) in a state (a batch of one)."""
        unknowns = torch.cat([state.identity[0], state.expression[0]])
        return self.face.mean + torch.tensordot(unknowns, self.modes, dims=1)


def _joined(*modes: Tensor) -> Tensor:
    """Modes (., V, 3) one after the other (K, V, 3), laid out so that all modes of a coordinate lie side by side.

    The colours' equations multiply with them as (3V, K), three times as fast as with rows that are far apart.
    """
    columns = torch.cat([some.flatten(1).mT for some in modes], dim=1)
    return columns.mT.unflatten(1, modes[0].shape[1:])


@dataclass(frozen=True)
class PhotoProblem:
    """What one photo says: where landmarks are and which colours the face has."""

    view: View
    seen: Observations
    crop: FaceCrop
    scene: SceneLight

    @staticmethod
    def of(view: View, problem: FaceProblem) -> PhotoProblem:
        """A photo's part in a problem; colours count where its skin is, or everywhere where that is not known."""
        like, settings = problem.face.mean, problem.settings
        pixels = view.photo.pixels
        counted = np.ones(pixels.shape[:2], np.float32) if view.skin is None else view.skin
        return PhotoProblem(
            view=view,
            scene=scene_light(view.photo, view.landmarks),
            seen=replace(
                observe(view.landmarks, view.photo.size, like, settings.landmarks),
                freedom=_freedom(view, problem.face),
            ),
            crop=face_crop(pixels, counted, view.landmarks.box, settings.photometric.crop_px, like),
        )

    @property
    def focal_px(self) -> float | None:
        """The photo's focal length in pixels, where its camera wrote it down."""
        focal_35mm = self.view.photo.focal_35mm
        return None if focal_35mm is None else focal_px_from_35mm(focal_35mm, self.seen.image_size)

    def posed(self, problem: FaceProblem, state: LandmarkState) -> PosedFace:
        """The face in a state (a batch of one) in front of the crop's camera."""
        return PosedFace(problem.shape(state), self.crop.seen_by(to_camera(state, self.seen.image_size)), self.crop)


def observe(
    landmarks: FaceLandmarks, image_size: tuple[int, int], like: Tensor, settings: LandmarkSettings
) -> Observations:
    """The detector's points as tensors on the device and of the dtype of ``like``.

    On a turned head all points err more, but together: as one shift and stretch that pose absorbs. Of that growth only
    the share ``turned_growth`` (an exponent) is believed; which points are better than others stays as it was told, but
    for how far each wanders over the skin.
    """
    points, sigma = like.new_tensor(landmarks.points), like.new_tensor(landmarks.uncertainty)
    frontal = settings.frontal_sigma * landmarks.size
    seen = sigma * (sigma.median() / frontal).clamp_min(1.0) ** (settings.turned_growth - 1.0)
    wander = like.new_tensor(landmark_wander(landmarks.scheme)) * landmarks.inter_ocular
    told = Observations(
        points=points,
        sigma=torch.hypot(seen, wander),
        gaps=torch.tensor(landmarks.scheme.gaps, device=like.device),
        oval=torch.tensor(landmarks.scheme.oval, dtype=torch.int64, device=like.device),
        gap_sigma=settings.gap_sigma,
        places=_places(landmarks.scheme, like),
        place_sigma=settings.place_sigma,
        inter_ocular=landmarks.inter_ocular,
        image_size=image_size,
    )
    return with_shut_lids(told, seeing(landmarks))


def _freedom(view: View, face: ModelTensors) -> Tensor:
    """Shares (E,) of their usual spread that the expressions have in a photo: teeth, irises and lids say more."""
    names = face.fitted_names
    shut = teeth_shut(view.photo.pixels, view.landmarks)
    looks = GAZE_FREEDOM if view.landmarks.scheme.places else 1.0
    eyes = eye_shares(names, seeing(view.landmarks), looks)
    return face.mean.new_tensor([free * eye for free, eye in zip(freedom(names, shut), eyes, strict=True)])


def _places(scheme: LandmarkScheme, like: Tensor) -> Tensor:
    """Weights (K, L) of a scheme's landmarks: the middle of a group less that of another."""
    weights = like.new_zeros(len(scheme.places), scheme.count)
    for row, (one, other) in zip(weights, scheme.places, strict=True):
        row[list(one)], row[list(other)] = 1.0 / len(one), -1.0 / len(other)
    return weights
