"""Layouts and formats that are common somewhere: read right, or refused in one sentence; no program is started."""

from __future__ import annotations

import base64
import io
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from likeness.errors import LikenessError
from likeness.inference.images import read_photo
from likeness.result.photo_formats import PHOTO_FORMATS, PHOTO_SUFFIXES
from PIL import Image

RED, GREEN, BLUE, GREY = (220, 40, 40), (40, 180, 60), (40, 60, 200), (128, 128, 128)
# Four squares of these colours, 64 x 64, as an iPhone's format stores them; nothing here can write it.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAVZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9jAAAA"
    "AERAAAEAAQAAAAABegABAAAAAAAAAD8AAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA1mlwcnAAAAC3"
    "aXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQArQgEBA3AAAAMAkAAAAwAA"
    "AwAeoCCBBZbqSSmubgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHBcrAiQAAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABAAAAAQAAAABBw"
    "aXhpAAAAAAMICAgAAAAXaXBtYQAAAAAAAAABAAEEgQIDBAAAAEdtZGF0AAAAOygBrwY4Wvz9N/Y43//+tEfof6fH5sJX7uSf/627//9E6qxmPx9v"
    "8b9hbA//sU3ktQanbCfHkd19r3XA"
)


@pytest.fixture
def ramps() -> np.ndarray:
    """(80, 96, 3) in [0, 1]: no channel, row or column is like another."""
    down, across = np.mgrid[0:80, 0:96]
    return np.stack([across / 95, down / 79, (down + across) / 174], axis=-1)


def as_kind(values: np.ndarray, kind: str) -> np.ndarray:
    dtype = np.dtype(kind)
    return values.astype(dtype) if dtype.kind == "f" else np.round(values * np.iinfo(dtype).max).astype(dtype)


def write_tiff(path: Path, pixels: np.ndarray, **options: object) -> None:
    tifffile = pytest.importorskip("tifffile", reason="tifffile, which writes every layout, is not installed")
    tifffile.imwrite(path, pixels, **options)


@pytest.mark.parametrize("kind", ["u1", "u2"])
@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize("tile", [None, (32, 32)])
@pytest.mark.parametrize("compression", [None, "deflate"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_colours_of_tiff(
    tmp_path: Path, ramps: np.ndarray, kind: str, planes: str, tile: object, compression: object, order: str
) -> None:
    stored = as_kind(ramps, kind)
    stored = np.moveaxis(stored, -1, 0) if planes == "separate" else stored
    options = {"photometric": "rgb", "planarconfig": planes, "tile": tile, "byteorder": order}
    write_tiff(tmp_path / "a.tif", stored, compression=compression, **options)
    assert np.abs(read_photo(tmp_path / "a.tif").pixels - ramps * 255).max() <= 1.01


@pytest.mark.parametrize("kind", ["u1", "u2"])
@pytest.mark.parametrize("white", ["miniswhite", "minisblack"])
@pytest.mark.parametrize("big", [False, True])
def test_grey_of_tiff(tmp_path: Path, ramps: np.ndarray, kind: str, white: str, big: bool) -> None:
    grey = ramps[..., 2]
    write_tiff(
        tmp_path / "a.tif", as_kind(1 - grey if white == "miniswhite" else grey, kind), photometric=white, bigtiff=big
    )
    assert np.abs(read_photo(tmp_path / "a.tif").pixels - grey[..., None] * 255).max() <= 1.01


@pytest.mark.parametrize("kind", ["f2", "f4", "f8", "u4", "i2", "i4"])
@pytest.mark.parametrize("colours", [True, False])
def test_numbers_that_are_no_colours_are_refused(tmp_path: Path, ramps: np.ndarray, kind: str, colours: bool) -> None:
    pixels = as_kind(ramps if colours else ramps[..., 2], kind)
    write_tiff(tmp_path / "a.tif", pixels, photometric="rgb" if colours else "minisblack")
    with pytest.raises(LikenessError, match=r"a\.tif' (holds|is a TIFF of a kind that is not read).*8 or 16 bits"):
        read_photo(tmp_path / "a.tif")


def test_the_page_that_is_the_photo(tmp_path: Path, ramps: np.ndarray) -> None:
    tifffile = pytest.importorskip("tifffile")
    whole, small = as_kind(ramps, "u1"), as_kind(1 - ramps[::4, ::4], "u1")
    pages = {"preview.tif": [(small, 1), (whole, 0)], "pages.tif": [(whole, 0), (small, 0)], "raw.tif": [(small, 1)]}
    for name, stored in pages.items():
        with tifffile.TiffWriter(tmp_path / name) as file:
            for pixels, kind in stored:
                file.write(pixels, photometric="rgb", subfiletype=kind)
    for name in ("preview.tif", "pages.tif"):
        np.testing.assert_array_equal(read_photo(tmp_path / name).pixels, whole)
    with pytest.raises(LikenessError, match=r"raw\.tif' is a camera's raw file"):
        read_photo(tmp_path / "raw.tif")


def test_floats_of_portable_float_map(tmp_path: Path) -> None:
    (tmp_path / "a.ppm").write_bytes(b"Pf\n4 4\n-1.0\n" + np.ones(16, "<f4").tobytes())
    with pytest.raises(LikenessError, match=r"a\.ppm' holds floating-point numbers"):
        read_photo(tmp_path / "a.ppm")


def test_heic_is_read_where_there_is_a_decoder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pi_heif", reason="the decoder of HEIC is not installed")
    (tmp_path / "a.heic").write_bytes(HEIC)
    pixels = read_photo(tmp_path / "a.heic").pixels
    assert np.abs(pixels[[16, 16, 48, 48], [16, 48, 16, 48]].astype(int) - [RED, GREEN, BLUE, GREY]).max() <= 6


@pytest.mark.parametrize(("name", "says"), [("HEIF", "HEIC"), ("AVIF", "AVIF"), ("WEBP", "not a picture in a known")])
def test_what_this_pillow_cannot_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, says: str
) -> None:
    stored = io.BytesIO(HEIC)
    if name != "HEIF":
        if name not in Image.SAVE:
            pytest.skip(f"this Pillow writes no {name}")
        Image.new("RGB", (64, 64), RED).save(stored := io.BytesIO(), name)
    Image.init()
    monkeypatch.setattr("likeness.inference.picture_files.opening.HEIF_DECODERS", ())
    monkeypatch.delitem(Image.OPEN, name, raising=False)
    (tmp_path / "photo.jpg").write_bytes(stored.getvalue())
    with pytest.raises(LikenessError, match=rf"photo\.jpg' is (an? )?{says}.*\.$"):
        read_photo(tmp_path / "photo.jpg")


@pytest.mark.parametrize("suffix", ["jfif", "jpe", "gif", "avif", "bmp", "jp2", "ppm", "webp"])
def test_every_ending_that_is_offered_is_read(tmp_path: Path, suffix: str) -> None:
    name = next(name for name, endings in PHOTO_FORMATS.items() if f".{suffix}" in endings)
    if name not in Image.SAVE:
        pytest.skip(f"this Pillow writes no {name}")
    Image.new("RGB", (64, 48), GREEN).save(tmp_path / f"photo.{suffix}", name)
    assert f".{suffix}" in PHOTO_SUFFIXES
    assert np.abs(read_photo(tmp_path / f"photo.{suffix}").pixels.astype(int) - GREEN).max() <= 8


@pytest.mark.skipif(os.name == "nt", reason="the program that is looked for is a shell script")
@pytest.mark.parametrize("content", [b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n%%EndComments\nshowpage\n",
                                     b"\xd7\xcd\xc6\x9a\0\0" + bytes(60)])  # fmt: skip
def test_no_program_is_started(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "photo.jpg").write_bytes(content)
    program, mark = tmp_path / "bin" / "gs", tmp_path / "started"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\ntouch '{mark}'\n")
    program.chmod(0o755)
    code = (
        "import sys; from likeness.errors import LikenessError; from likeness.inference.images import read_photo\n"
        "try: read_photo(sys.argv[1])\nexcept LikenessError as error: print(error)\n"
        "from PIL import Image\n"
        "try: Image.open(sys.argv[1]).load()\nexcept Exception: pass\n"
    )
    read_only, also_by_pillow = code.partition("from PIL")[0], code
    environment = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}
    for source, started in ((read_only, False), (also_by_pillow, content.startswith(b"%!"))):
        command = [sys.executable, "-c", source, str(tmp_path / "photo.jpg")]
        said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
        assert "photo.jpg' is not a picture in a known format" in said
        assert mark.exists() == started  # by Pillow alone it is: the mark tells what it should


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_is_read(tmp_path: Path) -> None:
    Image.new("RGB", (64, 48), GREEN).save(tmp_path / "photo.png")
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["cp", str(tmp_path / "photo.png"), str(tmp_path / "pipe")]):
        assert (read_photo(tmp_path / "pipe").pixels == GREEN).all()
