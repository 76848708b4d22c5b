"""Export of the active face: glTF and FBX with rig and keys, OBJ with a file per key, and the result folder."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, StringProperty
from bpy_extras.io_utils import ExportHelper

from ..errors import LikenessError
from ..result.choices import COARSE, FINE, MEDIUM, PLAIN
from ..result.file_names import FBX_SUFFIX, FOLDER_SUFFIX, GLB_SUFFIX
from ..scene.exporting.export import export_glb
from ..scene.exporting.export_fbx import export_fbx
from ..scene.exporting.export_folder import export_folder
from ..scene.exporting.export_obj import export_obj
from ..scene.exporting.fbx_targets import TARGETS
from ..scene.exporting.levels import at_level, has_cage
from ..scene.staged_files import file_stem
from ..scene.state import active_face
from .operator_base import QuickOperator

LEVELS = (
    (MEDIUM, "As It Is", "The mesh of the face; 17 thousand vertices for the built-in head"),
    (FINE, "Fine", "Subdivided once more, for renders and sculpting; four times as many"),
    (COARSE, "Coarse", "The cage that the mesh was subdivided of, for games; a quarter as many"),
)
WITHOUT_CAGE = LEVELS[:2]
TARGET_ITEMS = tuple((name, target.label, target.description) for name, target in TARGETS.items())


def levels_of(_: object, context: bpy.types.Context | None) -> tuple[tuple[str, str, str], ...]:
    """The levels of detail that the active face can be had at; all of them where nobody can be asked."""
    face = active_face(context) if context else None
    return LEVELS if face is None or has_cage(face) else WITHOUT_CAGE


def proposed_path(face: bpy.types.Object, suffix: str) -> Path:
    """Where a face is exported unless the user says otherwise: beside the file, under its own name."""
    folder = Path(bpy.data.filepath).parent if bpy.data.filepath else Path.home()
    return folder / f"{file_stem(face.name)}{suffix}"


class ExportOperator(QuickOperator, ExportHelper):
    """Mix-in: asks for a file, named after the face, and writes it."""

    bl_options: set[str] = set()

    filename_ext: str
    filepath: StringProperty(name="File Path", subtype="FILE_PATH", options={"SKIP_SAVE"})

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if active_face(context) is None:
            cls.poll_message_set("Select a face first")  # pyright: ignore[reportAttributeAccessIssue]
            return False
        return True

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        self.filepath = str(proposed_path(active_face(context), self.filename_ext))
        return super().invoke(context, event)

    def act(self, context: bpy.types.Context) -> str:
        path = Path(bpy.path.ensure_ext(bpy.path.abspath(self.filepath), self.filename_ext))
        if path.name == self.filename_ext:
            raise LikenessError("The export needs a file name.")
        face = active_face(context)
        if face is None:  # a file browser asks `poll` when it opens, not when it closes
            raise LikenessError("Select a face first.")
        self.write(path, face)
        return f"{path} is written."

    def write(self, path: Path, face: bpy.types.Object) -> None:
        """Write the face to ``path``. Raises `LikenessError`."""
        raise NotImplementedError


class LevelOperator(ExportOperator):
    """Mix-in: asks for the level of detail as well."""

    level: EnumProperty(name="Detail Level", description="How many vertices the mesh has", items=levels_of)

    def write(self, path: Path, face: bpy.types.Object) -> None:
        with at_level(face, self.level or MEDIUM) as shown:
            self.write_level(path, shown)

    def write_level(self, path: Path, face: bpy.types.Object) -> None:
        """Write the face at its level. Raises `LikenessError`."""
        raise NotImplementedError


class LIKENESS_OT_export_gltf(LevelOperator, bpy.types.Operator):
    """Save the active face with its rig as one glTF file; every expression is a morph target by name"""

    bl_idname = "likeness.export_gltf"
    bl_label = "Export glTF"

    filename_ext = GLB_SUFFIX
    filter_glob: StringProperty(default=f"*{GLB_SUFFIX}", options={"HIDDEN"})
    animation: BoolProperty(name="Animation", description="Take the keyframes along", default=True)

    def write_level(self, path: Path, face: bpy.types.Object) -> None:
        export_glb(path, face, self.animation)


class LIKENESS_OT_export_fbx(LevelOperator, bpy.types.Operator):
    """Save the active face with its rig and textures as one FBX file; every expression is a blend shape by name"""

    bl_idname = "likeness.export_fbx"
    bl_label = "Export FBX"

    filename_ext = FBX_SUFFIX
    filter_glob: StringProperty(default=f"*{FBX_SUFFIX}", options={"HIDDEN"})
    target: EnumProperty(name="For", description="The program that reads the file", items=TARGET_ITEMS, default=PLAIN)
    animation: BoolProperty(name="Animation", description="Take the keyframes along", default=True)

    def write_level(self, path: Path, face: bpy.types.Object) -> None:
        export_fbx(path, face, self.animation, self.target)


class LIKENESS_OT_export_obj(LevelOperator, bpy.types.Operator):
    """Save the neutral face as OBJ with its textures, and beside it a folder with one OBJ for each expression"""

    bl_idname = "likeness.export_obj"
    bl_label = "Export OBJ with Keys"

    filename_ext = ".obj"
    filter_glob: StringProperty(default="*.obj", options={"HIDDEN"})

    def write_level(self, path: Path, face: bpy.types.Object) -> None:
        export_obj(path, face)


class LIKENESS_OT_export_folder(ExportOperator, bpy.types.Operator):
    """Save the active face as it is now as a Likeness folder, which Open Reconstruction reads again"""

    bl_idname = "likeness.export_folder"
    bl_label = "Export Likeness Folder"

    filename_ext = FOLDER_SUFFIX
    filter_glob: StringProperty(default=f"*{FOLDER_SUFFIX}", options={"HIDDEN"})

    def write(self, path: Path, face: bpy.types.Object) -> None:
        export_folder(path, face)


CLASSES = (LIKENESS_OT_export_gltf, LIKENESS_OT_export_fbx, LIKENESS_OT_export_obj, LIKENESS_OT_export_folder)
