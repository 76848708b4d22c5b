"""How far pip or uv is, from the lines it writes and the files it makes. Standard library only."""

from __future__ import annotations

import os
import re
import time

from .environment import size
from .workplace import Site

# Part of the work of one list; unpacking PyTorch takes long, too.
_DOWNLOAD_SHARE = 0.75
# "Collecting scipy==1.17.1 (from ...)", "Downloading scipy-1.17.1-cp311-....whl (35.1 MB)", " Downloaded scipy"
_PACKAGE = re.compile(r"\s*(?:Collecting|Downloading|Downloaded) (?:\S*/)?([A-Za-z]\w*(?:[-.][A-Za-z]\w*)*)")
_FILE = re.compile(r"\s*Downloading (?:\S*/)?(\S+\.whl) \(([\d.]+) ([kMG])B\)")
# uv tells all large files when it begins with them: "Downloading torch (2.1GiB)"
_BEGUN = re.compile(r"\s*Downloading (\S+) \(([\d.]+)([KMG])iB\)")
_ARRIVED = re.compile(r"\s*Downloaded (\S+)")
_UNPACKING = re.compile(r"Installing collected|Prepared ")
_UNITS = {"k": 1e3, "K": 2**10, "M": 1e6, "G": 1e9}
# uv unpacks while it downloads: libraries have this many times the size of their wheels, about.
_UNPACKED, _MEASURING_PERIOD_S = 2.5, 2.0


class InstallProgress:
    """How far an installer is with one list, from the lines it writes and the files it makes."""

    def __init__(self, count: int, site: Site) -> None:
        """``count`` packages are to be installed."""
        self.stage = "Downloading"
        self._count, self._site = max(count, 1), site
        self._before = self._installed()
        self._seen = set[str]()
        self._download: tuple[str, float] = ("", 1.0)  # file name and bytes, of pip
        self._begun: dict[str, float] = {}  # bytes of the large files, of uv
        self._arrived = set[str]()
        self._measured = 0.0, 0.0  # when, and bytes
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
            if found := _BEGUN.match(line):
                self._begun[found[1]] = float(found[2]) * _UNITS[found[3]]
            if found := _ARRIVED.match(line):
                self._arrived.add(found[1])
            if missing := {name: count for name, count in self._begun.items() if name not in self._arrived}:
                self.stage = f"Downloading {max(missing, key=missing.__getitem__)}"
            if _UNPACKING.match(line):
                self._installing = True
                self.stage = "Unpacking"

    @property
    def fraction(self) -> float:
        """Of this list, 0 to 1."""
        if self._installing:
            done = min(self._installed() - self._before, self._count) / self._count
            return _DOWNLOAD_SHARE + (1 - _DOWNLOAD_SHARE) * done
        if self._begun:
            return _DOWNLOAD_SHARE * self._part_of_uv()
        begun = max(len(self._seen) - 1, 0) + (self._part() if self._seen else 0)
        return _DOWNLOAD_SHARE * min(begun / self._count, 1.0)

    def _part(self) -> float:
        """Of the file that pip is downloading."""
        name, whole = self._download
        found = next(self._site.place.glob(f"pip-unpack-*/{name}"), None) if name else None
        return min(found.stat().st_size / whole, 1.0) if found else 0.0

    def _part_of_uv(self) -> float:
        """Of the bytes that uv is downloading, many files at a time."""
        total = sum(self._begun.values())
        arrived = sum(count for name, count in self._begun.items() if name in self._arrived)
        when, _ = self._measured
        if time.monotonic() > when + _MEASURING_PERIOD_S:
            unpacked = sum(map(size, (self._site.downloads / "uv").glob(".tmp*")))
            self._measured = time.monotonic(), unpacked / _UNPACKED
        # The last of it is there when uv says so.
        return (arrived + min(self._measured[1], 0.95 * (total - arrived))) / total

    def _installed(self) -> int:
        places = ("Lib/site-packages",) if os.name == "nt" else ("lib/python3.*/site-packages",)
        return sum(1 for place in places for _ in self._site.env.glob(f"{place}/*.dist-info"))
