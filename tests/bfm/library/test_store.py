"""The user's library: putting in, replacing, taking out, and what lies there broken."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from likeness.bfm.library import store
from likeness.bfm.library.store import (
    MODEL_FILE,
    RECORD_FILE,
    Record,
    SourceFile,
    check_library,
    install,
    installed,
    models_folder,
    remove,
)
from likeness.errors import LikenessError

RECORD = Record("ict", "ICT-FaceKit", "tests", "MIT", "model", (SourceFile("a.obj", 3, "00ff"),), "0.1.0")


@pytest.fixture(autouse=True)
def own_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "Jürgen 张" / "models"
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(folder))
    return folder


def write(content: str):
    return lambda folder: (folder / MODEL_FILE).write_text(content)


def test_what_is_put_in_is_found_again(own_library: Path) -> None:
    assert installed() == {}
    assert install(RECORD, write("one")) == own_library / "ict"
    assert installed() == {"ict": RECORD}
    install(replace(RECORD, name="newer"), write("two"))
    assert (own_library / "ict" / MODEL_FILE).read_text() == "two"
    assert installed()["ict"].name == "newer"
    assert [path.name for path in own_library.iterdir()] == ["ict"]


@pytest.mark.parametrize(
    "fault", [LikenessError("The file is wrong."), OSError(28, "No space left"), KeyboardInterrupt()]
)
def test_the_older_one_stays_when_the_newer_fails(own_library: Path, fault: BaseException) -> None:
    install(RECORD, write("one"))

    def fail(folder: Path) -> None:
        write("half")(folder)
        raise fault

    with pytest.raises(LikenessError if isinstance(fault, OSError) else type(fault)):
        install(replace(RECORD, name="newer"), fail)
    assert (own_library / "ict" / MODEL_FILE).read_text() == "one"
    assert installed() == {"ict": RECORD}
    assert [path.name for path in own_library.iterdir()] == ["ict"]


def test_what_cannot_be_put_in_its_place_leaves_the_older_one(
    own_library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(RECORD, write("one"))
    original = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if self.name.startswith(".ict-") and "old" not in self.name:
            raise OSError(5, "Input/output error")
        return original(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(LikenessError, match=r"cannot be written to .*Input/output error"):
        install(replace(RECORD, name="newer"), write("two"))
    assert (own_library / "ict" / MODEL_FILE).read_text() == "one"
    assert installed() == {"ict": RECORD}


def test_what_a_killed_one_left_is_cleared_away_a_day_later(own_library: Path) -> None:
    for name, age in ((".ict-old", 2), (".ict-a1", 2), (".ict-b2", 0), (".gnm-c3", 2)):
        (own_library / name).mkdir(parents=True)
        then = time.time() - age * store.ABANDONED_S
        os.utime(own_library / name, (then, then))
    install(RECORD, write("one"))
    assert {path.name for path in own_library.iterdir()} == {"ict", ".ict-b2", ".gnm-c3"}


def test_a_model_that_lies_elsewhere_by_a_link_is_replaced_and_removed(own_library: Path, tmp_path: Path) -> None:
    for act in (lambda: install(replace(RECORD, name="newer"), write("two")), lambda: remove("ict")):
        install(RECORD, write("one"))
        shutil.copytree(own_library / "ict", elsewhere := tmp_path / "elsewhere", dirs_exist_ok=True)
        remove("ict")
        (own_library / "ict").symlink_to(elsewhere)
        act()
        assert (elsewhere / MODEL_FILE).read_text() == "one"
        assert not (own_library / "ict").is_symlink()
        assert not list(own_library.glob(".*"))
    assert installed() == {}


def test_a_library_that_cannot_be_written_is_told_before_the_work(own_library: Path) -> None:
    check_library()
    assert list(own_library.iterdir()) == []
    own_library.rmdir()
    own_library.write_text("in the way")
    with pytest.raises(LikenessError, match=r"models cannot be written: File exists\."):
        check_library()


def fail(_folder: Path) -> None:
    raise LikenessError("The file is wrong.")


def install_in_vain() -> None:
    with pytest.raises(LikenessError, match="The file is wrong"):
        install(replace(RECORD, name="newer"), fail)


@pytest.mark.parametrize("look", [installed, install_in_vain])
def test_what_was_set_aside_by_a_killed_one_comes_back(own_library: Path, look: Callable[[], object]) -> None:
    install(RECORD, write("one"))
    (own_library / "ict").rename(own_library / ".ict-old")
    os.utime(own_library / ".ict-old", (0, 0))
    look()
    assert [path.name for path in own_library.iterdir()] == ["ict"]
    assert (own_library / "ict" / MODEL_FILE).read_text() == "one"
    assert installed() == {"ict": RECORD}


def test_what_was_set_aside_does_not_come_back_after_removing(own_library: Path) -> None:
    install(RECORD, write("one"))
    shutil.copytree(own_library / "ict", own_library / ".ict-old")  # killed while it was deleted
    remove("ict")
    assert installed() == {}
    assert not list(own_library.iterdir())


def test_many_at_once_leave_one_whole_model(own_library: Path) -> None:
    failed: list[LikenessError] = []

    def work(number: int) -> None:
        try:
            install(replace(RECORD, name=str(number)), write(str(number)))
        except LikenessError as error:  # another was putting its own there at that moment
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failed) < len(threads)
    assert installed()["ict"].name == (own_library / "ict" / MODEL_FILE).read_text()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", "null", '{"id": "ict"}', json.dumps({"id": "other", "files": []}), "\xff",
     json.dumps({"id": "ict", "name": "n", "source": "", "licence": "", "kind": "model", "likeness": "", "files": [1]}),
     json.dumps({"id": "ict", "name": 5, "source": "", "licence": "", "kind": "", "likeness": "", "files": []}),
     "[" * 100_000],
)  # fmt: skip
def test_a_record_that_cannot_be_read_is_passed_over(own_library: Path, text: str) -> None:
    install(replace(RECORD, id="good"), write("one"))
    (own_library / "ict").mkdir()
    (own_library / "ict" / RECORD_FILE).write_text(text, encoding="latin-1")
    assert list(installed()) == ["good"]


def test_a_folder_of_another_name_is_passed_over(own_library: Path) -> None:
    install(RECORD, write("one"))
    (own_library / "ict").rename(own_library / "copy")
    assert installed() == {}


def test_removed_is_gone(own_library: Path) -> None:
    install(RECORD, write("one"))
    remove("ict")
    assert installed() == {}
    assert not list(own_library.iterdir())
    for wrong in ("ict", "..", "", "../models"):
        with pytest.raises(LikenessError, match="There is no model"):
            remove(wrong)


def test_a_library_that_cannot_be_written_is_one_sentence(own_library: Path) -> None:
    own_library.parent.mkdir()
    own_library.write_text("a file in its place")
    with pytest.raises(LikenessError, match="cannot be written"):
        install(RECORD, write("one"))
    assert installed() == {}


def test_a_library_that_may_not_be_looked_into_is_empty(own_library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(RECORD, write("one"))

    def refuse(self: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    for question in ("stat", "glob"):  # Python 3.13 looks for files without asking the former
        monkeypatch.setattr(Path, question, refuse)
    assert installed() == {}


def test_the_folder_is_the_platforms_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(store.FOLDER_VARIABLE)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    for platform, expected in (
        ("linux", tmp_path / "likeness/models"),
        ("win32", tmp_path / "likeness/models"),
        ("darwin", Path.home() / "Library/Application Support/likeness/models"),
    ):
        monkeypatch.setattr(store.sys, "platform", platform)
        assert models_folder() == expected
