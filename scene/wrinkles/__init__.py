"""Wrinkles that come and go with the expression: groups of folds, blended by drivers on the shape keys."""
