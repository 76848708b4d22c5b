"""What a user may choose for a result, by the words that the command line, Blender and the pipeline all know.

It stands beside the result because that is the one room that Blender, which has no PyTorch, and the pipeline, which has
no Blender, both know. Standard library only.
"""

from __future__ import annotations

# The shape alone, or light, texture and detail as well.
DRAFT, FINAL = "draft", "final"
QUALITIES = (DRAFT, FINAL)
TEXTURE_SIZES = (512, 1024, 2048, 4096)  # side, texels
AUTO_SIZES = (1024, 2048)  # what AUTO takes: the larger one where the photo has the pixels for it
# How many vertices an exported mesh has: its cage's, its own, or those of one subdivision more.
COARSE, MEDIUM, FINE = "coarse", "medium", "fine"
DETAILS = (COARSE, MEDIUM, FINE)
# The fastest device that works, or one of PyTorch's.
AUTO, CPU, CUDA, MPS = "auto", "cpu", "cuda", "mps"
DEVICES = (AUTO, CPU, CUDA, MPS)
# Fitted to the photo, or what Deep3D's network says alone.
FULL_FIT, NO_FIT = "full", "none"
FITS = (FULL_FIT, NO_FIT)

# What tells wrinkles: the shading of the photo, or a network for depth.
SHADING, DF2NET_RELIEF = "shading", "df2net"
RELIEFS = (SHADING, DF2NET_RELIEF)
# What tells the shape: the face model alone, or a network for surfaces as well.
MODEL_SHAPE, RAFARE_SHAPE = "fit", "rafare"
SHAPES = (MODEL_SHAPE, RAFARE_SHAPE)


def texture_size(word: str) -> int | str:
    """A texture's size as the pipeline knows it, from the word for it: AUTO or a number. Raises `ValueError`."""
    return word if word == AUTO else int(word)
