"""What the official networks say with made-up weights, as the reference data keep it, and how ours are compared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from shared_tools import tool
from torch import Tensor, nn


@dataclass(frozen=True)
class Reference:
    """The file of one network, and the tools that made its weights and inputs."""

    shared: Path
    values: dict[str, np.ndarray]

    @staticmethod
    def of(shared: Path, name: str) -> Reference:
        with np.load(shared / "data" / f"{name}.npz") as archive:
            return Reference(shared, dict(archive))

    def picture(self, *shape: int) -> Tensor:
        """The input (B, C, H, W) in [-1, 1]."""
        return tool(self.shared, "reference_fill").reference_input(*shape) * 2 - 1

    def fill(self, network: nn.Module, how: str = "hash", scaled: dict[str, float] | None = None) -> None:
        """Give a network the weights that the official one had, some of them scaled."""
        fill = tool(self.shared, f"{'hash' if how == 'hash' else 'reference'}_fill")
        state = (fill.hash_fill_state_dict if how == "hash" else fill.fill_state_dict)(network.state_dict())
        network.load_state_dict({name: value * (scaled or {}).get(name, 1) for name, value in state.items()})

    def assert_same_layout(self, network: nn.Module, prefix: str = "") -> None:
        state = network.state_dict()
        assert list(state) == list(self.values[f"{prefix}keys"])
        assert [str(tuple(t.shape)) for t in state.values()] == [str(s) for s in self.values[f"{prefix}shapes"]]

    def error(self, name: str, found: Tensor) -> float:
        """Greatest difference from the values kept of a tensor."""
        assert found.shape == tuple(self.values[f"{name}_shape"])
        return float(np.abs(found.numpy().ravel()[self.values[f"{name}_index"]] - self.values[f"{name}_value"]).max())


def empty(build: type[nn.Module], *arguments: object) -> nn.Module:
    """A network in evaluation mode whose own first weights were not made."""
    with torch.device("meta"):
        network = build(*arguments)
    return network.to_empty(device="cpu").eval()


def outputs(network: nn.Module, names: dict[str, str], picture: Tensor) -> dict[str, Tensor]:
    """What the parts of a network, by name -> place, give for a picture, and "out", what it gives itself."""
    found: dict[str, Tensor] = {}
    hooks = [
        network.get_submodule(place).register_forward_hook(
            lambda _, __, out, name=name: found.__setitem__(name, out.clone())
        )
        for name, place in names.items()
    ]
    with torch.inference_mode():
        found["out"] = network(picture)
    for hook in hooks:
        hook.remove()
    return found
