"""The library of face models in the preferences."""

from __future__ import annotations

import bpy

from ..bfm.library.sources import DOWNLOADS, SOURCES
from ..operators import library_state
from ..operators.models import (
    LIKENESS_OT_add_model,
    LIKENESS_OT_check_models,
    LIKENESS_OT_get_model,
    LIKENESS_OT_remove_model,
)
from .wrapping import draw_text

COMMERCIAL = {"yes": "commercial use", "no": "no commercial use"}
# What goes with BFM 2009, and how it is had; the models and networks themselves are `SOURCES`.
FILES_BESIDE = (
    ("Exp_Pca.bin, with BFM 2009", "download", "github.com/Juyong/3DFace"),
    ("Its indices", "download", "github.com/sicxu/Deep3DFaceRecon_pytorch"),
)


def draw_models(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    """What is in the library, and what can be done with it."""
    entries = library_state.entries()
    for entry in entries:
        row = layout.row()
        row.label(text=entry.name, icon="MESH_MONKEY" if entry.kind == "model" else "NETWORK_DRIVE")
        row.label(text=f"{COMMERCIAL.get(entry.commercial, 'read its licence')}, {entry.size / 1e6:.0f} MB")
        remove = row.operator(LIKENESS_OT_remove_model.bl_idname, text="", icon="TRASH", emboss=False)
        remove.model = entry.id
        draw_text(layout, context, entry.short_licence(), "BLANK1")
    if not entries:
        draw_text(layout, context, "Likeness has a face model of its own; others can be added.", "INFO")
    row = layout.row(align=True)
    row.operator(LIKENESS_OT_add_model.bl_idname, text="Add...", icon="ADD")
    if entries:
        row.operator(LIKENESS_OT_check_models.bl_idname, text="Check", icon="VIEWZOOM")
    absent = [source for source in DOWNLOADS.values() if source.id not in library_state.model_names()]
    row = layout.row(align=True)
    for source in absent:
        size = source.download.size / 1e6 if source.download else 0
        button = row.operator(LIKENESS_OT_get_model.bl_idname, text=f"Get {source.name} ({size:.0f} MB)", icon="IMPORT")
        button.model = source.id
    draw_text(layout, context, f"Library: {library_state.folder()}", "FILE_FOLDER")
    header, body = layout.panel("likeness_model_sources", default_closed=True)
    header.label(text="Where to Get Models")
    if body is not None:
        _draw_sources(body, context)


def _draw_sources(layout: bpy.types.UILayout, context: bpy.types.Context) -> None:
    for name, how, page in (*((source.name, source.how, source.page) for source in SOURCES), *FILES_BESIDE):
        row = layout.row()
        row.label(text=f"{name}: {how}")
        row.operator("wm.url_open", text=page, icon="URL").url = f"https://{page}"
    advice = "Put the files of a model into one folder and add it; what is missing is told."
    draw_text(layout, context, advice, "INFO")
