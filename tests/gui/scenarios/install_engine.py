"""Install Engine in a Blender whose own Python is the only one of the computer, from a mirror on this machine."""

import sys
from pathlib import Path

import bpy
import hands
import product


def main():
    lists, index, pictures = sys.argv[1:]
    builds, installation = product.module("engine.installing.builds"), product.module("engine.installing.installation")
    builds.LOCKS, builds.TORCH_INDEX = Path(lists), index
    installation.find_installer = lambda: product.module("engine.installing.installer").Installer("")
    own = [Path(sys.executable)]
    product.module("engine.installing.interpreters").candidates = lambda: iter(own)
    preferences = bpy.context.preferences
    preferences.system.use_online_access = True
    preferences.addons[product.PACKAGE].preferences.interpreter = ""
    bpy.ops.screen.userpref_show("INVOKE_DEFAULT")
    yield from hands.wait(lambda: len(bpy.context.window_manager.windows) == 2, 10, "the window of the preferences")
    window = bpy.context.window_manager.windows[1]
    with bpy.context.temp_override(window=window, area=window.screen.areas[0]):
        bpy.ops.preferences.addon_show(module=product.PACKAGE)
        bpy.ops.likeness.install_engine("INVOKE_DEFAULT")
    stages = set()
    while product.session().job:
        stages.add(product.session().stage)
        yield 0.02
        if product.session().stage.startswith("Downloading Python") and not Path(pictures, "during.png").exists():
            yield 0.5
            hands.photograph(Path(pictures, "during.png"))
    yield 1.0
    hands.photograph(Path(pictures, "afterwards.png"))
    assert not product.session().error, product.session().error
    hands.figure("Blender's own", sys.version.split()[0])
    hands.figure("stages", sorted(stages))
    hands.figure("engine", product.module("operators.engine_state").summary())
    hands.figure("interpreter", product.module("operators.engine_host").find_interpreter())
