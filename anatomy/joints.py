"""The joints of a head and the bones made of them: what the models call them."""

from __future__ import annotations


class JointName:
    """The names of joints that the models share; the subject's left and right."""

    HEAD = "head"  # the root, which carries all else
    NECK = "neck"
    JAW = "jaw"
    EYE_LEFT, EYE_RIGHT = "eye.L", "eye.R"
    EYES = (EYE_LEFT, EYE_RIGHT)


# A head without a neck of its own: what hangs on what.
HEAD_JOINTS = (JointName.HEAD, JointName.JAW, *JointName.EYES)
HEAD_JOINT_PARENTS = (-1, 0, 0, 0)


def is_eye_joint(name: str) -> bool:
    """Whether a joint turns an eyeball; a second one of a name has a number behind it."""
    return name.startswith("eye")
