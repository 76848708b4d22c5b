"""The sphere."""

from __future__ import annotations

from unit_sphere import sphere  # noqa: F401  # a fixture
