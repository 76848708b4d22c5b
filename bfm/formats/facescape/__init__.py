"""The bilinear face model of FaceScape: shape keys that are made for one person."""
