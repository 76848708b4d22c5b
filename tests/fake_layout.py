"""A stand-in for `bpy.types.UILayout` that writes down what a panel draws: there is no window to draw into."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NamedTuple


class Drawn(NamedTuple):
    """One thing drawn: what kind, the property or operator, and its text."""

    kind: str
    name: str
    text: str
    owner: Any = None


class FakeLayout:
    """Takes every call of a layout; sub-layouts write into the same list ``drawn``."""

    def __init__(self, drawn: list[Drawn] | None = None, open_panels: bool = True) -> None:
        self.drawn: list[Drawn] = [] if drawn is None else drawn
        self.open_panels = open_panels

    def row(self, **_options: Any) -> FakeLayout:
        return FakeLayout(self.drawn, self.open_panels)

    column = box = split = grid_flow = row

    def panel(self, idname: str, default_closed: bool = False) -> tuple[FakeLayout, FakeLayout | None]:
        self.drawn.append(Drawn("panel", idname, ""))
        return self.row(), self.row() if self.open_panels else None

    def label(self, text: str = "", **_options: Any) -> None:
        self.drawn.append(Drawn("label", "", text))

    def separator(self, **_options: Any) -> None:
        pass

    def prop(self, owner: Any, name: str, text: str | None = None, index: int = -1, **_options: Any) -> None:
        getattr(owner, name)  # as the real one, which fails for a property that is not there
        self.drawn.append(Drawn("prop", name if index < 0 else f"{name}[{index}]", text or "", owner))

    def prop_enum(self, owner: Any, name: str, value: str, **_options: Any) -> None:
        self.drawn.append(Drawn("prop", name, value, owner))

    def operator(self, name: str, text: str | None = None, **_options: Any) -> Any:
        self._add_operator(name, text)
        return SimpleNamespace()  # takes the operator's properties

    def operator_menu_enum(self, name: str, property: str, text: str | None = None, **_options: Any) -> None:
        self._add_operator(name, text)

    def menu(self, name: str, **_options: Any) -> None:
        self.drawn.append(Drawn("menu", name, ""))

    def template_icon(self, icon: int, **_options: Any) -> None:
        self.drawn.append(Drawn("icon", str(icon), ""))

    def progress(self, factor: float, text: str, **_options: Any) -> None:
        self.drawn.append(Drawn("progress", f"{factor:.2f}", text))

    def _add_operator(self, name: str, text: str | None) -> None:
        import bpy

        family, verb = name.split(".")
        label = getattr(getattr(bpy.ops, family), verb).get_rna_type().name
        self.drawn.append(Drawn("operator", name, label if text is None else text))

    def names(self, kind: str) -> list[str]:
        """Names of what was drawn of a kind."""
        return [drawn.name for drawn in self.drawn if drawn.kind == kind]

    def texts(self, kind: str) -> list[str]:
        """Texts of what was drawn of a kind."""
        return [drawn.text for drawn in self.drawn if drawn.kind == kind]


def draw(panel: type, open_panels: bool = True) -> FakeLayout:
    """Draw a panel class with Blender's present context."""
    import bpy

    layout = FakeLayout(open_panels=open_panels)
    stand_in = type(panel.__name__, (), {**vars(panel), "layout": layout})()
    stand_in.draw(bpy.context)
    return layout
