"""The published networks with their official weights: which one a checkpoint is of, and the network itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from ...bfm.library.networks import (
    DEEP3D,
    DF2NET,
    FACE_PARSING,
    FACESCAPE_RIG,
    FACESCAPE_SINGLE,
    KNOWN,
    RAFARE_BACK,
    RAFARE_BASE,
    RAFARE_FINE,
    RAFARE_FRONT,
    KnownNetwork,
    known_network,
)
from ...errors import LikenessError
from .checkpoint import put_weights, read_weights
from .df2net import DF2Net
from .face_parsing import FaceParsing
from .implicit_surface import EvenFeatures, Hourglasses, ImplicitSurface
from .pix2pix_generator import GlobalGenerator, LocalEnhancer
from .r_net import RNet

SUFFIXES = (".pth", ".pt", ".tar", ".pb", ".ckpt")
_FILES = ", ".join(dict.fromkeys(network.file.rpartition("/")[2] for network in KNOWN))
ACCEPTS = f"a network's official checkpoint ({_FILES})"
EXPECTED = f"Likeness takes the official checkpoints {_FILES}"
_SIDES = {RAFARE_FRONT: "front", RAFARE_BACK: "back"}  # of one layout, told apart by their folders


def _r_net(weights: Mapping[str, Tensor]) -> RNet:
    """The variant whose weights these are; the usual one where that cannot be told."""
    depth = 50
    if "backbone.layer1.0.conv1.weight" in weights and "backbone.layer1.0.conv3.weight" not in weights:
        depth = 34 if "backbone.layer3.5.conv1.weight" in weights else 18
    return RNet(depth, use_last_fc="backbone.fc.weight" in weights)


# A network with the layout of some weights.
_BUILDERS: dict[str, Callable[[Mapping[str, Tensor]], nn.Module]] = {
    DEEP3D: _r_net,
    DF2NET: lambda _: DF2Net(),
    RAFARE_BASE: lambda _: ImplicitSurface(Hourglasses()),
    RAFARE_FINE: lambda _: ImplicitSurface(EvenFeatures()),
    RAFARE_FRONT: lambda _: LocalEnhancer(),
    RAFARE_BACK: lambda _: LocalEnhancer(),
    FACE_PARSING: lambda _: FaceParsing(),
    FACESCAPE_SINGLE: lambda _: GlobalGenerator(3, 1),
    FACESCAPE_RIG: lambda _: GlobalGenerator(6, 1),
}


def recognises(path: Path) -> bool:
    """Whether a file looks like a network's checkpoint, or a folder holds Deep3D's. Reads nothing."""
    if path.is_dir():
        return bool(_epochs(path))
    return path.suffix.lower() in SUFFIXES and path.is_file()


def source_files(path: Path) -> list[Path]:
    """The file that is read when the user points at ``path``: of Deep3D's folder the checkpoint of the last epoch.

    Raises:
        LikenessError: the folder has none.
    """
    if not path.is_dir():
        return [path]
    found = _epochs(path)
    if not found:
        raise LikenessError(f"{path} holds no checkpoint; {EXPECTED}.")
    return found[-1:]


def identify(path: Path) -> tuple[KnownNetwork, nn.Module]:
    """Which network a checkpoint is of, and the network with its weights, in evaluation mode, float32 on the CPU.

    Raises:
        LikenessError: the file is no checkpoint of a known network; nothing in it has been run.
    """
    path = source_files(path)[0]
    weights = read_weights(path, EXPECTED)
    network = _most_like(weights, path)
    return network, _filled(network, weights, path)


def load_network(network_id: str, path: Path) -> nn.Module:
    """`identify` where it is known which network the file must be of."""
    network = known_network(network_id)
    return _filled(network, read_weights(path, network.expected), path)


def save_network(network: nn.Module, path: Path) -> None:
    """Write the weights alone, which `load_network` reads."""
    torch.save(network.state_dict(), path)


def _filled(known: KnownNetwork, weights: Mapping[str, Tensor], path: Path) -> nn.Module:
    network = _empty(known.id, weights)
    put_weights(network, weights, path, known)
    return network.eval()


def _empty(network_id: str, weights: Mapping[str, Tensor]) -> nn.Module:
    with torch.device("meta"):  # its own first weights would be made for nothing
        return _BUILDERS[network_id](weights)


def _most_like(weights: Mapping[str, Tensor], path: Path) -> KnownNetwork:
    """The network that shares most names with these weights, then most shapes, then the one that lacks least."""

    def likeness(known: KnownNetwork) -> tuple[int, int, int, bool]:
        wanted = _empty(known.id, weights).state_dict()
        shared = [name for name in wanted if name in weights]
        shapes = sum(wanted[name].shape == weights[name].shape for name in shared)
        return len(shared), shapes, -len(wanted), _SIDES.get(known.id, "") in path.parent.name

    found = {known: likeness(known) for known in KNOWN}
    best = max(found, key=lambda known: found[known])
    shared, *_, told_by_folder = found[best]
    if not shared:
        raise LikenessError(f"{path} holds the weights of no network that Likeness knows; {EXPECTED}.")
    if best.id in _SIDES and not told_by_folder:
        raise LikenessError(
            f"{path} is one of RAFaRe's two networks for normals, and only the name of its folder, norm_pred_front or "
            "norm_pred_back, tells which: put it into a folder of its name."
        )
    return best


def _epochs(folder: Path) -> list[Path]:
    """Checkpoints of Deep3D's training in a folder, the last epoch last; `latest` where there are no others."""
    numbered = [path for path in folder.glob("epoch_*.pth") if re.fullmatch(r"epoch_\d+", path.stem)]
    return sorted(numbered, key=lambda path: int(path.stem.partition("_")[2])) or list(folder.glob("epoch_latest.pth"))
