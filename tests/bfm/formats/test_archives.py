"""Names in a zip, and what is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from likeness.bfm.formats.archives import zip_names


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    np.savez(tmp_path / "model.npz", shape=np.arange(6.0), name=np.array("head"))
    return tmp_path / "model.npz"


def test_names_in_their_order(archive: Path) -> None:
    assert zip_names(archive) == ["shape.npy", "name.npy"]


def test_what_is_no_readable_zip_has_no_names(archive: Path) -> None:
    whole = archive.read_bytes()
    directory = whole.index(b"PK\x01\x02")
    newer = bytearray(whole)
    newer[directory + 6] = 255  # the version of zip that is needed
    for damaged in (b"", b"PK", whole[:-30], bytes(newer)):
        archive.write_bytes(damaged)
        assert zip_names(archive) is None
    assert zip_names(archive.with_name("absent.npz")) is None
    assert zip_names(archive.parent) is None
