"""The lock lists: the same pins as requirements/, a hash for every file, the right list for every computer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from likeness.engine.installing import builds
from likeness.engine.installing.builds import LOCKS, default_build, find_build, fingerprint
from likeness.errors import LikenessError

REQUIREMENTS = Path(__file__).resolve().parents[3] / "requirements"
BUILDS = [("cpu", "linux"), ("cpu", "win32"), ("cuda", "linux"), ("cuda", "win32"), ("apple", "darwin")]
# PyTorch's own index of CUDA builds for Windows says a hash only to those who can reach it.
WITHOUT_HASHES = {"torch-cuda-windows.txt"}


def pins(path: Path) -> dict[str, str]:
    """Package -> version, without the suffix of a build."""
    found = re.findall(r"^([\w.-]+)==([^\s;+]+)", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {name.lower().replace("_", "-"): version for name, version in found}


def test_the_pins_are_those_of_the_requirements() -> None:
    """``make locks`` was run after the last change of a pin."""
    assert pins(LOCKS / builds.COMMON) == pins(REQUIREMENTS / "runtime.txt")
    for path in LOCKS.glob("torch*.txt"):
        assert pins(path)["torch"] == pins(REQUIREMENTS / "torch.txt")["torch"], path.name
    assert pins(LOCKS / builds.UV)["uv"] == pins(REQUIREMENTS / "dev.txt")["uv"]


def test_every_package_of_every_list_has_hashes() -> None:
    for path in LOCKS.glob("*.txt"):
        entries = re.split(r"(?m)^(?=\w)", path.read_text(encoding="utf-8"))[1:]
        assert entries
        hashed = [bool(re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry)) for entry in entries]
        assert all(hashed) is (path.name not in WITHOUT_HASHES), path.name


def test_the_lists_name_no_address() -> None:
    assert not [path.name for path in LOCKS.glob("*.txt") if "://" in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize(("name", "system"), BUILDS)
def test_every_build_has_its_lists(name: str, system: str) -> None:
    build = find_build(name, system)
    common, torch = build.packages
    assert {"mediapipe", "scipy", "numpy"} <= set(common.names)
    assert "torch" in torch.names
    assert any(package.startswith("nvidia-") for package in torch.names) == ((name, system) == ("cuda", "linux"))
    assert (torch.index != "") == ((name, system) in {("cpu", "linux"), ("cuda", "win32")})
    assert build.space > 2e9


def test_what_there_is_not_is_said() -> None:
    with pytest.raises(LikenessError, match="no CUDA build of the engine for this computer: choose APPLE"):
        find_build("cuda", "darwin")
    with pytest.raises(LikenessError, match="use a Python of your own"):
        find_build("cpu", "freebsd14")


def test_the_default_build_is_there() -> None:
    for system in ("linux", "win32", "darwin"):
        assert find_build(default_build(system), system).name == default_build(system)


def test_other_lists_have_another_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(find_build("cpu", "linux"))
    assert fingerprint(find_build("cuda", "linux")) != before
    for path in LOCKS.glob("*.txt"):
        # As git may write them on Windows.
        (tmp_path / path.name).write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    monkeypatch.setattr(builds, "LOCKS", tmp_path)
    assert fingerprint(find_build("cpu", "linux")) == before
    (tmp_path / builds.COMMON).write_text("numpy==2")
    assert fingerprint(find_build("cpu", "linux")) != before
