"""Every kind of picture file gives the right upright pixels or one plain sentence."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from likeness.errors import LikenessError
from likeness.inference.images import read_photo, resize
from likeness.inference.picture_files.decoding import BACKDROP
from PIL import Image, ImageCms

RED, GREEN, BLUE, GREY = (220, 40, 40), (40, 180, 60), (40, 60, 200), (128, 128, 128)
ORIENTATION, EXIF = 0x0112, 0x8769
FOCAL_35MM, FOCAL, WIDTH, HEIGHT, PLANE_X, PLANE_UNIT = 0xA405, 0x920A, 0xA002, 0xA003, 0xA20E, 0xA210


@pytest.fixture
def quarters() -> np.ndarray:
    """(48, 64, 3): red, green over blue, grey; no turn or mirror leaves it as it is."""
    picture = np.empty((48, 64, 3), np.uint8)
    picture[:24, :32], picture[:24, 32:], picture[24:, :32], picture[24:, 32:] = RED, GREEN, BLUE, GREY
    return picture


def corners(pixels: np.ndarray) -> np.ndarray:
    height, width = pixels.shape[:2]
    return pixels[
        [height // 4, height // 4, -height // 4, -height // 4], [width // 4, -width // 4, width // 4, -width // 4]
    ]


def exif(**tags: float) -> Image.Exif:
    block = Image.Exif()
    block.get_ifd(EXIF).update({globals()[name]: value for name, value in tags.items()})
    return block


@pytest.mark.parametrize("name", ["a b.png", "Gesicht äöü ß.png", "照片 面孔.webp", "x" * 200 + ".tiff"])
def test_any_path_and_format_gives_the_same_pixels(tmp_path: Path, quarters: np.ndarray, name: str) -> None:
    Image.fromarray(quarters).save(tmp_path / name, lossless=True)
    photo = read_photo(tmp_path / name)
    np.testing.assert_array_equal(photo.pixels, quarters)
    assert photo.size == (64, 48)


@pytest.mark.parametrize(
    ("mode", "suffix"), [("L", "png"), ("1", "png"), ("P", "gif"), ("CMYK", "jpg"), ("YCbCr", "jpg"), ("LA", "png")]
)
def test_every_mode_becomes_srgb(tmp_path: Path, quarters: np.ndarray, mode: str, suffix: str) -> None:
    image = Image.fromarray(quarters).convert(mode)
    image.save(tmp_path / f"p.{suffix}", quality=95)
    expected = np.asarray(image.convert("RGB"))
    assert np.abs(corners(read_photo(tmp_path / f"p.{suffix}").pixels).astype(int) - corners(expected)).max() <= 6


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_sixteen_bit_grey_keeps_its_brightness(tmp_path: Path, suffix: str) -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)[None].repeat(64, 0)
    Image.fromarray(ramp).save(tmp_path / f"deep.{suffix}")
    pixels = read_photo(tmp_path / f"deep.{suffix}").pixels
    assert np.abs(pixels[0, :, 0].astype(int) - np.arange(256)).max() <= 1


def test_sixteen_bit_colour_keeps_its_colours(tmp_path: Path, quarters: np.ndarray) -> None:
    import cv2

    cv2.imwrite(str(tmp_path / "deep.png"), quarters[..., ::-1].astype(np.uint16) * 257)
    assert np.abs(read_photo(tmp_path / "deep.png").pixels.astype(int) - quarters).max() <= 1


def test_alpha_lies_on_neutral_grey(tmp_path: Path, quarters: np.ndarray) -> None:
    alpha = np.zeros((48, 64, 1), np.uint8)
    alpha[:, :32], alpha[:, 48:] = 255, 128
    Image.fromarray(np.concatenate([quarters, alpha], axis=2)).save(tmp_path / "clear.png")
    pixels = read_photo(tmp_path / "clear.png").pixels
    np.testing.assert_array_equal(pixels[:, :32], quarters[:, :32])
    assert (pixels[:, 32:48] == BACKDROP).all()
    assert np.abs(pixels[0, 60].astype(int) - (np.array(GREEN) + BACKDROP) / 2).max() <= 1


def test_palette_with_a_transparent_colour(tmp_path: Path, quarters: np.ndarray) -> None:
    image = Image.fromarray(quarters).quantize(4)
    transparent = image.getpixel((0, 0))
    image.save(tmp_path / "palette.png", transparency=transparent)
    pixels = read_photo(tmp_path / "palette.png").pixels
    assert (pixels[0, 0] == BACKDROP).all()
    assert np.abs(pixels[-1, 0].astype(int) - BLUE).max() <= 4


def test_first_frame_of_an_animation(tmp_path: Path, quarters: np.ndarray) -> None:
    frames = [Image.fromarray(quarters), Image.fromarray(255 - quarters)]
    frames[0].save(tmp_path / "moves.gif", save_all=True, append_images=frames[1:], duration=50)
    assert np.abs(corners(read_photo(tmp_path / "moves.gif").pixels).astype(int) - corners(quarters)).max() <= 8


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
def test_exif_orientation_is_undone(tmp_path: Path, quarters: np.ndarray, orientation: int, suffix: str) -> None:
    # The stored picture is the inverse of what a viewer does for this tag.
    inverse = {
        1: lambda p: p, 2: lambda p: p[:, ::-1], 3: lambda p: p[::-1, ::-1], 4: lambda p: p[::-1],
        5: lambda p: p.transpose(1, 0, 2), 6: lambda p: np.rot90(p, 1), 7: lambda p: np.rot90(p, 2).transpose(1, 0, 2),
        8: lambda p: np.rot90(p, -1),
    }  # fmt: skip
    block = Image.Exif()
    block[ORIENTATION] = orientation
    stored = Image.fromarray(np.ascontiguousarray(inverse[orientation](quarters)))
    stored.save(tmp_path / f"turned.{suffix}", exif=block.tobytes(), quality=95)
    pixels = read_photo(tmp_path / f"turned.{suffix}").pixels
    assert pixels.shape == quarters.shape
    assert np.abs(corners(pixels).astype(int) - corners(quarters)).max() <= 12


def test_embedded_profile_is_applied(tmp_path: Path) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"tmp!").replace(b"bXYZ", b"rXYZ").replace(b"tmp!", b"bXYZ")
    plain = Image.new("RGB", (32, 32), (200, 150, 90))
    plain.save(tmp_path / "swapped.png", icc_profile=swapped)
    plain.save(tmp_path / "broken.png", icc_profile=b"nonsense" * 40)
    assert np.abs(read_photo(tmp_path / "swapped.png").pixels[0, 0].astype(int) - (90, 150, 200)).max() <= 2
    np.testing.assert_array_equal(read_photo(tmp_path / "broken.png").pixels[0, 0], (200, 150, 90))


def test_damage_is_told_in_one_sentence(tmp_path: Path, photo_astronaut: np.ndarray) -> None:
    for suffix in ("jpg", "png", "webp", "gif", "tiff"):
        whole = io.BytesIO()
        Image.fromarray(photo_astronaut).save(whole, {"jpg": "jpeg"}.get(suffix, suffix))
        path = tmp_path / f"half.{suffix}"
        path.write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
        with pytest.raises(LikenessError, match=r"half\.\w+' .*\.$") as told:
            read_photo(path)
        assert "\n" not in str(told.value)


@given(position=st.integers(0, 4000), junk=st.binary(min_size=1, max_size=40))
def test_random_damage_never_escapes(tmp_path_factory: pytest.TempPathFactory, position: int, junk: bytes) -> None:
    whole = io.BytesIO()
    Image.linear_gradient("L").save(whole, "jpeg", exif=exif(FOCAL_35MM=50).tobytes())
    data = bytearray(whole.getvalue())
    data[position : position + len(junk)] = junk
    path = tmp_path_factory.getbasetemp() / "damaged.jpg"
    path.write_bytes(bytes(data))
    with contextlib.suppress(LikenessError):
        assert read_photo(path).pixels.ndim == 3


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"not a picture at all", "not a picture"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(64), "HEIC"),
        (b"%PDF-1.4" + bytes(200), "not a picture"),
    ],
)
def test_what_is_no_picture(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "file.jpg"
    path.write_bytes(content)
    with pytest.raises(LikenessError, match=says):
        read_photo(path)


def test_missing_folder_and_impossible_paths(tmp_path: Path) -> None:
    for path, says in ((tmp_path / "none.jpg", "no photo"), (tmp_path, "folder"), (tmp_path / ("y" * 300), "y")):
        with pytest.raises(LikenessError, match=says):
            read_photo(path)
    with pytest.raises(LikenessError):
        read_photo("with a zero\0byte.jpg")


@pytest.mark.parametrize(("width", "height"), [(16_000, 16_000), (30_000, 10_000), (2**31 - 1, 2**31 - 1)])
def test_huge_pictures_are_refused_before_they_are_decoded(tmp_path: Path, width: int, height: int) -> None:
    small = io.BytesIO()
    Image.new("L", (8, 8)).save(small, "png")
    data = bytearray(small.getvalue())
    data[16:24] = struct.pack(">II", width, height)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    (tmp_path / "huge.png").write_bytes(data)
    with pytest.raises(LikenessError, match="megapixels"):
        read_photo(tmp_path / "huge.png")


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({"FOCAL_35MM": 85}, 85.0),
        ({"FOCAL_35MM": 5}, None),
        ({"FOCAL_35MM": 1200}, None),
        ({"FOCAL_35MM": 85, "WIDTH": 640, "HEIGHT": 480}, 85.0),
        ({"FOCAL_35MM": 85, "WIDTH": 480, "HEIGHT": 640}, 85.0),
        ({"FOCAL_35MM": 85, "WIDTH": 640, "HEIGHT": 640}, None),
        # 6000 x 4500 pixels at 300 per millimetre: 20 x 15 mm, diagonal 25 mm.
        ({"FOCAL": 50.0, "WIDTH": 6000, "HEIGHT": 4500, "PLANE_X": 300.0, "PLANE_UNIT": 4}, 50 * 43.2666 / 25),
        ({"FOCAL": 50.0}, None),
        ({}, None),
    ],
)
def test_focal_length_from_exif(tmp_path: Path, tags: dict[str, float], expected: float | None) -> None:
    Image.new("RGB", (64, 48)).save(tmp_path / "lens.jpg", exif=exif(**tags).tobytes())
    assert read_photo(tmp_path / "lens.jpg").focal_35mm == (None if expected is None else pytest.approx(expected))


def test_resize_averages_areas() -> None:
    checks = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)
    assert np.abs(resize(checks, 0.25).astype(int) - 127).max() <= 1
    assert resize(checks, 1e-4).shape == (1, 1)
