"""Take the pictures of the user guide in a real window: ``make screenshots``.

Or, with ``tests`` on the Python path, ``python docs/screenshots/take.py [NAME...]``. It
writes ``docs/images/guide/*.jpg``. Needs what the tests in a window need (`gui.window`). Only NASA's portrait of Eileen
Collins appears in them, which is in the public domain.
"""

from __future__ import annotations

import ast
import os
import sys
import tempfile
from pathlib import Path

from gui.window import build_extension, missing_programs, run_scenario
from PIL import Image, ImageOps
from skimage import data

REPOSITORY = Path(__file__).resolve().parents[2]
SCENES = Path(__file__).with_name("scenes.py")
IMAGES = REPOSITORY / "docs" / "images" / "guide"
WINDOW = 1600, 900
QUALITY = 88


def scene_names() -> list[str]:
    """The names of `scenes.SCENES`, which itself can only be imported inside Blender."""
    tree = ast.parse(SCENES.read_text(encoding="utf-8"))
    table = next(
        node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "SCENES"
    )
    return [ast.literal_eval(key) for key in table.keys]


def photos(folder: Path) -> tuple[Path, Path, Path]:
    """The portrait, a picture with two faces and one without any."""
    portrait = Image.fromarray(data.astronaut())
    pair = Image.new("RGB", (2 * portrait.width - 160, 300))
    pair.paste(portrait, (0, 0))
    pair.paste(ImageOps.mirror(portrait).resize((440, 440)), (portrait.width - 100, 30))
    made = {"portrait.png": portrait, "two people.png": pair, "suit.png": portrait.crop((0, 260, 512, 512))}
    for name, image in made.items():
        image.save(folder / name)
    return tuple(folder / name for name in made)


def finished_result(photo: Path, folder: Path) -> Path:
    """The result folder of a photo."""
    from likeness.inference.pipeline import PipelineOptions, reconstruct
    from likeness.result.folder import write_reconstruction

    write_reconstruction(reconstruct(photo, PipelineOptions(texture_size=2048)), folder)
    return folder


def main() -> int:
    """Take the named pictures, or all; returns the exit status."""
    if missing := missing_programs():
        print(f"No window to photograph: {', '.join(missing)} not found.", file=sys.stderr)
        return 2
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="") as name:
        folder = Path(name)
        portrait, pair, nobody = photos(folder)
        result = finished_result(portrait, folder / "portrait.likeness")
        extension = build_extension(REPOSITORY, folder / "extension")
        interpreter = os.environ.get("LIKENESS_ENGINE_PYTHON", sys.executable)
        for scene in sys.argv[1:] or scene_names():
            ending = run_scenario(
                SCENES,
                *map(str, (scene, portrait, result, pair, nobody, folder)),
                extension=extension,
                interpreter=interpreter,
                folder=folder / scene,
                size=WINDOW,
            )
            if ending.problem:
                print(f"{scene}: {ending.problem}\n{ending.output}", file=sys.stderr)
                return 1
            box = tuple(map(int, (folder / f"{scene}.txt").read_text().split()))
            with Image.open(folder / f"{scene}.png") as screen:
                screen.convert("RGB").crop(box).save(IMAGES / f"{scene}.jpg", quality=QUALITY, optimize=True)
            print(IMAGES / f"{scene}.jpg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
