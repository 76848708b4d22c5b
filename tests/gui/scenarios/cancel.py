"""One job is cancelled by Esc, one by its button; the next one works."""

import sys
from pathlib import Path

import hands
import product


def started(button):
    """Press the button and let the job get going."""
    yield from hands.click(button)
    yield from hands.wait(lambda: product.session().fraction > 0.1, 120, "progress")


def unchanged(before, how):
    """The job ends, nothing was made and nothing is blamed."""
    yield from product.finished(10)
    assert product.data_blocks() == before, f"{how} changed the file"
    assert not product.faces()
    assert not product.session().error, product.session().error


def main():
    before = product.data_blocks()
    product.session().texture_size = "4096"  # slow enough to be cancelled
    button = yield from product.create(Path(sys.argv[1]))
    yield from hands.wait(lambda: product.session().fraction > 0.1, 120, "progress")
    yield from hands.rest()
    yield from hands.keys("Escape")
    yield from unchanged(before, "Esc")

    yield from started(button)
    height = button[1] - hands.on_screen(hands.region(), 0, 0)[1]
    stop = yield from hands.find("likeness.cancel", across=0.83, top=height - 20, bottom=height + 30)
    yield from hands.click(stop)
    yield from unchanged(before, "Cancel")

    product.session().texture_size = "512"
    yield from hands.click(button)
    yield from hands.wait(lambda: product.session().job, 5, "the next run")
    yield from product.finished()
    assert not product.session().error, product.session().error
    assert len(product.faces()) == 1
    hands.figure("faces", 1)
