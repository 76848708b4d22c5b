"""The published networks that a user may bring: what each is called, which file it is and who gives it.

Standard library only: what lists them need not load PyTorch.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import LikenessError

DEEP3D = "deep3d"
DF2NET = "df2net"
RAFARE = "rafare"  # all of the following
RAFARE_BASE, RAFARE_FINE = "rafare_base", "rafare_fine"
RAFARE_FRONT, RAFARE_BACK = "rafare_normals_front", "rafare_normals_back"
FACE_PARSING = "face_parsing"
FACESCAPE_SINGLE, FACESCAPE_RIG = "facescape_single", "facescape_rig"
FACESCAPE_LAYOUT = "facescape_layout"  # no network: where the two see what of a face


@dataclass(frozen=True)
class KnownNetwork:
    """A network whose official weights Likeness runs."""

    id: str  # the name of its folder in the library
    name: str
    file: str  # what its authors call the checkpoint
    project: str  # of whom it is
    page: str  # whose readme links to it, without https://
    licence: str
    in_short: str  # the licence in a few words
    given: str = "which the readme of {} links to"  # by its page

    @property
    def expected(self) -> str:
        """What is needed, for the end of a sentence about a wrong file."""
        return f"the official {self.file} of {self.project} is needed, {self.given.format(self.page)}"

    @property
    def source(self) -> str:
        """For its record in the library."""
        return f"{self.project}, the user's own copy"


_RAFARE = (
    "RAFaRe (Guo et al. 2023)",
    "github.com/zhuhao-nju/rafare",
    "none of its own; made from FaceScape's data, so take it for non-commercial research",
    "none; for research",
)
_FACESCAPE = (
    "Detailed3DFace (Yang et al. 2020)",
    "github.com/yanght321/Detailed3DFace",
    "none of its own; made from FaceScape's data, which is for non-commercial research and not to be passed on; its "
    "network is pix2pixHD's, CC BY-NC-SA 4.0",
    "FaceScape's, for research",
)
KNOWN = (
    KnownNetwork(
        DEEP3D,
        "Deep3D R-Net",
        "epoch_20.pth",
        "Deep3DFaceRecon_pytorch (Deng et al. 2019)",
        "github.com/sicxu/Deep3DFaceRecon_pytorch",
        "code MIT; the weights were trained on research-only photos and have no licence of their own",
        "code MIT; weights: none",
    ),
    KnownNetwork(
        DF2NET,
        "DF2Net",
        "DF2Net.pth.tar",
        "DF2Net (Zeng et al. 2019)",
        "github.com/xiaoxingzeng/DF2Net",
        "none: all rights reserved",
        "none",
    ),
    KnownNetwork(RAFARE_BASE, "RAFaRe, base", "SDF_FS103450_HG_base/.../epoch_best.tar", *_RAFARE),
    KnownNetwork(RAFARE_FINE, "RAFaRe, fine", "SDF_FS103450_HG_fine/.../epoch_best.tar", *_RAFARE),
    KnownNetwork(RAFARE_FRONT, "RAFaRe, normals in front", "norm_pred_front/latest_net_G.pth", *_RAFARE),
    KnownNetwork(RAFARE_BACK, "RAFaRe, normals behind", "norm_pred_back/latest_net_G.pth", *_RAFARE),
    KnownNetwork(
        FACE_PARSING,
        "Face parsing (BiSeNet)",
        "79999_iter.pth",
        "face-parsing.PyTorch",
        "github.com/zllrunning/face-parsing.PyTorch",
        "code MIT; the weights were trained on CelebAMask-HQ, which is for non-commercial research",
        "code MIT; weights: none",
    ),
    KnownNetwork(FACESCAPE_SINGLE, "FaceScape, one map", "dpmap_single_net_G.pth", *_FACESCAPE),
    KnownNetwork(FACESCAPE_RIG, "FaceScape, expressions", "dpmap_rig_net_G.pth", *_FACESCAPE),
)
# What is no network and yet goes with some.
COMPANIONS = (
    KnownNetwork(FACESCAPE_LAYOUT, "FaceScape, layout", "predef", *_FACESCAPE, given="which is a folder of {}"),
)


# Those without which a choice of shape or wrinkles cannot be made, by the word for the choice.
NEEDED_FOR = {RAFARE: (RAFARE_BASE, RAFARE_FINE), DF2NET: (DF2NET,)}


def known_network(network_id: str) -> KnownNetwork:
    """One of `KNOWN` by its id. Raises `LikenessError` where there is none."""
    for network in (*KNOWN, *COMPANIONS):
        if network.id == network_id:
            return network
    raise LikenessError(f"There is no network {network_id!r}; known are: {', '.join(network.id for network in KNOWN)}.")
