"""Batches for each network, made on the device: which tensors they hold is decided by main/studio/dataset/tensors.ts."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

import colour
import physics
from degrade import degrade
from pictures import Pictures
from shapes import Dice


def draw_hints(ab: torch.Tensor, dice: Dice) -> torch.Tensor:
    """Colour hints as a person would set them: none in half of the samples, all colours in one of a hundred, else a
    geometric number of points (mean 8) of 1 or 2 pixels' side. ab [N, 2, h, w] -> [N, 3, h, w]."""
    n, _, h, w = ab.shape
    kind = dice.uniform(n)
    counts = np.where(kind < 0.51, 0, np.minimum(64, 1 + np.floor(np.log(1 - dice.uniform(n)) / np.log(1 - 1 / 8)).astype(int)))
    who = np.repeat(np.arange(n), counts)
    out = torch.zeros((n, 3, h, w), device=ab.device)
    if len(who):
        k = len(who)
        side = 1 + dice.rng.integers(0, 2, k)
        x0 = np.clip(np.round(w / 2 + dice.normal(k, w / 4)), 0, w - side).astype(int)
        y0 = np.clip(np.round(h / 2 + dice.normal(k, h / 4)), 0, h - side).astype(int)
        i, x, y = (dice.index(v) for v in (who, x0, y0))
        wide = F.pad(F.avg_pool2d(ab, 2, 1), (0, 1, 0, 1))
        large = dice.put(side > 1, k, 1)
        tone = torch.where(large > 0, wide[i, :, y, x], ab[i, :, y, x])
        value = torch.cat([tone, torch.ones_like(large)], 1)
        for dy, dx in ((0, 0), (0, 1), (1, 0), (1, 1)):
            # Points of one pixel write that pixel again.
            step = dice.index(side - 1)
            out[i, :, y + dy * step, x + dx * step] = value
    everything = dice.put((kind >= 0.5) & (kind < 0.51))
    return torch.where(everything > 0, torch.cat([ab, torch.ones_like(ab[:, :1])], 1), out)


@torch.no_grad()
def make_batch(pictures: Pictures, index: np.ndarray, size: int, preset: str, dice: Dice, fixed: bool = False) -> dict[str, torch.Tensor]:
    """The tensors of a step from these pictures; `fixed` takes the middle of each picture instead of a random part."""
    x = pictures.crops(index, size, None if fixed else dice.rng, preset == "restorer")
    if preset == "grey":
        ab = colour.chroma(x)
        return {"l": physics.grey(x, dice), "hints": draw_hints(ab, dice), "ab": ab}
    sample = degrade(x, preset, dice)
    return {"x": sample.input, "y": sample.target, "mask": sample.mask}
