"""Time per stage and peak memory of one process that reconstructs several photos."""

from __future__ import annotations

import resource
import statistics
import sys
from collections.abc import Mapping, Sequence

TOTAL = "total"


def with_total(timings: Mapping[str, float]) -> dict[str, float]:
    """Seconds per stage, their sum last."""
    return {**timings, TOTAL: sum(timings.values())}


def median_timings(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Median seconds per stage over the runs, and of the totals (which is not the sum of the medians)."""
    complete = [with_total(run) for run in runs]
    stages = dict.fromkeys(stage for run in complete for stage in run if stage != TOTAL)
    return {name: statistics.median(run[name] for run in complete if name in run) for name in (*stages, TOTAL)}


def peak_memory_mib() -> float:
    """The most memory this process has held so far, MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10  # bytes on macOS, KiB elsewhere
