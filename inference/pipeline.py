"""One photo, or several of one person, to one `Reconstruction`: a stage per function, each knowing nothing of the next.

photo -> faces -> landmarks -> skin -> network -> fit -> expressions -> texture -> detail -> Reconstruction
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.linalg import LinAlgError  # pyright: ignore[reportAttributeAccessIssue]

from ..bfm.face_model import FaceModel
from ..bfm.library.registry import expressions_for, load_model
from ..bfm.model_ids import BUILTIN
from ..errors import LikenessError
from ..progress import OnProgress
from ..result.choices import (
    AUTO,
    FINAL,
    FITS,
    FULL_FIT,
    MODEL_SHAPE,
    NO_FIT,
    QUALITIES,
    RELIEFS,
    SHADING,
    SHAPES,
    texture_size,
)
from ..result.reconstruction import PHOTO_IMAGE, Reconstruction
from . import stages
from .deep3d import estimate as deep3d
from .depth_networks import DeepenedFace, DepthChoices, deepened
from .detectors import mediapipe_models
from .detectors.landmarks import DRAFT_LOOKS, FINAL_LOOKS
from .device import choose_device
from .fitting.face_fit import FaceFit
from .fitting.fit import fit_faces
from .fitting.model_tensors import ModelTensors, model_tensors
from .fitting.settings import FitSettings
from .fitting.view import View
from .image_set import PhotoSet, find_face, main_first, photo_records, warnings_of, with_skin
from .images import read_photo
from .maps import FaceMaps, MapChoices, make_maps
from .model_mesh import mesh_of, model_record
from .stages import Stopwatch


@dataclass(frozen=True)
class PipelineOptions:
    """What the user chooses.

    ``draft`` fits the shape only; ``final`` adds light, texture and detail. Without a fit the face is what Deep3D's
    network says; ``deep3d_files`` adds the files that its own code writes.

    Example:
        >>> import likeness
        >>> options = likeness.PipelineOptions(quality="draft")
        >>> options.model, options.texture_size
        ('builtin', 'auto')
    """

    model: str = BUILTIN  # id of a model of the library
    quality: str = FINAL  # or DRAFT
    texture_size: int | str = AUTO  # side of the textures, 16 to 4096 pixels; AUTO: as the photo has the pixels for
    device: str = AUTO  # or one of DEVICES
    face: int | None = None  # which of the photo's faces, 0 being the largest, which None takes too
    fit: str = FULL_FIT  # or NO_FIT
    shape: str = MODEL_SHAPE  # or one of SHAPES, of a network of the library
    relief: str = SHADING  # or one of RELIEFS, of a network of the library
    scalp_tint: bool = True  # whether the scalp has the colour of the hair, as if it were shaved
    deep3d_files: bool = False
    network_files: bool = False  # whether the files are kept that the networks of ``shape`` and ``relief`` write


def reconstruct(
    photos: Path | str | Sequence[Path | str],
    options: PipelineOptions | None = None,
    progress: OnProgress = lambda stage, fraction: None,
) -> Reconstruction:
    """Reconstruct one face from a photo or several of one person.

    Args:
        photos: the file of a photo, or a sequence of them; the one that shows the face best leads.
        options: what to make and how; a face of the built-in model in final quality unless given.
        progress: called as each stage begins and goes on, with its name and the share of the whole that is done.

    Returns:
        The face, in metres before the camera of the leading photo (docs/conventions.md); its images are arrays.

    Raises:
        LikenessError: no photo can be read and shows a face, or an option asks for what is not there. Of several
            photos those that do not are left out, and `Reconstruction.warnings` says which and why.

    Example:
        >>> import likeness
        >>> face = likeness.reconstruct("photo.jpg", likeness.PipelineOptions(quality="draft"))
        >>> face.intrinsics.shape, face.rotation.shape, face.translation.shape, face.lighting.shape
        ((3, 3), (3, 3), (3,), (9, 3))
        >>> face.images["photo.png"].shape[:2] == face.image_size[::-1]
        True
        >>> face.save("draft")
    """
    options = options or PipelineOptions()
    paths = [photos] if isinstance(photos, str | Path) else list(photos)
    _check(options, paths)
    watch = Stopwatch(progress, _stages(options))
    device, device_note = choose_device(options.device)
    if device_note:
        progress(device_note, 0.0)  # before the wait, which is the longer for it
    model = load_model(options.model)
    photo_set = PhotoSet(paths)
    views = _views(photo_set, options, watch)
    fits, files = _fits(views, model_tensors(model, device), options, watch)
    expressions, maps, told = np.asarray(model.expression_basis), FaceMaps(), []
    if options.quality == FINAL:
        face = _deepened(views[0], model, fits, options, watch)
        fits, files, told = face.fits, files | face.files, face.warnings
        with watch.stage(stages.EXPRESSIONS):
            expressions, fits = personalised(model, fits)
        wanted = MapChoices(options.texture_size, options.scalp_tint, face.relief)
        maps = make_maps(views, model, fits, expressions, wanted, watch)
    view, fit = views[0], fits[0]
    return Reconstruction(
        model=model_record(model),
        coefficients=_coefficients(fit),
        intrinsics=_array(fit.camera.intrinsics),
        image_size=view.photo.size,
        rotation=_array(fit.camera.rotation),
        translation=_array(fit.camera.translation),
        lighting=_array(fit.light),
        landmarks=_landmark_record(view, fit, options.face),
        timings=watch.seconds,
        provenance=_provenance(view, options, device_note or str(device)),
        mesh=mesh_of(model, _array(fit.neutral), expressions, _array(fit.expression)),
        images={PHOTO_IMAGE: view.photo.pixels, **maps.images},
        files=files,
        photos=photo_records(views, fits) if len(paths) > 1 else [],
        warnings=[*photo_set.left_out(), *warnings_of(views), *told],
        appearance=maps.appearance,
        wrinkles=maps.wrinkles,
    )


def _views(photos: PhotoSet, options: PipelineOptions, watch: Stopwatch) -> list[View]:
    """The photos with what is found in them, the main one first."""
    final = options.quality == FINAL
    with watch.stage(stages.READING):
        pictures = photos.usable(dict(enumerate(photos.paths)), read_photo)
    with watch.stage(stages.LANDMARKS):
        looks = FINAL_LOOKS if final else DRAFT_LOOKS
        found = photos.usable(pictures, lambda picture: find_face(picture, looks, options.face))
        views = main_first([replace(view, index=index) for index, view in found.items()])
    if final:
        _depth_choices(options).check(views[0])
        with watch.stage(stages.SKIN):
            views = [with_skin(view) for view in views]
    return views


def _fits(
    views: Sequence[View], tensors: ModelTensors, options: PipelineOptions, watch: Stopwatch
) -> tuple[list[FaceFit], dict[str, bytes]]:
    """A fit for each view, and Deep3D's own files where they are wanted."""
    fits: list[FaceFit] = []
    files: dict[str, bytes] = {}
    if deep3d.available(tensors.model.id):
        with watch.stage(stages.NETWORK):
            estimates = deep3d.estimate(views, tensors.mean.device)
            fits = deep3d.network_fits(views, estimates, tensors)
            if options.deep3d_files:
                files = deep3d.official_files(estimates[0], tensors.model)
    if options.fit == FULL_FIT:
        with watch.stage(stages.FIT) as share:
            try:
                fits = fit_faces(views, tensors, FitSettings(), share, deep3d.starts(fits))
            except LinAlgError as error:
                raise LikenessError("No face can be fitted to this photo: try another one, or --face.") from error
    return fits, files


def _stages(options: PipelineOptions) -> list[str]:
    """The stages that will run."""
    skipped = {
        stages.NETWORK: not deep3d.available(options.model),
        stages.FIT: options.fit != FULL_FIT,
        stages.DEPTH: not _depth_choices(options).any,
    }
    names = stages.FINAL_STAGES if options.quality == FINAL else stages.DRAFT_STAGES
    return [name for name in names if not skipped.get(name)]


def _depth_choices(options: PipelineOptions) -> DepthChoices:
    return DepthChoices(options.shape, options.relief, options.network_files)


def _deepened(
    view: View, model: FaceModel, fits: list[FaceFit], options: PipelineOptions, watch: Stopwatch
) -> DeepenedFace:
    """The face with what the chosen networks see of its depth."""
    choices = _depth_choices(options)
    if not choices.any:
        return DeepenedFace(fits)
    with watch.stage(stages.DEPTH):
        return deepened(view, model, fits, choices)


def _check(options: PipelineOptions, paths: Sequence[Path | str]) -> None:
    if options.quality not in QUALITIES:
        raise LikenessError(f"There is no quality {options.quality!r}; known are: {', '.join(QUALITIES)}.")
    texture_size(options.texture_size)
    if options.fit not in FITS:
        raise LikenessError(f"There is no fit {options.fit!r}; known are: {', '.join(FITS)}.")
    if options.shape not in SHAPES:
        raise LikenessError(f"There is no shape {options.shape!r}; known are: {', '.join(SHAPES)}.")
    if options.relief not in RELIEFS:
        raise LikenessError(f"There is no detail {options.relief!r}; known are: {', '.join(RELIEFS)}.")
    _depth_choices(options).require()
    if options.fit == NO_FIT:
        deep3d.require(options.model, "A face without a fit")
    if options.deep3d_files:
        deep3d.require(options.model, "Writing Deep3D's files")
    if not paths:
        raise LikenessError("There is no photo to make a face from.")
    if len(paths) > 1 and options.face is not None:
        raise LikenessError("A face can be chosen by its number with one photo only; of several the largest is taken.")


def personalised(model: FaceModel, fits: Sequence[FaceFit]) -> tuple[np.ndarray, list[FaceFit]]:
    """The expressions (E, V, 3) made for this face, and the fits of its photos posed with them."""
    expressions = expressions_for(model, _array(fits[0].neutral))
    offsets = [np.tensordot(_array(fit.expression), expressions, axes=1) for fit in fits]
    return expressions, [
        replace(fit, posed=fit.neutral + fit.neutral.new_tensor(offset))
        for fit, offset in zip(fits, offsets, strict=True)
    ]


def _coefficients(fit: FaceFit) -> dict[str, list[float]]:
    found = {"identity": fit.identity, "expression": fit.expression, "albedo": fit.albedo_coefficients}
    return {name: [float(v) for v in values] for name, values in found.items()}


def _landmark_record(view: View, fit: FaceFit, face: int | None) -> dict[str, Any]:
    landmarks = view.landmarks
    return {
        "detector": landmarks.detector,
        "faces_found": view.faces,
        "face": face,  # which of them; None for the largest
        "ibug68": landmarks.ibug68().tolist(),
        landmarks.scheme.name: landmarks.points.tolist(),
        "uncertainty": landmarks.uncertainty.tolist(),
        "reprojection_error": fit.landmark_error,
    }


def _provenance(view: View, options: PipelineOptions, device: str) -> dict[str, str]:
    """Where each number comes from, for whoever reads ``face.json``."""
    final = options.quality == FINAL
    others = {"device": device} | (skin_provenance() if final else {})
    if options.fit == NO_FIT:
        return {
            "intrinsics": "Deep3D's focal length of 1015 pixels in its crop, brought to the photo",
            "coefficients": "R-Net's",
            "lighting": "R-Net's, brought from sRGB to linear colours",
            "mesh": "identity basis",
        } | others
    focal = "the most probable camera distance" if view.photo.focal_35mm is None else "the photo's EXIF"
    return {
        "intrinsics": f"focal length from {focal}, principal point in the middle",
        "coefficients": f"fitted to {view.landmarks.detector} landmarks{' and colours' if final else ''}",
        "lighting": "fitted to the face's colours",
        "mesh": f"identity basis{' and finer residual' if final else ''}",
    } | others


def skin_provenance() -> dict[str, str]:
    """How it was decided what is skin, where that needs to be told."""
    if mediapipe_models.available():
        return {}
    return {"skin": "colours alone, without a mask of the person, which needs MediaPipe"}


def _array(values: torch.Tensor) -> np.ndarray:
    return values.detach().cpu().double().numpy()
