"""A batched differentiable rasteriser in plain torch."""
