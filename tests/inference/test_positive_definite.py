"""Cholesky's solution against NumPy's in double precision; with threads set; where a system knows too little."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from likeness.inference.positive_definite import solve_positive_definite
from torch import Tensor

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture
def two_threads() -> Iterator[None]:
    """What a program that imports Likeness may have done."""
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def systems(batch: int, size: int, spread: float = 0.0, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Positive definite ones in double precision whose units spread over ``spread`` powers of ten to either side."""
    generator = torch.Generator().manual_seed(seed)
    root = torch.randn(batch, size, 2 * size, dtype=torch.float64, generator=generator)
    units = torch.logspace(-spread, spread, size, dtype=torch.float64)[:, None]
    right = torch.randn(batch, size, 3, dtype=torch.float64, generator=generator)
    return units * (root @ root.mT) * units.mT, units * right


def naive(matrix: Tensor, right: Tensor) -> np.ndarray:
    """One system after the other, by NumPy."""
    return np.stack([np.linalg.solve(a, b) for a, b in zip(matrix.numpy(), right.numpy(), strict=True)])


@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize(("batch", "size"), [(1, 9), (2, 100), (5, 157), (7, 203), (16, 260)])
@pytest.mark.parametrize(("kind", "close"), [(torch.float64, 1e-11), (torch.float32, 1e-4)])
def test_batches_with_threads_set(batch: int, size: int, kind: torch.dtype, close: float) -> None:
    matrix, right = systems(batch, size)
    for _ in range(3):
        found = solve_positive_definite(matrix.to(kind), right.to(kind)).double().numpy()
        expected = naive(matrix, right)
        assert np.abs(found - expected).max() < close * np.abs(expected).max()


def test_single_precision_survives_uneven_units() -> None:
    matrix, right = systems(2, 60, spread=6.0)
    found, expected = solve_positive_definite(matrix.float(), right.float()).double().numpy(), naive(matrix, right)
    assert np.median(np.abs(found - expected) / np.abs(expected)) < 1e-4


def test_what_a_system_does_not_know_stays_put_and_its_neighbours_are_untouched() -> None:
    """Of two unknowns only the sum is told in the second system, and nothing at all of the third unknown."""
    sure = torch.tensor([[2.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 4.0]])
    vague = torch.tensor([[4.0, 4.0, 0.0], [4.0, 4.0, 0.0], [0.0, 0.0, 0.0]])
    right = torch.tensor([[[1.0], [2.0], [3.0]], [[8.0], [8.0], [0.0]]])
    found = solve_positive_definite(torch.stack([sure, vague]), right)
    torch.testing.assert_close(found[0], solve_positive_definite(sure, right[0]))
    torch.testing.assert_close(found[1, :, 0], torch.tensor([1.0, 1.0, 0.0]), rtol=0, atol=1e-3)


@pytest.mark.parametrize("wrong", [-1.0, torch.nan])
def test_what_is_no_such_system_is_told(wrong: float) -> None:
    with pytest.raises(torch.linalg.LinAlgError, match="not positive definite"):
        solve_positive_definite(torch.diag(torch.tensor([1.0, wrong])), torch.ones(2, 1))


def test_a_program_that_sets_its_threads_can_fit(photo_astronaut: np.ndarray, tmp_path: Path) -> None:
    """In a process of its own, where that is done before anything of Likeness; focal lengths are tried as a batch."""
    np.save(tmp_path / "photo.npy", photo_astronaut)
    code = f"""if True:
        import torch
        torch.set_num_threads(2)
        import numpy as np
        from PIL import Image
        Image.fromarray(np.load({str(tmp_path / "photo.npy")!r})).save({str(tmp_path / "photo.png")!r})
        from likeness.inference.pipeline import PipelineOptions, reconstruct
        face = reconstruct({str(tmp_path / "photo.png")!r}, PipelineOptions(quality="draft", device="cpu"))
        print("error", face.landmarks["reprojection_error"])
    """
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.split("error")[1]) < 0.03
