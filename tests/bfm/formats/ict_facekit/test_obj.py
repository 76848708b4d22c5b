"""The fast OBJ reader against a plain one, and on text that is no OBJ."""

from __future__ import annotations

import numpy as np
import pytest
from facekit_files import FACES, FACES_UV, UV, VERTICES, obj_text
from hypothesis import given
from hypothesis import strategies as st
from likeness.bfm.formats.ict_facekit.obj import has_faces, read_obj, read_vertices
from likeness.errors import LikenessError


def plainly_read(data: bytes) -> tuple[np.ndarray, np.ndarray, list[list[int]]]:
    """Vertices, texture points and corners (v, vt, v, vt, ...) line by line."""
    words = [line.split() for line in data.decode().splitlines() if line.strip()]
    vertices = np.array([[float(x) for x in line[1:]] for line in words if line[0] == "v"])
    uv = np.array([[float(x) for x in line[1:]] for line in words if line[0] == "vt"])
    faces = [[int(n) - 1 for pair in line[1:] for n in pair.split("/")] for line in words if line[0] == "f"]
    return vertices, uv, faces


coordinates = st.floats(-1e6, 1e6, allow_nan=False).map(float)


@given(st.lists(st.tuples(coordinates, coordinates, coordinates), min_size=5, max_size=12), st.sampled_from("\n\r"))
def test_reads_what_a_plain_reader_reads(points: list[tuple[float, float, float]], end: str) -> None:
    data = obj_text(np.array(points)).replace(b"\n", b"\r\n" if end == "\r" else b"\n")
    mesh = read_obj(data, "a.obj")
    vertices, uv, faces = plainly_read(data)
    assert np.array_equal(mesh.vertices, vertices)
    assert np.array_equal(mesh.uv, uv)
    for corners, corners_uv, pairs in zip(mesh.faces, mesh.faces_uv, faces, strict=True):
        assert [n for pair in zip(corners, corners_uv, strict=True) if pair[0] >= 0 for n in pair] == pairs


def test_triangles_end_with_minus_one() -> None:
    mesh = read_obj(obj_text(VERTICES), "a.obj")
    assert np.array_equal(mesh.faces, FACES)
    assert np.array_equal(mesh.faces_uv, FACES_UV)
    assert np.array_equal(mesh.uv, UV)


def test_other_faces_are_seen() -> None:
    mesh = read_obj(obj_text(VERTICES), "a.obj")
    assert has_faces(obj_text(VERTICES + 1), mesh)
    assert not has_faces(obj_text(VERTICES, faces=FACES[::-1], faces_uv=FACES_UV[::-1]), mesh)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"v 1 2\n", "3 numbers"),
        (b"v 1 2 x\n", "not a number"),
        (b"v 1 2 inf\n", "3 numbers"),
        (b"f 1/1 2/2 9/3\n", "vertices that it does not have"),
        (b"f 1/1 2/2 0/3\n", "vertices that it does not have"),
        (b"f 1 2 3\n", "a face cannot be read"),
        (b"f 1/1 2/2\n", "2 corners"),
        (b"f 1/1 2/2 99999999999999999999/3\n", "a face cannot be read"),
    ],
)
def test_a_bad_line_is_one_sentence(line: bytes, says: str) -> None:
    with pytest.raises(LikenessError, match=says) as raised:
        read_obj(obj_text(VERTICES) + line, "jawOpen.obj")
    assert str(raised.value).startswith("jawOpen.obj is damaged")


@given(st.one_of(st.binary(max_size=300), st.binary(max_size=60).map(lambda junk: b"v 1 2 3\nv " + junk + b"\nf 1/1 ")))
def test_any_bytes_are_a_mesh_or_a_sentence(data: bytes) -> None:
    for read in (read_obj, read_vertices):
        try:
            read(data, "a.obj")
        except LikenessError as error:
            assert str(error).startswith("a.obj is damaged")  # noqa: PT017


@given(st.data())
def test_a_truncated_file_never_passes_as_whole(data: st.DataObject) -> None:
    whole = obj_text(VERTICES)
    mesh = read_obj(whole, "a.obj")
    cut = whole[: data.draw(st.integers(0, len(whole) - 2))]
    try:
        same = np.array_equal(read_vertices(cut, "a.obj"), mesh.vertices) and has_faces(cut, mesh)
    except LikenessError:
        same = False
    assert not same
