"""R-Net and the decoding of its faces for many crops: folded, laid out for the processor, on CUDA recorded once.

On the CPU in float32. On CUDA the network and the one matrix product that moves 35,709 vertices are in bfloat16, and a
whole batch is one replay of a CUDA graph; the mean face and the pose are added in float32, so that a vertex is right to
some hundredths of a millimetre.
"""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from ..inference.deep3d.alignment import CROP_PX
from ..inference.deep3d.coefficients import EXPRESSION, IDENTITY, Deep3DCoefficients
from ..inference.deep3d.geometry import Deep3DModel, rotation
from ..inference.networks.r_net import RNet
from ..inference.networks.resnet import BasicBlock, Bottleneck

WARM_UP = 3  # runs before the recording: libraries choose their kernels in the first


class FastRNet:
    """A network, and with ``model`` its faces, for any number of crops."""

    def __init__(self, network: RNet, model: Deep3DModel | None, device: torch.device, batch: int) -> None:
        """``batch``: as many crops are computed together; on CUDA always so many, with blank ones to fill up."""
        cuda = device.type == "cuda"
        self.device, self.batch = device, batch
        self.dtype = torch.bfloat16 if cuda else torch.float32
        self.network = folded(network).to(device, self.dtype)
        self.network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        self.decoder = None if model is None else Decoder(model.to(device), self.dtype)
        self._recorded = _Recording(self) if cuda else None

    @torch.inference_mode()
    def __call__(self, crops: Tensor) -> tuple[Tensor, Tensor | None]:
        """RGB crops (N, 3, 224, 224) in [0, 1] -> coefficients (N, 257) and posed vertices (N, V, 3) in decimetres."""
        run = self._recorded or self.step
        results = [run(self._laid_out(part)) for part in crops.split(self.batch)]
        coefficients, posed = zip(*results, strict=True)
        return torch.cat(coefficients), None if posed[0] is None else torch.cat(posed)

    def step(self, crops: Tensor) -> tuple[Tensor, Tensor | None]:
        """The computation of one batch, laid out as the network wants it."""
        coefficients = self.network(crops).float()
        return coefficients, None if self.decoder is None else self.decoder(coefficients)

    def _laid_out(self, crops: Tensor) -> Tensor:
        return crops.to(self.device, self.dtype, memory_format=torch.channels_last)


class Decoder:
    """Coefficients -> posed vertices, all faces of a batch and both bases in one matrix product."""

    def __init__(self, model: Deep3DModel, dtype: torch.dtype) -> None:
        self.mean = model.mean
        self.basis = torch.cat([model.identity_basis, model.expression_basis]).flatten(1).to(dtype)

    def __call__(self, coefficients: Tensor) -> Tensor:
        """(B, 257) -> (B, V, 3) decimetres."""
        parts = Deep3DCoefficients.of(coefficients)
        moved = coefficients[:, : IDENTITY + EXPRESSION].to(self.basis.dtype) @ self.basis
        shape = self.mean + moved.unflatten(1, self.mean.shape)
        return torch.baddbmm(parts.trans[:, None], shape, rotation(parts.angle).mT)


class _Recording:
    """One batch of a `FastRNet` as a CUDA graph."""

    def __init__(self, fast: FastRNet) -> None:
        self.crops = fast._laid_out(torch.zeros(fast.batch, 3, CROP_PX, CROP_PX))
        stream = torch.cuda.Stream(fast.device)
        stream.wait_stream(torch.cuda.current_stream(fast.device))
        with torch.inference_mode(), torch.cuda.stream(stream):
            for _ in range(WARM_UP):
                fast.step(self.crops)
        torch.cuda.current_stream(fast.device).wait_stream(stream)
        self.graph = torch.cuda.CUDAGraph()
        with torch.inference_mode(), torch.cuda.graph(self.graph):
            self.coefficients, self.posed = fast.step(self.crops)

    def __call__(self, crops: Tensor) -> tuple[Tensor, Tensor | None]:
        count = len(crops)
        self.crops[:count].copy_(crops)
        self.graph.replay()
        return self.coefficients[:count].clone(), None if self.posed is None else self.posed[:count].clone()


def folded(network: RNet) -> RNet:
    """The same network with every batch normalisation inside the convolution before it; for inference alone."""
    network = deepcopy(network).eval()
    _fold(network.backbone, "conv1", "bn1")
    for module in network.modules():
        if isinstance(module, BasicBlock | Bottleneck):
            for number in range(1, 4 if isinstance(module, Bottleneck) else 3):
                _fold(module, f"conv{number}", f"bn{number}")
            if module.downsample is not None:
                _fold(module.downsample, "0", "1")
    return network


def _fold(module: nn.Module, convolution: str, norm: str) -> None:
    fused = fuse_conv_bn_eval(getattr(module, convolution), getattr(module, norm))
    setattr(module, convolution, fused)
    setattr(module, norm, nn.Identity())
