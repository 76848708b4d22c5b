"""What pip and uv are told, and what is read from their output."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from likeness.engine.installing.builds import Packages
from likeness.engine.installing.installer import Installer, InstallProgress, explain, find_installer
from tiny_wheels import write_program

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
HASH_OF_PIP = """\
ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions, \
please update the hashes. Otherwise, examine the package contents carefully; someone may have tampered with them.
    six==1.17.0 from https://example.org/six-1.17.0-py2.py3-none-any.whl#sha256=abc (from -r six.txt (line 1)):
        Expected sha256 00
        Got        4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274
"""
HASH_OF_UV = "  x Failed to download `six==1.17.0`\n  |-> Hash mismatch for `six==1.17.0`"
FULL = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
CERTIFICATE = "WARNING: Retrying after connection broken by 'SSLError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]')'"
NO_NETWORK = "NewConnectionError('Name or service not known')\nERROR: No matching distribution found for six==1"
LONG_PATH = "[Errno 2]\nHINT: This error might have occurred since this system does not have Windows Long Path support"


def progress(tmp_path: Path, count: int = 2) -> InstallProgress:
    return InstallProgress(count, tmp_path / "env", tmp_path)


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


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        (FULL, "The disk is full."),
        (HASH_OF_PIP, "The file of six 1.17.0 is not the one Likeness was made with, and was not installed."),
        (HASH_OF_UV, "The file of six 1.17.0 is not the one Likeness was made with, and was not installed."),
        (CERTIFICATE, "The package index shows a certificate that this computer does not trust: "),
        ("error: invalid peer certificate: UnknownIssuer", "The package index shows a certificate"),
        ("ProxyError('Cannot connect to proxy.', OSError('Tunnel failed: 407'))", "The proxy lets nothing through"),
        (NO_NETWORK, "The package index cannot be reached"),
        ("ERROR: No matching distribution found for torch==2.13.0+cpu", "The package index has no wheel of torch 2.13"),
        (LONG_PATH, "The path of Blender's user folder is too long for Windows"),
        ("all is well", ""),
    ],
)
def test_what_a_failure_means(output: str, sentence: str) -> None:
    found = explain(output.splitlines(), "The package index")
    assert found.startswith(sentence)
    assert bool(found) == bool(sentence)


def test_says_which_index_it_was() -> None:
    found = explain(NO_NETWORK.splitlines(), "download.pytorch.org")
    assert found == "download.pytorch.org cannot be reached: check the connection and try again."


def test_uv_is_found_where_its_installer_puts_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blender started from a desktop has not the search path of a terminal."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert find_installer() == Installer("")
    there = write_program(tmp_path / ".local" / "bin" / "uv", "")
    assert find_installer() == Installer(str(there))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", ".local/bin")
    assert find_installer() == Installer(str(there))  # it will run in another folder


@pytest.mark.parametrize("installer", [Installer(""), Installer("/bin/uv")])
def test_nothing_but_the_list_is_installed(tmp_path: Path, installer: Installer) -> None:
    (tmp_path / "hashed.txt").write_text("six==1 --hash=sha256:00")
    (tmp_path / "plain.txt").write_text("six==1")
    hashed, plain = Packages(tmp_path / "hashed.txt"), Packages(tmp_path / "plain.txt", "https://example.org/cpu")
    command = installer.install(tmp_path, hashed, None)
    assert {"--no-deps", "--only-binary", "--require-hashes"} <= set(command)
    assert not {"--no-index", "--extra-index-url", "--index"} & set(command)
    command = installer.install(tmp_path, plain, None)
    assert "--require-hashes" not in command
    assert command[-2:] == ["--index" if installer.uv else "--extra-index-url", "https://example.org/cpu"]
    command = installer.install(tmp_path, plain, tmp_path / "Jürgen's wheels")
    assert command[-3:] == ["--no-index", "--find-links", str(tmp_path / "Jürgen's wheels")]


def test_settings_of_the_network_reach_both(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("UV_")] + ["SSL_CERT_FILE"]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example.org/simple")
    monkeypatch.setenv("PIP_FIND_LINKS", "/a /b")
    monkeypatch.setenv("PIP_CERT", "/etc/company.pem")
    assert "UV_DEFAULT_INDEX" not in Installer("").variables(tmp_path)
    found = Installer("/bin/uv").variables(tmp_path)
    assert found["UV_DEFAULT_INDEX"] == "https://mirror.example.org/simple"
    assert found["UV_FIND_LINKS"] == "/a,/b"
    assert found["SSL_CERT_FILE"] == "/etc/company.pem"
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://own.example.org")
    assert "UV_DEFAULT_INDEX" not in Installer("/bin/uv").variables(tmp_path)
