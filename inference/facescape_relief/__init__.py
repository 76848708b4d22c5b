"""FaceScape's displacement networks (Yang et al., CVPR 2020): wrinkles in the texture layout of its own mesh."""
