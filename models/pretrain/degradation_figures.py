"""Figures of every degradation on given pictures, to hold them beside those of app/degrade (build/pretrain/compare.ts):

    python3 degradation_figures.py PICTURES.f32 COUNT SIZE [SHEET.png]

PICTURES.f32: COUNT pictures [3, SIZE, SIZE], encoded, float32. Prints JSON: {name: [figures...]}: means and standard
deviations of the three channels, mean absolute change, roughness (mean absolute difference of neighbours), share of
the mask; means over pictures, and the standard deviation over pictures of the mean of green.
"""

from __future__ import annotations

import json
import sys

import numpy as np
import torch

import missing
import physics
from degrade import FUNCTIONS, degrade
from figures import write_png
from shapes import Dice


def describe(x: torch.Tensor, made: torch.Tensor, mask: torch.Tensor | None) -> list[float]:
    per_picture = made.mean((2, 3))
    rough = (made[..., 1:] - made[..., :-1]).abs().mean()
    return [
        *per_picture.mean(0).tolist(),
        *made.std((2, 3)).mean(0).tolist(),
        (made - x).abs().mean().item(),
        rough.item(),
        0.0 if mask is None else mask.mean().item(),
        per_picture[:, 1].std().item(),
    ]


def main() -> None:
    file, count, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    x = torch.from_numpy(np.fromfile(file, "<f4").reshape(count, 3, size, size))
    dice = Dice(7, torch.device("cpu"))
    found, rows = {}, []
    for name, (function, gives_mask) in FUNCTIONS.items():
        given = physics.grey(x, dice).expand(-1, 3, -1, -1) if name == "silver_fading" else x
        made = function(given, dice)
        made, mask = made if gives_mask else (made, None)
        found[name] = describe(given, made, mask)
        rows.append(torch.cat(list(made[:12]), 2))
    mask = missing.hole_masks(dice, count, size)
    found["filler_holes"] = describe(x, x * (1 - mask), mask)
    mask = missing.thin_masks(dice, count, size)
    found["thin_holes"] = describe(x, x * (1 - mask), mask)
    for preset in ("lapaz", "negative", "print", "film", "any", "restorer", "holes"):
        sample = degrade(x, preset, dice)
        found[f"preset {preset}"] = describe(sample.target, sample.input, sample.mask)
    print(json.dumps(found))
    if len(sys.argv) > 4:
        sheet = (torch.cat(rows, 1).clamp(0, 1) * 255).round().to(torch.uint8)
        write_png(sys.argv[4], sheet.permute(1, 2, 0).numpy())


if __name__ == "__main__":
    main()
