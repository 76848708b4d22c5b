"""The process that computes: jobs in on standard input, messages out, one at a time and until nobody listens.

The libraries are loaded before the hello, so that every later silence is a job's own, and while a thread already sends
heartbeats. Run by `launch.py`.
"""

from __future__ import annotations

import _thread
import argparse
import faulthandler
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, BinaryIO

from ..errors import LikenessError
from .protocol import FROM_BLENDER, NO_JOB, Alive, Error, Message, Progress, ProtocolError, Result, Run, decode, encode

if TYPE_CHECKING:
    from .actions import Action

HEARTBEAT = 0.25  # seconds
PROGRESS_STEP = 0.05  # seconds between two messages of one stage: Blender redraws no faster
FAULT = 1


class Stopped(BaseException):
    """The job at work was cancelled; no library may mistake it for an error of its own."""


class Channel:
    """The way to Blender, for all threads."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe, self._lock = pipe, threading.Lock()

    def send(self, message: Message) -> None:
        """Send one whole line; where nobody listens any more the process ends."""
        line = encode(message)
        try:
            with self._lock:
                self._pipe.write(line)
                self._pipe.flush()
        except OSError:
            os._exit(0)


def main(arguments: Sequence[str]) -> int:
    """Serve until the input ends or nothing was asked for ``--idle`` seconds; returns the exit status."""
    orders, replies = _take_streams()
    faulthandler.enable()  # a crash in a library tells the log where
    channel = Channel(replies)
    parser = argparse.ArgumentParser()
    parser.add_argument("--idle", type=float, default=600.0)
    options = parser.parse_args(arguments)
    worker = Worker(channel)
    threading.Thread(target=worker.beat, name="heartbeat", daemon=True).start()
    threading.Thread(target=worker.listen, args=[orders], name="input", daemon=True).start()
    signal.signal(signal.SIGINT, worker.interrupted)
    try:
        from . import actions  # heavy: it loads what the work needs

        hello = actions.introduction()
    except Exception as error:  # broken libraries fail in many ways
        traceback.print_exc()
        channel.send(Error(NO_JOB, "fault", _cannot_work(error)))
        return FAULT
    channel.send(hello)
    worker.serve(actions.ACTIONS, options.idle)
    return 0


def _take_streams() -> tuple[BinaryIO, BinaryIO]:
    """Keep the pipes of the protocol away from libraries that print or ask, and from the processes they start."""
    orders, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return orders, replies


def _cannot_work(error: Exception) -> str:
    python, remedy = f"The engine's Python {sys.executable}", "repair the engine in the preferences."
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"{python} has no library {error.name.partition('.')[0]!r}: {remedy}"
    reason = (str(error).splitlines() or [""])[0]
    return f"{python} cannot load its libraries ({type(error).__name__}: {reason}): {remedy}"


class Worker:
    """Jobs in the order they come, on the main thread."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._jobs: queue.SimpleQueue[Run] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._job = NO_JOB  # at work
        self._told = ("", 0.0)  # the last stage, and when

    def beat(self) -> None:
        """The thread of the heartbeat."""
        while True:
            self._channel.send(Alive())
            time.sleep(HEARTBEAT)

    def listen(self, orders: BinaryIO) -> None:
        """The thread of the input: where it ends Blender is gone, and so are we, whatever is being computed."""
        try:
            for line in orders:
                message = decode(line, FROM_BLENDER)
                if isinstance(message, Run):
                    self._jobs.put(message)
                elif message.job in self._cancelled:
                    _thread.interrupt_main()
                else:
                    self._cancelled.add(message.job)
        except ProtocolError:
            traceback.print_exc()
            os._exit(FAULT)
        os._exit(0)

    def interrupted(self, number: int, frame: FrameType | None) -> None:
        """Handles SIGINT: ends the job at work if it was cancelled, once, and nothing else."""
        if self._job in self._cancelled:
            self._job = NO_JOB
            raise Stopped

    def serve(self, actions: Mapping[str, Action], idle_seconds: float) -> None:
        """Do jobs until none comes for so long."""
        while True:
            try:
                run = self._jobs.get(timeout=idle_seconds)
            except queue.Empty:
                return
            try:
                reply = self._answer(run, actions)
            except Stopped:
                reply = Error(run.job, "cancelled", "Cancelled.")
            self._channel.send(reply)
            self._cancelled.discard(run.job)

    def _answer(self, run: Run, actions: Mapping[str, Action]) -> Result | Error:
        """Do one job; whatever goes wrong is a sentence."""
        self._job, self._told = run.job, ("", 0.0)
        try:
            if run.job in self._cancelled:
                raise Stopped
            result = Result(run.job, actions[run.action](run.arguments, self._progress))
            encode(result)  # what cannot be sent is a fault of this job, not of the worker
            return result
        except LikenessError as error:
            return Error(run.job, "input", str(error))
        except Exception as error:
            traceback.print_exc()
            return Error(run.job, "fault", f"Likeness failed unexpectedly ({type(error).__name__}).")
        finally:
            self._job = NO_JOB

    def _progress(self, stage: str, fraction: float) -> None:
        """What a job calls between its steps: tells Blender now and then, and is where a cancelled job ends."""
        if self._job in self._cancelled:
            raise Stopped
        now = time.monotonic()
        if stage != self._told[0] or now - self._told[1] > PROGRESS_STEP:
            self._told = stage, now
            self._channel.send(Progress(self._job, stage, min(max(fraction, 0.0), 1.0)))
