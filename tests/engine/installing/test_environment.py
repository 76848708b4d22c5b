"""What the engine's environment says of itself: its Python, what it lacks, its size, its end."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest
from installing import left_in
from likeness.engine.installing import environment
from likeness.engine.installing.environment import (
    LIBRARIES,
    check_interpreter,
    installed_interpreter,
    interpreter_in,
    read_installed,
    size,
    write_record,
)
from likeness.engine.installing.workplace import remove
from likeness.errors import LikenessError
from tiny_wheels import write_program

SCRIPTS = "Scripts/python.exe" if sys.platform == "win32" else "bin/python3"


def fake_python(path: Path, **answer: object) -> Path:
    """A program that answers the check like a Python with such a version and such libraries."""
    line = "likeness-check:" + json.dumps(answer)
    return write_program(path, f"print('a library says hello')\nprint({line!r})\nprint('and good bye')\n")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An environment's folder with a Python in it that has everything."""
    fake_python(tmp_path / "Jürgen Müller 张" / "engine" / SCRIPTS, version=[3, 11], broken={})
    return tmp_path / "Jürgen Müller 张" / "engine"


def test_a_python_that_has_all_is_accepted(folder: Path) -> None:
    assert check_interpreter(folder / SCRIPTS) == ""
    assert check_interpreter(folder) == ""


def test_really_imports_the_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "SUPPORTED", (tuple(sys.version_info[:2]),))
    assert check_interpreter(Path(sys.executable), ("json", "numpy")) == ""
    monkeypatch.setitem(LIBRARIES, "no_such_library", "Nothing")
    assert check_interpreter(Path(sys.executable), ("no_such_library",)) == f"{sys.executable} lacks Nothing."


@pytest.mark.parametrize("version", [[3, 9], [3, 13], [3, 14]])
def test_unsupported_python_is_refused(tmp_path: Path, version: list[int]) -> None:
    python = fake_python(tmp_path / "python", version=version, broken={"torch": ""})
    name = ".".join(map(str, version))
    assert check_interpreter(python) == f"{python} is Python {name}, and the engine needs Python 3.10, 3.11 or 3.12."


def test_names_all_that_is_missing(tmp_path: Path) -> None:
    python = fake_python(tmp_path / "python", version=[3, 10], broken={"torch": "", "cv2": "", "PIL": ""})
    assert check_interpreter(python) == f"{python} lacks PyTorch, OpenCV and Pillow."


def test_says_why_a_library_does_not_start(tmp_path: Path) -> None:
    python = fake_python(tmp_path / "python", version=[3, 10], broken={"cv2": "libGL.so.1: cannot open file."})
    assert check_interpreter(python) == f"OpenCV does not start in {python}: libGL.so.1: cannot open file."


def test_what_is_no_python_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "python"
    assert check_interpreter(text) == f"There is no Python at {text}."
    text.write_text("not a program")
    assert check_interpreter(text) == f"{text} is no Python that runs on this computer."
    silent = write_program(tmp_path / "silent", "")
    assert check_interpreter(silent) == f"{silent} is no Python that runs on this computer."


def test_a_hanging_python_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "CHECK_TIMEOUT_S", 0.3)
    hanging = write_program(tmp_path / "python", "import time; time.sleep(60)")
    before = time.monotonic()
    assert check_interpreter(hanging) == f"{hanging} did not answer within 0 seconds."
    assert time.monotonic() - before < 5


def test_blenders_own_settings_of_python_do_not_leak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "SUPPORTED", (tuple(sys.version_info[:2]),))
    for name in ("PYTHONHOME", "PYTHONPATH"):
        monkeypatch.setenv(name, "/nowhere")
    assert check_interpreter(Path(sys.executable), ("json",)) == ""


def test_a_folder_stands_for_the_python_in_it(folder: Path) -> None:
    assert interpreter_in(folder) == folder / SCRIPTS
    assert interpreter_in(folder / SCRIPTS) == folder / SCRIPTS
    assert interpreter_in(folder / "other") == folder / "other"


def test_nothing_installed(tmp_path: Path) -> None:
    assert installed_interpreter(tmp_path) is None
    assert installed_interpreter(tmp_path / "absent") is None
    assert read_installed(tmp_path) is None
    assert size(tmp_path / "absent") == 0


def test_an_environment_whose_base_is_gone_is_not_installed(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python3").symlink_to(tmp_path / "uninstalled")
    assert installed_interpreter(tmp_path) is None


def test_the_record_says_what_was_installed(folder: Path) -> None:
    (folder / "library").write_bytes(bytes(1000))
    write_record(folder, "cuda", "abc")
    found = read_installed(folder)
    assert found is not None
    assert (found.interpreter, found.build, found.lists) == (folder / SCRIPTS, "cuda", "abc")
    assert found.size == 1000 + (folder / SCRIPTS).stat().st_size
    assert size(folder) > found.size  # the record itself came after


@pytest.mark.parametrize("record", ["", "[]", "{}", '{"build": "cpu", "size": "many", "lists": ""}'])
def test_a_damaged_record_leaves_the_engine_usable(folder: Path, record: str) -> None:
    (folder / environment.RECORD).write_text(record)
    found = read_installed(folder)
    assert found is not None
    assert (found.interpreter, found.build, found.size) == (folder / SCRIPTS, "", 0)


def test_removed_leaves_nothing(folder: Path) -> None:
    remove(folder)
    assert not folder.exists()
    assert left_in(folder.parent) == []
    remove(folder)  # again is fine


def test_what_was_not_deleted_in_time_goes_later(folder: Path) -> None:
    """Blender was closed while its thread was at it."""
    left = folder.with_name(f"{environment.TRASH}abc")
    (left / "engine" / "lib").mkdir(parents=True)
    remove(folder)
    assert left_in(folder.parent) == []


def test_a_virus_scanner_is_waited_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename, attempts = Path.rename, []

    def held_for_a_moment(source: Path, target: Path) -> Path:
        attempts.append(source)
        if len(attempts) < 3:
            raise PermissionError(13, "in use")
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", held_for_a_moment)
    remove(folder)
    assert left_in(folder.parent) == []


def test_what_cannot_be_moved_stays_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "in use")

    monkeypatch.setattr(Path, "rename", refuse)
    monkeypatch.setattr(environment, "PATIENCE_S", 0.2)
    with pytest.raises(LikenessError, match="is in use; close other Blenders"):
        remove(folder)
    assert check_interpreter(folder) == ""
