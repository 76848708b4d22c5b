"""Pictures of known faces, made to measure and to train with."""
