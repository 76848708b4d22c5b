"""A BFM 2009 face has both: the numbered modes, which the fit uses, and the named keys, which artists use."""

from __future__ import annotations

import numpy as np
from likeness.anatomy.arkit import ARKIT_NAMES
from likeness.bfm.face_model import FaceModel

MODES = 64


def key(model: FaceModel, name: str) -> np.ndarray:
    return model.expression_basis[model.expression_names.index(name)]


def test_numbered_modes_come_first_and_named_keys_after(bfm_model: FaceModel) -> None:
    names = bfm_model.expression_names
    assert names[:MODES] == tuple(f"exp_{k:02d}" for k in range(MODES))
    assert set(ARKIT_NAMES) <= set(names[MODES:])
    assert (bfm_model.expression_std[:MODES] == 1).all()
    assert (bfm_model.expression_std[MODES:] == 0).all()


def test_named_keys_move_what_they_say(bfm_model: FaceModel) -> None:
    """Left is the subject's own, at +X."""
    lids, lips = bfm_model.landmarks68[[44, 38]], bfm_model.landmarks68[[62, 66, 54, 48]]
    blink = key(bfm_model, "eyeBlinkLeft")
    assert blink[lids[0], 1] < -0.003
    assert abs(blink[lids[1], 1]) < 0.001
    jaw, smile = key(bfm_model, "jawOpen"), key(bfm_model, "mouthSmileLeft")
    assert jaw[lips[0], 1] - jaw[lips[1], 1] > 0.015
    assert smile[lips[2], 1] > 0.004
    assert abs(smile[lips[3], 1]) < 0.002
    for name in bfm_model.expression_names[MODES:]:
        assert np.linalg.norm(key(bfm_model, name), axis=1).max() < 0.06, name


def test_the_layout_is_the_readers_own(bfm_model: FaceModel) -> None:
    assert np.array_equal(bfm_model.faces_uv, bfm_model.faces)
    assert len(bfm_model.uv) == len(bfm_model.mean) == 35709
