"""The scanned heads as they are read."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from likeness.benchmarks.normal_error import see
from likeness.benchmarks.scan import RADIUS_MM, SAMPLES, Head, heads_at_hand, load_pictures, load_scan, make_scan
from likeness.benchmarks.systems import LANDMARKS7_DENSE
from likeness.inference.detectors import mediapipe_models
from likeness.inference.images import read_photo

LANDMARKS = np.array(
    [[-45.0, 30, 40], [-15, 30, 50], [15, 30, 50], [45, 30, 40], [0, -20, 70], [-22, -40, 50], [22, -40, 50]]
)


@pytest.fixture
def heads(shared_dir) -> dict[str, Head]:
    """The heads of the shared folder, which may be one only."""
    found = {head.name: head for head in heads_at_hand(shared_dir / "bench")}
    if not {"mmk", "fran"} <= set(found):
        pytest.skip("no further heads: 'bench/heads' of the shared folder lacks mmk or fran")
    return found


def test_of_a_coarse_scan_the_vertices_are_scored(coarse_cap, fine_cap):
    coarse, fine = make_scan(*coarse_cap, LANDMARKS), make_scan(*fine_cap, LANDMARKS)
    assert len(fine.points) == SAMPLES
    assert {tuple(point) for point in coarse.points} <= {tuple(vertex) for vertex in coarse.vertices}
    assert 30 < len(coarse.points) < len(coarse.vertices)
    assert np.linalg.norm(coarse.points - coarse.centre, axis=1).max() < RADIUS_MM
    assert coarse.point_normals.shape == coarse.points.shape


def test_heads_are_found_by_their_cameras(tmp_path):
    assert heads_at_hand(tmp_path) == []
    for folder in ("lps", "peers", "heads/b", "heads/a", "heads/gt"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("lps", "heads/b", "heads/a"):
        (tmp_path / name / "cameras.json").touch()
    assert heads_at_hand(tmp_path) == [
        Head("lps", tmp_path),
        Head("a", tmp_path / "heads"),
        Head("b", tmp_path / "heads"),
    ]


def test_the_two_further_heads_are_read(heads):
    fran, mmk = load_scan(heads["fran"]), load_scan(heads["mmk"])
    assert 1000 < len(fran.points) <= 2205
    assert len(mmk.points) == SAMPLES
    photographs, renders = load_pictures(heads["mmk"]), load_pictures(heads["fran"])
    assert all(isnan(view.yaw) for view in photographs)
    assert {abs(view.yaw) for view in renders} == {0, 20, 40}
    assert all(view.picture.is_file() for view in (*photographs, *renders))


@pytest.mark.usefixtures("face_finder")
@pytest.mark.parametrize(("name", "picture"), [("mmk", "photoF"), ("fran", "scan_y+00_p+00")])
def test_true_cameras_see_the_scan_where_the_picture_shows_it(heads, name, picture):
    scan = load_scan(heads[name])
    view = next(view for view in load_pictures(heads[name]) if view.name == picture)
    rotation, translation = view.camera.rotation.numpy(), view.camera.translation.numpy()
    projected = (scan.landmarks7 @ rotation.T + translation) @ view.camera.intrinsics.numpy().T
    found = mediapipe_models.mesh_by_default(read_photo(view.picture).pixels)
    assert found is not None
    size = np.array(view.camera.image_size)
    gaps = np.linalg.norm(projected[:, :2] / projected[:, 2:] - found[list(LANDMARKS7_DENSE), :2] * size, axis=1)
    eyes = np.linalg.norm(np.subtract(*(projected[[0, 3], :2] / projected[[0, 3], 2:])))
    assert gaps.mean() < 0.1 * eyes
    assert np.isfinite(see(scan.vertices, scan.triangles, view.camera).depth).mean() > 0.1
