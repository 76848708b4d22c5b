"""How far an installer is, read from its output and its files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from likeness.engine.installing.install_progress import InstallProgress
from likeness.engine.installing.workplace import Site

PIP = """\
Looking in indexes: https://example.org/simple
Collecting absl-py==2.5.1 (from -r /x/common.txt (line 1))
  Downloading absl_py-2.5.1-py3-none-any.whl.metadata (3.3 kB)
  Downloading absl_py-2.5.1-py3-none-any.whl (135 kB)
Collecting opencv-contrib-python==4.11.0.86 (from -r /x/common.txt (line 7))
  Downloading https://example.org/cpu/opencv_contrib_python-4.11.0.86-cp37-abi3-win_amd64.whl (46.2 MB)
Installing collected packages: absl-py, opencv-contrib-python
""".splitlines()
UV = """\
Using Python 3.11.7 environment at: env
Resolved 2 packages in 5ms
Downloading opencv-contrib-python (44.0MiB)
 Downloaded opencv-contrib-python
Prepared 2 packages in 1.20s
Installed 2 packages in 50ms
""".splitlines()


def progress(tmp_path: Path, count: int = 2) -> InstallProgress:
    return InstallProgress(count, Site(tmp_path, tmp_path / "downloads"))


def test_progress_of_pip(tmp_path: Path) -> None:
    watched = progress(tmp_path)
    seen = []
    for line in PIP:
        watched.read([line])
        seen.append((watched.stage, watched.fraction))
    assert [stage for stage, _ in seen[1:]] == [
        *["Downloading absl-py"] * 3,
        *["Downloading opencv-contrib-python"] * 2,
        "Unpacking",
    ]
    assert [fraction for _, fraction in seen] == sorted(fraction for _, fraction in seen)


def test_progress_within_a_large_file(tmp_path: Path) -> None:
    """pip says nothing while it downloads: the file that grows does."""
    watched = progress(tmp_path)
    watched.read(PIP[:-1])
    before = watched.fraction
    part = tmp_path / "pip-unpack-abc" / "opencv_contrib_python-4.11.0.86-cp37-abi3-win_amd64.whl"
    part.parent.mkdir()
    part.write_bytes(bytes(23_100_000))
    assert watched.fraction == pytest.approx(before + 0.75 / 2 / 2)


def test_progress_of_unpacking(tmp_path: Path) -> None:
    place = tmp_path / "env" / ("Lib" if os.name == "nt" else "lib/python3.11") / "site-packages"
    (place / "pip-23.2.dist-info").mkdir(parents=True)
    watched = progress(tmp_path)
    watched.read(PIP)
    assert watched.fraction == 0.75
    (place / "absl_py-2.5.1.dist-info").mkdir()
    assert watched.fraction == 0.875


def test_progress_of_uv(tmp_path: Path) -> None:
    watched = progress(tmp_path)
    watched.read(UV[:3])
    assert watched.stage == "Downloading opencv-contrib-python"
    watched.read(UV[3:])
    assert (watched.stage, watched.fraction) == ("Unpacking", 0.75)


def test_progress_within_uvs_files(tmp_path: Path) -> None:
    """uv downloads many files at a time and says nothing meanwhile: what it unpacks in its cache does."""
    watched = progress(tmp_path)
    watched.read(["Downloading scipy (30.0MiB)", "Downloading torch (70.0MiB)"])
    assert (watched.stage, watched.fraction) == ("Downloading torch", 0.0)
    watched.read([" Downloaded scipy"])
    assert watched.fraction == pytest.approx(0.75 * 0.3)
    part = tmp_path / "downloads" / "uv" / ".tmpabc" / "torch" / "lib"
    part.mkdir(parents=True)
    (part / "libtorch.so").write_bytes(bytes(35_000_000))
    watched._measured = 0.0, 0.0  # it does not look at once again
    assert watched.fraction == pytest.approx(0.75 * (0.3 + 0.14))
    watched.read([" Downloaded torch"])
    assert watched.fraction == pytest.approx(0.75)
