"""Face models (3DMMs): numpy only."""
