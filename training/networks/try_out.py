"""``python -m likeness.training.networks.try_out``: photos through the whole path with one's own networks."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from torch import nn

from ...bfm.library.registry import load_model
from ...bfm.model_ids import BUILTIN
from ...errors import LikenessError
from ...inference.networks.library import standing_in
from ...inference.pipeline import PipelineOptions, reconstruct
from ...inference.preview.contact_sheet import preview_image
from ...result.choices import DF2NET_RELIEF, RAFARE_SHAPE
from ...result.image_files import write_image
from ...result.reconstruction import Reconstruction
from .__main__ import TASKS
from .checkpoint import CHECKPOINT_FILE, trained_players
from .stand_ins import stand_ins, with_generated_relief

TODAY, BOTH = "today", "df2net_rafare"


def faces(photo: Path, players: dict[str, nn.ModuleDict], size: int | str) -> dict[str, Reconstruction]:
    """Faces of a photo by what made them: as they are without networks, and with each of those trained."""
    plain = reconstruct(photo, PipelineOptions(texture_size=size))
    made = {TODAY: plain}
    wanted = {
        "df2net": PipelineOptions(texture_size=size, relief=DF2NET_RELIEF),
        "rafare": PipelineOptions(texture_size=size, shape=RAFARE_SHAPE),
        BOTH: PipelineOptions(texture_size=size, shape=RAFARE_SHAPE, relief=DF2NET_RELIEF),
    }
    with standing_in(stand_ins(players)):
        for name, options in wanted.items():
            if {*name.split("_")} <= players.keys():
                made[name] = reconstruct(photo, options)
    if "facescape" in players:
        made["facescape"] = with_generated_relief(plain, load_model(BUILTIN), players["facescape"])
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Write a preview for each photo and network; exit status 2 where one cannot be made."""
    parser = argparse.ArgumentParser(prog="python -m likeness.training.networks.try_out", description=__doc__)
    parser.add_argument("photos", type=Path, nargs="+", metavar="PHOTO")
    parser.add_argument("--runs", type=Path, required=True, help="folder with a run in a folder for each network")
    parser.add_argument("--out", type=Path, required=True, help="folder for the previews")
    parser.add_argument("--texture-size", default=512, type=int)
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        files = {name: options.runs / name / CHECKPOINT_FILE for name in TASKS}
        players = {name: trained_players(TASKS[name], file) for name, file in files.items() if file.is_file()}
        for photo in options.photos:
            for name, face in faces(photo, players, options.texture_size).items():
                write_image(options.out / f"{photo.stem}_{name}.png", preview_image(face))
                print(photo.name, name, *face.warnings, flush=True)
    except LikenessError as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
