"""The landmark stage of several photos of one person: one identity for all; camera, pose and expression per photo.

From where each photo's own landmarks led, all take common Gauss-Newton steps in which the identity is shared; between
them each photo without a known focal length chooses it again, now that the shape is better known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from .landmark_fit import LandmarkBases, LandmarkState, Observations, fit_landmarks, moved, normal_equations
from .problem import FaceProblem, PhotoProblem
from .schur import shared_newton_step
from .settings import LandmarkSettings

ROUNDS, STEPS = 3, 6  # of choosing the focal lengths, and of common steps in each
EVIDENCE_GROWTH = 0.25  # P photos tell as much as P ** this that have no errors in common


def with_shared_prior(settings: LandmarkSettings, photos: int) -> LandmarkSettings:
    """The settings of each of some photos, whose identity priors add up.

    Photos of one face share the errors of detector and model: if each counted in full, those would be taken for shape.
    """
    return replace(settings, identity_weight=settings.identity_weight / photos**EVIDENCE_GROWTH)


def fit_landmarks_together(
    problem: FaceProblem, photos: Sequence[PhotoProblem], states: Sequence[LandmarkState]
) -> list[LandmarkState]:
    """One identity for all photos, each state being a batch of one, from the mean of their own identities."""
    bases, settings = problem.bases, problem.settings.landmarks
    mean = torch.stack([state.identity for state in states]).mean(dim=0)
    states = [replace(state, identity=mean) for state in states]
    for turn in range(ROUNDS):
        if turn:
            states = [
                _refocused(bases, photo.seen, state, settings) if photo.focal_px is None else state
                for photo, state in zip(photos, states, strict=True)
            ]
        for _ in range(STEPS):
            equations = [
                normal_equations(bases, photo.seen, state, settings)
                for photo, state in zip(photos, states, strict=True)
            ]
            states = apply_shared_step(states, [(matrix[0], gradient[0]) for matrix, gradient in equations])
    return states


def apply_shared_step(
    states: Sequence[LandmarkState], equations: Sequence[tuple[Tensor, Tensor]]
) -> list[LandmarkState]:
    """The states (batches of one, of one identity) after the Newton step of all photos together."""
    identity, own = shared_newton_step(equations, states[0].identity.shape[1])
    return [moved(state, torch.cat([identity, step])[None]) for state, step in zip(states, own, strict=True)]


def _refocused(
    bases: LandmarkBases, seen: Observations, state: LandmarkState, settings: LandmarkSettings
) -> LandmarkState:
    """The most probable focal length, pose and expression of one photo, its identity being known."""
    neutral = bases.points(state.identity, torch.zeros_like(state.expression))[0]
    known = replace(bases, mean=neutral, identity=bases.identity[:0])
    return replace(fit_landmarks(known, seen, None, settings)[0], identity=state.identity)
