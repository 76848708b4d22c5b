"""Tasks that write files: each gets a temporary folder, which goes when the task is closed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from ..engine.task import Task, Update
from ..errors import LikenessError
from .settings import user_folder


class FolderTask:
    """A `Task` together with the temporary folder that it writes into."""

    def __init__(self, start: Callable[[Path], Task]) -> None:
        """``start`` gets the folder and starts the task. Raises `LikenessError` where no folder can be made."""
        try:
            # A folder that another program still reads on Windows is no reason to fail after the work is done.
            self._folder = tempfile.TemporaryDirectory(dir=user_folder("jobs"), ignore_cleanup_errors=True)
        except OSError as error:
            raise LikenessError(f"No temporary folder can be made ({error.strerror or error}).") from error
        try:
            self._task = start(Path(self._folder.name))
        except BaseException:
            self._folder.cleanup()
            raise

    def poll(self) -> Update:
        return self._task.poll()

    def cancel(self) -> None:
        self._task.cancel()

    def close(self) -> None:
        self._task.close()
        self._folder.cleanup()
