"""Signals that ask a process to end: raised where they come, or held until a step is done."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
from likeness.interrupts import ENDING, Interrupted, held, raised


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_is_raised_with_the_status_that_shells_give_it(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(Interrupted) as caught, raised():
        signal.raise_signal(number)
    assert caught.value.status == {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129}[number.name]
    assert signal.getsignal(number) == before


def swallowed() -> None:
    with suppress(BaseException):
        signal.raise_signal(signal.SIGINT)


def test_one_that_a_library_has_swallowed_is_raised_when_asked() -> None:
    done = []

    def work() -> None:
        with raised() as check:
            check()
            done.append(swallowed())
            check()
            done.append("after")

    with pytest.raises(Interrupted):
        work()
    assert done == [None]


def test_one_that_a_library_has_made_an_error_of_is_no_error() -> None:
    def fail(before: Callable[[], None]) -> None:
        with raised():
            before()
            raise RuntimeError("Error: Python: KeyboardInterrupt")

    with pytest.raises(Interrupted):
        fail(before=swallowed)
    with pytest.raises(RuntimeError):
        fail(before=lambda: None)


def test_what_is_held_comes_at_the_end() -> None:
    done = []

    def work() -> None:
        with held():
            with held():
                signal.raise_signal(signal.SIGTERM)
                done.append("inner")
            done.append("outer")
        done.append("after")

    with pytest.raises(Interrupted), raised():
        work()
    assert done == ["inner", "outer"]


def test_what_is_held_is_known_and_can_be_dropped() -> None:
    with raised(), held() as came:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
        assert came == [signal.SIGTERM, signal.SIGINT]
        came.clear()


def test_an_interrupt_goes_before_the_error_of_what_was_held() -> None:
    def work() -> None:
        with held():
            signal.raise_signal(signal.SIGINT)
            raise ValueError

    with pytest.raises(Interrupted), raised():
        work()


def test_signals_that_are_ignored_stay_so() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with raised(), held():
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_another_thread_is_let_alone() -> None:
    faults: list[BaseException] = []

    def work() -> None:
        try:
            with raised(), held():
                pass
        except BaseException as error:
            faults.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert not faults


def test_a_handler_that_python_has_not_set_is_let_alone_by_what_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blender in the background has one of its own for Ctrl-C; a command takes it over all the same."""
    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(signal, "getsignal", lambda number: None)
    with held(), suppress(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    monkeypatch.undo()
    assert signal.getsignal(signal.SIGINT) == before
    monkeypatch.setattr(signal, "getsignal", lambda number: None)
    with pytest.raises(Interrupted), raised():
        signal.raise_signal(signal.SIGINT)
