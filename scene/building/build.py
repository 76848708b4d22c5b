"""`build_face`: a reconstruction becomes objects, all at once."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path

import bpy
from mathutils import Vector

from ...errors import LikenessError
from ...result.file_names import readable
from ...result.folder import read_reconstruction
from ...result.mouth_lining import lined
from ...result.reconstruction import DISPLACEMENT_IMAGE, PHOTO_IMAGE, Reconstruction
from .. import state
from ..belongings import mark
from ..displacement import add_detail
from ..expressions.closed_lids import add_lid_closers
from ..expressions.expression import remember_expression
from ..hair_colour import keep_hair_colour
from ..light.lighting import hover, match_photo
from ..limits import limit_bones
from ..mesh import create_mesh
from ..record import remember
from ..setup.photo import WHEN_EMPTY, is_to_set_up, set_up
from ..setup.startup import startup_objects
from ..setup.views import show_in_local_view, views_of_screen
from ..shape_keys import add_shape_keys
from ..texture_view import remember_photo
from ..textures.face_images import keep_images, load_images
from ..wrinkles.give import give_wrinkles
from .camera import camera_position, create_camera, head_rotation
from .material import add_materials
from .rig import bind, create_armature, head_position, pose_head, to_blender_rotation
from .transaction import all_or_nothing

# A face stands beside another one, not inside it.
FACE_SPACING_M = 0.35


def build_face(folder: Path, name: str | None = None, choice: str = WHEN_EMPTY) -> bpy.types.Object:
    """Build the face of a result folder in the active scene, at the 3D cursor, and return its mesh object.

    Args:
        folder: the result folder or its ``face.json``.
        name: prefix of everything made; the folder's stem unless given.
        choice: one of `setup.photo.CHOICES`, whether the scene shows the face as its photo does.

    Raises:
        LikenessError: the folder is no readable result. The scene is as it was.
    """
    reconstruction = read_reconstruction(folder)
    photo = str(reconstruction.images.get(PHOTO_IMAGE, ""))
    return build_reconstruction(reconstruction, name or _stem(Path(folder)), photo, choice)


def build_reconstruction(
    reconstruction: Reconstruction, name: str, photo: str, choice: str = WHEN_EMPTY
) -> bpy.types.Object:
    """`build_face` for a reconstruction that was read already; its images are paths."""
    state.register()
    name = readable(name)
    reconstruction = replace(reconstruction, mesh=lined(reconstruction.mesh))
    scene = bpy.context.scene
    if scene.library is not None:
        raise LikenessError(
            f"The scene {scene.name} is linked from another file, where no face can be added from here."
        )
    wanted, startup = is_to_set_up(scene, choice), startup_objects(scene)
    place = _free_place(scene)
    with all_or_nothing():
        collection = bpy.data.collections.new(name)
        scene.collection.children.link(collection)
        face = _create(reconstruction, collection, name, photo)
        _stand(face, place)
    # Nothing from here on can fail: the scene changes only when the face is whole.
    show_in_local_view(collection.objects, views_of_screen(bpy.context))
    select(face)
    if wanted:
        bpy.data.batch_remove(startup)  # a cube around the face, and a lamp that is no light of the photo
        set_up(scene, face)
    return face


def _free_place(scene: bpy.types.Scene) -> Vector:
    """The first place from the 3D cursor to the right where a new face is not inside another."""
    bpy.context.view_layer.update()
    taken = [(face.parent or face).matrix_world.translation for face in state.faces_of(scene)]
    # A face that was moved can stand in the way of two places.
    row = (Vector((FACE_SPACING_M * index, 0.0, 0.0)) for index in range(2 * len(taken) + 1))
    places = (scene.cursor.location + step for step in row)
    return next(place for place in places if all(_apart(place, other) for other in taken))


def _apart(place: Vector, other: Vector) -> bool:
    return max(map(abs, place - other)) > 0.99 * FACE_SPACING_M


def _stand(face: bpy.types.Object, place: Vector) -> None:
    """Move a new face, upright, with its camera and sun to where it stands; the sun is dark until it is asked for."""
    memory = state.state_of(face)
    memory.camera.parent = face.parent  # wherever the rig is put, and in whatever size, it fits its photo
    face.parent.location = place
    hover(memory.sun, place)
    memory.sun.hide_viewport = memory.sun.hide_render = True


def select(face: bpy.types.Object) -> None:
    """Make a face the active object and the only one that is selected, as Blender does with what it adds."""
    for selected in bpy.context.selected_objects:
        selected.select_set(False)
    face.select_set(True)
    bpy.context.view_layer.objects.active = face


def _create(
    reconstruction: Reconstruction, collection: bpy.types.Collection, name: str, photo: str
) -> bpy.types.Object:
    """Everything of a face, linked into ``collection``."""
    images = load_images(reconstruction, name)
    face = _create_face(reconstruction, images, collection, name)
    camera = _place_camera(reconstruction, images.get(PHOTO_IMAGE), name)
    collection.objects.link(camera)
    _remember(face, reconstruction, photo, camera)
    keep_images(face, images)
    if reconstruction.wrinkles:
        give_wrinkles(face, reconstruction.wrinkles)
    remember_photo(face, reconstruction)
    match_photo(face)
    mark(face)
    return face


def _create_face(
    reconstruction: Reconstruction, images: dict[str, bpy.types.Image], collection: bpy.types.Collection, name: str
) -> bpy.types.Object:
    mesh = reconstruction.mesh
    face = bpy.data.objects.new(name, create_mesh(mesh, name))
    collection.objects.link(face)
    add_shape_keys(face, mesh)
    add_lid_closers(face, mesh)
    armature = create_armature(mesh, f"{name} Rig", collection)
    bind(face, armature, mesh)
    pose_head(armature, mesh, head_rotation(reconstruction.rotation))
    limit_bones(face, armature)
    add_detail(face, images.get(DISPLACEMENT_IMAGE))
    add_materials(face, mesh, images, name)
    keep_hair_colour(face, mesh.part_names, reconstruction.appearance.hair)
    return face


def _place_camera(reconstruction: Reconstruction, photo: bpy.types.Image | None, name: str) -> bpy.types.Object:
    camera = create_camera(reconstruction.intrinsics, reconstruction.image_size, photo, f"{name} Camera")
    pivot = head_position(reconstruction.mesh)
    camera.location = camera_position(reconstruction.rotation, reconstruction.translation, pivot)
    return camera


def _remember(
    face: bpy.types.Object,
    reconstruction: Reconstruction,
    photo: str,
    camera: bpy.types.Object,
) -> None:
    memory = state.state_of(face)
    memory.id = uuid.uuid4().hex
    memory.photo = photo
    memory.model = reconstruction.model.get("id", "")
    memory.licence = reconstruction.model.get("licence", "")
    remember(face, reconstruction)
    memory.photo_rotation = to_blender_rotation(head_rotation(reconstruction.rotation))
    remember_expression(face)
    memory.light = reconstruction.lighting.ravel().tolist()
    memory.camera = camera


def _stem(folder: Path) -> str:
    folder = folder.parent if folder.suffix == ".json" else folder
    return folder.resolve().stem or "Face"
