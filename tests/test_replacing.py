"""What is made beside its place is there whole or not at all."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from likeness.replacing import fresh_file, fresh_folder, put_in_place


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_takes_the_old_ones_place_when_it_is_whole(tmp_path: Path) -> None:
    place = tmp_path / "a.txt"
    place.write_text("old")
    with fresh_file(place) as fresh:
        fresh.write_text("new")
        assert fresh.name == place.name
        assert place.read_text() == "old"
    assert place.read_text() == "new"
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("problem", [OSError, KeyboardInterrupt])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, problem: type[BaseException]) -> None:
    place = tmp_path / "a.txt"
    place.write_text("old")

    def fail() -> None:
        with fresh_file(place) as fresh:
            fresh.write_text("half")
            raise problem

    with pytest.raises(problem):
        fail()
    assert place.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


def test_nothing_written_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), fresh_file(tmp_path / "a.txt"):
        pass
    assert names(tmp_path) == []


def a_folder(path: Path, text: str) -> Path:
    path.mkdir()
    (path / "content").write_text(text)
    return path


def test_a_folder_changes_places_with_the_old_one(tmp_path: Path) -> None:
    place, aside = tmp_path / "place", tmp_path / "aside"
    put_in_place(a_folder(tmp_path / "first", "first"), place, aside)
    assert names(tmp_path) == ["place"]
    put_in_place(a_folder(tmp_path / "second", "second"), place, aside)
    assert (place / "content").read_text() == "second"
    assert (aside / "content").read_text() == "first"
    assert names(tmp_path) == ["aside", "place"]


@pytest.mark.parametrize("problem", [OSError, KeyboardInterrupt])
def test_a_folder_that_cannot_come_leaves_the_old_one(
    tmp_path: Path, problem: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    place, fresh = a_folder(tmp_path / "place", "old"), a_folder(tmp_path / "fresh", "new")
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self == fresh:
            raise problem
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(problem):
        put_in_place(fresh, place, tmp_path / "aside")
    assert (place / "content").read_text() == "old"
    assert names(tmp_path) == ["fresh", "place"]


def test_a_link_to_a_file_stays_one(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    place = tmp_path / "a.txt"
    place.symlink_to(tmp_path / "kept" / "b.txt")
    with fresh_file(place) as fresh:
        fresh.write_text("new")
    assert place.is_symlink()
    assert (tmp_path / "kept" / "b.txt").read_text() == "new"
    assert names(tmp_path / "kept") == ["b.txt"]


KEY = "key"
FIRST, SECOND = {KEY: "1", "gone": "1", "a": "1"}, {KEY: "2", "a": "2", "come": "2"}
OURS = FIRST.keys() | SECOND


def fill(place: Path, files: dict[str, str]) -> None:
    with fresh_folder(place, KEY, OURS) as fresh:
        assert not names(fresh)
        for name, text in files.items():
            (fresh / name).write_text(text)


def texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_a_folder_is_filled_and_filled_again(tmp_path: Path) -> None:
    place = tmp_path / "above" / "place"
    fill(place, FIRST)
    assert texts(place) == FIRST
    (place / "mine").write_text("kept")
    number = place.stat().st_ino
    fill(place, SECOND)
    assert texts(place) == {**SECOND, "mine": "kept"}
    assert place.stat().st_ino == number


@pytest.mark.parametrize("problem", [OSError, KeyboardInterrupt])
def test_a_block_that_fails_changes_nothing(tmp_path: Path, problem: type[BaseException]) -> None:
    def fail(place: Path) -> None:
        with fresh_folder(place, KEY, OURS) as fresh:
            (fresh / KEY).write_text("half")
            raise problem

    fill(tmp_path / "old", FIRST)
    for place in ("old", "new", "far/away"):
        with pytest.raises(problem):
            fail(tmp_path / place)
    assert texts(tmp_path / "old") == FIRST
    assert names(tmp_path) == ["old"]


@pytest.mark.parametrize("there", [True, False])
def test_a_link_to_a_folder_is_written_through(tmp_path: Path, there: bool) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    link.symlink_to("target")
    if there:
        target.mkdir()
    fill(link, FIRST)
    fill(link, SECOND)
    assert link.is_symlink()
    assert texts(target) == SECOND
    assert names(tmp_path) == ["link", "target"]


def test_where_a_shell_stands_the_folder_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path / "place", FIRST)
    monkeypatch.chdir(tmp_path / "place")
    fill(Path(), SECOND)
    assert texts(Path()) == SECOND
    assert names(tmp_path) == ["place"]


def test_the_folder_above_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()
    above = tmp_path.stat().st_mtime_ns
    tmp_path.chmod(0o555)  # which the administrator may write all the same
    try:
        fill(tmp_path / "place", FIRST)
        fill(tmp_path / "place", SECOND)
    finally:
        tmp_path.chmod(0o755)
    assert texts(tmp_path / "place") == SECOND
    assert tmp_path.stat().st_mtime_ns == above


def test_the_root_of_a_disk_is_filled(small_disk: Path) -> None:
    fill(small_disk, FIRST)
    fill(small_disk, SECOND)
    assert texts(small_disk) == SECOND


def test_a_full_disk_is_told_before_the_work(small_disk: Path) -> None:
    with contextlib.suppress(OSError), (small_disk / "mine").open("wb") as stream:
        while stream.write(bytes(4096)):
            stream.flush()
    with pytest.raises(OSError, match="No space left"):
        fill(small_disk, FIRST)
    assert names(small_disk) == ["mine"]


def test_of_two_at_once_the_second_is_told(tmp_path: Path) -> None:
    with fresh_folder(tmp_path / "place", KEY, OURS) as fresh:
        with pytest.raises(BlockingIOError):
            fill(tmp_path / "place", SECOND)
        (fresh / KEY).write_text("1")
    assert texts(tmp_path / "place") == {KEY: "1"}


# Fills the folder with new files and is killed at the n-th move.
KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from test_replacing import SECOND, fill
rename, left = Path.rename, [int(sys.argv[3])]

def or_die(self, target):
    left[0] -= 1
    return rename(self, target) if left[0] else os._exit(9)

Path.rename = or_die
fill(Path(sys.argv[2]), SECOND)
"""


@pytest.mark.parametrize("move", range(1, 11))
def test_what_a_killed_process_leaves_becomes_whole(tmp_path: Path, move: int) -> None:
    place = tmp_path / "place"
    fill(place, FIRST)
    (place / "mine").write_text("kept")
    command = [sys.executable, "-c", KILLED, str(Path(__file__).parent), str(place), str(move)]
    status = subprocess.run(command, timeout=60).returncode
    with pytest.raises(ZeroDivisionError), fresh_folder(place, KEY, OURS):
        raise ZeroDivisionError
    # Three go and three come; the old ones' folder is renamed in between and at the end.
    assert status == (9 if move <= 8 else 0)
    assert texts(place) == {**(FIRST if move <= 7 else SECOND), "mine": "kept"}


@pytest.mark.parametrize("move", range(1, 9))
def test_a_signal_amid_the_exchange_leaves_the_old_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, move: int
) -> None:
    """Three files go, three come; the folder of the old ones is renamed in between and, when it is too late, last."""
    fill(tmp_path, FIRST)
    (tmp_path / "mine").write_text("kept")
    rename, moves = Path.rename, []

    def interrupted(self: Path, target: Path) -> Path:
        moves.append(target)
        if len(moves) == move:
            signal.raise_signal(signal.SIGINT)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt) if move < 8 else nullcontext():
        fill(tmp_path, SECOND)
    assert len(moves) >= 8
    assert texts(tmp_path) == {**(FIRST if move < 8 else SECOND), "mine": "kept"}
