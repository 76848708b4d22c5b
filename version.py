"""The version, which stands in ``blender_manifest.toml`` and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path

_MANIFEST = Path(__file__).with_name("blender_manifest.toml")
_LINE = re.search(r'^version = "([^"]+)"', _MANIFEST.read_text(encoding="utf-8"), flags=re.MULTILINE)
if _LINE is None:
    raise RuntimeError(f"{_MANIFEST} has no version line")
VERSION: str = _LINE.group(1)
