"""Pictures of up to 250 megapixels are read at half their size, in bounded memory and time; larger ones are refused."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from likeness.inference import images
from likeness.inference.picture_files import decoding
from likeness.inference.picture_files.opening import MAX_PIXELS
from picture_chunks import SIGNATURE, chunk
from PIL import Image

SIDE = 15_800  # 249.6 megapixels
WITHOUT_PICTURE_MB = 450  # Python with NumPy, OpenCV and Pillow
READ = """
import pathlib, re, sys
from likeness.inference.images import read_photo
photo = read_photo(sys.argv[1])
corners = [photo.pixels[y, x].tolist() for y, x in ((9, 9), (9, -9), (-9, 9), (-9, -9))]
# What `resource` tells begins with the memory of the process that started this one.
peak = re.search(r"VmHWM:\\s*(\\d+) kB", pathlib.Path("/proc/self/status").read_text())[1]
print(*photo.size, int(peak) // 1024, corners)
"""


def peak_of(path: Path) -> tuple[int, int, int, str]:
    """Width, height, and the most memory in MB that reading took, in a process of its own; the corners' colours."""
    if not Path("/proc/self/status").exists():
        pytest.skip("this system does not tell how much memory a process took")
    said = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True).stdout
    width, height, peak, corners = said.split(maxsplit=3)
    return int(width), int(height), int(peak), corners.strip()


def test_a_large_jpeg_is_never_whole_in_memory(tmp_path: Path) -> None:
    Image.new("L", (SIDE, SIDE), 90).save(tmp_path / "large.jpg", quality=50)
    width, height, peak, corners = peak_of(tmp_path / "large.jpg")
    assert (width, height) == (SIDE // 2, SIDE // 2)
    assert corners == str([[90, 90, 90]] * 4)
    # A quarter of the pixels, once as they are decoded and once as colours.
    assert peak < WITHOUT_PICTURE_MB + SIDE * SIDE / 4 * (1 + 3) / 1e6 + 100


@pytest.mark.slow
def test_a_large_png_takes_its_own_pixels_and_a_quarter(tmp_path: Path) -> None:
    left, right = (200, 150, 120), (40, 60, 90)
    row = b"\0" + bytes(left) * (SIDE // 2) + bytes(right) * (SIDE - SIDE // 2)
    packer = zlib.compressobj(1)
    packed = b"".join(packer.compress(row) for _ in range(SIDE)) + packer.flush()
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", packed), (b"IEND", b""))
    (tmp_path / "large.png").write_bytes(SIGNATURE + b"".join(chunk(*part) for part in parts))
    width, height, peak, corners = peak_of(tmp_path / "large.png")
    assert (width, height) == (SIDE // 2, SIDE // 2)
    assert corners == str([list(left), list(right)] * 2)
    assert peak < WITHOUT_PICTURE_MB + SIDE * SIDE * (4 + 3 / 4) / 1e6 + 100
    assert SIDE * SIDE <= MAX_PIXELS < (SIDE + 100) ** 2


@pytest.mark.parametrize("suffix", ["jpg", "png", "tiff", "webp"])
def test_half_the_size_is_the_same_picture(
    tmp_path: Path, photo_astronaut: np.ndarray, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    odd = np.ascontiguousarray(photo_astronaut[:501, :507])
    Image.fromarray(odd).save(tmp_path / f"a.{suffix}", quality=95)
    monkeypatch.setattr(decoding, "FULL_PIXELS", 200_000)
    monkeypatch.setattr(decoding, "STRIP_PIXELS", 7 * 507)  # several strips, the last one shorter
    pixels = images.read_photo(tmp_path / f"a.{suffix}").pixels
    assert pixels.shape[0] in (250, 251)
    assert pixels.shape[1] in (253, 254)
    expected = odd[:500, :506].reshape(250, 2, 253, 2, 3).mean(axis=(1, 3))
    assert np.abs(pixels[:250, :253] - expected).mean() < 2


def test_strips_join_without_a_seam(
    tmp_path: Path, photo_astronaut: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.fromarray(photo_astronaut).save(tmp_path / "a.png")
    monkeypatch.setattr(decoding, "STRIP_PIXELS", 512 * 37)
    np.testing.assert_array_equal(images.read_photo(tmp_path / "a.png").pixels, photo_astronaut)
