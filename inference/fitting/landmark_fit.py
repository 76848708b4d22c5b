"""Camera, identity and expression from dense landmarks by Gauss-Newton, for a batch of assumed focal lengths.

Minimises the re-projection error + priors over identity a, expression e, rotation and translation. A detector's errors
are smooth over the face: the sigmas are widened for that, while *gaps* (upper to lower lid, lip to lip) and *places*
(an iris between its lids, one eye and the other) are compared once more and far more sharply, for they say whether an
eye or a mouth is open, where an eye looks and how far the eyes are apart. Geman-McClure weights silence what
cannot be explained (a hand, a microphone). The rotation is updated on the left, R <- exp(w) R. Batch B runs over
candidate intrinsics, so a photo without a known focal length tries several at once and keeps the most probable.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ...anatomy.landmarks import LandmarkScheme
from ..camera import Camera, intrinsics_from_focal, project
from ..positive_definite import solve_positive_definite
from .model_tensors import ModelTensors, SurfacePoints
from .settings import LandmarkSettings


@dataclass(frozen=True)
class LandmarkState:
    """Unknowns of B candidates."""

    identity: Tensor  # (B, I)
    expression: Tensor  # (B, E)
    rotation: Tensor  # (B, 3, 3)
    translation: Tensor  # (B, 3)
    intrinsics: Tensor  # (B, 3, 3)


@dataclass(frozen=True)
class Observations:
    """Dense landmarks of one photo."""

    points: Tensor  # (L, 2) pixels
    sigma: Tensor  # (L,) pixels
    gaps: Tensor  # (G, 2) landmark ids whose distance says whether an eye or the mouth is open
    oval: Tensor  # (O,) landmark ids of the closed loop round the face; empty where the scheme has none
    gap_sigma: float  # share of the inter-ocular distance
    places: Tensor  # (K, L) weights of the landmarks: the middle of a group less that of another
    place_sigma: float  # share of the inter-ocular distance
    inter_ocular: float  # pixels
    image_size: tuple[int, int]
    freedom: Tensor | float = 1.0  # (E,) share of its usual spread that an expression has in this photo


@dataclass(frozen=True)
class LandmarkBases:
    """The face model restricted to the L landmarks of a detector's scheme."""

    mean: Tensor  # (L, 3)
    identity: Tensor  # (I, L, 3)
    expression: Tensor  # (E, L, 3)
    expression_range: Tensor  # (E, 2)
    expression_std: Tensor  # (E,)
    places: SurfacePoints  # where the landmarks are on the model

    @staticmethod
    def of(tensors: ModelTensors, scheme: LandmarkScheme) -> LandmarkBases:
        """The model's landmarks of a scheme."""
        places = tensors.landmarks[scheme]
        return LandmarkBases(
            mean=places.of(tensors.mean),
            identity=places.of(tensors.identity_basis),
            expression=places.of(tensors.expression_basis),
            expression_range=tensors.expression_range,
            expression_std=tensors.expression_std,
            places=places,
        )

    def with_modes(self, modes: Tensor) -> LandmarkBases:
        """More identity modes (M, V, 3), appended."""
        return replace(self, identity=torch.cat([self.identity, self.places.of(modes)]))

    def points(self, identity: Tensor, expression: Tensor) -> Tensor:
        """Landmarks (B, L, 3) in model space."""
        shape = self.mean + torch.tensordot(identity, self.identity, dims=1)
        return shape + torch.tensordot(expression, self.expression, dims=1)


def fit_landmarks(
    bases: LandmarkBases,
    seen: Observations,
    focal_px: float | None,
    settings: LandmarkSettings,
    start: LandmarkState | None = None,
) -> tuple[LandmarkState, Tensor]:
    """The most probable candidate (batch of one) and the weight (L,) in [0, 1] each landmark kept in it.

    ``start`` is one more candidate beside those from the mean face, and stays if it leads to a lower energy.
    """
    state = initial_state(bases, seen, focal_px, settings)
    if start is not None:
        state = joined(state, start)
    # What the photo says of expressions waits until the camera is chosen: perspective is no way out for a shut jaw.
    plain = replace(seen, freedom=1.0)
    # Closed eyes and open mouths are outliers to the mean face: first find them, then be robust.
    trusting, first = replace(settings, geman_mcclure=1e3), settings.iterations // 2
    for _ in range(first):
        state = gauss_newton_step(bases, plain, state, trusting)
    energies = energy(bases, plain, state, settings)
    if focal_px is None:
        energies = energies + distance_prior(state.translation[:, 2], settings)
    best = energies.argmin()
    state = LandmarkState(*(getattr(state, name)[best : best + 1] for name in LandmarkState.__annotations__))
    for _ in range(settings.iterations - first):
        state = gauss_newton_step(bases, seen, state, settings)
    return state, robust_weights(residuals(bases, seen, state), settings)[0]


def joined(states: LandmarkState, others: LandmarkState) -> LandmarkState:
    """The candidates of both."""
    return LandmarkState(
        *(torch.cat([getattr(states, name), getattr(others, name)]) for name in LandmarkState.__annotations__)
    )


def to_camera(state: LandmarkState, image_size: tuple[int, int]) -> Camera:
    """The camera of a batch of one."""
    return Camera(state.intrinsics[0], state.rotation[0], state.translation[0], image_size)


def initial_state(
    bases: LandmarkBases, seen: Observations, focal_px: float | None, settings: LandmarkSettings
) -> LandmarkState:
    """Mean face posed by scaled orthography (DeMenthon and Davis 1995, first step), one candidate per focal."""
    weight = (1.0 / seen.sigma**2)[:, None]
    center_2d = (weight * seen.points).sum(0) / weight.sum()
    center_3d = (weight * bases.mean).sum(0) / weight.sum()
    shape, image = (bases.mean - center_3d), (seen.points - center_2d)
    affine = solve_positive_definite(shape.mT @ (weight * shape), shape.mT @ (weight * image)).mT  # (2, 3)
    u, scales, vt = torch.linalg.svd(affine, full_matrices=False)
    two_rows = u @ vt
    rotation = torch.cat([two_rows, torch.linalg.cross(two_rows[0], two_rows[1])[None]])
    pixels_per_metre = scales.mean()
    if focal_px is None:
        reference = pixels_per_metre * settings.distance_m
        focals = reference * reference.new_tensor(settings.focal_candidates)
    else:
        focals = pixels_per_metre.new_tensor([focal_px])
    intrinsics = torch.stack([intrinsics_from_focal(float(f), seen.image_size, focals) for f in focals])
    depth = focals / pixels_per_metre
    middle = intrinsics[:, :2, 2]
    xy = (center_2d - middle) / focals[:, None] * depth[:, None]
    translation = torch.cat([xy, depth[:, None]], dim=1) - rotation @ center_3d
    count = len(focals)
    return LandmarkState(
        identity=bases.mean.new_zeros(count, len(bases.identity)),
        expression=bases.mean.new_zeros(count, len(bases.expression)),
        rotation=rotation.expand(count, 3, 3),
        translation=translation,
        intrinsics=intrinsics,
    )


def residuals(bases: LandmarkBases, seen: Observations, state: LandmarkState) -> Tensor:
    """(B, L, 2) re-projection errors in units of each landmark's sigma."""
    points = bases.points(state.identity, state.expression) @ state.rotation.mT + state.translation[:, None]
    return (project(points, state.intrinsics) - seen.points) / seen.sigma[:, None]


def robust_weights(error: Tensor, settings: LandmarkSettings) -> Tensor:
    """Geman-McClure weights (B, L) of residuals (B, L, 2)."""
    scale = settings.geman_mcclure**2
    return (scale / (scale + (error**2).sum(-1))) ** 2


def energy(bases: LandmarkBases, seen: Observations, state: LandmarkState, settings: LandmarkSettings) -> Tensor:
    """Half the objective (B,) without the focal prior: a negative log posterior."""
    error = residuals(bases, seen, state)
    squared, scale = (error**2).sum(-1), settings.geman_mcclure**2
    data = (scale * squared / (scale + squared)).sum(-1) / settings.correlation**2
    data = data + (_sharp_rows(seen, error) ** 2).sum((-1, -2))
    prior = settings.identity_weight * (state.identity**2).sum(-1)
    prior = prior + settings.expression_weight * ((state.expression / (seen.freedom * bases.expression_std)) ** 2).sum(
        -1
    )
    excess = _range_excess(bases, state.expression)
    return 0.5 * (data + prior + settings.range_weight * (excess**2).sum(-1))


def distance_prior(distance: Tensor, settings: LandmarkSettings) -> Tensor:
    """Negative log prior (B,) of a camera distance in metres."""
    return 0.5 * ((distance / settings.distance_m).log() / settings.distance_log_sigma) ** 2


def gauss_newton_step(
    bases: LandmarkBases, seen: Observations, state: LandmarkState, settings: LandmarkSettings
) -> LandmarkState:
    """One step of all unknowns of every candidate."""
    return apply_step(state, *normal_equations(bases, seen, state, settings))


def normal_equations(
    bases: LandmarkBases, seen: Observations, state: LandmarkState, settings: LandmarkSettings
) -> tuple[Tensor, Tensor]:
    """Matrix (B, P, P) and gradient (B, P) over identity, expression, turn and shift (P = I + E + 6)."""
    error = residuals(bases, seen, state)
    change = _jacobian(bases, seen, state)
    kept = robust_weights(error, settings).sqrt()[..., None] / settings.correlation
    error = torch.cat([kept * error, _sharp_rows(seen, error)], dim=1).flatten(1)
    jacobian = torch.cat([kept[..., None] * change, _sharp_rows(seen, change)], dim=1).flatten(1, 2)
    prior, prior_gradient = _prior(bases, seen, state, settings)
    normal = jacobian.mT @ jacobian + torch.diag_embed(prior)
    return normal, (jacobian.mT @ error[..., None])[..., 0] + prior_gradient


def apply_step(state: LandmarkState, normal: Tensor, gradient: Tensor) -> LandmarkState:
    """The state after the Newton step of a quadratic model."""
    return moved(state, -solve_positive_definite(normal, gradient[..., None])[..., 0])


def moved(state: LandmarkState, step: Tensor) -> LandmarkState:
    """The state after a step (B, P) over identity, expression, turn and shift."""
    split = [state.identity.shape[1], state.expression.shape[1], 3, 3]
    identity, expression, turn, shift = step.split(split, dim=1)
    return replace(
        state,
        identity=state.identity + identity,
        expression=state.expression + expression,
        rotation=torch.linalg.matrix_exp(cross_matrix(turn)) @ state.rotation,
        translation=state.translation + shift,
    )


def _sharp_rows(seen: Observations, rows: Tensor) -> Tensor:
    """Rows (B, L, ...) in sigmas of the landmarks -> (B, G + K, ...) of gaps and places, each in its own sigmas."""
    scaled = rows * seen.sigma.view((-1,) + (1,) * (rows.ndim - 2)) / seen.inter_ocular
    first, second = seen.gaps.unbind(-1)
    places = torch.einsum("kl,bl...->bk...", seen.places, scaled)
    return torch.cat([(scaled[:, first] - scaled[:, second]) / seen.gap_sigma, places / seen.place_sigma], dim=1)


def cross_matrix(vector: Tensor) -> Tensor:
    """Vectors (..., 3) -> matrices (..., 3, 3) with ``cross_matrix(a) @ b == cross(a, b)``."""
    x, y, z = vector.unbind(-1)
    zero = torch.zeros_like(x)
    rows = [zero, -z, y, z, zero, -x, -y, x, zero]
    return torch.stack(rows, dim=-1).unflatten(-1, (3, 3))


def _jacobian(bases: LandmarkBases, seen: Observations, state: LandmarkState) -> Tensor:
    """Derivatives (B, L, 2, I + E + 6) of the residuals."""
    rotated = bases.points(state.identity, state.expression) @ state.rotation.mT
    x, y, z = (rotated + state.translation[:, None]).unbind(-1)
    z = z.clamp_min(1e-3)
    fx, fy = state.intrinsics[:, 0, 0, None], state.intrinsics[:, 1, 1, None]
    zero = torch.zeros_like(z)
    rows = [fx / z, zero, -fx * x / z**2, zero, fy / z, -fy * y / z**2]
    by_point = torch.stack(rows, dim=-1).unflatten(-1, (2, 3))
    by_point = by_point / seen.sigma[:, None, None]
    by_shape = torch.cat([bases.identity, bases.expression])  # (I + E, L, 3)
    shape_columns = torch.einsum("blpc,bcd,kld->blpk", by_point, state.rotation, by_shape)
    turn_columns = by_point @ -cross_matrix(rotated)
    return torch.cat([shape_columns, turn_columns, by_point], dim=-1)


def _prior(
    bases: LandmarkBases, seen: Observations, state: LandmarkState, settings: LandmarkSettings
) -> tuple[Tensor, Tensor]:
    """Diagonal (B, P) and gradient (B, P) of the priors."""
    spread = settings.expression_weight / (seen.freedom * bases.expression_std) ** 2
    excess = _range_excess(bases, state.expression)
    width = bases.expression_range[:, 1] - bases.expression_range[:, 0]
    wall = settings.range_weight * (excess != 0) / width**2
    identity = torch.full_like(state.identity, settings.identity_weight)
    pose = state.expression.new_zeros(len(state.expression), 6)
    diagonal = torch.cat([identity, spread + wall, pose], dim=1)
    gradient = [identity * state.identity, spread * state.expression + settings.range_weight * excess / width, pose]
    return diagonal, torch.cat(gradient, dim=1)


def _range_excess(bases: LandmarkBases, expression: Tensor) -> Tensor:
    """How far values (B, E) lie outside their slider's range, in units of the range, signed."""
    low, high = bases.expression_range.unbind(-1)
    return (expression - expression.clamp(low, high)) / (high - low)
