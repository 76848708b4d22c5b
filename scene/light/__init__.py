"""The light of a face: what was recovered, a sky and a sun with live controls, studio presets."""
