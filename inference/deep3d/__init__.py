"""Deep3DFaceRecon's own face: its 257 coefficients, its crop, its geometry and light, and the way to ours."""
