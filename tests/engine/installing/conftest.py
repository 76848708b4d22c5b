"""A mirror on this machine to install from, with a uv and a Python in it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from installing import UV
from mirror import WHEEL, Mirror, make_mirror
from package_index import Store, closing, write_python


@pytest.fixture(scope="session")
def python_archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_python(tmp_path_factory.mktemp("python")).read_bytes()


@pytest.fixture(scope="session")
def uv_wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel of this computer's uv, which gets another version: nobody else's is of that."""
    folder = tmp_path_factory.mktemp("uv")
    assert UV is not None
    with zipfile.ZipFile(folder / WHEEL.rpartition("/")[2], "w") as wheel:
        wheel.write(UV, "uv-9.9.9.data/scripts/uv")
        wheel.writestr("uv-9.9.9.dist-info/METADATA", "Metadata-Version: 2.1\nName: uv\nVersion: 9.9.9\n")
    return folder


@pytest.fixture
def mirror(tmp_path: Path, python_archive: bytes, uv_wheels: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    with closing(Store()) as store:
        yield make_mirror(store, tmp_path, python_archive, uv_wheels, monkeypatch)
