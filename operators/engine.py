"""The engine: install, repair, remove, stop, check, diagnostics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import bpy

from ..engine.installing.background import Background
from ..engine.installing.installation import Order, start_check, start_installation
from ..engine.installing.workplace import remove
from ..errors import LikenessError
from . import engine_host, engine_state
from .diagnostics import diagnostics
from .job import JobOperator, RunningJob, disabled_while_running
from .online import disabled_while_offline
from .operator_base import QuickOperator
from .settings import preferences, user_folder

INSTALL_LOG = "install.log"
CHECK_LOG = "check.log"


class _InstallOperator(JobOperator):
    """What installing and repairing share."""

    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        chosen = preferences(context)
        if not (chosen and chosen.wheels) and disabled_while_offline(cls, "install the engine"):
            return False
        return super().poll(context)

    def build(self, context: bpy.types.Context) -> str:
        """Which build is wanted."""
        raise NotImplementedError

    def start(self, context: bpy.types.Context) -> Background:
        chosen = preferences(context)
        wheels = Path(bpy.path.abspath(chosen.wheels)) if chosen is not None and chosen.wheels else None
        engine_host.shutdown()
        return start_installation(
            Order(
                engine_host.engine_folder(),
                self.build(context),
                user_folder("logs") / INSTALL_LOG,
                wheels=wheels,
                online=bpy.app.online_access,
            )
        )

    def _step(self, context: bpy.types.Context, job: RunningJob) -> set[str]:
        outcome = super()._step(context, job)
        if outcome:  # a failure and a cancellation leave something, too
            engine_state.refresh()
        return outcome

    def finish(self, context: bpy.types.Context, result: dict[str, Any]) -> None:
        chosen = preferences(context)
        if chosen is not None and chosen.interpreter:
            chosen.interpreter = ""  # who installs an engine wants to use it
        engine_state.refresh()
        self.report({"INFO"}, f"The engine is {engine_state.summary()}.")


class LIKENESS_OT_install_engine(_InstallOperator, bpy.types.Operator):
    """Download what computes the faces into a folder of its own and try it; nothing else on this computer changes"""

    bl_idname = "likeness.install_engine"
    bl_label = "Install Engine"
    job_label = "Install Engine"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        chosen = preferences(context)
        if chosen is not None and engine_state.find_or_none(chosen.build) is None:
            cls.poll_message_set("There is no such build for this computer")
            return False
        return super().poll(context)

    def build(self, context: bpy.types.Context) -> str:
        chosen = preferences(context)
        return chosen.build if chosen is not None else engine_state.default_build()


class LIKENESS_OT_repair_engine(_InstallOperator, bpy.types.Operator):
    """Install the same engine anew; the one that is there serves until the new one works"""

    bl_idname = "likeness.repair_engine"
    bl_label = "Repair Engine"
    job_label = "Repair Engine"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if engine_state.current().installed is None:
            cls.poll_message_set("No engine is installed")
            return False
        return super().poll(context)

    def build(self, context: bpy.types.Context) -> str:
        installed = engine_state.current().installed
        return installed.build if installed and installed.build else engine_state.default_build()


class LIKENESS_OT_remove_engine(QuickOperator, bpy.types.Operator):
    """Delete the installed engine, and what was downloaded for one, from the disk"""

    bl_idname = "likeness.remove_engine"
    bl_label = "Remove Engine"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if disabled_while_running(cls):
            return False
        if engine_state.current().installed is None and not engine_state.current().downloads:
            cls.poll_message_set("No engine is installed")
            return False
        return True

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        installed = engine_state.current().installed
        if installed is None:  # downloads alone
            return self.execute(context)
        freed = engine_state.gigabytes(installed.size)
        return context.window_manager.invoke_confirm(
            self,
            event,
            title="Remove the engine?",
            message=f"{freed} become free. It can be installed again at any time.",
            confirm_text="Remove",
        )

    def act(self, context: bpy.types.Context) -> str:
        engine_host.shutdown()
        remove(engine_host.engine_folder())
        engine_state.refresh()
        return ""


class LIKENESS_OT_stop_engine(QuickOperator, bpy.types.Operator):
    """End the engine and free its memory; it starts again by itself when it is needed"""

    bl_idname = "likeness.stop_engine"
    bl_label = "Stop Engine"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        engine = engine_host.running_engine()
        if engine is None or engine.state == "stopped":
            cls.poll_message_set("The engine is not running")
            return False
        return not disabled_while_running(cls)

    def act(self, context: bpy.types.Context) -> str:
        engine_host.shutdown()
        return ""


class LIKENESS_OT_check_engine(JobOperator, bpy.types.Operator):
    """Try whether the engine's Python has all it needs, and start the engine"""

    bl_idname = "likeness.check_engine"
    bl_label = "Check Engine"
    bl_options = {"INTERNAL"}
    job_label = "Check Engine"

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if engine_host.find_interpreter() is None:
            cls.poll_message_set(engine_host.NOT_INSTALLED)
            return False
        return super().poll(context)

    def start(self, context: bpy.types.Context) -> Background:
        python = engine_host.find_interpreter()
        if python is None:
            raise LikenessError(f"{engine_host.NOT_INSTALLED}.")
        return start_check(python, user_folder("logs") / CHECK_LOG)

    def finish(self, context: bpy.types.Context, result: dict[str, Any]) -> None:
        engine_host.get_engine().warm_up()
        self.report({"INFO"}, "The engine has all it needs and is starting.")


class LIKENESS_OT_copy_diagnostics(QuickOperator, bpy.types.Operator):
    """Put versions, devices and the last lines of the logs on the clipboard, for a report of a problem"""

    bl_idname = "likeness.copy_diagnostics"
    bl_label = "Copy Diagnostics"
    bl_options = {"INTERNAL"}

    def act(self, context: bpy.types.Context) -> str:
        context.window_manager.clipboard = diagnostics(context)
        return "The diagnostics are on the clipboard."


CLASSES = (
    LIKENESS_OT_install_engine,
    LIKENESS_OT_repair_engine,
    LIKENESS_OT_remove_engine,
    LIKENESS_OT_stop_engine,
    LIKENESS_OT_check_engine,
    LIKENESS_OT_copy_diagnostics,
)
