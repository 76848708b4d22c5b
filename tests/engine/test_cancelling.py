"""Cancelling, closing and stopping: first politely, then not, and never for long."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from faults import QUICK, command
from likeness.engine.client import Engine
from likeness.engine.limits import Limits
from likeness.engine.task import Cancelled, Task
from processes import ends, gone
from waiting import MakeEngine, result, wait

# What is sent to a process that does not read stays in the pipe; this is more than a pipe takes.
LARGE = {"padding": "x" * 500_000, "steps": 10**6}


def cancelled_after(task: Task) -> float:
    """Cancel, and the seconds until it is through."""
    begun = time.monotonic()
    task.cancel()
    with pytest.raises(Cancelled):
        wait(task)
    return time.monotonic() - begun


def at_work(make_engine: MakeEngine, *steps: str, limits: Limits = QUICK) -> tuple[Engine, Task]:
    """An engine, and its job amid the work."""
    engine = make_engine(command(*steps), limits)
    job = engine.submit("reconstruct", steps=10**6)
    wait(job, until=lambda update: update.stage in ("fit", "flood"))
    return engine, job


def test_a_good_engine_obeys_and_stays(make_engine: MakeEngine) -> None:
    engine, job = at_work(make_engine, "hello", limits=Limits())
    job.cancel()
    assert job.poll().stage == "Cancelling"
    assert cancelled_after(job) < 1
    assert engine.state == "ready"
    with pytest.raises(Cancelled):
        job.poll()


def test_one_that_does_not_hear_is_interrupted(make_engine: MakeEngine) -> None:
    engine, job = at_work(make_engine, "hello", "run", "progress:0.5", "obey-interrupt")
    assert QUICK.interrupt < cancelled_after(job) < QUICK.kill
    assert engine.state == "ready"


@pytest.mark.parametrize("way", ["hang", "beat", "crash:SIGSTOP", "flood:100000000"])
def test_one_that_ignores_interrupts_is_killed(way: str, make_engine: MakeEngine) -> None:
    engine, job = at_work(make_engine, "hello", "run", "progress:0.5", "ignore-interrupts", way)
    assert QUICK.kill < cancelled_after(job) < QUICK.kill + 1
    assert engine.state == "stopped"


def test_before_it_has_started(make_engine: MakeEngine) -> None:
    engine = make_engine(command("sleep:0.3", "hello"))
    assert cancelled_after(engine.submit("reconstruct")) < 0.1
    assert engine.state == "starting"
    assert result(engine.submit("reconstruct"))["faces_found"] == 1


def test_the_result_of_a_cancelled_job_is_not_told(make_engine: MakeEngine) -> None:
    engine, job = at_work(make_engine, "hello", "run", "progress:0.5", "sleep:0.1", "answer")
    cancelled_after(job)
    assert engine.state == "ready"


def test_a_death_while_cancelling_is_a_cancellation(make_engine: MakeEngine) -> None:
    _, job = at_work(make_engine, "hello", "run", "progress:0.5", "sleep:0.1", "exit:1")
    cancelled_after(job)


def test_the_next_job_may_come_at_once(make_engine: MakeEngine, tmp_path: Path) -> None:
    steps = (f"once:{tmp_path / 'failed'}", "hello", "run", "progress:0.5", "ignore-interrupts", "hang")
    engine, job = at_work(make_engine, *steps)
    job.cancel()
    assert result(engine.submit("reconstruct", n=2))["got"] == {"n": 2}
    with pytest.raises(Cancelled):
        job.poll()


def test_closing_waits_until_it_is_through(make_engine: MakeEngine) -> None:
    engine, job = at_work(make_engine, "hello", "run", "progress:0.5", "ignore-interrupts", "hang")
    begun = time.monotonic()
    job.close()
    assert time.monotonic() - begun < QUICK.kill + 1
    assert engine.state == "stopped"
    job.close()
    with pytest.raises(Cancelled):
        job.poll()


def test_closing_a_finished_job_keeps_its_result(make_engine: MakeEngine) -> None:
    engine = make_engine(command("hello"))
    job = engine.submit("reconstruct")
    result(job)
    job.close()
    assert job.poll().finished
    assert engine.state == "ready"


@pytest.mark.parametrize("steps", ["hello", "hello run progress:0.5 crash:SIGSTOP", "deaf hello beat", "hang"])
def test_stopping_is_quick_whatever_it_does(steps: str, make_engine: MakeEngine) -> None:
    engine = make_engine(command(*steps.split()))
    jobs = [engine.submit("reconstruct", **LARGE) for _ in range(3)]
    for _ in range(20):
        jobs[0].poll()
        time.sleep(0.01)
    begun = time.monotonic()
    engine.stop()
    assert time.monotonic() - begun < 2 * QUICK.farewell + 0.2
    assert engine.state == "stopped"
    for job in jobs:
        with pytest.raises(Cancelled):
            job.poll()


def test_what_it_started_is_killed_too(make_engine: MakeEngine) -> None:
    engine = make_engine(command("hello", "run", "child", "ignore-interrupts", "hang"))
    job = engine.submit("reconstruct")
    child = int(wait(job, until=lambda update: update.stage.startswith("child")).stage.split()[1])
    assert not gone(child)
    cancelled_after(job)
    assert ends(child)
