"""Finding MPFB2's humans in a scene by what MPFB2 documents: a word on every object of a human says what it is.

Nothing here needs MPFB2: its humans are found in files that others made with it, too.
"""

from __future__ import annotations

from collections.abc import Iterator

import bpy

# MPFB2's property of objects; Blender 5 keeps the values of an extension that is gone beside the user's own properties.
KIND = "MPFB_GEN_object_type"
HUMAN = "Basemesh"
# What a head of ours brings itself. The hair, which it does not bring, stays.
REPLACED = {"Eyes", "Eyelashes", "Eyebrows", "Teeth", "Tongue"}
ADD_ON = "mpfb"


def has_mpfb() -> bool:
    """Whether MPFB2 is switched on in this Blender."""
    return any(addon.module.rpartition(".")[2] == ADD_ON for addon in bpy.context.preferences.addons)


def kind_of(thing: bpy.types.Object) -> str:
    """What MPFB2 calls an object, such as ``Eyes``; "" if it is none of its."""
    system = getattr(thing, "bl_system_properties_get", dict)() or {}
    return str(getattr(thing, KIND, "") or thing.get(KIND) or system.get(KIND) or "").capitalize()


def humans_of(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """The bodies of all humans of a scene."""
    return [thing for thing in scene.objects if thing.type == "MESH" and kind_of(thing) == HUMAN]


def chosen_human(context: bpy.types.Context) -> bpy.types.Object | None:
    """The scene's only human, or of several the one of which something is selected; None if that leaves none or two."""
    humans = humans_of(context.scene)
    if len(humans) > 1:
        humans = [human for human in humans if any(thing.select_get() for thing in (human, *_belongings(human)))]
    return humans[0] if len(humans) == 1 else None


def replaced_parts(human: bpy.types.Object) -> list[bpy.types.Object]:
    """The human's own eyes, teeth and so on, which MPFB2 makes as objects of their own."""
    return [thing for thing in _belongings(human) if kind_of(thing) in REPLACED]


def rig_of(human: bpy.types.Object) -> bpy.types.Object | None:
    """The armature that moves a human."""
    return human.find_armature()


def _belongings(human: bpy.types.Object) -> Iterator[bpy.types.Object]:
    """A human's rig, and what hangs on either."""
    rig = rig_of(human)
    if rig is not None:
        yield rig
        yield from (thing for thing in rig.children if thing != human)
    yield from human.children
