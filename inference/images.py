"""Reading photos: any picture file in, upright sRGB pixels out, or one plain sentence.

Pixels are (H, W, 3) uint8 sRGB; a picture of width W spans [0, W] and the first pixel's centre is (0.5, 0.5).
"""

from __future__ import annotations

import importlib
import io
import math
import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms, ImageOps, UnidentifiedImageError

from ..errors import LikenessError
from ..geometry.arrays import Pixels
from .camera import FULL_FRAME_DIAGONAL_MM

MAX_PIXELS = 100_000_000
FOCAL_RANGE_MM = (12.0, 300.0)  # 35 mm equivalents outside this are a mistake in the file, not a portrait lens
SENSOR_DIAGONAL_RANGE_MM = (3.0, 80.0)
GREY_RANGE = 6  # sRGB levels between the channels of a pixel that has no hue
BACKDROP = 128  # sRGB grey behind transparent pixels: biases neither the skin statistics nor the light
MM_PER_RESOLUTION_UNIT = {2: 25.4, 3: 10.0, 4: 1.0, 5: 0.001}  # EXIF FocalPlaneResolutionUnit
HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")


@dataclass(frozen=True)
class Photo:
    """One upright photo as the pipeline sees it."""

    path: Path | None
    pixels: Pixels  # (H, W, 3) sRGB
    focal_35mm: float | None = None  # 35 mm equivalent by the diagonal, mm, where the file tells

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
    data = _read_bytes(path)
    _enable_heif(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's own warning about big pictures; the limit here is ours
            with Image.open(io.BytesIO(data)) as image:
                _check_size(path, image)
                focal = _focal_35mm(image)
                pixels = _upright_srgb(image)
    except LikenessError:
        raise
    except Image.DecompressionBombError:
        raise LikenessError(f"'{path}' is too large: photos up to {MAX_PIXELS // 10**6} megapixels are read.") from None
    except UnidentifiedImageError:
        raise LikenessError(_not_a_picture(path, data)) from None
    except MemoryError:
        raise LikenessError(f"There is not enough memory to read '{path}'.") from None
    except Exception as problem:  # decoders of broken files raise nearly anything
        raise LikenessError(f"'{path}' is damaged or incomplete and cannot be read ({problem}).") from problem
    return Photo(path, pixels, focal)


def resize(pixels: NDArray[Any], factor: float) -> NDArray[Any]:
    """(H, W[, C]) scaled by ``factor``: area averages when smaller, cubic when larger; at least one pixel a side.

    Like ``Camera.scaled`` it rounds the size, so a point p of the photo lies at ``p * factor`` to within half a pixel.
    """
    size = (max(1, round(pixels.shape[1] * factor)), max(1, round(pixels.shape[0] * factor)))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC)


def _read_bytes(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise LikenessError(f"'{path}' is a folder, not a photo.")
        data = path.read_bytes()
    except FileNotFoundError:
        raise LikenessError(f"There is no photo at '{path}'.") from None
    except (OSError, ValueError) as problem:  # a name too long, no permission, a zero byte in the path
        reason = getattr(problem, "strerror", None) or problem
        raise LikenessError(f"The photo '{path}' cannot be opened ({reason}).") from None
    if not data:
        raise LikenessError(f"The photo '{path}' is an empty file.")
    return data


def _enable_heif(data: bytes) -> None:
    """HEIC needs a decoder of its own; use it where the user has installed one."""
    if data[4:8] != b"ftyp" or data[8:12] not in HEIF_BRANDS:
        return
    try:
        importlib.import_module("pillow_heif").register_heif_opener()
    except ImportError:
        return


def _not_a_picture(path: Path, data: bytes) -> str:
    if data[4:8] == b"ftyp" and data[8:12] in HEIF_BRANDS:
        return f"'{path}' is a HEIC photo and no decoder is installed: convert it to JPEG or PNG first."
    return f"'{path}' is not a picture in a known format: use JPEG, PNG, TIFF or WebP."


def _check_size(path: Path, image: Image.Image) -> None:
    megapixels = image.width * image.height / 1e6
    if image.width * image.height > MAX_PIXELS:
        limit = MAX_PIXELS // 10**6
        raise LikenessError(f"'{path}' has {megapixels:.0f} megapixels; photos up to {limit} megapixels are read.")


def _upright_srgb(image: Image.Image) -> Pixels:
    """First frame of an open picture -> (H, W, 3) sRGB bytes, turned as its EXIF orientation says."""
    image.load()
    profile = image.info.get("icc_profile")
    with suppress(Exception):  # unreadable EXIF: the pixels are still good as stored
        image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):  # 16-bit grey
        wide = np.asarray(image).astype(np.float64)
        image = Image.fromarray(np.clip(wide / 257.0, 0, 255).round().astype(np.uint8), "L")
    if image.mode == "F":
        raise LikenessError("Floating-point pictures are not read: save the photo as 8- or 16-bit.")
    if image.mode in ("P", "PA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
    alpha = image.getchannel("A") if "A" in image.getbands() and image.mode != "LAB" else None
    image = _to_srgb(image, profile)
    if alpha is not None:
        image = Image.composite(image, Image.new("RGB", image.size, (BACKDROP,) * 3), alpha)
    return np.array(image)


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Any mode -> RGB, through the embedded colour profile where it is usable."""
    if image.mode in ("RGBA", "LA"):
        image = image.convert("RGB" if image.mode == "RGBA" else "L")
    if profile and image.mode in ("RGB", "CMYK", "L"):
        try:
            source, target = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
            if converted is not None:
                return converted
        except (ImageCms.PyCMSError, OSError):
            pass  # a broken profile, or one for another colour space: take the numbers as sRGB
    return image.convert("RGB")


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
