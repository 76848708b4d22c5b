"""``likeness PHOTO...``: a face of one photo, or of several of one person."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..bfm.model_ids import BFM2009, BUILTIN, FACESCAPE
from ..errors import LikenessError
from ..progress import OnProgress
from ..result.choices import (
    AUTO,
    AUTO_SIZES,
    COARSE,
    DETAILS,
    DEVICES,
    DF2NET_RELIEF,
    DRAFT,
    FACESCAPE_FIT,
    FACESCAPE_RELIEF,
    FINE,
    FITS,
    MEDIUM,
    MODEL_SHAPE,
    NO_FIT,
    QUALITIES,
    RAFARE_SHAPE,
    RELIEFS,
    SHADING,
    SHAPES,
    TEXTURE_SIZES,
    texture_size,
)
from ..result.file_names import FOLDER_SUFFIX, GLB_FILE, result_folder_name
from ..version import ID, VERSION
from .outcome import Outcome, make_and_report, make_outcome
from .places import absolute_place, check_folder

if TYPE_CHECKING:
    from ..result.reconstruction import Reconstruction

PIPELINE_SHARE = 0.75  # of the whole work
PIPELINE_OPTIONS = ("model", "quality", "texture_size", "device", "face", "fit", "scalp_tint")
NETWORK_OPTIONS = ("shape", "relief", "deep3d_files", "network_files")


def main(options: argparse.Namespace) -> int:
    """Make the face of the parsed ``options`` and return the exit status."""
    return make_and_report(run, options)


def run(options: argparse.Namespace, progress: OnProgress) -> Outcome:
    """Reconstruct the photos of the parsed ``options`` into its folder. Raises `LikenessError`."""
    folder = absolute_place(options.out or Path(result_folder_name(options.photos[0].stem)))
    check_folder(folder)
    return make_outcome(folder, lambda told: _reconstruct(options, told), progress, PIPELINE_SHARE, options.detail)


def _reconstruct(options: argparse.Namespace, progress: OnProgress) -> tuple[Reconstruction, dict[str, float]]:
    from ..inference.pipeline import PipelineOptions, reconstruct

    # What was not asked for on the command line keeps the pipeline's own default.
    asked = {name: getattr(options, name) for name in (*PIPELINE_OPTIONS, *NETWORK_OPTIONS)}
    chosen = {name: value for name, value in asked.items() if value is not None}
    reconstruction = reconstruct(options.photos, PipelineOptions(**chosen), progress)
    return reconstruction, reconstruction.timings


class _Detail(argparse.Action):
    """Two kinds of detail by one name: of the mesh, and where wrinkles come from."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        setattr(namespace, "relief" if values in RELIEFS else self.dest, values)


def _size(word: str) -> int | str:
    try:
        return texture_size(word)
    except LikenessError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def add_map_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what whoever makes a face's images can choose of them."""
    parser.add_argument(
        "--texture-size",
        type=_size,
        metavar="{" + ",".join(map(str, (AUTO, *TEXTURE_SIZES))) + "}",
        help=f"side of the textures in pixels (default: {AUTO}, {' or '.join(map(str, AUTO_SIZES))} by the photo)",
    )
    parser.add_argument("--device", choices=DEVICES, help=f"where to compute (default: {AUTO})")
    parser.add_argument(
        "--bare-scalp", action="store_false", dest="scalp_tint", default=None, help="no stubble in the hair's colour"
    )


def add_parser(commands: argparse._SubParsersAction, name: str) -> None:
    """Add the parser of this command, which is ``likeness`` itself to the user, to those of the others."""
    parser = commands.add_parser(
        name,
        prog=ID,
        description="Make a face of one photo or of several of one person: mesh, expressions, textures, Blender scene.",
        epilog="`likeness models` lists the face models and brings others; "
        "`likeness finish` gives a draft its texture; "
        "`likeness transfer` makes of a result the same face of another model; "
        "`likeness doctor` prints versions and tries each device.",
    )
    parser.set_defaults(main=main, parser=parser)
    parser.add_argument(
        "photos",
        type=Path,
        nargs="+",
        metavar="PHOTO",
        help="a picture file with a face; several of one person make one",
    )
    parser.add_argument(
        "-o", "--out", type=Path, metavar="DIR", help=f"result folder (default: <first PHOTO>{FOLDER_SUFFIX})"
    )
    parser.add_argument("--model", metavar="ID", help=f"face model (default: {BUILTIN})")
    parser.add_argument("--quality", choices=QUALITIES, help=f"{DRAFT}: the shape alone, quickly")
    add_map_arguments(parser)
    parser.add_argument(
        "--detail",
        action=_Detail,
        choices=(*DETAILS, *RELIEFS),
        default=MEDIUM,
        help=f"of {GLB_FILE}'s mesh: {MEDIUM}, {COARSE} (the cage it was subdivided of) or {FINE} (subdivided once "
        f"more); and, given once more, what tells the wrinkles: {SHADING}, or {DF2NET_RELIEF} or "
        f"{FACESCAPE_RELIEF} (networks of your own)",
    )
    parser.set_defaults(relief=None)
    parser.add_argument(
        "--shape", choices=SHAPES, help=f"what tells the shape: {MODEL_SHAPE}, or {RAFARE_SHAPE} (networks of your own)"
    )
    parser.add_argument("--face", type=int, metavar="N", help="which face of one photo (default: 0, the largest)")
    parser.add_argument(
        "--fit",
        choices=FITS,
        help=f"{NO_FIT}: only what Deep3D's network says ({BFM2009}); {FACESCAPE_FIT}: as FaceScape fits its own model "
        f"to landmarks ({FACESCAPE})",
    )
    parser.add_argument("--deep3d-files", action="store_true", help=f"write deep3d.mat and deep3d.obj too ({BFM2009})")
    parser.add_argument(
        "--network-files", action="store_true", help="write what the networks of --shape and --detail write themselves"
    )
    parser.add_argument("--json", action="store_true", help="print the outcome as one JSON object")
    parser.add_argument("--version", action="version", version=f"Likeness {VERSION}")
