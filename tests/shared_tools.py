"""The reference data's own scripts, which are not part of the repository."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType


def tool(shared: Path, name: str) -> ModuleType:
    """A module of the reference data's tools."""
    spec = importlib.util.spec_from_file_location(name, shared / "tools" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
