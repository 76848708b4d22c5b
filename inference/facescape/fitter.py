"""The landmark fit of FaceScape ("opti" of its tables; Yang et al., CVPR 2020) on its bilinear model.

By turns the pose, the identity under a Gaussian prior and the expression within its sliders; then the landmarks of the
jaw move to where the face's outline now is. The authors hand the identity to L-BFGS too: its cost is a square, so here
its minimum is solved for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from ...bfm.formats.facescape.fitting_arrays import JAW, SIDE
from ...geometry.arrays import Floats, Ints
from ...geometry.similarity import Similarity, umeyama
from .bilinear import BilinearPoints
from .expression_prior import ExpressionPrior
from .weak_perspective import WeakPerspective, refined, spread_start

PHOTO_ROUNDS, SPACE_ROUNDS = 4, 5
PHOTO_IDENTITY, SPACE_IDENTITY = 1.0, 20.0  # square millimetres that a sigma is worth
EXPRESSION = 1.0  # square millimetres that a unit of the logarithm is worth
ITERATIONS = 100


@dataclass(frozen=True, eq=False)
class PhotoLandmarkFit:
    """What landmarks in a photo say."""

    identity: Floats  # (I,) sigma
    expression: Floats  # (E,) in [0, 1]
    pose: WeakPerspective
    landmarks: Ints  # (68,) which of the points were the landmarks in the end


@dataclass(frozen=True, eq=False)
class SpaceLandmarkFit:
    """What landmarks in space say."""

    identity: Floats  # (I,) sigma
    expression: Floats  # (E,) in [0, 1]
    pose: Similarity  # model's millimetres -> the landmarks' own unit and place


def fit_in_photo(model: BilinearPoints, pixels: Floats) -> PhotoLandmarkFit:
    """Fit landmarks (68, 2) of a photo: pixels, y up."""
    identity, expression = _rest(model)
    turn, landmarks = np.zeros(3), model.landmarks
    pose = spread_start(model.mean[landmarks], pixels, turn)
    for _ in range(PHOTO_ROUNDS):
        seen = model.at(landmarks)
        points = seen.shape(identity, expression)
        pose = refined(spread_start(points, pixels, pose.turn), points, pixels)
        target = (pixels - pose.shift) / pose.scale
        identity = _identity_step(seen, expression, target, pose.rotation[:2], PHOTO_IDENTITY)
        expression = _expression_step(seen, identity, expression, target, pose.rotation[:2], model.prior)
        landmarks = outlined(model, landmarks, pose.project(model.shape(identity, expression)))
    return PhotoLandmarkFit(identity, expression, pose, landmarks)


def fit_in_space(model: BilinearPoints, points: Floats) -> SpaceLandmarkFit:
    """Fit landmarks (68, 3) in any unit and place, such as those of a scan or of several cameras."""
    identity, expression = _rest(model)
    seen, everything = model.at(model.landmarks), np.eye(3)
    for _ in range(SPACE_ROUNDS):
        target = umeyama(points, seen.shape(identity, expression)).apply(points)
        identity = _identity_step(seen, expression, target, everything, SPACE_IDENTITY)
        expression = _expression_step(seen, identity, expression, target, everything, None)
    return SpaceLandmarkFit(identity, expression, umeyama(seen.shape(identity, expression), points))


def outlined(model: BilinearPoints, landmarks: Ints, pixels: Floats) -> Ints:
    """The landmarks (68,) with those of the jaw at the outermost of their candidates, all points being at (N, 2).

    That is the leftmost for the left half of the picture, the lowest for the chin, the rightmost for the right half.
    """
    outward = np.array([[-1.0, 0.0]] * SIDE + [[0.0, -1.0]] + [[1.0, 0.0]] * SIDE)
    moved = landmarks.copy()
    for landmark, (candidates, direction) in enumerate(zip(model.contours, outward[:JAW], strict=False)):
        if len(candidates):
            moved[landmark] = candidates[(pixels[candidates] @ direction).argmax()]
    return moved


def _rest(model: BilinearPoints) -> tuple[Floats, Floats]:
    return np.zeros(len(model.identity)), np.zeros(len(model.expressions))


def _identity_step(seen: BilinearPoints, expression: Floats, target: Floats, view: Floats, weight: float) -> Floats:
    """Coefficients (I,) of least squares under the prior, from landmarks seen by ``view`` (D, 3) to a target (L, D)."""
    modes = (seen.modes_at(expression) @ view.T).reshape(len(seen.identity), -1)
    still = seen.shape(np.zeros(len(seen.identity)), expression) @ view.T
    return np.linalg.solve(modes @ modes.T + weight * np.eye(len(modes)), modes @ (target - still).ravel())


def _expression_step(
    seen: BilinearPoints,
    identity: Floats,
    start: Floats,
    target: Floats,
    view: Floats,
    prior: ExpressionPrior | None,
) -> Floats:
    """Sliders (E,) in [0, 1] of least squares likewise, under a prior if there is one."""
    moves = (seen.expressions_of(identity) @ view.T).reshape(len(start), -1)
    neutral = (seen.shape(identity, np.zeros(len(start))) @ view.T - target).ravel()

    def cost(sliders: Floats) -> tuple[float, Floats]:
        return expression_cost(sliders, moves, neutral, prior)

    bounds = [(0.0, 1.0)] * len(start)
    found = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": ITERATIONS})
    return found.x


def expression_cost(
    sliders: Floats, moves: Floats, neutral: Floats, prior: ExpressionPrior | None
) -> tuple[float, Floats]:
    """What sliders (E,) cost whose moves (E, R) are to undo the residuals (R,) of a neutral face; and the gradient."""
    residuals = neutral + sliders @ moves
    cost, gradient = float(residuals @ residuals), 2 * moves @ residuals
    if prior is None:
        return cost, gradient
    improbable, slope = prior.cost(sliders)
    return cost + EXPRESSION * improbable, gradient + EXPRESSION * slope
