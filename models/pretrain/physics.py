"""Old emulsions on the device: grey renderings with random spectral weights and film curve, scans of colour and of
black and white negatives by wavelength, faded dyes and silver. Formulas, ranges and sources are those of
app/degrade/{grey,negative,stock,scan,print}.ts; here all pictures of a batch are made at once, each with its own draw.

Every function takes encoded pictures [N, 3, H, W] 0..1 and gives new ones.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from colour import decode, encode, mix
from shapes import Dice
from texture import gaussian, grain

LN10 = float(np.log(10))
_FILTERS = np.array([[1, 1, 1], [0.97, 0.88, 0.3], [0.96, 0.7, 0.08], [0.9, 0.06, 0.02], [0.45, 0.85, 0.35]])
_LUMA = np.array([0.2126, 0.7152, 0.0722])


def spectral_weights(dice: Dice, emulsion: np.ndarray) -> np.ndarray:
    """Weights of linear red, green, blue [N, 3], summing to 1; emulsion 0 blue-sensitive, 1 orthochromatic, 2 panchromatic."""
    n = len(emulsion)
    u = dice.uniform
    blue = np.stack([u(n, 0, 0.03), u(n, 0.02, 0.25), u(n, 0.75, 1)], 1)
    ortho = np.stack([u(n, 0.01, 0.07), u(n, 0.4, 0.65), u(n, 0.3, 0.6)], 1)
    which = np.where(dice.chance(n, 0.55), 0, 1 + dice.rng.integers(0, 4, n))
    pan = np.stack([u(n, 0.2, 0.42), u(n, 0.32, 0.6), u(n, 0.12, 0.38)], 1) * _FILTERS[which]
    w = np.choose(emulsion[:, None], [blue, ortho, pan])
    return w / w.sum(1, keepdims=True)


def _emulsions(dice: Dice, n: int, first: float, second: float) -> np.ndarray:
    pick = dice.uniform(n)
    return np.where(pick < first, 0, np.where(pick < second, 1, 2))


def grey(x: torch.Tensor, dice: Dice, grainless: bool = False) -> torch.Tensor:
    """Grey as old material saw it: one plane [N, 1, H, W], encoded."""
    n = len(x)
    u = dice.uniform
    weights = spectral_weights(dice, _emulsions(dice, n, 0.15, 0.4))
    exposure = np.clip(dice.normal(n, 0.25), -0.7, 0.6)
    contrast, softness = u(n, 0.75, 1.35), u(n)
    black, white = 0.004 * 12.5 ** u(n), u(n, 0.75, 1)
    light = decode(x)
    seen = mix(light, dice.put(weights, n, 1, 3))
    truth = mix(light, dice.put(np.tile(_LUMA, (n, 1)), n, 1, 3))
    # The photographer exposed for the plate: mid grey stays about where it was.
    meter = ((truth.mean((1, 2, 3), True) + 0.01) / (seen.mean((1, 2, 3), True) + 0.01)).sqrt().clamp(0.5, 2)
    y = dice.put(contrast) * torch.log10((seen * meter * dice.put(2**exposure)).clamp(min=1e-5) / 0.18)
    low, high, p = dice.put(np.log10(0.18 / black)), dice.put(np.log10(white / 0.18)), dice.put(6 - 4.5 * softness)
    bent = y / (1 + (y / torch.where(y < 0, low, high)).abs().clamp(min=1e-6) ** p) ** (1 / p)
    out = encode(0.18 * 10**bent)
    if grainless:
        return out
    out = gaussian(out, dice, np.where(dice.chance(n, 0.3), u(n, 0.3, 0.7), 0))
    sigma = np.where(dice.chance(n, 0.7), 0.09 * u(n) ** 2, 0)
    return grain(out, dice, sigma, u(n, 0, 0.8), grey=True)


def old_grey(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    return grey(x, dice).expand(-1, 3, -1, -1)


def plain_grey(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    """ITU-R BT.601 on encoded values."""
    y = 0.299 * x[:, :1] + 0.587 * x[:, 1:2] + 0.114 * x[:, 2:]
    return y.expand(-1, 3, -1, -1)


def exact_negative(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    return 1 - x


def _bell(peak, left, right=None) -> np.ndarray:
    """[N, 31] over 400..700 nm, height 1."""
    nm = np.arange(400, 701, 10)[None]
    peak, left = (np.asarray(v, dtype=float).reshape(-1, 1) for v in (peak, left))
    right = left if right is None else np.asarray(right, dtype=float).reshape(-1, 1)
    return np.exp(-0.5 * ((nm - peak) / np.where(nm < peak, left, right)) ** 2)


def _exposure(dice: Dice, n: int) -> dict[str, np.ndarray]:
    u = dice.uniform
    warm = np.where(dice.chance(n, 0.15), u(n, 0.1, 0.35), dice.normal(n, 0.05))
    return {
        "stops": np.clip(0.3 + dice.normal(n), -2, 3) * np.log10(2),
        "contrast": u(n, 0.7, 1.15),
        "flare": 0.001 * 20 ** u(n),
        "light": np.stack([0.5 * warm, dice.normal(n, 0.025), -0.8 * warm], 1),
    }


def _develop(x: torch.Tensor, gamma, start, toe, most, shoulder) -> torch.Tensor:
    """Dye or silver over log10 exposure: toe, straight line, shoulder."""
    line = gamma * toe * F.softplus((x - start) / toe)
    return (most - shoulder * F.softplus((most - line) / shoulder)).clamp(min=0)


def _scan(density: torch.Tensor, dice: Dice, gain: torch.Tensor, matrix: np.ndarray) -> torch.Tensor:
    """Stored 8-bit values from densities: flare, noise, colour matrix, tone curve. gain [N, 3, 1, 1], matrix [N, 3, 3]."""
    n = len(density)
    u = dice.uniform
    shot, read = dice.put(0.00001 * 50 ** u(n)), dice.put(0.0003 * 13 ** u(n))
    light = gain * torch.exp(-LN10 * density.clamp(0, 6)) + dice.put(0.006 * u(n) ** 3)
    light = light + torch.sqrt(shot * light + read * read) * dice.noise(*light.shape)
    light = mix(light, dice.put(matrix, n, 3, 3)).clamp(0, 1)
    curve = u(n)
    gamma = np.select([curve < 0.6, curve < 0.75, curve < 0.87], [0, 2.2, 1.8], 1)
    power = light.clamp(min=1e-8) ** dice.put(1 / np.where(gamma == 0, 1, gamma))
    stored = torch.where(dice.put(gamma == 0) > 0, encode(light), power)
    return (stored * 255).round() / 255


def _matrices(dice: Dice, strength: np.ndarray) -> np.ndarray:
    n = len(strength)
    m = np.zeros((n, 3, 3))
    for row in range(3):
        others = strength[:, None] * dice.uniform((n, 2), -0.25, 0.12)
        columns = [c for c in range(3) if c != row]
        m[:, row, columns] = others
        m[:, row, row] = 1 - others.sum(1)
    return m


def colour_negative(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    """The scan of a colour negative on a random stock, by a random scanner."""
    n, _, h, w = x.shape
    u = dice.uniform
    # Neighbouring layers see a part of each other's light.
    rg, rb, gr, gb, br, bg = (u(n, a, b) for a, b in ((0.02, 0.16), (0, 0.05), (0.02, 0.12), (0.02, 0.12), (0, 0.04), (0.02, 0.12)))
    sensitivity = np.stack([1 - rg - rb, rg, rb, gr, 1 - gr - gb, gb, br, bg, 1 - br - bg], 1).reshape(n, 3, 3)
    gamma = u(n, 0.5, 0.68)[:, None] * np.stack([u(n, 0.88, 1.03), u(n, 0.97, 1.06), u(n, 1.08, 1.4)], 1)
    most = u(n, 2.2, 3.1)[:, None] * u((n, 3), 0.95, 1.1)
    e = _exposure(dice, n)
    flare = dice.put(e["flare"])
    log = torch.log((mix(decode(x), dice.put(sensitivity, n, 3, 3)) + flare) / (0.18 + flare)) / LN10
    log = dice.put(e["contrast"]) * log + dice.put(e["light"] + e["stops"][:, None], n, 3, 1, 1)
    # A layer that develops more than its neighbours holds them back.
    log = log + dice.put(u(n, 0.05, 0.3)) * (log - log.mean(1, keepdim=True))
    curve = [dice.put(v, n, 3, 1, 1) for v in (gamma, u((n, 3), -1.5, -1.15), u((n, 3), 0.1, 0.26), most, u((n, 3), 0.15, 0.35))]
    amounts = _develop(log, *curve)
    g = 0.004 * 9 ** u(n)
    coarse = np.stack([g * u(n, 0.8, 1.2), g, g * u(n, 1.1, 1.8)], 1)
    amounts = (amounts + dice.put(coarse, n, 3, 1, 1) * torch.sqrt(0.15 + amounts) * dice.noise(*amounts.shape)).clamp(min=0)
    faded = dice.chance(n, 0.2)
    fade = np.stack([u(n, 0, 0.3), u(n, 0, 0.2), u(n, 0, 0.3)], 1) * faded[:, None]
    amounts = amounts * dice.put(1 - fade, n, 3, 1, 1)
    # Dyes with their unwanted absorptions; coloured couplers are used up as their dye forms.
    cg, cb, mb, mr, yg = (u(n, a, b)[:, None] for a, b in ((0.05, 0.14), (0.06, 0.14), (0.14, 0.28), (0.03, 0.1), (0.03, 0.09)))
    dyes = np.stack(
        [
            _bell(u(n, 675, 695), 62, 60) + cg * _bell(550, 40) + cb * _bell(430, 45),
            _bell(u(n, 540, 556), 38, 33) + mb * _bell(430, 42) + mr * _bell(650, 45),
            _bell(u(n, 438, 452), 38, 40) + yg * _bell(550, 40),
        ],
        2,
    )
    cyan, magenta = u(n, 0.22, 0.42)[:, None], u(n, 0.32, 0.62)[:, None]
    masks = np.stack([cyan * (_bell(548, 40) + 0.75 * _bell(440, 45)), magenta * _bell(436, 42, 40)], 2)
    used = np.stack([(cg / cyan)[:, 0] * u(n, 0.7, 1.15), (mb / magenta)[:, 0] * u(n, 0.7, 1.15)], 1)
    base = u((n, 1), 0.1, 0.26) * _bell(680, 90) + u((n, 1), 0.1, 0.22) * _bell(550, 60) + u((n, 1), 0.1, 0.24) * _bell(420, 65)
    kind = dice.rng.integers(0, 3, n)
    bands = _bands(dice, kind)
    left = (1 - dice.put(used, n, 2, 1, 1) * amounts[:, :2]).clamp(min=0)
    filters = torch.cat([amounts, left], 1).reshape(n, 5, h * w)
    spectral = torch.matmul(dice.put(np.concatenate([dyes, masks], 2), n, 31, 5), filters) + dice.put(base, n, 31, 1)
    seen = torch.matmul(dice.put(bands, n, 3, 31), torch.exp(-LN10 * spectral)).reshape(n, 3, h, w)
    density = -torch.log10(seen.clamp(min=1e-7))
    density = density + dice.put(np.stack([0 * g, 0 * g, np.where(faded, u(n, 0, 0.2), 0)], 1), n, 3, 1, 1)
    density = gaussian(density, dice, np.where(dice.chance(n, 0.5), u(n, 0.2, 0.8), 0))
    # The gains bring the film base to a level; a share of its colour may be balanced away.
    clear = np.einsum("nkb,nb->nk", bands, 10 ** -(base + masks.sum(2)))
    neutralised = np.where(dice.chance(n, 0.7), 0.3 * u(n) ** 2, u(n))[:, None]
    gain = (u(n, 0.3, 1)[:, None] / clear[:, :1]) * (clear[:, :1] / clear) ** neutralised
    automatic = np.where(dice.chance(n, 0.6), u(n, 0.1, 0.5), 0)
    dense = (density[:, :1].mean((2, 3), True) + dice.put(np.log10(clear[:, 0]))).clamp(min=0)
    longer = torch.exp(LN10 * dice.put(automatic) * dense)
    return _scan(density, dice, dice.put(gain, n, 3, 1, 1) * longer, _matrices(dice, np.where(kind == 0, 0.3, 1.0)))


def _bands(dice: Dice, kind: np.ndarray) -> np.ndarray:
    """What a scanner's three bands see, [N, 3, 31], each summing to 1; kinds: diodes, filters on a line, camera."""
    n = len(kind)
    u = dice.uniform
    width = np.choose(kind, [u(n, 8, 14), u(n, 16, 28), u(n, 28, 42)])
    tail = np.choose(kind, [np.zeros(n), u(n, 0, 0.03), u(n, 0.02, 0.1)])[:, None]
    camera = kind == 2
    centres = [
        np.where(camera, u(n, 592, 612), u(n, 620, 660)),
        np.where(camera, u(n, 525, 542), u(n, 525, 552)),
        np.where(camera, u(n, 452, 468), u(n, 445, 468)),
    ]
    bands = np.stack([_bell(c, width) + tail * (1 if k == 1 else 0.5) * _bell(550, 70) for k, c in enumerate(centres)], 1)
    return bands / bands.sum(2, keepdims=True)


def grey_negative(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    """The scan of a black and white negative: one silver image over a grey base, often under a warm light."""
    n = len(x)
    u = dice.uniform
    weights = spectral_weights(dice, _emulsions(dice, n, 0.1, 0.25))
    e = _exposure(dice, n)
    flare = dice.put(e["flare"])
    seen = mix(decode(x), dice.put(weights, n, 1, 3))
    log = dice.put(e["contrast"]) * torch.log((seen + flare) / (0.18 + flare)) / LN10 + dice.put(e["stops"])
    ranges = ((0.5, 0.85), (-1.5, -1.15), (0.1, 0.3), (1.8, 2.6), (0.2, 0.45))
    silver = _develop(log, *(dice.put(u(n, a, b)) for a, b in ranges))
    silver = (silver + dice.put(0.004 * 15 ** u(n)) * torch.sqrt(0.15 + silver) * dice.noise(*silver.shape)).clamp(min=0)
    silver = gaussian(silver, dice, np.where(dice.chance(n, 0.5), u(n, 0.2, 0.8), 0))
    steps = np.array([[-1, 0, 1]])
    tone, fog, tint = u((n, 1), -0.01, 0.06), u((n, 1), 0.06, 0.3), u((n, 1), -0.03, 0.08)
    density = dice.put(fog + steps * tint, n, 3, 1, 1) + silver * dice.put(1 + steps * tone, n, 3, 1, 1)
    grey_scan = dice.chance(n, 0.45)
    warmth = np.where(grey_scan | dice.chance(n, 0.4), 0, 1.6 * u(n) ** 1.5)[:, None]
    automatic = np.where(dice.chance(n, 0.6), u(n, 0.1, 0.5), 0)
    longer = torch.exp(LN10 * dice.put(automatic) * (density[:, 1:2].mean((2, 3), True) - dice.put(fog)).clamp(min=0))
    gain = u((n, 1), 0.2, 0.95) * 10**fog * 10 ** (-warmth * np.array([[0, 0.25, 1]]))
    grey_matrix = np.tile(np.array([0.3, 0.5, 0.2]), (n, 3, 1))
    matrix = np.where(grey_scan[:, None, None], grey_matrix, _matrices(dice, np.full(n, 0.6)))
    return _scan(density, dice, dice.put(gain, n, 3, 1, 1) * longer, matrix)


_PAPER = np.array([[1, 0.09, 0.02], [0.24, 1, 0.08], [0.1, 0.3, 1]])


def fade_dyes(x: torch.Tensor, dice: Dice, fade: np.ndarray, stain: np.ndarray) -> torch.Tensor:
    """A colour print whose dyes keep 1 - fade of themselves, with stain (density) over all; both [N, 3]."""
    n = len(x)
    matrix = np.einsum("rk,nk,kc->nrc", _PAPER, 1 - fade, np.linalg.inv(_PAPER))
    density = mix(-torch.log10(decode(x).clamp(min=1e-4)), dice.put(matrix, n, 3, 3)) + dice.put(stain, n, 3, 1, 1)
    return encode(torch.exp(-LN10 * density.clamp(0, 6)))


def dye_fading(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    """An old colour print: one or two dyes have lost more than the third; white has stained."""
    n = len(x)
    u = dice.uniform
    first = np.where(dice.chance(n, 0.5), 0, np.where(dice.chance(n, 0.6), 1, 2))
    most = np.where(np.arange(3)[None] == first[:, None], u((n, 3), 0.08, 0.4), u((n, 3), 0, 0.12))
    fade = np.clip(u((n, 1), 0, 0.25) + most, 0, [0.65, 0.55, 0.6])
    strength = 0.34 * u(n) ** 1.5
    stain = np.stack([strength * u(n, 0, 0.15), strength * u(n, 0.15, 0.38), strength], 1)
    return fade_dyes(x, dice, fade, stain)


def stock_fading(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    """Faded colour film stock."""
    n = len(x)
    fade = np.stack([dice.uniform(n, 0, 0.7), dice.uniform(n, 0, 0.25), dice.uniform(n, 0, 0.6)], 1)
    return fade_dyes(x, dice, fade, np.zeros((n, 3)))


def silver_print(x: torch.Tensor, dice: Dice, tone, fade, lights, paper) -> torch.Tensor:
    """A silver image: toned, faded (thin densities more by `lights`), over paper of a density [N, 3]."""
    n = len(x)
    density = -torch.log10(decode(x).clamp(min=1e-4))
    density = density * dice.put(1 - fade) * (1 - dice.put(lights) * torch.exp(-density / 0.3))
    hue = np.stack([1 - 0.35 * tone, np.ones(n), 1 + 0.8 * tone], 1)
    return encode(torch.exp(-LN10 * (density * dice.put(hue, n, 3, 1, 1) + dice.put(paper, n, 3, 1, 1)).clamp(0, 6)))


def silver_fading(x: torch.Tensor, dice: Dice) -> torch.Tensor:
    """A faded, yellowed or toned black and white print."""
    n = len(x)
    u = dice.uniform
    yellow = 0.42 * u(n) ** 1.7
    paper = np.stack([yellow * u(n, 0.05, 0.2), yellow * u(n, 0.25, 0.5), yellow], 1)
    tone = np.where(dice.chance(n, 0.35), 0, 0.5 * u(n))
    lights = np.where(dice.chance(n, 0.3), 0.6 * u(n), 0)
    return silver_print(x, dice, tone, 0.6 * u(n) ** 1.5, lights, paper)
