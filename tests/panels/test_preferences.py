"""What the preferences show of the engine in each of its states."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import bpy
import pytest
from fake_layout import FakeLayout
from likeness.engine.installing.environment import Installed
from likeness.operators import engine_state
from likeness.operators.engine_state import EngineState
from likeness.operators.settings import session
from likeness.panels.preferences import LikenessPreferences

INSTALL, REPAIR, REMOVE = "likeness.install_engine", "likeness.repair_engine", "likeness.remove_engine"
CHECK, CANCEL, ONLINE = "likeness.check_engine", "likeness.cancel", "extensions.userpref_allow_online"
DEFAULT = engine_state.default_build()


def draw(**values: object) -> FakeLayout:
    """Draw the preferences with such values."""
    layout = FakeLayout()
    properties = {"interpreter": "", "build": DEFAULT, "wheels": "", "idle_minutes": 10, **values}
    stand_in = type("Preferences", (), {**vars(LikenessPreferences), **properties, "layout": layout})()
    stand_in.draw(bpy.context)
    return layout


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine of 1.1 GB."""
    state = EngineState(Installed(Path(sys.executable), DEFAULT, 1_100_000_000, "lists"), outdated=False)
    monkeypatch.setattr(engine_state, "_state", state)


def test_not_installed_offers_to_install() -> None:
    layout = draw()
    assert layout.texts("label")[0] == "Engine: not installed"
    assert {INSTALL, ONLINE} <= set(layout.names("operator"))
    assert not {REPAIR, REMOVE, CHECK} & set(layout.names("operator"))
    label = engine_state.BUILD_LABELS[DEFAULT]
    assert f"Install {label} Engine (needs 2.5 GB)" in layout.texts("operator")


def test_wheels_need_no_internet() -> None:
    assert ONLINE not in draw(wheels="/wheels").names("operator")


def test_installed_offers_what_can_be_done_with_it(installed: None) -> None:
    layout = draw()
    assert layout.texts("label")[0] == f"Engine: ready ({engine_state.BUILD_LABELS[DEFAULT]}, 1.1 GB)"
    assert {REPAIR, REMOVE, CHECK} <= set(layout.names("operator"))
    assert INSTALL not in layout.names("operator")


def test_another_build_can_be_installed_over_it(installed: None) -> None:
    assert INSTALL in draw(build="cuda").names("operator")


def test_an_outdated_engine_asks_for_repair(monkeypatch: pytest.MonkeyPatch) -> None:
    state = EngineState(Installed(Path(sys.executable), DEFAULT, 0, "old"), outdated=True)
    monkeypatch.setattr(engine_state, "_state", state)
    assert "This engine was made for another version of Likeness: repair it." in " ".join(draw().texts("label"))


def test_what_a_failure_left_can_be_seen_and_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_state, "_state", EngineState(None, outdated=False, downloads=True))
    layout = draw()
    assert {INSTALL, REMOVE} <= set(layout.names("operator"))
    assert "Delete Downloads" in layout.texts("operator")
    assert "What was downloaded already is kept: the next installation goes on from there." in " ".join(
        layout.texts("label")
    )


def test_an_own_python_hides_the_installation(installed: None) -> None:
    layout = draw(interpreter="/opt/python")
    assert layout.texts("label")[0] == "Engine: own Python, /opt/python"
    assert CHECK in layout.names("operator")
    assert not {INSTALL, REPAIR, REMOVE} & set(layout.names("operator"))


def test_progress_replaces_the_buttons() -> None:
    current = session(bpy.context)
    current.job, current.stage, current.fraction = "Install Engine", "Downloading torch", 0.42
    layout = draw()
    assert layout.texts("progress") == ["Install Engine: Downloading torch 42%"]
    assert CANCEL in layout.names("operator")
    assert INSTALL not in layout.names("operator")


def test_the_last_error_is_there_in_full() -> None:
    session(bpy.context).error = "word " * 60
    assert " ".join(draw().texts("label")).count("word") == 60


def test_all_properties_are_shown() -> None:
    assert set(draw().names("prop")) | {"build"} == {"interpreter", "build", "wheels", "idle_minutes"}


def test_the_face_models_stand_below() -> None:
    assert {"likeness.add_model", "likeness.get_model"} <= set(draw().names("operator"))


def test_drawing_takes_no_time(installed: None) -> None:
    draw()
    before = time.perf_counter()
    for _ in range(20):
        draw()
    assert (time.perf_counter() - before) / 20 < 3e-3


def test_a_chosen_folder_becomes_its_python(tmp_path: Path) -> None:
    python = tmp_path / "my env" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    python.parent.mkdir(parents=True)
    python.touch()
    assert engine_state.resolved_interpreter(str(tmp_path / "my env")) == str(python)
    assert engine_state.resolved_interpreter(str(python)) == str(python)
    assert engine_state.resolved_interpreter("") == ""
