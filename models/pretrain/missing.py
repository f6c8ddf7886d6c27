"""Missing parts on the device: patches suppressed, corners and edges torn off, and the masks that the filler learns to
fill; shapes, ranges and shares of app/degrade/missing.ts.
"""

from __future__ import annotations

import numpy as np
import torch

from shapes import Dice, blobs, half_planes, paint, rectangles, splat, wander
from texture import gaussian

#: Least and most of the area that a hole mask covers.
AREA = (0.05, 0.4)
#: Shapes that a hole mask is tried with.
ROUNDS = 7


def _behind(dice: Dice, n: int) -> torch.Tensor:
    """What shows where the picture is gone: black, white, mid grey or paper."""
    pick, v = dice.uniform((n, 1)), dice.uniform((n, 1), 0.72, 0.97)
    paper = np.concatenate([v, v - dice.uniform((n, 1), 0, 0.06), v - dice.uniform((n, 1), 0.02, 0.16)], 1)
    plain = np.select([pick < 0.35, pick < 0.65, pick < 0.75], [0.0, 1.0, 0.5], -1.0)
    return dice.put(np.where(plain < 0, paper, plain), n, 3, 1, 1)


def _some(dice: Dice, n: int, low: int, high: int) -> np.ndarray:
    return np.repeat(np.arange(n), dice.rng.integers(low, high + 1, n))


def _covers(dice: Dice, n: int, size: int, who: np.ndarray, x0, y0, x1, y1) -> torch.Tensor:
    if len(who) == 0:
        return torch.zeros((n, 1, size, size), device=dice.device)
    return rectangles(dice, who, n, size, x0, y0, x1, y1)


def holes(x: torch.Tensor, dice: Dice) -> tuple[torch.Tensor, torch.Tensor]:
    """One to four rectangles and patches suppressed."""
    n, size = len(x), x.shape[-1]
    who = _some(dice, n, 1, 4)
    k = len(who)
    side = dice.uniform(k, 0.08, 0.34) * size
    px, py = dice.uniform(k, -0.05, 0.95) * size, dice.uniform(k, -0.05, 0.95) * size
    aspect = 2 ** dice.uniform(k, -1, 1)
    square = dice.chance(k, 0.5)
    cover = _covers(dice, n, size, who[square], *(v[square] for v in (px, py, px + side * aspect, py + side / aspect)))
    rest = ~square
    if rest.any():
        patch = blobs(dice, who[rest], n, size, px[rest], py[rest], np.maximum(1, side[rest] / 2), 0.6, 0.01)
        cover = torch.maximum(cover, patch)
    return paint(x, cover, _behind(dice, n))


def torn_edges(dice: Dice, who: np.ndarray, n: int, size: int, depth: np.ndarray) -> torch.Tensor:
    """Corners (three of four) and edges torn off to a depth (share of the side); covers of n pictures."""
    k = len(who)
    sx, sy = np.where(dice.chance(k, 0.5), 1, -1), np.where(dice.chance(k, 0.5), 1, -1)
    a = dice.uniform(k, 0.25, np.pi / 2 - 0.25)
    upright, lean = dice.chance(k, 0.5), dice.normal(k, 0.08)
    corner = dice.chance(k, 0.75)
    nx = np.where(corner, sx * np.cos(a), np.where(upright, sx, lean))
    ny = np.where(corner, sy * np.sin(a), np.where(upright, lean, sy))
    far = nx * np.where(nx > 0, size - 1, 0) + ny * np.where(ny > 0, size - 1, 0)
    height, cell = min(8, 0.012 * size + 0.4), max(3, size / 20)
    return half_planes(dice, who, n, size, nx, ny, far - depth * size, height, cell)


def missing_corner(x: torch.Tensor, dice: Dice) -> tuple[torch.Tensor, torch.Tensor]:
    """A corner or an edge torn off, with the paper's light core along the tear."""
    n, size = len(x), x.shape[-1]
    who = _some(dice, n, 1, 3)
    depth = dice.uniform(n, 0.05, 0.24)[who] * dice.uniform(len(who), 0.5, 1)
    cover = torn_edges(dice, who, n, size, depth)
    seam = (3 * gaussian(cover, dice, dice.uniform(n, 0.5, 1.2))).clamp(0, 1)
    paper = dice.uniform((n, 1), 0.8, 1) * np.array([[1, 0.99, 0.95]])
    x, first = paint(x, seam, dice.put(paper, n, 3, 1, 1))
    x, second = paint(x, cover, _behind(dice, n))
    return x, torch.maximum(first, second)


def _shape(dice: Dice, kind: np.ndarray, n: int, size: int) -> torch.Tensor:
    """One more shape for each of n pictures, of its kind (0..1); covers."""
    cover = torch.zeros((n, 1, size, size), device=dice.device)

    def of(low: float, high: float) -> np.ndarray:
        return np.flatnonzero((kind >= low) & (kind < high))

    for low, high, turn, width, length in (
        (0.0, 0.4, (0.05, 0.5), (0.015, 0.07), (0.2, 1.0)),
        (0.9, 1.1, (0.06, 0.0601), (0.008, 0.025), (1.2, 1.2001)),
    ):
        who = of(low, high)
        k = len(who)
        if k == 0:
            continue
        start = dice.uniform(k) * size, dice.uniform(k) * size, dice.uniform(k, 0, 2 * np.pi)
        px, py, t = wander(dice, *start, dice.uniform(k, *length) * size, dice.uniform(k, *turn))
        radius = dice.uniform((k, 1), *width) * size
        cover = splat(dice, cover, np.broadcast_to(who[:, None], px.shape), px, py, radius, (t <= 1).astype(float))
    who = of(0.4, 0.6)
    if len(who):
        k = len(who)
        side, aspect = dice.uniform(k, 0.1, 0.5) * size, 2 ** dice.uniform(k, -0.8, 0.8)
        x0, y0 = dice.uniform(k) * size - side / 2, dice.uniform(k) * size - side / 2
        cover = torch.maximum(cover, rectangles(dice, who, n, size, x0, y0, x0 + side * aspect, y0 + side / aspect))
    who = of(0.6, 0.78)
    if len(who):
        k = len(who)
        radius = dice.uniform(k, 0.06, 0.25) * size
        cover = torch.maximum(cover, blobs(dice, who, n, size, dice.uniform(k) * size, dice.uniform(k) * size, radius, 0.6))
    who = of(0.78, 0.9)
    if len(who):
        cover = torch.maximum(cover, torn_edges(dice, who, n, size, dice.uniform(len(who), 0.1, 0.4)))
    return cover


def hole_masks(dice: Dice, n: int, size: int) -> torch.Tensor:
    """Masks [n, 1, size, size] of 0 and 1 that cover 5 to 40 % of the area; small holes are the common ones."""
    wanted = dice.put(AREA[0] + (AREA[1] - AREA[0]) * dice.uniform(n) ** 1.5)
    kind = dice.uniform(n)
    mask = torch.zeros((n, 1, size, size), device=dice.device)
    # Most masks are of one kind of shape; a fifth takes another kind each time. All shapes are drawn at once.
    kinds = [np.where(kind < 0.8, kind / 0.8, dice.uniform(n)) for _ in range(ROUNDS)]
    covers = (_shape(dice, np.concatenate(kinds), ROUNDS * n, size) > 0.25).float()
    for cover in covers.split(n):
        union = torch.maximum(mask, cover)
        fits = (mask.mean((1, 2, 3), True) < wanted) & (union.mean((1, 2, 3), True) <= AREA[1])
        mask = torch.where(fits, union, mask)
    # Where nothing fitted: one rectangle of the right area always does.
    w = round(np.sqrt(0.12) * size)
    x0, y0 = np.floor(dice.uniform(n) * (size - w + 1)), np.floor(dice.uniform(n) * (size - w + 1))
    spare = rectangles(dice, np.arange(n), n, size, x0, y0, x0 + w, y0 + w)
    return torch.where(mask.mean((1, 2, 3), True) < AREA[0], spare, mask)


def thin_masks(dice: Dice, n: int, size: int) -> torch.Tensor:
    """Masks [n, 1, size, size] of 0 and 1 of thin lines, up to about 8 % of the area."""
    wanted = dice.put(dice.uniform(n, 0.005, 0.08), n, 1, 1, 1)
    across = dice.uniform(n, 0.004, 0.02)
    mask = torch.zeros((n, 1, size, size), device=dice.device)
    who = np.arange(n)
    for _ in range(12):
        start = dice.uniform(n) * size, dice.uniform(n) * size, dice.uniform(n, 0, 2 * np.pi)
        px, py, t = wander(dice, *start, dice.uniform(n, 0.05, 1.2) * size, dice.uniform(n, 0.02, 0.4))
        radius = np.maximum(0.6, size * across * dice.uniform(n, 0.6, 1.5))[:, None]
        cover = torch.zeros_like(mask)
        cover = splat(dice, cover, np.broadcast_to(who[:, None], px.shape), px, py, radius, (t <= 1).astype(float))
        mask = torch.where(mask.mean((1, 2, 3), True) < wanted, torch.maximum(mask, (cover > 0.25).float()), mask)
    # A line may lie outside of the picture altogether.
    return torch.where(mask.mean((1, 2, 3), True) > 0, mask, hole_masks(dice, n, size))
