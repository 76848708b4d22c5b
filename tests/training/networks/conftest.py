"""A few made portraits for each network, kept from one run of the tests to the next."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from fixture_cache import REPOSITORY, kept
from likeness.bfm.library.registry import load_model
from likeness.bfm.model_ids import BUILTIN
from likeness.training.networks.samples import SampleKind
from likeness.training.networks.shards import SampleStore

COUNT = 20  # of ten people, of whom two are held out

StoreOf = Callable[[SampleKind], SampleStore]


@pytest.fixture(scope="session")
def store_of() -> StoreOf:
    """The samples of a kind."""

    def made(kind: SampleKind) -> SampleStore:
        model = load_model(BUILTIN)
        sources = (REPOSITORY / "training" / "synthesis", REPOSITORY / "training" / "networks" / "samples.py")
        folder = kept(
            f"samples_{kind.name}", lambda place: SampleStore(place, kind, model, 0, COUNT, COUNT).make(), *sources
        )
        return SampleStore(folder, kind, model, 0, COUNT, COUNT)

    return made
