"""The life of a job in the interface, with stand-ins for what only a window has: timer, handler, status bar."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import bpy
import pytest
from data_blocks import count_blocks
from likeness.engine.task import Cancelled, Update
from likeness.errors import LikenessError
from likeness.operators import job
from likeness.operators.job import JobOperator
from likeness.operators.settings import session

TICK = SimpleNamespace(type="TIMER", value="NOTHING")
ESCAPE = SimpleNamespace(type="ESC", value="PRESS")
MOUSE = SimpleNamespace(type="MOUSEMOVE", value="NOTHING")
GOES_ON, SWALLOWED = {"PASS_THROUGH"}, {"RUNNING_MODAL"}


class Work:
    """A `Task` that does what the test says."""

    def __init__(self) -> None:
        self.next: Update | Exception = Update("fit", 0.25)
        self.cancelled = self.closed = 0

    def poll(self) -> Update:
        assert not self.closed
        if isinstance(self.next, Exception):
            raise self.next
        return self.next

    def cancel(self) -> None:
        self.cancelled += 1

    def close(self) -> None:
        self.closed += 1


class Operator(JobOperator):
    """What Blender would make of a class of the mix-in."""

    job_label = "Test"

    def __init__(self, work: Work | Exception) -> None:
        self.work = work
        self.options = SimpleNamespace(is_invoke=True)
        self.reports: list[tuple[set[str], str]] = []
        self.results: list[dict[str, Any]] = []

    def start(self, context: Any) -> Work:
        if isinstance(self.work, Exception):
            raise self.work
        return self.work

    def finish(self, context: Any, result: dict[str, Any]) -> None:
        self.results.append(result)
        bpy.data.meshes.new("made")
        if "problem" in result:
            raise result["problem"]

    def report(self, kind: set[str], text: str) -> None:
        self.reports.append((kind, text))


class Window:
    """A context, its window and its window manager in one; keeps timers, handlers and the status text."""

    def __init__(self) -> None:
        self.timers: list[object] = []
        self.handlers: list[object] = []
        self.status: str | None = None
        self.redraws = 0
        region = SimpleNamespace(type="UI", active_panel_category="Likeness", tag_redraw=self._redraw)
        other = SimpleNamespace(type="UI", active_panel_category="Item", tag_redraw=lambda: pytest.fail("not our tab"))
        area = SimpleNamespace(type="VIEW_3D", regions=[region, other])
        self.modal_operators: list[object] = [SimpleNamespace(bl_options={"UNDO"})]
        self.screen, self.windows = SimpleNamespace(areas=[area]), [self]
        self.modal_handler_add, self.event_timer_remove = self.handlers.append, self.timers.remove
        self.window_manager = self.window = self
        self.parent, self.temp_override = None, lambda window: nullcontext()
        self.workspace = SimpleNamespace(status_text_set=lambda text: setattr(self, "status", text))
        self.scene = bpy.context.scene

    @property
    def likeness(self) -> Any:
        return bpy.context.window_manager.likeness

    def event_timer_add(self, period: float, window: object) -> object:
        self.timers.append(timer := object())
        return timer

    def _redraw(self) -> None:
        self.redraws += 1

    def is_clean(self) -> bool:
        current = self.likeness
        return not (self.timers or self.status or current.job or current.stage or current.fraction)


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    window = Window()
    blender = SimpleNamespace(
        app=SimpleNamespace(background=False, handlers=bpy.app.handlers),
        context=window,
        data=SimpleNamespace(workspaces=[window.workspace]),
    )
    monkeypatch.setattr(job, "bpy", blender)
    yield window
    job.stop()


def _begin(window: Window) -> tuple[Operator, Work]:
    work = Work()
    operator = Operator(work)
    assert operator.invoke(window, ESCAPE) == {"RUNNING_MODAL"}
    assert (len(window.timers), window.handlers) == (1, [operator])
    return operator, work


def test_progress_is_shown_and_drawn_only_when_it_changes(window: Window) -> None:
    operator, work = _begin(window)
    assert operator.modal(window, TICK) == GOES_ON
    current = session(window)
    assert (current.job, current.stage, round(current.fraction, 3)) == ("Test", "fit", 0.25)
    assert window.status == "Test: fit 25%  (Esc to cancel)"
    drawn = window.redraws
    for event in (TICK, MOUSE, TICK):
        assert operator.modal(window, event) == GOES_ON
    assert window.redraws == drawn
    work.next = Update("texture", 0.5)
    operator.modal(window, TICK)
    assert window.redraws == drawn + 1


def test_the_result_is_used_once_and_nothing_stays(window: Window) -> None:
    operator, work = _begin(window)
    work.next = Update("done", 1.0, finished=True, result={"a": 1})
    assert operator.modal(window, TICK) == {"FINISHED"}
    assert operator.results == [{"a": 1}]
    assert work.closed == 1
    assert window.is_clean()
    assert not session(window).error
    assert operator.modal(window, TICK) == {"CANCELLED"}  # a late event


def test_the_last_step_waits_for_a_grab_to_end(window: Window) -> None:
    operator, work = _begin(window)
    work.next = Update("done", 1.0, finished=True)
    window.modal_operators.append(SimpleNamespace(bl_options={"UNDO", "BLOCKING"}))
    for _ in range(3):
        assert operator.modal(window, TICK) == GOES_ON
    assert not operator.results
    window.modal_operators.pop()
    assert operator.modal(window, TICK) == {"FINISHED"}


def test_escape_asks_once_and_waits_for_the_end(window: Window) -> None:
    operator, work = _begin(window)
    assert operator.modal(window, ESCAPE) == SWALLOWED
    assert session(window).stage == "Cancelling"
    assert window.status == "Test: Cancelling 25%"
    assert operator.modal(window, ESCAPE) == GOES_ON  # the next one is for somebody else
    assert work.cancelled == 1
    work.next = Cancelled()
    assert operator.modal(window, TICK) == {"CANCELLED"}
    assert operator.reports == [({"INFO"}, "Test was cancelled.")]
    assert window.is_clean()
    assert not session(window).error


def test_the_button_does_what_escape_does(window: Window) -> None:
    cancel = job.LIKENESS_OT_cancel
    assert not bpy.ops.likeness.cancel.poll()
    operator, work = _begin(window)
    assert bpy.ops.likeness.cancel() == {"FINISHED"}
    assert not cancel.poll(bpy.context)
    operator.modal(window, TICK)
    assert work.cancelled == 1


def test_a_result_that_comes_after_escape_is_not_used(window: Window) -> None:
    operator, work = _begin(window)
    work.next = Update("done", 1.0, finished=True)
    assert operator.modal(window, ESCAPE) == {"CANCELLED"}
    assert not operator.results
    assert window.is_clean()


@pytest.mark.parametrize("problem", [LikenessError("The disk is full."), ValueError("secret"), ValueError("\udcff")])
def test_a_failure_is_one_sentence(window: Window, problem: Exception) -> None:
    operator, work = _begin(window)
    work.next = problem
    assert operator.modal(window, TICK) == {"CANCELLED"}
    ((kind, sentence),) = operator.reports
    assert kind == {"ERROR"}
    assert sentence == session(window).error
    assert sentence == str(problem) or sentence.startswith("Test failed unexpectedly; the details are in ")
    assert window.is_clean()
    assert work.closed == 1


def test_a_name_that_is_no_text_is_told_as_well_as_possible(window: Window) -> None:
    operator, work = _begin(window)
    work.next = LikenessError("There is no photo \udcff.jpg.")
    assert operator.modal(window, TICK) == {"CANCELLED"}
    assert session(window).error == "There is no photo ?.jpg."


def test_what_a_failing_last_step_made_goes_again(window: Window) -> None:
    operator, work = _begin(window)
    before = count_blocks()
    work.next = Update("done", 1.0, finished=True, result={"problem": ValueError("late")})
    assert operator.modal(window, TICK) == {"CANCELLED"}
    assert count_blocks() == before
    assert window.is_clean()


def test_a_start_that_fails_leaves_nothing(window: Window) -> None:
    operator = Operator(LikenessError("Choose a photo first."))
    assert operator.invoke(window, ESCAPE) == {"CANCELLED"}
    assert session(window).error == "Choose a photo first."
    assert not window.timers
    assert not job.running_label()


def test_the_last_error_goes_with_the_next_start(window: Window) -> None:
    session(window).error = "old"
    _begin(window)
    assert not session(window).error


def test_one_job_at_a_time(window: Window) -> None:
    _begin(window)
    told = []
    other = type("Other", (Operator,), {"poll_message_set": told.append})
    assert not other.poll(window)
    assert told == ["Test is running"]
    job.stop()
    assert other.poll(window)


def test_a_file_browser_left_open_does_no_harm_to_a_job(window: Window) -> None:
    operator, work = _begin(window)
    late = Operator(Work())
    assert late.execute(window) == {"CANCELLED"}
    assert late.reports == [({"ERROR"}, "Test is running.")]
    assert late.modal(window, TICK) == {"CANCELLED"}
    late.cancel(window)
    assert (work.cancelled, work.closed) == (0, 0)
    work.next = Update("done", 1.0, finished=True)
    assert operator.modal(window, TICK) == {"FINISHED"}


def test_a_closed_window_ends_the_job(window: Window) -> None:
    operator, work = _begin(window)
    operator.cancel(window)
    assert (work.cancelled, work.closed) == (1, 1)
    assert window.is_clean()
    operator.cancel(window)  # Blender says so again for every handler
    assert work.closed == 1


def test_another_file_ends_the_job(window: Window) -> None:
    operator, work = _begin(window)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    assert work.closed == 1
    assert not window.timers
    assert operator.modal(window, TICK) == {"CANCELLED"}
    assert not operator.results
    assert not job.running_label()


def test_disabling_the_extension_ends_the_job(window: Window) -> None:
    operator, work = _begin(window)
    job.unregister()
    try:
        assert work.closed == 1
        assert window.is_clean()
        assert operator.modal(window, TICK) == {"CANCELLED"}
    finally:
        job.register()


def test_without_a_window_it_blocks(window: Window) -> None:
    work = Work()
    work.next = Update("done", 1.0, finished=True)
    operator = Operator(work)
    window.window = None
    assert operator.invoke(window, ESCAPE) == {"FINISHED"}
    called = Operator(work2 := Work())
    called.options.is_invoke = False  # a script in a window
    window.window, work2.next = window, Update("done", 1.0, finished=True)
    assert called.execute(window) == {"FINISHED"}
    assert not window.timers
