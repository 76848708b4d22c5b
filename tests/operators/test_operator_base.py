"""Quick operators: what was expected to go wrong and what was not, both in one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from likeness.errors import LikenessError
from likeness.operators import operator_base
from likeness.operators.operator_base import QuickOperator


class Operator(QuickOperator):
    """What Blender would make of a class of the mix-in."""

    bl_label = "Test"

    def __init__(self, outcome: str | Exception) -> None:
        self.outcome = outcome
        self.reports: list[tuple[set[str], str]] = []

    def act(self, context: Any) -> str:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def report(self, kind: set[str], text: str) -> None:
        self.reports.append((kind, text))


@pytest.fixture(autouse=True)
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(operator_base, "user_folder", lambda name: tmp_path)
    return tmp_path / operator_base.LOG_NAME


def test_success_is_told_where_there_is_something_to_tell(logs: Path) -> None:
    quiet, talking = Operator(""), Operator("Two keys.")
    assert quiet.execute(None) == talking.execute(None) == {"FINISHED"}
    assert (quiet.reports, talking.reports) == ([], [({"INFO"}, "Two keys.")])
    assert not logs.exists()


def test_what_the_user_can_mend_is_its_sentence(logs: Path) -> None:
    operator = Operator(LikenessError("The file \udcff is missing."))
    assert operator.execute(None) == {"CANCELLED"}
    assert operator.reports == [({"ERROR"}, "The file ? is missing.")]
    assert not logs.exists()


def test_what_nobody_expected_leaves_its_details_in_the_log(logs: Path) -> None:
    operator = Operator(ZeroDivisionError("by zero"))
    assert operator.execute(None) == {"CANCELLED"}
    assert operator.reports == [({"ERROR"}, f"Test failed unexpectedly; the details are in {logs}.")]
    assert "ZeroDivisionError: by zero" in logs.read_text(encoding="utf-8")


def test_a_log_that_cannot_be_written_is_still_one_sentence(logs: Path) -> None:
    logs.mkdir()
    operator = Operator(ZeroDivisionError("by zero"))
    operator.execute(None)
    assert operator.reports == [({"ERROR"}, "Test failed unexpectedly; the details are in Blender's console.")]
