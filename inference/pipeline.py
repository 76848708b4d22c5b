"""One photo, or several of one person, to one `Reconstruction`: a stage per function, each knowing nothing of the next.

photo -> faces -> landmarks -> skin -> network -> fit -> expressions -> texture -> detail -> Reconstruction
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.linalg import LinAlgError  # pyright: ignore[reportAttributeAccessIssue]

from ..bfm.face_model import FaceModel
from ..bfm.library.registry import expressions_for, load_model
from ..bfm.model_ids import BUILTIN
from ..errors import LikenessError
from ..geometry.colour import srgb_bytes
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
)
from ..result.colouring import Colour, Colouring
from ..result.reconstruction import (
    ALBEDO_IMAGE,
    CONFIDENCE_IMAGE,
    DISPLACEMENT_IMAGE,
    NORMAL_IMAGE,
    PHOTO_IMAGE,
    Reconstruction,
)
from .deep3d import estimate as deep3d
from .depth.source import DepthSource
from .depth_networks import check_view, depth_sources
from .depth_networks import require as require_networks
from .detail.shape_from_shading import shape_from_shading
from .detectors import mediapipe_models
from .detectors.landmarks import DRAFT_LOOKS, FINAL_LOOKS
from .device import choose_device
from .fitting.face_fit import FaceFit
from .fitting.fit import fit_faces
from .fitting.model_tensors import ModelTensors, model_tensors
from .fitting.settings import FitSettings
from .fitting.view import View
from .image_set import find_face, main_first, photo_records, with_skin
from .images import read_photo
from .model_mesh import mesh_of, model_record
from .texture.eye_colours import measure_eyes
from .texture.hair import seen_hair
from .texture.texture import build_texture, with_eyes
from .uv.resolution import chosen_size

# Where each stage ends on the progress bar; the shares of the time seen on two cores.
STAGE_END = {
    "reading": 0.01, "landmarks": 0.04, "skin": 0.06, "network": 0.07, "fit": 0.4, "depth": 0.41, "expressions": 0.48,
    "texture": 0.8, "detail": 1.0,
}  # fmt: skip


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
    texture_size: int | str = AUTO  # side of the textures, pixels; AUTO: as large as the photo has the pixels for
    device: str = AUTO  # or one of DEVICES
    face: int | None = None  # which of the photo's faces, 0 being the largest, which None takes too
    fit: str = FULL_FIT  # or NO_FIT
    shape: str = MODEL_SHAPE  # or one of SHAPES, of a network of the library
    relief: str = SHADING  # or one of RELIEFS, of a network of the library
    scalp_tint: bool = True  # whether the scalp has the colour of the hair, as if it were shaved
    deep3d_files: bool = False


@dataclass
class Stopwatch:
    """Seconds per stage, and the progress told as each begins."""

    progress: OnProgress
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[Callable[[float], None]]:
        """Time a stage; yields a function that reports the share of it that is done."""
        names = list(STAGE_END)
        start = STAGE_END[names[names.index(name) - 1]] if names.index(name) else 0.0
        self.progress(name, start)
        begun = time.perf_counter()
        yield lambda share: self.progress(name, start + share * (STAGE_END[name] - start))
        self.seconds[name] = time.perf_counter() - begun


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
        LikenessError: a photo is unreadable or shows no face, or an option asks for what is not there.

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
    watch = Stopwatch(progress)
    device, device_note = choose_device(options.device)
    model = load_model(options.model)
    views = _views(paths, options, watch)
    fits, files = _fits(views, model_tensors(model, device), options, watch)
    expressions, maps, appearance = np.asarray(model.expression_basis), {}, Colouring()
    if options.quality == FINAL:
        sources, fits = _deepened(views, model, fits, options, watch)
        with watch.stage("expressions"):
            expressions, fits = personalised(model, fits)
        maps, appearance = _maps(views, model, fits, sources, options, watch)
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
        images={PHOTO_IMAGE: view.photo.pixels, **maps},
        files=files,
        photos=photo_records(views, fits),
        appearance=appearance,
    )


def _views(paths: Sequence[Path | str], options: PipelineOptions, watch: Stopwatch) -> list[View]:
    """The photos with what is found in them, the main one first."""
    final = options.quality == FINAL
    with watch.stage("reading"):
        pictures = [read_photo(path) for path in paths]
    with watch.stage("landmarks"):
        looks = FINAL_LOOKS if final else DRAFT_LOOKS
        views = main_first([find_face(picture, looks, options.face, len(paths) > 1) for picture in pictures])
    if final:
        with watch.stage("skin"):
            views = [with_skin(view) for view in views]
    return views


def _fits(
    views: Sequence[View], tensors: ModelTensors, options: PipelineOptions, watch: Stopwatch
) -> tuple[list[FaceFit], dict[str, bytes]]:
    """A fit for each view, and Deep3D's own files where they are wanted."""
    fits: list[FaceFit] = []
    files: dict[str, bytes] = {}
    if deep3d.available(tensors.model.id):
        with watch.stage("network"):
            estimates = deep3d.estimate(views, tensors.mean.device)
            fits = deep3d.network_fits(views, estimates, tensors)
            if options.deep3d_files:
                files = deep3d.official_files(estimates[0], tensors.model)
    if options.fit == FULL_FIT:
        with watch.stage("fit") as share:
            try:
                fits = fit_faces(views, tensors, FitSettings(), share, deep3d.starts(fits))
            except LinAlgError as error:
                raise LikenessError("No face can be fitted to this photo: try another one, or --face.") from error
    return fits, files


def _check(options: PipelineOptions, paths: Sequence[Path | str]) -> None:
    if options.quality not in QUALITIES:
        raise LikenessError(f"There is no quality {options.quality!r}; known are: {', '.join(QUALITIES)}.")
    if options.texture_size != AUTO and not isinstance(options.texture_size, int):
        raise LikenessError(f"A texture's size is a number of pixels or {AUTO!r}, not {options.texture_size!r}.")
    if options.fit not in FITS:
        raise LikenessError(f"There is no fit {options.fit!r}; known are: {', '.join(FITS)}.")
    if options.shape not in SHAPES:
        raise LikenessError(f"There is no shape {options.shape!r}; known are: {', '.join(SHAPES)}.")
    if options.relief not in RELIEFS:
        raise LikenessError(f"There is no detail {options.relief!r}; known are: {', '.join(RELIEFS)}.")
    require_networks(options.shape, options.relief)
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


def _deepened(
    views: Sequence[View], model: FaceModel, fits: list[FaceFit], options: PipelineOptions, watch: Stopwatch
) -> tuple[list[DepthSource], list[FaceFit]]:
    """What the chosen networks say of the depth of the leading photo, and the fits with the shape that they see."""
    if (options.shape, options.relief) == (MODEL_SHAPE, SHADING):
        return [], fits
    with watch.stage("depth"):
        device = fits[0].posed.device
        sources = depth_sources(options.shape, options.relief, views[0], model, fits[0], device)
        for source in sources:
            fits = source.moved(views[0].photo, model, fits)
    return sources, fits


def _maps(
    views: Sequence[View],
    model: FaceModel,
    fits: Sequence[FaceFit],
    sources: Sequence[DepthSource],
    options: PipelineOptions,
    watch: Stopwatch,
) -> tuple[dict[str, Any], Colouring]:
    with watch.stage("texture"):
        size = chosen_size(options.texture_size, model, fits)
        hair, eyes = seen_hair(views[0].photo, model, fits[0]), measure_eyes(views[0], model, fits[0])
        photos, tint = [view.photo for view in views], hair if options.scalp_tint else None
        texture = with_eyes(build_texture(photos, model, fits, size, tint), model, eyes)
    with watch.stage("detail"):
        relief = sources[-1].relief if sources else shape_from_shading
        detail = relief(views[0].photo, model, fits[0], size, texture.bare)
    images = {
        ALBEDO_IMAGE: srgb_bytes(texture.albedo),
        CONFIDENCE_IMAGE: np.round(np.clip(texture.confidence, 0, 1) * 255).astype(np.uint8),
        DISPLACEMENT_IMAGE: detail.displacement,
        NORMAL_IMAGE: detail.normal_map,
    }
    iris = None if eyes is None else _colour(eyes.iris)
    tone = _colour(_array(fits[0].skin_tone))
    return images, Colouring(hair=hair.colour if hair else None, iris=iris, skin_tone=tone)


def _colour(values: np.ndarray) -> Colour:
    red, green, blue = (float(value) for value in values)
    return red, green, blue


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
    final, others = options.quality == FINAL, {"device": device}
    if final and not mediapipe_models.available():
        others["skin"] = "colours alone, without a mask of the person, which needs MediaPipe"
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


def _array(values: torch.Tensor) -> np.ndarray:
    return values.detach().cpu().double().numpy()
