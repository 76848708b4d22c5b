"""Networks that stand in for those of the library."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from likeness.bfm.library import store
from likeness.bfm.library.networks import DF2NET, RAFARE_BASE
from likeness.errors import LikenessError
from likeness.inference.networks.library import library_network, require_network, standing_in
from torch import nn

CPU = torch.device("cpu")


def test_one_stands_in_for_as_long_as_it_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(store.FOLDER_VARIABLE, str(tmp_path))
    outer, inner = nn.Identity(), nn.Identity()
    with standing_in({DF2NET: outer}):
        require_network(DF2NET, "This")
        assert library_network(DF2NET, CPU) is outer
        with standing_in({DF2NET: inner}):
            assert library_network(DF2NET, CPU) is inner
        with pytest.raises(ZeroDivisionError), standing_in({DF2NET: inner}):
            raise ZeroDivisionError
        assert library_network(DF2NET, CPU) is outer
        with pytest.raises(LikenessError):
            require_network(RAFARE_BASE, "This")
    with pytest.raises(LikenessError):
        require_network(DF2NET, "This")
