"""Users' own presets are files that may be damaged."""

from __future__ import annotations

from pathlib import Path

import pytest
from likeness.errors import LikenessError
from likeness.scene.expressions.expression_presets import (
    Preset,
    delete_preset,
    preset_names,
    read_preset,
    write_preset,
)

VALUES = Preset({"jawOpen": 0.5, "exp_00": -2.0}, "bfm2009")


@pytest.mark.parametrize("name", ["Smirk", "Jürgen 张", "v1.2", "a & b; $(c)"])
def test_one_kept_is_one_read(tmp_path: Path, name: str) -> None:
    write_preset(tmp_path, name, Preset({"jawOpen": 1.0}))
    write_preset(tmp_path, name, VALUES)
    assert read_preset(tmp_path, name) == VALUES
    assert preset_names(tmp_path) == [name]
    delete_preset(tmp_path, name)
    delete_preset(tmp_path, name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["", " ", " a", "a.", ".a", "a/b", "a\\b", "..", "a:b", "a\nb", "x" * 61])
def test_names_that_are_no_file_names(tmp_path: Path, name: str) -> None:
    with pytest.raises(LikenessError):
        write_preset(tmp_path, name, VALUES)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "{}", '{"shapes": []}', '{"shapes": {}}', '{"shapes": {"a": "b"}}', '{"shapes": {"a": NaN}}',
     '{"shapes": {"a": [1]}}', '{"shapes": 1}', '"shapes"', "[" * 100_000, "\x00\x01", '{"shapes": {"a": 1e999}}'],
)  # fmt: skip
def test_a_damaged_file_is_one_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.json").write_text(text, encoding="utf-8")
    with pytest.raises(LikenessError, match="is damaged"):
        read_preset(tmp_path, "bad")


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_bytes(b"\xff\xfe\x80")
    with pytest.raises(LikenessError, match="is damaged"):
        read_preset(tmp_path, "bad")


def test_a_missing_file_or_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LikenessError, match="cannot be read"):
        read_preset(tmp_path, "gone")
    with pytest.raises(LikenessError, match="cannot be saved"):
        write_preset(tmp_path / "gone", "a", VALUES)
    assert preset_names(tmp_path / "gone") == []
