"""A person's hair in the photo: its own colour, with the light taken out, and how far it covers the scalp.

What is looked at is the person above the tip of the nose, where the fitted scalp is or beside the fitted head. Hair is
told from a bald scalp by its colour and its grain against the face's skin; a hat by a colour that no hair has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from scipy.spatial import KDTree

from ...anatomy.landmarks import Ibug
from ...bfm.face_model import FaceModel
from ...geometry.arrays import Bools, Floats, Image
from ...geometry.colour import srgb_to_linear
from ...geometry.smoothstep import smoothstep
from ...result.colouring import Colour
from ...result.scalp import depth_in_scalp, hair_density
from ..camera import Camera
from ..detectors.crop import Crop
from ..fitting.face_fit import FaceFit
from ..images import Photo
from ..rendering.normals import vertex_normals
from ..rendering.rasterizer import rasterize
from ..skin.person import person_mask
from ..uv.blending import channel_mean, opponent
from .delighting import divide_light, texel_shading

SIDE = 256  # pixels of the working window
WINDOW = 3.4  # its side, in distances from the bridge of the nose to the chin
RISE = 0.45  # of that distance: how far above the bridge the window's middle is
REACH = 0.35  # likewise: how far beside the fitted head hair is looked for
RIM = 5  # pixels in which person and background may be mixed
FAINTEST = 0.004  # linear: added to colours whose logarithm is taken; blacker ones are equally black
# How far from the skin's a colour is called one away: log brightness, log red/green, log blue/green, log grain.
UNLIKE_SKIN = np.array([0.55, 0.17, 0.3, 0.5])
LEAST_UNLIKE = 1.5
LEAST_SHARE, LEAST_AREA = 0.5, 0.13  # of the place where hair may be; in squares of the distance above
FEWEST_SKIN = 100  # pixels
LEAST_FACING = 0.15  # cosine to the camera
NEIGHBOURS = 8  # of a vertex that is not seen
LASTING = (
    0.55,
    0.4,
)  # height above the bridge of the nose, in distances from there to the chin, below which hair lasts
# Hair is black, brown, red, blond, grey or white: from grey to red over yellow.
REDDEST, YELLOWEST = 3.2, 4.0  # red over green, green over blue
TOO_DARK_FOR_HUE = 0.03  # linear: what the light's colour does to it is larger than its own hue
MOST_CHANGED = 0.2  # of the brightness, by bringing a colour to one that hair has


@dataclass(frozen=True)
class SeenHair:
    """What a photo shows of the hair on a head."""

    colour: Colour  # its own
    depth: Floats  # (V,) in the scalp, as `depth_in_scalp` tells it
    cover: Floats  # (V,) in [0, 1]: on a bald crown 0, and where the photo does not show it as far as is likely


@dataclass(frozen=True)
class _Head:
    """The fitted head before the camera of the working window, on the CPU."""

    window: Crop
    camera: Camera  # of the window
    posed: torch.Tensor  # (V, 3)
    normals: torch.Tensor  # (V, 3)
    depth: Floats  # (V,) in the scalp
    landmarks: Floats  # (68, 2) pixels of the window
    unit: float  # pixels from the bridge of the nose to the chin


@dataclass(frozen=True)
class _Picture:
    """The working window (S, S, ...)."""

    colours: Image  # linear RGB with the light taken out
    grain: Image  # how much brightness changes from pixel to pixel, of itself
    skin: Bools  # of the upper face
    on_scalp: Bools  # the person, where the fitted head has its scalp
    beside: Bools  # the person beside the fitted head

    @property
    def place(self) -> Bools:
        """Where hair would be."""
        return self.on_scalp | self.beside


def seen_hair(photo: Photo, model: FaceModel, fit: FaceFit) -> SeenHair | None:
    """The hair of a fitted head; None where there is none to be seen, or something else is on the head."""
    if fit.skin_confidence is None:
        return None
    head = _head(model, fit)
    picture = _look(photo, model, fit, head)
    if picture.skin.sum() < FEWEST_SKIN:
        return None
    hair = picture.place & (_unlike_skin(picture) > LEAST_UNLIKE)
    if hair.sum() < max(LEAST_SHARE * picture.place.sum(), LEAST_AREA * head.unit**2):
        return None
    colour = _as_hair(np.median(picture.colours[hair], axis=0))
    neutral = fit.neutral.detach().cpu().double().numpy()
    if colour is None:
        return None
    return SeenHair(colour, head.depth, _cover(hair, picture.place, head, neutral, model))


def _head(model: FaceModel, fit: FaceFit) -> _Head:
    posed, camera = fit.posed.detach().to("cpu", torch.float32), fit.camera.on_cpu()
    normals = vertex_normals(posed[None], torch.as_tensor(model.opaque_triangles()).long())[0]
    points = camera.project(posed[torch.as_tensor(model.landmarks68)]).double().numpy()
    bridge, chin = points[Ibug.NOSE_BRIDGE], points[Ibug.CHIN]
    window = Crop(
        tuple(bridge + RISE * (bridge - chin)), WINDOW * float(np.linalg.norm(bridge - chin)), resolution=SIDE
    )
    left, top = (float(edge) - window.side / 2 for edge in window.centre)
    shift = torch.tensor([[0.0, 0.0, left], [0.0, 0.0, top], [0.0, 0.0, 0.0]])
    scale = torch.tensor([[SIDE / window.side], [SIDE / window.side], [1.0]])
    camera = replace(camera, intrinsics=(camera.intrinsics - shift) * scale, image_size=(SIDE, SIDE))
    depth = depth_in_scalp(fit.neutral.detach().cpu().double().numpy(), model.landmarks68)
    return _Head(window, camera, posed, normals, depth, window.from_photo(points), SIDE / WINDOW)


def _look(photo: Photo, model: FaceModel, fit: FaceFit, head: _Head) -> _Picture:
    scalp, normals, there = _drawn(model, head)
    pixels = head.window.take(photo.pixels)
    colours = srgb_to_linear(pixels).astype(np.float32)
    skin = _in_window(fit.skin_confidence.detach().cpu().float().numpy(), head.window)  # type: ignore[union-attr]
    inside = _in_window(np.ones(photo.pixels.shape[:2], np.float32), head.window) > 0.99
    person = cv2.erode(person_mask(pixels), np.ones((RIM, RIM), np.uint8)) > 0.9
    above = _above(head.landmarks)
    near = cv2.distanceTransform((~there).astype(np.uint8), cv2.DIST_L2, 5) < REACH * head.unit
    face, looked_at = there & (scalp < 0.1) & (skin > 0.9) & above, inside & person & above
    albedo, _ = divide_light(colours, texel_shading(_spread(normals, there), fit), face.astype(np.float32))
    return _Picture(albedo, _grain(colours), face, looked_at & there & (scalp > 0.5), looked_at & ~there & near)


def _drawn(model: FaceModel, head: _Head) -> tuple[Image, Image, Bools]:
    """The head in the window: scalp (S, S), model-space normals (S, S, 3), where it is (S, S)."""
    triangles = torch.as_tensor(model.opaque_triangles()).long()
    seen = rasterize(head.camera.to_camera(head.posed)[None], triangles, head.camera.intrinsics, (SIDE, SIDE))
    values = torch.cat([head.normals, torch.as_tensor(hair_density(head.depth)).float()[:, None]], dim=1)
    corners = values[triangles[seen.triangle_ids[0].clamp_min(0)]]
    drawn = (corners * seen.barycentrics[0][..., None]).sum(-2).numpy()
    return drawn[..., 3], drawn[..., :3], seen.mask[0].numpy()


def _cover(hair: Bools, place: Bools, head: _Head, neutral: Floats, model: FaceModel) -> Floats:
    """(V,) how far the scalp is covered: as in the picture where it is seen, elsewhere as at the nearest such places.

    Who loses hair keeps it above the ears and behind.
    """
    known, share = (cv2.GaussianBlur(mask.astype(np.float32), (0, 0), RIM) for mask in (place, hair))
    towards = -torch.nn.functional.normalize(head.camera.to_camera(head.posed), dim=1)
    facing = ((head.normals @ head.camera.rotation.mT) * towards).sum(1).numpy()
    column, row = np.clip(head.camera.project(head.posed).numpy().astype(int), 0, SIDE - 1).T
    scalp = np.flatnonzero(hair_density(head.depth) > 0.0)
    seen = scalp[(facing[scalp] > LEAST_FACING) & place[row[scalp], column[scalp]]]
    cover = np.ones(len(neutral))
    if len(seen) < NEIGHBOURS:
        return cover
    at = share[row[seen], column[seen]] / np.maximum(known[row[seen], column[seen]], 1e-3)
    cover[scalp] = at[KDTree(neutral[seen]).query(neutral[scalp], NEIGHBOURS)[1]].mean(axis=1)
    points = neutral[model.landmarks68]
    unit = np.linalg.norm(points[Ibug.NOSE_BRIDGE] - points[Ibug.CHIN])
    height = (neutral[:, 1] - points[Ibug.NOSE_BRIDGE, 1]) / unit
    return np.maximum(cover, smoothstep(*LASTING, height))


def _in_window(values: Image, window: Crop) -> Image:
    """Values (H, W) of the photo's pixels in the window (S, S), 0 outside the photo."""
    matrix = window.pixel_affine()
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(values.astype(np.float32), matrix, (SIDE, SIDE), flags=flags)


def _above(points: Floats) -> Bools:
    """(S, S) what is above the tip of the nose, as the face is held; points (68, 2) of the window."""
    up = points[Ibug.NOSE_BRIDGE] - points[Ibug.CHIN]
    rows, columns = np.mgrid[:SIDE, :SIDE] + 0.5
    return (columns - points[Ibug.NOSE_TIP, 0]) * up[0] + (rows - points[Ibug.NOSE_TIP, 1]) * up[1] > 0


def _spread(normals: Image, head: Bools) -> Image:
    """Unit normals, beside the head those of the nearest place on it."""
    _, labels = cv2.distanceTransformWithLabels(
        (~head).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    labels = labels.astype(np.int64)
    nearest = np.zeros((labels.max() + 1, 3), np.float32)
    nearest[labels[head]] = normals[head]
    spread = nearest[labels]
    return spread / np.maximum(np.linalg.norm(spread, axis=-1, keepdims=True), 1e-6)


def _grain(colours: Image) -> Image:
    brightness = np.log(channel_mean(colours) + FAINTEST)
    fine = np.abs(brightness - cv2.GaussianBlur(brightness, (0, 0), 2.0))
    return cv2.GaussianBlur(fine, (0, 0), 2.0)


def _unlike_skin(picture: _Picture) -> Image:
    """(S, S) how much a pixel is darker, less red, of another blue and grainier than the face's skin."""
    grain = np.log(picture.grain + 0.01)
    features = np.concatenate([opponent(picture.colours, FAINTEST), grain[..., None]], axis=-1)
    away = (features - np.median(features[picture.skin], axis=0)) / UNLIKE_SKIN
    away[..., 1] = np.minimum(away[..., 1], 0.0)  # a scalp is often redder than the face
    away[..., 3] = np.maximum(away[..., 3], 0.0)
    return np.linalg.norm(away, axis=-1)


def _as_hair(colour: Floats) -> Colour | None:
    """A colour (3,), linear RGB, brought to one that hair has; None where it is of quite another."""
    red = colour[0]
    green = np.clip(colour[1], red / REDDEST, red)
    blue = np.clip(colour[2], green / YELLOWEST, green)
    found = np.clip(np.array([red, green, blue]), 0.0, 1.0)
    level = float(colour.mean())
    changed = np.abs(found - colour).mean() / max(level, FAINTEST)
    if level > TOO_DARK_FOR_HUE and changed > MOST_CHANGED:
        return None
    return float(found[0]), float(found[1]), float(found[2])
