"""Open a result folder: the face, its rig, light and camera appear in one undo step."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.props import StringProperty

from ..result.file_names import FACE_FILE
from ..scene.building.build import build_face
from . import remembered
from .operator_base import QuickOperator
from .scene_setup import SET_UP, chosen_set_up

RESULT_FOLDER = "result_folder"  # is remembered


class LIKENESS_OT_open_reconstruction(QuickOperator, bpy.types.Operator):
    """Build the face of a result folder in this scene"""

    bl_idname = "likeness.open_reconstruction"
    bl_label = "Open Reconstruction"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    set_up: SET_UP
    filter_folder: bpy.props.BoolProperty(default=True, options={"HIDDEN"})
    filter_glob: StringProperty(default=FACE_FILE, options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        self.filepath = self.filepath or remembered.recall_folder(RESULT_FOLDER)
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def act(self, context: bpy.types.Context) -> str:
        path = Path(bpy.path.abspath(self.filepath))
        build_face(path, choice=chosen_set_up(self, context))
        remembered.remember_folder(RESULT_FOLDER, path.parent if path.name == FACE_FILE else path)
        return ""


CLASSES = (LIKENESS_OT_open_reconstruction,)
