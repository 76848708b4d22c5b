"""Expressions that users keep as files under a name of theirs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ...errors import LikenessError
from ...replacing import fresh_file

SUFFIX = ".json"
NOT_IN_NAMES = set('<>:"/\\|?*')
LONGEST_NAME = 60


class Preset(NamedTuple):
    """A kept expression."""

    shapes: Mapping[str, float]  # value by name
    model: str = ""  # of the face that it was kept from; "" where the names say all


def preset_names(folder: Path) -> list[str]:
    """Names of the presets kept in a folder."""
    return sorted((path.stem for path in folder.glob(f"*{SUFFIX}")), key=str.lower)


def read_preset(folder: Path, name: str) -> Preset:
    """A kept preset. Raises `LikenessError` if it is gone or damaged."""
    path = folder / f"{name}{SUFFIX}"
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        values = {str(shape): float(value) for shape, value in kept["shapes"].items()}
        model = str(kept.get("model", ""))
    except OSError as error:
        raise LikenessError(f"The preset {path} cannot be read ({error.strerror}).") from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise LikenessError(f"The preset {path} is damaged; delete it and save it again.") from error
    if not values or not all(math.isfinite(value) for value in values.values()):
        raise LikenessError(f"The preset {path} is damaged; delete it and save it again.")
    return Preset(values, model)


def write_preset(folder: Path, name: str, preset: Preset) -> None:
    """Keep a preset, replacing one of that name. Raises `LikenessError` if the name or the disk does not allow it."""
    if problem := name_problem(name):
        raise LikenessError(problem)
    text = json.dumps({"shapes": dict(preset.shapes), "model": preset.model}, indent=1, ensure_ascii=False)
    try:
        with fresh_file(folder / f"{name}{SUFFIX}") as fresh:
            fresh.write_text(text, encoding="utf-8")
    except OSError as error:
        raise LikenessError(f"The preset {name} cannot be saved in {folder} ({error.strerror}).") from error


def delete_preset(folder: Path, name: str) -> None:
    """Delete a kept preset. Raises `LikenessError` if the disk does not allow it."""
    try:
        (folder / f"{name}{SUFFIX}").unlink(missing_ok=True)
    except OSError as error:
        raise LikenessError(f"The preset {name} cannot be deleted ({error.strerror}).") from error


def name_problem(name: str) -> str:
    """Why a preset cannot have this name, "" if it can."""
    if not name or name != name.strip() or name.startswith(".") or name.endswith("."):
        return "A preset needs a name that neither begins nor ends with a space or a dot."
    if len(name) > LONGEST_NAME:
        return f"A preset's name has at most {LONGEST_NAME} characters."
    if NOT_IN_NAMES & set(name) or not name.isprintable():
        return "A preset's name cannot contain any of < > : \" / \\ | ? * because it names a file."
    return ""
