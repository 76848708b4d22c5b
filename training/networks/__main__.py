"""``python -m likeness.training.networks``: train a reduced DF2Net, FaceScape generator or RAFaRe on made portraits."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ...bfm.library.registry import load_model
from ...bfm.model_ids import BUILTIN
from ...errors import LikenessError
from ...inference.device import FASTEST_FIRST
from ...result.choices import AUTO
from .df2net_task import Df2NetTask
from .facescape_task import FaceScapeTask
from .loop import Record, train
from .rafare_task import RafareTask
from .shards import SampleStore
from .task import TrainingSettings, TrainingTask

TASKS: dict[str, TrainingTask] = {task.name: task for task in (Df2NetTask(), FaceScapeTask(), RafareTask())}


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the data that are not there, and train; exit status 2 where that cannot be."""
    options = _parser().parse_args(arguments)
    task = TASKS[options.network]
    store = SampleStore(options.data, task.kind, load_model(BUILTIN), options.data_seed, options.pictures)
    try:
        store.make(lambda made: print(f"{made} of {options.pictures} pictures", file=sys.stderr))
        train(task, store, _settings(task.settings, options), options.out, _say)
    except LikenessError as problem:
        print(problem, file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m likeness.training.networks", description=__doc__)
    parser.add_argument("network", choices=sorted(TASKS))
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoint and log; a run there goes on")
    parser.add_argument("--data", type=Path, default=Path(".bench/training"), help="folder for the made pictures")
    parser.add_argument("--pictures", type=int, default=512, help="how many are made; an eighth measures (512)")
    parser.add_argument("--data-seed", type=int, default=0, help="of the people and their pictures (0)")
    parser.add_argument("--steps", type=int, help="of the whole run")
    parser.add_argument("--batch", type=int, help="pictures in a step")
    parser.add_argument("--seed", type=int, help="of first weights and the order of the pictures (0)")
    parser.add_argument("--check-every", type=int, help="steps between measurements, each with a checkpoint")
    parser.add_argument("--device", choices=(AUTO, *FASTEST_FIRST), help="(cpu)")
    return parser


def _settings(settings: TrainingSettings, options: argparse.Namespace) -> TrainingSettings:
    names = ("steps", "batch", "seed", "check_every", "device")
    return replace(settings, **{name: value for name in names if (value := getattr(options, name)) is not None})


def _say(record: Record) -> None:
    print("  ".join(f"{name} {value:g}" for name, value in record.items()), flush=True)


if __name__ == "__main__":
    sys.exit(main())
