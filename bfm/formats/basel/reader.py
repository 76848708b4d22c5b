"""Reads BFM 2009 as Deep3D uses it (Deng et al., CVPRW 2019; `util/load_mats.py`, `models/bfm.py` of its PyTorch code).

Every coefficient means what it means there: modes times their standard deviations, no mean expression, the origin in
the mean of the front's vertices. The files count in decimetres after a division by 1e5; here it is metres.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ....geometry.arrays import Ints
from ...source_model import SourceModel
from . import files as parts
from .assemble import Scaled, front_model, full_model
from .files import BfmFiles, Part, find_files
from .layout import OFFICIAL, BaselSizes
from .raw import load_arrays, load_expressions, load_ids, load_spreads

PER_DECIMETRE = 1e5  # micrometres of the files


def recognises(path: Path) -> bool:
    """Whether the path is one of BFM 2009's files, or a folder with some of them."""
    if path.is_file():
        return path.name.lower() in {part.name.lower() for part in parts.KNOWN}
    return path.is_dir() and bool(set(find_files(path).found) & {part.name for part in parts.KNOWN})


def source_files(path: Path, full: bool = False) -> list[Path]:
    """The files that ``read`` takes the model from. Raises `LikenessError` naming one that is missing."""
    files = find_files(path)
    if _from_converted(files, full):
        return [files[parts.CONVERTED]]
    files.require(parts.NEEDED)
    spreads = files.get(parts.SPREADS)
    return [files[part] for part in parts.NEEDED] + ([spreads] if spreads else [])


def read(path: Path, full: bool = False, layout: BaselSizes = OFFICIAL) -> SourceModel:
    """Deep3D's model of the front of the face, or with ``full`` all of the Basel model but the inner mouth.

    Args:
        path: one of the files, or the folder that holds them (also in sub-folders).

    Raises:
        LikenessError: a file is missing, damaged or another than its name says.
    """
    files = find_files(path)
    if _from_converted(files, full):
        return _read_converted(files[parts.CONVERTED], layout)
    files.require(parts.NEEDED)
    trimmed = _rows(files, parts.TRIMMED, "trimIndex", layout.trimmed, layout.scanned)
    front = _rows(files, parts.FRONT, "idx", layout.front, layout.trimmed)
    tables = _tables(files[parts.TABLES], parts.TABLES, layout)
    if full:
        scaled = _scaled(files, trimmed, np.arange(len(trimmed)), layout, layout.modes, layout.expressions)
        return full_model(scaled, _basel_triangles(files[parts.MODEL], trimmed, layout), front, tables["keypoints"])
    scaled = _scaled(files, trimmed[front], front, layout, layout.front_modes, layout.front_expressions)
    return front_model(scaled, tables)


def _from_converted(files: BfmFiles, full: bool) -> bool:
    if full or files.get(parts.CONVERTED) is None:
        return False
    return files.chosen == parts.CONVERTED.name or not files.complete()


def _rows(files: BfmFiles, part: Part, name: str, count: int, largest: int) -> Ints:
    """A list of vertex ids (count,) that picks rows of another numbering."""
    return load_ids(files[part], part, {name: ((count, 1), largest)})[name].ravel()


def _scaled(files: BfmFiles, rows: Ints, moved: Ints, layout: BaselSizes, modes: int, expressions: int) -> Scaled:
    """The vertices ``rows`` of the Basel numbering, which are the ``moved`` of the expression basis."""
    shapes = {"MU": (3 * layout.scanned, 1), "PC": (3 * layout.scanned, layout.modes), "EV": (layout.modes, 1)}
    means, bases = [], []
    for kind in ("shape", "tex"):
        arrays = load_arrays(files[parts.MODEL], parts.MODEL, {kind + name: shape for name, shape in shapes.items()})
        means.append(arrays[f"{kind}MU"].reshape(-1, 3)[rows].astype(np.float64))
        bases.append(arrays[f"{kind}PC"].T[:modes].reshape(modes, -1, 3)[:, rows].astype(np.float32))
        bases[-1] *= arrays[f"{kind}EV"].astype(np.float32)[:modes, :, None]
    spreads = load_spreads(files.get(parts.SPREADS), layout)[:expressions].astype(np.float32)
    offsets = load_expressions(files[parts.EXPRESSIONS], layout)[:expressions, moved]
    offsets *= spreads[:, None, None] / np.float32(PER_DECIMETRE)
    bases[0] /= np.float32(PER_DECIMETRE)
    return Scaled(means[0] / PER_DECIMETRE, bases[0], offsets, means[1], bases[1])


def _tables(path: Path, part: Part, layout: BaselSizes) -> dict[str, Ints]:
    """Deep3D's tables of the front, counting from 0; -1 in a shape: as many as there are."""
    v = layout.front
    tables = load_ids(path, part, {"tri": ((-1, 3), v), "keypoints": ((1, 68), v), "frontmask2_idx": ((-1, 1), v)})
    padding = len(tables["tri"]) + 1  # a triangle more, without a normal
    tables |= load_ids(path, part, {"point_buf": ((v, 8), padding)})
    tables["skinmask"] = (load_arrays(path, part, {"skinmask": (1, v)})["skinmask"] > 0).astype(np.uint8)
    return tables


def _basel_triangles(path: Path, trimmed: Ints, layout: BaselSizes) -> Ints:
    """The model's own triangles (T, 3) among the trimmed vertices, counter-clockwise from outside."""
    triangles = load_ids(path, parts.MODEL, {"tl": ((-1, 3), layout.scanned)})["tl"]
    place = np.full(layout.scanned, -1, np.int32)
    place[trimmed] = np.arange(len(trimmed))
    triangles = place[triangles[:, [0, 2, 1]]]
    return triangles[(triangles >= 0).all(axis=1)]


def _read_converted(path: Path, layout: BaselSizes) -> SourceModel:
    """What Deep3D's converter writes."""
    v, modes, expressions = layout.front, layout.front_modes, layout.front_expressions
    shapes = {"meanshape": (1, 3 * v), "meantex": (1, 3 * v), "exBase": (3 * v, expressions)}
    shapes |= {"idBase": (3 * v, modes), "texBase": (3 * v, modes)}
    arrays = load_arrays(path, parts.CONVERTED, shapes)
    mean, texture = (arrays[name].reshape(v, 3).astype(np.float64) for name in ("meanshape", "meantex"))
    bases = (
        np.ascontiguousarray(arrays[name].T.reshape(-1, v, 3), np.float32) for name in ("idBase", "exBase", "texBase")
    )
    identity, expression, texture_basis = bases
    scaled = Scaled(mean, identity, expression, texture, texture_basis)
    return front_model(scaled, _tables(path, parts.CONVERTED, layout))
