"""``python -m likeness.benchmarks.networks``: how fast R-Net and the decoding of its faces are; needs no weights.

On the CPU the time of one photo, as the network is and as `FastRNet` lays it out; on CUDA faces a second in batches,
and the share of the card's peak that the network's multiplications are.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence

import torch

from ..errors import LikenessError
from ..inference.deep3d.alignment import CROP_PX
from ..inference.deep3d.coefficients import EXPRESSION, IDENTITY, TEXTURE
from ..inference.deep3d.geometry import Deep3DModel
from ..inference.device import choose_device
from ..inference.networks.r_net import RNet
from .fast_r_net import Decoder, FastRNet

VERTICES, TRIANGLES = 35_709, 70_789
FLOP_PER_FACE = 8.18e9  # two a multiply-add: 4.09e9 of these in a ResNet-50 at 224 pixels
# Dense bfloat16 peaks in FLOP/s of the makers' data sheets.
PEAKS = {"H200": 989e12, "H100 PCIe": 756e12, "H100": 989e12, "A100": 312e12}
REPEATS = 15


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; exit status 2 where the device does not work."""
    parser = argparse.ArgumentParser(prog="python -m likeness.benchmarks.networks", description=__doc__)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--batch", type=int, default=256, help="crops at once on CUDA (256)")
    parser.add_argument("--repeats", type=int, default=REPEATS, help=f"runs of which the median is told ({REPEATS})")
    options = parser.parse_args(arguments)
    try:
        device, reason = choose_device(options.device)
        if reason:
            raise LikenessError(reason)
    except LikenessError as problem:
        print(problem, file=sys.stderr)
        return 2
    network, model = RNet().eval(), made_up_model()
    lines = cuda_lines(network, model, device, options) if device.type == "cuda" else cpu_lines(network, model, options)
    print("\n".join(lines))
    return 0


def made_up_model() -> Deep3DModel:
    """Random numbers in the shapes of the Basel front model."""
    generator = torch.Generator().manual_seed(0)

    def random(*shape: int) -> torch.Tensor:
        return torch.rand(*shape, generator=generator)

    return Deep3DModel(
        mean=random(VERTICES, 3),
        identity_basis=random(IDENTITY, VERTICES, 3),
        expression_basis=random(EXPRESSION, VERTICES, 3),
        texture_mean=random(VERTICES, 3),
        texture_basis=random(TEXTURE, VERTICES, 3),
        triangles=torch.randint(VERTICES, (TRIANGLES, 3), generator=generator),
        landmarks68=torch.arange(68),
    )


def cpu_lines(network: RNet, model: Deep3DModel, options: argparse.Namespace) -> list[str]:
    """Milliseconds a photo, one after the other and several at once."""
    crop = torch.rand(1, 3, CROP_PX, CROP_PX)
    plain, decoder = network, Decoder(model, torch.float32)
    fast = FastRNet(network, model, torch.device("cpu"), batch=8)

    @torch.inference_mode()
    def as_it_is(crops: torch.Tensor) -> None:
        decoder(plain(crops))

    timed = {
        "as it is": (as_it_is, crop),
        "folded, channels last": (fast, crop),
        "the same, 8 at once": (fast, crop.expand(8, -1, -1, -1)),
    }
    head = f"R-Net and {VERTICES} vertices, {torch.get_num_threads()} threads, ms a photo (median, least)"
    return [head, *(f"  {name}: {_per_photo(run, crops, options.repeats)}" for name, (run, crops) in timed.items())]


def cuda_lines(network: RNet, model: Deep3DModel, device: torch.device, options: argparse.Namespace) -> list[str]:
    """Faces a second of the recorded graph, crops already on the card."""
    fast = FastRNet(network, model, device, options.batch)
    crops = torch.rand(options.batch, 3, CROP_PX, CROP_PX, device=device)

    def run() -> None:
        fast(crops)
        torch.cuda.synchronize(device)

    seconds = statistics.median(_seconds(run, options.repeats))
    name = torch.cuda.get_device_name(device)
    rate = options.batch / seconds
    peak = next((value for part, value in PEAKS.items() if part in name), None)
    share = "unknown" if peak is None else f"{rate * FLOP_PER_FACE / peak:.1%}"
    return [
        f"R-Net and {VERTICES} vertices on {name}, bfloat16, batches of {options.batch}",
        f"  {rate:.0f} faces a second; share of the card's dense bfloat16 peak: {share}",
    ]


def _per_photo(run: Callable[[torch.Tensor], object], crops: torch.Tensor, repeats: int) -> str:
    times = [1e3 * second / len(crops) for second in _seconds(lambda: run(crops), repeats)]
    return f"{statistics.median(times):.0f}, {min(times):.0f}"


def _seconds(run: Callable[[], object], repeats: int) -> list[float]:
    for _ in range(2):
        run()
    taken = []
    for _ in range(repeats):
        begun = time.perf_counter()
        run()
        taken.append(time.perf_counter() - begun)
    return taken


if __name__ == "__main__":
    sys.exit(main())
