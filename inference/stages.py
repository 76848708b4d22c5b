"""The stages of the work by name: how long each is, and the clock that times them and tells the progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import accumulate

from ..progress import OnProgress

READING, LANDMARKS, SKIN, NETWORK, FIT = "reading", "landmarks", "skin", "network", "fit"
DEPTH, LIGHT, EXPRESSIONS = "depth", "light", "expressions"
TEXTURE, PAINTING, DETAIL = "texture", "painting", "detail"
# How much of the bar a stage gets beside the others that run: the time seen on two cores for textures of 2048 texels,
# and guessed for networks that see depth.
SHARES = {
    READING: 1, LANDMARKS: 3, SKIN: 5, NETWORK: 1, FIT: 38, DEPTH: 40, LIGHT: 2, EXPRESSIONS: 4, TEXTURE: 22,
    PAINTING: 20, DETAIL: 8,
}  # fmt: skip
# What makes a face of photos; what makes its maps where the fit is known.
DRAFT_STAGES = (READING, LANDMARKS, NETWORK, FIT)
FINAL_STAGES = (READING, LANDMARKS, SKIN, NETWORK, FIT, DEPTH, EXPRESSIONS, TEXTURE, PAINTING, DETAIL)
KNOWN_FIT_STAGES = (READING, LANDMARKS, SKIN, LIGHT, EXPRESSIONS, TEXTURE, PAINTING, DETAIL)


@dataclass
class Stopwatch:
    """Seconds per stage, and the progress told as each begins; ``stages`` are those that run, which fill the bar."""

    progress: OnProgress
    stages: Sequence[str]
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[Callable[[float], None]]:
        """Time a stage; yields a function that reports the share of it that is done."""
        start, end = self.span(name)
        self.progress(name, start)
        begun = time.perf_counter()
        yield lambda share: self.progress(name, start + share * (end - start))
        self.seconds[name] = time.perf_counter() - begun

    def span(self, name: str) -> tuple[float, float]:
        """Where a stage begins and ends on the bar, 0 to 1."""
        ends = [0, *accumulate(SHARES[stage] for stage in self.stages)]
        place = list(self.stages).index(name)
        return ends[place] / ends[-1], ends[place + 1] / ends[-1]
