"""The networks of the user's library, read once."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import torch
from torch import nn

from ...bfm.library.networks import known_network
from ...bfm.library.store import NETWORK_FILE, installed, models_folder
from ...errors import LikenessError
from .official import load_network

_KEPT = 2  # of the latest: they have up to 0.7 GB each


_stand_ins: dict[str, nn.Module] = {}


@contextmanager
def standing_in(networks: Mapping[str, nn.Module]) -> Iterator[None]:
    """These networks, by their ids, instead of those in the library: for ones of one's own training."""
    before = dict(_stand_ins)
    _stand_ins.update(networks)
    try:
        yield
    finally:
        _stand_ins.clear()
        _stand_ins.update(before)


def require_network(network_id: str, purpose: str) -> None:
    """Raise the `LikenessError` that says how ``purpose`` becomes possible, where the network is not there."""
    if network_id in installed() or network_id in _stand_ins:
        return
    known = known_network(network_id)
    file = known.file.rpartition("/")[2]
    raise LikenessError(
        f"{purpose} needs {known.name}, which is not in your library: {known.expected}; "
        f"add it with `likeness models add {file}`."
    )


def library_network(network_id: str, device: torch.device) -> nn.Module:
    """A network of the library, in evaluation mode; the latest are kept, on the CPU alone as `model_tensors` are."""
    if network_id in _stand_ins:
        return _stand_ins[network_id].to(device)
    path = models_folder() / network_id / NETWORK_FILE
    kept = _network(network_id, path, path.stat().st_mtime_ns if path.exists() else 0)
    return kept if device.type == "cpu" else copy.deepcopy(kept).to(device)


@lru_cache(maxsize=_KEPT)
def _network(network_id: str, path: Path, _changed: int) -> nn.Module:
    return load_network(network_id, path).to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
