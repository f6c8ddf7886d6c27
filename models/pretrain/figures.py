"""Quick figures on pictures that were held back, computed on the device at the end of a slice and watched while a critic
judges. They show where a training stands; the figures of a model card come from `revelado eval` on test pictures.
"""

from __future__ import annotations

import struct
import zlib

import numpy as np
import torch
import torch.nn.functional as F

import colour

#: Factors of the curve over saturation (app/metrics/saturation.ts).
FACTORS = (0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.35, 1.5, 1.75, 2.0)


def _colourfulness(x: torch.Tensor) -> torch.Tensor:
    """Hasler and Suesstrunk 2003, of each picture, on values of 0..255."""
    r, g, b = (255 * x).unbind(1)
    rg, yb = r - g, 0.5 * (r + g) - b
    spread = torch.sqrt(rg.var((1, 2)) + yb.var((1, 2)))
    return spread + 0.3 * torch.sqrt(rg.mean((1, 2)) ** 2 + yb.mean((1, 2)) ** 2)


def _drift(truth: torch.Tensor, made: torch.Tensor) -> dict[str, float]:
    """Signed mean hue error of skin (degrees) and mean chroma of what is neutral in the truth; both Lab [N, 3, H, W]."""
    hue = torch.rad2deg(torch.atan2(truth[:, 2], truth[:, 1])) % 360
    chroma, light = truth[:, 1:].norm(dim=1), truth[:, 0]
    r, g, b = (255 * colour.from_lab(truth)).unbind(1)
    cb = 128 - 0.168736 * r - 0.331264 * g + 0.5 * b
    cr = 128 + 0.5 * r - 0.418688 * g - 0.081312 * b
    skin = (hue >= 25) & (hue <= 80) & (chroma >= 8) & (chroma <= 50) & (light >= 20) & (light <= 95)
    skin = skin & (cb >= 77) & (cb <= 127) & (cr >= 133) & (cr <= 173)
    neutral = (chroma < 4) & (light >= 5) & (light <= 97)
    found = {}
    if skin.any():
        a, b_ = (made[:, k][skin].mean() for k in (1, 2))
        ta, tb = (truth[:, k][skin].mean() for k in (1, 2))
        shift = torch.rad2deg(torch.atan2(b_, a) - torch.atan2(tb, ta))
        found["skinHue"] = float((shift + 180) % 360 - 180)
    if neutral.any():
        found["neutralChroma"] = float(made[:, 1:].norm(dim=1)[neutral].mean())
    return found


def colour_figures(batches: list[tuple[dict, dict]]) -> dict[str, float]:
    """Of the colorist: its curve over saturation, at its best point and at a colourfulness of 0.85; hue drift."""
    distance, lively = np.zeros(len(FACTORS)), np.zeros(len(FACTORS))
    grey = truth_lively = pictures = 0.0
    all_truth, all_made = [], []
    for outputs, batch in batches:
        size = batch["l"].shape[-2:]
        truth_ab, made_ab = (
            110 * F.interpolate(t.float(), size=size, mode="bilinear", align_corners=False) for t in (batch["ab"], outputs["ab"])
        )
        lightness = colour.lab(batch["l"].expand(-1, 3, -1, -1))[:, :1]
        truth = torch.cat([lightness, truth_ab], 1)
        grey += float(truth_ab.norm(dim=1).mean() * len(truth))
        truth_lively += float(_colourfulness(colour.from_lab(truth)).sum())
        pictures += len(truth)
        for k, factor in enumerate(FACTORS):
            distance[k] += float((truth_ab - factor * made_ab).norm(dim=1).mean() * len(truth))
            lively[k] += float(_colourfulness(colour.from_lab(torch.cat([lightness, factor * made_ab], 1))).sum())
        all_truth.append(truth)
        all_made.append(torch.cat([lightness, made_ab], 1))
    distance, lively = distance / max(grey, 1e-9), lively / max(truth_lively, 1e-9)
    best = int(distance.argmin())
    figures = {
        "abDistance": float(distance[FACTORS.index(1.0)]),
        "colourfulness": float(lively[FACTORS.index(1.0)]),
        "bestDistance": float(distance[best]),
        "bestSaturation": FACTORS[best],
        "bestColourfulness": float(lively[best]),
    }
    over = np.flatnonzero(lively >= 0.85)
    if len(over):
        figures["distanceAt085"] = float(np.interp(0.85, lively[: over[0] + 1], distance[: over[0] + 1]))
    return {**figures, **_drift(torch.cat(all_truth), torch.cat(all_made))}


def picture_figures(batches: list[tuple[dict, dict]]) -> dict[str, float]:
    """Of the others: PSNR of what went in and of what came out, mean over pictures; inside the mask; hue drift."""
    sums: dict[str, list[float]] = {}
    all_truth, all_made = [], []

    def psnr(a: torch.Tensor, b: torch.Tensor, mask: torch.Tensor | None = None) -> torch.Tensor:
        error = (a - b) ** 2
        if mask is None:
            return -10 * torch.log10(error.mean((1, 2, 3)).clamp(min=1e-8))
        area = mask.sum((1, 2, 3)) * 3
        return (-10 * torch.log10(((error * mask).sum((1, 2, 3)) / area.clamp(min=1)).clamp(min=1e-8)))[area > 0]

    for outputs, batch in batches:
        made = outputs["y"].float().clamp(0, 1)
        sums.setdefault("psnrIn", []).extend(psnr(batch["x"], batch["y"]).tolist())
        sums.setdefault("psnr", []).extend(psnr(made, batch["y"]).tolist())
        if "mask" in batch:
            sums.setdefault("insidePsnr", []).extend(psnr(made, batch["y"], batch["mask"]).tolist())
            sums.setdefault("outsidePsnr", []).extend(psnr(made, batch["y"], 1 - batch["mask"]).tolist())
        all_truth.append(colour.lab(batch["y"]))
        all_made.append(colour.lab(made))
    figures = {name: float(np.mean(values)) for name, values in sums.items() if values}
    truth, made = torch.cat(all_truth), torch.cat(all_made)
    figures["abDistance"] = float((made - truth)[:, 1:].norm(dim=1).mean() / truth[:, 1:].norm(dim=1).mean().clamp(min=1e-6))
    return {**figures, **_drift(truth, made)}


def panel(outputs: dict, batch: dict, rows: int = 8) -> np.ndarray:
    """Input, output and truth of a few pictures side by side, uint8 [H, W, 3]."""
    if "l" in batch:
        size = batch["l"].shape[-2:]
        lightness = colour.lab(batch["l"].expand(-1, 3, -1, -1))[:, :1]
        made, truth = (
            colour.from_lab(torch.cat([lightness, 110 * F.interpolate(t.float(), size=size, mode="bilinear", align_corners=False)], 1))
            for t in (outputs["ab"], batch["ab"])
        )
        columns = [batch["l"].expand(-1, 3, -1, -1), made, truth]
    else:
        columns = [batch["x"], outputs["y"].float(), batch["y"]]
    rows = min(rows, len(columns[0]))
    strip = torch.cat([torch.cat(list(c[:rows]), 1) for c in columns], 2)
    return (strip.clamp(0, 1) * 255).round().to(torch.uint8).permute(1, 2, 0).cpu().numpy()


def write_png(path: str, picture: np.ndarray) -> None:
    """An 8-bit RGB picture as PNG."""
    h, w, _ = picture.shape
    rows = np.concatenate([np.zeros((h, 1), np.uint8), picture.reshape(h, w * 3)], 1).tobytes()

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", w, h, 8, 2, 0, 0, 0)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
