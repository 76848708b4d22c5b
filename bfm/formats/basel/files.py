"""The files that make up BFM 2009 as Deep3D uses it: which, what they are, who gives them, and where they lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ....errors import LikenessError

DEEP3D = "in the folder BFM of https://github.com/sicxu/Deep3DFaceRecon_pytorch"
MOST_FOLDERS = 500  # how many are looked through below the one a user points at
DEPTH = 2  # as deep as PublicMM1 of the Basel archive inside BFM inside Deep3D's repository


@dataclass(frozen=True)
class Part:
    """One file of the set."""

    name: str
    meaning: str
    giver: str


MODEL = Part(
    "01_MorphableModel.mat",
    "the Basel Face Model 2009 itself",
    "the University of Basel sends it on request: https://faces.dmi.unibas.ch",
)
EXPRESSIONS = Part(
    "Exp_Pca.bin",
    "the expression basis of Guo et al.",
    "linked by https://github.com/Juyong/3DFace as part of its CoarseData",
)
TRIMMED = Part("BFM_exp_idx.mat", "which of the model's vertices the expressions move", DEEP3D)
FRONT = Part("BFM_front_idx.mat", "which vertices make the front of the face", DEEP3D)
TABLES = Part("facemodel_info.mat", "triangles, landmarks and masks of the front of the face", DEEP3D)
SPREADS = Part("std_exp.txt", "the standard deviations of the expressions", DEEP3D)
CONVERTED = Part("BFM_model_front.mat", "the model as Deep3D's own converter writes it", "that converter makes it")
NEEDED = (MODEL, EXPRESSIONS, TRIMMED, FRONT, TABLES)
KNOWN = (*NEEDED, CONVERTED)


@dataclass(frozen=True)
class BfmFiles:
    """Where the parts lie, by the part's name in its official spelling."""

    place: Path  # the folder where missing ones should go
    found: dict[str, Path]
    chosen: str  # the part that the user pointed at itself; "" for a folder

    def __getitem__(self, part: Part) -> Path:
        return self.found[part.name]

    def require(self, needed: Sequence[Part]) -> None:
        """Raises `LikenessError` where parts are missing: which, what each is, who gives it, where to put it."""
        missing = [part for part in needed if part.name not in self.found]
        if missing:
            told = "; ".join(f"{part.name}, {part.meaning} ({part.giver})" for part in missing)
            raise LikenessError(f"Missing in {self.place}: {told}. Put {'them' if missing[1:] else 'it'} there.")

    def get(self, part: Part) -> Path | None:
        """The file of a part that may lack."""
        return self.found.get(part.name)

    def complete(self) -> bool:
        """Whether all the original files are there."""
        return all(part.name in self.found for part in NEEDED)


def find_files(path: Path) -> BfmFiles:
    """The parts in or below the folder that ``path`` is or lies in, whatever the case of their names.

    A file that the user points at itself goes before another of that name; so does one that lies less deep.
    """
    wanted = {part.name.lower(): part.name for part in (*KNOWN, SPREADS)}
    folder = path if path.is_dir() else path.parent
    chosen = wanted.get(path.name.lower(), "") if path.is_file() else ""
    found = {chosen: path} if chosen else {}
    for place in _folders(folder):
        for file in _entries(place):
            name = wanted.get(file.name.lower())
            if name and name not in found and file.is_file():
                found[name] = file
    tables = found.get(TABLES.name) or found.get(TRIMMED.name)
    return BfmFiles(tables.parent if tables else folder, found, chosen)


def _folders(folder: Path) -> list[Path]:
    """A folder and those below, the nearest first."""
    level, folders = [folder], [folder]
    for _ in range(DEPTH):
        level = [e for place in level for e in _entries(place) if not e.name.startswith(".") and e.is_dir()]
        folders += level
        if len(folders) > MOST_FOLDERS:
            break
    return folders[:MOST_FOLDERS]


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []
