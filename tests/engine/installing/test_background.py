"""A task that is a function in a thread: it is asked how far it is, hears of a cancellation, and hides nothing."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from installing import finish
from likeness.engine.installing.background import Background
from likeness.engine.task import Cancelled
from likeness.errors import LikenessError

PRINTS = [sys.executable, "-c", "print('Jürgen'); print('张'); raise SystemExit(3)"]
HANGS = [sys.executable, "-c", "import time; print('here', flush=True); time.sleep(600)"]


def test_result_and_stages() -> None:
    def work(task: Background) -> dict[str, int]:
        task.tell("half", 0.5)
        time.sleep(0.1)
        return {"answer": 42}

    stages, result = finish(Background(work))
    assert ("half", 0.5) in stages
    assert stages[-1] == ("half", 1.0)
    assert result == {"answer": 42}


def test_an_error_of_the_system_becomes_a_sentence() -> None:
    with pytest.raises(LikenessError, match=r"^No such file or directory \(/nowhere/at/all\)\.$"):
        finish(Background(lambda _: {"": Path("/nowhere/at/all").stat()}))


def test_a_fault_of_ours_comes_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        finish(Background(lambda _: {"": 1 / 0}))


def test_a_line_that_comes_in_parts_is_one(tmp_path: Path) -> None:
    code = "import os, time; [(os.write(1, part), time.sleep(0.4)) for part in (b'\\xc3', b'\\xbc')]"
    command, log = [sys.executable, "-c", code], tmp_path / "log"
    _, result = finish(Background(lambda task: {"": task.run(command, log, tmp_path, {}, lambda _: None)}))
    assert result[""] == (0, ["ü"])


def test_output_goes_to_the_log_and_to_the_watcher(tmp_path: Path) -> None:
    log, seen = tmp_path / "the log", list[str]()
    log.write_text("from before\n")
    _, result = finish(Background(lambda task: {"": task.run(PRINTS, log, tmp_path, {}, seen.extend)}))
    assert result[""] == (3, ["Jürgen", "张"])
    assert seen == ["Jürgen", "张"]
    assert log.read_text(encoding="utf-8") == "from before\nJürgen\n张\n"


def test_cancelled_at_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    task = Background(lambda task: {"": task.run(HANGS, log, tmp_path, {}, lambda _: None)})
    while not (log.exists() and log.read_text()):
        time.sleep(0.02)
        task.poll()
    before = time.monotonic()
    task.cancel()
    with pytest.raises(Cancelled):
        finish(task)
    assert time.monotonic() - before < 1


def test_what_takes_too_long_is_ended(tmp_path: Path) -> None:
    before = time.monotonic()
    with pytest.raises(subprocess.TimeoutExpired):
        finish(Background(lambda task: {"": task.run(HANGS, tmp_path / "log", tmp_path, {}, lambda _: None, 0.3)}))
    assert time.monotonic() - before < 5


def test_what_hangs_is_waited_for_but_not_by_a_cancellation() -> None:
    done = threading.Event()

    def hang() -> int:
        done.wait(60)
        return 42

    task = Background(lambda task: {"answer": task.wait_for(hang)})
    time.sleep(0.2)
    assert not task.poll().finished
    done.set()
    assert finish(task)[1] == {"answer": 42}
    done.clear()
    task = Background(lambda task: {"answer": task.wait_for(hang)})
    task.cancel()
    before = time.monotonic()
    with pytest.raises(Cancelled):
        finish(task)
    assert time.monotonic() - before < 2
    done.set()


def test_what_is_raised_where_it_is_waited_for_is_raised() -> None:
    def fail() -> int:
        raise LikenessError("It is not there.")

    with pytest.raises(LikenessError, match="It is not there"):
        finish(Background(lambda task: {"": task.wait_for(fail)}))
