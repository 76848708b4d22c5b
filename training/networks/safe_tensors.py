"""Tensors by name in one file, as the safetensors format has it (github.com/huggingface/safetensors).

Eight bytes with the header's length, a JSON header that says of each tensor its type, shape and bytes, and the bytes.
Nothing in such a file can run.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ...errors import LikenessError
from ...replacing import fresh_file

_TYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
_NAMES = {kind: name for name, kind in _TYPES.items()}
_METADATA = "__metadata__"
_LENGTH = 8  # bytes that tell the header's length
_LONGEST = 100_000_000  # bytes of a header, the format's own limit


def write_tensors(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> None:
    """Write them all at once: after a failure the file is what it was."""
    header: dict[str, object] = {_METADATA: dict(metadata)}
    blocks, offset = [], 0
    for name, tensor in sorted(tensors.items()):
        block = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy()
        span = [offset, offset + len(block)]
        header[name] = {"dtype": _NAMES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": span}
        blocks.append(block)
        offset += len(block)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % _LENGTH)  # so that the numbers begin at a multiple of eight
    with fresh_file(path) as place, place.open("wb") as file:
        file.write(len(text).to_bytes(_LENGTH, "little") + text)
        for block in blocks:
            file.write(block.tobytes())


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors of a file, and its metadata. Raises `LikenessError` where it is none of the format."""
    try:
        content = path.read_bytes()
        length = int.from_bytes(content[:_LENGTH], "little")
        if not 0 < length <= min(_LONGEST, len(content) - _LENGTH):
            raise ValueError("its header has no length")
        header = json.loads(content[_LENGTH : _LENGTH + length])
        metadata = header.pop(_METADATA, {})
        body = content[_LENGTH + length :]
        return {name: _tensor(body, **entry) for name, entry in header.items()}, metadata
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LikenessError(f"{path} is no readable safetensors file ({error}).") from error


def _tensor(body: bytes, dtype: str, shape: list[int], data_offsets: list[int]) -> Tensor:
    start, stop = data_offsets
    kind = _TYPES[dtype]
    if not 0 <= start <= stop <= len(body) or stop - start != math.prod(shape) * kind.itemsize:
        raise ValueError("a tensor's bytes do not fit its shape")
    tensor = torch.empty(shape, dtype=kind)
    tensor.reshape(-1).view(torch.uint8).numpy()[:] = np.frombuffer(body[start:stop], np.uint8)
    return tensor
