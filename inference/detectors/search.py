"""Where are the faces? The quick look first, then ever more patient ones until something turns up."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...geometry.arrays import Floats64, Pixels
from ..images import resize
from .crop import Crop
from .mesh import find_boxes, find_meshes
from .repeated_detection import MeshAndSpread, averaged_mesh, face_frame

WHOLE_RESOLUTION = 512  # BlazeFace looks at 128 and 192 pixels; the mesh wants about 192 for the face alone
FEWEST_LOOKS = 2  # a plain one and a mirrored one
MARGIN = 2.0  # window side / box side for a suspected face
CROWD_TILES, PATIENT_TILES = (2, 4), (8, 16, 32)  # windows along the longer side, overlapping each other by half
FINEST_TILE = 500  # pixels: the side of a tile in which a face of the least size can still be seen
TURNS_DEGREES = (45, -45, 90, -90, 135, -135, 180)
STEADY = 0.02  # spread of two looks, share of the face: more is a face upside down, or none
CROWD = 1 / 6  # of the picture: when the largest face is smaller there are likely more, in need of tiles
SURE_BOX = 0.5  # score of BlazeFace, which also sees profiles; of pictures without a face none has a third of it
HOG_SIDE = 800  # pixels; dlib's detector needs faces of 80


def find_faces(pixels: Pixels, looks: int) -> list[MeshAndSpread]:
    """Faces of a photo (H, W, 3) sRGB, none twice, each the mean of ``looks`` looks, FEWEST_LOOKS or more."""
    whole = _whole(pixels)
    faces = _confirmed(pixels, [whole], looks, [])
    faces = _confirmed(pixels, _windows(find_boxes(pixels, whole)), looks, faces)
    if faces and max(face_frame(mesh).side for mesh, _ in faces) < CROWD * whole.side:
        for count in CROWD_TILES:
            faces = _confirmed(pixels, _tile_windows(pixels, count), looks, faces)
    if faces:
        return faces
    for windows in _patient_windows(pixels):
        if faces := _confirmed(pixels, windows, looks, []):
            return faces
    return []


def unmeasured_faces(pixels: Pixels, frames: list[Crop]) -> Floats64:
    """Squares (K, 3) = centre x, y and side of faces that are surely there, but for those that ``frames`` are round.

    Their landmarks are not found: they are in profile, or much of them is covered.
    """
    boxes = find_boxes(pixels, _whole(pixels), SURE_BOX)
    apart = [_apart(Crop((x, y), side), frames) for x, y, side in boxes]
    return boxes[[each and _seen_closer(pixels, box) for each, box in zip(apart, boxes, strict=True)]]


def _seen_closer(pixels: Pixels, box: Floats64) -> bool:
    """Whether a face of about this size is there from close by too: from far a bust can look like a face."""
    (window,) = _windows(box[None])
    sides = [
        side for x, y, side in find_boxes(pixels, window) if not _apart(Crop((x, y), side), [Crop(box[:2], box[2])])
    ]
    return any(0.5 < side / box[2] < 2.0 for side in sides)


def _confirmed(pixels: Pixels, windows: list[Crop], looks: int, known: list[MeshAndSpread]) -> list[MeshAndSpread]:
    """The known faces and the new ones in the windows that closer looks find again.

    Once is not enough: the mesh also sees faces in clouds, and upside-down ones the wrong way up.
    """
    faces = list(known)
    for window in windows:
        for mesh in find_meshes(pixels, window) if _new(window, faces) else ():
            face = averaged_mesh(pixels, mesh, looks) if _new(face_frame(mesh), faces) else None
            if face and np.median(face[1]) < STEADY * face_frame(face[0]).side and _new(face_frame(face[0]), faces):
                faces.append(face)
    return faces


def _new(window: Crop, faces: list[MeshAndSpread]) -> bool:
    """Whether the window is not centred on one of the faces."""
    return _apart(window, [face_frame(mesh) for mesh, _ in faces])


def _apart(window: Crop, frames: list[Crop]) -> bool:
    return all(np.hypot(*np.subtract(window.centre, frame.centre)) > 0.5 * frame.side for frame in frames)


def _patient_windows(pixels: Pixels) -> Iterator[list[Crop]]:
    """Lists of windows in the order of cost: a face filling the picture, turned pictures, tiles, HOG's suspects."""
    whole = _whole(pixels)
    yield [Crop(whole.centre, whole.side * grow, resolution=WHOLE_RESOLUTION) for grow in (1.5, 2.2)]
    for turn in TURNS_DEGREES:
        window = Crop(whole.centre, whole.side * 1.4, np.radians(turn), WHOLE_RESOLUTION)
        yield [window, *_windows(find_boxes(pixels, window), window.angle)]
    for count in CROWD_TILES:
        yield _tile_windows(pixels, count)
    yield _windows(hog_boxes(pixels))
    for count in PATIENT_TILES:
        if count == PATIENT_TILES[0] or _tile_side(pixels, count) >= FINEST_TILE:
            yield _tile_windows(pixels, count)


def _tile_windows(pixels: Pixels, count: int) -> list[Crop]:
    return [window for tile in _tiles(pixels, count) for window in _windows(find_boxes(pixels, tile))]


def _whole(pixels: Pixels) -> Crop:
    height, width = pixels.shape[:2]
    return Crop((width / 2, height / 2), float(max(width, height)), resolution=WHOLE_RESOLUTION)


def _windows(boxes: Floats64, angle: float = 0.0) -> list[Crop]:
    return [Crop((x, y), side * MARGIN, angle) for x, y, side in boxes]


def _tiles(pixels: Pixels, count: int) -> list[Crop]:
    """Overlapping square windows, ``count`` along the longer side."""
    height, width = pixels.shape[:2]
    side = _tile_side(pixels, count)
    across, down = (np.linspace(0, max(length - side, 0), _steps(length, side)) for length in (width, height))
    return [Crop((x + side / 2, y + side / 2), side, resolution=WHOLE_RESOLUTION) for y in down for x in across]


def _tile_side(pixels: Pixels, count: int) -> float:
    return 2 * max(pixels.shape[:2]) / (count + 1)


def _steps(length: float, side: float) -> int:
    return max(1, int(np.ceil(2 * length / side)) - 1)


def hog_boxes(pixels: Pixels, score: float = 0.0) -> Floats64:
    """Upright faces that dlib's HOG detector (King, 2009) suspects, as `find_boxes` tells them; none without dlib."""
    try:
        import dlib
    except ImportError:
        return np.empty((0, 3))
    factor = min(1.0, HOG_SIDE / max(pixels.shape[:2]))
    found = dlib.get_frontal_face_detector().run(resize(pixels, factor), 1, score)[0]  # type: ignore[attr-defined]
    boxes = np.array([(r.center().x, r.center().y, max(r.width(), r.height())) for r in found], dtype=np.float64)
    return boxes.reshape(-1, 3) / factor
