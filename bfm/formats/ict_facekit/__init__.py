"""ICT-FaceKit (USC Institute for Creative Technologies, MIT licence): reading, downloading and completing its head."""
