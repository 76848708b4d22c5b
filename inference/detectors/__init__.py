"""Face detectors and the mapping of their points."""
