"""Which of FaceScape's networks is asked, what it is shown, what is told, and what its own code would write."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from likeness.bfm.library import store
from likeness.bfm.library.networks import FACESCAPE_LAYOUT, FACESCAPE_RIG, FACESCAPE_SINGLE
from likeness.bfm.library.store import Record
from likeness.errors import LikenessError
from likeness.inference.depth_networks import DepthChoices, deepened
from likeness.inference.facescape_relief import estimate
from likeness.inference.facescape_relief.layout import FaceScapeLayout
from likeness.result.choices import FACESCAPE_RELIEF
from likeness.result.reconstruction import OTHER_FILES
from sheets import Scene


class Asked(torch.nn.Module):
    """A network that remembers what it sees and answers with the mean of its first channel and the last one's."""

    def __init__(self, network_id: str, asked: list[tuple[str, torch.Tensor]]) -> None:
        super().__init__()
        self.network_id, self.asked = network_id, asked

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        self.asked.append((self.network_id, pictures.clone()))
        return torch.full((1, 1, 1024, 1024), 0.25)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, torch.Tensor]]:
    seen: list[tuple[str, torch.Tensor]] = []
    monkeypatch.setattr(estimate, "library_network", lambda network_id, device: Asked(network_id, seen))
    return seen


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path))
    return tmp_path


def put(*network_ids: str, layout: FaceScapeLayout | None = None, positions: bool = False) -> None:
    """Into the library, by name alone but for the layout."""
    for network_id in network_ids:
        store.install(Record(network_id, network_id, "tests", "none", "network", (), "0"), lambda folder: None)
    if layout is not None:
        maps = np.arange(60, dtype=np.float32)[:, None, None] * np.ones((1, 1024, 1024), np.float32) / 60

        def write(folder: Path) -> None:
            layout.save(folder, maps if positions else None)

        store.install(Record(FACESCAPE_LAYOUT, "layout", "tests", "none", "network", (), "0"), write)


def view_of(shown: Scene) -> Any:
    return SimpleNamespace(photo=shown.photo(), landmarks=SimpleNamespace(yaw=0.0))


def smiling(shown: Scene, value: float) -> Any:
    return replace(shown.fit, expression=shown.fit.neutral.new_tensor([value, 0.0, 0.0]))


@pytest.mark.usefixtures("library")
def test_what_is_missing_is_told_with_the_file_and_the_way(layout: FaceScapeLayout) -> None:
    choice = DepthChoices(relief=FACESCAPE_RELIEF)
    assert choice.any
    with pytest.raises(LikenessError, match=r"dpmap_single_net_G\.pth.*Detailed3DFace.*likeness models add dpmap"):
        choice.require()
    put(FACESCAPE_RIG)
    with pytest.raises(LikenessError, match=r"detail of FaceScape needs FaceScape, layout.*likeness models add predef"):
        choice.require()
    put(layout=layout)
    with pytest.raises(LikenessError, match=r"needs posmaps\.npz, which was not in predef.*or add dpmap_single_net_G"):
        choice.require()
    put(FACESCAPE_SINGLE)
    choice.require()


@pytest.mark.usefixtures("library")
def test_the_network_of_one_map_sees_the_normalised_window(
    lit: Scene, layout: FaceScapeLayout, asked: list[tuple[str, torch.Tensor]]
) -> None:
    put(FACESCAPE_SINGLE, layout=layout)
    maps, texture, told = estimate.maps_of(view_of(lit), lit.model, lit.fit)
    assert [(network_id, tuple(seen.shape)) for network_id, seen in asked] == [(FACESCAPE_SINGLE, (1, 3, 1024, 1024))]
    seen = asked[0][1][0].numpy()
    assert seen.dtype == np.float32
    lab = cv2.cvtColor(((seen.transpose(1, 2, 0) * 0.5 + 0.5) * 255).round().astype(np.uint8), cv2.COLOR_RGB2LAB)
    assert lab[..., 0].mean() == pytest.approx(145.3, abs=2.0)
    assert lab[..., 1].mean() == pytest.approx(143.4, abs=2.0)
    assert len(maps.windows) == 1
    assert set(np.unique(maps.windows[0])) == {int(1.25 / 2 * 65535)}
    assert texture.shape == (1900, 1900, 3)
    assert not told


@pytest.mark.usefixtures("library")
def test_the_network_of_all_expressions_is_asked_for_each(
    lit: Scene, layout: FaceScapeLayout, asked: list[tuple[str, torch.Tensor]]
) -> None:
    put(FACESCAPE_SINGLE, FACESCAPE_RIG, layout=layout, positions=True)
    progress: list[float] = []
    maps, _, told = estimate.maps_of(view_of(lit), lit.model, lit.fit, progress.append)
    assert len(maps.windows) == len(asked) == 20
    assert progress == sorted(progress)
    assert progress[-1] == pytest.approx(0.95)
    for number, (network_id, seen) in enumerate(asked):
        assert network_id == FACESCAPE_RIG
        assert torch.equal(seen[0, :3], asked[0][1][0, :3])
        assert seen[0, 3:, 5, 5].tolist() == pytest.approx([(3 * number + k) / 60 for k in range(3)])
    assert not told


@pytest.mark.usefixtures("library")
def test_a_face_with_an_expression_has_one_map_or_a_warning(
    lit: Scene, layout: FaceScapeLayout, asked: list[tuple[str, torch.Tensor]]
) -> None:
    put(FACESCAPE_RIG, layout=layout, positions=True)
    maps, _, told = estimate.maps_of(view_of(lit), lit.model, smiling(lit, 0.9))
    assert (len(maps.windows), told) == (20, [estimate.NOT_NEUTRAL])
    put(FACESCAPE_SINGLE)
    maps, _, told = estimate.maps_of(view_of(lit), lit.model, smiling(lit, 0.9))
    assert (len(maps.windows), told) == (1, [estimate.ALONE])
    assert asked[-1][0] == FACESCAPE_SINGLE
    store.remove(FACESCAPE_RIG)
    assert estimate.maps_of(view_of(lit), lit.model, smiling(lit, 0.9))[2] == []


@pytest.mark.usefixtures("library", "asked")
def test_the_official_files(lit: Scene, layout: FaceScapeLayout) -> None:
    put(FACESCAPE_SINGLE, layout=layout)
    face = deepened(view_of(lit), lit.model, [lit.fit], DepthChoices(relief=FACESCAPE_RELIEF, files=True))
    assert face.files.keys() == {"facescape.obj", "facescape.jpg", "facescape_dpmap.png", "facescape_detailed.obj"}
    assert face.files.keys() <= set(OTHER_FILES)
    dpmap = cv2.imdecode(np.frombuffer(face.files["facescape_dpmap.png"], np.uint8), cv2.IMREAD_UNCHANGED)
    assert (dpmap.shape, dpmap.dtype) == ((4096, 4096), np.uint16)
    assert dpmap[599, 1200] == 32768
    assert dpmap[600, 1200] == int(1.25 / 2 * 65535)
    picture = cv2.imdecode(np.frombuffer(face.files["facescape.jpg"], np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (4096, 4096, 3)
    middle = picture[600 + 950, 1100 + 950]
    assert middle[2] > middle[0]  # skin is red, and OpenCV reads blue first
    smooth, fine = (
        np.array([line.split()[1:] for line in face.files[name].decode().splitlines() if line.startswith("v ")], float)
        for name in ("facescape.obj", "facescape_detailed.obj")
    )
    assert smooth == pytest.approx(lit.model.mean * 1000, abs=1e-5)
    assert len(fine) == 321 * 321  # three times cut in half
    assert np.linalg.norm(fine[: len(smooth)] - smooth, axis=1) == pytest.approx(0.25 * 0.914, abs=1e-3)
    assert face.files["facescape.obj"].count(b"\nvt ") == len(smooth)
    assert face.files["facescape.obj"].count(b"\nf ") == 2 * 40 * 40


@pytest.mark.usefixtures("library", "asked")
def test_the_files_of_all_expressions_and_the_relief(
    lit: Scene, layout: FaceScapeLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(FACESCAPE_RIG, layout=layout, positions=True)
    monkeypatch.setattr(estimate, "SUBDIVISIONS", 1)
    face = deepened(view_of(lit), lit.model, [lit.fit], DepthChoices(relief=FACESCAPE_RELIEF, files=True))
    assert {f"facescape_dpmap_{number}.png" for number in range(20)} <= face.files.keys()
    assert "facescape_dpmap.png" not in face.files
    assert face.fits == [lit.fit]
    detail = face.relief(lit.photo(), lit.model, face.fits[0], 128, None)
    assert detail.displacement[64, 64] == pytest.approx(0.25 * 0.000914, rel=1e-2)
    assert len(detail.folds) == 3
    assert all(np.abs(group.heights).max() < 1e-8 for group in detail.folds)  # all expressions are alike
