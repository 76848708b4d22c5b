"""Readers of other people's face models: one package a file format, and what keeps untrusted files harmless."""
