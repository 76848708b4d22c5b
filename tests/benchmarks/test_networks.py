"""The benchmark of the networks prints its times, and counts the multiplications rightly."""

from __future__ import annotations

import pytest
import torch
from likeness.benchmarks import networks
from likeness.inference.networks.r_net import RNet
from torch.utils.flop_counter import FlopCounterMode


def test_times_of_the_cpu_are_told(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "RNet", lambda: RNet(18))
    monkeypatch.setattr(networks, "VERTICES", 500)
    assert networks.main(["--repeats", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    for line in lines[1:]:
        median, least = (float(number) for number in line.rpartition(": ")[2].split(","))
        assert median >= least >= 0


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_missing_card_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert networks.main(["--device", "cuda"]) == 2
    assert "cuda does not work here" in capsys.readouterr().err


def test_multiplications_of_a_face() -> None:
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        RNet().eval()(torch.rand(1, 3, 224, 224))
    assert counter.get_total_flops() == pytest.approx(networks.FLOP_PER_FACE, rel=0.01)
