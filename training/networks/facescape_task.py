"""FaceScape's displacement generator at a reduced width: the skin's colours as texture -> its relief.

Yang et al., CVPR 2020, train pix2pixHD (Wang et al., CVPR 2018): L1, a critic with a least-squares loss that looks at
pairs of texture and relief, and the critic's features, in which a made relief should not differ from a true one.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ...bfm.model_ids import FACESCAPE
from ...geometry.arrays import Bools, Floats32, Pixels
from ...geometry.colour import LUMINANCE, srgb_to_linear
from ...inference.filters import blur
from ...inference.networks.pix2pix_generator import GlobalGenerator
from .df2net_task import correlation
from .losses import mean_where, slope_loss
from .samples import RELIEFS, SampleKind
from .task import Batch, Rows, TrainingSettings

GENERATOR, CRITIC = "generator", "critic"
RANGE_M = 0.000914  # metres that the generator's 1 stands for, as in FaceScape's own maps
_CRITIC_SHARE = 0.75  # of the run, after which the critic joins: before, everything is wrong
_L1, _SLOPES, _ADVERSARY, _FEATURES = 10.0, 10.0, 0.1, 1.0
_DEEP = 0.1  # of the generator's unit: relief that deep counts twice, for creases are few
_CONTRASTS, _CONTRAST = (2.5, 8.0), 0.1  # texels of sigma, and the log contrast that is 1
_DARKEST = 0.005  # linear brightness


@dataclass(frozen=True)
class FaceScapeTask:
    """See the module."""

    width: int = 8
    settings: TrainingSettings = field(
        default_factory=lambda: TrainingSettings(steps=1200, batch=4, rate=1e-3, betas=(0.5, 0.99))
    )
    name: str = FACESCAPE
    kind: SampleKind = RELIEFS
    stages: tuple[float, ...] = (0.0,)

    def players(self) -> nn.ModuleDict:
        """The generator with as many blocks as the official one, and the critic."""
        return nn.ModuleDict({GENERATOR: GlobalGenerator(3, 1, self.width), CRITIC: Critic(4, 2 * self.width)})

    def tensors(self, rows: Rows, rng: np.random.Generator | None) -> dict[str, Tensor]:
        """Textures evened out, reliefs in the generator's unit, and where both are known."""
        textures = [evened(texture, seen) for texture, seen in zip(rows["texture"], rows["seen"], strict=True)]
        batch = {"textures": torch.as_tensor(np.stack(textures)).permute(0, 3, 1, 2).contiguous()}
        batch["relief"] = torch.as_tensor(rows["relief"])[:, None].float() / RANGE_M
        batch["seen"] = torch.as_tensor(rows["seen"])[:, None].float()
        if rng is not None and rng.random() < 0.5:  # faces and their textures are symmetric
            batch = {name: values.flip(-1) for name, values in batch.items()}
        return batch

    def loss(self, player: str, players: nn.ModuleDict, batch: Batch, progress: float) -> Tensor:
        """The generator's or the critic's."""
        generator, critic = players[GENERATOR], players[CRITIC]
        textures, truth, seen = batch["textures"], batch["relief"], batch["seen"]
        judged = progress >= _CRITIC_SHARE
        if player == CRITIC:
            if not judged:
                return textures.new_zeros(())
            with torch.no_grad():
                made = generator(textures)
            answers = [critic(_pair(textures, relief, seen))[-1] for relief in (made, truth)]
            return 0.5 * (answers[0].square().mean() + (answers[1] - 1.0).square().mean())
        made = generator(textures)
        apart = (made - truth).abs() * (1.0 + truth.abs() / _DEEP)
        total = _L1 * mean_where(apart, seen) + _SLOPES * slope_loss(made, truth, seen)
        if not judged:
            return total
        *features, answer = critic(_pair(textures, made, seen))
        with torch.no_grad():
            *wanted, _ = critic(_pair(textures, truth, seen))
        unlike = torch.stack([functional.l1_loss(a, b) for a, b in zip(features, wanted, strict=True)]).mean()
        return total + _ADVERSARY * (answer - 1.0).square().mean() + _FEATURES * unlike

    def errors(self, players: nn.ModuleDict, batch: Batch) -> dict[str, Tensor]:
        """Of the relief, and how alike it is to the truth."""
        made, truth, seen = players[GENERATOR](batch["textures"]).float(), batch["relief"], batch["seen"]
        apart = mean_where((made - truth).abs(), seen)
        return {"relief um": 1e6 * RANGE_M * apart, "relief r": correlation(made * seen, truth * seen)}


class Critic(nn.Module):
    """Pairs (B, C, H, W) -> what each layer says, the last a map of how true each patch looks."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        sizes = [(inputs, width, 2), (width, 2 * width, 2), (2 * width, 4 * width, 1)]
        self.layers = nn.ModuleList(nn.Conv2d(a, b, 4, step, 1) for a, b, step in sizes)
        self.answer = nn.Conv2d(4 * width, 1, 4, 1, 1)

    def forward(self, pairs: Tensor) -> list[Tensor]:
        """See the class."""
        x, said = pairs, []
        for index, layer in enumerate(self.layers):
            x = layer(x)
            x = functional.leaky_relu(x if index == 0 else functional.instance_norm(x), 0.2)
            said.append(x)
        return [*said, self.answer(x)]


def _pair(textures: Tensor, relief: Tensor, seen: Tensor) -> Tensor:
    return torch.cat([textures, relief * seen], dim=1)


def evened(texture: Pixels, seen: Bools) -> Floats32:
    """What the generator sees of colours (T, T, 3): their brightness, and its contrast at two scales; 0 where not seen.

    The lamp's gradient over the face is far stronger than what wrinkles shade, and would drown them.
    """
    grey = srgb_to_linear(texture) @ LUMINANCE
    logs = np.log(np.maximum(grey, _DARKEST)).astype(np.float32)
    weight = seen.astype(np.float32)
    shown = logs[seen] if seen.any() else logs.ravel()
    channels = [(logs - shown.mean()) / max(float(shown.std()), 0.1)]
    for sigma in _CONTRASTS:
        around = blur(logs * weight, sigma) / np.maximum(blur(weight, sigma), 1e-3)
        channels.append(np.clip((logs - around) / _CONTRAST, -3.0, 3.0))
    return (np.stack(channels, axis=-1) * weight[..., None]).astype(np.float32)
