"""``likeness doctor``: what it tells, and its exit status."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from likeness.inference import doctor
from likeness.inference.doctor import print_report, probe
from likeness.libraries import OPTIONAL, PREDICTOR_VARIABLE
from likeness.version import VERSION


@pytest.mark.usefixtures("face_finder")
def test_doctor_knows_versions_and_devices(capfd: pytest.CaptureFixture[str]) -> None:
    assert print_report() == 0
    report = {line.split()[0]: line for line in capfd.readouterr().out.splitlines()}
    assert VERSION in report["Likeness"]
    assert report["torch"].split()[1][0].isdigit()
    assert "works" in report["cpu"]
    assert probe("nowhere").startswith("not usable")


def test_doctor_tells_what_is_missing(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    monkeypatch.setitem(sys.modules, "PIL", None)
    assert print_report() == 1
    assert capfd.readouterr().out.splitlines()[-1] == "Likeness cannot work without scipy, PIL."


def test_doctor_tells_what_alone_needs_a_library_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for module in ("dlib", "h5py"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setattr(doctor.importlib, "import_module", _without("dlib", "h5py"))
    found = {finding.name: finding for finding in doctor.findings(OPTIONAL)}
    assert found["dlib"].text == (
        "not installed; only landmarks by dlib's 68-point file need it (pip install dlib-bin)"
    )
    assert found["h5py"].text == "not installed; only the Basel models of 2017 and 2019 need it (pip install h5py)"
    assert not found["dlib"].missing
    assert not found["h5py"].missing


def _without(*absent: str) -> Callable[[str], ModuleType]:
    original = importlib.import_module

    def load(name: str) -> ModuleType:
        if name in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return original(name)

    return load


def test_doctor_tells_what_lacks_without_a_face_finder(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "mediapipe", None)
    monkeypatch.setitem(sys.modules, "mediapipe.python.solutions", None)
    assert print_report() == 1
    *report, last = capfd.readouterr().out.splitlines()
    assert "not usable" in next(line for line in report if line.startswith("mediapipe "))
    assert last == (
        "There is no face finder: photos need mediapipe 0.10.21, or dlib with the 68-point file that "
        "LIKENESS_DLIB_PREDICTOR names; nothing else does."
    )


def test_doctor_knows_that_dlib_can_find_faces(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pytest.importorskip("dlib")
    predictor = tmp_path / "68.dat"
    monkeypatch.setitem(sys.modules, "mediapipe.python.solutions", None)
    monkeypatch.setenv(PREDICTOR_VARIABLE, str(predictor))
    assert print_report() == 1
    predictor.touch()
    capfd.readouterr()
    assert print_report() == 0
    assert capfd.readouterr().out.splitlines()[-1].startswith("dlib finds the faces")
