"""A mirror of all that an installation from nothing fetches, and a computer that has nothing but it."""

from __future__ import annotations

import platform
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from installing import UV, Place, left_in, make_place
from likeness.engine.installing import builds, installation, interpreters
from likeness.engine.installing.background import Background
from likeness.engine.installing.environment import SUPPORTED
from likeness.engine.installing.installation import start_installation
from likeness.engine.installing.installer import Installer
from package_index import RELEASE, Store, describe_python
from tiny_wheels import lock_entry

WHEEL = "/files/uv-9.9.9-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
PYTHON = f"/python/{RELEASE}"
NEEDED = [
    pytest.mark.usefixtures("loopback"),
    pytest.mark.skipif(UV is None, reason="uv is not installed"),
    pytest.mark.skipif(
        (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="the archive of a Python is made on Linux"
    ),
    # What is made is an archive of this Python.
    pytest.mark.skipif(sys.version_info[:2] not in SUPPORTED, reason="the engine does not run on this Python"),
]


@dataclass(frozen=True)
class Mirror:
    """Where everything comes from, and the place it goes to."""

    store: Store
    place: Place
    home: Path

    def start(self) -> Background:
        return start_installation(self.place.changed(wheels=None, online=True))

    def fetched(self) -> set[str]:
        """The files that were asked for since the last time."""
        asked = {path for path in self.store.asked if not path.endswith("/")}
        self.store.asked.clear()
        return asked

    def left(self) -> list[str]:
        return left_in(self.place.folder.parent)


def write_uv_wheel(folder: Path) -> None:
    """The wheel of this computer's uv, under another version: nobody else's is of that."""
    assert UV is not None
    with zipfile.ZipFile(folder / WHEEL.rpartition("/")[2], "w") as wheel:
        wheel.write(UV, "uv-9.9.9.data/scripts/uv")
        wheel.writestr("uv-9.9.9.dist-info/METADATA", "Metadata-Version: 2.1\nName: uv\nVersion: 9.9.9\n")


def make_mirror(
    store: Store,
    tmp_path: Path,
    python_archive: bytes,
    uv_wheels: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Mirror:
    """Only this mirror is there: no Python, no uv, and a home with nothing in it."""
    place = make_place(tmp_path, monkeypatch)
    store.add_wheels(place.wheels)
    store.add_wheels(uv_wheels)
    store.add_wheels(place.wheels, "/torch/cpu")
    store.files[PYTHON] = python_archive
    (place.lists / "uv.txt").write_text(lock_entry(next(uv_wheels.iterdir())))
    downloads = tmp_path / "pythons.json"
    downloads.write_text(describe_python(python_archive))
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setattr(interpreters, "candidates", lambda: iter([]))
    monkeypatch.setattr(installation, "find_installer", lambda: Installer(""))
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(home))
    name_address(store.address, monkeypatch)
    monkeypatch.setenv("UV_PYTHON_DOWNLOADS_JSON_URL", downloads.as_uri())
    for name in ("UV_HTTP_RETRIES", "PIP_RETRIES"):
        monkeypatch.setenv(name, "1")  # pip tells what is wrong only when it tries again
    return Mirror(store, place, home)


def name_address(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the mirror is said to be, in the settings of a company."""
    monkeypatch.setattr(builds, "TORCH_INDEX", f"{address}/torch/")
    monkeypatch.setenv("PIP_INDEX_URL", f"{address}/simple")
    monkeypatch.setenv("UV_PYTHON_INSTALL_MIRROR", f"{address}/python")
