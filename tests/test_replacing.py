"""What is made beside its place is there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from likeness.replacing import fresh_file, put_in_place


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
