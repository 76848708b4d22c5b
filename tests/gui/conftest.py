"""Fixtures of the tests in a window: Blender is there or the test is skipped, the zip, photos and a finished result."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from gui.window import Ending, build_extension, missing_programs, run_scenario
from likeness.inference.pipeline import PipelineOptions, reconstruct
from likeness.result.folder import write_reconstruction
from PIL import Image

REPOSITORY = Path(__file__).resolve().parents[2]
SCENARIOS = Path(__file__).parent / "scenarios"

Play = Callable[..., Ending]


@pytest.fixture(scope="session")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension's zip, built from this repository."""
    if missing := missing_programs():
        pytest.skip(f"no window to test in: {', '.join(missing)} not found")
    return build_extension(REPOSITORY, tmp_path_factory.mktemp("extension"))


@pytest.fixture
def play(extension: Path, tmp_path: Path) -> Play:
    """Run a scenario of ``scenarios/`` by its name, as `run_scenario` does; fails the test if it has a problem."""

    def play(name: str, *arguments: object, **options: object) -> Ending:
        interpreter = os.environ.get("LIKENESS_ENGINE_PYTHON", sys.executable)
        ending = run_scenario(
            SCENARIOS / f"{name}.py",
            *map(str, arguments),
            extension=extension,
            interpreter=interpreter,
            folder=tmp_path / "window",
            **options,
        )
        print("\n".join(f"{figure}: {value}" for figure, value in ending.figures.items()))
        assert not ending.problem, f"{ending.problem}\n{ending.output[-4000:]}"
        assert "Traceback" not in ending.output, ending.output[-4000:]
        return ending

    return play


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A portrait of 512 pixels."""
    from skimage import data

    path = tmp_path_factory.mktemp("photo") / "astronaut.png"
    Image.fromarray(data.astronaut()).save(path)
    return path


@pytest.fixture(scope="session")
def result(photo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The result folder of the portrait, as the engine writes it."""
    folder = tmp_path_factory.mktemp("result") / "astronaut.likeness"
    write_reconstruction(reconstruct(photo, PipelineOptions(texture_size=1024)), folder)
    return folder


def number(ending: Ending, name: str) -> float:
    """A figure that a scenario reported."""
    return float(ending.figures[name])
