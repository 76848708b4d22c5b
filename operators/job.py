"""`JobOperator`: the life of a slow job inside Blender, from the click to its one undo step.

A task runs elsewhere; a timer asks it ten times a second how far it is, and Blender stays usable. One job runs at a
time. Whatever way it ends (done, failed, cancelled, window closed, file replaced, add-on disabled) goes through `_end`.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import bpy

from ..engine.task import Cancelled, Task, Update
from ..errors import LikenessError
from ..result.choices import CPU, device_note
from ..scene.building.transaction import all_or_nothing
from .abandoned_tasks import abandon
from .operator_base import sentence_of
from .settings import session

PERIOD_S = 0.1
BLOCKING_PERIOD_S = 0.02
TAB = "Likeness"


@dataclass
class RunningJob:
    """The job that is running; it holds nothing of the file."""

    label: str
    task: Task
    timer: bpy.types.Timer | None = None
    cancel_wanted: bool = False
    cancel_sent: bool = False


_running: RunningJob | None = None


def running_label() -> str:
    """What the running job is called; "" if none is running."""
    return _running.label if _running else ""


def disabled_while_running(operator: Any) -> bool:
    """Whether a job is running; if so, the tooltip of the operator's disabled button says which."""
    if _running is not None:
        operator.poll_message_set(f"{_running.label} is running")
    return _running is not None


def request_cancel() -> None:
    """Ask the running job to stop; it does so within some seconds."""
    if _running is not None:
        _running.cancel_wanted = True


def stop() -> None:
    """End the running job and build nothing; again is fine."""
    if _running is not None:
        task = _running.task
        _end(_running)
        abandon(task)


def wait_for(task: Task, show: Callable[[Update], None]) -> dict[str, Any]:
    """Block until a task is done, telling how far it is; returns its result. Ctrl-C cancels it.

    Raises what `Task.poll` raises.
    """
    asked = False
    with _collected_interrupts() as caught:
        while not (update := task.poll()).finished:
            show(update)
            if caught and not asked:
                asked = True
                task.cancel()
            time.sleep(BLOCKING_PERIOD_S)
    return update.result


class JobOperator:
    """Mix-in for operators that wait for a `Task`; put it before `bpy.types.Operator`.

    Invoked from the interface it is modal; called from a script or in background mode it blocks until it is done.
    A subclass may have an ``invoke`` of its own that opens a file browser.
    """

    job_label = ""
    _job: RunningJob | None = None

    def start(self, context: bpy.types.Context) -> Task:
        """Start the work. `LikenessError` becomes the report."""
        raise NotImplementedError

    def finish(self, context: bpy.types.Context, result: dict[str, Any]) -> None:
        """Use the result: the only place that changes the file, all in one undo step."""
        raise NotImplementedError

    def warn(self, context: bpy.types.Context, sentences: Sequence[str]) -> None:
        """Tell what the user should know of a result that was made all the same."""
        session(context).warning = "\n".join(sentences)
        for sentence in sentences:
            self.report({"WARNING"}, sentence)

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return not disabled_while_running(cls)

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        return self.execute(context)

    def execute(self, context: bpy.types.Context) -> set[str]:
        global _running
        current = session(context)
        current.error = current.warning = ""
        try:
            if _running is not None:  # a file browser asks `poll` when it opens, not when it closes
                raise LikenessError(f"{_running.label} is running.")
            self._job = _running = RunningJob(self.job_label, self.start(context))
        except Exception as error:
            return self._fail(context, error)
        current.job = self.job_label
        if not self.options.is_invoke or bpy.app.background or context.window is None:
            return self._block(context)
        manager = context.window_manager
        # The preferences have a window of their own, and whoever closes it wants to go on working, not to cancel.
        window = context.window.parent or context.window
        _running.timer = manager.event_timer_add(PERIOD_S, window=window)
        with context.temp_override(window=window):
            manager.modal_handler_add(self)
        _show(context, _running, Update("Starting", 0.0))
        return {"RUNNING_MODAL"}

    def modal(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        job = self._job
        if job is None or job is not _running:  # ended from outside: nothing is left to clean up
            return {"CANCELLED"}
        if event.type == "ESC" and event.value == "PRESS" and not job.cancel_wanted:
            job.cancel_wanted = True
            return self._step(context, job) or {"RUNNING_MODAL"}
        if event.type == "TIMER":
            return self._step(context, job) or {"PASS_THROUGH"}
        return {"PASS_THROUGH"}  # with RUNNING_MODAL beside it Blender keeps the event from all buttons

    def cancel(self, context: bpy.types.Context) -> None:
        """Blender takes the operator away: its window or file browser closes, or another file comes."""
        if self._job is _running:  # a file browser has none
            stop()

    def _block(self, context: bpy.types.Context) -> set[str]:
        assert _running is not None
        with _collected_interrupts() as caught:
            while not (result := self._step(context, _running)):
                if caught:
                    request_cancel()
                time.sleep(BLOCKING_PERIOD_S)
        return result

    def _step(self, context: bpy.types.Context, job: RunningJob) -> set[str]:
        """Look at the task once; how the operator ends, or nothing while it goes on."""
        try:
            if job.cancel_wanted and not job.cancel_sent:
                job.cancel_sent = True
                job.task.cancel()
            update = job.task.poll()
            if not update.finished or (job.timer and not job.cancel_wanted and _is_dragging(context)):
                _show(context, job, update)
                return set()
            if job.cancel_wanted:
                raise Cancelled
            with all_or_nothing():
                self.finish(context, update.result)
            if note := device_note(update.result.get("device", CPU)):
                self.report({"WARNING"}, note)
            outcome = {"FINISHED"}
        except Cancelled:
            self.report({"INFO"}, f"{job.label} was cancelled.")
            outcome = {"CANCELLED"}
        except Exception as error:
            outcome = self._fail(context, error)
        _end(job)
        job.task.close()
        return outcome

    def _fail(self, context: bpy.types.Context, error: Exception) -> set[str]:
        sentence = sentence_of(error, self.job_label)
        session(context).error = sentence
        redraw(context)
        self.report({"ERROR"}, sentence)
        return {"CANCELLED"}


class LIKENESS_OT_cancel(bpy.types.Operator):
    """Stop what is running; nothing is changed"""

    bl_idname = "likeness.cancel"
    bl_label = "Cancel"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if _running is None or _running.cancel_wanted:
            cls.poll_message_set("Nothing is running" if _running is None else "It is stopping already")
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        request_cancel()
        return {"FINISHED"}


def redraw(context: bpy.types.Context) -> None:
    """Draw the tab again in all windows, and the preferences, which show progress too."""
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "PREFERENCES":
                area.tag_redraw()
            for region in area.regions if area.type == "VIEW_3D" else ():
                if region.type == "UI" and region.active_panel_category in (TAB, "UNSUPPORTED"):
                    region.tag_redraw()


def _is_dragging(context: bpy.types.Context) -> bool:
    """Whether the user is dragging or drawing a stroke: such operators hold data that must not be replaced then."""
    windows = context.window_manager.windows
    return any("BLOCKING" in operator.bl_options for window in windows for operator in window.modal_operators)


def _show(context: bpy.types.Context, job: RunningJob, update: Update) -> None:
    """Progress into the session and the status bar, where it differs from what is there."""
    current = session(context)
    stage = "Cancelling" if job.cancel_wanted else update.stage
    fraction = round(min(max(update.fraction, 0.0), 1.0), 2)
    if (current.stage, round(current.fraction, 2)) == (stage, fraction):
        return
    current.stage, current.fraction = stage, fraction
    if context.workspace is not None:
        hint = "" if job.cancel_wanted else "  (Esc to cancel)"
        context.workspace.status_text_set(f"{job.label}: {stage} {fraction:.0%}{hint}")
    redraw(context)


def _end(job: RunningJob) -> None:
    """Leave nothing of a job behind, whatever way it ended."""
    global _running
    _running = None
    context = bpy.context
    if job.timer is not None:
        context.window_manager.event_timer_remove(job.timer)
        for workspace in bpy.data.workspaces:  # the user may have changed to another one meanwhile
            workspace.status_text_set(None)
    current = session(context)
    current.job = current.stage = ""
    current.fraction = 0.0
    redraw(context)


@contextmanager
def _collected_interrupts() -> Iterator[list[int]]:
    """Collect Ctrl-C instead of letting it break in anywhere; Blender takes no notice of it by itself."""
    caught: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: caught.append(number))
    try:
        yield caught
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)


@bpy.app.handlers.persistent
def _file_is_replaced(_file: str) -> None:
    stop()


def register() -> None:
    """Watch for another file being opened."""
    bpy.app.handlers.load_pre.append(_file_is_replaced)


def unregister() -> None:
    """Stop watching, and end what is running."""
    bpy.app.handlers.load_pre.remove(_file_is_replaced)
    stop()


CLASSES = (LIKENESS_OT_cancel,)
