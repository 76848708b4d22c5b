"""What an environment of the engine is made of: the lock lists, and which of them a build needs on which computer.

The lists hold exact versions with the hashes of their files, written by ``make locks`` from ``requirements/``.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from ...errors import LikenessError

LOCKS = Path(__file__).parents[1] / "locks"
COMMON = "common.txt"
UV = "uv.txt"  # for no environment: the program that makes one where there is neither it nor a fitting Python
TORCH_INDEX = "https://download.pytorch.org/whl/"
GIGABYTE = 10**9
CPU, CUDA, APPLE = BUILDS = ("cpu", "cuda", "apple")


@dataclass(frozen=True)
class Packages:
    """A lock list and where its files come from."""

    path: Path
    index: str = ""  # asked before the usual package index, if any

    @property
    def names(self) -> list[str]:
        """The packages of the list, some of them perhaps for other computers."""
        return list(self.versions)

    @property
    def versions(self) -> dict[str, str]:
        """The version of each package of the list."""
        return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", self._text, flags=re.MULTILINE))

    @property
    def hashes(self) -> frozenset[str]:
        """The SHA-256 of all files of all packages."""
        return frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})\b", self._text))

    @property
    def hashed(self) -> bool:
        """Whether the hash of every file is known."""
        return "--hash=" in self._text

    @property
    def _text(self) -> str:
        return self.path.read_text(encoding="utf-8")


@dataclass(frozen=True)
class EngineBuild:
    """All packages of an engine, and the room that installing them needs."""

    name: str
    packages: tuple[Packages, ...]
    space: int  # bytes free while installing: the downloads and the environment


# (build, system as `sys.platform` names it) -> list of PyTorch, its index below TORCH_INDEX, space in GB.
_TORCH = {
    (CPU, "linux"): ("torch-cpu-linux.txt", "cpu", 2.5),
    (CPU, "win32"): ("torch.txt", "", 2.5),
    (CUDA, "linux"): ("torch-cuda-linux.txt", "", 12),
    (CUDA, "win32"): ("torch-cuda-windows.txt", "cu130", 12),
    (APPLE, "darwin"): ("torch.txt", "", 2.5),
}
_BUILD_OF_SYSTEM = {"darwin": APPLE}


def default_build(system: str) -> str:
    """The build that works on every computer of a system."""
    return _BUILD_OF_SYSTEM.get(system, CPU)


def find_build(name: str, system: str) -> EngineBuild:
    """A build by its name, for a system as `sys.platform` names it.

    Raises:
        LikenessError: there is none for that system.
    """
    if (name, system) not in _TORCH:
        others = " or ".join(build.upper() for build, its in _TORCH if its == system and build != name)
        advice = f"choose {others}" if others else "use a Python of your own"
        raise LikenessError(f"There is no {name.upper()} build of the engine for this computer: {advice}.")
    torch, index, space = _TORCH[name, system]
    lists = Packages(LOCKS / COMMON), Packages(LOCKS / torch, TORCH_INDEX + index if index else "")
    return EngineBuild(name, lists, int(space * GIGABYTE))


def fingerprint(build: EngineBuild) -> str:
    """Changes when the lists do: an environment with another one is out of date."""
    digest = hashlib.sha256()
    for packages in build.packages:
        # A checkout may have other line ends than the extension.
        digest.update(packages.path.read_text(encoding="utf-8").encode("utf-8"))
    return digest.hexdigest()[:16]
