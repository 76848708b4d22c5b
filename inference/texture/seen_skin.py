"""What each photo shows of the skin, in UV space, and one picture of the skin from all of them.

Each photo's light and highlights are taken out of its own colours. The main photo gives the colours; another one takes
over where it sees the surface clearly better, its colours brought to the main photo's where both see the skin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...bfm.face_model import FaceModel
from ...geometry.arrays import Image
from ...geometry.smoothstep import smoothstep
from ..fitting.face_fit import FaceFit
from ..fitting.model_tensors import skin_weights
from ..images import Photo
from ..skin.evidence import skin_evidence
from ..uv.atlas import UvAtlas, texel_geometry
from ..uv.blending import blend, by_rows, log_colours, push_pull, scaled, shrink
from ..uv.mirror import OTHERS, SKIN, part_groups
from .delighting import divide_light, soften_highlights, texel_shading
from .photo_sampling import sample_photo, sample_skin, unclipped
from .shadows import lift_shadows

BANDS = 5
_MATCH_SIDE = 128  # cells over the texture in which colours are brought to others
_PRIOR = 0.06  # weight of the face's mean colour match where nothing near is seen
_OTHERS = 0.5  # of the merit of a photo that is not the main one: features and expression should come from one photo
_SURE_SKIN = (0.5, 0.8)  # confidence: a beard is below, and is no shadow
_TAKE_OVER = (0.5, 0.65)  # share of the merit between which another photo takes over


@dataclass(frozen=True)
class SeenSkin:
    """One photo's view of the texture, or several made one."""

    albedo: Image  # (T, T, 3) linear RGB; on skin without highlights
    seen: Image  # (T, T) 1 = seen well, 0 = not at all
    plain: Image  # (T, T) 1 where it is skin: neither brow nor lip nor beard
    bare: Image  # (T, T) 1 where it is skin or lip with no hair on it
    facing: Image  # (T, T) cosine to the camera


def texel_groups(atlas: UvAtlas, model: FaceModel) -> NDArray[np.int8]:
    """(T, T): SKIN, EYES or OTHERS, -1 outside the charts."""
    return np.where(atlas.mask, part_groups(model.part_names)[atlas.parts()], -1).astype(np.int8)


def look(photo: Photo, model: FaceModel, fit: FaceFit, atlas: UvAtlas, groups: NDArray[np.int8]) -> SeenSkin:
    """What a photo shows of a fitted face; ``fit.camera`` is the photo's."""
    geometry = texel_geometry(atlas, fit)
    colours = sample_photo(photo, geometry)
    seen = geometry.visibility * unclipped(colours)
    trust = sample_skin(fit.skin_confidence, geometry) if fit.skin_confidence is not None else np.ones_like(seen)
    even = atlas.interpolate(skin_weights(model)[2][:, None])[..., 0] * smoothstep(*_SURE_SKIN, trust)
    seen[groups == OTHERS] = 0.0
    albedo, level = divide_light(colours, texel_shading(geometry.normals, fit), seen)
    seen *= level
    on_skin = (groups == SKIN).astype(np.float32)
    unshadowed = lift_shadows(albedo, atlas.interpolate(fit.albedo), seen * even * on_skin)
    albedo = np.where(on_skin[..., None] > 0.0, unshadowed.albedo, albedo)
    seen = np.where(groups == SKIN, seen * unshadowed.known, seen).astype(np.float32)
    evidence = skin_evidence(albedo, seen * on_skin, trust, atlas, model)
    seen = np.where(groups == SKIN, seen * evidence.own, seen).astype(np.float32)
    plain = evidence.plain * on_skin
    if (seen * on_skin).max() > 0.0:
        softened = soften_highlights(albedo, seen * plain)
        albedo = np.where(on_skin[..., None] > 0.0, softened, albedo)
    return SeenSkin(albedo, seen, plain, evidence.bare * on_skin, geometry.facing)


def merged(views: Sequence[SeenSkin], groups: NDArray[np.int8]) -> SeenSkin:
    """The main photo's skin (the first's) completed by the others'; eyes are the main photo's alone."""
    main = views[0]
    albedo, seen, plain, best = main.albedo, main.seen, main.plain, merit(main)
    on_skin = (groups == SKIN).astype(np.float32)
    for view in views[1:]:
        own = _OTHERS * merit(view) * on_skin
        colours = matched(view.albedo, albedo, np.minimum(seen * plain, view.seen * view.plain))
        share = smoothstep(*_TAKE_OVER, own / np.maximum(own + best, 1e-6))
        trusted = by_rows(lambda b, a, s: b + (s > 0.0)[..., None] * (a - b), albedo, colours, view.seen * on_skin)
        albedo = blend(albedo, trusted, share, BANDS)
        plain = plain + share * (view.plain - plain)
        seen, best = np.maximum(seen, view.seen * on_skin), np.maximum(best, own)
    return SeenSkin(np.maximum(albedo, 0.0), seen, plain, main.bare, main.facing)


def merit(view: SeenSkin) -> Image:
    """How well a photo shows each texel (T, T): seen, and not foreshortened."""
    return view.seen * view.facing**2


def shares(views: Sequence[SeenSkin]) -> list[Image]:
    """For each photo how far a texel (T, T) is seen in it and in none better, the main one being preferred."""
    merits = np.stack([merit(view) * (_OTHERS if number else 1.0) for number, view in enumerate(views)])
    best = merits.argmax(axis=0)
    return [np.where(best == number, view.seen, np.float32(0.0)) for number, view in enumerate(views)]


def matched(colours: Image, target: Image, weight: Image) -> Image:
    """``colours`` brought to ``target`` at low frequencies where ``weight`` is, and smoothly on from there."""
    wanted, known = shrink(target, weight, _MATCH_SIDE)
    present, _ = shrink(colours, weight, _MATCH_SIDE)
    small = log_colours(wanted) - log_colours(present)
    known = np.minimum(2.0 * known, 1.0)
    mean = (small * known[..., None]).sum((0, 1)) / max(float(known.sum()), 1e-6)
    weight = known + _PRIOR * (1.0 - known)
    small = (small * known[..., None] + mean * (weight - known)[..., None]) / weight[..., None]
    filled = push_pull(small.astype(np.float32), weight)
    return scaled(colours, filled)


def blend_over(below: Image, above: Image, weight: Image) -> Image:
    """Multi-band blend; where ``above`` is unknown it does not spoil the coarse bands."""
    trusted = by_rows(lambda b, a, w: b + smoothstep(0.2, 0.8, w)[..., None] * (a - b), below, above, weight)
    return blend(below, trusted, weight, BANDS)
