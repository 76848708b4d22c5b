"""What pip and uv are told, and what is read from their output."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from likeness.engine.installing.builds import Packages
from likeness.engine.installing.installer import Installer, explain, find_installer
from likeness.engine.installing.workplace import Site
from likeness.network import certificates
from tiny_wheels import write_program

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
PYTHON_OF_UV = """\
error: Failed to install cpython-3.11.18-linux-x86_64-gnu
  cause: Failed to download `https://github.com/astral-sh/python-build-standalone/releases/download/x.tar.gz`
  cause: error sending request for url (https://github.com/astral-sh/python-build-standalone/releases/download/x.tar.gz)
  cause: dns error
  cause: failed to lookup address information: Name or service not known
"""
LONG_PATH = "[Errno 2]\nHINT: This error might have occurred since this system does not have Windows Long Path support"


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        (FULL, "The disk is full: make room"),
        (HASH_OF_PIP, "The file of six 1.17.0 is not the one Likeness was made with, and was not installed."),
        (HASH_OF_UV, "The file of six 1.17.0 is not the one Likeness was made with, and was not installed."),
        (CERTIFICATE, "The package index shows a certificate that this computer does not trust: "),
        ("error: invalid peer certificate: UnknownIssuer", "The package index shows a certificate"),
        ("ProxyError('Cannot connect to proxy.', OSError('Tunnel failed: 407'))", "The proxy lets nothing through"),
        (NO_NETWORK, "The package index cannot be found: check the internet connection."),
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
    assert found.startswith("download.pytorch.org cannot be found: check the internet connection.")
    found = explain(PYTHON_OF_UV.splitlines(), "The download of Python")
    assert found.startswith("github.com cannot be found: check the internet connection.")


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


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "place").mkdir()
    return Site(tmp_path / "place", tmp_path / "downloads")


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of pip, uv or the certificates in the environment or in files."""
    for name in [name for name in os.environ if name.startswith(("UV_", "PIP_"))]:
        monkeypatch.delenv(name)
    for name in ("SSL_CERT_DIR", *certificates.NAMES):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


@pytest.mark.parametrize("installer", [Installer(""), Installer("/bin/uv")])
def test_nothing_but_the_list_is_installed(tmp_path: Path, site: Site, installer: Installer) -> None:
    (tmp_path / "hashed.txt").write_text("six==1 --hash=sha256:00")
    (tmp_path / "plain.txt").write_text("six==1")
    hashed, plain = Packages(tmp_path / "hashed.txt"), Packages(tmp_path / "plain.txt", "https://example.org/cpu")
    command = installer.install(site, hashed, None)
    assert {"--no-deps", "--only-binary", "--require-hashes"} <= set(command)
    assert not {"--no-index", "--extra-index-url", "--index"} & set(command)
    command = installer.install(site, plain, None)
    assert "--require-hashes" not in command
    assert command[-2:] == ["--index" if installer.uv else "--extra-index-url", "https://example.org/cpu"]
    command = installer.install(site, plain, tmp_path / "Jürgen's wheels")
    assert command[-3:] == ["--no-index", "--find-links", str(tmp_path / "Jürgen's wheels")]


@pytest.mark.usefixtures("plain")
def test_settings_of_the_network_reach_both(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    company = tmp_path / "company.pem"
    company.touch()
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example.org/simple")
    monkeypatch.setenv("PIP_FIND_LINKS", "/a /b")
    monkeypatch.setenv("PIP_CERT", str(company))
    assert Installer("").certificates(site) == {}  # pip reads its own
    assert "UV_DEFAULT_INDEX" not in Installer("").variables(site)
    found = Installer("/bin/uv").variables(site)
    assert found["UV_DEFAULT_INDEX"] == "https://mirror.example.org/simple"
    assert found["UV_FIND_LINKS"] == "/a,/b"
    assert found["SSL_CERT_FILE"] == str(company)
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://own.example.org")
    assert "UV_DEFAULT_INDEX" not in Installer("/bin/uv").variables(site)


@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize(("installer", "name"), [(Installer(""), "PIP_CERT"), (Installer("/bin/uv"), "SSL_CERT_FILE")])
def test_whom_the_computer_trusts_the_installer_trusts(
    site: Site, installer: Installer, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """pip and uv bring certificates of their own and do not look where a company puts its."""
    given = Path(installer.certificates(site)[name])
    assert given.is_relative_to(site.place)
    assert given.read_text().count("BEGIN CERTIFICATE") > 10
    company = tmp_path / "company.pem"
    company.touch()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(company))
    assert installer.certificates(site).get(name) == (str(company) if installer.uv else None)


@pytest.mark.usefixtures("plain")
def test_a_fetched_uv_keeps_to_itself(site: Site) -> None:
    found = Installer("/bin/uv", fetched=True).variables(site)
    assert found["UV_NO_CONFIG"] == "1"
    for name in ("UV_CACHE_DIR", "UV_PYTHON_INSTALL_DIR", "UV_PYTHON_CACHE_DIR", "TMPDIR"):
        assert Path(found[name]).is_relative_to(site.place.parent), name
    assert (found["UV_PYTHON_INSTALL_BIN"], found["UV_PYTHON_INSTALL_REGISTRY"]) == ("0", "0")
    # Who has a uv has its settings and its cache.
    assert not {"UV_NO_CONFIG", "UV_CACHE_DIR"} & set(Installer("/bin/uv").variables(site))
