"""What a network says of depth, brought onto the fitted face: shape that the mesh can carry, and relief."""
