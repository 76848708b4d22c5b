"""Installing, repairing, removing, checking and stopping the engine from Blender, and the diagnostics."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest
from installing import UV, Place, make_place, python_of
from likeness.engine.client import Engine
from likeness.engine.installing import installation
from likeness.engine.installing.background import Background
from likeness.engine.installing.installer import Installer
from likeness.engine.installing.workplace import downloads_beside, workplace_for
from likeness.errors import LikenessError
from likeness.operators import diagnostics, engine, engine_host, engine_state, online
from likeness.operators.settings import session, user_folder
from tiny_wheels import write_program


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The preferences, which there are none of where the package is not an add-on."""
    values = SimpleNamespace(interpreter="", build=engine_state.default_build(), wheels="", idle_minutes=10)
    for module in (engine, engine_host):
        monkeypatch.setattr(module, "preferences", lambda _: values)
    return values


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: SimpleNamespace) -> Place:
    """A folder of tiny wheels that the preferences name, and a user folder of this test's own."""
    made = make_place(tmp_path, monkeypatch)
    chosen.wheels = str(made.wheels)
    if UV is not None:
        monkeypatch.setattr(installation, "find_installer", lambda: Installer(str(UV)))

    def own_folder(*parts: str) -> Path:
        folder = made.folder.parent.joinpath(*parts)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    for module in (engine, engine_host, diagnostics):
        monkeypatch.setattr(module, "user_folder", own_folder)
    engine_state.refresh()
    return made


def test_offline_says_how_to_allow_it(chosen: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    app = SimpleNamespace(online_access=False, online_access_override=False)
    monkeypatch.setattr(online, "bpy", SimpleNamespace(app=app))
    with pytest.raises(RuntimeError, match="Enable online access in System preferences"):
        bpy.ops.likeness.install_engine()
    app.online_access_override = True
    with pytest.raises(RuntimeError, match="Launch Blender without --offline-mode"):
        bpy.ops.likeness.install_engine()
    chosen.wheels = "/wheels"
    assert bpy.ops.likeness.install_engine.poll()
    chosen.wheels, app.online_access = "", True
    assert bpy.ops.likeness.install_engine.poll()


def test_a_build_for_another_computer_is_greyed_out(chosen: SimpleNamespace) -> None:
    chosen.build, chosen.wheels = "apple" if sys.platform != "darwin" else "cuda", "/wheels"
    with pytest.raises(RuntimeError, match="no such build for this computer"):
        bpy.ops.likeness.install_engine()


def test_install_use_repair_remove(place: Place, chosen: SimpleNamespace) -> None:
    assert engine_state.summary() == "not installed"
    assert engine_host.find_interpreter() is None
    with pytest.raises(RuntimeError, match="No engine is installed"):
        bpy.ops.likeness.repair_engine()
    chosen.interpreter = "/some/python"
    assert bpy.ops.likeness.install_engine() == {"FINISHED"}
    assert chosen.interpreter == ""
    assert engine_state.summary().startswith(f"ready ({engine_state.BUILD_LABELS[chosen.build]}, ")
    assert engine_host.find_interpreter() == python_of(place.folder)
    (place.folder / "numpy").touch()
    assert bpy.ops.likeness.repair_engine() == {"FINISHED"}
    assert not (place.folder / "numpy").exists()
    assert bpy.ops.likeness.remove_engine() == {"FINISHED"}
    assert not place.folder.exists()
    assert engine_state.summary() == "not installed"
    assert engine_host.find_interpreter() is None


def test_a_failure_is_one_sentence_and_stays_visible(place: Place) -> None:
    next(place.wheels.glob("scipy-*")).unlink()
    with pytest.raises(RuntimeError, match=r"has no wheel of scipy 1\.0"):
        bpy.ops.likeness.install_engine()
    assert "has no wheel of scipy 1.0" in session(bpy.context).error
    assert engine_state.summary() == "not installed"


def test_other_lists_make_it_outdated(place: Place) -> None:
    bpy.ops.likeness.install_engine()
    assert not engine_state.current().outdated
    for path in place.lists.glob("*.txt"):
        path.write_text(path.read_text() + "# a newer version\n")
    engine_state.refresh()
    assert engine_state.current().outdated
    bpy.ops.likeness.repair_engine()
    assert not engine_state.current().outdated


def test_check_says_what_is_missing(place: Place, chosen: SimpleNamespace, tmp_path: Path) -> None:
    answer = json.dumps({"version": sys.version_info[:2], "broken": {"torch": ""}})
    chosen.interpreter = str(write_program(tmp_path / "python", f"print('likeness-check:' + {answer!r})"))
    with pytest.raises(RuntimeError, match="lacks PyTorch"):
        bpy.ops.likeness.check_engine()


def test_check_starts_the_engine(
    place: Place, tmp_path: Path, use_engine: Callable[[], Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    running = use_engine()
    answer = json.dumps({"version": sys.version_info[:2], "broken": {}})
    good = write_program(tmp_path / "python", f"print('likeness-check:' + {answer!r})")
    monkeypatch.setattr(engine_host, "find_interpreter", lambda: good)
    assert bpy.ops.likeness.check_engine() == {"FINISHED"}
    assert running.state in ("starting", "ready")


def test_stop_ends_a_running_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RuntimeError, match="The engine is not running"):
        bpy.ops.likeness.stop_engine()
    stopped = []
    running = SimpleNamespace(state="ready", stop=lambda: stopped.append(True))
    monkeypatch.setattr(engine_host, "_engine", running)
    assert bpy.ops.likeness.stop_engine() == {"FINISHED"}
    assert stopped == [True]
    assert not bpy.ops.likeness.stop_engine.poll()


def test_diagnostics_tell_all_but_the_home(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: place.folder.parents[1])
    bpy.ops.likeness.install_engine()
    log = diagnostics.user_folder("logs") / "engine.log"
    log.write_text("".join(f"line {number}\n" for number in range(500)))
    session(bpy.context).error = f"No such photo: {place.folder.parents[1]}/me.jpg."
    running = SimpleNamespace(state="ready", hello=None)
    monkeypatch.setattr(engine_host, "running_engine", lambda: running)
    text = diagnostics.diagnostics(bpy.context)
    assert "Jürgen" not in text
    assert "No such photo: ~/me.jpg." in text
    assert f"Blender {bpy.app.version_string}" in text
    assert "Interpreter: ~/likeness/engine" in text
    assert "Process: ready" in text
    assert "line 499" in text
    assert "line 399\n" not in text
    assert re.search(r"torch\W+1\.0", text)  # of the log of pip or uv


def test_diagnostics_are_offered_at_any_time() -> None:
    assert bpy.ops.likeness.copy_diagnostics() == {"FINISHED"}
    assert user_folder().is_dir()


def test_what_a_failure_left_is_known_and_can_be_removed(
    place: Place, chosen: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = downloads_beside(workplace_for(place.folder, os.name == "nt"))

    def fail(_task: Background) -> dict[str, object]:
        kept.mkdir(parents=True)
        raise LikenessError("The package index does not answer in time: try again later.")

    monkeypatch.setattr(engine, "start_installation", lambda order: Background(fail))
    with pytest.raises(RuntimeError, match="does not answer in time"):
        bpy.ops.likeness.install_engine()
    assert engine_state.current().downloads
    assert engine_state.current().installed is None
    assert bpy.ops.likeness.remove_engine("EXEC_DEFAULT") == {"FINISHED"}
    assert not kept.exists()
    assert not engine_state.current().downloads
    assert not bpy.ops.likeness.remove_engine.poll()
