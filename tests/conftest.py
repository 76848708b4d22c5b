"""What all tests share: the reference data's folder, a portrait, no network, and a clean way out after bpy."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import installed
import numpy as np
import pytest
from bfm_fixture import bfm_files, bfm_model, bfm_model_file  # noqa: F401 (fixtures of all tests)
from hypothesis import settings
from ict_fixture import ict_file, ict_model, ict_model_file  # noqa: F401

REPOSITORY = Path(__file__).resolve().parent.parent
# Small tensors: more threads than this cost time, and results should not depend on the machine's core count.
os.environ.setdefault("OMP_NUM_THREADS", "2")
# A shell's background jobs ignore Ctrl-C, which tests raise.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# bpy has wheels for one version of Python only, and beside it the engine's libraries may be absent: the rest is tested.
NEEDING = {
    "bpy": ["scene/*", "operators/*", "panels/*", "cli/test_blender_command.py"],
    "torch": [
        *("engine/test_actions.py", "engine/test_model_actions.py", "engine/test_real_engine.py"),
        "bfm/formats/ict_facekit/test_head.py",
    ],
}
_absent = {library: needing for library, needing in NEEDING.items() if not find_spec(library)}
collect_ignore_glob = [pattern for needing in _absent.values() for pattern in needing]
if installed.ZIP:
    installed.install()

settings.register_profile("likeness", deadline=None)  # a busy machine is no fault
settings.load_profile("likeness")

_exit_status = pytest.StashKey[int]()


def pytest_report_header() -> list[str]:
    """What is left out, and why."""
    return [f"left out without {library}: {', '.join(needing)}" for library, needing in _absent.items()]


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """Reference data and photos that do not belong to the repository; skips where they are absent."""
    folder = Path(os.environ.get("LIKENESS_SHARED", REPOSITORY.parent / "shared"))
    if not folder.is_dir():
        pytest.skip(f"no reference data: {folder} is absent and LIKENESS_SHARED names no other folder")
    return folder


@pytest.fixture(scope="session")
def face_finder() -> None:
    """MediaPipe, which finds the faces; skips where it is not installed, as with Python 3.13."""
    from likeness.inference.detectors import mediapipe_models

    if not mediapipe_models.available():
        pytest.skip("no face finder: MediaPipe 0.10.21 is not installed")


@pytest.fixture
def photo_astronaut() -> np.ndarray:
    """NASA's portrait of Eileen Collins (512, 512, 3) uint8 sRGB, public domain, shipped with scikit-image."""
    data = pytest.importorskip("skimage.data", reason="scikit-image, which has the portrait, is not installed")
    return data.astronaut().copy()


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Likeness works offline: a test that opens a network connection fails."""
    allowed = {"127.0.0.1"} if "loopback" in request.fixturenames else set()

    def refuse(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in allowed:
            raise AssertionError(f"a test tried to reach {address}")
        original(self, address)

    original = socket.socket.connect
    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """This test may connect to 127.0.0.1, and does so without a proxy."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The user's own configuration and caches neither change a test nor are changed by one."""
    home = tmp_path_factory.getbasetemp() / "home"
    home.mkdir(exist_ok=True)
    for variable in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, str(home))
    monkeypatch.setenv("LIKENESS_MODELS", str(tmp_path_factory.mktemp("models")))
    if not installed.ZIP:  # which has a profile of its own, with the extension in it
        monkeypatch.setenv("BLENDER_USER_RESOURCES", str(home))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """The root of a disk of two megabytes; skips where the user may not mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    try:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True)
    except OSError:
        pytest.skip("no mount on this system")
    if mounted.returncode:
        pytest.skip("mounting a disk takes an administrator")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.fixture
def empty_file() -> None:
    """A Blender file without objects; the preferences stay, and so does an installed extension."""
    bpy = pytest.importorskip("bpy", reason="Blender's Python module is not installed")
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)


@pytest.fixture
def own_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The test's library of face models is what Blender shows, and an empty one afterwards."""
    from likeness.operators import library_state

    library_state.refresh()
    yield
    monkeypatch.undo()  # what the test has replaced must not hear of this
    monkeypatch.setenv("LIKENESS_MODELS", str(tmp_path / "no models"))
    library_state.refresh()


@pytest.fixture
def enabled() -> Iterator[None]:
    """The extension is enabled: the checkout's, or the one installed from LIKENESS_ZIP."""
    installed.enable()
    yield
    installed.disable()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[_exit_status] = int(exitstatus)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Blender as a module can crash or hang while the interpreter shuts down: leave without that."""
    if "bpy" in sys.modules:
        sys.stdout.flush()
        sys.stderr.flush()
        if installed.ZIP:
            installed.remove_profile()
        os._exit(config.stash.get(_exit_status, 0))
