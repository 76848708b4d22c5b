"""Installing the engine: its environment is built beside its place, proved, and only then put there."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ...errors import LikenessError
from ...network.proxies import proxy_variables
from .background import Background, Watch
from .builds import TORCH_INDEX, EngineBuild, Packages, find_build, fingerprint
from .environment import (
    CHECK_TIMEOUT_S,
    check_command,
    discard,
    dotted,
    interpreter_in,
    move,
    verdict,
    write_record,
)
from .install_progress import InstallProgress
from .installer import Installer, explain, find_installer
from .interpreters import LOCKED, Interpreter, find_interpreter, locked_versions
from .pip_settings import indexes
from .uv_program import fetch_uv
from .workplace import Site, replace, require_space, workplace

# Of the whole: where each part of the work ends.
UV_FETCHED, CREATED, COMMON_INSTALLED, INSTALLED, PROVED = 0.02, 0.05, 0.35, 0.9, 0.99


@dataclass(frozen=True)
class Order:
    """What to install where."""

    folder: Path  # where the environment is to be; beside it lies what is being built
    build: str  # one of BUILDS
    log: Path  # for the output of the programs; what it held is lost
    wheels: Path | None  # folder of wheels to install from, without the internet; None to download them
    online: bool  # whether the internet may be used


def start_installation(order: Order) -> Background:
    """Install the engine; an environment that is there already serves until the new one is proved.

    The result is ``{"interpreter": str}``.
    """
    return Background(lambda task: _install(task, order))


def _install(task: Background, order: Order) -> dict[str, Any]:
    build = find_build(order.build, sys.platform)
    _check_source(order)
    order.log.parent.mkdir(parents=True, exist_ok=True)
    order.log.write_bytes(b"")
    with workplace(order.folder) as site:
        require_space(site.place, build)
        _fill(_Work(task, order, site), build)
        task.tell("Trying the engine", INSTALLED)
        _try_libraries(task, interpreter_in(site.env), order.log)
        task.tell("Putting it in place", PROVED)
        write_record(site.env, build.name, fingerprint(build))
        task.check_cancelled()
        replace(order.folder, site.env)
        with contextlib.suppress(OSError):  # something is looking into them
            discard(site.downloads)
    return {"interpreter": str(interpreter_in(order.folder))}


def _check_source(order: Order) -> None:
    if order.wheels is not None and not order.wheels.is_dir():
        raise LikenessError(f"There is no folder {order.wheels} to install the engine from.")
    if order.wheels is None and not order.online:
        raise LikenessError(
            "Downloading the engine needs online access, which Blender does not allow now: "
            "allow it in the preferences under System > Network, or choose a Wheels Folder."
        )


@dataclass(frozen=True)
class _Work:
    """One installation that goes on."""

    task: Background
    order: Order
    site: Site

    def run(self, installer: Installer, command: list[str], source: str, watch: Watch = lambda _: None) -> None:
        """Run a command of an installer; ``source`` is where it gets things from, as one says it."""
        variables = installer.variables(self.site)
        if self.order.online:
            variables = {**_proxies(), **installer.certificates(self.site), **variables}
        status, lines = self.task.run(command, self.order.log, self.site.place, variables, watch)
        if status != 0:
            sentence = explain(lines, source) or "The installer failed for an unknown reason."
            raise LikenessError(f"{sentence} Its log is {self.order.log}.")


def _fill(work: _Work, build: EngineBuild) -> None:
    """Make the environment with all packages of the build."""
    installer = _make_environment(work)
    ends = CREATED, COMMON_INSTALLED, INSTALLED
    for packages, start, end in zip(build.packages, ends, ends[1:], strict=False):
        progress = InstallProgress(len(packages.names), work.site)

        def watch(
            lines: list[str], progress: InstallProgress = progress, start: float = start, end: float = end
        ) -> None:
            progress.read(lines)
            work.task.tell(progress.stage, start + (end - start) * progress.fraction)

        command = installer.install(work.site, packages, work.order.wheels)
        work.run(installer, command, _source(packages, work.order), watch)


def _make_environment(work: _Work) -> Installer:
    """Make an empty environment of a Python of this computer, else of one that uv fetches; what can fill it."""
    installer = find_installer()
    work.task.tell("Looking for Python", 0.0)
    base = find_interpreter(with_uv=bool(installer.uv))
    if not (installer.uv or (base and base.makes_environments)):
        _require_online(base, work.order)
        program = fetch_uv(work.task, work.site.downloads, work.site.place, end=UV_FETCHED)
        installer = Installer(str(program), fetched=True)
    if base is not None:
        work.task.tell("Preparing", UV_FETCHED)
        work.run(installer, installer.create(base.path, work.site), "The package index")
        return installer
    _require_online(base, work.order)
    version = dotted(LOCKED[0])
    work.task.tell(f"Downloading Python {version}", UV_FETCHED)
    work.run(installer, installer.fetch_python(version), "The download of Python")
    # It can be moved anywhere, so it is the environment, and not the base of one that would need it in its place.
    found = {path.resolve() for path in work.site.pythons.iterdir() if interpreter_in(path) != path}
    move(found.pop(), work.site.env)
    return installer


def _require_online(base: Interpreter | None, order: Order) -> None:
    """Raise `LikenessError` where a Python or uv is to be fetched and must not."""
    if order.online:
        return
    allow = "allow Blender online access, which fetches it"
    if base is None:
        raise LikenessError(
            f"The engine needs Python {locked_versions()}, and this computer has none: {allow}, or install it."
        )
    package = f"python{dotted(base.version)}-venv"
    raise LikenessError(f"{base.path} cannot make environments: {allow}, or install the package {package}, or uv.")


def _source(packages: Packages, order: Order) -> str:
    """Where packages come from, to begin a sentence with."""
    if order.wheels is not None:
        return f"The folder {order.wheels}"
    return urlsplit(packages.index).hostname or "The package index"


def _proxies() -> dict[str, str]:
    return proxy_variables(urlsplit(address).hostname or "" for address in (*indexes(), TORCH_INDEX))


def start_check(python: Path, log: Path) -> Background:
    """Find out whether a Python can run the engine, as a task: it fails with the reason, or its result is empty."""
    log.write_bytes(b"")
    return Background(lambda task: _try_libraries(task, python, log))


def _try_libraries(task: Background, python: Path, log: Path) -> dict[str, Any]:
    """Import all libraries once; in a new environment that also compiles them, so that the first start is quick."""
    if not python.is_file():
        raise LikenessError(f"There is no Python at {python}.")
    try:
        _, lines = task.run(check_command(python), log, log.parent, {}, lambda _: None, CHECK_TIMEOUT_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LikenessError(f"{python} does not run or takes too long.") from error
    if problem := verdict(python, "\n".join(lines)):
        raise LikenessError(problem)
    return {}
