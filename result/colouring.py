"""The colours of a person that a photo tells, as they are without its light. Standard library only."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

Colour = tuple[float, float, float]  # linear RGB


@dataclass(frozen=True)
class Colouring:
    """What colour a person is, as far as the photo tells: None where nobody knows, or where there is no hair."""

    hair: Colour | None = None
    iris: Colour | None = None
    skin_tone: Colour | None = None

    def record(self) -> dict[str, Any]:
        """As ``face.json`` holds it."""
        return asdict(self)


def colouring_of(record: dict[str, Any]) -> Colouring:
    """Read back from what ``face.json`` holds; what a result of another version lacks is not known."""
    colours = {name: record.get(name) for name in ("hair", "iris", "skin_tone")}
    return Colouring(**{name: None if colour is None else tuple(colour) for name, colour in colours.items()})
