"""Which face models a run measures, and that a borrowed one leaves no trace."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from likeness.benchmarks import models
from likeness.bfm.library import store
from likeness.errors import LikenessError


@pytest.fixture
def packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shared folder with a packed ICT-FaceKit whose reading is left out."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "ict_facekit.npz").touch()
    monkeypatch.setattr(models, "add_model", lambda path: install("ict"))
    return tmp_path


def install(name: str) -> None:
    record = store.Record(name, name, "tests", "MIT", "model", (), "0")
    store.install(record, lambda folder: np.savez(folder / "model.npz", format_version=np.int32(1)))


def test_without_ict_the_builtin_model_alone(tmp_path: Path) -> None:
    with models.models_at_hand(tmp_path, None) as found:
        assert found == ["builtin"]


def test_a_borrowed_ict_is_gone_afterwards(packed: Path) -> None:
    install("mine")
    with models.models_at_hand(packed, None) as found:
        assert found == ["builtin", "ict"]
    with models.models_at_hand(packed, ["ict", "mine"]) as found:
        assert found == ["ict", "mine"]
    assert list(store.installed()) == ["mine"]


def test_a_model_that_is_not_there_is_named(packed: Path) -> None:
    with pytest.raises(LikenessError, match="flame2020"), models.models_at_hand(packed, ["flame2020"]):
        pass
