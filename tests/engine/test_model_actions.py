"""What the engine does with the library of face models, in this process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from likeness.bfm.library import getting
from likeness.bfm.library.importing import install_model
from likeness.bfm.library.store import MODEL_FILE, installed, models_folder
from likeness.engine.actions import ACTIONS
from likeness.errors import LikenessError
from other_source import other_source, read_at_once


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    read_at_once(monkeypatch)


@pytest.fixture
def user_file(tmp_path: Path) -> Path:
    path = tmp_path / "flame2020.dat"
    path.write_bytes(b"numbers")
    return path


def do(action: str, **arguments: Any) -> dict[str, Any]:
    return ACTIONS[action](arguments, lambda stage, fraction: None)


def test_add(user_file: Path) -> None:
    told = {"id": "flame2020", "name": "Flame2020", "kind": "model", "older_names": []}
    assert do("add_model", path=str(user_file)) == told
    assert do("add_model", path=str(user_file), full=True)["id"] == "full"
    assert list(installed()) == ["flame2020", "full"]
    with pytest.raises(LikenessError, match="holds nothing that Likeness knows"):
        do("add_model", path=str(user_file.parent))


def test_get_tells_whose_names_are_older(user_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    do("add_model", path=str(user_file))
    source = other_source("ict")
    installing = {"ict": lambda progress: install_model(source, [user_file], user_file, progress)}
    monkeypatch.setattr(getting, "get_model", lambda model, progress: installing[model](progress))
    assert do("get_model", id="ict") == {"id": "ict", "name": "Ict", "kind": "model", "older_names": ["Flame2020"]}


def test_check_is_for_all_or_some(user_file: Path) -> None:
    do("add_model", path=str(user_file))
    assert do("check_models") == {"faults": {"builtin": [], "flame2020": []}}
    (models_folder() / "flame2020" / MODEL_FILE).write_bytes(b"damaged")
    assert do("check_models", ids=["builtin"]) == {"faults": {"builtin": []}}
    assert "add flame2020 again" in do("check_models")["faults"]["flame2020"][0]


def test_a_cancelled_one_leaves_no_trace(user_file: Path) -> None:
    class Stopped(BaseException):
        pass

    def cancel_at(stage: str, fraction: float) -> None:
        if stage.startswith("Writing"):
            raise Stopped

    with pytest.raises(Stopped):
        ACTIONS["add_model"]({"path": str(user_file)}, cancel_at)
    assert not list(models_folder().glob("*"))
