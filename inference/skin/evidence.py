"""Which visible texels show this face's own skin: hair, glasses, masks, hands and clothes over the face do not.

A second look beside the fit's picture-space mask: here the light is already divided out, and it is known which part of
the face a texel should show. What is far from the skin round about, and what hangs together with it, is not skin;
brows, lips and lids, which look different too, are believed where the skin round them is seen, and a beard where it
grows.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ...bfm.face_model import FaceModel
from ...geometry.arrays import Bools, Image, Ints
from ...geometry.smoothstep import smoothstep
from ..filters import blur, disc
from ..uv.atlas import UvAtlas
from ..uv.blending import enlarge, shrink
from .local_skin import LocalSkin, local_skin
from .zones import FaceZones, face_zones

_SIDE = 512  # cells over the texture, or its own texels if fewer
_WEAK, _STRONG = 2.6, 4.0  # distances from skin: odd beside something odd, odd by itself
_INNER = 2.0  # times as far before a cell of the inner face is odd: folds and blemishes are its own
_RIMS = 1.5  # the same where glasses are worn
_UNLIKELY = 9.0  # squared distance that a place outside the inner face has for not being taken for skin at first sight
_BRIDGE = (0.02, 0.08)  # share of odd cells on the bridge of the nose between which glasses are believed
_SIDE_SEEN = 0.4  # of a side of the bridge, else it says nothing
_BULK = 0.003  # metres: half the width of what hides the inner face
_GROWN, _HAIRLINE = 0.0012, 0.003  # metres that are taken away beside what is odd, and outside the inner face
_STRAND_GAP = 0.004  # metres: half of what is too narrow between strands of hair to be believed
_SURE_AREA = 6e-4  # square metres; a smaller patch of skin with oddness all round is not skin
_SUPPORT, _SUPPORT_REACH = (0.35, 0.65), 0.006  # share of skin round a feature that is believed; metres
_HUNG = 0.004  # metres below hair in which a brow cannot be told from it
_WHOLE = (0.4, 0.6)  # share of a brow between which it is believed: half a brow is worse than none
_BARE_NOSE = (0.3, 0.6)  # share of skin on the nose between which a beard is one and not a mask
_BEARD_SHARE, _ROOTED = 0.05, 0.15  # of where beards begin that a beard covers; of a beard that is there
_HAIRY, _HAIRY_REACH = (0.3, 1.0), 0.002  # roughness of a beard's hairs of the colour of skin; metres beside hair
_BRISTLES = (0.1, 0.25)  # share of where beards grow that is so rough between which it is a beard
_GREENISH = (0.4, 0.8)  # log green/red over the skin's between which it is no part of a face
_TOO_DARK = (-2.0, -1.0)  # log of the brightest channel over the skin's between which a hue is noise
_BLUISH = (0.6, 1.1)  # the same for blue/red


@dataclass(frozen=True)
class SkinEvidence:
    """Texels (T, T) in [0, 1]."""

    own: Image  # this face's skin, or its brows, lips, lids, beard
    plain: Image  # skin and nothing else
    bare: Image  # skin or lip with no hair on it, whose shading tells its relief


def skin_evidence(albedo: Image, visible: Image, trust: Image, atlas: UvAtlas, model: FaceModel) -> SkinEvidence:
    """What a face's own colours say about its texels.

    Args:
        albedo: (T, T, 3) linear RGB, the light divided out.
        visible: (T, T) how well a texel of the skin is seen, whatever the photo shows there.
        trust: (T, T) confidence of the picture-space mask.
        atlas: the texture's layout.
        model: the face model.
    """
    side = min(_SIDE, atlas.size)
    zones = face_zones(model, side)
    colours, seen = shrink(albedo, visible, side)
    trusted = cv2.resize(trust, (side, side), interpolation=cv2.INTER_AREA)
    skin = local_skin(colours, seen, trusted, zones)
    if skin is None:
        nothing = np.zeros_like(visible)
        return SkinEvidence(nothing, nothing, nothing)
    odd = _odd(skin.distance, seen, trusted, zones)
    beard = odd & (_beard(odd, skin, seen, trusted, zones) > 0.5)
    clean = _clean(odd & ~beard, seen, zones)
    foreign = _grown(_foreign(skin.offset), _GROWN / zones.cell)
    features = zones.features * _supported(odd & ~beard, seen, zones) * (1.0 - foreign)
    own = clean * (1.0 - zones.features) + features
    smooth = clean * (1.0 - _grown(beard.astype(np.float32), _GROWN / zones.cell))
    plain = smooth * (1.0 - zones.features)
    bare = np.maximum(plain * (1.0 - _hairy(skin.rough, smooth, seen, zones)), zones.lips * features)
    return SkinEvidence(*(_fading(mask, atlas.size) for mask in (own, plain, bare)))


def _odd(distance: Image, seen: Image, trust: Image, zones: FaceZones) -> Bools:
    """Cells (T, T) of something that is no skin."""
    outside = 1.0 - zones.inner
    far = np.sqrt(distance + outside * _UNLIKELY * (1.0 - smoothstep(0.1, 0.5, trust)))
    far *= seen > 0.02
    worn = _glasses_worn(far, seen, zones)
    far /= 1.0 + zones.inner * (_INNER - 1.0 - worn * zones.glasses * (_INNER - _RIMS))
    weak = (far > _WEAK) & (zones.features < 0.5)
    strong = weak & (far > _STRONG)
    hair = (zones.oval < 0.5) & (trust < 0.4)
    seeds = strong & (hair | (worn * zones.glasses > 0.5)) | _opened(strong, _BULK / zones.cell)
    labels = _components(weak)
    odd = np.zeros(labels.max() + 1, bool)
    odd[labels[seeds]] = True
    odd[0] = False
    return odd[labels]


def _clean(odd: Bools, seen: Image, zones: FaceZones) -> Image:
    """Cells (T, T) that are neither odd nor beside something odd, nor a remnant between strands of hair."""
    beside = [_grown(odd.astype(np.float32), reach / zones.cell) for reach in (_GROWN, _HAIRLINE)]
    clean = 1.0 - np.maximum(beside[0], beside[1] * (1.0 - zones.inner))
    wide = cv2.morphologyEx(clean, cv2.MORPH_OPEN, disc(_STRAND_GAP / zones.cell))
    return _without_islands(np.where(zones.inner > 0.5, clean, wide) * (seen > 0.02), zones)


def _glasses_worn(far: Image, seen: Image, zones: FaceZones) -> float:
    """1 where something crosses the bridge of the nose, on both its sides if they are seen: a shadow is on one."""
    shares = [
        (side * (seen > 0.3) * (far > _STRONG)).sum() / (side * (seen > 0.3)).sum()
        for side in zones.bridge
        if (side * (seen > 0.3)).sum() > _SIDE_SEEN * side.sum()
    ]
    return float(smoothstep(*_BRIDGE, np.array(min(shares, default=0.0))))


def _supported(odd: Bools, seen: Image, zones: FaceZones) -> Image:
    """1 where a feature has skin round about, and no hair hangs over it from above."""
    sigma = _SUPPORT_REACH / zones.cell
    around = seen * (1.0 - zones.features)
    support = smoothstep(*_SUPPORT, blur(~odd * around, sigma) / np.maximum(blur(around, sigma), 1e-3))
    above = odd & (np.maximum(zones.inner, zones.glasses) < 0.5)
    hung = _grown(above.astype(np.float32), _HUNG / zones.cell)
    for brow in zones.brows:
        support = support * (1.0 - brow * hung)
        whole = (support * brow * seen).sum() / max(float((brow * seen).sum()), 1e-3)
        support = support * (1.0 - brow * (1.0 - smoothstep(*_WHOLE, np.array(whole))))
    return support.astype(np.float32)


def _foreign(offset: Image) -> Image:
    """1 on colours that no feature has: far greener or bluer than the skin, and too bright for that to be noise."""
    hue = np.maximum(smoothstep(*_GREENISH, -offset[..., 1]), smoothstep(*_BLUISH, offset[..., 2] - offset[..., 1]))
    green = offset[..., 0] - (offset[..., 1] + offset[..., 2]) / 3.0
    brightest = green + np.maximum(offset[..., 1:].max(axis=-1), 0.0)
    return (hue * smoothstep(*_TOO_DARK, brightest)).astype(np.float32)


def _beard(odd: Bools, skin: LocalSkin, seen: Image, trust: Image, zones: FaceZones) -> Image:
    """1 on odd cells that are a beard's: it grows from moustache or chin, never over the nose, and is no blue."""
    nose = zones.nose * seen
    bare = (nose * (skin.distance < (_INNER * _STRONG) ** 2)).sum() / max(float(nose.sum()), 1.0)
    within = odd & (zones.beard > 0.5) & (zones.features < 0.5)
    heart = (zones.beard_heart > 0.5) & (seen > 0.3) & (zones.features < 0.5)
    labels = _components(within)
    size = np.bincount(labels.ravel())
    rooted = np.bincount(labels[heart], minlength=len(size))
    grown = (rooted > _BEARD_SHARE * max(int(heart.sum()), 1)) & (rooted > _ROOTED * size)
    grown[0] = False
    grown = grown[labels] * smoothstep(0.1, 0.3, trust)
    bluish = smoothstep(*_BLUISH, skin.offset[..., 2] - skin.offset[..., 1])
    return (smoothstep(*_BARE_NOSE, np.array(bare)) * grown * (1.0 - bluish)).astype(np.float32)


def _hairy(rough: Image, clean: Image, seen: Image, zones: FaceZones) -> Image:
    """1 beside what is no skin, where its shadow and last hairs are, and on a beard that has the colour of skin."""
    reach = _HAIRY_REACH / zones.cell
    beside = _grown(((clean < 0.5) & (seen > 0.02) & (zones.features < 0.5)).astype(np.float32), reach)
    bristles = smoothstep(*_HAIRY, rough) * zones.beard
    place = zones.beard * (seen > 0.3) * (1.0 - _grown(zones.features, reach))
    share = (bristles * place).sum() / max(float(place.sum()), 1.0)
    return np.maximum(beside, _grown(bristles, reach) * smoothstep(*_BRISTLES, np.array(share))).astype(np.float32)


def _without_islands(clean: Image, zones: FaceZones) -> Image:
    labels = _components(clean > 0.5)
    small = np.bincount(labels.ravel()) < _SURE_AREA / zones.cell**2
    return np.where(small[labels] & (labels > 0), 0.0, clean).astype(np.float32)


def _components(mask: Bools) -> Ints:
    """(T, T) the number of the patch that a cell of the mask belongs to, 0 beside it."""
    return cv2.connectedComponents(mask.astype(np.uint8))[1].astype(np.int64)


def _grown(mask: Image, radius: float) -> Image:
    return np.asarray(cv2.dilate(mask, disc(radius)), np.float32)


def _opened(mask: Bools, radius: float) -> Bools:
    return np.asarray(cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, disc(radius))) > 0


def _fading(mask: Image, size: int) -> Image:
    """A mask of cells as texels, 0 at its border already: what lies beside is mixed in there."""
    return smoothstep(0.3, 0.9, enlarge(blur(mask, 1.0), size)).astype(np.float32)
