"""How slow work tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

# Is told the stage that begins or goes on, and the share of the whole that is done, 0 to 1.
OnProgress = Callable[[str, float], None]
