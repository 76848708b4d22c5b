"""Fetching uv, which brings a Python of its own, where this computer has neither uv nor a Python that serves.

The package index has it as a wheel with the program in it; its version and the hashes of its files are in `builds.UV`.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import sys
import sysconfig
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from ...errors import LikenessError
from ...network.download import download
from . import builds
from .background import Background
from .builds import Packages
from .installer import WRONG_FILE
from .interpreters import WRONG_KIND, locked_versions
from .pip_settings import indexes

# System and processor -> the end of the wheel's name. Elsewhere the engine's libraries have no wheels either.
_WHEELS = {
    ("linux", "x86_64"): "manylinux2014_x86_64.whl",
    ("darwin", "arm64"): "macosx_11_0_arm64.whl",
    ("win32", "amd64"): "win_amd64.whl",
}
_PROGRAM = "uv.exe" if os.name == "nt" else "uv"


def fetch_uv(task: Background, downloads: Path, place: Path, end: float) -> Path:
    """The program, in ``place``; its wheel stays in ``downloads``, and is not fetched again if it is there.

    Raises:
        LikenessError: there is none for this computer, it cannot be reached, or it is not the one of the list.
        Cancelled: the user wanted it to stop.
    """
    packages = Packages(builds.LOCKS / builds.UV)
    wheel = downloads / "uv.whl"
    task.tell("Downloading uv", 0.0)

    def received(done: int, total: int | None) -> None:
        task.check_cancelled()
        if total:
            task.tell(f"Downloading uv: {done / 1e6:.0f} of {total / 1e6:.0f} MB", end * done / total)

    if not _is_listed(wheel, packages):
        ending = _ending()

        def fetch() -> None:
            download(_find(packages.versions["uv"], ending, place / "uv.html"), wheel, received)

        task.wait_for(fetch)
        if not _is_listed(wheel, packages):
            wheel.unlink()
            raise LikenessError(WRONG_FILE.format("uv", packages.versions["uv"]))
    return _unpack(wheel, place)


def _ending() -> str:
    computer = sys.platform, platform.machine().lower()
    if computer not in _WHEELS:
        raise LikenessError(WRONG_KIND.format(sysconfig.get_platform()))
    return _WHEELS[computer]


def _find(version: str, ending: str, page: Path) -> str:
    """The address of the wheel: the first index that has it gives it."""
    fault = None
    for index in filter(lambda address: address.startswith("http"), indexes()):
        address = f"{index.rstrip('/')}/uv/"
        try:
            base = download(address, page)
        except LikenessError as error:
            fault = fault or error
            continue
        # What is to be asked with a password is named without.
        base = address if urlsplit(base).hostname == urlsplit(address).hostname else base
        for link in _links(page):
            name = unquote(urlsplit(link).path).rpartition("/")[2]
            if name.startswith(f"uv-{version}-") and name.endswith(ending):
                return urljoin(base, link)
    raise fault or LikenessError(
        f"The package index has no uv {version} for this computer: "
        f"install Python {locked_versions()}, or uv, and try again."
    )


def _links(page: Path) -> list[str]:
    found: list[str] = []

    class Links(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            if tag == "a" and (link := dict(attrs).get("href")):
                found.append(link)

    Links().feed(page.read_text(encoding="utf-8", errors="replace"))
    return found


def _is_listed(wheel: Path, packages: Packages) -> bool:
    return wheel.is_file() and hashlib.sha256(wheel.read_bytes()).hexdigest() in packages.hashes


def _unpack(wheel: Path, place: Path) -> Path:
    program = place / _PROGRAM
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(f".data/scripts/{_PROGRAM}"))
        with archive.open(name) as packed, program.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked)
    program.chmod(0o755)
    return program
