"""Colour arithmetic on tensors: sRGB's curve (IEC 61966-2-1) and CIE Lab, D65, as app/color defines them."""

from __future__ import annotations

from functools import lru_cache

import torch

_XYZ = (
    (0.4123907993, 0.3575843394, 0.1804807884),
    (0.2126390059, 0.7151686788, 0.0721923154),
    (0.0193308187, 0.1191947798, 0.9505321522),
)
_WHITE = (0.9504559271, 1.0, 1.0890577508)


def decode(v: torch.Tensor) -> torch.Tensor:
    """Encoded 0..1 to linear light, held at 0 and 1."""
    v = v.clamp(0, 1)
    return torch.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def encode(light: torch.Tensor) -> torch.Tensor:
    """Linear light 0..1 to encoded, held at 0 and 1."""
    light = light.clamp(0, 1)
    return torch.where(light <= 0.0031308, light * 12.92, 1.055 * light.clamp(min=1e-8) ** (1 / 2.4) - 0.055)


def mix(x: torch.Tensor, matrix: torch.Tensor) -> torch.Tensor:
    """Channels [N, 3, H, W] times a matrix [3, 3] or one for each picture [N, 3, 3]."""
    n, _, h, w = x.shape
    return torch.matmul(matrix, x.reshape(n, 3, h * w)).reshape(n, -1, h, w)


@lru_cache
def _matrices(device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Linear sRGB to XYZ relative to white, and back."""
    there = torch.tensor(_XYZ, dtype=torch.float64) / torch.tensor(_WHITE, dtype=torch.float64)[:, None]
    return there.float().to(device), torch.linalg.inv(there).float().to(device)


def lab(x: torch.Tensor) -> torch.Tensor:
    """L*, a*, b* (D65) of encoded pictures [N, 3, H, W]."""
    t = mix(decode(x), _matrices(x.device)[0])
    f = torch.where(t > 216 / 24389, t.clamp(min=1e-6) ** (1 / 3), ((24389 / 27) * t + 16) / 116)
    fx, fy, fz = f[:, 0], f[:, 1], f[:, 2]
    return torch.stack([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)], 1)


def chroma(x: torch.Tensor) -> torch.Tensor:
    """a* / 110 and b* / 110 at a quarter of the size, the mean of each 4 x 4 block [N, 2, H/4, W/4]."""
    return torch.nn.functional.avg_pool2d(lab(x)[:, 1:] / 110, 4)


def from_lab(values: torch.Tensor) -> torch.Tensor:
    """Encoded pictures of L*, a*, b* [N, 3, H, W], held within sRGB."""
    fy = (values[:, 0] + 16) / 116
    f = torch.stack([fy + values[:, 1] / 500, fy, fy - values[:, 2] / 200], 1)
    t = torch.where(f > 6 / 29, f**3, (116 * f - 16) * 27 / 24389)
    return encode(mix(t, _matrices(values.device)[1]))
