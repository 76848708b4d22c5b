"""The worker: keeps its pipes clean, obeys, and never outlives Blender."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import likeness
import pytest
from likeness.engine.client import Engine, engine_command
from likeness.engine.limits import Limits
from likeness.engine.protocol import FROM_ENGINE, Alive, Cancel, Error, Hello, Message, Result, Run, decode, encode
from likeness.engine.task import Cancelled
from likeness.errors import LikenessError
from processes import ends, gone
from waiting import MakeEngine, result, wait

ROOT = Path(str(likeness.__file__)).parent
COMMAND = [sys.executable, "-I", "-S", "-u", str(Path(__file__).with_name("small_worker.py"))]
NOT_QUICK = Limits(interrupt=0.2)


@pytest.fixture
def engine(make_engine: MakeEngine) -> Engine:
    return make_engine(COMMAND, NOT_QUICK)


class Pipes:
    """A worker without the client: lines in, messages out."""

    def __init__(self, *arguments: str) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen([*COMMAND, *arguments], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.orders, self.replies = self.process.stdin, self.process.stdout

    def send(self, message: Message) -> None:
        self.orders.write(encode(message))
        self.orders.flush()

    def next(self, kind: type) -> Message:
        """The next message of a kind; heartbeats and progress before it are skipped."""
        while not isinstance(message := decode(self.replies.readline(), FROM_ENGINE), kind):
            pass
        return message

    def __enter__(self) -> Pipes:
        return self

    def __exit__(self, *problem: object) -> None:
        self.process.kill()
        self.process.wait()
        self.orders.close()
        self.replies.close()


def test_chatty_libraries_reach_neither_pipe(engine: Engine, log: Path) -> None:
    assert result(engine.submit("chatter")) == {"asked": ""}
    assert result(engine.submit("steps", count=1))["thread"] == "MainThread"
    text = log.read_text()
    assert "printed\n" in text
    assert "written without a line's end" in text
    assert "child" in text


def test_an_error_of_the_input_is_its_own_sentence(engine: Engine, log: Path) -> None:
    with pytest.raises(LikenessError, match=r"^No face was found\.$"):
        result(engine.submit("fail", kind="input"))
    assert "Traceback" not in log.read_text()
    assert engine.state == "ready"


@pytest.mark.parametrize(("action", "error"), [("fail", "ZeroDivisionError"), ("dance", "KeyError")])
def test_a_fault_is_a_sentence_and_its_traceback_in_the_log(action: str, error: str, engine: Engine, log: Path) -> None:
    with pytest.raises(LikenessError) as told:
        result(engine.submit(action, kind="fault"))
    assert str(told.value) == f"Likeness failed unexpectedly ({error}); its log is {log}."
    assert f"\n{error}: " in log.read_text()
    assert engine.state == "ready"


def test_a_result_that_is_no_plain_data_is_a_fault(engine: Engine, log: Path) -> None:
    with pytest.raises(LikenessError, match=r"^Likeness failed unexpectedly \(ProtocolError\)"):
        result(engine.submit("strange"))
    assert engine.state == "ready"


def test_a_cancelled_job_ends_at_its_next_step(engine: Engine) -> None:
    job = engine.submit("steps", count=10**6)
    wait(job, until=lambda update: update.stage == "step")
    job.cancel()
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        wait(job)
    assert time.monotonic() - begun < NOT_QUICK.interrupt
    assert result(engine.submit("steps", count=1))


def test_one_without_steps_is_interrupted_and_the_process_stays(engine: Engine) -> None:
    job = engine.submit("spin")
    assert wait(job, until=lambda update: update.stage == "spin").fraction == 1.0
    job.cancel()
    with pytest.raises(Cancelled):
        wait(job)
    assert result(engine.submit("steps", count=3))
    assert engine.state == "ready"


def test_a_second_cancel_interrupts_where_there_are_no_signals() -> None:
    with Pipes() as worker:
        worker.next(Hello)
        worker.send(Run(1, "spin", {}))
        worker.send(Run(2, "steps", {"count": 1}))
        time.sleep(0.1)
        worker.send(Cancel(1))
        worker.send(Cancel(1))
        assert worker.next(Error) == Error(1, "cancelled", "Cancelled.")
        assert worker.next(Result).job == 2


def test_a_job_cancelled_before_its_turn_never_begins() -> None:
    with Pipes() as worker:
        worker.next(Hello)
        for message in (Run(1, "steps", {"count": 10}), Run(2, "spin", {}), Cancel(2), Run(3, "steps", {"count": 1})):
            worker.send(message)
        assert worker.next(Result).job == 1
        assert worker.next(Error) == Error(2, "cancelled", "Cancelled.")
        assert worker.next(Result).job == 3


def test_an_interrupt_out_of_turn_is_nothing() -> None:
    with Pipes() as worker:
        worker.next(Hello)
        worker.process.send_signal(signal.SIGINT)
        worker.send(Run(1, "steps", {"count": 30}))
        time.sleep(0.1)
        worker.process.send_signal(signal.SIGINT)
        assert worker.next(Result).job == 1


def test_hearts_beat_while_it_computes() -> None:
    with Pipes() as worker:
        worker.next(Hello)
        worker.send(Run(1, "spin", {}))
        begun = time.monotonic()
        for _ in range(4):
            worker.next(Alive)
        assert 0.5 < time.monotonic() - begun < 1.5


def test_the_end_of_its_input_ends_it_amid_a_job() -> None:
    with Pipes() as worker:
        worker.next(Hello)
        worker.send(Run(1, "spin", {}))
        time.sleep(0.1)
        worker.orders.close()
        assert worker.process.wait(timeout=1) == 0


def test_the_end_of_its_output_ends_it() -> None:
    with Pipes() as worker:
        worker.next(Hello)
        worker.replies.close()
        assert worker.process.wait(timeout=1) == 0


def test_it_leaves_when_nothing_is_asked() -> None:
    with Pipes("--idle", "0.3") as worker:
        worker.next(Hello)
        worker.send(Run(1, "steps", {"count": 50}))
        worker.next(Result)
        begun = time.monotonic()
        assert worker.process.wait(timeout=2) == 0
        assert time.monotonic() - begun > 0.2


def test_orders_it_does_not_understand_end_it() -> None:
    with Pipes() as worker:
        worker.next(Hello)
        worker.orders.write(b"dance\n")
        worker.orders.flush()
        assert worker.process.wait(timeout=2) == 1


def test_it_dies_with_blender(log: Path) -> None:
    """The client's process is killed without warning, amid a job."""
    client = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("client_process.py")), str(log), *COMMAND],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert client.stdout is not None
    worker = int(client.stdout.readline())
    assert not gone(worker)
    os.kill(client.pid, signal.SIGKILL)
    client.wait()
    client.stdout.close()
    assert ends(worker, 1.0)


def test_an_absent_library_is_named(make_engine: MakeEngine, elsewhere: Path, log: Path) -> None:
    engine = make_engine([sys.executable, "-I", "-S", "-u", str(elsewhere)])
    with pytest.raises(LikenessError) as told:
        result(engine.submit("probe"))
    assert str(told.value) == (
        f"The engine's Python {sys.executable} has no library 'numpy': repair the engine in the preferences; "
        f"its log is {log}."
    )
    assert "ModuleNotFoundError" in log.read_text()


def test_the_command_names_the_launcher_beside_the_client() -> None:
    command = engine_command(Path("/some where/python"))
    assert command[0] == "/some where/python"
    assert "-I" in command
    assert Path(command[-1]) == ROOT / "engine" / "launch.py"
