"""Tensors in one file: what is read is what was written, and what is no such file is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from likeness.errors import LikenessError
from likeness.training.networks.safe_tensors import read_tensors, write_tensors

TENSORS = {
    "b.weight": torch.arange(6, dtype=torch.float32).reshape(2, 3).t(),  # not contiguous
    "a": torch.tensor(3.5, dtype=torch.float64),
    "half": torch.tensor([1.0, -2.0], dtype=torch.bfloat16),
    "count": torch.tensor([1 << 40]),
    "flag": torch.tensor([True, False]),
    "none": torch.zeros(0, 4),
}


def test_read_is_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    write_tensors(path, TENSORS, {"step": "7"})
    found, told = read_tensors(path)
    assert told == {"step": "7"}
    assert found.keys() == TENSORS.keys()
    for name, tensor in TENSORS.items():
        assert found[name].dtype == tensor.dtype
        assert torch.equal(found[name], tensor)
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.safetensors"]


def test_the_bytes_are_the_formats(tmp_path: Path) -> None:
    """By its description: a length of eight bytes, JSON, and numbers that begin where the header ends."""
    path = tmp_path / "x.safetensors"
    write_tensors(path, {"w": torch.tensor([[1.0, 2.0]])}, {})
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    assert (8 + length) % 8 == 0
    header = json.loads(content[8 : 8 + length])
    assert header["w"] == {"dtype": "F32", "shape": [1, 2], "data_offsets": [0, 8]}
    assert content[8 + length :] == b"\x00\x00\x80\x3f\x00\x00\x00\x40"


def test_the_formats_own_library_reads_it(tmp_path: Path) -> None:
    library = pytest.importorskip("safetensors.torch", reason="safetensors is not installed")
    path = tmp_path / "x.safetensors"
    write_tensors(path, TENSORS, {"step": "7"})
    assert all(torch.equal(tensor, TENSORS[name]) for name, tensor in library.load_file(path).items())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x05\x00\x00\x00\x00\x00\x00\x00",
        b"\x02\x00\x00\x00\x00\x00\x00\x00[]",
        b'\x3e\x00\x00\x00\x00\x00\x00\x00{"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}  '
        + b"\x00" * 4,
        b'\x3e\x00\x00\x00\x00\x00\x00\x00{"w": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}}  '
        + b"\x00" * 8,
    ],
    ids=["empty", "cut off", "no object", "bytes missing", "shape and bytes"],
)
def test_what_is_none_is_told(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(LikenessError, match="no readable safetensors file"):
        read_tensors(path)


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    write_tensors(path, {"w": torch.ones(2)}, {})
    before = path.read_bytes()
    with pytest.raises(KeyError):
        write_tensors(path, {"w": torch.ones(2, dtype=torch.complex64)}, {})
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.safetensors"]
