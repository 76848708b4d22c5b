"""Installing the engine for real, from wheels of a few bytes, with pip and with uv."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from installing import SLOW, UV, Place, finish, left_in, make_place, python_of
from likeness.engine.installing import builds, environment, installation, workplace
from likeness.engine.installing.environment import check_interpreter, read_installed
from likeness.engine.installing.installation import start_check, start_installation
from likeness.engine.installing.installer import Installer
from likeness.engine.installing.workplace import workplace_for
from likeness.engine.task import Cancelled
from likeness.errors import LikenessError
from tiny_wheels import write_program, write_wheel

Choose = Callable[[str], Installer]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return make_place(tmp_path, monkeypatch)


@pytest.fixture
def choose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Choose:
    """Takes one of "pip", "uv" and "slow" for the installer that is found."""

    def take(name: str) -> Installer:
        if name != "pip" and UV is None:
            pytest.skip("uv is not installed")
        program = write_program(tmp_path / "uv", SLOW.format(uv=UV)) if name == "slow" else UV
        found = Installer("" if name == "pip" else str(program))
        monkeypatch.setattr(installation, "find_installer", lambda: found)
        return found

    return take


@pytest.fixture(params=["pip", "uv"])
def any_installer(request: pytest.FixtureRequest, choose: Choose) -> Installer:
    return choose(request.param)


@pytest.fixture
def uv(choose: Choose) -> Installer:
    return choose("uv")


@pytest.fixture
def slow(choose: Choose) -> Installer:
    return choose("slow")


def test_installs_what_the_lists_name_and_nothing_else(place: Place, any_installer: Installer) -> None:
    stages, result = finish(start_installation(place.order))
    assert result == {"interpreter": str(python_of(place.folder))}
    assert check_interpreter(place.folder) == ""
    found = read_installed(place.folder)
    assert found is not None
    assert (found.interpreter, found.build) == (python_of(place.folder), builds.default_build(sys.platform))
    assert found.lists == builds.fingerprint(builds.find_build(found.build, sys.platform))
    assert found.size > 1000
    fractions = [fraction for _, fraction in stages]
    assert fractions == sorted(fractions)
    assert {"Looking for Python", "Trying the engine"} & {stage for stage, _ in stages}
    assert left_in(place.folder.parent) == ["engine", "engine.lock"]
    assert "torch" in place.order.log.read_text(encoding="utf-8")


def test_a_wrong_file_is_refused(place: Place, any_installer: Installer) -> None:
    write_wheel(place.wheels, "numpy", "numpy", "import os; print('evil')")
    with pytest.raises(LikenessError, match=r"^The file of numpy 1\.0 is not the one Likeness was made with"):
        finish(start_installation(place.order))
    assert not place.folder.exists()


def test_a_missing_wheel_is_named(place: Place, any_installer: Installer) -> None:
    next(place.wheels.glob("opencv-*")).unlink()
    with pytest.raises(LikenessError) as caught:
        finish(start_installation(place.order))
    assert str(caught.value).startswith(f"The folder {place.wheels} has no wheel of opencv 1.0 that fits this computer")
    assert str(place.order.log) in str(caught.value)
    assert not place.folder.exists()


def test_repair_replaces_and_a_failure_leaves_the_old(place: Place, uv: Installer) -> None:
    finish(start_installation(place.order))
    mark = place.folder / "old"
    mark.touch()
    wheel = write_wheel(place.wheels, "torch", "torch", "raise OSError('no such DLL')")
    place.lock("torch-cpu-linux.txt", wheel)
    place.lock("torch.txt", wheel)
    with pytest.raises(LikenessError, match=r"^PyTorch does not start in .*: no such DLL\.$"):
        finish(start_installation(place.order))
    assert mark.exists()
    assert check_interpreter(place.folder) == ""
    wheel = write_wheel(place.wheels, "torch", "torch")
    place.lock("torch-cpu-linux.txt", wheel)
    place.lock("torch.txt", wheel)
    finish(start_installation(place.order))
    assert not mark.exists()
    assert check_interpreter(place.folder) == ""


def test_an_environment_that_does_not_start_in_its_place_gives_way(
    place: Place, uv: Installer, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(start_installation(place.order))
    mark = place.folder / "old"
    mark.touch()
    monkeypatch.setattr(workplace, "check_interpreter", lambda *_: "It does not start.")
    with pytest.raises(LikenessError, match="It does not start"):
        finish(start_installation(place.order))
    assert mark.exists()
    assert check_interpreter(place.folder) == ""
    assert left_in(place.folder.parent) == ["engine", "engine.lock"]


def test_cancelled_midway_leaves_nothing(place: Place, slow: Installer) -> None:
    task = start_installation(place.order)
    worker = wait_for_worker(place)
    before = time.monotonic()
    task.cancel()
    with pytest.raises(Cancelled):
        finish(task)
    assert time.monotonic() - before < 1
    assert not Path(f"/proc/{worker}").exists() or "Z" in Path(f"/proc/{worker}/stat").read_text().split()[2]
    assert left_in(place.folder.parent) == ["engine.lock"]


def test_close_ends_it_too(place: Place, slow: Installer) -> None:
    task = start_installation(place.order)
    wait_for_worker(place)
    task.close()
    assert left_in(place.folder.parent) == ["engine.lock"]


def test_only_one_blender_installs_at_a_time(place: Place, slow: Installer) -> None:
    first = start_installation(place.order)
    wait_for_worker(place)
    with pytest.raises(LikenessError, match="Another Blender is installing"):
        finish(start_installation(place.order))
    assert place.folder.with_name("engine.new").exists()
    first.close()


def test_a_killed_installation_is_no_hindrance(place: Place, slow: Installer, choose: Choose) -> None:
    """Blender dies in the middle: the old engine works, the next installation clears up."""
    choose("uv")
    finish(start_installation(place.order))
    choose("slow")
    blender = subprocess.Popen([sys.executable, "-c", place.script(slow)], start_new_session=True)
    worker = wait_for_worker(place)
    blender.kill()
    blender.wait()
    assert check_interpreter(place.folder) == ""
    assert place.folder.with_name("engine.new").exists()
    subprocess.run(["kill", "-9", f"{worker}"], check=False)
    choose("uv")
    finish(start_installation(place.order))
    assert not place.folder.with_name("engine.new").exists()


def test_long_paths_are_built_where_they_are_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only on Windows, and only where its limit would be hit; two Blenders' folders get two workplaces."""
    deep, flat = Path("/", *["user folder"] * 6, "engine"), Path("/blender/engine")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert workplace_for(deep, windows=False) == deep.with_name("engine.new")
    assert workplace_for(flat, windows=True) == flat.with_name("engine.new")
    assert workplace_for(deep, windows=True).parent == tmp_path
    assert workplace_for(deep, windows=True) != workplace_for(deep.with_name("engine2"), windows=True)


def test_built_elsewhere_and_moved(
    place: Place, uv: Installer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "short").mkdir()
    monkeypatch.setattr(workplace, "workplace_for", lambda *_: tmp_path / "short" / "lk")
    for _ in range(2):
        finish(start_installation(place.order))
        assert check_interpreter(place.folder) == ""
    assert left_in(tmp_path / "short") == []
    assert left_in(place.folder.parent) == ["engine", "engine.lock"]


def test_no_room_is_said_before_anything_is_written(
    place: Place, uv: Installer, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(place.wheels)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10**9))
    with pytest.raises(
        LikenessError, match=r"^Installing the engine takes 2\.5 GB, and the disk of .* has 1\.0 GB left"
    ):
        finish(start_installation(place.order))
    assert not place.folder.exists()


def test_offline_is_refused_without_wheels(place: Place, uv: Installer) -> None:
    with pytest.raises(LikenessError, match="needs online access"):
        finish(start_installation(place.changed(wheels=None, online=False)))


def test_wheels_need_no_settings_of_the_network(place: Place, uv: Installer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/company.pem")
    finish(start_installation(place.order))
    assert check_interpreter(place.folder) == ""


def test_an_absent_folder_of_wheels_is_named(place: Place, uv: Installer) -> None:
    with pytest.raises(LikenessError, match=r"There is no folder .*nowhere"):
        finish(start_installation(place.changed(wheels=place.wheels / "nowhere")))


def test_without_any_python_offline(place: Place, uv: Installer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "find_interpreter", lambda with_uv: None)
    with pytest.raises(LikenessError, match=r"needs Python .* and this computer has none"):
        finish(start_installation(place.changed(online=False)))


def test_a_build_for_another_system(place: Place, uv: Installer) -> None:
    other = "apple" if sys.platform != "darwin" else "cuda"
    with pytest.raises(LikenessError, match=f"There is no {other.upper()} build of the engine for this computer"):
        finish(start_installation(place.changed(build=other)))


def test_an_unexpected_failure_names_the_log(place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = write_program(tmp_path / "uv", "import sys; sys.exit('strange')")
    monkeypatch.setattr(installation, "find_installer", lambda: Installer(str(broken)))
    with pytest.raises(LikenessError, match=r"for an unknown reason\. Its log is") as caught:
        finish(start_installation(place.order))
    assert "strange" in place.order.log.read_text()
    assert str(place.order.log) in str(caught.value)


def test_a_folder_that_cannot_be_written(place: Place, uv: Installer) -> None:
    place.folder.parent.parent.mkdir(parents=True, exist_ok=True)
    place.folder.parent.write_text("a file in the way")
    with pytest.raises(LikenessError, match=r"[Ee]xists|[Dd]irectory"):
        finish(start_installation(place.order))


def test_checking_a_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "SUPPORTED", ((1, 0), (2, 0)))
    log = tmp_path / "check.log"
    with pytest.raises(LikenessError, match=r"and the engine needs Python 1\.0 or 2\.0\.$"):
        finish(start_check(Path(sys.executable), log))
    with pytest.raises(LikenessError, match="There is no Python at"):
        finish(start_check(tmp_path / "absent", log))
    monkeypatch.setattr(installation, "CHECK_TIMEOUT_S", 0.2)
    hanging = write_program(tmp_path / "python", "import time; time.sleep(60)")
    with pytest.raises(LikenessError, match="does not run or takes too long"):
        finish(start_check(hanging, log))


def wait_for_worker(place: Place) -> int:
    """The process that the slow installer has started; waits until it has."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        note = place.folder.with_name("engine.new") / "worker"
        if note.exists() and note.read_text():
            return int(note.read_text())
        time.sleep(0.02)
    raise AssertionError("the slow installer did not start")
