"""The picture of eyelashes: tapering, curved hairs on nothing, in one row for each lid."""

from __future__ import annotations

import bpy
import numpy as np

from ...geometry.arrays import Floats

NAME = "Likeness Lashes"
WIDTH, ROW_HEIGHT = 1024, 128  # pixels; game engines want powers of two for the whole
# Rows from below: the lower lids', right and left, then the upper lids'.
LOWER, UPPER = (0, 1), (2, 3)
# Per row: hairs, and the length of the longest in heights of the row. The corners of a lid have shorter ones.
HAIRS = {**dict.fromkeys(LOWER, (60, 0.8)), **dict.fromkeys(UPPER, (110, 0.97))}
SHORTEST, LENGTH_AT_ENDS = 0.6, 0.85  # of the longest; the strips are shorter at a lid's corners themselves
ROOT_WIDTH = 4.5  # pixels
SWEEP = 0.35  # how far a tip leans out of the root's place, heights of the row
COLOUR = (36, 26, 22)  # sRGB, 8 bit: dark brown
SEED = 5


def lash_image() -> bpy.types.Image:
    """The picture as a packed image, sRGB with alpha; one for all faces of the file."""
    known = bpy.data.images.get((NAME, None))  # one of a linked file would be lost with that file
    if known is not None:
        return known
    alpha = lash_alpha()
    height, width = alpha.shape
    pixels = np.empty((height, width, 4), np.float32)
    pixels[..., :3] = np.array(COLOUR) / 255
    pixels[..., 3] = alpha
    image = bpy.data.images.new(NAME, width, height, alpha=True)
    image.pixels.foreach_set(pixels.ravel())
    image.alpha_mode = "CHANNEL_PACKED"  # the colour is there where no hair is, so that none fades into black
    image.pack()
    return image


def lash_alpha() -> Floats:
    """How much hair covers each pixel (4 * ROW_HEIGHT, WIDTH), 0 to 1; row 0 is at the bottom, where roots are.

    The same numbers each time.
    """
    random = np.random.default_rng(SEED)
    return np.concatenate([_row(random, *HAIRS[row]) for row in (*LOWER, *UPPER)])


def _row(random: np.random.Generator, count: int, longest: float) -> Floats:
    """Hairs that stand on the bottom edge, evenly but for chance, and lean outwards from the middle, curving."""
    places = (np.arange(count) + 0.5 + random.uniform(-0.4, 0.4, count)) / count
    bow = 1.0 - (1.0 - LENGTH_AT_ENDS) * (2.0 * places - 1.0) ** 2
    lengths = ROW_HEIGHT * longest * bow * random.uniform(SHORTEST, 1.0, count)
    lean = SWEEP * ROW_HEIGHT * (1.2 * (2.0 * places - 1.0) + random.normal(0.0, 0.35, count))
    widths = ROOT_WIDTH * random.uniform(0.75, 1.1, count)
    rows = np.arange(ROW_HEIGHT) + 0.5
    along = rows[:, None] / lengths  # (H, hairs): 0 at the root, 1 at the tip
    middle = WIDTH * places + lean * along**2
    half = widths / 2 * np.sqrt(np.clip(1.0 - along, 0.0, 1.0))
    bare = np.ones((ROW_HEIGHT, WIDTH))
    reach = int(ROOT_WIDTH) + 1
    for hair in range(count):
        columns = np.round(middle[:, hair]).astype(int)[:, None] + np.arange(-reach, reach + 1)
        distance = np.abs(columns + 0.5 - middle[:, hair, None])
        cover = np.clip(half[:, hair, None] - distance + 0.5, 0.0, 1.0) * (along[:, hair, None] < 1.0)
        inside = (columns >= 0) & (columns < WIDTH)
        np.multiply.at(bare, (np.nonzero(inside)[0], columns[inside]), 1.0 - cover[inside])
    return 1.0 - bare
