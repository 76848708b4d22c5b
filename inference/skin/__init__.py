"""Which pixels and which texels show the face's own skin."""
