"""``python -m likeness.training.networks.try_out``: photos through the whole path with one's own networks."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from torch import nn

from ...bfm.library.networks import DF2NET, RAFARE
from ...bfm.library.registry import load_model
from ...bfm.model_ids import BUILTIN, FACESCAPE
from ...errors import LikenessError
from ...inference.networks.library import standing_in
from ...inference.pipeline import PipelineOptions, reconstruct
from ...inference.preview.contact_sheet import preview_image
from ...result.choices import DF2NET_RELIEF, MODEL_SHAPE, RAFARE_SHAPE, SHADING
from ...result.image_files import write_image
from ...result.reconstruction import Reconstruction
from .__main__ import TASKS
from .checkpoint import CHECKPOINT_FILE, trained_players
from .stand_ins import stand_ins, with_generated_relief

TODAY, DEPTH = "today", "depth"  # made without networks, and with those of depth


def faces(photo: Path, players: dict[str, nn.ModuleDict], size: int | str = 512) -> dict[str, Reconstruction]:
    """Faces of a photo: as they are without networks, with those of depth, and with FaceScape's relief."""
    plain = reconstruct(photo, PipelineOptions(texture_size=size))
    made = {TODAY: plain}
    shape = RAFARE_SHAPE if RAFARE in players else MODEL_SHAPE
    relief = DF2NET_RELIEF if DF2NET in players else SHADING
    if (shape, relief) != (MODEL_SHAPE, SHADING):
        with standing_in(stand_ins(players)):
            made[DEPTH] = reconstruct(photo, PipelineOptions(texture_size=size, shape=shape, relief=relief))
    if FACESCAPE in players:
        made[FACESCAPE] = with_generated_relief(plain, load_model(BUILTIN), players[FACESCAPE])
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a preview for each photo and network; exit status 2 where one cannot be made."""
    parser = argparse.ArgumentParser(prog="python -m likeness.training.networks.try_out", description=__doc__)
    parser.add_argument("photos", type=Path, nargs="+", metavar="PHOTO")
    parser.add_argument("--runs", type=Path, required=True, help="folder with a run in a folder for each network")
    parser.add_argument("--out", type=Path, required=True, help="folder for the previews")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        files = {name: options.runs / name / CHECKPOINT_FILE for name in TASKS}
        players = {name: trained_players(TASKS[name], file) for name, file in files.items() if file.is_file()}
        for photo in options.photos:
            for name, face in faces(photo, players).items():
                write_image(options.out / f"{photo.stem}_{name}.png", preview_image(face))
                print(photo.name, name, *face.warnings, flush=True)
    except LikenessError as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
