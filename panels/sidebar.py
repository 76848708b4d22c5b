"""What all panels of the sidebar tab share."""

from __future__ import annotations

import bpy

from ..scene.state import active_face


class SidebarPanel:
    """Mix-in: a panel in the tab "Likeness" of the 3D view."""

    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Likeness"


class FacePanel(SidebarPanel):
    """Mix-in: a panel about the active face, absent where there is none."""

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return active_face(context) is not None
