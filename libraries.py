"""The libraries that the work needs and that Blender has not: what the engine looks for, and ``likeness doctor`` tries.

Standard library only, and open to all: the engine knows nothing else of the project, and the doctor nothing of Blender.
"""

from __future__ import annotations

from typing import NamedTuple


class Library(NamedTuple):
    """One library."""

    module: str  # what is imported
    package: str  # what is installed: whose version counts
    name: str  # what a user knows it by
    only_for: str = ""  # what alone needs it; "": everything


TORCH = Library("torch", "torch", "PyTorch")
FACE_FINDER = Library("mediapipe.python.solutions", "mediapipe", "MediaPipe")  # a part that later versions lack
NEEDED = (
    Library("numpy", "numpy", "NumPy"),
    Library("scipy", "scipy", "SciPy"),
    TORCH,
    Library("cv2", "opencv-contrib-python", "OpenCV"),
    FACE_FINDER,
    Library("PIL", "pillow", "Pillow"),
    Library("OpenEXR", "OpenEXR", "OpenEXR"),
)
# Names the file of dlib's 68-point predictor, which then finds faces instead of MediaPipe.
PREDICTOR_VARIABLE = "LIKENESS_DLIB_PREDICTOR"
OPTIONAL = (
    Library("dlib", "dlib-bin", "dlib", only_for="landmarks by dlib's 68-point file"),
    Library("h5py", "h5py", "h5py", only_for="the Basel models of 2017 and 2019"),
    Library("pi_heif", "pi-heif", "HEIF", only_for="the photos of iPhones"),
)
