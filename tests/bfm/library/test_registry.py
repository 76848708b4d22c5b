"""What `load_model` knows without any installed model."""

from __future__ import annotations

import pytest
from likeness.bfm.library.registry import available_models, load_model
from likeness.errors import LikenessError


def test_registry() -> None:
    assert available_models() == {"builtin": "Built-in"}
    assert load_model("builtin") is load_model("builtin")
    with pytest.raises(LikenessError, match=r"'flame'.*builtin"):
        load_model("flame")
