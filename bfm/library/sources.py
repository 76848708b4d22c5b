"""What can be had for the library: from where, how, under which licence. Blender loads it: standard library only."""

from __future__ import annotations

from dataclasses import dataclass

from ...version import ID
from ..model_ids import BFM2009, BFM2017, BFM2019, FACESCAPE, FLAME2020, FLAME2023, GNM, ICT
from .networks import COMPANIONS, KNOWN


@dataclass(frozen=True)
class Download:
    """The one file of a model that anybody may have."""

    address: str
    name: str  # of the file
    size: int  # bytes; about, where the server makes the file anew
    sha256: str = ""  # "" for one that the server makes anew: its reader knows digests of what is in it


@dataclass(frozen=True)
class Source:
    """A model or network that is not part of Likeness."""

    id: str  # in the library
    name: str
    licence: str  # in a few words; its own text is what counts
    page: str  # of its owner, without https://
    how: str  # it is had there: "download", "register" and so on
    kind: str = "model"  # or "network"
    download: Download | None = None  # what `get` fetches

    @property
    def command(self) -> str:
        """What brings it into the library."""
        return f"{ID} models get {self.id}" if self.download else f"{ID} models add PATH"


_BASEL = "Basel's, for research"
SOURCES = (
    Source(
        ICT,
        "ICT-FaceKit",
        "MIT",
        "github.com/ICT-VGL/ICT-FaceKit",
        "download",
        # The repository has not changed since commit da5f95a of December 2020.
        download=Download(
            "https://github.com/ICT-VGL/ICT-FaceKit/archive/refs/heads/master.zip", "ICT-FaceKit.zip", 130_000_000
        ),
    ),
    Source(
        GNM,
        "GNM Head 3",
        "Apache-2.0",
        "huggingface.co/google/gnm-v3",
        "download",
        download=Download(
            "https://huggingface.co/google/gnm-v3/resolve/c01e90d298d82301f9fd18f54806be751775cb7c/v3_0/gnm_head.npz",
            "gnm_head.npz",
            53_328_601,
            "61d78bbfb4ad8e0b38495804a4caef3214d3df00f8c3f68761e63b41ce3747eb",
        ),
    ),
    Source(BFM2009, "BFM 2009", _BASEL, "faces.dmi.unibas.ch", "on request"),
    Source(BFM2017, "BFM 2017", _BASEL, "faces.dmi.unibas.ch", "on request"),
    Source(BFM2019, "BFM 2019", _BASEL, "faces.dmi.unibas.ch", "on request"),
    Source(FLAME2020, "FLAME 2020", "MPI's, for research", "flame.is.tue.mpg.de", "register"),
    Source(FLAME2023, "FLAME 2023", "MPI's, for research; Open: CC BY 4.0", "flame.is.tue.mpg.de", "register"),
    Source(FACESCAPE, "FaceScape 1.6", "FaceScape's, for research", "facescape.nju.edu.cn", "sign an agreement"),
    *(Source(n.id, n.name, n.in_short, n.page, "download", kind="network") for n in (*KNOWN, *COMPANIONS)),
)
DOWNLOADS = {source.id: source for source in SOURCES if source.download}
