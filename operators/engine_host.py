"""The one engine process of this Blender: which interpreter runs it, starting it, ending it."""

from __future__ import annotations

import atexit
from pathlib import Path

import bpy

from ..engine.client import Engine, engine_command
from ..engine.installing.environment import installed_interpreter
from ..errors import LikenessError
from .abandoned_tasks import close_all
from .settings import preferences, user_folder

LOG_NAME = "engine.log"
NOT_INSTALLED = "Install the engine in the preferences of Likeness"

_engine: Engine | None = None
_made_for: tuple[Path, float] | None = None
# The installed interpreter in a tuple, empty until it was looked for: panels ask at every redraw.
_installed: tuple[Path | None, ...] = ()


def find_interpreter() -> Path | None:
    """The Python that runs the engine: the one of the preferences, else the installed one, else None. Cheap."""
    global _installed
    chosen = preferences(bpy.context)
    if chosen is not None and chosen.interpreter:
        return Path(bpy.path.abspath(chosen.interpreter))
    if not _installed:
        _installed = (installed_interpreter(engine_folder()),)
    return _installed[0]


def engine_folder() -> Path:
    """Where the private environment is, or would be."""
    return user_folder() / "engine"


def get_engine(interpreter: Path | None = None) -> Engine:
    """The engine, not necessarily started yet; a new one where the interpreter has changed.

    Raises:
        LikenessError: there is no interpreter.
    """
    global _engine, _made_for
    interpreter = interpreter or find_interpreter()
    if interpreter is None:
        raise LikenessError(f"{NOT_INSTALLED}.")
    wanted = (interpreter, _idle_seconds())
    if _engine is None or _made_for != wanted:
        shutdown()
        _engine = Engine(engine_command(interpreter), log_file(), idle_seconds=wanted[1])
        _made_for = wanted
    return _engine


def running_engine() -> Engine | None:
    """The engine if one was asked for already."""
    return _engine


def log_file() -> Path:
    """Where the engine writes what its libraries say."""
    return user_folder("logs") / LOG_NAME


def shutdown() -> None:
    """End the engine's process and look for the interpreter anew next time; again is fine."""
    global _engine, _made_for, _installed
    engine, _engine, _made_for, _installed = _engine, None, None, ()
    if engine is not None:
        engine.stop()


def _idle_seconds() -> float:
    chosen = preferences(bpy.context)
    return 60.0 * chosen.idle_minutes if chosen is not None else 600.0


@bpy.app.handlers.persistent
def _file_is_replaced(_file: str) -> None:
    """End a busy engine, whose work was meant for the file that is closed; an idle one stays warm."""
    if _engine is not None and _engine.state == "busy":
        shutdown()


def register() -> None:
    """See to it that the engine ends with Blender, and its work with the file."""
    atexit.register(shutdown)
    bpy.app.handlers.load_pre.append(_file_is_replaced)


def unregister() -> None:
    """End the engine, and close the abandoned tasks that have not ended yet."""
    bpy.app.handlers.load_pre.remove(_file_is_replaced)
    atexit.unregister(shutdown)
    shutdown()  # first: then nothing of the engine's is left to wait for
    close_all()
