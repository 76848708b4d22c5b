"""`Engine`: what Blender knows of the process that computes. Nothing waits but what says so, and `poll` tells all."""

from __future__ import annotations

import atexit
import itertools
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..errors import LikenessError
from .limits import Clock, Limits
from .process import EngineProcess, Failed
from .protocol import NO_JOB, Cancel, Error, Hello, Message, Progress, Result, Run, encode
from .task import Cancelled, Task, Update

CLOSING_STEP = 0.02  # seconds between two looks while `close` waits


def engine_command(interpreter: Path) -> list[str]:
    """What runs the engine: isolated from the user's Python settings, unbuffered, names of files in UTF-8."""
    launcher = Path(__file__).absolute().with_name("launch.py")
    return [str(interpreter), "-I", "-u", "-X", "utf8", str(launcher)]


class Engine:
    """One process at a time, started when there is work and kept warm; jobs run one after another.

    For one thread: Blender's main thread calls everything.
    """

    def __init__(
        self, command: Sequence[str], log: Path, *, idle_seconds: float = 600, limits: Limits | None = None
    ) -> None:
        self._command = [*command, "--idle", str(idle_seconds)]
        self._log, self._limits = log.absolute(), limits or Limits()
        self._process: EngineProcess | None = None
        self._jobs: deque[EngineJob] = deque()  # the first is at work, or will be as soon as the process is ready
        self._numbers = itertools.count(NO_JOB + 1)
        self._clock = Clock(self._limits.longest_step)
        self._started = self._heard = 0.0  # by the clock
        self._signs = 0

    @property
    def state(self) -> str:
        """One of "stopped", "starting", "ready" and "busy"."""
        if self._process is None or self._process.ended:
            return "stopped"
        if self._process.hello is None:
            return "starting"
        return "busy" if self._jobs else "ready"

    @property
    def hello(self) -> Hello | None:
        """How the process introduced itself."""
        return self._process.hello if self._process else None

    @property
    def silent_seconds(self) -> float:
        """How long an engine at work has said nothing, as of the last `poll`."""
        return self._clock.now - self._heard if self.state == "busy" else 0.0

    def submit(self, action: str, **arguments: Any) -> Task:
        """Have the engine do something, after the jobs before; paths may be `Path`. Returns at once."""
        plain = {name: str(v.absolute()) if isinstance(v, Path) else v for name, v in arguments.items()}
        job = EngineJob(self, next(self._numbers), action, plain)
        self._jobs.append(job)
        self.advance()
        return job

    def warm_up(self) -> None:
        """Start the process before there is work for it."""
        if self.state == "stopped":
            self._start()

    def stop(self) -> None:
        """End the process, and all jobs as cancelled. Blocks for up to two seconds."""
        while self._jobs:
            self._jobs.popleft().end(Cancelled())
        if self._process:
            self._process.stop()
        self._process = None
        atexit.unregister(self.stop)

    def advance(self) -> None:
        """Take in what the engine said and do what the time demands, as every `poll` of every job does."""
        self._clock.tick()
        if self._process:
            self._receive(self._process)
        if self._process and self._jobs:
            self._watch(self._process, self._jobs[0])
        if self._jobs and not self._jobs[0].sent:
            self._send(self._jobs[0])

    def cancel(self, job: EngineJob) -> None:
        """Tell the process, which has `Limits` to obey, or forget a job that it does not know of."""
        if not job.sent:
            self._jobs.remove(job)
            job.end(Cancelled())
        elif self._process and job.cancelled_at is None:
            job.cancelled_at = self._clock.tick()
            self._process.send(encode(Cancel(job.number)))

    def reported_silence(self) -> float:
        """Seconds of silence that the user should know of, else 0."""
        return self.silent_seconds if self.silent_seconds > self._limits.unanswered else 0.0

    def _send(self, job: EngineJob) -> None:
        """Give the process its job as soon as it is ready for it."""
        if self._process is None or (self._process.ended and self._process.hello):
            self._start()
        elif self._process.hello:
            self._process.send(job.line)
            job.sent = True
            self._heard, self._signs = self._clock.now, self._process.signs

    def _start(self) -> None:
        if self._process:
            self._process.kill()
        self._process = EngineProcess(self._command, self._log, self._limits)
        self._started = self._heard = self._clock.tick()
        self._signs = 0
        atexit.register(self.stop)

    def _receive(self, process: EngineProcess) -> None:
        if process.signs != self._signs:
            self._signs, self._heard = process.signs, self._clock.now
            if self._jobs:
                self._jobs[0].begun = self._jobs[0].sent
        for _ in range(self._limits.messages_per_poll):
            message = process.receive()
            if message is None or self._process is None:
                return
            if isinstance(message, Failed):
                self._fail(self._with_log(message.reason), died=message.died)
            elif isinstance(message, Error) and message.job == NO_JOB:
                self._fail(self._with_log(message.message.rstrip(".")))
            else:
                self._take(message)

    def _take(self, message: Message) -> None:
        job = self._jobs[0] if self._jobs else None
        if job is None or not job.sent:  # the last words of a job that is over
            return
        if isinstance(message, Progress) and message.job == job.number:
            job.stage, job.fraction = message.stage, message.fraction
        elif isinstance(message, Result | Error) and message.job == job.number:
            self._jobs.popleft()
            job.end(message.values if isinstance(message, Result) else self._exception(message))

    def _exception(self, error: Error) -> Exception:
        if error.kind == "cancelled":
            return Cancelled()
        return LikenessError(error.message if error.kind == "input" else self._with_log(error.message.rstrip(".")))

    def _watch(self, process: EngineProcess, job: EngineJob) -> None:
        """What the clock alone tells: no hello, silence, a cancellation that is not obeyed."""
        limits, now = self._limits, self._clock.now
        silence = now - self._heard
        if process.hello is None:
            if now - self._started > limits.hello or (silence > limits.first_sign and not process.signs):
                self._fail(self._with_log(f"The engine did not start within {now - self._started:.0f} seconds"))
        elif not job.sent:
            return
        elif job.cancelled_at is not None and now - job.cancelled_at > limits.kill:
            self._fail("")
        elif silence > limits.silence:
            self._fail(self._with_log(f"The engine did not answer for {silence:.0f} seconds and was ended"))
        elif job.cancelled_at is not None and not job.interrupted and now - job.cancelled_at > limits.interrupt:
            job.interrupted = True
            process.interrupt()
            process.send(encode(Cancel(job.number)))

    def _fail(self, sentence: str, died: bool = False) -> None:
        """End the process, and the job that it had or was started for; what waits gets a fresh process."""
        started = self.hello is not None
        if self._process:
            self._process.kill()
        self._process = None
        atexit.unregister(self.stop)
        job = self._jobs[0] if self._jobs else None
        if job is None or (started and not job.sent):
            return
        if died and started and not job.begun and not job.second_try and job.cancelled_at is None:
            job.sent, job.second_try = False, True  # it came to a process that was just leaving or dying
        else:
            self._jobs.popleft().end(LikenessError(sentence))

    def _with_log(self, reason: str) -> str:
        return f"{reason}; its log is {self._log}."


class EngineJob:
    """One thing for the engine to do; a `Task`. Its engine writes what it learns into it."""

    def __init__(self, engine: Engine, number: int, action: str, arguments: dict[str, Any]) -> None:
        self.number, self.line = number, encode(Run(number, action, arguments))
        self.stage, self.fraction = "Preparing", 0.0
        self.sent = self.begun = self.second_try = self.interrupted = False
        self.cancelled_at: float | None = None  # by the engine's clock
        self._engine = engine
        self._outcome: dict[str, Any] | Exception | None = None

    def poll(self) -> Update:
        """See `Task`."""
        if self._outcome is None:
            self._engine.advance()
        if isinstance(self._outcome, Exception):
            raise self._outcome
        if self._outcome is not None:
            return Update(self.stage, 1.0, finished=True, result=self._outcome)
        return Update(self._stage_for_user(), self.fraction)

    def _stage_for_user(self) -> str:
        if self.cancelled_at is not None:
            return "Cancelling"
        if not self.sent:
            return "Waiting for another job" if self._engine.state == "busy" else "Starting the engine"
        silence = self._engine.reported_silence()
        return f"The engine does not answer ({silence:.0f} s)" if silence else self.stage

    def cancel(self) -> None:
        """See `Task`."""
        if self._outcome is None:
            self._engine.cancel(self)

    def close(self) -> None:
        """See `Task`; blocks until the process has given it up, `Limits.kill` at most."""
        self.cancel()
        while self._outcome is None:
            self._engine.advance()
            time.sleep(CLOSING_STEP)

    def end(self, outcome: dict[str, Any] | Exception) -> None:
        """The engine is done with it; who cancelled it is told nothing else."""
        self._outcome = outcome if self.cancelled_at is None else Cancelled()
