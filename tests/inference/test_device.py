"""A device is believed when it has computed something right."""

from __future__ import annotations

import pytest
import torch
from likeness.errors import LikenessError
from likeness.inference import device as device_module
from likeness.inference.device import choose_device, fault


def test_the_cpu_computes() -> None:
    assert fault("cpu") == ""
    assert choose_device("cpu") == (torch.device("cpu"), "")


def test_auto_takes_the_first_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_module, "fault", lambda name: "" if name == "cpu" else "absent")
    assert choose_device("auto") == (torch.device("cpu"), "")
    monkeypatch.setattr(device_module, "fault", lambda name: "")
    assert choose_device("auto") == (torch.device("cuda"), "")


def test_a_broken_device_gives_way_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_module, "fault", lambda name: "no kernel image")
    device, note = choose_device("cuda")
    assert device == torch.device("cpu")
    assert note == "Using the CPU, because cuda does not work here (no kernel image)."


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has CUDA")
def test_cuda_is_absent_in_one_sentence() -> None:
    reason = fault("cuda")
    assert reason
    assert "\n" not in reason


def test_a_device_that_computes_nonsense_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    real = torch.eye
    monkeypatch.setattr(torch, "eye", lambda size, **how: real(size, **how) * 1.5)
    assert "computes" in fault("cpu")


def test_unknown_names_are_listed() -> None:
    with pytest.raises(LikenessError, match=r"no device 'gpu'.*auto, cuda, mps, cpu"):
        choose_device("gpu")
