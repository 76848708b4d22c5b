"""FLAME: its files and its own forward function, as a `SourceModel` with jaw and gaze as shape keys."""
