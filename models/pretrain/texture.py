"""Noise, blur, JPEG, and what age and paper do to a whole picture, on the device and many pictures at once; the formulas and
ranges of app/degrade/{noise,blur,jpeg,print,surface}.ts. Pictures [N, C, H, W], encoded 0..1; each has its own draw.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F

from colour import decode, encode
from shapes import Dice, field, grid


def _kernel(sigma: np.ndarray, radius: int) -> np.ndarray:
    """Sampled Gaussians [N, 2 radius + 1]; a sigma under 0.15 leaves the picture as it is."""
    at = np.arange(-radius, radius + 1)[None]
    k = np.exp(-0.5 * (at / np.maximum(sigma, 1e-3)[:, None]) ** 2)
    k = np.where(sigma[:, None] < 0.15, at == 0, k)
    return k / k.sum(1, keepdims=True)


def _banded(kernel: np.ndarray, size: int, dice: Dice) -> torch.Tensor:
    """[N, size, size + 2 radius]: a convolution with borders that were added, as a matrix."""
    n, taps = kernel.shape
    row, tap = torch.arange(size, device=dice.device)[:, None], torch.arange(taps, device=dice.device)[None]
    out = torch.zeros((n, size, size + taps - 1), device=dice.device)
    index = (row + tap)[None].expand(n, -1, -1)
    return out.scatter_(2, index, dice.put(kernel, n, 1, taps).expand(-1, size, -1))


def gaussian(x: torch.Tensor, dice: Dice, sigma: np.ndarray) -> torch.Tensor:
    """Gaussian blur, a sigma (pixels) for each picture; borders are repeated."""
    radius = max(1, int(np.ceil(3 * sigma.max())))
    kernel = _kernel(sigma, radius)
    wide = F.pad(x, (radius,) * 4, mode="replicate")
    rows, columns = (_banded(kernel, s, dice)[:, None] for s in x.shape[2:])
    return torch.matmul(rows, torch.matmul(wide, columns.transpose(2, 3)))


def smooth_noise(dice: Dice, shape: torch.Size, correlation: np.ndarray, grey: bool) -> torch.Tensor:
    """Noise of standard deviation 1, smoothed by a Gaussian of `correlation` pixels; `grey`: all planes alike."""
    n, c, h, w = shape
    out = dice.noise(n, 1 if grey else c, h, w)
    if correlation.max() >= 0.15:
        power = (_kernel(correlation, max(1, int(np.ceil(3 * correlation.max())))) ** 2).sum(1)
        out = gaussian(out, dice, correlation) / dice.put(power)
    return out.expand(n, c, h, w)


def _colours(dice: Dice, x: torch.Tensor, correlation: np.ndarray, grey: np.ndarray) -> torch.Tensor:
    """Noise planes that are alike where `grey` says so."""
    noise = smooth_noise(dice, x.shape, correlation, False)
    return torch.where(dice.put(grey) > 0, noise[:, :1], noise)


def even_noise(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    n = len(x)
    correlation = np.where(dice.chance(n, 0.6), 0, dice.uniform(n, 0.3, 0.9))
    noise = _colours(dice, x, correlation, dice.chance(n, 0.5))
    return (x + dice.put(0.012 * 10 ** dice.uniform(n)) * noise).clamp(0, 1)


def colour_noise(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    """Even noise of every pixel and colour for itself, up to very strong."""
    return (x + dice.put(dice.uniform(len(x), 0.01, 0.22)) * dice.noise(*x.shape)).clamp(0, 1)


def sensor_noise(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    n = len(x)
    shot, read = dice.put(0.0002 * 30 ** dice.uniform(n)), dice.put(0.001 * 8 ** dice.uniform(n))
    light = decode(x)
    return encode(light + torch.sqrt(shot * light + read * read) * dice.noise(*x.shape))


def grain(x: torch.Tensor, dice: Dice, sigma: np.ndarray, correlation: np.ndarray, grey: bool = True) -> torch.Tensor:
    """Film grain: noise of density that grows with the square root of the negative's density."""
    noise = smooth_noise(dice, x.shape, correlation, grey)
    v = x.clamp(0, 1)
    slope = torch.sqrt(0.05 + 4 * v * (1 - v))
    change = dice.put(sigma) * torch.sqrt(0.15 + v) * slope * noise * (2.3026 / 2.2)
    return (v + 0.5 * change).clamp(0, 1)


def film_grain(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    n = len(x)
    return grain(x, dice, 0.02 * 9 ** dice.uniform(n), dice.uniform(n, 0, 1.2))


def salt_pepper(x: torch.Tensor, dice: Dice) -> tuple[torch.Tensor, torch.Tensor]:
    """Single black and white pixels and their mask."""
    n, c, h, w = x.shape
    share = dice.put(0.002 * 40 ** dice.uniform(n))
    salt = dice.put(np.where(dice.chance(n, 0.7), 0.5, dice.uniform(n)))
    draw = torch.rand((n, c, h, w, 2), generator=dice.generator, device=dice.device)
    draw = torch.where(dice.put(dice.chance(n, 0.7))[..., None] > 0, draw[:, :1], draw)
    struck = draw[..., 0] < share
    out = torch.where(struck, (draw[..., 1] < salt).float(), x)
    return out, struck.any(1, keepdim=True).float()


def soft_blur(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    return gaussian(x, dice, 0.5 * 5.6 ** (dice.uniform(len(x)) ** 1.2))


def _spread(x: torch.Tensor, dice: Dice, kernels: np.ndarray) -> torch.Tensor:
    """Linear light through a kernel [N, k, k] of its own for each picture."""
    n, c, h, w = x.shape
    k = kernels.shape[-1]
    kernels = kernels / kernels.sum((1, 2), keepdims=True)
    wide = F.pad(decode(x), (k // 2,) * 4, mode="replicate").reshape(1, n * c, h + k - 1, w + k - 1)
    weight = dice.put(kernels, n, 1, k, k).repeat_interleave(c, 0)
    return encode(F.conv2d(wide, weight, groups=n * c).reshape(n, c, h, w))


def defocus(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    """A disc of even light, with the share of each border pixel that it covers."""
    n = len(x)
    radius = 0.7 * 5 ** dice.uniform(n)
    side = np.arange(-4, 5)[:, None] + (np.arange(4)[None] - 1.5) / 4
    y, x_ = side[:, None, :, None], side[None, :, None, :]
    hits = (np.hypot(y, x_)[None] <= radius[:, None, None, None, None]).sum((3, 4))
    return _spread(x, dice, hits.astype(float))


def motion(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    """A straight line of light, 2 to 9 pixels long."""
    n = len(x)
    length, angle = dice.uniform(n, 2, 9), dice.uniform(n, 0, np.pi)
    t = ((np.arange(36) + 0.5) / 36 - 0.5)[None] * length[:, None]
    kernels = np.zeros((n, 11, 11))
    px, py = t * np.cos(angle)[:, None] + 5, t * np.sin(angle)[:, None] + 5
    ix, iy = np.floor(px).astype(int), np.floor(py).astype(int)
    fx, fy = px - ix, py - iy
    who = np.broadcast_to(np.arange(n)[:, None], ix.shape)
    for dy, dx, weight in ((0, 0, (1 - fx) * (1 - fy)), (0, 1, fx * (1 - fy)), (1, 0, (1 - fx) * fy), (1, 1, fx * fy)):
        np.add.at(kernels, (who, iy + dy, ix + dx), weight)
    return _spread(x, dice, kernels)


def _linear(dice: Dice, place: torch.Tensor, length: torch.Tensor, columns: int) -> torch.Tensor:
    """Weights [N, rows, columns] of bilinear interpolation at `place` [N, rows] in lines of `length` [N, 1] samples."""
    place = torch.minimum(place.clamp(min=0), length - 1)[..., None]
    at = torch.arange(columns, device=dice.device).float()
    return (1 - (place - at).abs()).clamp(min=0)


def low_resolution(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    """Made 1.4 to 4 times smaller, and large again."""
    n, _, size, _ = x.shape
    factor = dice.uniform(n, 1.4, 4)
    small = np.round(size / factor)
    most = int(small.max())
    length = dice.put(small, n, 1)
    scale = size / length
    down = _linear(dice, (torch.arange(most, device=dice.device)[None] + 0.5) * scale - 0.5, torch.full_like(length, size), size)
    up = _linear(dice, (torch.arange(size, device=dice.device)[None] + 0.5) / scale - 0.5, length, most)
    line = torch.matmul(up, down)[:, None]
    return torch.matmul(line, torch.matmul(gaussian(x, dice, 0.35 * factor), line.transpose(2, 3)))


# The tables of ITU-T T.81, annex K.
_LUMA = (
    "16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62 "
    "18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99"
)
_CHROMA = (
    "17 18 24 47 99 99 99 99 18 21 26 66 99 99 99 99 24 26 56 99 99 99 99 99 47 66 99 99 99 99 99 99 " + "99 " * 32
)
_TABLES = np.array([_LUMA.split(), _CHROMA.split()], dtype=float).reshape(2, 8, 8)


@lru_cache
def _cosines(device: torch.device) -> torch.Tensor:
    """The cosine transform of eight numbers as a matrix, orthonormal."""
    k = np.arange(8)
    c = np.sqrt(np.where(k == 0, 1 / 8, 1 / 4))[:, None] * np.cos((2 * k[None] + 1) * k[:, None] * np.pi / 16)
    return torch.tensor(c, dtype=torch.float32, device=device)


def _code(plane: torch.Tensor, table: torch.Tensor) -> torch.Tensor:
    """A plane [N, H, W] of 0..255 through the cosine transform and quantisation [N, 8, 8], and back."""
    n, h, w = plane.shape
    c = _cosines(plane.device)
    cells = (plane - 128).reshape(n, h // 8, 8, w // 8, 8).permute(0, 1, 3, 2, 4)
    q = table[:, None, None]
    coefficients = ((c @ cells @ c.t()) / q).round() * q
    cells = c.t() @ coefficients @ c
    return (cells + 128).round().clamp(0, 255).permute(0, 1, 3, 2, 4).reshape(n, h, w)


def jpeg(x: torch.Tensor, dice: Dice, quality: np.ndarray | None = None) -> torch.Tensor:
    """Saved as JPEG (4:2:0) at a quality of 10 to 80, low ones more often. Sides are multiples of 16."""
    n, _, h, w = x.shape
    quality = np.round(10 + 70 * dice.uniform(n) ** 1.3) if quality is None else quality
    scale = np.where(quality < 50, np.floor(5000 / quality), 200 - 2 * quality)
    tables = np.clip(np.floor((_TABLES[None] * scale[:, None, None, None] + 50) / 100), 1, 255)
    tables = dice.put(tables, n, 2, 8, 8)
    r, g, b = ((x * 255).round().clamp(0, 255)).unbind(1)
    y = (0.299 * r + 0.587 * g + 0.114 * b).round()
    cb = (-0.168735892 * r - 0.331264108 * g + 0.5 * b + 128).round().clamp(0, 255)
    cr = (0.5 * r - 0.418687589 * g - 0.081312411 * b + 128).round().clamp(0, 255)
    y = _code(y, tables[:, 0])
    half = F.avg_pool2d(torch.cat([cb, cr])[:, None], 2)[:, 0].round()
    half = _code(half, tables[:, 1].repeat(2, 1, 1))
    cb, cr = F.interpolate(half[:, None], size=(h, w), mode="bilinear", align_corners=False)[:, 0].round().split(n)
    cb, cr = cb - 128, cr - 128
    rgb = torch.stack([y + 1.402 * cr, y - 0.344136286 * cb - 0.714136286 * cr, y + 1.772 * cb], 1)
    return rgb.round().clamp(0, 255) / 255


def veil(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    """Contrast lost between a grey veil and a dull white, unevenly."""
    n, size = len(x), x.shape[-1]
    black, white = dice.put(0.02 + 0.28 * dice.uniform(n) ** 1.5), dice.put(dice.uniform(n, 0.7, 1))
    clouds = dice.put(dice.uniform(n, 0, 0.06)) * field(dice, n, size, max(8, size / 3), 2)
    return (black + (white - black) * x + clouds).clamp(0, 1)


def _edge(size: int, dice: Dice) -> torch.Tensor:
    """Distance of each pixel from the border, [1, 1, size, size]."""
    y, x = grid(size, dice.device)
    return torch.minimum(torch.minimum(x, y), torch.minimum(size - 1 - x, size - 1 - y))[None]


def uneven_yellowing(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    """Patches of damp and light, and borders that lay outside the frame: density in blue, less in green."""
    n, size = len(x), x.shape[-1]
    border = dice.put(dice.uniform(n))
    clouds = field(dice, n, size, max(8, size / 3), 3)
    rim = (1 - _edge(size, dice) / dice.put(dice.uniform(n, 0.1, 0.4) * size)).clamp(min=0) ** 2
    d = dice.put(dice.uniform(n, 0.05, 0.35)) * (0.5 + 0.4 * clouds * (1 - 0.5 * border) + border * rim).clamp(0, 1.5)
    share = np.stack([np.full(n, 0.12), dice.uniform(n, 0.3, 0.55), np.ones(n)], 1)
    return x * torch.exp(-np.log(10) / 2.2 * d * dice.put(share, n, 3, 1, 1))


def paper_texture(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    """The pattern of an embossed paper under slanted light: silk, linen, honeycomb or matt."""
    n, size = len(x), x.shape[-1]
    kind = dice.rng.integers(0, 4, n)
    pitch, angle, turn = dice.uniform(n, 3, 9), dice.uniform(n, 0, np.pi), dice.uniform(n, -0.2, 0.2)
    gy, gx = grid(size, dice.device)
    cos, sin, p = (dice.put(v, n, 1, 1) for v in (np.cos(turn), np.sin(turn), pitch))
    u, v = cos * gx - sin * gy + 1000, sin * gx + cos * gy + 1000

    def height(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        k = 2 * np.pi / p
        silk = torch.sin(k * (a + 0.5 * b)) * torch.sin(k * (a - 0.5 * b))
        over = ((a / p).floor() + (b / p).floor()) % 2
        linen = torch.where(over > 0, torch.cos(k * a * 0.5), torch.cos(k * b * 0.5))
        comb = (torch.cos(k * a) + torch.cos(k * (0.866 * b - 0.5 * a)) + torch.cos(k * (-0.5 * a - 0.866 * b))) / 1.5 - 0.5
        which = dice.put(kind, n, 1, 1)
        return torch.where(which == 0, silk, torch.where(which == 1, linen, comb))

    relief = height(u, v) - height(u + dice.put(np.cos(angle), n, 1, 1), v + dice.put(np.sin(angle), n, 1, 1))
    matt = field(dice, n, size, max(1.2, float(pitch.mean()) / 3), 1)
    relief = torch.where(dice.put(kind) == 3, matt, relief[:, None])
    return (x + dice.put(dice.uniform(n, 0.012, 0.06)) * relief * (0.35 + 0.65 * x)).clamp(0, 1)


def halftone(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    """A cosine screen for each ink at its own angle; one at 45 degrees for grey pictures."""
    n, size = len(x), x.shape[-1]
    sharp, strength = dice.put(dice.uniform(n, 0.8, 3)), dice.put(dice.uniform(n, 0.12, 0.5))
    grey = ((x[:, :1] - x[:, 2:]).abs().mean((1, 2, 3), True) < 0.004).float()
    turn, k = dice.uniform((n, 1), -8, 8), 2 * np.pi / dice.uniform((n, 1), 2.4, 5)
    phase = dice.uniform((n, 3), 0, 6.28)
    gy, gx = grid(size, dice.device)

    def screen(degrees: list[int], phases: np.ndarray) -> torch.Tensor:
        a = (np.array([degrees]) + turn) * np.pi / 180
        c, s, f = (dice.put(v, n, len(degrees), 1, 1) for v in (np.cos(a) * k, np.sin(a) * k, phases))
        return (torch.cos(c * gx - s * gy + f) + torch.cos(s * gx + c * gy + f)) / 4 + 0.5

    spot = torch.where(grey > 0, screen([45], phase[:, :1]), screen([15, 75, 0], phase))
    dots = (0.5 + sharp * (x * (1 + 1 / sharp) - 0.5 / sharp - spot)).clamp(0, 1)
    return x + (dots - x) * strength


def silvering(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    """Old silver that shines bluish in the dark parts, most towards the edges."""
    n, size = len(x), x.shape[-1]
    uneven = field(dice, n, size, max(4, size / 5), 3)
    dark = 1 - (0.3 * x[:, :1] + 0.59 * x[:, 1:2] + 0.11 * x[:, 2:])
    edge = _edge(size, dice) / (0.5 * size * dice.put(dice.uniform(n, 0.15, 0.6)))
    v = (1 - edge + 0.35 * uneven).clamp(0, 1) * dark * dark * dice.put(dice.uniform(n, 0.15, 0.6))
    colour = dice.uniform((n, 1), 0.55, 0.75) * np.array([[0.93, 0.98, 1.06]])
    return x + (dice.put(colour, n, 3, 1, 1) - x) * v


def flicker(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    """Exposure of one frame of a film, uneven over the picture."""
    n, size = len(x), x.shape[-1]
    u = dice.uniform
    gain = 1 + 0.05 * u(n) ** 1.5 * dice.normal(n) + 0.07 * u(n) ** 2 * np.clip(dice.normal(n), -2.5, 2.5)
    return (x * (dice.put(gain) + dice.put(0.05 * u(n) ** 2) * field(dice, n, size, max(8, size / 2)))).clamp(0, 1)
