"""pip and uv: the commands that fill an environment, and what their output means. Standard library only."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .builds import Packages
from .environment import interpreter_in

# Settings of pip that uv does not read, under the names that it does.
_UV_NAMES = {
    "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
    "PIP_EXTRA_INDEX_URL": "UV_INDEX",
    "PIP_FIND_LINKS": "UV_FIND_LINKS",
    "PIP_CERT": "SSL_CERT_FILE",
}
# Part of the work of one list; unpacking PyTorch takes long, too.
_DOWNLOAD_SHARE = 0.75
# "Collecting scipy==1.17.1 (from ...)", "Downloading scipy-1.17.1-cp311-....whl (35.1 MB)", " Downloaded scipy"
_PACKAGE = re.compile(r"\s*(?:Collecting|Downloading|Downloaded) (?:\S*/)?([A-Za-z]\w*(?:[-.][A-Za-z]\w*)*)")
_FILE = re.compile(r"\s*Downloading (?:\S*/)?(\S+\.whl) \(([\d.]+) ([kMG])B\)")
_UNPACKING = re.compile(r"Installing collected|Prepared ")
_UNITS = {"k": 1e3, "M": 1e6, "G": 1e9}
_PIP = ("-I", "-u", "-m", "pip", "--disable-pip-version-check", "--no-input")


@dataclass(frozen=True)
class Installer:
    """The program that makes and fills environments: uv where it is at hand, else pip of the environment itself."""

    uv: str  # path; "" stands for pip

    def create(self, python: Path | None, version: str, folder: Path) -> list[str]:
        """The command that makes an environment, from ``python`` or from one of ``version`` that uv fetches."""
        if self.uv:
            base = str(python) if python else version
            return [self.uv, "venv", "--no-project", "--no-progress", "--python", base, str(folder)]
        return [str(python), "-I", "-u", "-m", "venv", str(folder)]

    def install(self, folder: Path, packages: Packages, wheels: Path | None) -> list[str]:
        """The command that installs a list into the environment in ``folder``, and nothing but the list."""
        python = str(interpreter_in(folder))
        if self.uv:
            command = [self.uv, "pip", "install", "--no-progress", "--python", python]
        else:
            # What pip keeps of its downloads would double the room it takes, and nobody would find it.
            command = [python, *_PIP, "install", "--no-cache-dir", "--progress-bar", "off"]
        command += ["--no-deps", "--only-binary", ":all:", "--requirement", str(packages.path)]
        if packages.hashed:
            command += ["--require-hashes"]
        if wheels is not None:
            command += ["--no-index", "--find-links", str(wheels)]
        elif packages.index:
            command += ["--index" if self.uv else "--extra-index-url", packages.index]
        return command

    def variables(self, temporary: Path) -> dict[str, str]:
        """Environment variables for its programs, whose downloads are to lie in ``temporary``."""
        places = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(temporary))
        # Some people's pip installs for the user by default, which an environment refuses.
        return {**places, "PIP_USER": "0", **(_settings_for_uv(os.environ) if self.uv else {})}


def find_installer() -> Installer:
    """uv where it is on the search path or in its usual places, else pip."""
    usual = os.pathsep.join(str(Path.home() / folder) for folder in (".local/bin", ".cargo/bin"))
    found = shutil.which("uv") or shutil.which("uv", path=usual)
    return Installer(str(Path(found).absolute()) if found else "")


class InstallProgress:
    """How far an installer is with one list, from the lines it writes and the files it makes."""

    def __init__(self, count: int, folder: Path, temporary: Path) -> None:
        """``count`` packages go into the environment in ``folder``; pip's downloads lie in ``temporary``."""
        self.stage = "Downloading"
        self._count, self._folder, self._temporary = max(count, 1), folder, temporary
        self._before = self._installed()
        self._seen = set[str]()
        self._download: tuple[str, float] = ("", 1.0)  # file name and bytes
        self._installing = False

    def read(self, lines: list[str]) -> None:
        """Take notice of new lines."""
        for line in lines:
            if found := _PACKAGE.match(line):
                name = found[1].replace("_", "-").lower()
                self._seen.add(name)
                self.stage = f"Downloading {name}"
            if found := _FILE.match(line):
                self._download = (found[1], float(found[2]) * _UNITS[found[3]])
            if _UNPACKING.match(line):
                self._installing = True
                self.stage = "Unpacking"

    @property
    def fraction(self) -> float:
        """Of this list, 0 to 1."""
        if self._installing:
            done = min(self._installed() - self._before, self._count) / self._count
            return _DOWNLOAD_SHARE + (1 - _DOWNLOAD_SHARE) * done
        begun = max(len(self._seen) - 1, 0) + (self._part() if self._seen else 0)
        return _DOWNLOAD_SHARE * min(begun / self._count, 1.0)

    def _part(self) -> float:
        """Of the file that pip is downloading."""
        name, size = self._download
        found = next(self._temporary.glob(f"pip-unpack-*/{name}"), None) if name else None
        return min(found.stat().st_size / size, 1.0) if found else 0.0

    def _installed(self) -> int:
        places = ("Lib/site-packages",) if os.name == "nt" else ("lib/python3.*/site-packages",)
        return sum(1 for place in places for _ in self._folder.glob(f"{place}/*.dist-info"))


# What the output of pip and uv says -> what the user is told; the first that fits.
_MEANINGS = (
    (r"No space left on device|not enough space on the disk|os error 28", "The disk is full."),
    (
        r"Windows Long Path",
        "The path of Blender's user folder is too long for Windows: allow long paths in Windows and try again.",
    ),
    (
        r"DO NOT MATCH THE HASHES[^=]*?\s([\w.-]+)==(\S+)|Hash mismatch for `([\w.-]+)==([^`]+)`",
        "The file of {} {} is not the one Likeness was made with, and was not installed.",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|invalid peer certificate|UnknownIssuer",
        "{source} shows a certificate that this computer does not trust: "
        "name your company's certificates in SSL_CERT_FILE and start Blender again.",
    ),
    (r"407 Proxy|ProxyError|proxy.*(?:refused|failed)", "The proxy lets nothing through: check HTTPS_PROXY."),
    (
        r"NewConnectionError|ConnectTimeoutError|NameResolutionError|Failed to establish|error sending request"
        r"|Read timed out|ReadTimeoutError|ConnectionResetError|error decoding response body",
        "{source} cannot be reached: check the connection and try again.",
    ),
)
_MISSING = (
    r"No matching distribution found for ([\w.-]+)==(\S+)",
    r"you require ([\w.-]+)==([^\s,]+)",
)


def explain(lines: list[str], source: str) -> str:
    """Why an installer failed, in one sentence for the user; "" where its output says nothing known.

    ``source`` is where the packages were to come from, to begin a sentence with.
    """
    text = "\n".join(lines)
    for pattern, sentence in _MEANINGS:
        if found := re.search(pattern, text):
            return sentence.format(*filter(None, found.groups()), source=source)
    for pattern in _MISSING:
        if found := re.search(pattern, text):
            return f"{source} has no wheel of {found[1]} {found[2]} that fits this computer and its Python."
    return ""


def _settings_for_uv(environment: Mapping[str, str]) -> dict[str, str]:
    settings = {
        new: environment[old] for old, new in _UV_NAMES.items() if old in environment and new not in environment
    }
    if "UV_FIND_LINKS" in settings:
        settings["UV_FIND_LINKS"] = ",".join(settings["UV_FIND_LINKS"].split())
    return settings
