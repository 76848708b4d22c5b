"""A fit that is kept: written, read, and which keys of a draft are still its model's own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from likeness.errors import LikenessError
from likeness.result.face_file import face_text
from likeness.result.kept_fit import (
    VERTICES_FILE,
    finished_keys,
    read_fit,
    read_stock_keys,
    write_fit,
    write_stock_keys,
)
from synthetic import sheet_mesh, sheet_reconstruction


def test_a_fit_survives_its_folder(tmp_path: Path) -> None:
    result = sheet_reconstruction()
    write_fit(tmp_path, face_text(result), result.mesh.vertices)
    kept = read_fit(tmp_path)
    np.testing.assert_array_equal(kept.vertices, result.mesh.vertices)
    assert kept.face["coefficients"] == result.coefficients


@pytest.mark.parametrize("damage", [b"", b"PK", b"\x93NUMPY"])
def test_damage_is_one_sentence(tmp_path: Path, damage: bytes) -> None:
    result = sheet_reconstruction()
    write_fit(tmp_path, face_text(result), result.mesh.vertices)
    (tmp_path / VERTICES_FILE).write_bytes(damage)
    with pytest.raises(LikenessError, match=r"vertices\.npy cannot be read"):
        read_fit(tmp_path)


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(LikenessError, match="cannot be written"):
        write_fit(tmp_path / "nowhere", "{}", np.zeros((1, 3)))
    with pytest.raises(LikenessError, match="cannot be written"):
        write_stock_keys(tmp_path / "nowhere", np.zeros((1, 1, 3)))
    with pytest.raises(LikenessError, match="cannot be read"):
        read_stock_keys(tmp_path)


def test_keys_that_were_edited_or_added_stay() -> None:
    stock = sheet_mesh()
    edited = stock.shape_key_deltas.copy()
    edited[1, 3] += 1e-4
    own = replace(
        stock,
        shape_key_names=(*stock.shape_key_names, "mine"),
        shape_key_deltas=np.concatenate([edited, edited[:1] * 2]),
    )
    made = replace(stock, shape_key_deltas=stock.shape_key_deltas * 1.5)
    raised, widened, mine = finished_keys(own, made, stock.shape_key_deltas).shape_key_deltas
    np.testing.assert_array_equal(raised, made.shape_key_deltas[0])
    np.testing.assert_array_equal(widened, edited[1])
    np.testing.assert_array_equal(mine, edited[0] * 2)
