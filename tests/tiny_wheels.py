"""Tiny wheels under the names of the engine's libraries, lock lists for them, and stand-ins for programs."""

from __future__ import annotations

import base64
import hashlib
import sys
import zipfile
from pathlib import Path

# Distribution -> the module that the engine imports from it.
COMMON = {
    "mediapipe": "mediapipe.python.solutions",
    "opencv": "cv2",
    "numpy": "numpy",
    "scipy": "scipy",
    "pillow": "PIL",
}
COMMON |= {"openexr": "OpenEXR"}
TORCH = {"torch": "torch"}


def write_wheel(folder: Path, name: str, module: str, code: str = "", version: str = "1.0") -> Path:
    """A wheel for any Python whose only module holds ``code``."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    files = {
        f"{module.replace('.', '/')}.py": code,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},sha256={_digest(text)},{len(text)}\n" for name, text in files.items())
    with zipfile.ZipFile(path, "w") as wheel:
        for file, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            wheel.writestr(file, text)
    return path


def write_wheels(folder: Path, lists: Path) -> None:
    """All wheels into ``folder``, and into ``lists`` the lock lists that a CPU build on this system asks for."""
    folder.mkdir(parents=True, exist_ok=True)
    lists.mkdir(parents=True, exist_ok=True)
    for packages, names in ((COMMON, ["common.txt"]), (TORCH, ["torch.txt", "torch-cpu-linux.txt"])):
        entries = [lock_entry(write_wheel(folder, name, module)) for name, module in packages.items()]
        for name in names:
            (lists / name).write_text("".join(entries), encoding="utf-8")


def lock_entry(wheel: Path) -> str:
    """The line of a lock list for a wheel."""
    name, version = wheel.name.split("-")[:2]
    return f"{name}=={version} \\\n    --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def write_program(path: Path, code: str) -> Path:
    """An executable of Python code; its shebang needs a path without spaces."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{Path(sys.executable)}\n{code}", encoding="utf-8")
    path.chmod(0o755)
    return path


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
