"""What goes wrong in an operator becomes one sentence; what nobody expected also leaves its details in the log."""

from __future__ import annotations

import time
import traceback

import bpy

from ..errors import LikenessError
from ..result.file_names import readable
from .settings import user_folder

LOG_NAME = "likeness.log"


def sentence_of(error: Exception, label: str) -> str:
    """The sentence for the user about the exception being handled; ``label`` says what has failed."""
    return readable(str(error) if isinstance(error, LikenessError) else _keep_details(label))


def _keep_details(label: str) -> str:
    try:
        log = user_folder("logs") / LOG_NAME
        with log.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {label}\n{traceback.format_exc()}\n")
    except OSError:
        traceback.print_exc()
        return f"{label} failed unexpectedly; the details are in Blender's console."
    return f"{label} failed unexpectedly; the details are in {log}."


class QuickOperator:
    """Mix-in for operators that are done at once; put it before `bpy.types.Operator`."""

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            done = self.act(context)
        except Exception as error:
            self.report({"ERROR"}, sentence_of(error, self.bl_label))
            return {"CANCELLED"}
        if done:
            self.report({"INFO"}, done)
        return {"FINISHED"}

    def act(self, context: bpy.types.Context) -> str:
        """Do it; what to tell about it, "" if it is plain to see. An exception becomes the report."""
        raise NotImplementedError
