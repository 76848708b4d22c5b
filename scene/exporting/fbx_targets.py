"""What each program wants of an FBX file, in one table.

The format leaves open how long a unit is, which axis points up and whose a bone's axes are, and importers mend what
they did not expect by turned and scaled nodes. So a file has its target's own units and axes in the data: its nodes
neither turn nor scale anything.

What all of them want stands in `export_fbx`. No leaf bones, which move nothing. The smoothing of faces: without it
Unreal warns, and Unity computes the normals of keys with creases. No tangents: each of them computes those of
MikkTSpace, which the normal map is baked for, by itself. Quads as they are: each of them triangulates.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...result.choices import GODOT, PLAIN, UNITY, UNREAL

CENTIMETRES, METRES = 100.0, 1.0  # units in a metre
# Up and forward as Blender's exporter says it: where the axis points that is up, or forward, in Blender.
Y_UP, Z_UP = ("Y", "-Z"), ("Z", "Y")


@dataclass(frozen=True)
class FbxTarget:
    """Whom an FBX file is made for."""

    label: str
    description: str
    units_per_metre: float  # which the file says, too
    axes: tuple[str, str]  # up and forward
    bone_axes: tuple[str, str]  # which axis runs along a bone, and which is what Blender calls its X
    all_bones: bool  # also those that move no vertex: an engine has no use for them
    textures_inside: bool  # or in a folder beside the file
    rig_name: str  # of the node above the bones; "" for the rig's own
    keeps_place: bool  # or stands at the origin: an engine places it itself


TARGETS = {
    # FBX's own units and Maya's axes, which every importer knows; all as it is in the scene.
    PLAIN: FbxTarget(
        label="Any Program",
        description="Centimetres, Y up, the textures inside; all bones, and the place in the scene",
        units_per_metre=CENTIMETRES,
        axes=Y_UP,
        bone_axes=("Y", "X"),
        all_bones=True,
        textures_inside=True,
        rig_name="",
        keeps_place=True,
    ),
    # Its units and axes, so that no import option matters: "Convert Scene" turns the root of anything else, "Convert
    # Scene Unit" scales it. The head's X runs up and, mirrored as Unreal does it, its Y forward, as "Look At" takes for
    # granted. A node called Armature it knows for Blender's own and makes no bone of it.
    UNREAL: FbxTarget(
        label="Unreal Engine",
        description="Centimetres, Z up, the bones' X along them; the skeleton begins at its first bone",
        units_per_metre=CENTIMETRES,
        axes=Z_UP,
        bone_axes=("X", "Z"),
        all_bones=False,
        textures_inside=True,
        rig_name="Armature",
        keeps_place=False,
    ),
    # Metres: right with "Convert Units" and without. Y up and the face to +Z, which is forward there, with no need of
    # "Bake Axis Conversion". It finds the textures in a folder; those inside would have to be extracted by hand.
    UNITY: FbxTarget(
        label="Unity",
        description="Metres, Y up, the textures in a folder beside the file",
        units_per_metre=METRES,
        axes=Y_UP,
        bone_axes=("Y", "X"),
        all_bones=False,
        textures_inside=False,
        rig_name="",
        keeps_place=False,
    ),
    # Metres, Y up, the front to +Z and bones along their Y are Godot's own; it reads textures that are inside.
    GODOT: FbxTarget(
        label="Godot",
        description="Metres, Y up, the textures inside",
        units_per_metre=METRES,
        axes=Y_UP,
        bone_axes=("Y", "X"),
        all_bones=False,
        textures_inside=True,
        rig_name="",
        keeps_place=False,
    ),
}
