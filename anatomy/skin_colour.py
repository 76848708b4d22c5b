"""The colours that human skin has, as logarithms of linear RGB albedo.

Two chromophores colour it. Absorption is exponential in their density, so a change of density moves the colour along a
fixed axis in log space (Tsumura et al., SIGGRAPH 2003; Krishnaswamy and Baranoski, CGF 2004). Both absorb more towards
blue, haemoglobin hardly any red; broad camera bands and light scattered from depth flatten their spectra, so melanin's
axis is set by eye such that it runs through the tones of light and dark skin.
"""

from __future__ import annotations

import numpy as np

LIGHT_SKIN = np.array([0.53, 0.315, 0.225])  # linear albedo; the others lie along the axes from here
MELANIN = np.array([0.80, 1.0, 1.18])  # relative to green
HAEMOGLOBIN = np.array([0.15, 1.0, 0.80])
