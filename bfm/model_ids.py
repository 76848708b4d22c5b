"""The ids of the known face models: the names of their folders in the library and of their keys everywhere.

Standard library only: what lists models need not load them.
"""

from __future__ import annotations

BUILTIN = "builtin"
ICT = "ict"
GNM = "gnm"
BFM2009 = "bfm2009"  # the front of the face, as Deep3D uses it
BFM2009_FULL = "bfm2009_full"
BFM2017, BFM2019 = "bfm2017", "bfm2019"
FLAME2020, FLAME2023 = "flame2020", "flame2023"
FACESCAPE = "facescape"
