"""A studio's own colour configuration, whose names for views and colour spaces are not Blender's."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import bpy

SCRIPT = """
import bpy, os, sys
from pathlib import Path
from likeness.scene.building.build import build_face
from likeness.scene.state import state_of
bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
memory = state_of(build_face(Path(sys.argv[1])))
print([image.colorspace_settings.name for image in (memory.albedo, memory.normal, memory.displacement)])
sys.stdout.flush()
os._exit(0)
"""


def test_a_face_is_built_with_other_names(sheet_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "colormanagement"
    shutil.copytree(bpy.utils.system_resource("DATAFILES", path="colormanagement"), folder)
    config = folder / "config.ocio"
    text = config.read_text(encoding="utf-8")
    for name, other in (("Non-Color", "Numbers"), ("Standard", "Plain"), ("sRGB", "Texture")):
        text = re.sub(rf"(?<=[:\[, ]){name}(?=[,\]}}\n])", other, text)
    config.write_text(re.sub(r"\n +aliases: .*", "", text), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(sheet_folder)],
        env=os.environ | {"OCIO": str(config)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "['Texture', 'Numbers', 'Numbers']"
