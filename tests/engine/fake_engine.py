"""An engine that computes nothing and misbehaves on demand; run by any Python, without the package.

Its arguments are steps done one after another, such as ``hello run progress:0.5 exit:3``; then it works as an engine
should. With ``once:FILE`` the steps after it are done by the first process alone, that is while FILE does not exist.
"""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HELLO = {"type": "hello", "protocol": 1, "version": "9", "python": "3", "torch": "2", "device": "cpu", "note": ""}

runs: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
cancelled: set[int] = set()
job = 0


def write(data: bytes) -> None:
    """All of it to standard output, at once; nobody there any more is the end."""
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os._exit(0)


def send(**message: Any) -> None:
    write(json.dumps(message).encode() + b"\n")


def listen() -> None:
    for line in sys.stdin.buffer:
        message = json.loads(line)
        if message["type"] == "run":
            runs.put(message)
        else:
            cancelled.add(message["job"])
    os._exit(0)


def beat() -> None:
    """Only heartbeats, for ever."""
    while True:
        send(type="alive")
        time.sleep(0.05)


def hang() -> None:
    while True:
        time.sleep(60)


def run() -> dict[str, Any]:
    """Wait for a job."""
    global job
    message = runs.get()
    job = message["job"]
    return message["arguments"]


def answer(arguments: dict[str, Any]) -> None:
    """Do a job as a good engine does; the environment's folder ``LIKENESS_FAKE_RESULT`` is copied to ``out``.

    Its ``LIKENESS_FAKE_VALUES``, JSON, come into the result.
    """
    for step in range(int(arguments.get("steps", 3))):
        if job in cancelled:
            return send(type="error", job=job, kind="cancelled", message="Cancelled.")
        send(type="progress", job=job, stage="fit", fraction=min(step / 100, 1.0))
        time.sleep(0.01)
    if "LIKENESS_FAKE_RESULT" in os.environ and "out" in arguments:
        shutil.copytree(os.environ["LIKENESS_FAKE_RESULT"], arguments["out"])
    values = {"folder": arguments.get("out", ""), "timings": {}, "faces_found": 1, "device": "cpu"}
    about = {"got": arguments, "pid": os.getpid(), "environment": dict(os.environ)}
    told = json.loads(os.environ.get("LIKENESS_FAKE_VALUES", "{}"))
    return send(type="result", job=job, values=values | about | told)


def work(idle: float) -> None:
    """A good engine."""
    while True:
        try:
            runs.put(runs.get(timeout=idle))
        except queue.Empty:
            return
        answer(run())


def flood(count: str) -> None:
    line = json.dumps({"type": "progress", "job": job, "stage": "flood", "fraction": 0.1}).encode() + b"\n"
    for _ in range(int(count) // 100):
        write(line * 100)


def raw(text: str) -> None:
    """A line as it stands, with JOB for the number of the job."""
    write(text.replace("JOB", str(job)).encode() + b"\n")


def crash(name: str) -> None:
    os.kill(os.getpid(), getattr(signal, name))
    time.sleep(1)


def obey_interrupt() -> None:
    """Deaf to what it is told, like a long computation in a library."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it from the start
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        send(type="error", job=job, kind="cancelled", message="Cancelled.")


def child() -> None:
    """Start another process; its id is the stage."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    send(type="progress", job=job, stage=f"child {process.pid}", fraction=0.5)


STEPS: dict[str, Callable[..., Any]] = {
    "hello": lambda: send(**HELLO),
    "hello-of-protocol": lambda number: send(**HELLO | {"protocol": int(number), "novelty": True}),
    "run": run,
    "answer": lambda: answer({}),
    "progress": lambda fraction: send(type="progress", job=job, stage="fit", fraction=float(fraction)),
    "result-of-another-job": lambda: send(type="result", job=job + 7, values={"wrong": True}),
    "error": lambda kind: send(type="error", job=job, kind=kind, message="No face was found in the photo."),
    "cannot-work": lambda: send(type="error", job=0, kind="fault", message="There is no library 'torch'."),
    "exit": lambda code: os._exit(int(code)),
    "crash": crash,
    "sleep": lambda seconds: time.sleep(float(seconds)),
    "beat": beat,
    "beat-beside": lambda: threading.Thread(target=beat, daemon=True).start(),
    "hang": hang,
    "child": child,
    "obey-interrupt": obey_interrupt,
    "close": lambda: os.close(1),
    "ignore-interrupts": lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    "raw": raw,
    "text": lambda text: write(text.encode()),
    "bytes": lambda digits: write(bytes.fromhex(digits)),
    "noise": lambda count: write(b"a library says hello\n" * int(count)),
    "line-of": lambda count: write(b"x" * int(count)),
    "flood": flood,
    "errors-of": lambda count: sys.stderr.write(("e" * 99 + "\n") * (int(count) // 100)),
}


def main() -> None:
    steps = sys.argv[1 : sys.argv.index("--idle")]
    idle = float(sys.argv[sys.argv.index("--idle") + 1])
    if steps[0].startswith("once:"):
        marker = Path(steps.pop(0).removeprefix("once:"))
        if marker.exists():
            steps = ["hello"]
        marker.touch()
    if "deaf" in steps:  # it neither reads what it is told nor sees that its input ends
        steps.remove("deaf")
    else:
        threading.Thread(target=listen, daemon=True).start()
    for step in steps:
        name, _, argument = step.partition(":")
        STEPS[name](*[argument] if argument else [])
    work(idle)


if __name__ == "__main__":
    if "--idle" not in sys.argv:
        sys.exit("fake_engine.py STEP... --idle SECONDS")
    main()
