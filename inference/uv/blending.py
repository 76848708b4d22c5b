"""Image arithmetic of the texture: smooth extrapolation, multi-band blending, padding.

Images are float32 (T, T, 3), weights and masks (T, T).
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from ...geometry.arrays import Bools, Image

PADDING = 1 / 64  # of the texture's side: how far charts are continued outwards, which mip-maps need
# The smallest linear colours: a logarithm of less would only show noise, ratios of a pixel's channels do so sooner, and
# a ratio of two brightnesses would be without bounds; the last is black itself.
FAINTEST, FAINTEST_HUE, LEAST_DIVISOR, BLACK = 2e-3, 4e-3, 1e-3, 1e-4
_BAND_ROWS = 32


def by_rows(function: Callable[..., Image], *images: Image) -> Image:
    """``function`` of whole images, worked out a band of rows at a time: intermediate results stay small and cached."""
    count = max(1, len(images[0]) // _BAND_ROWS)
    bands = zip(*(np.array_split(image, count) for image in images), strict=True)
    return np.concatenate([function(*band) for band in bands])


def log_colours(colours: Image, faintest: float = FAINTEST) -> Image:
    """Logarithms of linear colours, those in the dark taken for ``faintest``."""
    return np.log(np.maximum(colours, faintest))


def opponent(colours: Image, faintest: float = FAINTEST_HUE) -> Image:
    """Linear RGB (..., 3) -> log brightness, log red/green, log blue/green: light scales, skin moves little."""
    red, green, blue = np.moveaxis(log_colours(colours, faintest), -1, 0)
    return np.stack([(red + green + blue) / 3.0, red - green, blue - green], axis=-1)


def channel_mean(colours: Image) -> Image:
    """Mean of the channels (..., 3) -> (...); a matrix product is much quicker than a reduction over three."""
    return colours @ np.full(3, 1.0 / 3.0, np.float32)


def scaled(image: Image, log_factor: Image) -> Image:
    """``image`` times exp of ``log_factor``, which may be a coarser grid over the same texture."""
    return by_rows(lambda colours, step: colours * np.exp(step), image, enlarge(log_factor, len(image)))


def weighted(image: Image, weight: Image) -> Image:
    """Each colour (T, T, 3) times the weight (T, T) of its place."""
    return image * np.repeat(weight[..., None], image.shape[-1], axis=-1)  # quicker than to broadcast


def shrink(image: Image, weight: Image, side: int) -> tuple[Image, Image]:
    """Weighted area average of ``image`` on a grid of ``side`` x ``side``, and the weight that each cell got."""
    cells = cv2.resize(weight, (side, side), interpolation=cv2.INTER_AREA)
    summed = cv2.resize(weighted(image, weight), (side, side), interpolation=cv2.INTER_AREA)
    return summed / np.maximum(cells, 1e-6)[..., None], cells


def push_pull(image: Image, weight: Image) -> Image:
    """Fill (H, W, 3) smoothly wherever ``weight`` is low: Gortler et al. 1996, by an image pyramid of averages."""
    height, width = weight.shape
    if max(height, width) <= 2 or weight.min() >= 1.0:
        total = max(float(weight.sum()), 1e-6)
        mean = (image * weight[..., None]).sum((0, 1)) / total
        return (image * weight[..., None] + mean * (1.0 - weight[..., None])).astype(np.float32)
    coarse_weight = cv2.pyrDown(weight)
    coarse = cv2.pyrDown(weighted(image, weight)) / np.maximum(coarse_weight, 1e-6)[..., None]
    filled = cv2.pyrUp(push_pull(coarse, np.minimum(2.0 * coarse_weight, 1.0)), dstsize=(width, height))
    return filled + np.minimum(weight, 1.0)[..., None] * (image - filled)


def enlarge(image: Image, side: int) -> Image:
    """A small smooth image (H, W, 3) on a grid of ``side`` x ``side``."""
    return cv2.resize(image, (side, side), interpolation=cv2.INTER_CUBIC)


def blend(below: Image, above: Image, weight: Image, levels: int) -> Image:
    """``above`` over ``below`` by ``weight``, each octave over its own width (Burt and Adelson 1983).

    The pyramid is linear, so only the difference of the two pictures is decomposed; where nothing is known of ``above``
    it should equal ``below``.
    """
    return below + _blend_difference(above - below, weight, levels)


def _blend_difference(difference: Image, weight: Image, levels: int) -> Image:
    if levels == 0:
        return weighted(difference, weight)
    height, width = weight.shape
    coarse = cv2.pyrDown(difference)
    band = difference - cv2.pyrUp(coarse, dstsize=(width, height))
    rest = _blend_difference(coarse, cv2.pyrDown(weight), levels - 1)
    return weighted(band, weight) + cv2.pyrUp(rest, dstsize=(width, height))


def padding(size: int) -> int:
    """How many texels the charts of a texture of ``size`` x ``size`` are continued outwards."""
    return max(2, round(PADDING * size))


def pad_charts(image: Image, mask: Bools, reach: int) -> Image:
    """Continue the charts ``reach`` texels outwards, so that no filtering at their edges sees the background."""
    if mask.all() or not mask.any():
        return image
    distance, labels = cv2.distanceTransformWithLabels(
        (~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    labels = labels.astype(np.int64)
    owners = np.empty(int(labels.max()) + 1, np.int64)  # label -> flat index of the chart texel it stands for
    owners[labels[mask]] = np.flatnonzero(mask)
    margin = ~mask
    nearest = image.reshape(-1, image.shape[-1])[owners[labels[margin]]]
    beyond = (distance[margin] > reach)[:, None]
    out = image.copy()
    out[margin] = np.where(beyond, image[mask].mean(axis=0), nearest)
    return out
