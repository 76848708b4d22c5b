"""``likeness finish``: a draft gets its images where it lies, and what cannot be finished is one sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from likeness.cli import main, outcome
from likeness.inference import pipeline
from likeness.result.folder import read_reconstruction, write_reconstruction
from likeness.result.reconstruction import IMAGE_FILES
from PIL import Image
from synthetic import sheet_reconstruction


@pytest.mark.slow
@pytest.mark.usefixtures("face_finder")
def test_a_draft_is_finished_where_it_lies(
    photo_astronaut: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    Image.fromarray(photo_astronaut).save(tmp_path / "photo.png")
    draft = pipeline.reconstruct(tmp_path / "photo.png", pipeline.PipelineOptions(quality="draft"))
    folder = tmp_path / "face.likeness"
    write_reconstruction(draft, folder)
    (folder / "notes.txt").write_text("mine")
    monkeypatch.setattr(pipeline, "fit_faces", None)  # it is not asked again
    monkeypatch.setattr(outcome.importlib.util, "find_spec", lambda name: None)  # no scene: that is tested elsewhere
    assert main.main(["finish", str(folder), "--texture-size", "512", "--bare-scalp"]) == 0
    made = read_reconstruction(folder)
    assert set(made.images) == set(IMAGE_FILES)
    assert Image.open(made.images["albedo.png"]).size == (512, 512)
    np.testing.assert_array_equal(made.mesh.vertices, draft.mesh.vertices)
    np.testing.assert_array_equal(made.rotation, draft.rotation)
    assert (folder / "notes.txt").read_text() == "mine"
    assert "fit" not in capfd.readouterr().err.split()
    assert main.main(["finish", str(folder / "face.json"), "-o", str(tmp_path / "other"), "--texture-size", "512"]) == 0
    assert (tmp_path / "other" / "preview.png").is_file()


def test_a_result_without_its_photo_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write_reconstruction(sheet_reconstruction(), tmp_path / "face.likeness")
    (tmp_path / "face.likeness" / "photo.png").unlink()
    assert main.main(["finish", str(tmp_path / "face.likeness")]) == 2
    assert "face.likeness has no photo.png, from which its texture could be made." in capfd.readouterr().err


def test_what_is_no_result_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main.main(["finish", str(tmp_path)]) == 2
    assert "is not a Likeness result" in capfd.readouterr().err


def test_a_photo_given_for_a_result_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "photo.png")
    assert main.main(["finish", str(tmp_path / "photo.png")]) == 2
    assert capfd.readouterr().err == f"likeness: {tmp_path}/photo.png is not a Likeness result: it has no face.json.\n"


def test_every_size_of_a_texture_is_taken(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main.main(["finish", str(tmp_path), "--texture-size", "300"]) == 2
    assert "is not a Likeness result" in capfd.readouterr().err  # and no word on the size
    with pytest.raises(SystemExit, match="2"):
        main.main(["finish", str(tmp_path), "--texture-size", "15"])
    assert "a whole number of pixels from 16 to 4096, not '15'" in capfd.readouterr().err
