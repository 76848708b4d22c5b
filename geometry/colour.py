"""The transfer function of sRGB (IEC 61966-2-1), for NumPy arrays and, with gradients, for PyTorch tensors."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .arrays import Floats, Pixels

if TYPE_CHECKING:
    from torch import Tensor

Values = TypeVar("Values", "NDArray[Any]", "Tensor")

LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)  # of linear sRGB
_KNEE, _LINEAR_KNEE = 0.04045, 0.0031308  # where the straight piece ends: in sRGB, in linear light

_STEPS = 65535  # of the table of `srgb_bytes`


def srgb_to_linear(values: Values) -> Values:
    """sRGB in [0, 1] (or uint8) -> linear, any shape."""
    values = _unit(values)
    return _where(values <= _KNEE, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(values: Values) -> Values:
    """Linear in [0, 1] -> sRGB in [0, 1], any shape; differentiable at 0."""
    power = values.clip(_LINEAR_KNEE) ** (1 / 2.4)  # clipped first: the slope of the power at 0 is infinite
    return _where(values <= _LINEAR_KNEE, values * 12.92, 1.055 * power - 0.055)


def srgb_bytes(values: Floats) -> Pixels:
    """Linear floats, those outside [0, 1] for its ends -> sRGB in uint8, any shape; by a table, for large images."""
    steps = np.clip(values, 0.0, 1.0) * np.float32(_STEPS)
    return _table()[(steps + np.float32(0.5)).astype(np.uint16)]


@lru_cache(maxsize=1)
def _table() -> Pixels:
    """(65536,) sRGB of equal steps of linear light; in the dark a byte is twenty of them."""
    return np.round(linear_to_srgb(np.arange(_STEPS + 1) / _STEPS) * 255).astype(np.uint8)


def slope_of_srgb(values: Floats) -> Floats:
    """Derivative of `srgb_to_linear` at floats in [0, 1]."""
    return np.where(values <= _KNEE, 1 / 12.92, 2.4 / 1.055 * ((values + 0.055) / 1.055) ** 1.4)


def _where(condition: Any, yes: Any, no: Any) -> Any:
    """`np.where`, or a tensor's own: whoever brings tensors has PyTorch, and this module need not."""
    return np.where(condition, yes, no) if isinstance(yes, np.ndarray | np.generic) else yes.where(condition, no)


def _unit(values: Any) -> Any:
    """Bytes -> [0, 1] floats; floats as they are."""
    if isinstance(values, np.ndarray):
        return values.astype(np.float32) / np.float32(255) if values.dtype == np.uint8 else values
    return values / 255.0 if str(values.dtype) == "torch.uint8" else values
