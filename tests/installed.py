"""The extension as an artist has it: with LIKENESS_ZIP set, ``likeness`` means the modules Blender installed from it.

Without the variable it is the checkout, which Blender knows nothing of, and enabling it is calling ``register``.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

ZIP = os.environ.get("LIKENESS_ZIP", "")
MODULE = "bl_ext.user_default.likeness"


class _SameModule(Loader):
    """Puts a module that is loaded already under another name; nothing of it runs again."""

    def __init__(self, module: ModuleType) -> None:
        self._module, self._spec = module, module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec  # Python has put the other name's here, and relative imports would go by it


class _InstalledModules(MetaPathFinder):
    """Finds ``likeness.x`` as the installed extension's ``x``: one module under both names."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] != "likeness":
            return None
        return ModuleSpec(fullname, _SameModule(importlib.import_module(f"bl_ext.user_default.{fullname}")))


def install() -> None:
    """Install the zip into a new profile and leave it disabled; before anything else imports bpy or likeness."""
    profile = Path(tempfile.mkdtemp(prefix="likeness profile "))
    os.environ["BLENDER_USER_RESOURCES"] = str(profile)
    import bpy

    zip_path = str(Path(ZIP).resolve(strict=True))
    bpy.ops.extensions.package_install_files(filepath=zip_path, repo="user_default", enable_on_install=True)
    sys.meta_path.insert(0, _InstalledModules())
    if importlib.util.find_spec("cv2") is None:
        sys.modules[f"{MODULE}.result.image_files"] = importlib.import_module("plain_image_files")
    packages = profile / "for processes that tests start"
    packages.mkdir()
    (packages / "likeness").symlink_to(Path(str(sys.modules[MODULE].__file__)).parent)
    os.environ["PYTHONPATH"] = str(packages)
    disable()


def remove_profile() -> None:
    """Delete what `install` made; afterwards Blender must not be used any more."""
    shutil.rmtree(os.environ["BLENDER_USER_RESOURCES"], ignore_errors=True)


def enable() -> None:
    """Enable the extension as the checkbox in the preferences does."""
    if ZIP:
        import addon_utils

        assert addon_utils.enable(MODULE, default_set=True), "the console says why the extension cannot be enabled"
    else:
        importlib.import_module("likeness").register()


def disable() -> None:
    """Disable the extension as the checkbox in the preferences does."""
    if ZIP:
        import addon_utils
        import bpy

        assert MODULE in bpy.context.preferences.addons
        addon_utils.disable(MODULE, default_set=True)
    else:
        importlib.import_module("likeness").unregister()
