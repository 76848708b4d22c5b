"""Samples on the disk: made once, some dozens at a time, as files of arrays that are mapped into memory."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ...bfm.face_model import FaceModel
from ...geometry.arrays import Ints
from ..synthesis.portraits import random_portrait, studio
from ..synthesis.random_heads import held_out, random_head
from .samples import Sample, SampleKind

SHARD = 64  # samples, by default
_PICTURES_OF_ONE = 2  # portraits of a person
_FORMAT = 2  # of what is made; a folder of another one is not read


@dataclass(frozen=True)
class SampleStore:
    """So many samples of a kind; the first ones of a larger store are the same.

    Sample number n is of person n // 2, and is wholly told by the seed and its number.
    """

    folder: Path
    kind: SampleKind
    model: FaceModel
    seed: int
    count: int
    shard: int = SHARD

    @cached_property
    def training(self) -> Ints:
        """Numbers of the samples of people to train with."""
        return np.array([n for n in range(self.count) if not held_out(_person(n))])

    @cached_property
    def held_out(self) -> Ints:
        """Numbers of the samples of people that no training sees."""
        return np.array([n for n in range(self.count) if held_out(_person(n))])

    def rows(self, numbers: Ints) -> Sample:
        """The samples of these numbers, stacked."""
        found = [{name: array[n % self.shard] for name, array in self._shard(n // self.shard).items()} for n in numbers]
        return {name: np.stack([sample[name] for sample in found]) for name in found[0]}

    def make(self, tell: Callable[[int], None] = lambda made: None) -> None:
        """Make all shards that are not there."""
        for number in range(-(-self.count // self.shard)):
            self._shard(number)
            tell(min((number + 1) * self.shard, self.count))

    def sample(self, number: int) -> Sample:
        """One sample, made anew."""
        rng = np.random.default_rng([self.seed, _person(number), number])
        head = random_head(self.model, self.seed, _person(number), rng)
        stage = studio(self.model)
        return self.kind.of(random_portrait(stage, head, self.kind.framing, self.kind.side, rng), stage, rng)

    def _shard(self, number: int) -> Sample:
        if number not in self._open:
            place = self.folder / f"{self.kind.name}-{_FORMAT}-{self.seed}-{self.shard}" / f"{number:04d}"
            if not place.is_dir():
                self._write(place, range(number * self.shard, (number + 1) * self.shard))
            self._open[number] = {path.stem: np.load(path, mmap_mode="r") for path in sorted(place.glob("*.npy"))}
        return self._open[number]

    @cached_property
    def _open(self) -> dict[int, Sample]:
        return {}

    def _write(self, place: Path, numbers: range) -> None:
        """A shard that appears all at once, so that one that is broken off is made anew."""
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".part-", dir=place.parent))
        try:
            samples = [self.sample(number) for number in numbers]
            for name in samples[0]:
                np.save(fresh / f"{name}.npy", np.stack([sample[name] for sample in samples]))
            fresh.rename(place)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def _person(number: int) -> int:
    return number // _PICTURES_OF_ONE
