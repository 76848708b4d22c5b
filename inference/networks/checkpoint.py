"""Checkpoints of published networks, read without running anything that stands in them.

Their layouts: the weights by name, alone or in a dict beside what the training left over, and either of them with
``module.`` before the names. PyTorch's restricted unpickler makes tensors and plain containers only; a file that asks
for more is refused. ``expected`` ends each sentence about a wrong file: it says what is needed.
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
from torch import Tensor, nn

from ...bfm.library.networks import KnownNetwork
from ...errors import LikenessError

# Where the weights stand in a file that holds more: Deep3D's, DF2Net's, RAFaRe's.
CONTAINERS = ("net_recon", "state_dict", "model_state_dict")
PREFIX = "module."
LARGEST_BYTES = 2 << 30  # the largest official file has 0.8 GB
NAMED = 3  # as many wrong keys as a sentence can carry
LEGACY_MAGIC = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."  # before PyTorch 1.6


def read_weights(path: Path, expected: str) -> dict[str, Tensor]:
    """The weights of a checkpoint by name, as they stand there.

    Raises:
        LikenessError: the file is no checkpoint; nothing in it has been run.
    """
    content = _read(path, expected)
    for container in CONTAINERS:
        if isinstance(content, Mapping) and isinstance(content.get(container), Mapping):
            content = content[container]
    if not isinstance(content, Mapping) or not all(isinstance(key, str) for key in content):
        raise LikenessError(f"{path} holds no weights by name; {expected}.")
    names = [name for name, value in content.items() if not isinstance(value, Tensor)]
    if names or not content:
        told = f" (its {_listed(names)} is none)" if names else ""
        raise LikenessError(f"{path} is not the weights of one network{told}; {expected}.")
    return {name.removeprefix(PREFIX): value for name, value in content.items()}


def put_weights(network: nn.Module, weights: Mapping[str, Tensor], path: Path, known: KnownNetwork) -> None:
    """Give a network, which may be on PyTorch's device ``meta``, the weights that were read from ``path``, in float32.

    Raises:
        LikenessError: a weight is missing, too many, of another shape or no number.
    """
    weights = _with_counters(weights, network)
    _check_keys(weights, network.state_dict(), path, known)
    weights = {key: (t.float() if t.is_floating_point() else t).contiguous() for key, t in weights.items()}
    if not all(bool(tensor.isfinite().all()) for tensor in weights.values()):
        raise LikenessError(f"{path} is damaged: some of its weights are infinite or no numbers; {known.expected}.")
    network.load_state_dict(weights, assign=True)


def _with_counters(weights: Mapping[str, Tensor], network: nn.Module) -> dict[str, Tensor]:
    """PyTorch before 0.4.1 did not count the batches of a normalisation, which only a training asks for."""
    names = [name for name in network.state_dict() if name.endswith("num_batches_tracked")]
    if any(name in weights for name in names):
        return dict(weights)
    return {**{name: torch.zeros((), dtype=torch.long) for name in names}, **weights}


def _read(path: Path, expected: str) -> Any:
    """What the restricted unpickler makes of the file."""
    _check_file(path, expected)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of old storage classes, which is no matter of the user's
            return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        asked = re.search(r"(?:GLOBAL|global) ([\w.]+)", str(error))
        raise LikenessError(
            f"{path} holds more than numbers{f' (it asks for {asked.group(1)})' if asked else ''} "
            f"and was not opened, because such a file can run any program; {expected}."
        ) from error
    except MemoryError:
        raise LikenessError(f"There is not enough memory to read {path}.") from None
    except Exception as error:  # a damaged file raises whatever its damage leads PyTorch into
        raise LikenessError(f"{path} is damaged or incomplete; {expected}.") from error


def _check_file(path: Path, expected: str) -> None:
    """Raise where the file cannot be a checkpoint, by what can be known without opening it as one."""
    if path.suffix.lower() == ".pb":
        raise LikenessError(f"{path} is a program of TensorFlow and not a checkpoint of PyTorch; {expected}.")
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(len(LEGACY_MAGIC))
        names, unpacked = _entries(path) if head.startswith(b"PK") else ([], size)
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is damaged or incomplete"
        raise LikenessError(f"{path} cannot be read: {reason}; {expected}.") from error
    if max(size, unpacked) > LARGEST_BYTES:
        raise LikenessError(f"{path} is far too large for the checkpoint of a network; {expected}.")
    if any(name.endswith("/constants.pkl") for name in names):
        raise LikenessError(f"{path} is a TorchScript program and not a checkpoint; {expected}.")
    if not any(name.endswith("/data.pkl") for name in names) and head != LEGACY_MAGIC:
        raise LikenessError(f"{path} is not a PyTorch checkpoint; {expected}.")


def _entries(path: Path) -> tuple[list[str], int]:
    """Names in a zip file, and how large it is unpacked."""
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
    return [info.filename for info in infos], sum(info.file_size for info in infos)


def _check_keys(found: Mapping[str, Tensor], wanted: Mapping[str, Tensor], path: Path, known: KnownNetwork) -> None:
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
        raise LikenessError(f"{path} is not a checkpoint of {known.name}: {'; '.join(faults)}; {known.expected}.")


def _alike(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and a.is_floating_point() == b.is_floating_point()


def _shape(tensor: Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} {'x'.join(str(n) for n in tensor.shape) or 'scalar'}"


def _listed(names: list[str]) -> str:
    rest = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {rest} more" if rest > 0 else "")
