"""The engine that is not real, for the command line inside Blender."""

from __future__ import annotations

from blender_engine import photo, use_engine  # noqa: F401  # fixtures
