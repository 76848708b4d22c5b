"""What the author of a bug report is asked for first, as one text."""

from __future__ import annotations

import platform
from collections import deque
from dataclasses import asdict
from pathlib import Path

import bpy
import gpu

from ..version import VERSION
from . import engine_host, engine_state
from .settings import session, user_folder

LOG_LINES = 100


def diagnostics(context: bpy.types.Context) -> str:
    """Versions, the engine's own account of its devices, the last error and the last lines of the logs.

    The user's home folder is written as ``~``: its name is often that of a person.
    """
    logs = sorted(user_folder("logs").glob("*.log"))
    parts = [*_versions(), *_engine(), f"Last error: {session(context).error or 'none'}", *map(_last_lines, logs)]
    return _without_home("\n".join(parts))


def _versions() -> list[str]:
    return [
        f"Likeness {VERSION}",
        f"Blender {bpy.app.version_string} ({bpy.app.build_hash.decode()}), Python {platform.python_version()}",
        f"System: {platform.platform()}, {platform.machine()}",
        f"Graphics in Blender: {_graphics()}",
        f"Online access: {'yes' if bpy.app.online_access else 'no'}",
    ]


def _graphics() -> str:
    try:
        return f"{gpu.platform.renderer_get()}, {gpu.platform.version_get()}"
    except SystemError:  # there is none in background mode
        return "none"


def _engine() -> list[str]:
    engine, state = engine_host.running_engine(), engine_state.current()
    outdated = ", made for another version of Likeness" if state.outdated else ""
    lines = [
        f"Installed engine: {engine_state.summary()}{outdated}",
        f"Interpreter: {engine_host.find_interpreter() or 'none'}",
        f"Process: {engine.state if engine else 'not started'}",
    ]
    if engine and engine.hello:
        lines += [f"  {name}: {value}" for name, value in asdict(engine.hello).items()]
    return lines


def _last_lines(log: Path) -> str:
    with log.open(encoding="utf-8", errors="replace") as file:
        lines = deque(file, LOG_LINES)
    return f"\n--- {log.name}, last {len(lines)} lines\n{''.join(lines).rstrip()}"


def _without_home(text: str) -> str:
    home = str(Path.home())
    for written in (home, home.replace("\\", "\\\\"), home.replace("\\", "/")):
        text = text.replace(written, "~")
    return text
