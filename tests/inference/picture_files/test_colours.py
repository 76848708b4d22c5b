"""A colour comes out the same whatever a file declares its numbers to be; the matrices are the published ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from likeness.geometry.colour import linear_to_srgb, srgb_to_linear
from likeness.inference.images import read_photo
from likeness.inference.picture_files.colour_space import SRGB_PRIMARIES, to_srgb_matrix
from picture_chunks import avif_file, bmp_file, chrm, cicp, gama, iccp, jp2_file, png_file
from PIL import Image, ImageCms

SKIN = np.array([200, 150, 120])  # sRGB
# Linear RGB of sRGB from that of the other space, to four digits as everybody prints them.
FROM_P3 = np.array([[1.2249, -0.2247, 0.0], [-0.0420, 1.0419, 0.0], [-0.0197, -0.0786, 1.0979]])
FROM_ADOBE = np.array([[1.3984, -0.3984, 0.0], [0.0, 1.0, 0.0], [0.0, -0.0429, 1.0429]])
FROM_2020 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]])
FROM_SRGB = np.eye(3)
ADOBE = (0.3127, 0.3290, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
P3 = (0.3127, 0.3290, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06)
P3_CODE, BT2020_CODE, SRGB_CODE, LINEAR, SRGB_CURVE, PQ, HLG = 12, 9, 1, 8, 13, 16, 18
SWAPPED = (
    ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    .tobytes()
    .replace(b"rXYZ", b"tmp!")
    .replace(b"bXYZ", b"rXYZ")
    .replace(b"tmp!", b"bXYZ")
)  # red and blue exchanged: whoever heeds it is seen at once
ORIENTED = 0x8769, 0xA005  # IFDs of EXIF: its own, and interoperability


def patch(colour: np.ndarray, kind: type = np.uint8) -> np.ndarray:
    """(16, 16, 3) of one colour in [0, 1]."""
    most = np.iinfo(kind).max
    return np.broadcast_to(np.round(np.clip(colour, 0, 1) * most).astype(kind), (16, 16, 3)).copy()


def skin_in(matrix: np.ndarray, exponent: float | None = None) -> np.ndarray:
    """The skin's numbers in another space, by a power or by sRGB's curve."""
    light = np.linalg.solve(matrix, srgb_to_linear(SKIN / 255))
    return linear_to_srgb(light) if exponent is None else light ** (1 / exponent)


def off(path: Path, data: bytes, expected: np.ndarray = SKIN) -> float:
    """How many levels a file's colour is from what it should be."""
    path.write_bytes(data)
    return float(np.abs(read_photo(path).pixels.astype(int) - expected).max())


def pq(nits: float) -> float:
    power = (nits / 10_000) ** (2610 / 16384)
    return ((3424 / 4096 + 2413 / 128 * power) / (1 + 2392 / 128 * power)) ** (2523 / 32)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize(
    ("numbers", "chunks"),
    [
        (skin_in(FROM_SRGB), [gama(2.2)]),
        (skin_in(FROM_SRGB), [gama(2.2), chrm()]),
        (skin_in(FROM_SRGB, 1.0), [gama(1.0)]),
        (skin_in(FROM_SRGB, 1.8), [gama(1.8), chrm()]),
        (skin_in(FROM_P3), [chrm(P3)]),
        (skin_in(FROM_ADOBE, 563 / 256), [gama(563 / 256), chrm(ADOBE)]),
        (skin_in(FROM_P3), [cicp(P3_CODE, SRGB_CURVE)]),
        (skin_in(FROM_2020, 1.0), [cicp(BT2020_CODE, LINEAR)]),
        (skin_in(FROM_SRGB) * 219 / 255 + 16 / 255, [cicp(SRGB_CODE, SRGB_CURVE, full=0)]),
    ],
)
def test_chunks_of_png(tmp_path: Path, numbers: np.ndarray, chunks: list[tuple[bytes, bytes]], kind: type) -> None:
    assert off(tmp_path / "a.png", png_file(patch(numbers, kind), chunks)) <= 3


@pytest.mark.parametrize(
    ("chunks", "heeded"),
    [
        ([cicp(P3_CODE, SRGB_CURVE), iccp(SWAPPED), (b"sRGB", b"\0"), gama(1.0)], "cICP"),
        ([iccp(SWAPPED), (b"sRGB", b"\0"), gama(1.0)], "iCCP"),
        ([gama(1.0), iccp(SWAPPED), cicp(2, 2)], "iCCP"),  # codes that stand for nothing
        ([(b"sRGB", b"\0"), gama(1.0), chrm(P3)], "sRGB"),
        ([gama(1.0), chrm(P3), (b"sRGB", b"\0")], "sRGB"),
        ([(b"gAMA", b"\0\0\0\0")], "sRGB"),
        ([chrm((0.3, 0.3, 0.1, 0.1, 0.2, 0.2, 0.3, 0.3))], "sRGB"),  # primaries in a line
        ([chrm((0.0,) * 8)], "sRGB"),
    ],
)
def test_what_goes_before_what(tmp_path: Path, chunks: list[tuple[bytes, bytes]], heeded: str) -> None:
    numbers = skin_in(FROM_P3) if heeded == "cICP" else SKIN / 255
    expected = SKIN[::-1] if heeded == "iCCP" else SKIN
    assert off(tmp_path / "a.png", png_file(patch(numbers), chunks), expected) <= 2


def test_the_dark_of_linear_light_has_all_its_steps(tmp_path: Path) -> None:
    ramp = np.arange(64)
    light = np.round(srgb_to_linear(ramp / 255) * 65535).astype(np.uint16)
    (tmp_path / "dark.png").write_bytes(png_file(np.repeat(light[None, :, None], 3, axis=2), [gama(1.0)]))
    assert np.abs(read_photo(tmp_path / "dark.png").pixels[0, :, 1].astype(int) - ramp).max() <= 1


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_pictures_of_high_range_keep_skin_and_press_highlights(tmp_path: Path, kind: type) -> None:
    in_2020 = np.linalg.solve(FROM_2020, srgb_to_linear(SKIN / 255) * 0.7)  # below the shoulder
    expected = np.round(linear_to_srgb(srgb_to_linear(SKIN / 255) * 0.7) * 255)
    quantised = np.array([pq(nits) for nits in in_2020 * 203])
    assert off(tmp_path / "pq.png", png_file(patch(quantised, kind), [cicp(BT2020_CODE, PQ)]), expected) <= 3
    greys = {}
    for nits in (203, 1000, 4000):
        (tmp_path / "grey.png").write_bytes(png_file(patch(np.full(3, pq(nits)), kind), [cicp(BT2020_CODE, PQ)]))
        greys[nits] = int(read_photo(tmp_path / "grey.png").pixels[0, 0, 1])
    assert 225 < greys[203] < greys[1000] <= greys[4000] <= 255
    # The reference white of HLG is 75 % of its signal (BT.2408), and so the same grey.
    assert off(tmp_path / "hlg.png", png_file(patch(np.full(3, 0.75), kind), [cicp(BT2020_CODE, HLG)]), greys[203]) <= 2


@pytest.mark.parametrize("adobe", [True, False])
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
def test_adobe_rgb_of_exif(tmp_path: Path, suffix: str, adobe: bool) -> None:
    exif = Image.Exif()
    exif.get_ifd(ORIENTED[0])[0xA001] = 0xFFFF if adobe else 1
    exif.get_ifd(ORIENTED[0])[ORIENTED[1]] = {1: "R03" if adobe else "R98"}
    path = tmp_path / f"photo.{suffix}"
    numbers = skin_in(FROM_ADOBE, 563 / 256) if adobe else SKIN / 255
    Image.fromarray(patch(numbers)).save(path, exif=exif.tobytes(), quality=100)
    assert np.abs(read_photo(path).pixels.astype(int) - SKIN).max() <= 3


@pytest.mark.parametrize(
    ("numbers", "codes"),
    [(skin_in(FROM_P3), (P3_CODE, SRGB_CURVE)), (skin_in(FROM_SRGB, 1.0), (SRGB_CODE, LINEAR)), (SKIN / 255, (2, 2))],
)
def test_codes_of_avif(tmp_path: Path, numbers: np.ndarray, codes: tuple[int, int]) -> None:
    if "AVIF" not in Image.SAVE:
        pytest.skip("this Pillow writes no AVIF")
    assert off(tmp_path / "a.avif", avif_file(patch(numbers), *codes)) <= 3


def test_profile_of_jpeg_2000(tmp_path: Path) -> None:
    assert off(tmp_path / "a.jp2", jp2_file(patch(SKIN / 255), SWAPPED), SKIN[::-1]) <= 2


def test_profile_of_bmp(tmp_path: Path) -> None:
    assert off(tmp_path / "a.bmp", bmp_file(patch(SKIN / 255), SWAPPED), SKIN[::-1]) <= 2
    Image.new("RGB", (16, 16), tuple(SKIN.tolist())).save(tmp_path / "b.bmp")
    assert (read_photo(tmp_path / "b.bmp").pixels == SKIN).all()


def test_grey_pictures_with_a_profile_of_colours(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("L", (16, 16), 130).save(tmp_path / "grey.jpg", icc_profile=profile)
    photo = read_photo(tmp_path / "grey.jpg")
    assert np.abs(photo.pixels.astype(int) - 130).max() <= 1
    assert photo.warnings == ()


def test_a_profile_that_does_not_fit_is_told(tmp_path: Path) -> None:
    Image.new("RGB", (16, 16), tuple(SKIN.tolist())).save(tmp_path / "a.png", icc_profile=b"nonsense" * 40)
    photo = read_photo(tmp_path / "a.png")
    np.testing.assert_array_equal(photo.pixels[0, 0], SKIN)
    assert [warning for warning in photo.warnings if "a.png' cannot be used" in warning]


def test_matrices_are_the_published_ones() -> None:
    spaces = {
        "P3": (((0.68, 0.32), (0.265, 0.69), (0.15, 0.06), (0.3127, 0.329)), FROM_P3),
        "Adobe": (((0.64, 0.33), (0.21, 0.71), (0.15, 0.06), (0.3127, 0.329)), FROM_ADOBE),
        "2020": (((0.708, 0.292), (0.17, 0.797), (0.131, 0.046), (0.3127, 0.329)), FROM_2020),
        "sRGB": (SRGB_PRIMARIES, np.eye(3)),
    }
    for primaries, published in spaces.values():
        np.testing.assert_allclose(to_srgb_matrix(primaries), published, atol=5e-4)
