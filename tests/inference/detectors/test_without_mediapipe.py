"""Without MediaPipe nothing fails but finding faces, and that says what to do; landmarks may come from elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest
from likeness.anatomy.landmarks import IBUG68
from likeness.errors import LikenessError
from likeness.inference.detectors import mediapipe_models
from likeness.inference.detectors.landmarks import FaceLandmarks, detect_faces
from likeness.inference.images import Photo
from likeness.inference.pipeline import PipelineOptions, reconstruct
from likeness.inference.skin.person import person_mask
from likeness.inference.skin.segmentation import skin_confidence
from likeness.libraries import PREDICTOR_VARIABLE
from PIL import Image
from portrait import PORTRAIT_68, train_predictor

BETWEEN_EYES = float(np.linalg.norm(PORTRAIT_68[36] - PORTRAIT_68[45]))


@pytest.fixture(autouse=True)
def no_mediapipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """MediaPipe is not installed."""
    _forget_graphs()
    for name in [name for name in sys.modules if name.partition(".")[0] == "mediapipe"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "mediapipe", None)
    yield
    _forget_graphs()


@pytest.fixture(scope="module")
def predictor(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from skimage import data

    return train_predictor(tmp_path_factory.mktemp("dlib") / "predictor_68.dat", data.astronaut(), PORTRAIT_68)


def test_a_face_finder_is_asked_for(photo_astronaut: np.ndarray) -> None:
    assert not mediapipe_models.available()
    with pytest.raises(LikenessError) as told:
        detect_faces(Photo(None, photo_astronaut))
    assert "MediaPipe 0.10.21" in str(told.value)
    assert f"environment variable {PREDICTOR_VARIABLE}." in str(told.value)


def test_one_that_does_not_load_is_not_called_absent(
    monkeypatch: pytest.MonkeyPatch, photo_astronaut: np.ndarray
) -> None:
    broken = ModuleType("mediapipe")
    broken.__path__ = []
    monkeypatch.setitem(sys.modules, "mediapipe", broken)
    monkeypatch.setitem(sys.modules, "mediapipe.python", ModuleType("mediapipe.python"))
    monkeypatch.delitem(sys.modules, "mediapipe.python.solutions", raising=False)
    with pytest.raises(LikenessError, match=r"MediaPipe 0\.10\.21, which does not load \(cannot import name"):
        detect_faces(Photo(None, photo_astronaut))


def test_a_later_mediapipe_has_none(monkeypatch: pytest.MonkeyPatch, photo_astronaut: np.ndarray) -> None:
    later = ModuleType("mediapipe")
    later.__path__ = []
    monkeypatch.setitem(sys.modules, "mediapipe", later)
    monkeypatch.delitem(sys.modules, "mediapipe.python", raising=False)
    assert not mediapipe_models.available()
    with pytest.raises(LikenessError, match=r"MediaPipe 0\.10\.21, which is not installed"):
        detect_faces(Photo(None, photo_astronaut))


def test_any_pixel_may_be_a_person(photo_astronaut: np.ndarray) -> None:
    mask = person_mask(photo_astronaut)
    assert mask.shape == (512, 512)
    assert (mask == 1).all()


def test_skin_is_told_by_colour_and_place(photo_astronaut: np.ndarray) -> None:
    box = np.concatenate([PORTRAIT_68.min(axis=0), PORTRAIT_68.max(axis=0)])
    face = FaceLandmarks(PORTRAIT_68, IBUG68, np.ones(68), None, box, "dlib", 1.0)
    mask = skin_confidence(Photo(None, photo_astronaut), face)
    assert mask[_around([(200, 125), (250, 125), (224, 120)], 4)].mean() > 0.95  # cheeks and nose
    assert mask[_around([(210, 20), (290, 60)], 6)].mean() < 0.1  # hair
    assert mask[260:].max() < 0.2  # the suit


def test_dlib_finds_the_face_for_its_predictor(predictor: Path, photo_astronaut: np.ndarray) -> None:
    (face,) = detect_faces(Photo(None, photo_astronaut), predictor_path=predictor)
    assert (face.scheme, face.detector) == (IBUG68, "dlib")
    assert np.median(np.linalg.norm(face.points - PORTRAIT_68, axis=1)) < 0.1 * BETWEEN_EYES


def test_where_there_is_no_face(predictor: Path) -> None:
    from skimage import data

    with pytest.raises(LikenessError, match="No face was found"):
        detect_faces(Photo(None, data.chelsea()), predictor_path=predictor)


@pytest.mark.parametrize("quality", ["draft", pytest.param("final", marks=pytest.mark.slow)])
def test_a_face_from_the_photo(
    quality: str, predictor: Path, photo_astronaut: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.fromarray(photo_astronaut).save(tmp_path / "portrait.png")
    monkeypatch.setenv(PREDICTOR_VARIABLE, str(predictor))
    options = PipelineOptions(quality=quality, texture_size=256, device="cpu")
    face = reconstruct(tmp_path / "portrait.png", options)
    assert face.landmarks["detector"] == "dlib"
    assert face.landmarks["reprojection_error"] < 0.06
    assert ("without" in face.provenance.get("skin", "")) == (quality == "final")


def _around(points: list[tuple[int, int]], radius: int) -> np.ndarray:
    """(512, 512) bool: discs round points."""
    mask = np.zeros((512, 512), np.uint8)
    for point in points:
        cv2.circle(mask, point, radius, (1,), -1)
    return mask > 0


def _forget_graphs() -> None:
    """Graphs that are built already would find faces without the library."""
    for made_once in vars(mediapipe_models).values():
        if hasattr(made_once, "cache_clear"):
            made_once.cache_clear()
