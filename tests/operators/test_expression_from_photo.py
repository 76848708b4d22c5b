"""The expression of a photo, by an engine that is not real and one that is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import bpy
import numpy as np
import pytest
from data_blocks import count_blocks
from faults import FAULTS, command
from likeness.engine.client import Engine
from likeness.operators.settings import session, user_folder
from likeness.result.folder import write_reconstruction
from named_sheets import ARKIT_FACE, build_named, named_sheet, values_of
from PIL import Image

UseEngine = Callable[..., Engine]


@pytest.fixture
def smiling(use_engine: UseEngine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> UseEngine:
    """The fake engine finds a smile."""
    result = tmp_path / "smiling.likeness"
    write_reconstruction(named_sheet({"mouthSmile_L": 0.8, "jawOpen": 0.4, "exp_00": 1.0}, model="other"), result)
    monkeypatch.setenv("LIKENESS_FAKE_RESULT", str(result))
    return use_engine


def _run(photo: Path, **options: object) -> set[str]:
    return bpy.ops.likeness.expression_from_photo(filepath=str(photo), **options)


def test_the_photos_expression_by_names(smiling: UseEngine, photo: Path, tmp_path: Path) -> None:
    smiling()
    (tmp_path / "faces").mkdir()
    face = build_named(tmp_path / "faces", ARKIT_FACE | {"eyeBlinkLeft": 0.3})
    before = count_blocks()
    assert _run(photo, strength=0.5) == {"FINISHED"}
    assert values_of(face) == pytest.approx({"mouthSmileLeft": 0.4, "jawOpen": 0.2, "eyeBlinkLeft": 0.3})
    assert count_blocks() == before
    assert not any(user_folder("jobs").iterdir())
    assert session(bpy.context).photo == ""  # which is the photo to make a face of


def test_no_common_shapes_is_one_sentence(use_engine: UseEngine, photo: Path, tmp_path: Path) -> None:
    use_engine()  # finds "raise" and "widen"
    (tmp_path / "faces").mkdir()
    face = build_named(tmp_path / "faces", ARKIT_FACE | {"jawOpen": 0.5})
    with pytest.raises(RuntimeError, match="no shape key of these names"):
        _run(photo)
    assert values_of(face) == {"jawOpen": 0.5}


def test_a_fault_changes_nothing(smiling: UseEngine, photo: Path, tmp_path: Path) -> None:
    fault = next(fault for fault in FAULTS if fault.name == "crashes amid a job")
    smiling(command(*fault.steps.split()))
    (tmp_path / "faces").mkdir()
    face = build_named(tmp_path / "faces", ARKIT_FACE | {"jawOpen": 0.5})
    with pytest.raises(RuntimeError, match="ended unexpectedly"):
        _run(photo)
    assert values_of(face) == {"jawOpen": 0.5}


@pytest.mark.slow
@pytest.mark.usefixtures("real_engine")
def test_a_real_smile(photo_astronaut: np.ndarray, tmp_path: Path) -> None:
    portrait = tmp_path / "portrait.png"
    Image.fromarray(photo_astronaut).save(portrait)
    (tmp_path / "faces").mkdir()
    face = build_named(tmp_path / "faces", ARKIT_FACE)
    assert _run(portrait) == {"FINISHED"}
    found = values_of(face)
    assert found["mouthSmileLeft"] > 0.35  # the lips part by keys of their own
    assert found["mouthSmileRight"] > 0.35
    assert max(found.get("mouthFrownLeft", 0.0), found.get("eyeBlinkLeft", 0.0)) < 0.2
