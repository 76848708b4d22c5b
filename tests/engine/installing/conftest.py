"""A mirror on this machine to install from, with a uv and a Python in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from mirror import Mirror, make_mirror, write_uv_wheel
from package_index import Store, closing, write_python


@pytest.fixture(scope="session")
def python_archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_python(tmp_path_factory.mktemp("python")).read_bytes()


@pytest.fixture(scope="session")
def uv_wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("uv")
    write_uv_wheel(folder)
    return folder


@pytest.fixture
def mirror(tmp_path: Path, python_archive: bytes, uv_wheels: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    with closing(Store()) as store:
        yield make_mirror(store, tmp_path, python_archive, uv_wheels, monkeypatch)
