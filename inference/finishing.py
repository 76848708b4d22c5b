"""Texture and detail of a face that was fitted before: a draft is finished, or its maps get another size.

Nothing of the fit is made again. The face is looked for in its photos where the fit has put it; shape, expression and
cameras stay as they are. Light and skin tone, which a draft knows roughly, are found for the first time there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..bfm.face_model import FaceModel
from ..bfm.library.registry import load_model
from ..errors import LikenessError
from ..geometry.arrays import Floats
from ..progress import OnProgress
from ..result.colouring import Colouring, colouring_of
from ..result.face_file import assemble
from ..result.kept_fit import KeptFit
from ..result.reconstruction import PHOTO_IMAGE, Reconstruction
from . import stages
from .camera import Camera
from .detectors.landmarks import detect_faces
from .device import choose_device
from .fitting.face_fit import FaceFit
from .fitting.known_fit import KnownShape, fits_of_known
from .fitting.model_tensors import ModelTensors, model_tensors
from .fitting.settings import FitSettings
from .fitting.view import View
from .image_set import LEFT_OUT, PhotoSet, with_skin
from .images import Photo, read_photo
from .maps import MapChoices, make_maps
from .model_mesh import mesh_of
from .pipeline import PipelineOptions, personalised, skin_provenance
from .stages import Stopwatch

# Share of the distance of the eyes by which landmarks may miss where they were seen, in the middle: a face that has
# been turned or has another expression than its photo misses by far more, a bad fit by less.
FARTHEST = 0.25
STRANGER = "The face was not made of a photo of this name."


def finish(
    kept: KeptFit,
    photos: Sequence[Path],
    options: PipelineOptions,
    progress: OnProgress = lambda stage, fraction: None,
) -> Reconstruction:
    """The face of a fit in final quality.

    Args:
        kept: the fit; its model is taken, whatever ``options`` say.
        photos: the main photo, and those of the others, known by their names, that are to help.
        options: size of the textures, device, and whether the scalp is tinted.
        progress: as that of `reconstruct`.

    Raises:
        LikenessError: the model is another one by now, the main photo cannot be read, or it does not show the face
            there. Others of which that is true are left out, and `Reconstruction.warnings` says which and why.
    """
    watch = Stopwatch(progress, stages.KNOWN_FIT_STAGES)
    device, device_note = choose_device(options.device)
    if device_note:
        progress(device_note, 0.0)  # before the wait, as `reconstruct` tells it
    model = load_model(kept.face["model"]["id"])
    tensors = model_tensors(model, device)
    records, paths = _records(kept.face, photos)
    shapes = [_known(record, kept, tensors) for record in records]
    photo_set = PhotoSet(paths)
    views = _views(photo_set, model, shapes, watch)
    records, shapes = [records[view.index] for view in views], [shapes[view.index] for view in views]
    with watch.stage(stages.LIGHT):
        found = fits_of_known(views, tensors, shapes, FitSettings())
        known_colours = colouring_of(kept.face.get("appearance", {}))
        fits = [_with_light(*each, known_colours) for each in zip(found, records, strict=True)]
    with watch.stage(stages.EXPRESSIONS):
        expressions, fits = personalised(model, fits)
    wanted = MapChoices(options.texture_size, options.scalp_tint)
    maps = make_maps(views, model, fits, expressions, wanted, watch)
    mesh = mesh_of(model, _array(fits[0].neutral), expressions, _array(fits[0].expression))
    known = assemble(kept.face, mesh, {PHOTO_IMAGE: views[0].photo.pixels, **maps.images})
    return replace(
        known,
        coefficients=known.coefficients | {"albedo": _array(fits[0].albedo_coefficients).tolist()},
        lighting=_array(fits[0].light),
        timings=known.timings | watch.seconds,
        provenance=known.provenance | skin_provenance() | {"device": device_note or str(device)},
        photos=_lit(known.photos, records, fits),
        warnings=_warnings(known, [*_strangers(kept.face, photos), *photo_set.left_out()]),
        appearance=maps.appearance,
        wrinkles=maps.wrinkles,
    )


def _records(face: dict[str, Any], photos: Sequence[Path]) -> tuple[list[dict[str, Any]], list[Path]]:
    """What the fit says of each photo that can help, in the form of ``photos`` in ``face.json``, and these photos."""
    main, others = photos[0], list(photos[1:])
    records, used = [_of_main(face)], [main]
    for record in face.get("photos", [])[1:]:
        path = next((other for other in others if other.name == record["name"]), None)
        if path is not None and "expression" in record:
            others.remove(path)
            records.append(record)
            used.append(path)
    return records, used


def _strangers(face: dict[str, Any], photos: Sequence[Path]) -> list[str]:
    """A sentence for each further photo whose name is that of none of the face's; the main one's is at hand anyway."""
    names = {record["name"] for record in face.get("photos", [])}
    return [LEFT_OUT.format(photo.name, STRANGER) for photo in photos[1:] if photo.name not in names]


def _of_main(face: dict[str, Any]) -> dict[str, Any]:
    return {
        "camera": face["camera"],
        "pose": face["pose"],
        "expression": face["coefficients"]["expression"],
        "lighting": face["lighting"],
        "reprojection_error": face["landmarks"].get("reprojection_error", 0.0),
    }


def _known(record: dict[str, Any], kept: KeptFit, tensors: ModelTensors) -> KnownShape:
    like, expression = tensors.mean, record["expression"]
    if len(kept.vertices) < len(like) or len(expression) != len(tensors.model.expression_names):
        raise LikenessError(
            f"The face no longer has the vertices of its model {tensors.model.id!r}: create it anew from its photo."
        )
    camera = Camera(
        intrinsics=like.new_tensor(record["camera"]["intrinsics"]),
        rotation=like.new_tensor(record["pose"]["rotation"]),
        translation=like.new_tensor(record["pose"]["translation"]),
        image_size=tuple(record["camera"]["image_size"]),
    )
    return KnownShape(
        identity=like.new_tensor(kept.face["coefficients"]["identity"]),
        expression=like.new_tensor(expression),
        neutral=like.new_tensor(np.asarray(kept.vertices[: len(like)])),
        camera=camera,
        landmark_error=record["reprojection_error"],
    )


def _views(photos: PhotoSet, model: FaceModel, shapes: Sequence[KnownShape], watch: Stopwatch) -> list[View]:
    """The photos with the face where the fit has put it, the main one first; without those that do not show it."""
    with watch.stage(stages.READING):
        pictures = photos.usable(dict(enumerate(photos.paths)), read_photo)
    with watch.stage(stages.LANDMARKS):
        known = {index: (picture, model, shapes[index]) for index, picture in pictures.items()}
        views = photos.usable(known, lambda each: _view(*each))
    if 0 in photos.faults:
        raise LikenessError(photos.faults[0])
    with watch.stage(stages.SKIN):
        return [with_skin(replace(view, index=index)) for index, view in views.items()]


def _view(picture: Photo, model: FaceModel, shape: KnownShape) -> View:
    """The face of a photo that is where the fit has put it. Raises `LikenessError`."""
    faces = detect_faces(picture) if picture.size == shape.camera.image_size else []
    expected = _landmarks_in_photo(model, shape)
    misses = [float(np.median(np.hypot(*(f.ibug68() - expected).T))) / f.inter_ocular for f in faces]
    if not misses or min(misses) > FARTHEST:
        name = Path(picture.path or PHOTO_IMAGE).name
        raise LikenessError(f"{name} does not show the face as it was fitted: create the face anew from its photo.")
    return View(picture, faces[int(np.argmin(misses))], len(faces))


def _warnings(known: Reconstruction, left_out: list[str]) -> list[str]:
    """What there was to say of the photos when they were fitted, and of those that could not help this time."""
    fitted = tuple(LEFT_OUT.format(record["name"], "") for record in known.photos)
    earlier = [warning for warning in known.warnings if not (warning.startswith(fitted) or warning.endswith(STRANGER))]
    return [*earlier, *left_out]


def _landmarks_in_photo(model: FaceModel, shape: KnownShape) -> Floats:
    """Where the camera sees the 68 landmarks of a known shape, (68, 2) pixels."""
    ids = np.asarray(model.landmarks68)
    offset = np.tensordot(_array(shape.expression), np.asarray(model.expression_basis[:, ids], np.float64), axes=1)
    return _array(shape.camera.project(shape.neutral[ids] + shape.neutral.new_tensor(offset)))


def _with_light(fit: FaceFit, record: dict[str, Any], appearance: Colouring) -> FaceFit:
    """The fit with the light and the skin tone that its photo is known to have; a draft knows no tone."""
    if appearance.skin_tone is None:
        return fit
    light, tone = fit.light.new_tensor(record["lighting"]), fit.skin_tone.new_tensor(appearance.skin_tone)
    return replace(fit, light=light, skin_tone=tone)


def _lit(told: Sequence[dict[str, Any]], used: Sequence[dict[str, Any]], fits: Sequence[FaceFit]) -> list[Any]:
    """What ``face.json`` says of several photos, with the light that was found in those that were looked at."""
    lit = [dict(record) for record in told]
    for record, fit in zip(used, fits, strict=True):
        place = 0 if record is used[0] else next(i for i, each in enumerate(told) if each is record)
        if lit:
            lit[place]["lighting"] = _array(fit.light).tolist()
    return lit


def _array(values: torch.Tensor) -> np.ndarray:
    return values.detach().cpu().double().numpy()
