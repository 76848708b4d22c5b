"""Expressions with a name: ours, by ARKit names, and those that users keep as files."""

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


def _both(**values: float) -> dict[str, float]:
    """Each value for the left and the right shape."""
    return {name + side: value for name, value in values.items() for side in ("Left", "Right")}


# None moves the eyes: whoever looks somewhere goes on looking there.
PRESETS: dict[str, dict[str, float]] = {
    "Neutral": {},
    "Smile": _both(mouthSmile=0.75, mouthDimple=0.15, cheekSquint=0.45, eyeSquint=0.2),
    "Laugh": _both(mouthSmile=0.9, cheekSquint=0.8, eyeSquint=0.55, mouthUpperUp=0.3, mouthLowerDown=0.2, noseSneer=0.1)
    | {"jawOpen": 0.28, "browInnerUp": 0.2},
    "Sad": _both(mouthFrown=0.8, browDown=0.1, eyeSquint=0.15, eyeBlink=0.15)
    | {"browInnerUp": 1.0, "mouthShrugLower": 0.4, "mouthRollUpper": 0.1},
    "Angry": _both(browDown=1.0, eyeSquint=0.55, noseSneer=0.45, mouthPress=0.8, mouthFrown=0.4, cheekSquint=0.2)
    | {"mouthShrugLower": 0.25},
    "Surprised": _both(browOuterUp=1.0, eyeWide=0.9) | {"browInnerUp": 1.0, "jawOpen": 0.5, "mouthFunnel": 0.2},
    "Afraid": _both(eyeWide=1.0, browOuterUp=0.3, browDown=0.2, mouthStretch=0.75, mouthLowerDown=0.3, mouthFrown=0.2)
    | {"browInnerUp": 1.0, "jawOpen": 0.12},
    "Disgusted": _both(noseSneer=0.85, browDown=0.6, eyeSquint=0.5, cheekSquint=0.5, mouthFrown=0.55, mouthPress=0.6)
    | {"mouthShrugLower": 1.0},
    "Wink": {"eyeBlinkLeft": 1.0, "cheekSquintLeft": 0.7, "mouthSmileLeft": 0.75, "mouthSmileRight": 0.35,
             "browDownLeft": 0.25, "eyeSquintLeft": 0.3, "browOuterUpRight": 0.4},
    "Blink": _both(eyeBlink=1.0),
    "Kiss": _both(eyeBlink=0.25, mouthPress=0.3) | {"mouthPucker": 1.0, "mouthFunnel": 0.1},
    "Ooh": {"mouthPucker": 0.55, "mouthFunnel": 0.6, "jawOpen": 0.2},
    "Sceptical": {"browOuterUpLeft": 1.0, "browInnerUp": 0.25, "browDownRight": 0.9, "mouthLeft": 0.35,
                  "mouthPressLeft": 0.4, "mouthPressRight": 0.4, "mouthFrownRight": 0.4, "eyeSquintRight": 0.6,
                  "mouthShrugLower": 0.3, "mouthDimpleLeft": 0.4},
    "Sleepy": _both(eyeBlink=0.6, browOuterUp=0.15) | {"browInnerUp": 0.25},
}  # fmt: skip


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
