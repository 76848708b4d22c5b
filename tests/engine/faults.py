"""Everything an engine does wrong, as a table: steps of the fake engine, and words of the sentence the user reads."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from likeness.engine.limits import Limits

FAKE_ENGINE = Path(__file__).parent / "fake_engine.py"
# A tenth of the real ones, so that waiting for them is quick.
QUICK = Limits(
    first_sign=2.0, hello=2.0, unanswered=0.1, silence=0.6, interrupt=0.2, kill=0.5, farewell=0.3, waiting_messages=100
)


@dataclass(frozen=True)
class Fault:
    """One way to fail."""

    name: str
    steps: str  # of tests/engine/fake_engine.py
    words: str  # part of the sentence that is told


def command(*steps: str) -> list[str]:
    """What runs the fake engine."""
    return [sys.executable, "-I", "-S", "-u", str(FAKE_ENGINE), *steps]


def command_failing_once(fault: Fault, marker: Path) -> list[str]:
    """The fake engine whose first process has the fault, and later ones have none."""
    return command(f"once:{marker}", *fault.steps.split())


NOT_UNDERSTOOD = "sent what Likeness does not understand"
FAULTS = (
    Fault("exits at once", "exit:3", "ended unexpectedly (exit code 3)"),
    Fault("exits at once without an error", "exit:0", "ended unexpectedly (exit code 0)"),
    Fault("crashes before hello", "sleep:0.1 crash:SIGSEGV", "ended unexpectedly (SIGSEGV)"),
    Fault("never says hello", "hang", "did not start within"),
    Fault("lives without hello", "beat", "did not start within"),
    Fault("speaks another protocol", "hello-of-protocol:7 hang", "another version of Likeness (it speaks protocol 7"),
    Fault("hello lacks fields", 'raw:{"type":"hello","protocol":1} hang', "missing or unknown fields: device"),
    Fault("noise without end before hello", "noise:100000 hang", NOT_UNDERSTOOD),
    Fault("lacks a library", "cannot-work exit:1", "There is no library 'torch'; its log is"),
    Fault("dies at the first step", "hello run progress:0 exit:1", "ended unexpectedly (exit code 1)"),
    Fault("crashes amid a job", "hello run progress:0.5 crash:SIGSEGV", "ended unexpectedly (SIGSEGV)"),
    Fault("is killed for its memory", "hello run progress:0.5 crash:SIGKILL", "SIGKILL, perhaps for want of memory"),
    Fault("exits amid a job without an error", "hello run progress:0.5 exit:0", "unexpectedly (exit code 0)"),
    Fault("dies instead of the result", "hello run progress:1 exit:9", "ended unexpectedly (exit code 9)"),
    Fault("closes its output", "hello run progress:0.5 close hang", "unexpectedly (it closed its output)"),
    Fault("hangs amid a job", "hello run progress:0.3 hang", "did not answer for"),
    Fault("hangs with the job unread", "deaf hello hang", "did not answer for"),
    Fault("is stopped by the system", "hello run progress:0.3 crash:SIGSTOP", "did not answer for"),
    Fault("text on its output", "hello run raw:Loading... hang", f"{NOT_UNDERSTOOD} (a line is not JSON"),
    Fault("bytes on its output", "hello run bytes:00ff8e1b0a hang", f"{NOT_UNDERSTOOD} (a line is not JSON"),
    Fault("half a message", 'hello run text:{"type":"prog exit:1', f"{NOT_UNDERSTOOD} (a line is not JSON"),
    Fault("a line of ten megabytes", "hello run line-of:10000000 hang", "a line of more than 1048576 bytes"),
    Fault("JSON but no message", "hello run raw:[1,2] hang", f"{NOT_UNDERSTOOD} (a line is no message"),
    Fault("nested without end", f"hello run raw:{'[' * 20000} hang", NOT_UNDERSTOOD),
    Fault("an unknown message", 'hello run raw:{"type":"dance"} hang', "there is no message 'dance'"),
    Fault("a message of the other side", 'hello run raw:{"type":"cancel","job":1} hang', "no message 'cancel'"),
    Fault("an unknown field", 'hello run raw:{"type":"alive","extra":1} hang', "unknown fields: extra"),
    Fault("a result without values", 'hello run raw:{"type":"result","job":JOB} hang', "fields: values"),
    Fault("values are a list", 'hello run raw:{"type":"result","job":JOB,"values":[]} hang', "values is no dict"),
    Fault("a fraction that is no number", "hello run progress:nan hang", f"{NOT_UNDERSTOOD} (a line is not JSON"),
    Fault("a fraction above one", "hello run progress:7 hang", "fraction is not within 0 and 1"),
    Fault("an unknown kind of error", "hello run error:strange hang", "no kind of error 'strange'"),
    Fault("a fault while computing", "hello run error:fault", "No face was found in the photo; its log is"),
)
