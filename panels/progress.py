"""How far the running job is, with the button that stops it."""

from __future__ import annotations

import bpy

from ..operators.job import LIKENESS_OT_cancel
from ..operators.settings import LikenessSession


def draw_progress(layout: bpy.types.UILayout, current: LikenessSession, text: str) -> None:
    """A bar with ``text`` and the share that is done, in per cent."""
    row = layout.row(align=True)
    row.scale_y = 1.5
    row.progress(factor=current.fraction, text=f"{text} {current.fraction:.0%}", type="BAR")
    row.operator(LIKENESS_OT_cancel.bl_idname, text="", icon="X")
