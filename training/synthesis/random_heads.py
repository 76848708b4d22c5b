"""Random people of a face model: bone, skin tone and expression drawn apart, so that one person can be drawn again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...anatomy.parts import PartName
from ...anatomy.skin_colour import MELANIN
from ...bfm.face_model import FaceModel
from ...geometry.arrays import Floats

_MOST_SIGMA = 2.2  # beyond it faces are caricatures
_NEUTRAL_SHARE = 0.35  # of the pictures
_MOST_KEYS = 6  # of an expression
_MELANIN = (-0.25, 1.7)  # density over the model's own skin: from fair to very dark
HELD_OUT_EVERY = 8  # the people whose number this divides are never trained on


@dataclass(frozen=True)
class RandomHead:
    """One person in one expression."""

    vertices: Floats  # (V, 3) metres, model space
    albedo: Floats  # (V, 3) linear RGB
    age: float  # in [0, 1]: how deep its wrinkles are


def held_out(person: int) -> bool:
    """Whether a person, who is a number, belongs to those that measure."""
    return person % HELD_OUT_EVERY == 0


def random_head(model: FaceModel, seed: int, person: int, rng: np.random.Generator) -> RandomHead:
    """A person of a seed in a random expression, which ``rng`` chooses."""
    own = np.random.default_rng([seed, person])
    identity = _coefficients(own, len(model.identity_basis))
    colours = model.albedo_mean + np.tensordot(_coefficients(own, len(model.albedo_basis)), model.albedo_basis, axes=1)
    tone = np.exp(-own.uniform(*_MELANIN) * MELANIN)
    skin = model.part_vertices(PartName.SKIN)
    albedo = colours.clip(0.004, 0.95)
    albedo[skin] = (albedo[skin] * tone).clip(0.004, 0.95)
    return RandomHead(model.shape(identity, _expression(model, rng)), albedo, float(own.beta(1.2, 1.2)))


def _coefficients(rng: np.random.Generator, count: int) -> Floats:
    return np.clip(rng.standard_normal(count), -_MOST_SIGMA, _MOST_SIGMA)


def _expression(model: FaceModel, rng: np.random.Generator) -> Floats:
    values = np.zeros(len(model.expression_names))
    if rng.random() < _NEUTRAL_SHARE:
        return values
    chosen = rng.choice(len(values), rng.integers(1, _MOST_KEYS + 1), replace=False)
    values[chosen] = np.abs(rng.standard_normal(len(chosen))) * model.expression_std[chosen]
    return np.clip(values, *model.expression_ranges.T)
