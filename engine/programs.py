"""Starting other programs as Blender should: cleanly, without a window, and to be ended with all they started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def clean_environment() -> dict[str, str]:
    """Our environment without what would lead another Python astray; proxies and certificates stay."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON") and k != "__PYVENV_LAUNCHER__"}
    return kept | {"PYTHONNOUSERSITE": "1", "PYTHONUTF8": "1"}


def creation_flags() -> int:
    """For `subprocess` on Windows: no window flashes up, and Ctrl-C in Blender's terminal is not for the program."""
    return sum(getattr(subprocess, name, 0) for name in ("CREATE_NO_WINDOW", "CREATE_NEW_PROCESS_GROUP"))


def start_logged(
    command: Sequence[str], log: Path, folder: Path, variables: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start a program that leads a group of its own and writes to a log.

    Args:
        command: program and arguments.
        log: its output is appended to this file.
        folder: where it runs.
        variables: come on top of the clean environment.

    Raises:
        OSError: it cannot be started or the log not be written.
    """
    with log.open("ab") as file:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env={**clean_environment(), **variables},
            creationflags=creation_flags(),
            start_new_session=True,
        )


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a program and all that it started, and wait until it is gone; one that has ended already is fine."""
    if process.poll() is None:
        with contextlib.suppress(OSError):
            if os.name == "nt":
                # Python in a virtual environment is a launcher there, and the real one its child.
                command = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
                subprocess.run(command, capture_output=True, check=False, creationflags=creation_flags())
            else:
                os.killpg(process.pid, signal.SIGKILL)
    process.wait()
