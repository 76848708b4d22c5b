"""FaceScape's own way from a photo to a face: its landmark fit on its bilinear model."""
