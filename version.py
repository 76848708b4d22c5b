"""The extension's id and version, which stand in ``blender_manifest.toml`` and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path

_MANIFEST = Path(__file__).with_name("blender_manifest.toml")


def _stated(key: str) -> str:
    line = re.search(rf'^{key} = "([^"]+)"', _MANIFEST.read_text(encoding="utf-8"), flags=re.MULTILINE)
    if line is None:
        raise RuntimeError(f"{_MANIFEST} has no {key} line")
    return line.group(1)


ID: str = _stated("id")  # the command, the folder of the models and the data in a file of Blender are called so, too
VERSION: str = _stated("version")
