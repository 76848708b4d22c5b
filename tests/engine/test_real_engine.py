"""The whole engine once: the real worker of a package that lies elsewhere, on a real photo, cancelled and killed."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from likeness.engine.client import Engine
from likeness.engine.task import Cancelled
from likeness.errors import LikenessError
from likeness.inference.pipeline import PipelineOptions, reconstruct
from likeness.result.folder import read_reconstruction
from likeness.version import VERSION
from PIL import Image
from processes import children_running
from skimage import data
from waiting import result, wait

START_S = 120.0  # a cold start on a busy machine
CANCELLED_WITHIN_S = 6.0  # `Limits.kill` and a little

OPTIONS = {"model": "builtin", "quality": "draft", "texture_size": 512, "device": "cpu", "face": None}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose name is as awkward as users' names are."""
    return tmp_path_factory.mktemp("Jürgen 张 ' & $HOME")


@pytest.fixture(scope="module")
def photo(place: Path) -> Path:
    path = place / "Foto 写真.png"
    Image.fromarray(data.astronaut()).save(path)
    return path


@pytest.fixture(scope="module")
def engine(place: Path, elsewhere: Path) -> Iterator[Engine]:
    engine = Engine([sys.executable, "-I", "-u", str(elsewhere)], place / "Protokoll 日志" / "engine.log")
    engine.warm_up()
    yield engine
    engine.stop()


@pytest.mark.usefixtures("face_finder")
def test_a_result_is_the_same_as_in_this_process(engine: Engine, photo: Path, place: Path) -> None:
    stages: list[str] = []
    fractions: list[float] = []
    folder = place / "Gesicht 脸.likeness"
    job = engine.submit("reconstruct", photo=photo, out=folder, **OPTIONS)
    limit = time.monotonic() + START_S
    while not (update := job.poll()).finished and time.monotonic() < limit:
        stages.append(update.stage)
        fractions.append(update.fraction)
        time.sleep(0.01)
    assert engine.hello is not None
    assert engine.hello.version == VERSION
    assert {"Starting the engine", "fit"} <= set(stages)
    assert fractions == sorted(fractions)
    assert update.result["folder"] == str(folder)
    assert update.result["faces_found"] == 1
    assert update.result["device"] == "cpu"
    assert set(update.result["timings"]) == {"reading", "landmarks", "fit"}

    there, here = read_reconstruction(folder), reconstruct(photo, PipelineOptions(**OPTIONS))
    np.testing.assert_allclose(there.mesh.vertices, here.mesh.vertices, rtol=0, atol=1e-6)
    np.testing.assert_allclose(there.mesh.expression, here.mesh.expression, rtol=0, atol=1e-4)
    np.testing.assert_allclose(there.translation, here.translation, rtol=0, atol=1e-5)


@pytest.mark.usefixtures("face_finder")
def test_a_photo_that_is_none_is_one_sentence_and_the_engine_stays(engine: Engine, photo: Path, place: Path) -> None:
    with pytest.raises(LikenessError, match="There is no photo at"):
        result(engine.submit("reconstruct", photo=place / "nie 无.png", out=place / "never", **OPTIONS), START_S)
    found = result(engine.submit("find_faces", photo=photo, out=place / "Köpfe 头"), START_S)
    assert [Path(face["thumbnail"]).is_file() for face in found["faces"]] == [True]
    assert not (place / "never").exists()


@pytest.mark.usefixtures("face_finder")
def test_a_final_run_is_cancelled_and_leaves_nothing(engine: Engine, photo: Path, place: Path) -> None:
    options: dict[str, Any] = OPTIONS | {"quality": "final"}
    before = set(place.iterdir())
    job = engine.submit("reconstruct", photo=photo, out=place / "final", **options)
    wait(job, until=lambda update: update.stage == "fit", seconds=START_S)
    job.cancel()
    begun = time.monotonic()
    with pytest.raises(Cancelled):
        wait(job)
    assert time.monotonic() - begun < CANCELLED_WITHIN_S
    assert set(place.iterdir()) == before
    assert result(engine.submit("probe"), START_S)["devices"]["cpu"].startswith("works")


@pytest.mark.usefixtures("face_finder")
def test_a_killed_worker_is_told_and_the_next_one_works(engine: Engine, photo: Path, place: Path) -> None:
    job = engine.submit("reconstruct", photo=photo, out=place / "killed", **(OPTIONS | {"quality": "final"}))
    wait(job, until=lambda update: update.stage == "fit", seconds=START_S)
    (worker,) = children_running("launch.py")
    os.kill(worker, signal.SIGKILL)
    begun = time.monotonic()
    with pytest.raises(LikenessError, match=r"ended unexpectedly \(SIGKILL"):
        wait(job)
    assert time.monotonic() - begun < 1.0
    assert not (place / "killed").exists()
    assert result(engine.submit("probe"), START_S)["missing"] == []
