"""A face on the free human of Blender's community, which MPFB2 makes (https://static.makehumancommunity.org/mpfb.html)."""
