"""The built-in face model: its making (`make`) and the finished file (`model.npz`)."""
