"""What networks are trained for. The objectives are not written again here: build/pretrain/graphs.ts emits them from
main/studio/run/objectives as graphs from a network's outputs and the truth to numbers, colour bins, their weights
and all factors included, and this runs those graphs in single precision. Only the two sides of the critic's
hinge loss (Lim and Ye 2017; Miyato et al. 2018) are here, and how often it is right.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from onnx_module import OnnxModule


class Objective:
    """An emitted objective for one size and batch."""

    def __init__(self, file: str, device: torch.device) -> None:
        self.module = OnnxModule(file).to(device)
        self.parts = [n for n, _ in self.module.file.outputs if n.startswith("part/")]
        self._inputs = [n for n, _ in self.module.file.inputs]

    def __call__(self, outputs: dict[str, torch.Tensor], batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """`total`, `part/NAME`..., and what the critic sees: `made` and `real`."""
        given = {**batch, **{f"out/{name}": value for name, value in outputs.items()}}
        with torch.autocast(next(iter(batch.values())).device.type, enabled=False):
            return self.module(**{name: given[name].float() for name in self._inputs})


def hinge_critic(on_real: torch.Tensor, on_made: torch.Tensor) -> torch.Tensor:
    return F.relu(1 - on_real.float()).mean() + F.relu(1 + on_made.float()).mean()


def hinge_generator(on_made: torch.Tensor) -> torch.Tensor:
    return -on_made.float().mean()


def recognised(on_made: torch.Tensor) -> torch.Tensor:
    """Share of the scores of made pictures that are below nought."""
    return (on_made < 0).float().mean()


def accuracy(on_real: torch.Tensor, on_made: torch.Tensor) -> torch.Tensor:
    """Share of right judgements of real and made pictures together."""
    return 0.5 * ((on_real > 0).float().mean() + recognised(on_made))
