"""DF2Net (Zeng et al., ICCV 2019): a depth map of a face seen from the front."""
