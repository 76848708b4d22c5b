"""Our evaluator against the figures stored with the peers' meshes."""

from __future__ import annotations

import json

import numpy as np
import pytest
from likeness.benchmarks.normal_error import normal_error, see
from likeness.benchmarks.scan import Head, load_pictures, load_scan
from likeness.benchmarks.scan_error import Prediction, scan_errors


def test_a_stored_peer_gets_its_stored_figures(shared_dir):
    bench, system, picture = shared_dir / "bench", "eos", "soft_y+20_p+00"
    stored = json.loads((bench / "peers" / "results.json").read_text())[f"{system}|lps__{picture}"]
    with np.load(bench / "peers" / system / f"lps__{picture}.npz") as mesh:
        prediction = Prediction(mesh["v"].astype(float), mesh["f"].astype(int), mesh["lmk7"].astype(float), 1.0)
    head = Head("lps", bench)
    scan, view = load_scan(head), next(v for v in load_pictures(head) if v.name == picture)
    errors = scan_errors(scan, prediction)
    for alignment in ("scaled", "anchored", "metric"):
        for part in ("full", "core", "covered"):
            ours = getattr(errors[alignment], part).median
            assert ours == pytest.approx(stored[alignment][part]["median"], abs=0.03)
    truth = see(scan.vertices, scan.triangles, view.camera)
    seen = see(errors["anchored"].pose.apply(prediction.vertices), prediction.triangles, view.camera)
    normals = normal_error(scan, truth, seen, view.camera)
    assert normals.mean == pytest.approx(stored["normals"]["mean"], abs=0.3)
    assert normals.fine.r == pytest.approx(stored["normals"]["fine_r"], abs=0.01)
    assert normals.detail.energy == pytest.approx(stored["normals"]["detail_energy"], abs=0.01)
