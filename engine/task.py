"""`Task`: slow work that runs elsewhere and is asked, never awaited, how far it is. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol


class Cancelled(Exception):
    """The user stopped the task; nothing was changed."""


@dataclass(frozen=True)
class Update:
    """Where a task stands."""

    stage: str  # what is being done, for the user
    fraction: float  # of the whole, 0 to 1
    finished: bool = False
    result: dict[str, Any] = field(default_factory=dict)  # filled when finished


class Task(Protocol):
    """Slow work in another process or thread; every method returns at once unless it says otherwise."""

    def poll(self) -> Update:
        """Where it stands now. Raises `LikenessError` if it failed and `Cancelled` once a cancellation is through."""
        ...

    def cancel(self) -> None:
        """Ask it to stop; `poll` raises `Cancelled` when it has."""
        ...

    def close(self) -> None:
        """End it for good and free its resources; may take some seconds, also right after `cancel`."""
        ...
