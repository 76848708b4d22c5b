"""What the user has chosen, on the window manager and from one start to the next; the preferences; our folder."""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import bpy
from bpy.props import (
    BoolProperty,
    CollectionProperty,
    EnumProperty,
    FloatProperty,
    IntProperty,
    PointerProperty,
    StringProperty,
)

from ..bfm.model_ids import BUILTIN
from ..result import choices
from ..result.choices import AUTO, CPU, CUDA, DRAFT, FINAL, MPS
from ..version import ID
from . import remembered
from .library_state import model_names

PROPERTY = ID
# "likeness" as a Python package, "bl_ext.<repository>.likeness" as an extension.
ROOT_PACKAGE = __package__.rpartition(".")[0]
LARGEST_FACE = -1
QUALITIES = (
    (FINAL, "Final", "Shape, light, skin colour and wrinkles"),
    (DRAFT, "Draft", "The shape alone, in a fraction of the time"),
)
SCALP_TINT = "Give the scalp stubble in the colour of the hair in the photo"
TEXTURE_SIZES = (
    (AUTO, "Automatic", f"{choices.AUTO_SIZES[1]} pixels where the photo has them, else {choices.AUTO_SIZES[0]}"),
    *((str(side), f"{side} px", f"{side} x {side} pixels") for side in choices.TEXTURE_SIZES),
)
SHAPES = (
    (choices.MODEL_SHAPE, "Face Model", "The shape that the face model can have"),
    (choices.RAFARE_SHAPE, "RAFaRe", "As RAFaRe's networks see it; they must be in your library"),
)
RELIEFS = (
    (choices.SHADING, "Shading", "Wrinkles by the light and shade in the photo"),
    (choices.DF2NET_RELIEF, "DF2Net", "Wrinkles as the network DF2Net sees them; it must be in your library"),
    (choices.FACESCAPE_RELIEF, "FaceScape", "Wrinkles as FaceScape's networks see them; they must be in your library"),
)
DEVICES = (
    (AUTO, "Automatic", "The fastest device that works"),
    (CPU, "Processor", "Works everywhere"),
    (CUDA, "NVIDIA GPU", "Needs an engine built for CUDA"),
    (MPS, "Apple GPU", "Needs an Apple computer with its own chip"),
)
# What the user has chosen and found outlives the file: Blender gives every file a window manager of its own.
KEPT = ("photo", "face", "finding_faces", "search")
# What outlives Blender too. While the panel follows a face these are the face's; what the user has chosen last is
# remembered besides, and is back with the next photo and the next file.
REMEMBERED = ("model", "quality", "texture_size", "scalp_tint", "shape", "relief", "device")

# Called when another photo is chosen, whether by a button, by typing or by a script.
photo_listeners: list[Callable[[], None]] = []
# Blender keeps no reference to the strings of a list made at run time: they must live on here.
_models: list[tuple[str, str, str, str, int]] = []
_kept: dict[str, Any] = {}
_quiet = False


def model_items(_owner: object, _context: bpy.types.Context | None) -> list[tuple[str, str, str, str, int]]:
    """The face models at hand, for an enumeration."""
    known = model_names()
    if {item[0]: item[1] for item in _models} != known:
        _models[:] = [(model, name, f"The face model {name}", "NONE", _number(model)) for model, name in known.items()]
    return _models


def _number(model: str) -> int:
    """What Blender stores for a model: always the same, so that another model that comes or goes changes no choice."""
    return 0 if model == BUILTIN else zlib.crc32(model.encode()) >> 1


def keep_known_model(context: bpy.types.Context) -> None:
    """Back to the built-in model where the one that was chosen is gone."""
    current = session(context)
    if current.model not in model_names():
        with quietly():
            current.model = BUILTIN


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Let the session's properties be set for the user to see, without a choice of the user's in it."""
    global _quiet
    before, _quiet = _quiet, True
    try:
        yield
    finally:
        _quiet = before


def show_own_choices() -> None:
    """What the user has chosen last, as far as it can still be chosen; the usual where nothing was."""
    current = session(bpy.context)
    with quietly():
        for name in REMEMBERED:
            current.property_unset(name)
            value = remembered.recall(name)
            # Blender refuses another type, and words that it does not know: the file may be of another version.
            with contextlib.suppress(TypeError):
                if value is not None and (name != "model" or value in model_names()):
                    setattr(current, name, value)


def _tell_listeners(_session: LikenessSession, _context: bpy.types.Context) -> None:
    for listener in () if _quiet else photo_listeners:
        listener()


def _remembering(name: str) -> Callable[[Any, bpy.types.Context], None]:
    """What happens when one of the `REMEMBERED` is chosen."""

    def remember(session: Any, _context: bpy.types.Context) -> None:
        if not _quiet:
            remembered.remember(**{name: getattr(session, name)})

    return remember


class FoundFace(bpy.types.PropertyGroup):
    """One face found in the photo, and the file with its picture."""

    thumbnail: StringProperty(subtype="FILE_PATH")


class OtherPhoto(bpy.types.PropertyGroup):
    """One more photo of the same person."""

    path: StringProperty(subtype="FILE_PATH")


class LikenessSession(bpy.types.PropertyGroup):
    """Choices and progress; Blender neither undoes them nor asks to save them."""

    # FILE_NAME takes names that are no text, and has no second button to choose a file.
    photo: StringProperty(
        name="Photo", description="The photo to make a face from", subtype="FILE_NAME", update=_tell_listeners
    )
    others: CollectionProperty(type=OtherPhoto)
    face: IntProperty(
        name="Face", description="Which face of the photo; -1 is the largest", default=LARGEST_FACE, min=LARGEST_FACE
    )
    faces: CollectionProperty(type=FoundFace)
    finding_faces: BoolProperty()
    model: EnumProperty(name="Model", description="The face model", items=model_items, update=_remembering("model"))
    quality: EnumProperty(name="Quality", items=QUALITIES, default=FINAL, update=_remembering("quality"))
    texture_size: EnumProperty(
        name="Texture",
        description="Size of the textures",
        items=TEXTURE_SIZES,
        default=AUTO,
        update=_remembering("texture_size"),
    )
    scalp_tint: BoolProperty(name="Tint Scalp", description=SCALP_TINT, default=True, update=_remembering("scalp_tint"))
    shape: EnumProperty(name="Shape", items=SHAPES, default=choices.MODEL_SHAPE, update=_remembering("shape"))
    relief: EnumProperty(name="Wrinkles", items=RELIEFS, default=choices.SHADING, update=_remembering("relief"))
    device: EnumProperty(
        name="Device", description="Where to compute", items=DEVICES, default=AUTO, update=_remembering("device")
    )
    job: StringProperty(description="What is running, if anything")
    stage: StringProperty()
    fraction: FloatProperty(min=0.0, max=1.0)
    error: StringProperty(description="What went wrong last, in one sentence")
    warning: StringProperty(description="What the user should know of the last result, a sentence a line")
    search: StringProperty(
        name="Search", description="Show only the sliders with this in their name", options={"TEXTEDIT_UPDATE"}
    )


def session(context: bpy.types.Context) -> LikenessSession:
    """The choices of this session."""
    return getattr(context.window_manager, PROPERTY)


def preferences(context: bpy.types.Context) -> bpy.types.AddonPreferences | None:
    """The preferences; None where the package is used without being an enabled add-on."""
    addon = context.preferences.addons.get(ROOT_PACKAGE)
    return addon.preferences if addon else None


def user_folder(*parts: str) -> Path:
    """A folder of this user for what Likeness writes, made if need be; where it cannot be, writing there fails."""
    try:
        folder = Path(bpy.utils.extension_path_user(ROOT_PACKAGE, path="/".join(parts)))
    except ValueError:  # no extension, but a plain package in Blender's Python
        folder = Path(bpy.utils.user_resource("DATAFILES", path=PROPERTY)).joinpath(*parts)
    # Not by Blender, which prints a traceback where it fails and gives the current folder.
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


@bpy.app.handlers.persistent
def _keep_choices(_file: str) -> None:
    current = session(bpy.context)
    _kept.update(
        {name: getattr(current, name) for name in KEPT},
        faces=[face.thumbnail for face in current.faces],
        others=[other.path for other in current.others],
    )


@bpy.app.handlers.persistent
def _restore_choices(_file: str) -> None:
    """Bring the choices back."""
    current = session(bpy.context)
    _forget_progress()
    show_own_choices()  # the file has those of whoever saved it
    if not _kept:  # the file is the one Blender starts with
        return
    with quietly():
        for name in KEPT:
            setattr(current, name, _kept[name])
    for thumbnail in _kept["faces"]:
        current.faces.add().thumbnail = thumbnail
    current.others.clear()
    for path in _kept["others"]:
        current.others.add().path = path


def _forget_progress() -> None:
    """Clear the progress of what was running when the file was saved, and the found faces, whose pictures are gone."""
    current = session(bpy.context)
    current.job = current.stage = current.error = current.warning = ""
    current.finding_faces = False
    current.faces.clear()


def register() -> None:
    """Give the window manager its session."""
    setattr(bpy.types.WindowManager, PROPERTY, PointerProperty(type=LikenessSession))
    _forget_progress()  # an earlier session may have left a file that is open already
    keep_known_model(bpy.context)
    remembered.open_memory(user_folder() / remembered.FILE_NAME)
    show_own_choices()
    bpy.app.handlers.load_pre.append(_keep_choices)
    bpy.app.handlers.load_post.append(_restore_choices)


def unregister() -> None:
    """Take the session away."""
    bpy.app.handlers.load_pre.remove(_keep_choices)
    bpy.app.handlers.load_post.remove(_restore_choices)
    delattr(bpy.types.WindowManager, PROPERTY)


CLASSES = (FoundFace, OtherPhoto, LikenessSession)
