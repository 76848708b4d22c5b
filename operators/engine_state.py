"""What is known of the engine without touching the disk: panels ask at every redraw. Refreshed by what changes it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import bpy

from ..engine.installing import builds
from ..engine.installing.builds import EngineBuild, find_build, fingerprint
from ..engine.installing.environment import Installed, interpreter_in, read_installed, supported_versions
from ..engine.installing.workplace import kept_downloads
from ..errors import LikenessError
from . import engine_host

BUILD_LABELS = {builds.CPU: "CPU", builds.CUDA: "CUDA", builds.APPLE: "Apple"}
# The builds to choose from, for an enumeration.
BUILD_ITEMS = (
    (builds.CPU, "CPU", "Works on every computer; the smallest download"),
    (builds.CUDA, "NVIDIA (CUDA)", "Faster with an NVIDIA graphics card; a large download"),
    (builds.APPLE, "Apple", "For Apple computers with a chip of Apple's own"),
)
PYTHONS = supported_versions()


@dataclass(frozen=True)
class EngineState:
    """The installed engine."""

    installed: Installed | None
    outdated: bool  # made from lists of packages that are not those of this version
    downloads: bool = False  # an installation that did not succeed has left what it had fetched


_state = EngineState(None, False)


def current() -> EngineState:
    """The state as of the last refresh."""
    return _state


def refresh() -> None:
    """Look again, after anything was installed, removed or chosen; the engine of before ends."""
    global _state
    engine_host.shutdown()
    installed = read_installed(engine_host.engine_folder())
    build = find_or_none(installed.build) if installed else None
    outdated = installed is not None and build is not None and installed.lists != fingerprint(build)
    _state = EngineState(installed, outdated, kept_downloads(engine_host.engine_folder()) is not None)


def find_or_none(build: str) -> EngineBuild | None:
    """A build for this computer, or None where there is none of that name."""
    try:
        return find_build(build, sys.platform)
    except LikenessError:
        return None


def default_build() -> str:
    """The build that works on every computer of this kind."""
    return builds.default_build(sys.platform)


def summary() -> str:
    """The installed engine in a few words."""
    installed = _state.installed
    if installed is None:
        return "not installed"
    details = [BUILD_LABELS.get(installed.build, ""), gigabytes(installed.size) if installed.size else ""]
    known = ", ".join(filter(None, details))
    return f"ready ({known})" if known else "ready"


def gigabytes(count: float) -> str:
    """Bytes for the user."""
    return f"{count / 1e9:.1f} GB"


def resolved_interpreter(path: str) -> str:
    """A path that the user chose, as that of a Python: an environment's folder stands for the Python in it."""
    return str(interpreter_in(Path(bpy.path.abspath(path)))) if path else ""


def register() -> None:
    """Look for the first time."""
    refresh()


def unregister() -> None:
    """Forget it."""
    global _state
    _state = EngineState(None, False)
