"""The numbers that blend a face's wrinkle groups: custom properties of its object, which every Blender knows.

What an artist sets is a switch and a strength for each group. What drivers make of these and of the shape keys is how
much of each group's map is added to the relief of the photo: ``strength * (activation - that in the photo)``, three
numbers for the three channels of an image. Material and modifier read the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import bpy

from ...result.wrinkles import CHANNELS, WRINKLE_IMAGES, WrinkleGroup, activation, wrinkles_of
from ..displacement import DETAIL, STRENGTH
from ..drivers import WHOLE, drive
from ..expressions.expression import expression_of
from ..record import recall
from ..state import state_of
from ..textures.face_images import PROPERTIES

DYNAMIC = "Dynamic Wrinkles"
GROUP = "Wrinkles: "  # beginning of the name of a group's strength
AMOUNTS = "Wrinkle Amounts"  # and the number of the image
MOST = 2.0  # of a group's strength


def groups_of(face: bpy.types.Object) -> tuple[WrinkleGroup, ...]:
    """The wrinkle groups that a face's maps hold; none for a face without."""
    if not state_of(face).record:
        return ()
    groups = wrinkles_of(recall(face).face.get("wrinkles", []))
    return tuple(group for group in groups if image_of(face, group.image) is not None)


def image_of(face: bpy.types.Object, file: str) -> bpy.types.Image | None:
    """The image of a face that was read from that one of `WRINKLE_IMAGES`."""
    return getattr(state_of(face), PROPERTIES[file])


def amounts_name(file: str) -> str:
    """The property with the amounts of the three maps in that one of `WRINKLE_IMAGES`."""
    return f"{AMOUNTS} {WRINKLE_IMAGES.index(file) + 1}"


def label(name: str) -> str:
    """A group's name in plain words."""
    return name.replace("_", " ").capitalize()


def strength_names(face: bpy.types.Object) -> list[str]:
    """The properties with the strengths of a face's groups, in the order of the groups."""
    return [name for name, _ in face.items() if name.startswith(GROUP)]


def is_dynamic(face: bpy.types.Object) -> bool:
    """Whether a face's wrinkles follow its expression."""
    return bool(face.get(DYNAMIC, False))


def group_strength(face: bpy.types.Object, group: WrinkleGroup) -> float:
    """How strongly a group's folds follow the expression, 1 as they were made."""
    return face.get(GROUP + label(group.name), 1.0)


def shown_amounts(face: bpy.types.Object) -> list[float]:
    """How much of each group's map the face adds to the relief of its photo now."""
    values = expression_of(face)
    return [
        group_strength(face, group) * (activation(group, values) - group.photo) * is_dynamic(face)
        for group in groups_of(face)
    ]


def neutral_amounts(face: bpy.types.Object) -> list[float]:
    """`shown_amounts` of the neutral face: all of the photo's expression is taken away."""
    return [-group_strength(face, group) * group.photo * is_dynamic(face) for group in groups_of(face)]


def add_controls(face: bpy.types.Object, groups: Iterable[WrinkleGroup]) -> None:
    """Give a face with displacement the properties and drivers of its groups; what is set already stays."""
    groups = tuple(groups)
    kept = {name: face[name] for name in (DYNAMIC, STRENGTH, *strength_names(face)) if name in face}
    remove_controls(face)
    detail: Any = face.modifiers[DETAIL]
    _put(face, DYNAMIC, kept.get(DYNAMIC, True), "Let wrinkles come and go with the expression")
    most = {"min": 0.0, "max": MOST, "default": 1.0}
    for group in groups:
        name = GROUP + label(group.name)
        _put(face, name, kept.get(name, 1.0), "How strongly these wrinkles follow the expression", **most)
    strength = kept.get(STRENGTH, detail.strength)
    _put(face, STRENGTH, strength, "How strong all wrinkles are", soft_min=0.0, soft_max=MOST, default=1.0)
    for file in dict.fromkeys(group.image for group in groups):
        face[amounts_name(file)] = [0.0] * CHANNELS
    drive(face, f'modifiers["{DETAIL}"].strength', WHOLE, "detail", {"detail": (face, f'["{STRENGTH}"]')})
    drive_groups(face, groups)


def remove_controls(face: bpy.types.Object) -> None:
    """Take a face's properties and drivers of wrinkle groups away; its relief stays as strong as it is."""
    detail: Any = face.modifiers.get(DETAIL)
    if STRENGTH in face and detail is not None:
        face.driver_remove(detail.path_from_id("strength"))
        detail.strength = face[STRENGTH]
    for file in WRINKLE_IMAGES:
        if amounts_name(file) in face:
            for channel in range(CHANNELS):
                face.driver_remove(f'["{amounts_name(file)}"]', channel)
            del face[amounts_name(file)]
    for name in (DYNAMIC, STRENGTH, *strength_names(face)):
        if name in face:
            del face[name]


def drive_groups(face: bpy.types.Object, groups: Iterable[WrinkleGroup]) -> None:
    """Let the amounts of a face's groups follow its shape keys, its switch and its strengths."""
    for group in groups:
        expression, variables = _amount(face, group)
        drive(face, f'["{amounts_name(group.image)}"]', group.channel, expression, variables)


def _amount(face: bpy.types.Object, group: WrinkleGroup) -> tuple[str, dict[str, tuple[bpy.types.ID, str]]]:
    """The expression of a group's amount, and its variables."""
    properties = {"detail": STRENGTH, "dynamic": DYNAMIC, "strength": GROUP + label(group.name)}
    variables: dict[str, tuple[bpy.types.ID, str]] = {name: (face, f'["{p}"]') for name, p in properties.items()}
    keys = face.data.shape_keys
    terms = []
    for key, weight in group.keys.items():
        if keys is not None and key in keys.key_blocks:
            # The keys themselves: asked by way of the object they would wait for its mesh.
            variables[f"k{len(terms)}"] = keys, keys.key_blocks[key].path_from_id("value")
            terms.append(f"{weight:.6g} * k{len(terms)}")
    total = " + ".join(terms) or "0.0"
    return f"detail * dynamic * strength * (min(max({total}, 0.0), 1.0) - {group.photo:.6g})", variables


def _put(face: bpy.types.Object, name: str, value: float | bool, description: str, **limits: float) -> None:
    face[name] = value
    face.id_properties_ui(name).update(description=description, **limits)
    face.property_overridable_library_set(f'["{name}"]', True)
