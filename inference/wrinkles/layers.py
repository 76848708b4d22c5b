"""The kinds of fold that a face has: where each lies, which way it runs, how far apart and how deep the lines are.

Places are outlined by dense landmarks, so they hold for any model and any face. The lines run across the direction in
which the shape keys press the skin; what is said of them here decides where the keys press little, and which side the
next line is on. Depths are those of a face with many wrinkles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ...anatomy.landmarks import Dense, dense_mirror
from ...anatomy.regions import RegionName
from ...geometry.arrays import Floats, Floats64
from ...result.wrinkles import GroupName

_MM = 1e-3
_MIRROR = tuple(int(twin) for twin in dense_mirror())


@dataclass(frozen=True)
class Sense:
    """Which way one goes from a line to the next."""

    direction: tuple[float, float, float] = (0.0, 0.0, 0.0)
    centre: int | None = None  # or seen from this dense landmark:
    turning: bool = False  # round it, on both sides alike, so that lines radiate; else away from it

    def at(self, points: Floats, dense: Floats) -> Floats64:
        """Directions (P, 3) at points (P, 3) of a face with landmarks (478, 3); of any length, not along the skin."""
        if self.centre is None:
            return np.tile(np.asarray(self.direction, np.float64), (len(points), 1))
        ray = (points - dense[self.centre]) * [1.0, 1.0, 0.0]
        return np.cross([0.0, 0.0, np.sign(dense[self.centre, 0]) or 1.0], ray) if self.turning else ray

    def mirrored(self) -> Sense:
        """The same on the other side."""
        return self if self.centre is None else replace(self, centre=_MIRROR[self.centre])


UP, LEFT = Sense((0.0, 1.0, 0.0)), Sense((1.0, 0.0, 0.0))


@dataclass(frozen=True)
class FoldLayer:
    """One kind of fold in one place."""

    outline: tuple[int, ...]  # dense landmarks round the place, seen from the front
    edge: float  # metres either side of it over which the folds fade
    sense: Sense
    spacing: float  # metres between lines
    depth: float  # metres from the ridges to the bottom of the deepest line
    anchor: tuple[int, ...]  # landmarks by which a line runs
    led: bool = False  # whether it runs by all of them, or only by the first
    start: float = 0.0  # in lines, of the anchor: 0.5 has it between two
    length: float = 15 * _MM  # over which a line's strength changes
    narrow: float = 2.0  # the larger, the narrower the valleys beside the ridges
    strengths: Mapping[int, float] = field(default_factory=dict)  # of the lines by number from the anchor
    others: float = 1.0  # strength of the rest
    fan: tuple[int, float] | None = None  # a landmark, and how far from it the spacing, which grows with it, is so
    wander: float = 0.3  # lines by which a line leaves its course
    fine: float = 0.2  # share of the depth that the finer lines between have
    overhang: float = 0.0  # how much more a valley bulges on the next line's side than on the last one's
    pebbled: bool = False  # pits instead of lines
    prior: float = 0.02  # compression that the sense is taken for; keys that press less do not lead
    ages: bool = False  # whether skin that has seen many years has such lines at rest
    bare: tuple[str, ...] = ()  # regions that have none, beside lips, lids and what is no skin

    def mirrored(self) -> FoldLayer:
        """The same on the other side."""
        fan = None if self.fan is None else (_MIRROR[self.fan[0]], self.fan[1])
        outline, anchor = (tuple(_MIRROR[i] for i in ids) for ids in (self.outline, self.anchor))
        return replace(self, outline=outline, anchor=anchor, sense=self.sense.mirrored(), fan=fan)


_FOREHEAD = FoldLayer(
    outline=(68, 104, 103, 67, 109, 10, 338, 297, 332, 333, 298, 293, 334, 296, 336, 9, 107, 66, 105, 63),
    edge=6 * _MM,
    sense=UP,
    spacing=10 * _MM,
    depth=0.6 * _MM,
    anchor=(151,),
    length=22 * _MM,
    ages=True,
)
_GLABELLA = FoldLayer(
    outline=(55, 107, 108, 151, 337, 336, 285, 417, 168, 193),
    edge=5 * _MM,
    sense=LEFT,
    spacing=11 * _MM,
    depth=0.5 * _MM,
    anchor=(9, 8),
    led=True,
    start=0.5,
    length=12 * _MM,
    narrow=3.0,
    wander=0.15,
    strengths={0: 1.0, 1: 1.0},
    others=0.3,
    ages=True,
)
_ROOT = FoldLayer(
    outline=(189, 193, 8, 417, 413, 351, 6, 122),
    edge=3 * _MM,
    sense=UP,
    spacing=6 * _MM,
    depth=0.3 * _MM,
    anchor=(168,),
    length=8 * _MM,
    narrow=2.5,
)
_CROWS_FEET = FoldLayer(  # of the subject's right eye, as are all of one side
    outline=(226, 113, 124, 156, 139, 34, 116, 111, 31),
    edge=4 * _MM,
    sense=Sense(centre=Dense.RIGHT_EYE_OUTER, turning=True),
    spacing=4.5 * _MM,
    depth=0.4 * _MM,
    anchor=(35,),
    length=12 * _MM,
    narrow=2.5,
    fan=(Dense.RIGHT_EYE_OUTER, 18 * _MM),
    fine=0.25,
    ages=True,
)
_UNDER_EYE = FoldLayer(
    outline=(31, 228, 229, 230, 231, 232, 121, 120, 119, 118, 117, 111),
    edge=3 * _MM,
    sense=UP,
    spacing=3 * _MM,
    depth=0.16 * _MM,
    anchor=(230,),
    length=10 * _MM,
    narrow=1.5,
)
_BUNNY = FoldLayer(
    outline=(190, 193, 168, 417, 414, 453, 350, 437, 195, 217, 121, 233),
    edge=4 * _MM,
    sense=UP,
    spacing=4.5 * _MM,
    depth=0.22 * _MM,
    anchor=(197,),
    length=8 * _MM,
    narrow=1.7,
)
_NASOLABIAL = FoldLayer(
    outline=(129, 98, 165, 186, 57, 43, 214, 207, 205, 142),
    edge=6 * _MM,
    sense=Sense(centre=13),
    spacing=13 * _MM,
    depth=0.7 * _MM,
    anchor=(203, 206, 216, 212),
    led=True,
    length=30 * _MM,
    narrow=2.5,
    wander=0.15,
    strengths={0: 1.0, 1: 0.25, -1: 0.1},
    bare=(RegionName.NOSE,),
    others=0.0,
    fine=0.05,
    overhang=0.5,
)
_UPPER_LIP = FoldLayer(
    outline=(165, 92, 186, 57, 61, 0, 291, 287, 410, 322, 391, 393, 164, 167),
    edge=4 * _MM,
    sense=Sense(centre=14, turning=True),
    spacing=4 * _MM,
    depth=0.18 * _MM,
    anchor=(0,),
    prior=1.0,
    length=7 * _MM,
    narrow=1.8,
    fine=0.3,
)
_LOWER_LIP = replace(
    _UPPER_LIP,
    outline=(61, 43, 106, 182, 83, 18, 313, 406, 335, 273, 291, 17),
    sense=Sense(centre=13, turning=True),
    anchor=(17,),
    depth=0.7 * _UPPER_LIP.depth,
)
_CHIN = FoldLayer(
    outline=(182, 83, 18, 313, 406, 424, 431, 395, 377, 152, 148, 170, 211, 204),
    edge=6 * _MM,
    sense=UP,
    spacing=4 * _MM,
    depth=0.3 * _MM,
    anchor=(199,),
    pebbled=True,
)
_FAINT_FEET = replace(_CROWS_FEET, depth=0.5 * _CROWS_FEET.depth, ages=False)

LAYERS: Mapping[str, tuple[FoldLayer, ...]] = {
    GroupName.BROW_RAISE: (_FOREHEAD,),
    GroupName.FROWN: (_GLABELLA, _ROOT),
    GroupName.SQUINT: (_CROWS_FEET, _CROWS_FEET.mirrored(), _UNDER_EYE, _UNDER_EYE.mirrored()),
    GroupName.NOSE: (_BUNNY,),
    GroupName.SMILE_RIGHT: (_NASOLABIAL, _FAINT_FEET),
    GroupName.SMILE_LEFT: (_NASOLABIAL.mirrored(), _FAINT_FEET.mirrored()),
    GroupName.PUCKER: (_UPPER_LIP, _LOWER_LIP),
    GroupName.CHIN: (_CHIN,),
}
