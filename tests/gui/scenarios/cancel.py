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
    button = yield from product.create(Path(sys.argv[1]))
    yield from hands.wait(lambda: product.session().fraction > 0.1, 120, "progress")
    yield from hands.rest()
    yield from hands.keys("Escape")
    yield from unchanged(before, "Esc")

    yield from started(button)
    stop = yield from hands.find("likeness.cancel")
    yield from hands.click(stop)
    yield from unchanged(before, "Cancel")

    product.session().quality = "draft"
    yield from hands.click(button)
    yield from hands.wait(lambda: product.session().job, 5, "the next run")
    yield from product.finished()
    assert not product.session().error, product.session().error
    assert len(product.faces()) == 1
    hands.figure("faces", 1)
