"""The engine's process as the client sees it: started, read, written and killed, and never waited for.

Two threads do what may block: one starts the process and reads it, one writes to it. Standard library only.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from .limits import Limits
from .programs import clean_environment, creation_flags
from .protocol import FROM_ENGINE, PROTOCOL, Alive, Hello, Message, NotAMessage, ProtocolError, decode

WINDOWS = os.name == "nt"


@dataclass(frozen=True)
class Failed:
    """Stands in the place of a message: nothing more will come, and why."""

    reason: str  # a sentence without its full stop
    died: bool = False  # of itself


class EngineProcess:
    """One process; its end is final."""

    def __init__(self, command: Sequence[str], log: Path, limits: Limits) -> None:
        self.hello: Hello | None = None
        self.signs = 0  # of life: messages, heartbeats too
        self._command, self._log, self._limits = list(command), log, limits
        self._process: subprocess.Popen[bytes] | None = None
        self._dropped = threading.Event()  # nobody listens any more
        self._ended = threading.Event()
        self._incoming: queue.Queue[Message | Failed] = queue.Queue(limits.waiting_messages)
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        threading.Thread(target=self._live, name="likeness engine", daemon=True).start()

    @property
    def ended(self) -> bool:
        """Whether it has failed or gone; what it said before may still wait to be received."""
        return self._ended.is_set()

    def send(self, line: bytes) -> None:
        """Hand an encoded message to the writing thread."""
        self._outgoing.put(line)

    def receive(self) -> Message | Failed | None:
        """The next message, or None where none waits."""
        try:
            return self._incoming.get_nowait()
        except queue.Empty:
            return None

    def interrupt(self) -> None:
        """Raise KeyboardInterrupt in the engine; Windows has no signal that reaches a process without a console."""
        if self._process and not WINDOWS:
            with contextlib.suppress(OSError):
                self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        """End it and all that it started, at once; does not wait for it."""
        self._dropped.set()  # before the look at the process: one that starts just now looks at this after its start
        self._outgoing.put(None)
        if self._process:
            _kill_group(self._process)

    def stop(self) -> None:
        """Ask it to go by ending its input, wait a moment, then kill it. Blocks for twice `Limits.farewell` at most."""
        self._dropped.set()
        self._outgoing.put(None)
        if not self._ended.wait(self._limits.farewell):
            self.kill()
            self._ended.wait(self._limits.farewell)

    def _live(self) -> None:
        """The reading thread: start, read to the end, see the process out."""
        try:
            reason = self._start()
            if self._process and self._process.stdout:
                reason = self._read(self._process.stdout)
        except ProtocolError as error:
            reason = f"The engine sent what Likeness does not understand ({error})"
        end = self._wait_for_end(self._process, at_once=bool(reason)) if self._process else ""
        self._put(Failed(reason) if reason else Failed(f"The engine ended unexpectedly ({end})", died=True))
        self._ended.set()

    def _start(self) -> str:
        """Start the process; returns why that is impossible, or nothing."""
        try:
            log = _fresh_log(self._log)
        except OSError as error:
            return f"The engine's log cannot be written ({error.strerror or error})"
        with log:
            try:
                process = self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    cwd=self._log.parent,
                    env=clean_environment(),
                    # A group of its own: Ctrl-C in Blender's terminal is not for it, a kill takes its children along.
                    start_new_session=not WINDOWS,
                    creationflags=creation_flags(),
                )
            except (OSError, ValueError) as error:
                reason = error.strerror if isinstance(error, OSError) and error.strerror else error
                return f"The engine's Python {self._command[0]} cannot be started ({reason})"
        if self._dropped.is_set():
            _kill_group(process)
        threading.Thread(target=self._write, args=[process.stdin], name="likeness input", daemon=True).start()
        return ""

    def _read(self, output: IO[bytes]) -> str:
        """Receive messages until the process closes its end; returns what is wrong with them, or nothing."""
        longest, noise = self._limits.line_bytes, 0
        while line := output.readline(longest + 1):
            if len(line) > longest:
                return f"The engine sent a line of more than {longest} bytes"
            try:
                message = decode(line, FROM_ENGINE)
            except NotAMessage:
                noise += 1
                if self.hello or noise > self._limits.noise_lines:
                    raise
                continue
            if isinstance(message, Hello) and message.protocol != PROTOCOL:
                return _other_version(message.protocol)
            self.signs += 1
            if isinstance(message, Hello):
                self.hello = message
            elif not isinstance(message, Alive):
                self._put(message)
        return ""

    def _write(self, pipe: IO[bytes]) -> None:
        """The writing thread: blocks where the process does not read."""
        with contextlib.suppress(OSError):  # it is gone; the reading thread tells
            while line := self._outgoing.get():
                pipe.write(line)
                pipe.flush()
        with contextlib.suppress(OSError):
            pipe.close()

    def _put(self, message: Message | Failed) -> None:
        """Make a message wait for `receive`; while too many do, this thread waits, and then the engine."""
        while not self._dropped.is_set():
            with contextlib.suppress(queue.Full):
                self._incoming.put(message, timeout=0.1)
                return

    def _wait_for_end(self, process: subprocess.Popen[bytes], at_once: bool) -> str:
        """Wait for the process, or kill it; returns how it ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(0 if at_once else self._limits.farewell)
        by_itself = process.returncode is not None
        _kill_group(process)
        code = process.wait()
        self._outgoing.put(None)
        if process.stdout:
            process.stdout.close()
        return _meaning(code) if by_itself else "it closed its output"


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is not None:  # waited for: the number may be somebody else's by now
        return
    with contextlib.suppress(OSError):
        if WINDOWS:
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _fresh_log(path: Path) -> IO[bytes]:
    """An empty log; the one of the last process is kept beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):  # there is none, or a dying process holds it: then go on in the same file
        path.replace(path.with_name(f"{path.stem}.old{path.suffix}"))
    return path.open("ab")


def _other_version(protocol: int) -> str:
    return (
        f"The engine belongs to another version of Likeness (it speaks protocol {protocol}, Blender {PROTOCOL}): "
        "restart Blender or repair the engine in the preferences"
    )


def _meaning(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        name = signal.Signals(-code).name
        return f"{name}, perhaps for want of memory" if name == "SIGKILL" else name
    return f"signal {-code}"
