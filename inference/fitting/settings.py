"""Every weight of the fit, in one place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LandmarkSettings:
    """Weights of the landmark stage. Residuals are in units of each landmark's own sigma."""

    iterations: int = 12
    # Neighbouring landmarks come from one network and err together: their sigmas understate the joint error.
    correlation: float = 3.5
    frontal_sigma: float = 0.012  # median sigma of a frontal face's landmarks as a share of the face's size
    turned_growth: float = 0.3  # how much of a turned head's larger sigmas to believe, as an exponent
    gap_sigma: float = 0.012  # of a lid or lip gap, as a share of the inter-ocular distance
    place_sigma: float = 0.007  # of an iris between its lids, and of one eye to the other, likewise
    geman_mcclure: float = 4.0  # residuals beyond about this many sigmas stop counting
    identity_weight: float = 1.0  # |coefficients|^2, which are N(0, 1)
    expression_weight: float = 3.0  # |values / expression_std|^2
    range_weight: float = 400.0  # squared excess over the slider's range, in units of the range
    distance_m: float = 0.75  # how far cameras stand, from selfie to portrait: geometric mean ...
    distance_log_sigma: float = 0.45  # ... and spread of its logarithm
    focal_candidates: tuple[float, ...] = (0.5, 0.7, 1.0, 1.4, 2.0)  # times the focal that puts the face at distance_m


@dataclass(frozen=True)
class FineShapeSettings:
    """The Gaussian process along the normals."""

    scale_m: float = 0.010
    amplitude_m: float = 0.0006
    inducing_points: int = 320


@dataclass(frozen=True)
class PhotometricSettings:
    """Weights of the photometric stage."""

    crop_px: int = 224  # the face's box is resized to about this before anything is compared
    iterations: int = 3
    sigma: float = 0.06  # colour noise as a share of the face's mean brightness: albedo the basis cannot show
    patch_m2: float = 3.5e-6  # of skin that counts as one observation
    correlation: float = 12.0  # albedo errors of neighbouring patches go together
    geman_mcclure: float = 3.0
    min_facing: float = 0.25  # cosine below which a vertex is not compared
    shadow: float = 0.35  # share of the mean brightness below which a colour is cast shadow; full weight at twice that
    light_ridge: float = 0.02  # pulls the second-order light terms to zero
    albedo_rounds: int = 3


@dataclass(frozen=True)
class ToneSettings:
    """What is known of skin and of light; spreads of natural logarithms of linear colour."""

    melanin: float = 0.5  # log green below the lightest skin: the middle of all tones ...
    melanin_sigma: float = 1.0  # ... and as wide: no tone is an outlier
    haemoglobin_sigma: float = 0.10
    skin_sigma: float = 0.12  # of each channel beside the two axes
    darkest: float = -3.3  # log brightness that no skin is below ...
    lightest: float = -0.8  # ... or above
    bound_sigma: float = 0.1
    warm_sigma: float = 0.2  # of light that a camera has balanced
    green_sigma: float = 0.08
    light_tails: float = 4.0  # degrees of freedom
    light_contrast: float = 0.8  # share that is believed of how a face's lights differ in strength ...
    light_hues: float = 0.5  # ... and in hue


@dataclass(frozen=True)
class OutlineSettings:
    """Weights of the outline; lengths are shares of the inter-ocular distance."""

    rim_facing: float = 0.2  # cosine to the viewer below which a vertex belongs to the rim
    reach: float = 0.12  # a rim further away from the photo's oval than this is not its outline
    sigma: float = 0.02
    correlation: float = 2.5
    geman_mcclure: float = 3.0


@dataclass(frozen=True)
class FitSettings:
    """All stages."""

    landmarks: LandmarkSettings = LandmarkSettings()
    fine_shape: FineShapeSettings = FineShapeSettings()
    photometric: PhotometricSettings = PhotometricSettings()
    tone: ToneSettings = ToneSettings()
    outline: OutlineSettings = OutlineSettings()
