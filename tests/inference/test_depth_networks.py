"""The networks for depth as a user chooses them: what is missing, what cannot be read, what sees another face."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from likeness.bfm.library import store
from likeness.bfm.library.networks import DF2NET, RAFARE_BASE, RAFARE_FINE
from likeness.bfm.library.store import Record
from likeness.errors import LikenessError
from likeness.inference.depth.depth_map import DepthMap
from likeness.inference.depth_networks import DepthChoices, deepened
from likeness.inference.detail.shape_from_shading import shape_from_shading
from likeness.inference.detectors.crop import Crop
from likeness.inference.df2net import estimate as df2net
from likeness.inference.pipeline import PipelineOptions, reconstruct
from likeness.inference.rafare import estimate as rafare
from likeness.result.choices import DF2NET_RELIEF, RAFARE_SHAPE
from sheets import SIDE, Scene, scene

WINDOW = Crop((SIDE / 2, SIDE / 2), float(SIDE), resolution=SIDE)


@pytest.fixture(scope="module")
def lit() -> Scene:
    return scene(ambient=0.9, sideways=0.0, frontal=0.0)


def view_of(shown: Scene, yaw: float = 0.0) -> Any:
    return SimpleNamespace(photo=shown.photo(), landmarks=SimpleNamespace(yaw=np.radians(yaw)))


def dome(height: float) -> DepthMap:
    """The sheet with a hill of so many pixels in its middle, about as a network would tell it."""
    grid = np.linspace(-1.0, 1.0, SIDE)
    x, y = np.meshgrid(grid, grid)
    metre = 1400.0 / 0.6
    nearness = -4.0 * (x**2 + y**2) * (0.5 * SIDE / metre) ** 2 * metre + height * np.exp(-(x**2 + y**2) / 0.02)
    return DepthMap(nearness.astype(np.float32), np.ones((SIDE, SIDE), bool), WINDOW)


def test_what_is_missing_is_told_with_the_file_and_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path))
    photo = tmp_path / "none.png"
    with pytest.raises(LikenessError, match=r"DF2Net\.pth\.tar.*github\.com/xiaoxingzeng/DF2Net.*likeness models add"):
        reconstruct(photo, PipelineOptions(relief=DF2NET_RELIEF))
    with pytest.raises(LikenessError, match=r"RAFaRe needs RAFaRe, base.*epoch_best\.tar"):
        reconstruct(photo, PipelineOptions(shape=RAFARE_SHAPE))
    with pytest.raises(LikenessError, match="There is no shape 'clay'; known are: fit, rafare"):
        reconstruct(photo, PipelineOptions(shape="clay"))
    with pytest.raises(LikenessError, match="There is no detail 'clay'; known are: shading, df2net, facescape"):
        reconstruct(photo, PipelineOptions(relief="clay"))


def test_each_choice_needs_its_own_networks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path))
    for network in (RAFARE_BASE, RAFARE_FINE):
        with pytest.raises(LikenessError):
            DepthChoices(shape=RAFARE_SHAPE).require()
        store.install(Record(network, network, "tests", "none", "network", (), "0"), lambda folder: None)
    DepthChoices(shape=RAFARE_SHAPE).require()
    with pytest.raises(LikenessError):
        DepthChoices(relief=DF2NET_RELIEF).require()
    store.install(Record(DF2NET, DF2NET, "tests", "none", "network", (), "0"), lambda folder: None)
    DepthChoices(RAFARE_SHAPE, DF2NET_RELIEF).require()


@pytest.mark.parametrize("yaw", [-40.0, 26.0])
def test_df2net_refuses_a_turned_face_before_the_work(yaw: float, lit: Scene) -> None:
    with pytest.raises(LikenessError, match=f"turned by {abs(yaw):.0f} degrees"):
        DepthChoices(relief=DF2NET_RELIEF).check(view_of(lit, yaw))
    DepthChoices(relief=DF2NET_RELIEF).check(view_of(lit, 24.0))
    DepthChoices(shape=RAFARE_SHAPE).check(view_of(lit, yaw))


def test_a_network_that_sees_the_face_moves_it_and_gives_the_relief(
    lit: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(df2net, "depth_map", lambda view, device: dome(4.0))
    monkeypatch.setattr(df2net, "ORDER", 1)  # the sheet itself is a polynomial
    face = deepened(view_of(lit), lit.model, [lit.fit], DepthChoices(relief=DF2NET_RELIEF))
    offset = (face.fits[0].neutral - lit.fit.neutral).numpy()[:, 2]
    middle = np.hypot(*lit.model.mean[:, :2].T).argmin()
    assert offset[middle] > 0.0005
    assert not face.warnings
    assert face.relief is not shape_from_shading


def test_one_that_sees_something_else_leaves_the_face_and_says_so(lit: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(0).normal(size=(SIDE, SIDE)).astype(np.float32)
    other = DepthMap(noise, np.ones((SIDE, SIDE), bool), WINDOW)
    monkeypatch.setattr(df2net, "depth_map", lambda view, device: other)
    face = deepened(view_of(lit), lit.model, [lit.fit], DepthChoices(relief=DF2NET_RELIEF))
    assert face.fits == [lit.fit]
    assert face.relief is shape_from_shading
    assert face.warnings == ["What DF2Net says of the depth of this face does not fit it. It is not used."]


def test_both_in_turn_and_their_files(lit: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """RAFaRe's shape first, then DF2Net's relief on it; each writes what its own code does."""
    pytest.importorskip("skimage")
    at = -1.0 + 2.0 * np.arange(32) / 32
    ball = np.linalg.norm(np.stack(np.meshgrid(at, at, at, indexing="ij")), axis=0) - 0.5
    monkeypatch.setattr(rafare, "implicit_face", lambda view, model, fit: rafare.ImplicitFace(ball, WINDOW, 1))
    monkeypatch.setattr(df2net, "depth_map", lambda view, device: dome(4.0))
    choices = DepthChoices(RAFARE_SHAPE, DF2NET_RELIEF, files=True)
    face = deepened(view_of(lit), lit.model, [lit.fit], choices)
    assert set(face.files) == {"rafare.obj", "df2net.mat", "df2net.obj"}
    assert face.files["rafare.obj"].startswith(b"v ")


def test_the_front_of_a_volume_is_where_it_is_left() -> None:
    at = -1.0 + 2.0 * np.arange(64) / 64
    ball = np.linalg.norm(np.stack(np.meshgrid(at, at, at, indexing="ij")), axis=0) - 0.5
    ball[2:5, 2:5, 60] = -0.1  # a crumb nearer to the camera
    depth = rafare.ImplicitFace(ball, WINDOW, 1).depth_map()
    unit = SIDE / 2
    middle = depth.nearness[SIDE // 2, SIDE // 2]
    assert middle / unit == pytest.approx(0.5, abs=0.02)
    assert depth.known[SIDE // 2, SIDE // 2]
    assert not depth.known[2, 2]
    assert not depth.known[-8, 8]
