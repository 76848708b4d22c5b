"""Reading photos: any picture file in, upright sRGB pixels out, or one plain sentence.

Pixels are (H, W, 3) uint8 sRGB; a picture of width W spans [0, W] and the first pixel's centre is (0.5, 0.5).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from ..errors import LikenessError
from ..geometry.arrays import Pixels
from .camera import FULL_FRAME_DIAGONAL_MM
from .picture_files.decoding import srgb_pixels, upright
from .picture_files.opening import open_picture, opened_file, quiet_pillow
from .picture_files.refusal import Refusal
from .picture_files.truncated_jpeg import closed_file, incomplete_sentence

FOCAL_RANGE_MM = (12.0, 300.0)  # 35 mm equivalents outside this are a mistake in the file, not a portrait lens
SENSOR_DIAGONAL_RANGE_MM = (3.0, 80.0)
GREY_RANGE = 6  # sRGB levels between the channels of a pixel that has no hue
MM_PER_RESOLUTION_UNIT = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}  # EXIF FocalPlaneResolutionUnit


@dataclass(frozen=True)
class Photo:
    """One upright photo as the pipeline sees it."""

    path: Path | None
    pixels: Pixels  # (H, W, 3) sRGB
    focal_35mm: float | None = None  # 35 mm equivalent by the diagonal, mm, where the file tells
    warnings: tuple[str, ...] = ()  # sentences on what of the file is not as it should be

    @property
    def is_grey(self) -> bool:
        """Whether it is black and white: what hue it has is that of a compressed grey."""
        small = cv2.resize(self.pixels, (64, 64), interpolation=cv2.INTER_AREA).astype(np.float32)
        return float(np.quantile(np.ptp(small, axis=-1), 0.99)) <= GREY_RANGE

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]


def read_photo(path: str | Path) -> Photo:
    """Read a photo, turn it upright and bring it to 8-bit sRGB; ``LikenessError`` where that is impossible."""
    path = Path(path)
    with opened_file(path) as file, quiet_pillow():
        try:
            return _decoded(path, file)
        except LikenessError:
            raise
        except Refusal as reason:
            raise LikenessError(f"'{path}' {reason}") from None
        except MemoryError:
            raise LikenessError(f"There is not enough memory to read '{path}'.") from None
        except Exception as problem:  # decoders of broken files raise nearly anything
            raise LikenessError(f"'{path}' is damaged or incomplete and cannot be read ({problem}).") from problem


def _decoded(path: Path, file: BinaryIO) -> Photo:
    with open_picture(path, file) as image:
        focal = _focal_35mm(image)
        try:
            pixels, warnings = srgb_pixels(image, file)
        except OSError:
            if image.format not in ("JPEG", "MPO"):
                raise
        else:
            told = tuple(warning.format(path) for warning in warnings)
            return Photo(path, upright(pixels, image), focal, told)
    file.seek(0)
    with open_picture(path, closed_file(file.read())) as image:
        pixels, warnings = srgb_pixels(image, file)
        told = (incomplete_sentence(path, pixels), *(warning.format(path) for warning in warnings))
        return Photo(path, upright(pixels, image), focal, told)


def resize(pixels: NDArray[Any], factor: float) -> NDArray[Any]:
    """(H, W[, C]) scaled by ``factor``: area averages when smaller, cubic when larger; at least one pixel a side.

    Like ``Camera.scaled`` it rounds the size, so a point p of the photo lies at ``p * factor`` to within half a pixel.
    """
    size = (max(1, round(pixels.shape[1] * factor)), max(1, round(pixels.shape[0] * factor)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC)


def _focal_35mm(image: Image.Image) -> float | None:
    """35 mm equivalent focal length from EXIF, or None where absent, implausible or spoilt by a crop."""
    try:
        tags = image.getexif().get_ifd(ExifTags.IFD.Exif)
        if _cropped(tags, image.size):
            return None
        focal = _number(tags.get(ExifTags.Base.FocalLengthIn35mmFilm)) or _focal_from_sensor(tags)
    except Exception:  # EXIF is a convenience: a broken block must not cost the photo
        return None
    return focal if focal is not None and FOCAL_RANGE_MM[0] <= focal <= FOCAL_RANGE_MM[1] else None


def _focal_from_sensor(tags: dict[int, Any]) -> float | None:
    """Focal length (mm) x full-frame diagonal / sensor diagonal; the latter from pixels per unit on the sensor."""
    focal = _number(tags.get(ExifTags.Base.FocalLength))
    across, down = (_number(tags.get(tag)) for tag in (ExifTags.Base.ExifImageWidth, ExifTags.Base.ExifImageHeight))
    per_unit = _number(tags.get(ExifTags.Base.FocalPlaneXResolution))
    unit_mm = MM_PER_RESOLUTION_UNIT.get(int(tags.get(ExifTags.Base.FocalPlaneResolutionUnit, 2)))
    if focal is None or across is None or down is None or per_unit is None or unit_mm is None:
        return None
    diagonal = math.hypot(across, down) / per_unit * unit_mm
    plausible = SENSOR_DIAGONAL_RANGE_MM[0] <= diagonal <= SENSOR_DIAGONAL_RANGE_MM[1]
    return focal * FULL_FRAME_DIAGONAL_MM / diagonal if plausible else None


def _cropped(tags: dict[int, Any], size: tuple[int, int]) -> bool:
    """Whether the camera wrote another aspect ratio than the file has now (either way up)."""
    across, down = (_number(tags.get(tag)) for tag in (ExifTags.Base.ExifImageWidth, ExifTags.Base.ExifImageHeight))
    if across is None or down is None:
        return False
    then, now = max(across, down) / min(across, down), max(size) / min(size)
    return abs(then / now - 1) > 0.02


def _number(value: Any) -> float | None:
    """A positive finite number, or None."""
    try:
        number = float(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    return number if math.isfinite(number) and number > 0 else None
