"""The sheet of the tests in two lights."""

from __future__ import annotations

import pytest
from sheets import Scene, scene


@pytest.fixture(scope="module")
def side_light() -> Scene:
    return scene(ambient=0.45, sideways=0.5, frontal=0.25)


@pytest.fixture(scope="module")
def soft_light() -> Scene:
    return scene(ambient=0.9, sideways=0.0, frontal=0.0)
