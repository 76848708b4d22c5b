"""Open a result folder: the face, its rig, light and camera appear in one undo step."""

from __future__ import annotations

from pathlib import Path

import bpy
from bpy.props import StringProperty

from ..errors import LikenessError
from ..scene.build import build_face
from ..scene.camera import look_through_camera
from .job import keep_details


class LIKENESS_OT_open_reconstruction(bpy.types.Operator):
    """Build the face of a result folder in this scene"""

    bl_idname = "likeness.open_reconstruction"
    bl_label = "Open Reconstruction"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(subtype="FILE_PATH", options={"SKIP_SAVE"})
    filter_folder: bpy.props.BoolProperty(default=True, options={"HIDDEN"})
    filter_glob: StringProperty(default="face.json", options={"HIDDEN"})

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context: bpy.types.Context) -> set[str]:
        try:
            build_face(Path(bpy.path.abspath(self.filepath)))
        except LikenessError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        except Exception:
            self.report({"ERROR"}, keep_details(self.bl_label))
            return {"CANCELLED"}
        if context.screen is not None:
            look_through_camera(context.screen)
        return {"FINISHED"}


CLASSES = (LIKENESS_OT_open_reconstruction,)
