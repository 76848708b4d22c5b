"""A process that has an engine at work, until it is killed: LOG COMMAND... as arguments; prints the engine's id."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from likeness.engine.client import Engine

engine = Engine(sys.argv[2:], Path(sys.argv[1]))
job = engine.submit("steps", count=1)
while not (update := job.poll()).finished:
    time.sleep(0.01)
job = engine.submit("spin")
while job.poll().stage != "spin":
    time.sleep(0.01)
print(update.result["pid"], flush=True)
time.sleep(60)
