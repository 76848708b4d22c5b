"""The one exception a user may see."""


class LikenessError(Exception):
    """A problem told to the user in one plain sentence; its text is the whole message.

    Everything the user can cause (a bad photo, a missing model file, a full disk) is raised as this type, so
    the command line and Blender can print it without a traceback. Anything else that escapes is a bug.

    Example:
        >>> import likeness
        >>> try:
        ...     likeness.read_reconstruction("no/such/folder")
        ... except likeness.LikenessError as problem:
        ...     print(problem)
        no/such/folder is not a Likeness result: it has no face.json.
    """
