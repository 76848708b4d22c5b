"""The soft step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from likeness.geometry.smoothstep import smoothstep


def test_flat_outside_and_half_in_the_middle() -> None:
    values = np.array([-np.inf, 1.0, 1.5, 2.0, 2.5, 3.0, np.inf])
    np.testing.assert_allclose(smoothstep(1.0, 3.0, values), [0, 0, 0.15625, 0.5, 0.84375, 1, 1])
    np.testing.assert_allclose(smoothstep(3.0, 1.0, values), [1, 1, 0.84375, 0.5, 0.15625, 0, 0])


@given(st.floats(-5, 5), st.floats(1e-3, 5))
def test_no_corner_at_either_end(low: float, width: float) -> None:
    tiny = 1e-4 * width
    start, end = smoothstep(low, low + width, np.array([low + tiny, low + width - tiny]))
    assert start == pytest.approx(3e-8, rel=1e-2)
    assert 1 - end == pytest.approx(3e-8, rel=1e-2)


def test_single_precision_stays() -> None:
    assert smoothstep(0.0, 1.0, np.zeros(3, np.float32)).dtype == np.float32
