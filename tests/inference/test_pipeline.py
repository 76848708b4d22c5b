"""A photo through the whole engine, quickly and in full."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from likeness.bfm.library.layings import fingerprint
from likeness.bfm.library.registry import load_model
from likeness.errors import LikenessError
from likeness.inference import device as device_module
from likeness.inference import pipeline, stages
from likeness.inference.lighting import shade
from likeness.inference.pipeline import PipelineOptions, personalised, reconstruct
from likeness.inference.stages import Stopwatch
from likeness.result.folder import read_reconstruction, write_reconstruction
from likeness.result.reconstruction import IMAGE_FILES, PHOTO_IMAGE, Reconstruction
from likeness.result.wrinkles import WRINKLE_IMAGES
from PIL import ExifTags, Image
from synthetic import posed_points, project
from toy_face import toy_fit, toy_model

TEXTURE = 512
WITHOUT_NETWORK = [stage for stage in stages.FINAL_STAGES if stage not in {stages.NETWORK, stages.DEPTH}]
Told = list[tuple[str, float]]


@pytest.fixture(scope="module")
def final(face_finder: None, photo: Path) -> tuple[Reconstruction, Told]:
    """In full, and the progress it told."""
    told: Told = []
    options = PipelineOptions(texture_size=TEXTURE, device="cpu")
    face = reconstruct(photo, options, lambda stage, fraction: told.append((stage, fraction)))
    return face, told


@pytest.fixture(params=["draft", "final"])
def face(request: pytest.FixtureRequest) -> Reconstruction:
    found = request.getfixturevalue(request.param)
    return found if isinstance(found, Reconstruction) else found[0]


def test_every_field_has_its_shape(face: Reconstruction) -> None:
    model = load_model("builtin")
    texts = {"id": "builtin", "source": model.source, "licence": model.licence}
    assert face.model == {**texts, "version": fingerprint(model)}
    assert {name: len(values) for name, values in face.coefficients.items()} == {
        "identity": len(model.identity_basis),
        "expression": len(model.expression_names),
        "albedo": len(model.albedo_basis),
    }
    assert face.image_size == (512, 512)
    assert (face.intrinsics.shape, face.rotation.shape, face.translation.shape) == ((3, 3), (3, 3), (3,))
    assert face.lighting.shape == (9, 3)
    for values in (face.intrinsics, face.translation, face.lighting, face.mesh.vertices, face.mesh.shape_key_deltas):
        assert np.isfinite(values).all()
    assert face.mesh.vertices.shape == model.mean.shape
    assert face.mesh.shape_key_deltas.shape == model.expression_basis.shape
    assert face.mesh.joint_positions.shape == (len(model.joint_names), 3)
    np.testing.assert_allclose(face.mesh.expression, face.coefficients["expression"], atol=1e-6)
    low, high = face.mesh.shape_key_ranges.T
    assert (face.mesh.expression >= low).all()
    assert (face.mesh.expression <= high).all()


def test_the_head_stands_before_the_camera(face: Reconstruction) -> None:
    np.testing.assert_allclose(face.rotation @ face.rotation.T, np.eye(3), atol=1e-5)
    assert np.linalg.det(face.rotation) == pytest.approx(1.0, abs=1e-5)
    assert face.rotation[1, 1] < -0.7  # the head's up is up in the picture
    assert face.rotation[2, 2] < -0.7  # and it looks at the camera
    assert 0.2 < face.translation[2] < 3.0


def test_the_posed_face_lies_on_the_landmarks(face: Reconstruction) -> None:
    points, seen = posed_points(face), np.asarray(face.landmarks["ibug68"])
    pixels = project(face, points[face.mesh.landmarks68])
    between_eyes = np.linalg.norm(seen[36] - seen[45])
    error = np.linalg.norm(pixels - seen, axis=1)[17:] / between_eyes  # the outline's points slide along the face
    assert np.median(error) < 0.04
    assert np.mean(error < 0.06) > 0.8
    assert 0 < face.landmarks["reprojection_error"] < 0.04


def test_the_light_is_that_of_a_photo(face: Reconstruction) -> None:
    """Skin that faces the camera is lit, by no more than a photo shows."""
    ahead = shade(torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64), torch.as_tensor(face.lighting))
    assert (ahead > 0.1).all()
    assert (ahead < 3.0).all()


def test_landmarks_and_provenance_are_told(draft: Reconstruction, final: tuple[Reconstruction, Told]) -> None:
    for face in (draft, final[0]):
        assert face.landmarks["detector"] == "mediapipe"
        assert face.landmarks["faces_found"] == 1
        assert np.shape(face.landmarks["ibug68"]) == (68, 2)
        assert np.shape(face.landmarks["dense"]) == (478, 2)
        assert np.shape(face.landmarks["uncertainty"]) == (478,)
        assert set(face.provenance) == {"intrinsics", "coefficients", "lighting", "mesh", "device"}
        assert all(face.provenance.values())
        assert "distance" in face.provenance["intrinsics"]  # the picture tells no focal length
        assert face.provenance["device"] == "cpu"
    assert "colours" in final[0].provenance["coefficients"]
    assert "colours" not in draft.provenance["coefficients"]


def test_stages_are_timed(draft: Reconstruction, final: tuple[Reconstruction, Told]) -> None:
    assert list(draft.timings) == ["reading", "landmarks", "fit"]
    assert list(final[0].timings) == WITHOUT_NETWORK
    assert all(seconds >= 0 for seconds in final[0].timings.values())
    assert final[0].timings["fit"] > 0


def test_a_draft_has_the_photo_and_the_rest_its_maps(
    draft: Reconstruction, final: tuple[Reconstruction, Told], photo: Path
) -> None:
    assert set(draft.images) == {PHOTO_IMAGE}
    images = final[0].images
    assert set(images) == set(IMAGE_FILES)
    np.testing.assert_array_equal(images[PHOTO_IMAGE], np.asarray(Image.open(photo)))
    shapes = {name: (image.shape, image.dtype) for name, image in images.items() if name != PHOTO_IMAGE}
    assert shapes == {
        "albedo.png": ((TEXTURE, TEXTURE, 3), np.uint8),
        "confidence.png": ((TEXTURE, TEXTURE), np.uint8),
        "normal.png": ((TEXTURE, TEXTURE, 3), np.uint8),
        "displacement.exr": ((TEXTURE, TEXTURE), np.float32),
        **dict.fromkeys(WRINKLE_IMAGES, ((TEXTURE, TEXTURE, 3), np.float32)),
    }
    displacement = np.abs(images["displacement.exr"])
    assert 1e-5 < displacement.max() < 0.004  # metres: pores and wrinkles
    assert images["confidence.png"].max() > 200


def test_the_hair_s_colour_is_told_in_full_quality_only(
    draft: Reconstruction, final: tuple[Reconstruction, Told], tmp_path: Path
) -> None:
    assert draft.appearance.hair is None
    red, green, blue = final[0].appearance.hair or (0.0, 0.0, 0.0)
    assert 0.5 > red > 1.2 * green > 1.5 * blue > 0.01  # fair brown
    final[0].save(tmp_path / "face")
    assert read_reconstruction(tmp_path / "face").appearance == final[0].appearance


def test_expressions_of_the_full_result_are_made_for_the_face(final: tuple[Reconstruction, Told]) -> None:
    mesh, model = final[0].mesh, load_model("builtin")
    blink = mesh.shape_key_names.index("eyeBlinkLeft")
    own, mean = mesh.shape_key_deltas[blink], model.expression_basis[blink]
    assert np.abs(own - mean).max() > 1e-5
    np.testing.assert_allclose(own, mean, atol=0.01)


def test_the_fit_is_posed_with_its_own_expressions() -> None:
    model = load_model("builtin")
    neutral = torch.tensor(model.shape(np.array([0.0, 1.5, -1.0])), dtype=torch.float64)
    expression = torch.zeros(len(model.expression_names), dtype=torch.float64)
    expression[[model.expression_names.index(name) for name in ("jawOpen", "eyeBlinkLeft")]] = 0.6
    fit = replace(toy_fit(toy_model()), neutral=neutral, expression=expression)
    expressions, (posed,) = personalised(model, [fit])
    assert expressions.shape == model.expression_basis.shape
    np.testing.assert_array_equal(posed.neutral, neutral)
    moved = posed.posed.numpy() - neutral.numpy()
    np.testing.assert_allclose(moved, np.tensordot(expression.numpy(), expressions, axes=1), atol=1e-12)


def test_progress_runs_from_nothing_to_everything(final: tuple[Reconstruction, Told]) -> None:
    told = final[1]
    fractions = [fraction for _, fraction in told]
    assert fractions == sorted(fractions)
    assert fractions[0] == 0.0
    assert fractions[-1] <= 1.0
    stages = list(dict.fromkeys(stage for stage, _ in told))
    assert stages == WITHOUT_NETWORK
    assert len([stage for stage, _ in told if stage == "fit"]) > 2  # the longest tells of its steps


def test_the_stages_that_run_fill_the_bar() -> None:
    told: Told = []
    watch = Stopwatch(lambda stage, fraction: told.append((stage, fraction)), ("skin", "texture"))
    with watch.stage("skin"):
        pass
    with watch.stage("texture") as share:
        share(0.5)
        share(1.0)
    begin = stages.SHARES["skin"] / (stages.SHARES["skin"] + stages.SHARES["texture"])
    assert [stage for stage, _ in told] == ["skin"] + ["texture"] * 3
    assert [fraction for _, fraction in told] == pytest.approx([0.0, begin, (begin + 1) / 2, 1.0])


def test_the_result_survives_its_folder(draft: Reconstruction, tmp_path: Path) -> None:
    write_reconstruction(draft, tmp_path / "face")
    back = read_reconstruction(tmp_path / "face")
    np.testing.assert_allclose(posed_points(back), posed_points(draft), atol=1e-6)
    assert back.coefficients == draft.coefficients
    assert back.provenance == draft.provenance


def test_the_same_photo_gives_the_same_face(photo: Path, draft: Reconstruction) -> None:
    again = reconstruct(photo, PipelineOptions(quality="draft", device="cpu"))
    np.testing.assert_allclose(again.mesh.vertices, draft.mesh.vertices, atol=1e-6)


def test_a_known_focal_length_is_used(photo: Path, tmp_path: Path, draft: Reconstruction) -> None:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.FocalLengthIn35mmFilm] = 85
    Image.open(photo).save(tmp_path / "portrait.jpg", exif=exif.tobytes(), quality=95)
    face = reconstruct(tmp_path / "portrait.jpg", PipelineOptions(quality="draft", device="cpu"))
    assert "EXIF" in face.provenance["intrinsics"]
    assert face.intrinsics[0, 0] == pytest.approx(85 / 43.2666 * np.hypot(512, 512), rel=1e-3)
    assert face.intrinsics[0, 0] != pytest.approx(draft.intrinsics[0, 0], rel=1e-3)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (PipelineOptions(quality="best"), r"There is no quality 'best'; known are: draft, final\."),
        (
            PipelineOptions(texture_size="2k"),
            r"A texture's size is 'auto' or a whole number of pixels from 16 to 4096, not '2k'\.",
        ),
        (
            PipelineOptions(model="none"),
            r"There is no face model 'none'; known are: builtin \(`likeness models` brings others\)\.",
        ),
        (PipelineOptions(device="gpu"), r"There is no device 'gpu'; known are: auto, cuda, mps, cpu\."),
    ],
)
def test_wrong_choices_are_told_in_one_sentence(photo: Path, options: PipelineOptions, sentence: str) -> None:
    with pytest.raises(LikenessError, match=f"^{sentence}$"):
        reconstruct(photo, options)


@pytest.mark.usefixtures("face_finder")
def test_a_face_that_is_not_there_is_told(photo: Path) -> None:
    with pytest.raises(LikenessError, match=r"^There is no face 3 in the photo.*$"):
        reconstruct(photo, PipelineOptions(quality="draft", face=3))


@pytest.mark.usefixtures("face_finder")
def test_a_picture_without_a_face_is_told(tmp_path: Path) -> None:
    Image.new("RGB", (200, 200), (90, 120, 90)).save(tmp_path / "lawn.png")
    with pytest.raises(LikenessError, match="No face was found"):
        reconstruct(tmp_path / "lawn.png", PipelineOptions(quality="draft", device="cpu"))


@pytest.mark.usefixtures("face_finder")
def test_without_the_device_asked_for_the_cpu_works_and_says_why(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = device_module.fault
    monkeypatch.setattr(device_module, "fault", lambda name: "no driver" if name == "cuda" else real(name))
    told: Told = []
    options = PipelineOptions(quality="draft", device="cuda")
    face = reconstruct(photo, options, lambda stage, fraction: told.append((stage, fraction)))
    note = "Using the CPU, because cuda does not work here (no driver)."
    assert face.provenance["device"] == note
    assert told[0] == (note, 0.0)  # before the wait


@pytest.mark.usefixtures("face_finder")
def test_the_model_lives_on_the_chosen_device(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = pipeline.model_tensors
    monkeypatch.setattr(pipeline, "choose_device", lambda name: (asked.append(name) or torch.device("cpu"), ""))
    monkeypatch.setattr(pipeline, "model_tensors", lambda m, device: asked.append(device) or real(m, device))
    reconstruct(photo, PipelineOptions(quality="draft", device="mps"))
    assert asked == ["mps", torch.device("cpu")]
