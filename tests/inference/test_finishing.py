"""Texture and detail of a fit that is known: of a draft, in another size, of several photos; and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from likeness.errors import LikenessError
from likeness.inference import pipeline, stages
from likeness.inference.finishing import finish
from likeness.inference.fitting import fit as fitting
from likeness.inference.pipeline import PipelineOptions, reconstruct
from likeness.result.face_file import face_text
from likeness.result.kept_fit import KeptFit
from likeness.result.reconstruction import ALBEDO_IMAGE, IMAGE_FILES, Reconstruction
from PIL import Image
from skimage import data

Told = list[tuple[str, float]]


@pytest.fixture(autouse=True)
def fits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the parts of the fit that were asked; the fixtures above are made before."""
    request.getfixturevalue("draft")
    asked: list[str] = []
    fit_alone, fit_faces = fitting.fit_alone, pipeline.fit_faces
    monkeypatch.setattr(fitting, "fit_alone", lambda *a: asked.append("fit_alone") or fit_alone(*a))
    monkeypatch.setattr(pipeline, "fit_faces", lambda *a: asked.append("fit_faces") or fit_faces(*a))
    return asked


def kept(face: Reconstruction) -> KeptFit:
    return KeptFit(json.loads(face_text(face)), face.mesh.vertices)


def test_a_draft_is_finished_with_the_same_fit(draft: Reconstruction, photo: Path, fits: list[str]) -> None:
    told: Told = []
    finished = finish(
        kept(draft),
        [photo],
        PipelineOptions(texture_size=512, device="cpu"),
        lambda stage, fraction: told.append((stage, fraction)),
    )
    assert not fits
    assert list(dict.fromkeys(stage for stage, _ in told)) == list(stages.KNOWN_FIT_STAGES)
    fractions = [fraction for _, fraction in told]
    assert fractions == sorted(fractions)
    assert len(set(fractions)) > len(stages.KNOWN_FIT_STAGES)  # it moves within the long ones too
    assert set(finished.images) == set(IMAGE_FILES)
    assert finished.images[ALBEDO_IMAGE].shape == (512, 512, 3)
    np.testing.assert_array_equal(finished.mesh.vertices, draft.mesh.vertices)
    np.testing.assert_array_equal(finished.mesh.expression, draft.mesh.expression)
    for name in ("intrinsics", "rotation", "translation"):
        np.testing.assert_array_equal(getattr(finished, name), getattr(draft, name))
    assert finished.coefficients["identity"] == draft.coefficients["identity"]
    assert finished.landmarks == draft.landmarks
    assert finished.appearance.skin_tone is not None
    blink = draft.mesh.shape_key_names.index("eyeBlinkLeft")
    assert np.abs(finished.mesh.shape_key_deltas[blink] - draft.mesh.shape_key_deltas[blink]).max() > 1e-5


@pytest.mark.slow
def test_another_size_is_the_same_texture(photo: Path, fits: list[str]) -> None:
    """As if the photo had been asked for it at first."""
    large = reconstruct(photo, PipelineOptions(texture_size=1024, device="cpu"))
    small = reconstruct(photo, PipelineOptions(texture_size=512, device="cpu"))
    fits.clear()
    again = finish(kept(small), [photo], PipelineOptions(texture_size=1024, device="cpu"))
    assert not fits
    np.testing.assert_array_equal(again.lighting, small.lighting)
    difference = np.abs(again.images[ALBEDO_IMAGE].astype(float) - large.images[ALBEDO_IMAGE])
    assert difference.mean() < 0.2
    assert np.quantile(difference, 0.999) <= 2.0


@pytest.mark.slow
def test_further_photos_are_known_by_their_names(photo: Path, tmp_path: Path, fits: list[str]) -> None:
    other = tmp_path / "other.png"
    Image.fromarray(data.astronaut()[:, ::-1]).save(other)
    made = reconstruct([photo, other], PipelineOptions(quality="draft", device="cpu"))
    paths = {"portrait.png": photo, "other.png": other}
    main = paths.pop(made.photos[0]["name"])
    fits.clear()
    options = PipelineOptions(texture_size=512, device="cpu")
    both, alone = (finish(kept(made), [main, *more], options) for more in (paths.values(), ()))
    assert not fits
    assert [told["name"] for told in both.photos] == [told["name"] for told in made.photos]
    assert both.photos[1]["lighting"] != made.photos[1]["lighting"]
    assert alone.photos[1]["lighting"] == made.photos[1]["lighting"]
    assert (both.images[ALBEDO_IMAGE] != alone.images[ALBEDO_IMAGE]).any()


@pytest.mark.slow
def test_a_further_photo_that_cannot_help_is_left_out(photo: Path, tmp_path: Path) -> None:
    """Gone, of somebody else by now, or never one of them; the next time it is there again nothing is said of it."""
    other = tmp_path / "other.png"
    Image.fromarray(data.astronaut()[:, ::-1]).resize((256, 256)).save(other)
    made = reconstruct([photo, other], PipelineOptions(quality="draft", device="cpu"))
    assert made.photos[0]["name"] == "portrait.png"
    options = PipelineOptions(texture_size=16, device="cpu")
    other.rename(tmp_path / "kept.png")
    gone = finish(kept(made), [photo, other, tmp_path / "kept.png"], options)
    assert gone.warnings == [
        "kept.png is left out: The face was not made of a photo of this name.",
        f"other.png is left out: There is no photo at '{other}'.",
    ]
    assert gone.photos[1]["lighting"] == made.photos[1]["lighting"]
    Image.open(photo).resize((300, 300)).save(other)
    (told,) = finish(kept(gone), [photo, other], options).warnings
    assert told.startswith("other.png is left out: other.png does not show the face as it was fitted")
    (tmp_path / "kept.png").rename(other)
    again = finish(kept(gone), [photo, other], options)
    assert not again.warnings
    assert (again.images[ALBEDO_IMAGE] != gone.images[ALBEDO_IMAGE]).any()
    with pytest.raises(LikenessError, match=r"There is no photo at .*gone\.png"):
        finish(kept(made), [tmp_path / "gone.png", other], options)


def test_a_face_that_was_turned_is_refused(draft: Reconstruction, photo: Path) -> None:
    """As an exported one may be, whose texture the photo would not show there."""
    moved = replace(draft, translation=draft.translation + 0.05)
    with pytest.raises(LikenessError, match=r"portrait\.png does not show the face as it was fitted"):
        finish(kept(moved), [photo], PipelineOptions(device="cpu"))


def test_another_photo_is_refused(draft: Reconstruction, photo: Path, tmp_path: Path) -> None:
    Image.open(photo).resize((300, 300)).save(tmp_path / "small.png")
    with pytest.raises(LikenessError, match=r"small\.png does not show the face as it was fitted"):
        finish(kept(draft), [tmp_path / "small.png"], PipelineOptions(device="cpu"))


def test_vertices_that_are_gone_are_told(draft: Reconstruction, photo: Path) -> None:
    with pytest.raises(LikenessError, match="no longer has the vertices of its model 'builtin'"):
        finish(replace(kept(draft), vertices=draft.mesh.vertices[:-1]), [photo], PipelineOptions(device="cpu"))
