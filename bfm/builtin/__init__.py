"""The built-in face model: its file, and what is made anew for each face. `training/builtin_model` makes the file."""
