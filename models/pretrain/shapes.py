"""Drawing of damage on the device, many pictures at once: shapes go into covers [N, 1, H, W] (0..1, how far a pixel is
hidden), then paint or stain is laid on where the cover says so, as app/degrade/draw.ts does it one by one.

Numbers that decide shapes are drawn and bent on the processor (a few per shape) and sent over as points.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

#: Cover under which a pixel counts as untouched.
LEAST = 1 / 256


def send(t: torch.Tensor, device: torch.device) -> torch.Tensor:
    """To the device without waiting for what it is doing: only pinned memory can be sent so."""
    return t.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else t.to(device)


class Dice:
    """Chance: `rng` for the few numbers of each picture, `generator` for numbers of each pixel, on the device."""

    def __init__(self, seed: int, device: torch.device) -> None:
        self.rng = np.random.default_rng(seed)
        self.generator = torch.Generator(device=device)
        self.generator.manual_seed(seed)
        self.device = device

    def uniform(self, n: int | tuple, low: float = 0.0, high: float = 1.0) -> np.ndarray:
        return self.rng.uniform(low, high, n)

    def normal(self, n: int | tuple, sigma: float = 1.0) -> np.ndarray:
        return self.rng.normal(0, sigma, n)

    def chance(self, n: int, p: float) -> np.ndarray:
        return self.rng.random(n) < p

    def noise(self, *shape: int) -> torch.Tensor:
        """Normal numbers on the device."""
        return torch.randn(shape, generator=self.generator, device=self.device)

    def put(self, values: np.ndarray, *shape: int) -> torch.Tensor:
        """Numbers of the processor as float32 on the device; default shape [N, 1, 1, 1]."""
        t = torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))
        return send(t, self.device).reshape(shape or (len(values), 1, 1, 1))

    def index(self, values: np.ndarray) -> torch.Tensor:
        """Whole numbers of the processor on the device."""
        return send(torch.from_numpy(np.ascontiguousarray(values, dtype=np.int64)), self.device)


def width_unit(size: int) -> float:
    """Scale of line widths and grains of dirt: 1 at 128 pixels, growing with the square root."""
    return float(np.clip(np.sqrt(size / 128), 0.6, 4))


def field(dice: Dice, n: int, size: int, cell: float, octaves: int = 1) -> torch.Tensor:
    """Smooth random fields [n, 1, size, size], mean about 0, standard deviation about 1."""
    out = torch.zeros((n, 1, size, size), device=dice.device)
    power = 0.0
    for o in range(octaves):
        knots = max(2, round(size / max(1.0, cell / 2**o)) + 2)
        grid = dice.noise(n, 1, knots, knots)
        wide = F.interpolate(grid, size=(size * knots // max(1, knots - 2),) * 2, mode="bicubic", align_corners=False)
        x, y = (int(v) for v in dice.rng.integers(0, wide.shape[-1] - size + 1, 2))
        out = out + 0.5**o * wide[:, :, y : y + size, x : x + size]
        power += 0.25**o
    # Bicubic interpolation between knots keeps about (0.83)^2 of their variance.
    return out / (np.sqrt(power) * 0.83)


def splat(dice: Dice, cover: torch.Tensor, who: np.ndarray, x, y, radius, strength=1.0, soft=1.0) -> torch.Tensor:
    """Draws discs into covers; the greater cover stays. All arguments are of one length, in pixels; `soft` is the width of the edge."""
    n, _, h, w = cover.shape
    values = np.broadcast_arrays(who, x, y, radius, strength, soft)
    who, x, y, radius, strength, soft = (np.asarray(v, dtype=np.float64).reshape(-1) for v in values)
    keep = (strength > LEAST) & (x > -20) & (y > -20) & (x < w + 20) & (y < h + 20)
    flat = cover.reshape(-1)
    # Groups of like reach, so that a few large discs do not make all stamps large.
    reach = np.ceil(radius + soft / 2).astype(int)
    for low, high in ((0, 2), (2, 4), (4, 8), (8, 16), (16, 64)):
        of = keep & (reach > low) & (reach <= high)
        if not of.any():
            continue
        r = int(reach[of].max())
        points = dice.put(np.stack([who[of], x[of], y[of], radius[of], strength[of], soft[of]]), 6, -1, 1)
        side = torch.arange(-r, r + 1, device=cover.device)
        dy, dx = (t.reshape(1, -1) for t in torch.meshgrid(side, side, indexing="ij"))
        px, py = points[1].round() + dx, points[2].round() + dy
        distance = torch.sqrt((px - points[1]) ** 2 + (py - points[2]) ** 2)
        value = ((points[3] - distance) / points[5] + 0.5).clamp(0, 1) * points[4]
        inside = (px >= 0) & (py >= 0) & (px < w) & (py < h)
        index = (points[0] * h + py.clamp(0, h - 1)) * w + px.clamp(0, w - 1)
        value = torch.where(inside, value, torch.zeros_like(value))
        flat = flat.scatter_reduce(0, index.reshape(-1).long(), value.reshape(-1), "amax", include_self=True)
    return flat.reshape(cover.shape)


def wander(dice: Dice, x, y, angle, length, turn, step: float = 0.8) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Paths that start at points and directions and wander; x, y [K, T], and t [K, T] from 0 to 1 (over 1: past the end)."""
    k = len(x)
    steps = max(2, int(np.ceil(np.max(length) / step)) + 1)
    # The bend is a first-order process, drawn every two pixels as the paths of draw.ts are.
    every = max(1, round(2 / step))
    kicks = np.repeat(dice.normal((k, -(-steps // every)), 0.6), every, 1)[:, :steps] * np.asarray(turn)[:, None]
    bend = np.zeros(k)
    total = np.empty((k, steps))
    for i in range(steps):
        if i % every == 0:
            bend = 0.8 * bend + kicks[:, i]
        total[:, i] = bend / every
    heading = np.asarray(angle)[:, None] + np.cumsum(total, 1)
    px = np.asarray(x)[:, None] + np.cumsum(step * np.cos(heading), 1) - step * np.cos(heading[:, :1])
    py = np.asarray(y)[:, None] + np.cumsum(step * np.sin(heading), 1) - step * np.sin(heading[:, :1])
    t = np.arange(steps)[None] * step / np.maximum(np.asarray(length), step)[:, None]
    return px, py, t


def jagged(dice: Dice, ax, ay, bx, by, rough, levels: int = 6) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Jagged paths between points by halving; x, y and t [K, T], close enough together for thin lines."""
    x, y = np.stack([ax, bx], 1).astype(float), np.stack([ay, by], 1).astype(float)
    for _ in range(levels):
        dx, dy = np.diff(x, axis=1), np.diff(y, axis=1)
        push = np.asarray(rough)[:, None] * dice.normal(dx.shape) * 0.5
        push = np.where(np.hypot(dx, dy) > 2, push, 0)
        mx, my = x[:, :-1] + dx / 2 - dy * push, y[:, :-1] + dy / 2 + dx * push
        x = np.insert(x, np.arange(1, x.shape[1]), mx, axis=1)
        y = np.insert(y, np.arange(1, y.shape[1]), my, axis=1)
    # Straight lines between the knots, four points each.
    f = np.arange(4)[None, None] / 4
    x = (x[:, :-1, None] * (1 - f) + x[:, 1:, None] * f).reshape(len(x), -1)
    y = (y[:, :-1, None] * (1 - f) + y[:, 1:, None] * f).reshape(len(y), -1)
    return x, y, np.broadcast_to(np.linspace(0, 1, x.shape[1])[None], x.shape)


def grid(size: int, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """y and x of every pixel, [1, size, size]."""
    side = torch.arange(size, device=device).float()
    y, x = torch.meshgrid(side, side, indexing="ij")
    return y[None], x[None]


def blobs(dice: Dice, who: np.ndarray, n: int, size: int, x, y, radius, rough, soft=1.0, strength=1.0) -> torch.Tensor:
    """Patches with an uneven edge, a closed curve of a few waves around each centre; the covers of n pictures."""
    k = len(who)
    heights = np.broadcast_to(np.asarray(rough, dtype=float).reshape(-1, 1), (k, 1)) * dice.normal((k, 5)) * 0.5
    heights = heights / np.arange(1, 6)
    phases = dice.uniform((k, 5), 0, 2 * np.pi)
    squash, angle = dice.uniform(k, 0.6, 1), dice.uniform(k, 0, np.pi)
    extent = [np.broadcast_to(np.asarray(v, dtype=float), (k,)) for v in (x, y, radius, soft, strength)]
    p = dice.put(np.stack([*extent, squash, np.cos(angle), np.sin(angle)]), 8, k, 1, 1)
    gy, gx = grid(size, dice.device)
    dx, dy = gx - p[0], gy - p[1]
    px, py = dx * p[6] + dy * p[7], (dy * p[6] - dx * p[7]) / p[5]
    distance, turn = torch.sqrt(px * px + py * py), torch.atan2(py, px)
    edge = torch.ones_like(turn)
    for wave in range(5):
        h, phase = dice.put(heights[:, wave], k, 1, 1), dice.put(phases[:, wave], k, 1, 1)
        edge = edge + h * torch.cos((wave + 2) * turn + phase)
    value = ((p[2] * edge.clamp(min=0.2) - distance) / p[3] + 0.5).clamp(0, 1) * p[4]
    return gather_covers(dice, who, n, value)


def gather_covers(dice: Dice, who: np.ndarray, n: int, value: torch.Tensor) -> torch.Tensor:
    """The greatest of the covers [K, H, W] of each of n pictures, [n, 1, H, W]."""
    out = torch.zeros((n, *value.shape[1:]), device=dice.device)
    index = dice.index(who)[:, None, None].expand(value.shape)
    return out.scatter_reduce(0, index, value, "amax", include_self=True)[:, None]


def rectangles(dice: Dice, who: np.ndarray, n: int, size: int, x0, y0, x1, y1) -> torch.Tensor:
    """Upright rectangles, whole pixels; covers of n pictures."""
    gy, gx = grid(size, dice.device)
    p = dice.put(np.round(np.stack([x0, y0, x1, y1])), 4, -1, 1, 1)
    value = ((gx >= p[0]) & (gx < p[2]) & (gy >= p[1]) & (gy < p[3])).float()
    return gather_covers(dice, who, n, value)


def half_planes(dice: Dice, who: np.ndarray, n: int, size: int, nx, ny, offset, height, cell) -> torch.Tensor:
    """Everything on the far side of lines with an uneven edge, nx x + ny y > offset + edge; covers of n pictures."""
    k = len(who)
    gy, gx = grid(size, dice.device)
    p = dice.put(np.stack(np.broadcast_arrays(nx, ny, offset, height, cell)), 5, k, 1, 1)
    along = (p[0] * gy - p[1] * gx) / p[4]
    knots = dice.noise(k, 256)
    edge = torch.zeros_like(along)
    for scale, shift, gain in ((1, 0, 1), (2.3, 71, 0.5), (5.1, 151, 0.25)):
        t = along * scale + shift
        low = t.floor()
        first = knots.gather(1, (low.long() % 256).reshape(k, -1)).reshape(t.shape)
        second = knots.gather(1, ((low.long() + 1) % 256).reshape(k, -1)).reshape(t.shape)
        edge = edge + gain * (first + (second - first) * (t - low))
    value = (p[0] * gx + p[1] * gy - p[2] - p[3] * edge + 0.5).clamp(0, 1)
    return gather_covers(dice, who, n, value)


def paint(x: torch.Tensor, cover: torch.Tensor, colour: torch.Tensor, opacity=1.0) -> tuple[torch.Tensor, torch.Tensor]:
    """Opaque paint: x + (colour - x) cover opacity; and the mask of touched pixels. Colour [N, 3, 1, 1] or pictures."""
    mask = (cover >= LEAST).float()
    return (x + (colour - x) * cover * mask * opacity).clamp(0, 1), mask


def stain(x: torch.Tensor, cover: torch.Tensor, density: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Transparent stain: density [N, 3, 1, 1] times the cover, on encoded values (which carry 1 / 2.2 of it)."""
    mask = (cover >= LEAST).float()
    return (x * torch.exp(-np.log(10) / 2.2 * density * cover * mask)).clamp(0, 1), mask
