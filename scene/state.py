"""What a face remembers: a property group on its object, so it is saved, copied and undone with it."""

from __future__ import annotations

import atexit
from collections.abc import Callable
from typing import Any

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, FloatVectorProperty, PointerProperty, StringProperty

from ..anatomy.joints import JointName
from ..result.file_names import FACE_FILE
from ..version import ID
from .displacement import has_wrinkles, set_detail_strength
from .gaze import SIDEWAYS, UP, gaze, set_gaze
from .texture_view import VIEWS, FaceImages, show_view
from .turning import PITCH, ROLL, YAW, angle_of, head_bone, jaw_bone, set_angle, slider_range

PROPERTY = ID
# What stands for a face when it is the active object. Only for these are all objects of a scene looked through.
COMPANION_TYPES = {"ARMATURE", "CAMERA", "LIGHT", "CURVES"}

BoneOf = Callable[[bpy.types.Object], bpy.types.PoseBone | None]


def _update_view(memory: LikenessFace, context: bpy.types.Context) -> None:
    show_view(memory.id_data, face_images(memory.id_data), memory.texture_view)


def _face_of(views: FaceViews) -> bpy.types.Object | None:
    """The face that sliders are on, or the active one where they are on a scene."""
    owner = views.id_data
    return owner if isinstance(owner, bpy.types.Object) else active_face(bpy.context)


def _gaze(axis: int) -> dict[str, Any]:
    """How a slider reads and sets the gaze along one axis."""

    def get(views: FaceViews) -> float:
        face = _face_of(views)
        return gaze(face, axis) if face else 0.0

    def put(views: FaceViews, value: float) -> None:
        if face := _face_of(views):
            set_gaze(face, axis, value)

    return {"get": get, "set": put, "min": -1.0, "max": 1.0, "options": set()}


def _head_angle(name: str, description: str, axis: int) -> Any:
    """A property for how the head is turned about one axis: a view of its bone, which is keyed in its place."""
    return _angle(name, description, JointName.HEAD, axis, head_bone)


def _angle(name: str, description: str, joint: str, axis: int, bone_of: BoneOf) -> Any:
    least, most = slider_range(joint, axis)

    def bone(views: FaceViews) -> bpy.types.PoseBone | None:
        face = _face_of(views)
        return bone_of(face) if face else None

    return FloatProperty(
        name=name,
        description=description,
        subtype="ANGLE",
        min=least,
        max=most,
        options=set(),
        get=lambda views: angle_of(bone(views), axis),
        set=lambda views, angle: set_angle(bone(views), axis, min(max(angle, least), most)),
    )


def _has_wrinkles(memory: LikenessFace) -> bool:
    return has_wrinkles(memory.id_data)


def _show_wrinkles(memory: LikenessFace, wanted: bool) -> None:
    if wanted != has_wrinkles(memory.id_data):
        before = set_detail_strength(memory.id_data, memory.wrinkle_strength if wanted else 0.0)
        memory.wrinkle_strength = before or memory.wrinkle_strength


class FaceViews:
    """Sliders that show and set what bones and keys hold: of the face that they are on, or of the active one."""

    head_yaw: _head_angle("Yaw", "Turn the head to the face's left", YAW)
    head_pitch: _head_angle("Pitch", "Let the head look up", PITCH)
    head_roll: _head_angle("Roll", "Lean the head to the face's left", ROLL)
    jaw_angle: _angle("Jaw", "Open the mouth", JointName.JAW, PITCH, jaw_bone)
    # Views of the eyeLook keys, which are keyed and exported in their place.
    gaze_sideways: FloatProperty(
        name="Sideways", description="Let both eyes look to the face's left (1) or right (-1)", **_gaze(SIDEWAYS)
    )
    gaze_up: FloatProperty(
        name="Up", description="Let both eyes look up (1) or down (-1), with the lids following", **_gaze(UP)
    )


class LikenessViews(FaceViews, bpy.types.PropertyGroup):
    """The sliders of the active face, on its scene: Blender locks those that are on a library override."""


class LikenessFace(FaceViews, bpy.types.PropertyGroup):
    """State of one face; ``id`` is empty on every object that is no face. A human remembers here what head it wears."""

    id: StringProperty(name="Identity", description="Unique name of this reconstruction")
    owner: StringProperty(name="Owner", description="Identity of the face that this comes with")
    photo: StringProperty(name="Photo", description="The photo this face was made from", subtype="FILE_PATH")
    other_photos: StringProperty(name="Other Photos", description="Further photos of the person, as JSON")
    model: StringProperty(name="Model", description="The face model behind this face")
    texture_size: StringProperty(name="Texture Size", description="What was chosen for the textures")
    scalp_tint: BoolProperty(name="Scalp Tint", description="Whether the scalp was to have stubble", default=True)
    licence: StringProperty(name="Licence", description="Licence of the face model")
    record: StringProperty(name="Record", description=f"{FACE_FILE} of the result this face was made from")
    fit: StringProperty(name="Fit", description="The neutral face as it was fitted: vertices as float32 in base64")
    anatomy: StringProperty(name="Anatomy", description="Landmarks and parts of the mesh, as JSON")
    camera: PointerProperty(name="Camera", type=bpy.types.Object)
    sun: PointerProperty(name="Sun", type=bpy.types.Object)
    world: PointerProperty(name="World", type=bpy.types.World)
    hair: PointerProperty(name="Hair", type=bpy.types.Object)
    photo_expression: StringProperty(name="Photo's Expression", description="Value of each shape key, as JSON")
    photo_rotation: FloatVectorProperty(
        name="Photo's Pose", description="How the head is turned, in the rig's axes", size=4, default=(1, 0, 0, 0)
    )
    light: FloatVectorProperty(name="Photo's Light", description="Nine SH terms in linear RGB, as recovered", size=27)
    albedo: PointerProperty(name="Albedo", type=bpy.types.Image)
    normal: PointerProperty(name="Normal Map", type=bpy.types.Image)
    displacement: PointerProperty(name="Displacement", type=bpy.types.Image)
    confidence: PointerProperty(name="Confidence", type=bpy.types.Image)
    wrinkle_map_1: PointerProperty(name="Wrinkle Map 1", type=bpy.types.Image)
    wrinkle_map_2: PointerProperty(name="Wrinkle Map 2", type=bpy.types.Image)
    wrinkle_map_3: PointerProperty(name="Wrinkle Map 3", type=bpy.types.Image)
    photo_image: PointerProperty(name="Photo as Read", type=bpy.types.Image)
    # A view of the strength of the Displace modifier, and what it was before the wrinkles were hidden.
    wrinkles: BoolProperty(
        name="Wrinkles", description="Show the fine detail", options=set(), get=_has_wrinkles, set=_show_wrinkles
    )
    wrinkle_strength: FloatProperty(default=1.0)
    worn_keys: StringProperty(name="Worn Keys", description="Shape keys that a face has brought this human, as JSON")
    worn_parts: PointerProperty(name="Worn Parts", type=bpy.types.Object)
    texture_view: EnumProperty(
        name="View",
        description="What the face shows of its texture",
        items=VIEWS,
        options=set(),
        update=_update_view,
    )


STATES = {bpy.types.Object: LikenessFace, bpy.types.Scene: LikenessViews}


def register() -> None:
    """Register the state; again is fine."""
    if not hasattr(bpy.types.Object, PROPERTY):
        for owner, kind in STATES.items():
            bpy.utils.register_class(kind)
            setattr(owner, PROPERTY, PointerProperty(type=kind))
        if not bpy.app.binary_path:  # Blender as a module: a class alive at the interpreter's end can crash or hang it
            atexit.register(unregister)


def unregister() -> None:
    """Take the state's class away; again is fine. Files keep what was stored."""
    if hasattr(bpy.types.Object, PROPERTY):
        for owner, kind in STATES.items():
            delattr(owner, PROPERTY)
            bpy.utils.unregister_class(kind)


def state_of(face: bpy.types.Object) -> LikenessFace:
    """The state of a face object."""
    return getattr(face, PROPERTY)


def views_of(face: bpy.types.Object, scene: bpy.types.Scene) -> FaceViews:
    """The sliders to draw for the active face: its own, or the scene's where it is a library override."""
    return state_of(face) if face.override_library is None else getattr(scene, PROPERTY)


def face_images(face: bpy.types.Object) -> FaceImages:
    """The images that the views of a face's texture are made of."""
    memory = state_of(face)
    return FaceImages(memory.albedo, memory.photo_image, memory.confidence)


def is_face(candidate: bpy.types.Object | None) -> bool:
    """Whether an object is a face made here."""
    return candidate is not None and candidate.type == "MESH" and bool(state_of(candidate).id)


def is_draft(face: bpy.types.Object) -> bool:
    """Whether a face has a shape alone: no texture was made for it."""
    return state_of(face).albedo is None


def faces_of(scene: bpy.types.Scene) -> list[bpy.types.Object]:
    """All faces of a scene."""
    return [candidate for candidate in scene.objects if is_face(candidate)]


def active_face(context: bpy.types.Context) -> bpy.types.Object | None:
    """The face that sliders and buttons mean: the active object, or the face whose rig, camera, sun or hair it is."""
    active = context.view_layer.objects.active if context.view_layer else None
    if active is None or is_face(active):
        return active
    if active.type not in COMPANION_TYPES:
        return None
    mine = (face for face in faces_of(context.scene) if active in companions(face))
    return next(mine, None)


def companions(face: bpy.types.Object) -> tuple[bpy.types.Object | None, ...]:
    """The objects that come with a face: its rig, camera, sun and hair, as far as they are there."""
    return face.parent, state_of(face).camera, state_of(face).sun, state_of(face).hair
