"""pip and uv: the commands that fill an environment, and what their output means. Standard library only."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ...network.certificates import NAMES, named_certificates, write_certificates
from ...network.faults import meaning_of_output
from .builds import Packages
from .environment import interpreter_in
from .pip_settings import pip_settings, settings_for_uv
from .workplace import Site

_PIP = ("-I", "-u", "-m", "pip", "--disable-pip-version-check", "--no-input")


@dataclass(frozen=True)
class Installer:
    """The program that makes and fills environments: uv where it is at hand, else pip of the environment itself."""

    uv: str  # path; "" stands for pip
    fetched: bool = False  # uv is ours alone: the user's settings and folders of uv are not for it

    def create(self, python: Path, site: Site) -> list[str]:
        """The command that makes an environment from ``python``."""
        if self.uv:
            return [self.uv, "venv", "--no-project", "--no-progress", "--python", str(python), str(site.env)]
        return [str(python), "-I", "-u", "-m", "venv", str(site.env)]

    def fetch_python(self, version: str) -> list[str]:
        """The command, for uv alone, that fetches a Python into `Site.pythons`."""
        return [self.uv, "python", "install", "--no-progress", version]

    def install(self, site: Site, packages: Packages, wheels: Path | None) -> list[str]:
        """The command that installs a list into the environment, and nothing but the list."""
        python = str(interpreter_in(site.env))
        if self.uv:
            # A Python that uv fetched says that nothing should be installed into it: this one is ours.
            command = [self.uv, "pip", "install", "--no-progress", "--break-system-packages", "--python", python]
        else:
            command = [python, *_PIP, "install", "--cache-dir", str(site.downloads / "pip"), "--progress-bar", "off"]
        command += ["--no-deps", "--only-binary", ":all:", "--requirement", str(packages.path)]
        if packages.hashed:
            # As hashes tell which file is right, it may come from any index: of itself uv looks into the first alone.
            command += ["--require-hashes", *(("--index-strategy", "unsafe-best-match") if self.uv else ())]
        if wheels is not None:
            command += ["--no-index", "--find-links", str(wheels)]
        elif packages.index:
            command += ["--index" if self.uv else "--extra-index-url", packages.index]
        return command

    def variables(self, site: Site) -> dict[str, str]:
        """Environment variables for its programs, whose files are to lie in ``site``."""
        places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(site.place))
        if not self.uv:
            # Some people's pip installs for the user by default, which an environment refuses.
            return {**places, "PIP_USER": "0"}
        ours = {"UV_NO_CONFIG": "1", "UV_CACHE_DIR": str(site.downloads / "uv")} if self.fetched else {}
        pythons = {
            "UV_PYTHON_INSTALL_DIR": str(site.pythons),
            "UV_PYTHON_CACHE_DIR": str(site.downloads / "python"),
            "UV_PYTHON_DOWNLOADS": "automatic",
            # Neither the search path nor Windows' registry is to know it.
            "UV_PYTHON_INSTALL_BIN": "0",
            "UV_PYTHON_INSTALL_REGISTRY": "0",
        }
        return {**places, **pythons, **ours, **settings_for_uv()}

    def certificates(self, site: Site) -> dict[str, str]:
        """Environment variables by which it trusts whom we trust; may write a file into ``site``.

        Raises:
            LikenessError: the user names certificates that are not there.
        """
        named = named_certificates()
        if self.uv and named is not None:
            return {"SSL_CERT_DIR" if named.is_dir() else "SSL_CERT_FILE": str(named)}
        if self.uv:
            return {} if os.environ.get("SSL_CERT_DIR") else _certificates("SSL_CERT_FILE", site)
        if any(map(os.environ.get, NAMES[1:])) or "PIP_CERT" in pip_settings():
            return {}
        return {"PIP_CERT": str(named)} if named else _certificates("PIP_CERT", site)


def _certificates(name: str, site: Site) -> dict[str, str]:
    file = site.place / "certificates.pem"
    return {name: str(file)} if file.exists() or write_certificates(file) else {}


def find_installer() -> Installer:
    """uv where it is on the search path or in its usual places, else pip."""
    usual = os.pathsep.join(str(Path.home() / folder) for folder in (".local/bin", ".cargo/bin"))
    found = shutil.which("uv") or shutil.which("uv", path=usual)
    return Installer(str(Path(found).absolute()) if found else "")


# What the output of pip and uv says of the packages -> what the user is told; the first that fits.
WRONG_FILE = "The file of {} {} is not the one Likeness was made with, and was not installed."
_MEANINGS = (
    (
        r"Windows Long Path",
        "The path of Blender's user folder is too long for Windows: allow long paths in Windows and try again.",
    ),
    (r"DO NOT MATCH THE HASHES[^=]*?\s([\w.-]+)==(\S+)|Hash mismatch for `([\w.-]+)==([^`]+)`", WRONG_FILE),
)
_MISSING = (
    r"No matching distribution found for ([\w.-]+)==(\S+)",
    r"you require ([\w.-]+)==([^\s,]+)",
)
# "Failed to download `https://github.com/...`", "503 Service Unavailable) for url (https://...)"
_ADDRESS = re.compile(r"(?:for url|Failed to (?:download|fetch)):? [`(]?(https?://[^\s`)]+)")


def explain(lines: list[str], source: str) -> str:
    """Why an installer failed, in one sentence for the user; "" where its output says nothing known.

    ``source`` is where the packages were to come from, as one says it; an address in the output is more exact.
    """
    text = "\n".join(lines)
    for pattern, sentence in _MEANINGS:
        if found := re.search(pattern, text):
            return sentence.format(*filter(None, found.groups()))
    address = _ADDRESS.search(text)
    if sentence := meaning_of_output(text, (urlsplit(address[1]).hostname if address else "") or source):
        return sentence
    for pattern in _MISSING:
        if found := re.search(pattern, text):
            return f"{source} has no wheel of {found[1]} {found[2]} that fits this computer and its Python."
    return ""
