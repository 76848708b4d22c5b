"""Which published network a checkpoint is of is told by its weights, and by their folder where they do not tell."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from likeness.bfm.library.networks import (
    DF2NET,
    FACE_PARSING,
    FACESCAPE_RIG,
    FACESCAPE_SINGLE,
    KNOWN,
    RAFARE_BACK,
    RAFARE_FINE,
)
from likeness.errors import LikenessError
from likeness.inference.networks import official
from likeness.inference.networks.df2net import DF2Net
from likeness.inference.networks.face_parsing import FaceParsing
from likeness.inference.networks.implicit_surface import EvenFeatures, ImplicitSurface
from likeness.inference.networks.pix2pix_generator import GlobalGenerator, LocalEnhancer
from torch import nn

NARROW = {
    DF2NET: lambda _: DF2Net(4),
    RAFARE_BACK: lambda _: LocalEnhancer(2),
    FACESCAPE_SINGLE: lambda _: GlobalGenerator(3, 1, 2),
    FACESCAPE_RIG: lambda _: GlobalGenerator(6, 1, 2),
}


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The large networks a few channels wide."""
    for network_id, build in NARROW.items():
        monkeypatch.setitem(official._BUILDERS, network_id, build)
    monkeypatch.setitem(official._BUILDERS, "rafare_normals_front", NARROW[RAFARE_BACK])


def saved(network: nn.Module, path: Path, container: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    weights = {f"module.{name}": value for name, value in network.state_dict().items()}
    torch.save({container: weights, "epoch": 3} if container else weights, path)
    return path


def test_every_known_network_can_be_built() -> None:
    assert {network.id for network in KNOWN} == set(official._BUILDERS)
    for network in KNOWN:
        assert official.known_network(network.id) is network
    with pytest.raises(LikenessError, match="There is no network 'nobody'"):
        official.known_network("nobody")


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize(
    ("network_id", "network", "file", "container"),
    [
        (DF2NET, DF2Net(4), "DF2Net.pth.tar", "state_dict"),
        (RAFARE_FINE, ImplicitSurface(EvenFeatures()), "epoch_best.tar", "model_state_dict"),
        (RAFARE_BACK, LocalEnhancer(2), "norm_pred_back/latest_net_G.pth", ""),
        (FACE_PARSING, FaceParsing(), "79999_iter.pth", ""),
        (FACESCAPE_SINGLE, GlobalGenerator(3, 1, 2), "dpmap_single_net_G.pth", ""),
        (FACESCAPE_RIG, GlobalGenerator(6, 1, 2), "dpmap_rig_net_G.pth", ""),
        (FACESCAPE_RIG, GlobalGenerator(6, 1, 2), "swapped/dpmap_single_net_G.pth", ""),
    ],
)
def test_told_by_the_weights(network_id: str, network: nn.Module, file: str, container: str, tmp_path: Path) -> None:
    known, found = official.identify(saved(network, tmp_path / file, container))
    assert known.id == network_id
    assert not found.training
    wanted = network.state_dict()
    assert all(torch.equal(value, wanted[name]) for name, value in found.state_dict().items())
    official.save_network(found, tmp_path / "network.pt")
    again = official.load_network(network_id, tmp_path / "network.pt")
    assert all(torch.equal(value, wanted[name]) for name, value in again.state_dict().items())


@pytest.mark.usefixtures("narrow")
def test_normals_of_which_side_must_be_told(tmp_path: Path) -> None:
    with pytest.raises(LikenessError, match="norm_pred_front or norm_pred_back"):
        official.identify(saved(LocalEnhancer(2), tmp_path / "latest_net_G.pth"))


@pytest.mark.usefixtures("narrow")
def test_the_wrong_network_is_named(tmp_path: Path) -> None:
    path = saved(DF2Net(4), tmp_path / "network.pt")
    with pytest.raises(LikenessError, match=r"is not a checkpoint of Face parsing.*79999_iter\.pth"):
        official.load_network(FACE_PARSING, path)
    wrong = DF2Net(4)
    wrong.add_transpose_conv_3 = nn.ConvTranspose2d(2, 2, 3, 1, 1, bias=False)
    with pytest.raises(LikenessError, match=r"is not a checkpoint of DF2Net: in it add_transpose_conv_3"):
        official.identify(saved(wrong, tmp_path / "wrong.pth"))


@pytest.mark.usefixtures("narrow")
def test_a_swapped_or_shortened_displacement_network_is_told(tmp_path: Path) -> None:
    path = saved(GlobalGenerator(6, 1, 2), tmp_path / "network.pt")
    told = (
        r"is not a checkpoint of FaceScape, one map: in it model\.1\.weight is float32 2x6x7x7.*dpmap_single_net_G\.pth"
    )
    with pytest.raises(LikenessError, match=told):
        official.load_network(FACESCAPE_SINGLE, path)
    weights = GlobalGenerator(3, 1, 2).state_dict()
    del weights["model.38.bias"]
    torch.save(weights, tmp_path / "short.pth")
    with pytest.raises(LikenessError, match=r"not a checkpoint of FaceScape, one map: it lacks model\.38\.bias"):
        official.identify(tmp_path / "short.pth")
    torch.save({**GlobalGenerator(3, 1, 2).state_dict(), "model.99.weight": torch.zeros(1)}, tmp_path / "more.pth")
    with pytest.raises(LikenessError, match=r"it has besides model\.99\.weight"):
        official.identify(tmp_path / "more.pth")


def test_the_weights_of_nothing_known(tmp_path: Path) -> None:
    with pytest.raises(LikenessError, match="of no network that Likeness knows"):
        official.identify(saved(nn.Linear(2, 2), tmp_path / "other.pth"))


@pytest.mark.usefixtures("narrow")
def test_weights_from_before_batches_were_counted(tmp_path: Path) -> None:
    weights = {name: value for name, value in DF2Net(4).state_dict().items() if "num_batches" not in name}
    torch.save(weights, tmp_path / "old.pth")
    assert official.identify(tmp_path / "old.pth")[0].id == DF2NET
