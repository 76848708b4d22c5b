"""Figures of several scores, tables, timings and landmarks in photos."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from likeness.benchmarks.accuracy import accuracy_sections, our_name
from likeness.benchmarks.photos import aflw_landmarks, contact_sheet, landmark_errors, photo_paths
from likeness.benchmarks.scan import Head, load_pictures, shared_folder
from likeness.benchmarks.scores import by_system, mean_figures, mean_of_heads, ratios
from likeness.benchmarks.systems import mediapipe_prediction, stored_peers, stored_prediction
from likeness.benchmarks.table import table
from likeness.benchmarks.timing import median_timings, peak_memory_mib
from likeness.errors import LikenessError

OFFSET = np.array([3.0, 4.0])  # pixels, 5 long


def make_score(system: str, name: str, light: str, yaw: float, median: float, metric: bool = True):
    summary = SimpleNamespace(median=median, mean=median, std=median)
    error = SimpleNamespace(full=summary, core=summary, coverage=1.0, pose=SimpleNamespace(scale=0.97))
    band = SimpleNamespace(r=0.1, energy=0.5)
    normals = SimpleNamespace(mean=10 * median, detail=band, fine=band)
    errors = {"scaled": error, "anchored": error} | ({"metric": error} if metric else {})
    return SimpleNamespace(
        system=system, view=SimpleNamespace(name=name, light=light, yaw=yaw), errors=errors, normals=normals
    )


def test_figures_are_means_over_the_pictures_they_speak_of():
    scores = [make_score("a", "1", "soft", 0, 1.0), make_score("a", "2", "side", -40, 3.0, metric=False)]
    figures = mean_figures(scores)
    assert figures["NoW"] == 2.0
    assert (figures["soft"], figures["side"], figures["yaw 0"], figures["±40"]) == (1.0, 3.0, 1.0, 3.0)
    assert figures["metric"] == 1.0
    assert figures["size %"] == pytest.approx(3.0)
    assert np.isnan(figures["±20"])


def test_ratios_use_the_common_pictures_only():
    ours = [make_score("us", "1", "soft", 0, 1.0), make_score("us", "2", "soft", 20, 9.0)]
    peer = [make_score("peer", "1", "soft", 0, 2.0)]
    assert ratios(ours, peer) == pytest.approx(dict.fromkeys(("NoW", "anchored", "core", "metric", "normals"), 0.5))
    assert list(by_system([*ours, *peer])) == ["us", "peer"]


def test_each_head_counts_once_and_a_figure_that_one_lacks_is_none():
    many = mean_figures([make_score("a", str(i), "soft", 0, 1.0) for i in range(9)])
    one = mean_figures([make_score("a", "1", "real", np.nan, 3.0)])
    means = mean_of_heads([many, one])
    assert means["NoW"] == 2.0
    assert np.isnan(means["soft"])
    assert np.isnan(means["yaw 0"])


def test_a_peer_of_one_head_is_in_its_table_and_not_in_the_mean():
    us = our_name("builtin", "neutral")
    ours, peer = make_score(us, "1", "soft", 0, 1.0), make_score("peer", "1", "soft", 0, 2.0)
    sections = accuracy_sections({"lps": {us: [ours], "peer": [peer]}, "fran": {us: [ours, ours]}}, ["builtin"])
    tables = {words[1].strip(): text for text in sections if len(words := text.split("|")) > 1}
    assert list(tables) == ["lps", "fran", "mean over the heads", "peer"]
    assert ["peer" in tables[name] for name in ("lps", "fran", "mean over the heads")] == [True, False, False]
    assert tables["mean over the heads"].splitlines()[2].split("|")[2].strip() == "2"
    assert tables["peer"].splitlines()[2].split("|")[3].strip() == "0.50"
    one_head = accuracy_sections({"lps": {us: [ours]}}, ["builtin"])
    assert not any("mean over the heads" in section for section in one_head)


def test_table_lines_up_and_shows_missing_numbers():
    text = table("system", {"ours": {"NoW": 1.0, "note": "x"}, "a peer": {"NoW": float("nan"), "note": "long text"}})
    lines = text.splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[2].split("|")[2].strip() == "1.00"
    assert lines[3].split("|")[2].strip() == "-"


def test_median_of_totals_is_taken_over_whole_runs():
    runs = [{"fit": 1.0, "detail": 5.0}, {"fit": 2.0, "detail": 1.0}, {"fit": 9.0}]
    assert median_timings(runs) == {"fit": 2.0, "detail": 3.0, "total": 6.0}
    assert 10 < peak_memory_mib() < 1e6


def test_contact_sheet_fills_rows():
    tiles = [np.full((2, 3, 3), value, np.uint8) for value in (1, 2, 3, 4)]
    sheet = contact_sheet(tiles, columns=3)
    assert sheet.shape == (4, 9, 3)
    assert sheet[0, 3, 0] == 2
    assert sheet[2, 0, 0] == 4
    assert sheet[2, 8, 0] == 0


@pytest.fixture
def reconstruction():
    """Sixty-eight points on a plane 1 m before the camera, eye corners 0.1 m apart: 100 pixels."""
    points = np.random.default_rng(0).uniform(-0.1, 0.1, (68, 3)) * [1, 1, 0]
    points[36], points[45] = [-0.05, 0, 0], [0.05, 0, 0]
    mesh = SimpleNamespace(
        vertices=points, expression=np.zeros(0), shape_key_deltas=np.zeros((0, 68, 3)), landmarks68=np.arange(68)
    )
    intrinsics = np.array([[1000.0, 0, 200], [0, 1000, 200], [0, 0, 1]])
    pixels = points[:, :2] * 1000 + 200
    return SimpleNamespace(
        mesh=mesh,
        intrinsics=intrinsics,
        rotation=np.eye(3),
        translation=np.array([0.0, 0, 1]),
        landmarks={"ibug68": pixels + OFFSET},
    )


def test_landmark_error_is_in_percent_of_the_inter_ocular_distance(reconstruction, tmp_path):
    assert landmark_errors(reconstruction, tmp_path / "none.jpg") == {"detector": pytest.approx(5.0)}
    turn = np.array([[0.0, 0, 1], [0, 1, 0], [-1, 0, 0]])  # a profile: the eye corners fall on each other
    turned = SimpleNamespace(**{**vars(reconstruction), "rotation": turn})
    camera = reconstruction.mesh.vertices @ turn.T + [0, 0, 1]
    turned.landmarks = {"ibug68": camera[:, :2] / camera[:, 2:] * 1000 + 200 + OFFSET}
    assert landmark_errors(turned, tmp_path / "none.jpg")["detector"] == pytest.approx(5.0)


def test_aflw_points_lie_on_the_face(shared_dir):
    photo = next(path for path in photo_paths(shared_dir / "photos") if path.name.startswith("aflw"))
    points = aflw_landmarks(photo)
    assert points is not None
    assert points.shape == (68, 2)
    assert (points > 0).all()
    assert (points < 450).all()  # the data set's pictures are 450 pixels wide
    assert points[8, 1] > points[27, 1]  # the chin is below the nose


@pytest.mark.usefixtures("face_finder")
def test_live_mediapipe_is_near_the_stored_one(shared_dir):
    bench = shared_dir / "bench"
    view = load_pictures(Head("lps", bench))[0]
    live, stored = mediapipe_prediction(view.picture), stored_prediction(bench, "mediapipe", "lps", view.name)
    assert stored is not None
    assert live is not None
    assert live.mm_per_unit is None
    assert np.abs(live.landmarks7[:, :2] - stored.landmarks7[:, :2]).max() < 2.0
    assert "eos" in stored_peers(bench)
    assert stored_prediction(bench, "mean_bfm", "lps", "side_y+40_p+00") is None


def test_missing_data_is_told_in_one_sentence(monkeypatch, tmp_path):
    monkeypatch.setenv("LIKENESS_SHARED", str(tmp_path))
    with pytest.raises(LikenessError, match="LIKENESS_SHARED"):
        shared_folder()
    (tmp_path / "bench").mkdir()
    assert shared_folder() == Path(tmp_path)
