"""Likeness: one photo becomes a rigged, textured, detailed 3D face, in Blender or as a library.

    import likeness

    likeness.reconstruct("photo.jpg").save("out")

Importing the package loads nothing heavy, for Blender imports it too; a name is looked up where it lives when it is
first used. What the user can mend is raised as `LikenessError`, whose text is one sentence.

>>> import likeness
>>> likeness.read_reconstruction("out").mesh.vertices.shape[1]  # metres: X to the subject's left, Y up, Z to the front
3
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__all__ = [
    "FaceModel",
    "LikenessError",
    "PipelineOptions",
    "Reconstruction",
    "__version__",
    "load_model",
    "read_reconstruction",
    "reconstruct",
]

if TYPE_CHECKING:
    from .bfm.face_model import FaceModel
    from .bfm.library.registry import load_model
    from .errors import LikenessError
    from .inference.pipeline import PipelineOptions, reconstruct
    from .result.folder import read_reconstruction
    from .result.reconstruction import Reconstruction
    from .version import VERSION as __version__
else:
    # Where each name lives. None may be that of a module in this folder, which an import would put in its place.
    _HOMES = {
        "FaceModel": ("bfm.face_model", "FaceModel"),
        "LikenessError": ("errors", "LikenessError"),
        "PipelineOptions": ("inference.pipeline", "PipelineOptions"),
        "Reconstruction": ("result.reconstruction", "Reconstruction"),
        "__version__": ("version", "VERSION"),
        "load_model": ("bfm.library.registry", "load_model"),
        "read_reconstruction": ("result.folder", "read_reconstruction"),
        "reconstruct": ("inference.pipeline", "reconstruct"),
    }

    def __getattr__(name):
        """A name of ``__all__``, its module loaded first (PEP 562)."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module, attribute = _HOMES[name]
        return getattr(import_module(f".{module}", __name__), attribute)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def register() -> None:
    """Blender calls this when the extension is enabled."""
    from . import registration  # here, so that the package can be imported without Blender

    registration.register()


def unregister() -> None:
    """Blender calls this when the extension is disabled."""
    from . import registration

    registration.unregister()
