from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from likeness.benchmarks.cylinder import RAYS, CylinderMap
from likeness.benchmarks.facescape_protocol import (
    AXIS_MM,
    PUPILS_MM,
    CylinderError,
    at_best_depth,
    compare,
    cylinder_error,
    normal_error,
    protocol_view,
    scan_on_cylinder,
)
from likeness.benchmarks.normal_error import see
from likeness.benchmarks.protocol_table import protocol_figures, protocol_sections
from likeness.benchmarks.scan import ScanPicture, make_scan
from likeness.benchmarks.scan_error import Prediction
from likeness.benchmarks.scores import score_all
from likeness.geometry.similarity import Similarity
from likeness.inference.camera import Camera
from scipy.optimize import minimize
from scipy.spatial.transform import Rotation

PLACES = np.array([[-45.0, 30], [-18, 30], [18, 30], [45, 30], [0, -20], [-22, -40], [22, -40]])


@pytest.fixture(scope="module")
def scan(fine_cap):
    vertices, triangles = fine_cap
    nearest = np.linalg.norm(vertices[:, None, :2] - PLACES, axis=2).argmin(axis=0)
    return make_scan(vertices, triangles, vertices[nearest])


@pytest.fixture(scope="module")
def view(scan):
    intrinsics = torch.tensor([[900.0, 0, 256], [0, 900, 256], [0, 0, 1]], dtype=torch.float64)
    facing = torch.diag(torch.tensor([1.0, -1, -1], dtype=torch.float64))
    camera = Camera(intrinsics, facing, torch.tensor([0.0, 0, 600], dtype=torch.float64), (512, 512))
    return protocol_view(scan, scan_on_cylinder(scan), camera)


def ball(radius: float | np.ndarray) -> CylinderMap:
    """The middle rows of a ball, all round."""
    height = np.linspace(150, -150, RAYS)[:, None]
    angle = np.arange(RAYS)[None] * 2 * np.pi / 255
    across = np.sqrt(np.maximum(np.broadcast_to(radius, (RAYS, RAYS)) ** 2 - height**2, 0)) * (np.abs(height) < 60)
    normals = np.stack([-np.sin(angle) * across, height * np.ones_like(angle), -np.cos(angle) * across], axis=2)
    normals *= (across > 0)[..., None]
    return CylinderMap(across, normals / np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-9))


def test_the_truth_is_without_error(scan, view):
    found = cylinder_error(view, scan.vertices, scan.triangles)
    assert found.completeness == 1.0
    assert found.chamfer < 1e-9
    assert found.normals < 1e-6


def test_the_truth_elsewhere_and_of_another_size_is_too(scan, view):
    away = Similarity(0.013, Rotation.from_euler("xyz", [20, -35, 10], degrees=True).as_matrix(), np.array([3.0, 1, 2]))
    moved = Prediction(away.apply(scan.vertices), scan.triangles[:, ::-1], away.apply(scan.landmarks7), None)
    picture = ScanPicture("one", Path("one.jpg"), view.camera, "soft", 0.0)
    (score,) = score_all(scan, [picture], lambda _: {"moved": moved})
    assert score.cylinder.completeness > 0.998
    assert score.cylinder.chamfer < 0.01
    assert score.cylinder.normals < 0.002


def test_a_shift_in_depth_is_forgiven_and_one_aside_is_not(scan, view):
    camera = np.array([0.0, 0, 600])
    farther = camera + (scan.vertices - camera) * 1.1  # the same in the picture
    assert cylinder_error(view, farther, scan.triangles).chamfer < 0.1  # of 60 mm
    aside = cylinder_error(view, scan.vertices + np.array([8.0, 0, 0]), scan.triangles)
    assert aside.chamfer > 0.5
    assert aside.completeness < 1.0


def test_no_search_finds_a_better_depth_than_the_median(scan, view):
    wavy = scan.vertices * [1, 1, 0.9] + [0, 0, 5]
    seen = see(wavy, scan.triangles, view.camera).depth
    common = np.isfinite(seen) & np.isfinite(view.depth)
    apart = view.depth[common] - seen[common]
    searched = minimize(lambda z: np.abs(apart - z).sum(), 0.0, method="SLSQP").x[0]
    camera, mean = np.array([0.0, 0, 600]), view.depth[common].mean()
    moved = at_best_depth(view, wavy, scan.triangles)
    factor = float(np.linalg.norm(moved[0] - camera) / np.linalg.norm(wavy[0] - camera))
    shift = mean - mean / factor
    assert np.abs(apart - shift).sum() <= np.abs(apart - searched).sum() + 1e-6
    assert shift == pytest.approx(searched, abs=0.1)
    np.testing.assert_allclose(moved, camera + (wavy - camera) * mean / (mean - shift))


def test_one_millimetre_outwards_is_one_millimetre() -> None:
    found = compare(ball(90.0), ball(91.0))
    assert found.completeness == 1.0
    assert found.chamfer == pytest.approx(1.0, abs=0.02)
    assert found.normals < 0.02


def test_millimetres_are_those_of_a_head_of_average_size(scan):
    """How large the scan's own millimetres are does not matter."""
    middles = scan.landmarks7[:2].mean(axis=0), scan.landmarks7[2:4].mean(axis=0)
    size = PUPILS_MM / np.linalg.norm(middles[0] - middles[1])
    one, other = (
        scan_on_cylinder(make_scan(by * scan.vertices, scan.triangles, by * scan.landmarks7)) for by in (1.0, 2.0)
    )
    np.testing.assert_allclose(one.radius, other.radius, atol=1e-6)
    nose = (scan.vertices[:, 2].max() - scan.centre[2]) * size + AXIS_MM
    assert one.radius[:, 120:136].max() == pytest.approx(nose, abs=0.5)


def test_what_is_missing_counts_as_incomplete_alone() -> None:
    half = ball(90.0)
    kept = np.arange(RAYS) < 100
    found = compare(ball(90.0), CylinderMap(half.radius * kept, half.normals * kept[:, None]))
    assert found.completeness == pytest.approx(100 / RAYS)
    assert found.chamfer == pytest.approx(0, abs=1e-9)
    assert np.isnan(compare(ball(90.0), CylinderMap(0 * half.radius, 0 * half.normals)).chamfer)


def test_a_cut_edge_is_no_surface() -> None:
    """Single rays that miss by 14 mm are spikes and count; by 20 mm they hang together with nothing."""
    smooth = ball(80.0)
    spikes = (np.arange(RAYS) % 5 == 2)[:, None] & (np.arange(RAYS) % 5 == 2)[None] & smooth.hit
    found = [compare(smooth, CylinderMap(smooth.radius + height * spikes, smooth.normals)) for height in (14.0, 20.0)]
    assert found[0].chamfer > 0.25  # 14 mm of one point in 25, of one side
    assert found[1].chamfer < 0.1
    assert found[0].completeness == found[1].completeness == 1.0


def test_normals_are_squeezed_as_published() -> None:
    random = np.random.default_rng(0)
    truth, seen = (random.normal(0, 1, (50, 3)) for _ in range(2))
    truth, seen = (each / np.linalg.norm(each, axis=1, keepdims=True) for each in (truth, seen))
    angles = []
    for a, b in zip(truth.tolist(), seen.tolist(), strict=True):
        a, b = [x + 1 for x in a], [x + 1 for x in b]
        lengths = [sum(x * x for x in each) ** 0.5 for each in (a, b)]
        angles.append(np.arccos(sum(x * y for x, y in zip(a, b, strict=True)) / (lengths[0] * lengths[1])))
    assert normal_error(truth, seen) == pytest.approx(np.mean(angles))
    honest = np.arccos((truth * seen).sum(axis=1)).mean()
    assert normal_error(truth, seen) < 0.5 * honest


def test_nothing_to_compare_is_a_failure(scan, view):
    nowhere = replace(view, depth=np.full_like(view.depth, np.inf))
    found = cylinder_error(nowhere, scan.vertices, scan.triangles)
    assert np.isnan([found.completeness, found.chamfer, found.normals]).all()


def make_score(yaw: float, chamfer: float) -> SimpleNamespace:
    return SimpleNamespace(view=SimpleNamespace(yaw=yaw), cylinder=CylinderError(0.5, chamfer, 0.1))


def test_failures_are_left_out_of_the_means_and_told() -> None:
    scores = [make_score(0, 1.0), make_score(-20, 3.0), make_score(20, 5.0), make_score(40, np.nan)]
    figures = protocol_figures(scores, pictures=5)  # of one it made no face at all
    assert figures["done"] == "60"
    assert figures["CD"] == pytest.approx(3.0)
    assert figures["CD 0"] == pytest.approx(1.0)
    assert figures["±20"] == pytest.approx(4.0)
    assert np.isnan(figures["±40"])
    assert figures["CR"] == pytest.approx(50.0)
    text = protocol_sections({"lps": {"us": scores}}, {"lps": 5})[1]
    assert [cell.strip() for cell in text.splitlines()[2].split("|")[1:5]] == ["us", "60", "3.000", "0.100"]
