"""Which picture files are photos: the formats that are read, and their names' endings. Standard library only.

It stands beside the result because that is the one room that Blender, which offers such files, and the pipeline, which
reads them, both know.
"""

from __future__ import annotations

# Pillow's names, in the order in which they are tried. Nothing else is: some of its readers start programs
# (PostScript), some see their format in any bytes, and of the rest nobody has looked whether their colours are right.
# Animations and files of several pictures count by the first one.
PHOTO_FORMATS = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "MPO": (".mpo",),
    "PNG": (".png",),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
    "AVIF": (".avif",),
    "HEIF": (".heic", ".heif"),
    "GIF": (".gif",),
    "BMP": (".bmp",),
    "JPEG2000": (".jp2",),
    "PPM": (".ppm", ".pgm"),
}
PHOTO_SUFFIXES = tuple(suffix for suffixes in PHOTO_FORMATS.values() for suffix in suffixes)
