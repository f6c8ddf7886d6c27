"""Local damage on the device: dust, hairs, scratches, cracks, creases, tears, worn edges, dirt and lines of films,
stains, blots, and missing parts. Shapes, ranges and shares are those of app/degrade/{scratches,stains,missing,film}.ts.

Every function takes pictures [N, 3, H, W] (square) and gives new ones and the mask [N, 1, H, W] of touched pixels.
"""

from __future__ import annotations

import numpy as np
import torch

from shapes import Dice, blobs, field, gather_covers, grid, half_planes, jagged, paint, rectangles, splat, stain, wander, width_unit
from texture import gaussian

Result = "tuple[torch.Tensor, torch.Tensor]"


def _empty(x: torch.Tensor) -> torch.Tensor:
    return torch.zeros_like(x[:, :1])


def _many(dice: Dice, counts: np.ndarray) -> np.ndarray:
    """Index of the picture of each shape."""
    return np.repeat(np.arange(len(counts)), counts)


def _colour(dice: Dice, light: np.ndarray) -> torch.Tensor:
    """Paper or missing emulsion (light), dirt (dark), slightly warm or cool; [N, 3, 1, 1]."""
    n = len(light)
    v = np.where(light, dice.uniform(n, 0.78, 1), dice.uniform(n, 0, 0.22))
    warm = dice.uniform(n, -0.01, np.where(light, 0.07, 0.02))
    return dice.put(np.clip(np.stack([v + warm / 2, v, v - warm], 1), 0, 1), n, 3, 1, 1)


def _line_width(dice: Dice, k: int, size: int) -> np.ndarray:
    return 0.2 * 6 ** (dice.uniform(k) ** 1.4) * width_unit(size)


def _stroke(dice: Dice, cover, who, path, radius, strength=1.0) -> torch.Tensor:
    """Lines along paths [K, T]; radius and strength are [K, 1] or [K, T]."""
    px, py, t = path
    strength = np.broadcast_to(np.asarray(strength, dtype=float), px.shape) * (t <= 1)
    return splat(dice, cover, np.broadcast_to(np.asarray(who)[:, None], px.shape), px, py, radius, strength)


def _specks(dice: Dice, cover, counts: np.ndarray, largest: float) -> torch.Tensor:
    size = cover.shape[-1]
    who = _many(dice, np.maximum(1, np.round(counts * (size / 128) ** 2)).astype(int))
    k = len(who)
    r = np.maximum(0.45, largest * dice.uniform(k) ** 3)
    x, y, strength = dice.uniform(k) * size, dice.uniform(k) * size, dice.uniform(k, 0.5, 1)
    cover = splat(dice, cover, who, x, y, np.where(r < 1.2, r, 0.75 * r), strength)
    # Larger specks are lumps: a few discs beside each other.
    big = r >= 1.2
    for _ in range(2):
        dx, dy = dice.normal(k, 0.4) * r, dice.normal(k, 0.4) * r
        cover = splat(dice, cover, who[big], (x + dx)[big], (y + dy)[big], 0.6 * r[big], strength[big])
    return cover


def dust(x: torch.Tensor, dice: Dice) -> Result:
    n, size = len(x), x.shape[-1]
    cover = _specks(dice, _empty(x), 2 * 30 ** dice.uniform(n), 2.6 * width_unit(size))
    return paint(x, cover, _colour(dice, dice.chance(n, 0.65)), dice.put(dice.uniform(n, 0.4, 1)))


def _hairs(dice: Dice, cover, counts, shortest, longest, turn_low, turn_high) -> torch.Tensor:
    size = cover.shape[-1]
    who = _many(dice, counts)
    if len(who) == 0:
        return cover
    k = len(who)
    length, angle = dice.uniform(k, shortest, longest) * size, dice.uniform(k, 0, 2 * np.pi)
    path = wander(dice, dice.uniform(k) * size, dice.uniform(k) * size, angle, length, dice.uniform(k, turn_low, turn_high))
    return _stroke(dice, cover, who, path, _line_width(dice, k, size)[:, None])


def hairs(x: torch.Tensor, dice: Dice) -> Result:
    n = len(x)
    cover = _hairs(dice, _empty(x), dice.rng.integers(1, 5, n), 0.1, 0.6, 0.02, 0.16)
    return paint(x, cover, _colour(dice, dice.chance(n, 0.5)), dice.put(dice.uniform(n, 0.4, 1)))


def scratches(x: torch.Tensor, dice: Dice) -> Result:
    """Straight or slightly bent, mostly in one direction; they fade in and out."""
    n, size = len(x), x.shape[-1]
    who = _many(dice, dice.rng.integers(1, 10, n))
    k = len(who)
    along = dice.uniform(n, 0, 2 * np.pi)[who] + dice.normal(k, 0.5)
    length = dice.uniform(k, 0.08, 0.9) * size
    path = wander(dice, dice.uniform(k) * size, dice.uniform(k) * size, along, length, dice.uniform(k, 0, 0.012))
    t = path[2]
    wave = 0.75 + 0.25 * np.sin(dice.uniform((k, 1), 4, 30) * t + dice.uniform((k, 1), 0, 6.28))
    strength = np.clip(np.minimum(8 * t, 8 * (1 - t)), 0, 1) * wave
    cover = _stroke(dice, _empty(x), who, path, _line_width(dice, k, size)[:, None], strength)
    return paint(x, cover, _colour(dice, dice.chance(n, 0.8)), dice.put(dice.uniform(n, 0.35, 1)))


def cracks(x: torch.Tensor, dice: Dice) -> Result:
    """A branching net of fine jagged lines, two branchings deep."""
    n, size = len(x), x.shape[-1]
    who = _many(dice, dice.rng.integers(1, 6, n))
    k = len(who)
    rough = dice.uniform(n, 0.1, 0.35)
    ax, ay = dice.uniform(k) * size, dice.uniform(k) * size
    angle, length, width = dice.uniform(k, 0, 2 * np.pi), dice.uniform(k, 0.2, 0.8) * size, _line_width(dice, k, size)
    cover = _empty(x)
    for depth in range(3):
        path = jagged(dice, ax, ay, ax + length * np.cos(angle), ay + length * np.sin(angle), rough[who])
        cover = _stroke(dice, cover, who, path, width[:, None] * (1 - 0.6 * path[2]))
        if depth == 2:
            break
        branch = _many(dice, dice.rng.integers(0, 3, len(who)))
        k = len(branch)
        if k == 0:
            break
        at = dice.rng.integers(0, path[0].shape[1], k)
        ax, ay, who = path[0][branch, at], path[1][branch, at], who[branch]
        angle = angle[branch] + np.where(dice.chance(k, 0.5), 1, -1) * dice.uniform(k, 0.5, 1.3)
        length, width = length[branch] * dice.uniform(k, 0.25, 0.6), width[branch] * 0.7
    return paint(x, cover, _colour(dice, dice.chance(n, 0.75)), dice.put(dice.uniform(n, 0.5, 1)))


def _across(size: int, px, py, angle) -> tuple[np.ndarray, ...]:
    """The two ends of a line through a point, just beyond the picture."""
    dx, dy = np.cos(angle), np.sin(angle)
    with np.errstate(divide="ignore"):
        u = np.stack([(-4 - px) / dx, (size + 4 - px) / dx, (-4 - py) / dy, (size + 4 - py) / dy])
    pairs = np.sort(u.reshape(2, 2, -1), 1)
    t0, t1 = pairs[:, 0].max(0), pairs[:, 1].min(0)
    return px + t0 * dx, py + t0 * dy, px + t1 * dx, py + t1 * dy


def crease(x: torch.Tensor, dice: Dice) -> Result:
    """A fold: a broken line of paper, a little light on one side, dark on the other."""
    n, size = len(x), x.shape[-1]
    unit = width_unit(size)
    px, py = dice.uniform(n, 0.1, 0.9) * size, dice.uniform(n, 0.1, 0.9) * size
    upright = dice.normal(n, 0.06) + np.where(dice.chance(n, 0.5), 0, np.pi / 2)
    angle = np.where(dice.chance(n, 0.4), upright, dice.uniform(n, 0, np.pi))
    ex, ey, t = jagged(dice, *_across(size, px, py, angle), dice.uniform(n, 0.005, 0.03))
    nx, ny = -np.sin(angle)[:, None] * 0.9 * unit, np.cos(angle)[:, None] * 0.9 * unit
    shade = dice.put(dice.uniform(n, 0.02, 0.12))
    who = np.arange(n)
    x, light = stain(x, _stroke(dice, _empty(x), who, (ex + nx, ey + ny, t), 0.8 * unit), -shade)
    x, dark = stain(x, _stroke(dice, _empty(x), who, (ex - nx, ey - ny, t), 0.8 * unit), 2 * shade)
    gaps = np.where(dice.uniform((n, 24)) < dice.uniform((n, 1), 0.2, 1), dice.uniform((n, 24), 0.4, 1), 0)
    gap = gaps[:, np.minimum(23, (t[0] * 24).astype(int))]
    core = _stroke(dice, _empty(x), who, (ex, ey, t), unit * (0.2 + 0.45 * gap), np.where(gap > 0, 1, 0.25))
    x, mask = paint(x, core, _colour(dice, np.ones(n, bool)), 0.95)
    return x, torch.maximum(mask, torch.maximum(light, dark))


def _from_edge(dice: Dice, n: int, size: int, along: np.ndarray) -> tuple[np.ndarray, ...]:
    """Points on a border and the direction inwards."""
    side = dice.rng.integers(0, 4, n)
    x = np.choose(side, [along * size, np.full(n, size + 2.0), along * size, np.full(n, -2.0)])
    y = np.choose(side, [np.full(n, -2.0), along * size, np.full(n, size + 2.0), along * size])
    return x, y, np.array([np.pi / 2, np.pi, -np.pi / 2, 0])[side]


def tear(x: torch.Tensor, dice: Dice) -> Result:
    """From the edge: a jagged gap with a fringe of white fibres."""
    n, size = len(x), x.shape[-1]
    unit = width_unit(size)
    sx, sy, angle = _from_edge(dice, n, size, dice.uniform(n, 0.15, 0.85))
    angle = angle + dice.normal(n, 0.35)
    reach = dice.uniform(n, 0.15, 0.7) * size
    gap = dice.uniform((n, 1), 0.3, 2)
    ex, ey, t = jagged(dice, sx, sy, sx + reach * np.cos(angle), sy + reach * np.sin(angle), np.full(n, 0.22))
    nx, ny = -np.sin(angle)[:, None] * unit * 0.9, np.cos(angle)[:, None] * unit * 0.9
    who = np.arange(n)
    fringe = _stroke(dice, _empty(x), who, (ex + nx, ey + ny, t), unit * (0.5 + gap * 0.7 * (1 - t)))
    x, first = paint(x, fringe, _colour(dice, np.ones(n, bool)), 0.95)
    core = _stroke(dice, _empty(x), who, (ex, ey, t), unit * np.maximum(0.25, gap * (1 - t)))
    x, second = paint(x, core, _colour(dice, dice.chance(n, 0.6)))
    return x, torch.maximum(first, second)


def worn_edges(x: torch.Tensor, dice: Dice) -> Result:
    """Chips and abrasion, densest at the very edge and the corners."""
    n, size = len(x), x.shape[-1]
    reach, amount = dice.uniform(n, 0.02, 0.14), dice.uniform(n, 0.4, 1)
    rough = field(dice, n, size, max(2, size / 24), 3)
    gy, gx = grid(size, dice.device)
    r = dice.put(reach * size)
    near = torch.exp(-torch.minimum(gx, size - 1 - gx) / r) + torch.exp(-torch.minimum(gy, size - 1 - gy) / r)
    cover = ((rough + 3 * dice.put(amount) * near - 3) / max(0.2, 24 / size)).clamp(0, 1) * (near >= 0.15)
    corner = [np.where(dice.chance(n, 0.5), 0, size - 1) for _ in range(2)]
    chip = blobs(dice, np.arange(n), n, size, *corner, np.maximum(1, dice.uniform(n, 0.2, 0.8) * reach * size), 0.7)
    colour = _colour(dice, dice.chance(n, 0.8))
    return paint(x, torch.maximum(cover, chip), colour, dice.put(dice.uniform(n, 0.7, 1)))


def scan_dirt(x: torch.Tensor, dice: Dice) -> Result:
    """Dust and hairs on a film while it is scanned: dark."""
    n, size = len(x), x.shape[-1]
    cover = _specks(dice, _empty(x), 30 ** dice.uniform(n), 2.2 * width_unit(size))
    counts = np.where(dice.chance(n, 0.4), dice.rng.integers(1, 3, n), 0)
    cover = _hairs(dice, cover, counts, 0.08, 0.4, 0.04, 0.2)
    return paint(x, cover, _colour(dice, np.zeros(n, bool)), dice.put(dice.uniform(n, 0.5, 1)))


def line_scratches(x: torch.Tensor, dice: Dice) -> Result:
    """Near-vertical lines of a projector over the whole frame."""
    n, size = len(x), x.shape[-1]
    who = _many(dice, dice.rng.integers(1, 7, n))
    k = len(who)
    t = np.linspace(0, 1, size + 5)[None].repeat(k, 0)
    px = dice.uniform((k, 1)) * size + dice.normal((k, 1), 0.02) * size * t
    ends = np.sort(np.stack([np.where(dice.chance(k, 0.5), 0, dice.uniform(k)), np.where(dice.chance(k, 0.5), 1, dice.uniform(k))], 1), 1)
    strength = ((t >= ends[:, :1]) & (t <= ends[:, 1:] + 0.1)).astype(float)
    radius = dice.uniform((k, 1), 0.25, 0.9) * width_unit(size)
    cover = _stroke(dice, _empty(x), who, (px, t * (size + 4) - 2, t), radius, strength)
    light = dice.chance(n, 0.6)
    v = np.where(light, dice.uniform(n, 0.85, 1), dice.uniform(n, 0, 0.15))
    return paint(x, cover, dice.put(v), dice.put(dice.uniform(n, 0.25, 1)))


def film_dirt(x: torch.Tensor, dice: Dice) -> Result:
    """A frame's dirt of both polarities, and now and then a hair in the gate."""
    n, size = len(x), x.shape[-1]
    unit = width_unit(size)
    mean = 14 * dice.uniform(n) * dice.uniform(n) ** 1.2 * (size / 128) ** 2
    light = dice.uniform(n)
    mask = _empty(x)
    for bright in (False, True):
        counts = dice.rng.poisson(mean * (light if bright else 1 - light))
        who = _many(dice, counts)
        k = len(who)
        if k == 0:
            continue
        r = unit * (0.4 + 2.4 * dice.uniform(k) ** 4)
        place = dice.uniform(k) * size, dice.uniform(k) * size
        cover = splat(dice, _empty(x), who, *place, r, dice.uniform(k, 0.6, 1))
        thread = dice.chance(k, 0.12)
        if thread.any():
            path = wander(dice, place[0][thread], place[1][thread], dice.uniform(thread.sum(), 0, 6.28), 12 * r[thread] + 6, np.full(thread.sum(), 0.25))
            cover = _stroke(dice, cover, who[thread], path, 0.35 * unit, 0.8)
        v = dice.uniform(n, 0.85, 1) if bright else dice.uniform(n, 0, 0.15)
        x, touched = paint(x, cover, dice.put(v))
        mask = torch.maximum(mask, touched)
    who = np.flatnonzero(dice.chance(n, 0.25))
    if len(who):
        k = len(who)
        sx, sy, angle = _from_edge(dice, k, size, dice.uniform(k))
        path = wander(dice, sx, sy, angle + dice.normal(k, 0.5), dice.uniform(k, 0.06, 0.25) * size, dice.uniform(k, 0.05, 0.2))
        x, touched = paint(x, _stroke(dice, _empty(x), who, path, unit * (0.8 - 0.4 * np.clip(path[2], 0, 1))), torch.full_like(x[:1, :, :1, :1], 0.02), 0.95)
        mask = torch.maximum(mask, touched)
    return x, mask


def gate(x: torch.Tensor, dice: Dice) -> Result:
    """The black border of a camera's gate, with rounded corners."""
    n, size = len(x), x.shape[-1]
    b, r = dice.put(dice.uniform(n, 0.01, 0.06) * size), dice.put(dice.uniform(n, 0, 0.08) * size)
    gy, gx = grid(size, dice.device)
    dx = (gx - (size - 1) / 2).abs() - (size / 2 - b - r)
    dy = (gy - (size - 1) / 2).abs() - (size / 2 - b - r)
    d = torch.sqrt(dx.clamp(min=0) ** 2 + dy.clamp(min=0) ** 2) + torch.maximum(dx, dy).clamp(max=0) - r
    return paint(x, (d + 0.5).clamp(0, 1), torch.full_like(x[:1, :, :1, :1], 0.01))


def _brown(dice: Dice, strength: np.ndarray) -> torch.Tensor:
    n = len(strength)
    return dice.put(np.stack([strength * dice.uniform(n, 0.1, 0.5), strength * dice.uniform(n, 0.4, 0.75), strength], 1), n, 3, 1, 1)


def water_stain(x: torch.Tensor, dice: Dice) -> Result:
    """A patch of tint with a darker rim; now and then bleached instead."""
    n, size = len(x), x.shape[-1]
    who = _many(dice, dice.rng.integers(1, 4, n))
    k = len(who)
    r = dice.uniform(n, 0.08, 0.45)[who] * size * dice.uniform(k, 0.5, 1)
    place = dice.uniform(k) * size, dice.uniform(k) * size
    shape = dice.uniform(k, 0.2, 0.7)
    # The same curve twice, the second a little smaller: what lies between is the rim.
    state = dice.rng.bit_generator.state
    outer = blobs(dice, np.arange(k), k, size, *place, r, shape, 1.5)
    dice.rng.bit_generator.state = state
    inner = blobs(dice, np.arange(k), k, size, *place, r * 0.93, shape, np.maximum(2, 0.12 * r))
    value = outer * (1 - (1 - dice.put(dice.uniform(k, 0.2, 0.6))) * inner)
    cover = gather_covers(dice, who, n, value[:, 0])
    cover = (cover * (1 + 0.2 * field(dice, n, size, max(4, size / 8), 2))).clamp(0, 1)
    density = dice.uniform(n, 0.15, 0.6)
    return stain(x, cover, _brown(dice, np.where(dice.chance(n, 0.2), -0.6 * density, density)))


def foxing(x: torch.Tensor, dice: Dice) -> Result:
    """Many small rusty spots with soft edges."""
    n, size = len(x), x.shape[-1]
    unit = width_unit(size)
    who = _many(dice, np.round(4 * 12.5 ** dice.uniform(n)).astype(int))
    k = len(who)
    r, soft = unit * (0.8 + 4 * dice.uniform(k) ** 3), dice.uniform(k, 1, 2.5) * unit
    cover = splat(dice, _empty(x), who, dice.uniform(k) * size, dice.uniform(k) * size, r, dice.uniform(k, 0.4, 1), soft)
    return stain(x, cover, _brown(dice, dice.uniform(n, 0.12, 0.6)))


def glue(x: torch.Tensor, dice: Dice) -> Result:
    """Yellowed strips with straight sides."""
    n, size = len(x), x.shape[-1]
    who = _many(dice, dice.rng.integers(1, 5, n))
    k = len(who)
    w, h = dice.uniform(k, 0.06, 0.25) * size, dice.uniform(k, 0.06, 0.25) * size
    band = dice.chance(k, 0.15)
    x0, y0 = np.where(band, 0, dice.uniform(k, -0.1, 0.95) * size), dice.uniform(k, -0.1, 0.95) * size
    cover = rectangles(dice, who, n, size, x0, y0, np.where(band, size, x0 + w), y0 + h)
    cover = gaussian(cover, dice, dice.uniform(n, 0.5, 2))
    cover = (cover * (0.8 + 0.25 * field(dice, n, size, max(3, size / 12), 3))).clamp(0, 1)
    return stain(x, cover, _brown(dice, dice.uniform(n, 0.15, 0.5)))


def blot(x: torch.Tensor, dice: Dice) -> Result:
    """An opaque splash of paint or ink."""
    n, size = len(x), x.shape[-1]
    who = _many(dice, dice.rng.integers(1, 4, n))
    k = len(who)
    r = dice.uniform(n, 0.02, 0.12)[who] * size * dice.uniform(k, 0.5, 1)
    cover = blobs(dice, who, n, size, dice.uniform(k) * size, dice.uniform(k) * size, r, 0.6)
    ink = np.where(dice.chance(n, 0.6)[:, None], np.array([[0.05, 0.05, 0.1]]), dice.uniform((n, 3)))
    return paint(x, cover, dice.put(ink, n, 3, 1, 1), dice.put(dice.uniform(n, 0.7, 1)))
