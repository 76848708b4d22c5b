"""The life of an engine: started when needed, kept warm, one job after another, and gone when it should be."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from faults import command
from likeness.engine.limits import Limits
from likeness.engine.task import Cancelled
from likeness.errors import LikenessError
from processes import comes_true, ends
from waiting import MakeEngine, result, wait

PATIENT = Limits(farewell=0.3, waiting_messages=100)


def test_states_of_a_life(make_engine: MakeEngine) -> None:
    engine = make_engine(command("hello"))
    assert engine.state == "stopped"
    assert engine.hello is None
    job = engine.submit("reconstruct", photo=Path("/tmp/ü.jpg"), steps=30)
    assert engine.state == "starting"
    assert job.poll().stage == "Starting the engine"
    halfway = wait(job, until=lambda update: update.stage == "fit")
    assert engine.state == "busy"
    assert engine.hello is not None
    assert engine.hello.version == "9"
    assert 0 <= halfway.fraction < 1
    done = wait(job)
    assert (done.fraction, done.result["got"]["photo"]) == (1.0, "/tmp/ü.jpg")
    assert job.poll() == done
    assert engine.state == "ready"
    engine.stop()
    assert engine.state == "stopped"


def test_the_process_stays_for_the_next_job(make_engine: MakeEngine) -> None:
    engine = make_engine(command("hello"))
    engine.warm_up()
    pids = {result(engine.submit("reconstruct"))["pid"] for _ in range(3)}
    assert len(pids) == 1
    engine.stop()
    assert ends(pids.pop())


def test_warm_up_starts_it_once(make_engine: MakeEngine) -> None:
    engine = make_engine(command("hello"))
    engine.warm_up()
    limit = time.monotonic() + 10
    while engine.state == "starting" and time.monotonic() < limit:
        time.sleep(0.01)
    assert engine.state == "ready"
    hello = engine.hello
    engine.warm_up()
    assert engine.hello is hello


def test_jobs_wait_for_each_other(make_engine: MakeEngine) -> None:
    engine = make_engine(command("hello"))
    jobs = [engine.submit("reconstruct", steps=5, name=name) for name in "abc"]
    wait(jobs[2], until=lambda update: update.stage == "Waiting for another job")
    jobs[1].cancel()
    assert result(jobs[2])["got"]["name"] == "c"
    assert result(jobs[0])["got"]["name"] == "a"
    with pytest.raises(Cancelled):
        jobs[1].poll()


def test_an_idle_process_leaves_and_the_next_job_gets_another(make_engine: MakeEngine) -> None:
    engine = make_engine(command("hello"), idle_seconds=1.0)
    first = result(engine.submit("reconstruct"))["pid"]
    assert ends(first, 3.0)
    assert comes_true(lambda: engine.state == "stopped")
    assert result(engine.submit("reconstruct"))["pid"] != first


def test_a_slow_start_is_waited_for(make_engine: MakeEngine) -> None:
    engine = make_engine(command("beat-beside", "sleep:0.7", "hello"), Limits(first_sign=0.5, hello=5))
    assert result(engine.submit("reconstruct"))["faces_found"] == 1


def test_an_input_error_is_the_sentence_and_leaves_the_process(make_engine: MakeEngine) -> None:
    engine = make_engine(command("hello", "run", "error:input"))
    with pytest.raises(LikenessError, match=r"^No face was found in the photo\.$"):
        result(engine.submit("reconstruct"))
    assert engine.state == "ready"


@pytest.mark.parametrize(
    "steps",
    [
        "noise:50 hello",
        "errors-of:20000000 hello run errors-of:20000000 answer",
        "hello run flood:20000 answer",
        "hello run result-of-another-job answer",
        "hello run progress:0 progress:1 progress:0.5 answer",
    ],
    ids=["noise before hello", "megabytes of errors", "flood", "another job's result", "progress goes back"],
)
def test_what_is_borne(steps: str, make_engine: MakeEngine) -> None:
    engine = make_engine(command(*steps.split()), PATIENT)
    assert "wrong" not in result(engine.submit("reconstruct"))
    assert result(engine.submit("reconstruct", n=2))["got"] == {"n": 2}


def test_a_flood_makes_the_engine_wait(make_engine: MakeEngine, log: Path) -> None:
    engine = make_engine(command("hello", "run", "flood:10000", "errors-of:100", "answer"), PATIENT)
    job = engine.submit("reconstruct")
    wait(job, until=lambda update: update.stage == "flood")
    time.sleep(0.5)  # nobody asks: what is said has to wait in the engine, not in Blender's memory
    assert log.read_text() == ""
    result(job)
    assert log.read_text() != ""


@pytest.mark.parametrize("steps", ["hello run answer exit:1", "hello exit:0", "hello run exit:1"])
def test_a_job_that_comes_to_a_dying_process_gets_another(steps: str, make_engine: MakeEngine, tmp_path: Path) -> None:
    engine = make_engine(command(f"once:{tmp_path / 'failed'}", *steps.split()))
    for _ in range(2):
        assert result(engine.submit("reconstruct"))["faces_found"] == 1


def test_but_not_for_ever(make_engine: MakeEngine) -> None:
    engine = make_engine(command("hello", "run", "exit:4"))
    with pytest.raises(LikenessError, match="exit code 4"):
        result(engine.submit("reconstruct"))


def test_silence_is_shown_within_a_second(make_engine: MakeEngine) -> None:
    engine = make_engine(command("hello", "run", "progress:0.4", "hang"), Limits(farewell=0.1))
    job = engine.submit("reconstruct")
    wait(job, until=lambda update: update.fraction == 0.4)
    begun = time.monotonic()
    silent = wait(job, until=lambda update: "does not answer" in update.stage)
    assert 0.9 < time.monotonic() - begun < 1.5
    assert engine.silent_seconds > 1.0
    assert silent.fraction == 0.4


def test_time_nobody_looked_is_no_silence(make_engine: MakeEngine) -> None:
    limits = Limits(unanswered=0.2, silence=0.5, longest_step=0.2)
    engine = make_engine(command("hello", "run", "sleep:0.9", "answer"), limits)
    job = engine.submit("reconstruct")
    wait(job, until=lambda update: update.stage == "Preparing")
    time.sleep(1.0)
    assert result(job)["faces_found"] == 1


@pytest.mark.parametrize("missing", ["missing/python", "folder", "text.txt", "no interpreter"])
def test_an_interpreter_that_cannot_be_started(missing: str, make_engine: MakeEngine, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text.txt").write_text("no program")
    (tmp_path / "no interpreter").write_text("#!/no/such/interpreter\n")
    (tmp_path / "no interpreter").chmod(0o755)
    engine = make_engine([str(tmp_path / missing)])
    for _ in range(2):
        with pytest.raises(LikenessError, match=r"^The engine's Python .* cannot be started \(.*\); its log is .*\.$"):
            result(engine.submit("reconstruct"))
        assert engine.state == "stopped"


def test_a_log_that_cannot_be_written(make_engine: MakeEngine, log: Path) -> None:
    log.parent.write_text("a file where the folder should be")
    with pytest.raises(LikenessError, match="log cannot be written"):
        result(make_engine(command("hello")).submit("reconstruct"))


def test_the_log_of_the_last_process_is_kept(make_engine: MakeEngine, log: Path) -> None:
    engine = make_engine(command("errors-of:100", "hello"))
    for _ in range(3):
        result(engine.submit("reconstruct"))
        engine.stop()
    assert sorted(path.name for path in log.parent.iterdir()) == ["engine.log", "engine.old.log"]
    assert all(path.read_text().strip() == "e" * 99 for path in log.parent.iterdir())


def test_the_environment_of_another_python_is_kept_away(
    make_engine: MakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/blender/modules")
    monkeypatch.setenv("PYTHONHOME", "/blender/python")
    monkeypatch.setenv("HTTPS_PROXY", "kept")
    seen = result(make_engine(command("hello")).submit("reconstruct"))["environment"]
    assert not {"PYTHONPATH", "PYTHONHOME"} & set(seen)
    assert (seen["PYTHONNOUSERSITE"], seen["PYTHONUTF8"], seen["HTTPS_PROXY"]) == ("1", "1", "kept")
