"""A lock that other processes see, and that dies with the one that holds it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from likeness.locking import locked

HOLD = """
import sys
from pathlib import Path
from likeness.locking import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    input()
"""


def holder(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_one_process_has_it_until_it_is_done(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with holder(path) as process:
        with pytest.raises(BlockingIOError), locked(path):
            pass
        assert path.exists()
        process.communicate("\n", timeout=60)
    assert not path.exists()
    with locked(path), pytest.raises(BlockingIOError), locked(path):
        pass
    assert not path.exists()


def test_it_dies_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with holder(path) as process:
        process.kill()
        process.wait(60)
    assert path.exists()
    with locked(path):
        pass
    assert not path.exists()


def test_one_whose_file_was_deleted_meanwhile_is_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between opening and locking the last holder may delete the file, and a third one lock another of that name."""
    path, opened = tmp_path / "lock", Path.open
    times = []

    def open_and_lose(self: Path, mode: str, buffering: int):
        stream = opened(self, mode, buffering)
        times.append(mode)
        if len(times) == 1:
            self.unlink()
        return stream

    monkeypatch.setattr(Path, "open", open_and_lose)
    with locked(path):
        assert len(times) == 2
        assert path.exists()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), locked(tmp_path / "no folder" / "lock"):
        pass
