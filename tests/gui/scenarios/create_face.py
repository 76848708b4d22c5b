"""Create Face on a real photo, twice: the first run starts the engine, the second is measured."""

import sys
import time
from pathlib import Path

import hands
import product
from clock import Gaps, milliseconds

PHOTO, PICTURES = Path(sys.argv[1]), Path(sys.argv[2])


def watched(seconds=300):
    """Wait for the job's end; the stages and fractions seen on the way."""
    seen = []
    end = time.monotonic() + seconds
    while product.session().job:
        now = (product.session().stage, round(product.session().fraction, 2))
        if seen[-1:] != [now]:
            seen.append(now)
        assert time.monotonic() < end, f"still at {seen[-1:]}"
        yield 0.05
    return seen


def main():
    create, job = product.module("operators.create").LIKENESS_OT_create, product.module("operators.job")
    build, draw = create.finish, job.redraw
    results, built, drawn = [], [], []

    def finish(self, context, result):
        start = time.perf_counter()
        build(self, context, result)
        results.append(result)
        built.append((start, time.perf_counter()))

    def redraw(context):
        drawn.append(time.perf_counter())
        draw(context)

    create.finish, job.redraw = finish, redraw

    button = yield from product.create(PHOTO)
    yield from hands.wait(lambda: product.session().job, 5, "the start")
    yield from hands.wait(lambda: product.session().fraction > 0.05, 120, "progress")
    hands.photograph(PICTURES / "early.png")
    yield from hands.wait(lambda: product.session().fraction > 0.5, 120, "more progress")
    hands.photograph(PICTURES / "late.png")
    yield from watched()
    assert not product.session().error, product.session().error
    assert len(product.faces()) == 1
    yield 2.0
    hands.photograph(PICTURES / "face.png")

    # Software rendering of Material Preview takes half a second a frame, which is not what is measured here.
    hands.view().spaces.active.shading.type = "SOLID"
    yield 3.0
    redraws = Gaps()
    for _ in range(30):
        hands.region().tag_redraw()
        yield 0.1
    redraws.stop()
    hands.figure("gaps of redrawn sidebar without a job: median p99 max ms", milliseconds(redraws.wall))

    yield from hands.move(button)
    gaps = Gaps()
    start = time.perf_counter()
    yield from hands.click(button)
    yield from hands.wait(lambda: product.session().job, 5, "the second start")
    seen = yield from watched()
    seconds = time.perf_counter() - start
    gaps.stop()
    yield 0.3
    assert not product.session().error, product.session().error
    assert len(product.faces()) == 2

    fractions = [fraction for _, fraction in seen]
    assert fractions == sorted(fractions), seen
    hands.figure("stages", ", ".join(dict.fromkeys(stage for stage, _ in seen)))
    hands.figure("steps of progress", len(set(fractions)))
    hands.figure("click to face s", round(seconds, 2))
    own = sum(results[1]["timings"].values())
    hands.figure("pipeline s", round(own, 2))
    hands.figure("overhead s", round(seconds - own, 2))
    hands.figure("build s", round(max(end - start for start, end in built), 3))
    gaps.forget_after(built[1][0])
    wall, busy = gaps.wall, gaps.busy
    hands.figure("gaps while working: number, median p99 max ms", f"{len(wall)}, {milliseconds(wall)}")
    hands.figure("main thread's computing in them: median p99 max ms", milliseconds(busy))
    quiet = gaps.apart_from(drawn)
    hands.figure("gaps in which nothing was drawn: number, median p99 max ms", f"{len(quiet)}, {milliseconds(quiet)}")
    hands.figure("longest computing ms", round(1000 * max(busy), 1))
    hands.figure("longest gap without drawing ms", round(1000 * max(quiet), 1))
