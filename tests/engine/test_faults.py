"""Every fault of the table is one sentence that names the log, is told soon, and does not spoil the next job."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from faults import FAULTS, Fault, command_failing_once
from likeness.errors import LikenessError
from waiting import MakeEngine, result

SOON = 6.0  # seconds; the limits of the tests are a tenth of the real ones


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_told_and_survived(fault: Fault, make_engine: MakeEngine, log: Path, tmp_path: Path) -> None:
    engine = make_engine(command_failing_once(fault, tmp_path / "failed"))
    begun = time.monotonic()
    with pytest.raises(LikenessError) as told:
        result(engine.submit("reconstruct", photo=tmp_path / "Jürgen 张.jpg"))
    assert time.monotonic() - begun < SOON
    sentence = str(told.value)
    assert fault.words in sentence
    assert sentence.endswith(f"; its log is {log}.")
    assert "\n" not in sentence
    assert len(sentence) < 300 + len(str(log))
    if "a fault while computing" not in fault.name:
        assert engine.state == "stopped"
    assert result(engine.submit("reconstruct", steps=2))["got"] == {"steps": 2}
    assert engine.state == "ready"
