"""The command lines: the one place where inference and scene meet."""
