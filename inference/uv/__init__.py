"""The face's texture layout: which texel is where, which is its mirror, and arithmetic of images in it."""
