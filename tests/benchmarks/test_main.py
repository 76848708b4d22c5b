"""The whole command on a tiny head of its own, with the pipeline replaced by the truth."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
from likeness.benchmarks import __main__ as command
from likeness.benchmarks.runs import PhotoRun
from likeness.benchmarks.scan_error import Prediction

LANDMARKS = np.array([[-45, 30, 40], [-15, 30, 50], [15, 30, 50], [45, 30, 40], [0, -20, 70], [-22, -40, 50.0]])


@pytest.fixture
def shared(tmp_path, fine_cap, monkeypatch):
    """A shared folder with a synthetic scan, one picture of nothing, one stored peer and one photo."""
    vertices, triangles = fine_cap
    landmarks = np.vstack([LANDMARKS, LANDMARKS[-1] * [-1, 1, 1]])
    bench = tmp_path / "bench"
    for folder in (bench / "gt", bench / "lps", bench / "peers" / "smooth", tmp_path / "photos"):
        folder.mkdir(parents=True)
    np.savez(bench / "gt" / "lps_face.npz", v=vertices, f=triangles)
    np.savetxt(bench / "gt" / "lps_landmarks7.txt", landmarks)
    flat = vertices * [1, 1, 0.9]
    np.savez(bench / "peers" / "smooth" / "lps__front.npz", v=flat, f=triangles, lmk7=landmarks * [1, 1, 0.9])
    intrinsics = [[300.0, 0, 80], [0, 300, 80], [0, 0, 1]]
    camera = {"K": intrinsics, "R": np.diag([1.0, -1, -1]).tolist(), "t": [0, 0, 400.0], "width": 160, "height": 160}
    view = {**camera, "file": "front.jpg", "light": "soft", "yaw": 0, "pitch": 0}
    (bench / "lps" / "cameras.json").write_text(json.dumps({"front": view}))
    for path in (bench / "lps" / "front.jpg", tmp_path / "photos" / "nobody.jpg"):
        cv2.imwrite(str(path), np.full((160, 160, 3), 128, np.uint8))
    monkeypatch.setenv("LIKENESS_SHARED", str(tmp_path))
    truth = Prediction(vertices / 10, triangles, landmarks / 10, mm_per_unit=10.0)

    def reconstruct_nothing(photos, say, model):
        preview = np.full((30, 40, 3), 200, np.uint8)
        return {
            photo: PhotoRun(photo, {"neutral": truth}, {"detector": 1.5}, {"fit": 2.0}, preview) for photo in photos
        }

    monkeypatch.setattr(command, "run_photos", reconstruct_nothing)
    return tmp_path


@pytest.mark.usefixtures("face_finder")
def test_report_compares_likeness_with_its_peers(shared, capsys):
    out = shared / "report"
    assert command.main(["--out", str(out)]) == 0
    text = capsys.readouterr().out
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]
    assert lines[0][:3] == ["lps", "pictures", "NoW"]
    rows = {line[0]: line[1:] for line in reversed(lines)}  # the first table's row of a name
    assert rows["Likeness builtin, neutral"][:2] == ["1", "0.00"]
    assert float(rows["smooth"][1]) > 0.1
    assert ["smooth", "1", "0.00"] in [line[:3] for line in lines]  # our error over the peer's
    assert "MediaPipe, live" not in rows  # it found no face
    measures = lines[[line[:3] for line in lines].index(["lps", "done", "CD"]) :]
    assert measures[2][:5] == ["Likeness builtin, neutral", "100", "0.000", "0.000", "100.000"]
    assert measures[3][:2] == ["smooth", "100"]
    assert float(measures[3][2]) > 0.1
    assert rows["total"][0] == "2.00"
    assert rows["nobody.jpg"][0] == "1.50"
    assert (out / command.TABLE_FILE).read_text(encoding="utf-8") == text
    assert cv2.imread(str(out / command.SHEET_FILE)).shape == (30, 120, 3)


def test_absent_data_are_one_sentence(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LIKENESS_SHARED", str(tmp_path / "nowhere"))
    assert command.main(["--out", str(tmp_path / "out")]) == 2
    assert "LIKENESS_SHARED" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
