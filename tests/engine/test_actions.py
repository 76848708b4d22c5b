"""What the engine does, in this process: with pipelines that run out of memory, and photos without a face."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from likeness.engine import actions
from likeness.engine.protocol import PROTOCOL
from likeness.errors import LikenessError
from likeness.inference.pipeline import PipelineOptions
from likeness.result.folder import read_reconstruction
from likeness.result.reconstruction import Reconstruction
from likeness.version import VERSION
from PIL import Image
from synthetic import sheet_reconstruction

CUDA_FULL = "CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has a total capacity of 5.93 GiB"
FULL = (
    MemoryError(),
    torch.cuda.OutOfMemoryError(CUDA_FULL),
    RuntimeError("MPS backend out of memory (MPS allocated: 18.00 GB)"),
    RuntimeError("[enforce fail at alloc_cpu.cpp:114] DefaultCPUAllocator: can't allocate memory: you tried to"),
    RuntimeError("[enforce fail] DefaultCPUAllocator: not enough memory: you tried to allocate 68719476736 bytes."),
)

Fail = Callable[[PipelineOptions], Exception | None]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Fail], list[str]]:
    """Puts a pipeline in place that fails as told where there is a CUDA device; returns the devices it was given."""

    def install(fail: Fail) -> list[str]:
        devices = []

        def run(photos: list[Path], options: PipelineOptions, progress: Any) -> Reconstruction:
            devices.append(options.device)
            if error := fail(options):
                raise error
            return replace(sheet_reconstruction(), landmarks={"faces_found": 1})

        monkeypatch.setattr(actions, "run_pipeline", run)
        return devices

    cpu, cuda = torch.device("cpu"), torch.device("cuda")
    monkeypatch.setattr(actions, "choose_device", lambda name: (cpu if name == "cpu" else cuda, ""))
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: None)
    return install


def ignore(stage: str, fraction: float) -> None:
    """Progress that nobody watches."""


@pytest.mark.parametrize("error", FULL, ids=lambda error: str(error)[:20])
def test_a_device_without_memory_leaves_it_to_the_cpu(
    error: Exception, failing: Callable[[Fail], list[str]], tmp_path: Path
) -> None:
    devices = failing(lambda options: None if options.device == "cpu" else error)
    done = actions.reconstruct({"photo": "a.jpg", "out": str(tmp_path / "face"), "device": "auto"}, ignore)
    assert devices == ["auto", "cpu"]
    assert done["device"] == "Used the CPU, because the memory of cuda was too small."
    assert read_reconstruction(tmp_path / "face").model["id"] == "sheet"


def test_a_cpu_without_memory_is_one_sentence(failing: Callable[[Fail], list[str]], tmp_path: Path) -> None:
    devices = failing(lambda options: MemoryError())
    with pytest.raises(LikenessError, match="not enough memory: close other programs or choose smaller textures"):
        actions.reconstruct({"photo": "a.jpg", "out": str(tmp_path / "face")}, ignore)
    assert devices == ["auto", "cpu"]
    assert not (tmp_path / "face").exists()


@pytest.mark.parametrize("error", [RuntimeError("CUDA error: an illegal access"), LikenessError("Not enough memory.")])
def test_other_errors_are_what_they_are(error: Exception, failing: Callable[[Fail], list[str]], tmp_path: Path) -> None:
    devices = failing(lambda options: error)
    with pytest.raises(type(error), match=re.escape(str(error))):
        actions.reconstruct({"photo": "a.jpg", "out": str(tmp_path / "face")}, ignore)
    assert devices == ["auto"]


def test_the_introduction() -> None:
    hello = actions.introduction()
    assert (hello.protocol, hello.version, hello.torch) == (PROTOCOL, VERSION, torch.__version__)
    assert hello.device in ("cuda", "mps", "cpu")


def test_a_built_in_device_that_fails_is_mentioned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.cuda, "is_built", lambda: True)
    monkeypatch.setattr(actions, "choose_device", lambda name: (torch.device("cpu"), ""))
    monkeypatch.setattr(actions, "fault", lambda name: "no kernel image is available")
    note = actions.introduction().note
    assert "Using the CPU, because cuda does not work here (no kernel image is available)" in note


@pytest.mark.usefixtures("face_finder")
def test_probe_is_what_the_doctor_tells() -> None:
    told = actions.probe({}, ignore)
    assert told["missing"] == []
    assert VERSION in told["versions"]["Likeness"]
    assert {"numpy", "torch", "mediapipe", "dlib"} <= told["versions"].keys()
    assert "bpy" not in told["versions"]
    assert told["devices"]["cpu"].startswith("works")
    assert told["devices"].keys() == {"cpu", "cuda", "mps"}


@pytest.fixture
def couple(photo_astronaut: np.ndarray, tmp_path: Path) -> Path:
    """A photo of two faces; the left one is smaller."""
    half = np.asarray(Image.fromarray(photo_astronaut).resize((256, 256), Image.Resampling.LANCZOS))
    sheet = np.full((512, 768, 3), 128, np.uint8)
    sheet[100:356, :256] = half
    sheet[:, 256:] = photo_astronaut
    path = tmp_path / "zwei Gesichter 张.png"
    Image.fromarray(sheet).save(path)
    return path


@pytest.mark.usefixtures("face_finder")
def test_faces_come_with_boxes_and_pictures_largest_first(couple: Path, tmp_path: Path) -> None:
    folder = tmp_path / "Jürgen 张" / "faces"
    told: list[tuple[str, float]] = []
    found = actions.find_faces({"photo": str(couple), "out": str(folder)}, lambda s, f: told.append((s, f)))
    assert found["size"] == [768, 512]
    large, small = found["faces"]
    assert large["box"][0] > 256 > small["box"][2]
    for face in (large, small):
        picture = np.asarray(Image.open(face["thumbnail"]).convert("RGB"))
        assert picture.shape == (128, 128, 3)
        # The same woman twice: skin in the middle of the picture, and no grey of the sheet.
        assert picture[50:78, 50:78, 0].mean() > picture[50:78, 50:78, 2].mean() + 20
    assert [fraction for _, fraction in told] == sorted(fraction for _, fraction in told)


@pytest.mark.usefixtures("face_finder")
def test_a_photo_without_a_face_is_one_sentence(tmp_path: Path) -> None:
    Image.new("RGB", (64, 64)).save(tmp_path / "black.png")
    with pytest.raises(LikenessError, match="No face was found"):
        actions.find_faces({"photo": str(tmp_path / "black.png"), "out": str(tmp_path / "faces")}, ignore)
    assert not (tmp_path / "faces").exists()


@pytest.mark.usefixtures("face_finder")
def test_pictures_that_cannot_be_written_are_one_sentence(couple: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(LikenessError, match="The faces' pictures cannot be written to"):
        actions.find_faces({"photo": str(couple), "out": str(tmp_path / "taken")}, ignore)
