"""Whether Blender may use the internet, which the user decides for all extensions in one place."""

from __future__ import annotations

from typing import Any

import bpy


def disabled_while_offline(operator: Any, purpose: str) -> bool:
    """Whether Blender may not go online; if so, the tooltip of the operator's disabled button says how to allow it."""
    if bpy.app.online_access:
        return False
    # The words of Blender's own extensions.
    operator.poll_message_set(
        f"Online access required to {purpose}. Launch Blender without --offline-mode"
        if bpy.app.online_access_override
        else f"Online access required to {purpose}. Enable online access in System preferences"
    )
    return True
