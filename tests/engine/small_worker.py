"""The real worker with actions that need no library; run as ``launch.py`` is."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent


def chatter(arguments: dict[str, Any], progress: Any) -> dict[str, Any]:
    """What libraries do to standard input and output, and what the processes they start do."""
    print("printed")
    os.write(1, b"written without a line's end")
    subprocess.run([sys.executable, "-c", "import sys; print('child', sys.stdin.read())"], check=True)
    return {"asked": os.read(0, 10).decode()}


def steps(arguments: dict[str, Any], progress: Any) -> dict[str, Any]:
    for step in range(arguments["count"]):
        progress("step", step / arguments["count"])
        time.sleep(0.01)
    return {"thread": threading.current_thread().name, "pid": os.getpid()}


def spin(arguments: dict[str, Any], progress: Any) -> dict[str, Any]:
    """A long computation that tells nothing of its progress and catches all ordinary errors."""
    progress("spin", 2.0)
    while True:
        try:
            sum(range(1000))
        except Exception:
            continue


def fail(arguments: dict[str, Any], progress: Any) -> dict[str, Any]:
    from likeness.errors import LikenessError

    raise {"input": LikenessError("No face was found."), "fault": ZeroDivisionError("a bug")}[arguments["kind"]]


def strange(arguments: dict[str, Any], progress: Any) -> dict[str, Any]:
    return {"value": object()}


def install_actions() -> None:
    from likeness.engine.protocol import PROTOCOL, Hello

    actions: Any = ModuleType("likeness.engine.actions")
    actions.introduction = lambda: Hello(PROTOCOL, "1", "3", "2", "cpu", "")
    actions.ACTIONS = {function.__name__: function for function in (chatter, steps, spin, fail, strange)}
    sys.modules["likeness.engine.actions"] = actions


if __name__ == "__main__":
    spec = importlib.util.spec_from_file_location("launch", ROOT / "engine" / "launch.py")
    assert spec is not None
    assert spec.loader is not None
    launch = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(launch)
    launch.load_package("likeness", ROOT)
    from likeness.engine import worker

    install_actions()
    os._exit(worker.main(sys.argv[1:]))
