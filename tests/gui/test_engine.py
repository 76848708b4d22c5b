"""Installing the engine from the preferences, in a Blender that is of no help to it."""

from __future__ import annotations

from pathlib import Path

import pytest
from gui.conftest import Play
from installing import UV
from likeness.engine.installing import builds
from likeness.engine.installing.environment import check_interpreter
from mirror import NEEDED, PYTHON, WHEEL, make_mirror, write_uv_wheel
from package_index import Store, closing, write_python

pytestmark = [pytest.mark.slow, *NEEDED]


def test_one_button_installs_the_engine(play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert UV
    (tmp_path / "uv").mkdir()
    write_uv_wheel(tmp_path / "uv")
    archive = write_python(tmp_path).read_bytes()
    with closing(Store()) as store:
        store.hanging, store.pause = PYTHON, 1.5  # else it would be over before it is seen
        mirror = make_mirror(store, tmp_path, archive, tmp_path / "uv", monkeypatch)
        ending = play("install_engine", mirror.place.lists, builds.TORCH_INDEX, tmp_path)
        asked = mirror.fetched()
    own_serves = ending.figures["Blender's own"].startswith(("3.11.", "3.12."))
    assert (PYTHON in asked) is not own_serves
    assert WHEEL in asked or own_serves
    assert "Downloading Python" in ending.figures["stages"] or own_serves
    assert ending.figures["engine"].startswith("ready (CPU")
    assert check_interpreter(Path(ending.figures["interpreter"])) == ""
