"""Fitting a face model to one photo."""
