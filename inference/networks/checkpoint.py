"""Deep3D's checkpoint (``epoch_20.pth``) read without running anything that stands in it.

Three layouts: a dict with ``net_recon`` beside what the training left over, the state dict alone, and either of them
with ``module.`` before the names. PyTorch's restricted unpickler makes tensors and plain containers only; a file that
asks for more is refused.
"""

from __future__ import annotations

import pickle
import re
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ...bfm.model_ids import DEEP3D_NETWORK
from ...errors import LikenessError
from .r_net import RNet

NETWORK_ID, NETWORK_NAME = DEEP3D_NETWORK, "Deep3D R-Net"
SOURCE = "Deep3DFaceRecon_pytorch (Deng et al. 2019), the user's own copy"
LICENCE = "code MIT; the weights were trained on research-only photos and have no licence of their own"
EXPECTED = (
    "the official epoch_20.pth of Deep3DFaceRecon_pytorch is needed, "
    "which the readme of github.com/sicxu/Deep3DFaceRecon_pytorch links to"
)
NETWORK_KEY, PREFIX = "net_recon", "module."
SUFFIXES = (".pth", ".pt", ".pb", ".ckpt")
LARGEST_BYTES = 2 << 30  # the official file with its optimiser's state has 0.3 GB
NAMED = 3  # as many wrong keys as a sentence can carry
LEGACY_MAGIC = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."  # before PyTorch 1.6


def recognises(path: Path) -> bool:
    """Whether a file looks like a network's checkpoint, or a folder holds Deep3D's. Reads nothing."""
    if path.is_dir():
        return bool(_epochs(path))
    return path.suffix.lower() in SUFFIXES and path.is_file()


def source_files(path: Path) -> list[Path]:
    """The file that is read when the user points at ``path``: of a folder the checkpoint of the last epoch.

    Raises:
        LikenessError: the folder has none.
    """
    if not path.is_dir():
        return [path]
    found = _epochs(path)
    if not found:
        raise LikenessError(f"{path} holds no checkpoint; {EXPECTED}.")
    return found[-1:]


def load_r_net(path: Path) -> RNet:
    """The network of a checkpoint, in evaluation mode, float32 on the CPU.

    Raises:
        LikenessError: the file is no checkpoint of it; nothing in it has been run.
    """
    path = source_files(path)[0]
    state = _state_dict(_read(path), path)
    with torch.device("meta"):  # its own first weights would be made for nothing
        network = _network_for(state)
    _check_keys(state, network.state_dict(), path)
    state = {name: (t.float() if t.is_floating_point() else t).contiguous() for name, t in state.items()}
    if not all(bool(tensor.isfinite().all()) for tensor in state.values()):
        raise LikenessError(f"{path} is damaged: some of its weights are infinite or no numbers; {EXPECTED}.")
    network.load_state_dict(state, assign=True)
    return network.eval()


def clean_checkpoint(path: Path, out: Path) -> None:
    """Write the network's weights alone to ``out``, which `load_r_net` reads. Raises `LikenessError`, OSError."""
    torch.save(load_r_net(path).state_dict(), out)


def _epochs(folder: Path) -> list[Path]:
    """Checkpoints of the official training in a folder, the last epoch last; `latest` where there are no others."""
    numbered = [path for path in folder.glob("epoch_*.pth") if re.fullmatch(r"epoch_\d+", path.stem)]
    return sorted(numbered, key=lambda path: int(path.stem.partition("_")[2])) or list(folder.glob("epoch_latest.pth"))


def _read(path: Path) -> Any:
    """What the restricted unpickler makes of the file."""
    _check_file(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of old storage classes, which is no matter of the user's
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        asked = re.search(r"(?:GLOBAL|global) ([\w.]+)", str(error))
        raise LikenessError(
            f"{path} holds more than numbers{f' (it asks for {asked.group(1)})' if asked else ''} "
            f"and was not opened, because such a file can run any program; {EXPECTED}."
        ) from error
    except MemoryError:
        raise LikenessError(f"There is not enough memory to read {path}.") from None
    except Exception as error:  # a damaged file raises whatever its damage leads PyTorch into
        raise LikenessError(f"{path} is damaged or incomplete; {EXPECTED}.") from error


def _check_file(path: Path) -> None:
    """Raise where the file cannot be a checkpoint, by what can be known without opening it as one."""
    if path.suffix.lower() == ".pb":
        raise LikenessError(f"{path} is of the TensorFlow version of Deep3D, whose network is another; {EXPECTED}.")
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(len(LEGACY_MAGIC))
        names, unpacked = _entries(path) if head.startswith(b"PK") else ([], size)
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is damaged or incomplete"
        raise LikenessError(f"{path} cannot be read: {reason}; {EXPECTED}.") from error
    if max(size, unpacked) > LARGEST_BYTES:
        raise LikenessError(f"{path} is far too large for the checkpoint of a network; {EXPECTED}.")
    if any(name.endswith("/constants.pkl") for name in names):
        raise LikenessError(f"{path} is a TorchScript program and not a checkpoint; {EXPECTED}.")
    if not any(name.endswith("/data.pkl") for name in names) and head != LEGACY_MAGIC:
        raise LikenessError(f"{path} is not a PyTorch checkpoint; {EXPECTED}.")


def _entries(path: Path) -> tuple[list[str], int]:
    """Names in a zip file, and how large it is unpacked."""
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
    return [info.filename for info in infos], sum(info.file_size for info in infos)


def _state_dict(content: Any, path: Path) -> dict[str, Tensor]:
    """The weights by name, without prefix."""
    if isinstance(content, Mapping) and isinstance(content.get(NETWORK_KEY), Mapping):
        content = content[NETWORK_KEY]
    if not isinstance(content, Mapping) or not all(isinstance(key, str) for key in content):
        raise LikenessError(f"{path} holds no weights by name; {EXPECTED}.")
    names = [name for name, value in content.items() if not isinstance(value, Tensor)]
    if names or not content:
        told = f" (its {_listed(names)} is none)" if names else ""
        raise LikenessError(f"{path} is not the weights of one network{told}; {EXPECTED}.")
    return {name.removeprefix(PREFIX): value for name, value in content.items()}


def _network_for(state: Mapping[str, Tensor]) -> RNet:
    """The variant of the network whose weights these are; the usual one where that cannot be told."""
    depth = 50
    if "backbone.layer1.0.conv1.weight" in state and "backbone.layer1.0.conv3.weight" not in state:
        depth = 34 if "backbone.layer3.5.conv1.weight" in state else 18
    return RNet(depth, use_last_fc="backbone.fc.weight" in state)


def _check_keys(found: Mapping[str, Tensor], wanted: Mapping[str, Tensor], path: Path) -> None:
    """Raise naming what is missing, what does not belong there and what has another shape or type."""
    shapes = [
        f"{name} is {_shape(found[name])} and should be {_shape(wanted[name])}"
        for name in wanted
        if name in found and not _alike(found[name], wanted[name])
    ]
    faults = [
        f"{what} {_listed(names)}"
        for what, names in (
            ("it lacks", [name for name in wanted if name not in found]),
            ("it has besides", [name for name in found if name not in wanted]),
            ("in it", shapes),
        )
        if names
    ]
    if faults:
        raise LikenessError(f"{path} is not a checkpoint of Deep3D's R-Net: {'; '.join(faults)}; {EXPECTED}.")


def _alike(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and a.is_floating_point() == b.is_floating_point()


def _shape(tensor: Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} {'x'.join(str(n) for n in tensor.shape) or 'scalar'}"


def _listed(names: list[str]) -> str:
    rest = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {rest} more" if rest > 0 else "")
