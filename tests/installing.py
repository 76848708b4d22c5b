"""Somewhere to install a tiny engine, and waiting for it."""

from __future__ import annotations

import os
import shutil
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from likeness.engine.installing import builds, environment, interpreters
from likeness.engine.installing.background import Background
from likeness.engine.installing.installation import Order
from likeness.engine.installing.installer import Installer
from tiny_wheels import lock_entry, write_wheels

UV = shutil.which("uv", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")

# uv, but what installs goes on for ever, in a child of its own.
SLOW = """
import os, pathlib, subprocess, sys, time
if "venv" in sys.argv:
    raise SystemExit(subprocess.call([{uv!r}, *sys.argv[1:]]))
worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path("worker").write_text(str(worker.pid))
worker.wait()
"""
SCRIPT = """
import pathlib, sys, time
from likeness.engine.installing import builds, environment, installation, interpreters
from likeness.engine.installing.installer import Installer
builds.LOCKS = pathlib.Path({lists!r})
interpreters.LOCKED = environment.SUPPORTED = (sys.version_info[:2],)
installation.find_installer = lambda: Installer({program!r})
order = installation.Order(pathlib.Path({folder!r}), {build!r}, pathlib.Path({log!r}), pathlib.Path({wheels!r}), False)
task = installation.start_installation(order)
while not task.poll().finished:
    time.sleep(0.1)
"""


@dataclass(frozen=True)
class Place:
    """Where to install from and to."""

    order: Order
    lists: Path

    @property
    def folder(self) -> Path:
        return self.order.folder

    @property
    def wheels(self) -> Path:
        assert self.order.wheels is not None
        return self.order.wheels

    def changed(self, **changes: Any) -> Order:
        """The order with something else in it."""
        return replace(self.order, **changes)

    def lock(self, name: str, wheel: Path) -> None:
        """Write a lock list that holds one wheel."""
        (self.lists / name).write_text(lock_entry(wheel), encoding="utf-8")

    def script(self, installer: Installer) -> str:
        """A program that installs, as another Blender would."""
        order = {name: str(value) for name, value in vars(self.order).items()}
        return SCRIPT.format(**order, lists=str(self.lists), program=installer.uv)


def make_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Wheels and lists for a tiny engine; this Python counts as suitable, whatever it is."""
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setattr(interpreters, "LOCKED", (tuple(sys.version_info[:2]),))
    monkeypatch.setattr(environment, "SUPPORTED", (tuple(sys.version_info[:2]),))
    monkeypatch.setattr(builds, "LOCKS", tmp_path / "lists")
    wheels = tmp_path / "Jürgen Müller 张" / "wheels"
    write_wheels(wheels, tmp_path / "lists")
    user = tmp_path / "Jürgen Müller 张" / "likeness"
    build = builds.default_build(sys.platform)
    return Place(Order(user / "engine", build, tmp_path / "logs" / "install.log", wheels, False), tmp_path / "lists")


def python_of(folder: Path) -> Path:
    """The Python of an installed environment."""
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python3")


def left_in(folder: Path) -> list[str]:
    """What is in a folder, once what was thrown away has gone."""
    end = time.monotonic() + 20
    while any(path.name.startswith(environment.TRASH) for path in folder.iterdir()) and time.monotonic() < end:
        time.sleep(0.02)
    return sorted(path.name for path in folder.iterdir())


def finish(task: Background) -> tuple[list[tuple[str, float]], dict[str, Any]]:
    """Wait for a task: all stages with their fractions, and the result."""
    stages, end = [], time.monotonic() + 120
    while time.monotonic() < end:
        update = task.poll()
        stages.append((update.stage, update.fraction))
        if update.finished:
            return stages, update.result
        time.sleep(0.02)
    raise AssertionError("the task does not end")
