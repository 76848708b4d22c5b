"""`Refusal`: why a picture file is not read, as what follows its name in the sentence that the user sees."""


class Refusal(Exception):
    """Such as "holds floating-point numbers: ..."; `read_photo` puts the file's name before it."""
