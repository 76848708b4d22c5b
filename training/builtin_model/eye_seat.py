"""Eyeballs seated behind the laid lids, and the lids' hidden side laid on them.

ICT-FaceKit's eyeballs are larger than life; its lids' rims are where they are seen, but a ball of 12 mm behind them
touches the rims' middle only. The margins therefore run on from the rims to our ball and along it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import uniform_filter1d

from ...bfm.builtin.eyes import RADIUS, height, on_eyeball
from ...geometry.arrays import Floats, Ints
from ...geometry.smoothstep import smoothstep
from .laying_landmarks import RIM_RING

DECIDES = 0.75  # of the radius: rims farther aside than this do not say how far forward the ball lies
CLEARANCE = 0.00025  # metres between the ball and a lid's inner edge
# Of the margin's rings, from the hidden edge to the rim: how far each is on its way to the ball, and how far behind the
# lids' opening it slides along it, metres.
RESTS = (1.0, 1.0, 1.0, 1.0, 0.5, 0.15, 0.0)
SLIDES = (0.0042, 0.0030, 0.0016, 0.0, 0.0, 0.0, 0.0)
DEEPEST = 0.0022  # metres that the edge of a margin may be drawn back to the ball; at the corners it ends before
# How much of a ring's motion along the ball's normal is the ball's own, and whether that ends beside the ball.
BOUND = (1.0, 1.0, 1.0, 1.0, 0.9, 0.8, 0.75)
RIM_FREE = (0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0)
SOCKET = 0.0006  # metres between the ball and what lies behind the lids
# The inner corner reaches beyond the ball. What would be a deep slit there is filled by the margins, as the caruncle
# fills it: metres that their edge stands off the ball where that begins and is whole, how far it then slides over the
# ball toward the opening and sinks into it, and how far each ring is on its way there.
CORNER = (0.0003, 0.0025)
TOWARD, SUNK = 0.0012, 0.0001
TO_BALL = (1.0, 0.7, 0.35)


@dataclass(frozen=True)
class LidRings:
    """The left eye's lids as rings of one length, upper and lower, each from the inner to the outer corner."""

    rings: Ints  # (RIM_RING + 1, 2, N) subdivided vertex ids; the last ring is the rim


def left_lids(columns: tuple[Sequence[Sequence[int]], Sequence[Sequence[int]]]) -> LidRings:
    """The rings of `laying_landmarks.lid_columns`. Raises ValueError where the lids are no grid."""
    upper, lower = (np.array(lid) for lid in columns)
    if upper.shape != lower.shape or upper.shape[1] != RIM_RING + 1:
        raise ValueError(f"the lids do not match: {upper.shape} and {lower.shape}")
    return LidRings(np.stack([upper.T, lower.T], axis=1))


def seat(rim: Floats, across: float, up: float) -> Floats:
    """Centre (3,) of the ball behind edges of the lids (N, 3): as far forward as they allow; one may be an outlier."""
    aside = np.hypot(rim[:, 0] - across, rim[:, 1] - up)
    near = aside < DECIDES * RADIUS
    depth = rim[near, 2] - np.sqrt((RADIUS + CLEARANCE) ** 2 - aside[near] ** 2)
    return np.array([across, up, np.sort(depth)[1]])


def lids_on_ball(vertices: Floats, lids: LidRings, centre: Floats) -> Floats:
    """The vertices (V, 3) with the left lids' margins led from their rims to the ball and along it."""
    moved = vertices.copy()
    opening = _unit(vertices[lids.rings[-1]].reshape(-1, 3).mean(axis=0) - centre)
    edge = vertices[lids.rings[3]] - centre
    for ring, rests, slide in zip(lids.rings, RESTS, SLIDES, strict=True):
        start = vertices[ring] if rests < 1 else vertices[lids.rings[3]]
        ball = _slid(edge if rests == 1 else start - centre, opening, slide)
        way = rests * (ball + centre - start)
        length = np.linalg.norm(way, axis=-1, keepdims=True)
        moved[ring] = start + way * np.minimum(1.0, (DEEPEST + slide) / np.maximum(length, 1e-9))
    return moved


def corner_filled(vertices: Floats, lids: LidRings, centre: Floats) -> Floats:
    """The vertices (V, 3) of `lids_on_ball` whose margins, at the inner corner, go straight to the ball before them."""
    moved = vertices.copy()
    opening = _unit(vertices[lids.rings[-1]].reshape(-1, 3).mean(axis=0) - centre)
    edge = vertices[lids.rings[3]] - centre
    inner = np.arange(edge.shape[1]) < edge.shape[1] // 2  # the outer corner is on the ball
    off_ball = np.where(inner, smoothstep(*CORNER, height(edge)), 0.0).mean(axis=0)
    share = uniform_filter1d(off_ball, 5, mode="nearest")[None, :, None]  # one for both lids, and no step along them
    for ring, slide, way in zip(lids.rings, SLIDES, TO_BALL, strict=False):
        ball = _slid(edge, opening, slide - share * (slide + TOWARD))
        ball -= share * (CLEARANCE + SUNK) * _unit(ball)
        place = centre + edge + (1.0 - share * (1.0 - way)) * (ball - edge)
        moved[ring] = np.where(share > 0.0, place, vertices[ring])
    return moved


def behind_lids(points: Floats, centre: Floats) -> Floats:
    """Points (N, 3) of the socket, those nearer to the ball than they may be moved off it."""
    away = points - centre
    least = np.linalg.norm(on_eyeball(away), axis=1, keepdims=True) + SOCKET
    length = np.linalg.norm(away, axis=1, keepdims=True)
    return centre + away * np.maximum(1.0, least / np.maximum(length, 1e-9))


def ride(field: Floats, vertices: Floats, lids: LidRings, centre: Floats, shift: Floats) -> Floats:
    """What must be added (K, R, 2, N, 3) to displacements (K, V, 3) for the lids' rings to stay on their ball.

    It is about ``centre`` (3,) and moves by ``shift`` (K, 3). Only motion along its normal is bound, wholly at the
    hidden edge and mostly at the rim.
    """
    out = _unit(vertices[lids.rings] - centre)
    aside = np.hypot(*np.moveaxis((vertices[lids.rings] - centre)[..., :2], -1, 0)) / RADIUS
    free = np.array(RIM_FREE)[:, None, None] * smoothstep(0.9, 1.25, aside)
    bound = np.array(BOUND)[:, None, None] * (1 - free)
    along = ((field[:, lids.rings] - shift[:, None, None, None]) * out).sum(axis=-1, keepdims=True)
    return -bound[..., None] * along * out


def _unit(vectors: Floats) -> Floats:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def _slid(away: Floats, opening: Floats, slide: float | Floats) -> Floats:
    """Points about the ball's centre on it, in directions ``away`` (..., 3) slid off the opening along the ball."""
    out = _unit(away)
    off = out - opening
    off = _unit(off - (off * out).sum(axis=-1, keepdims=True) * out)
    turned = np.cos(slide / RADIUS) * out + np.sin(slide / RADIUS) * off
    on = on_eyeball(turned.reshape(-1, 3)).reshape(turned.shape)
    return on + CLEARANCE * turned
