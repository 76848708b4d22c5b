"""What a user may choose for a result, by the words that the command line, Blender and the pipeline all know.

It stands beside the result because that is the one room that Blender, which has no PyTorch, and the pipeline, which has
no Blender, both know. Standard library only.
"""

from __future__ import annotations

from ..errors import LikenessError

# The shape alone, or light, texture and detail as well.
DRAFT, FINAL = "draft", "final"
QUALITIES = (DRAFT, FINAL)
TEXTURE_SIZES = (512, 1024, 2048, 4096)  # side, texels
AUTO_SIZES = (1024, 2048)  # what AUTO takes: the larger one where the photo has the pixels for it
# How many vertices an exported mesh has: its cage's, its own, or those of one subdivision more.
COARSE, MEDIUM, FINE = "coarse", "medium", "fine"
DETAILS = (COARSE, MEDIUM, FINE)
# Whom an FBX file is made for: any program, or a game engine.
PLAIN, UNREAL, UNITY, GODOT = "plain", "unreal", "unity", "godot"
FBX_TARGETS = (PLAIN, UNREAL, UNITY, GODOT)
# The fastest device that works, or one of PyTorch's.
AUTO, CPU, CUDA, MPS = "auto", "cpu", "cuda", "mps"
DEVICES = (AUTO, CPU, CUDA, MPS)
# Fitted to the photo, what Deep3D's network says alone, or as FaceScape fits its own model to landmarks.
FULL_FIT, NO_FIT, FACESCAPE_FIT = "full", "none", "facescape"
FITS = (FULL_FIT, NO_FIT, FACESCAPE_FIT)

# What tells wrinkles: the shading of the photo, or a network for depth or displacements.
SHADING, DF2NET_RELIEF, FACESCAPE_RELIEF = "shading", "df2net", "facescape"
RELIEFS = (SHADING, DF2NET_RELIEF, FACESCAPE_RELIEF)
# What tells the shape: the face model alone, or a network for surfaces as well.
MODEL_SHAPE, RAFARE_SHAPE = "fit", "rafare"
SHAPES = (MODEL_SHAPE, RAFARE_SHAPE)


TEXTURE_LIMITS = (16, 4096)  # texels a side; the memory that maps take grows with the square of it


def texture_size(choice: object) -> int | str:
    """A texture's size as the pipeline knows it, AUTO or a number of pixels, from that or the word for it.

    Raises:
        LikenessError: it is neither, or no size that a texture can have.
    """
    if choice == AUTO:
        return AUTO
    least, most = TEXTURE_LIMITS
    digits = "" if isinstance(choice, bool | float) else str(choice)
    if not (digits.isascii() and digits.isdigit()) or not least <= int(digits[:9]) <= most:
        raise LikenessError(
            f"A texture's size is {AUTO!r} or a whole number of pixels from {least} to {most}, not {choice!r:.60}."
        )
    return int(digits)


def device_note(device: str) -> str:
    """Why a result was not computed where it was asked for, from what it tells of its device; "" where it was."""
    return "" if device in DEVICES else device
