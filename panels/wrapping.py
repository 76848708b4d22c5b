"""Long texts: in as many lines as the width of the region asks for, where a label would cut them off."""

from __future__ import annotations

import re
from functools import lru_cache

import blf
import bpy

# In units of the interface, each as wide as an icon's button: what frames, scrollbars and tabs take of a region.
MARGIN = 3.5
_UNIT = 20.0  # pixels at a scale of 1
_FONT = 0  # of the interface
_WITHOUT_WINDOW, _NARROWEST = 20.0, 5.0  # units
_PIECE = re.compile(r"(?<=[\s/\\])(?=\S)")  # between words, and between the folders of a path


def draw_text(
    layout: bpy.types.UILayout, context: bpy.types.Context, text: str, icon: str = "NONE", taken: float = 0.0
) -> None:
    """Labels of all of a text, the first of them with an icon; other things in the line have ``taken`` some units."""
    with_icon = icon != "NONE"
    column = layout.column(align=True)
    for number, line in enumerate(lines(context, text, taken + with_icon)):
        column.label(text=line, icon="BLANK1" if number and with_icon else icon)


def lines(context: bpy.types.Context, text: str, taken: float = 0.0) -> list[str]:
    """A text in lines that fit beside what has ``taken`` some units of the region's width; its own lines stay."""
    preferences = context.preferences
    scale = preferences.system.ui_scale or 1.0  # without a window there is none
    units = context.region.width / (_UNIT * scale) - MARGIN if context.region else _WITHOUT_WINDOW
    room = max(units - taken, _NARROWEST) * _UNIT * scale
    size = preferences.ui_styles[0].widget.points * scale
    return [line for part in text.splitlines() or [""] for line in _wrapped(part, room, size)]


@lru_cache(maxsize=64)
def _wrapped(text: str, room: float, size: float) -> tuple[str, ...]:
    """Lines at most ``room`` pixels wide in letters of ``size`` pixels; panels ask at every redraw."""
    blf.size(_FONT, size)
    found = [""]
    for piece in _PIECE.split(text):
        if found[-1] and _width(found[-1] + piece) > room:
            found.append("")
        found[-1] += piece
        while _width(found[-1]) > room and len(found[-1]) > 1:
            fits = max(1, next(n for n in range(len(found[-1]), 0, -1) if n == 1 or _width(found[-1][:n]) <= room))
            found[-1:] = [found[-1][:fits], found[-1][fits:]]
    return tuple(line.strip() for line in found)


def _width(line: str) -> float:
    return blf.dimensions(_FONT, line.rstrip())[0]
