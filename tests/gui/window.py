"""A real Blender in a window on a screen of its own, for tests and pictures. Standard library only.

`run_scenario` starts a virtual screen and Blender with factory settings and an empty user folder, installs the
extension's zip there and runs a scenario in it: a Python file whose ``main`` is a generator, see `inside/driver.py`.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

INSIDE = Path(__file__).resolve().parent / "inside"
WINDOW_MANAGER = "openbox"  # gives popups their place; Blender gets along without one
UNDECORATED = """<openbox_config xmlns="http://openbox.org/3.4/rc">
<theme><keepBorder>no</keepBorder></theme><focus><focusNew>yes</focusNew></focus>
<applications><application class="*"><decor>no</decor><focus>yes</focus></application></applications>
</openbox_config>"""
FIGURE = "figure: "


@dataclass(frozen=True)
class Ending:
    """How a scenario ended."""

    problem: str  # empty if the scenario ran to its end
    output: str  # all that Blender printed
    figures: dict[str, str]  # what the scenario measured, by name


def blender() -> str:
    """The program that is tested: ``$BLENDER``, or the ``blender`` of the path."""
    return os.environ.get("BLENDER", "blender")


def missing_programs() -> list[str]:
    """The programs that a window needs and that are not there."""
    return [name for name in (blender(), "Xvfb", "xdotool", "import") if shutil.which(name) is None]


def build_extension(source: Path, folder: Path) -> Path:
    """The extension's zip, built by this Blender from the sources into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [blender(), "--command", "extension", "build", "--source-dir", str(source), "--output-dir", str(folder)]
    environment = os.environ | {"BLENDER_USER_RESOURCES": str(folder / "user")}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    if done.returncode:
        raise RuntimeError(f"the extension could not be built: {done.stdout}{done.stderr}")
    return next(folder.glob("*.zip"))


def run_scenario(
    scenario: Path,
    *arguments: str,
    extension: Path,
    interpreter: str,
    folder: Path,
    size: tuple[int, int] = (1280, 1000),
    limit: float = 300,
) -> Ending:
    """Run a scenario in a window of ``size`` pixels; whatever happens, nothing of it is left running.

    ``interpreter`` is the engine's Python. ``folder`` gets Blender's user folder, ``blender.log`` and, where the
    scenario did not get to its end, ``problem.png``, the screen at that moment. ``limit`` is in seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _screen(size) as display, (folder / "blender.log").open("w+", encoding="utf-8") as log:
        environment = os.environ | {
            "DISPLAY": display,
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "BLENDER_USER_RESOURCES": str(folder / "user"),
            "TMPDIR": str(folder),  # where Blender leaves a crash report
            "SCENARIO": str(scenario),
            "SCENARIO_FOLDER": str(folder),
            "SCENARIO_EXTENSION": str(extension),
            "SCENARIO_ENGINE": interpreter,
        }
        (folder / "user").mkdir(exist_ok=True)
        with _window_manager(environment, folder):
            geometry = ["--window-geometry", "0", "0", *map(str, size)]
            command = [blender(), "--factory-startup", *geometry, "--python-exit-code", "1"]
            command += ["--python", str(INSIDE / "driver.py"), "--", *arguments]
            problem = _watch(command, environment, folder, log.fileno(), limit)
        log.seek(0)
        output = log.read()
    lines = (line.removeprefix(FIGURE).partition("=") for line in output.splitlines() if line.startswith(FIGURE))
    return Ending(problem, output, {name.strip(): value.strip() for name, _, value in lines})


def _watch(command: list[str], environment: dict[str, str], folder: Path, log: int, limit: float) -> str:
    """Run Blender until it ends; returns what went wrong."""
    verdict = folder / "verdict"
    verdict.unlink(missing_ok=True)
    running = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        status = running.wait(limit)
    except subprocess.TimeoutExpired:
        subprocess.run(["import", "-silent", "-window", "root", str(folder / "problem.png")], env=environment)
        return f"not done within {limit:.0f} s"
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
    if not verdict.exists():
        return f"Blender died with status {status}"
    return verdict.read_text(encoding="utf-8") or (f"Blender crashed at its end, status {status}" if status else "")


@contextmanager
def _screen(size: tuple[int, int]) -> Iterator[str]:
    """A virtual screen nobody else sees; yields the name of its display."""
    reading, writing = os.pipe()
    geometry = f"{size[0]}x{size[1]}x24"
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", geometry, "-nolisten", "tcp", "-noreset"]
    server = subprocess.Popen(command, pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        ready, _, _ = select.select([reading], [], [], 30)
        number = os.read(reading, 16).decode().strip() if ready else ""
        if not number:
            raise RuntimeError("Xvfb gave no display")
        yield f":{number}"
    finally:
        os.close(reading)
        server.terminate()
        server.wait()


@contextmanager
def _window_manager(environment: dict[str, str], folder: Path) -> Iterator[None]:
    if shutil.which(WINDOW_MANAGER) is None:
        yield
        return
    settings = folder / "openbox.xml"
    settings.write_text(UNDECORATED, encoding="utf-8")
    command = [WINDOW_MANAGER, "--config-file", str(settings)]
    manager = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.3)  # it must be there before the window is
    try:
        yield
    finally:
        manager.terminate()
        manager.wait()
