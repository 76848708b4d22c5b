"""JPEG files that lost their end: what is there of the picture, where that is nearly all."""

from __future__ import annotations

import io

import numpy as np

from ...geometry.arrays import Pixels
from .refusal import Refusal

# With it the decoder makes what is missing grey, or leaves it blurred where the file refines the picture by steps.
END = b"\xff\xd9"
SCAN, PROGRESSIVE = b"\xff\xda", b"\xff\xc2"  # markers; neither can stand in the coded pixels
LAST_FREQUENCY = 63
MISSING_GREY, GREY_TOLERANCE = 128, 24  # sRGB levels; the tolerance is for what a colour profile makes of it
MOST_MISSING = 0.1  # of the rows
INCOMPLETE = "'{}' is incomplete: what is missing of the picture is {}."


def closed_file(data: bytes) -> io.BytesIO:
    """The file with an end. Raises `Refusal` where it ends before the finer half of the picture has begun."""
    begun = data.find(SCAN)
    if begun < 0 or (PROGRESSIVE in data[:begun] and not _has_all_frequencies(data)):
        raise Refusal("is incomplete: get the whole file, or another photo.")
    return io.BytesIO(data + END)


def incomplete_sentence(path: object, pixels: Pixels) -> str:
    """The warning for a photo (H, W, 3) as it was stored, before any turn; `Refusal` where too much is missing."""
    last = pixels[-1, -1].astype(int)
    missing = 0
    if np.ptp(last) <= 2 and abs(last[0] - MISSING_GREY) <= GREY_TOLERANCE:
        seen = np.flatnonzero((pixels != pixels[-1, -1]).any(axis=(1, 2)))
        missing = len(pixels) - 1 - (int(seen[-1]) if len(seen) else -1)
    if missing > MOST_MISSING * len(pixels):
        raise Refusal(f"is incomplete: its last {missing / len(pixels):.0%} are missing.")
    return INCOMPLETE.format(path, "grey" if missing else "blurred or grey")


def _has_all_frequencies(data: bytes) -> bool:
    """Whether a scan of brightness has begun that goes up to the finest detail."""
    place = data.find(SCAN)
    while 0 <= place < len(data) - 10:
        count = data[place + 4]
        spectrum = data[place + 5 + 2 * count : place + 8 + 2 * count]
        if len(spectrum) == 3 and spectrum[0] > 0 and spectrum[1] == LAST_FREQUENCY:
            return True
        place = data.find(SCAN, place + 2)
    return False
