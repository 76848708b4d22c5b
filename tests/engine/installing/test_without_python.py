"""Installing where there is neither a fitting Python nor uv, as with Blender 5.1: from a mirror on this machine."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest
from installing import finish, python_of
from likeness.engine.installing import installation, interpreters, uv_program
from likeness.engine.installing.environment import check_interpreter, run_python
from likeness.engine.installing.installation import start_installation
from likeness.engine.installing.workplace import remove
from likeness.engine.task import Cancelled
from likeness.errors import LikenessError
from mirror import NEEDED, PYTHON, WHEEL, Mirror

pytestmark = NEEDED


def test_one_button_brings_uv_and_python_and_the_list(mirror: Mirror) -> None:
    folder = mirror.place.folder
    stages, result = finish(mirror.start())
    assert result == {"interpreter": str(python_of(folder))}
    assert check_interpreter(folder) == ""
    assert {WHEEL, PYTHON} <= mirror.fetched()
    # The Python is in the engine's folder, and nothing of it, of uv or of their downloads anywhere else.
    assert run_python(python_of(folder), "import sys; print(sys.base_prefix)", timeout=20).strip() == str(folder)
    assert mirror.left() == ["engine", "engine.lock"]
    assert list(mirror.home.iterdir()) == []
    said = [stage for stage, _ in stages]
    assert any(stage.startswith("Downloading uv") for stage in said)
    assert any(stage.startswith("Downloading Python 3") for stage in said)
    fractions = [fraction for _, fraction in stages]
    assert fractions == sorted(fractions)
    finish(mirror.start())  # repairing is the same again
    assert check_interpreter(folder) == ""


def test_a_python_that_makes_no_environments_is_used_with_uv(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with the Blender of a Linux distribution, whose Python comes without `ensurepip`."""
    here = interpreters.describe(Path(sys.executable))
    assert here is not None
    bare = interpreters.Interpreter(here.path, here.version, here.kind, here.suits, makes_environments=False)
    monkeypatch.setattr(installation, "find_interpreter", lambda with_uv: bare)
    finish(mirror.start())
    assert check_interpreter(mirror.place.folder) == ""
    asked = mirror.fetched()
    assert WHEEL in asked
    assert PYTHON not in asked


def test_another_uv_than_the_one_of_the_list_is_refused(mirror: Mirror) -> None:
    mirror.store.files[WHEEL] += b"\0"
    with pytest.raises(LikenessError, match=r"^The file of uv 9\.9\.9 is not the one Likeness was made with"):
        finish(mirror.start())
    assert mirror.left() == ["engine.lock"]


def test_another_python_than_the_one_of_the_list_is_refused(mirror: Mirror) -> None:
    mirror.store.files[PYTHON] = mirror.store.files[PYTHON][:-1] + b"\0"
    with pytest.raises(LikenessError, match=r"Its log is"):
        finish(mirror.start())
    assert not mirror.place.folder.exists()


def test_an_index_without_uv_says_what_to_do(mirror: Mirror) -> None:
    mirror.store.files["/simple/uv/"] = b'<a href="/files/uv-9.9.8-py3-none-any.whl">another</a>'
    with pytest.raises(LikenessError, match=r"has no uv 9\.9\.9 for this computer: install Python .*, or uv, and try"):
        finish(mirror.start())


@pytest.mark.parametrize(("hanging", "kept"), [(WHEEL, False), (PYTHON, True), ("/files/torch", True)])
def test_cancelled_it_leaves_nothing_half_and_goes_on_from_there(mirror: Mirror, hanging: str, kept: bool) -> None:
    mirror.store.hanging = hanging
    task = mirror.start()
    end = time.monotonic() + 60
    while not any(path.startswith(hanging) for path in mirror.store.asked) and time.monotonic() < end:
        task.poll()
        time.sleep(0.02)
    time.sleep(0.2)  # for its first half
    assert 0 < task.poll().fraction < 1
    task.cancel()
    before = time.monotonic()
    with pytest.raises(Cancelled):
        finish(task)
    assert time.monotonic() - before < 2
    mirror.store.going_on.set()
    end = time.monotonic() + 5
    while (
        not kept and (mirror.place.folder.with_name("engine.downloads") / "uv.whl").exists() and time.monotonic() < end
    ):
        time.sleep(0.02)
    assert not mirror.place.folder.exists()
    assert not mirror.place.folder.with_name("engine.new").exists()
    mirror.store.hanging = ""
    mirror.fetched()
    finish(mirror.start())
    assert check_interpreter(mirror.place.folder) == ""
    again = mirror.fetched()
    assert (WHEEL in again) is not kept
    assert (PYTHON in again) is (hanging != "/files/torch")
    assert mirror.left() == ["engine", "engine.lock"]


def test_after_a_failure_it_goes_on_from_there(mirror: Mirror) -> None:
    torch = next(path for path in mirror.store.files if path.startswith("/files/torch"))
    mirror.store.status[torch] = 503
    with pytest.raises(LikenessError, match=r"^127\.0\.0\.1 has a fault of its own: try again later\."):
        finish(mirror.start())
    assert mirror.left() == ["engine.downloads", "engine.lock"]
    mirror.store.status.clear()
    mirror.fetched()
    finish(mirror.start())
    assert mirror.fetched() == {torch}


def test_another_index_may_have_another_version(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    """pip looks for the version that is wanted in all of a company's indexes; uv by itself in the first alone."""
    mirror.store.files["/more/numpy/"] = b'<a href="/files/numpy-0.9-py3-none-any.whl">numpy-0.9-py3-none-any.whl</a>'
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", f"{mirror.store.address}/more")
    finish(mirror.start())
    assert check_interpreter(mirror.place.folder) == ""


def test_removing_takes_the_downloads_too(mirror: Mirror) -> None:
    mirror.store.status[PYTHON] = 404
    with pytest.raises(LikenessError, match="does not have the file any more: update Likeness"):
        finish(mirror.start())
    assert mirror.left() == ["engine.downloads", "engine.lock"]
    remove(mirror.place.folder)
    assert mirror.left() == ["engine.lock"]


def test_offline_it_says_what_to_do(mirror: Mirror) -> None:
    with pytest.raises(
        LikenessError, match=r"needs Python .*, and this computer has none: allow Blender online access"
    ):
        finish(start_installation(mirror.place.order))
    assert mirror.fetched() == set()


def test_a_computer_without_packages(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uv_program.platform, "machine", lambda: "riscv64")
    with pytest.raises(LikenessError, match="not made for this kind of computer"):
        finish(mirror.start())
    assert mirror.fetched() == set()
