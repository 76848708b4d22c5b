"""The joints of a head and the bones made of them: what the models call them."""

from __future__ import annotations


class JointName:
    """The names of joints that the models share; the subject's left and right."""

    ROOT = "root"  # of a head with a neck: at the collar, where a body would carry on
    NECK = "neck"
    HEAD = "head"  # of a head without a neck the root, which carries all else
    JAW = "jaw"
    TONGUE = "tongue"
    EYE_LEFT, EYE_RIGHT = "eye.L", "eye.R"
    EYES = (EYE_LEFT, EYE_RIGHT)


# A head without a neck of its own: what hangs on what.
HEAD_JOINTS = (JointName.HEAD, JointName.JAW, *JointName.EYES)
HEAD_JOINT_PARENTS = (-1, 0, 0, 0)
# A head with its neck.
BUST_JOINTS = (JointName.ROOT, JointName.NECK, JointName.HEAD, JointName.JAW, *JointName.EYES, JointName.TONGUE)
BUST_JOINT_PARENTS = (-1, 0, 1, 2, 2, 2, 3)


def is_eye_joint(name: str) -> bool:
    """Whether a joint turns an eyeball; a second one of a name has a number behind it."""
    return name.startswith("eye")
