"""Pictures of the training: ``python docs/training_pictures.py --runs DIR`` writes ``docs/images/training_*``.

The folder holds a run of ``python -m likeness.training.networks`` for each network, in a folder of its name.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib as mpl
import numpy as np
from likeness.bfm.library.registry import load_model
from likeness.bfm.model_ids import BUILTIN
from likeness.training.networks.__main__ import TASKS
from likeness.training.networks.loop import LOG_FILE, STEP, read_log
from likeness.training.networks.samples import DEPTHS
from likeness.training.synthesis.portraits import random_portrait, studio
from likeness.training.synthesis.random_heads import random_head
from model_faces import save, sheet

mpl.use("Agg")
from matplotlib import pyplot as plt

IMAGES = Path(__file__).resolve().parent / "images"
PEOPLE, ACROSS, SIDE = 18, 6, 200
# What of a log is drawn: each network's loss, and the error that counts.
DRAWN = {
    "df2net": ("loss network", "depth mm"),
    "facescape": ("loss generator", "relief um"),
    "rafare": ("loss surfaces", "distance mm"),
}


def portraits() -> None:
    """Eighteen of the pictures that networks are trained on, with the normals of every third."""
    stage, tiles = studio(load_model(BUILTIN)), []
    for person in range(PEOPLE):
        rng = np.random.default_rng([0, person])
        head = random_head(stage.model, 0, person, rng)
        made = random_portrait(stage, head, DEPTHS.framing, SIDE, rng)
        normals = ((made.normals + 1.0) * 127.5).astype(np.uint8)
        tiles.append(normals if person % 3 == 2 else made.pixels)
    save(sheet(tiles, ACROSS), "training_portraits.jpg")


def curves(runs: Path) -> None:
    """Loss and held-out error of each run by its steps."""
    figure, axes = plt.subplots(1, len(DRAWN), figsize=(11, 3), layout="constrained")
    for axis, (name, (loss, error)) in zip(axes, DRAWN.items(), strict=True):
        log = read_log(runs / name / LOG_FILE)
        trained = [record for record in log if loss in record]
        axis.plot([record[STEP] for record in trained], [record[loss] for record in trained], color="tab:gray")
        axis.set(title=name, xlabel="step", ylabel="loss (grey)", ylim=(0, None))
        other = axis.twinx()
        other.plot([record[STEP] for record in log], [record[error] for record in log], color="tab:red")
        other.set(ylabel=f"held-out {error} (red)", ylim=(0, None))
    figure.savefig(IMAGES / "training_curves.png", dpi=80)


def main() -> None:
    """All pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, help=f"with a folder for each of {', '.join(TASKS)}; draws their curves")
    options = parser.parse_args()
    portraits()
    if options.runs:
        curves(options.runs)


if __name__ == "__main__":
    main()
