"""Photographs for training: reads the pieces that build/pretrain/pack.ts wrote and keeps every picture on the device.

A piece (`.rvp`) holds quantised 8 x 8 cosine coefficients sorted by frequency, compressed in chunks of many pictures;
build/pretrain/pictures.ts describes the format. Decoding is a decompression on the processor (in threads: the
decompressors let go of the interpreter) and a matrix product on the device.
"""

from __future__ import annotations

import json
import lzma
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
import torch.nn.functional as F

from colour import decode, encode
from shapes import send


def _idct_matrix() -> np.ndarray:
    """[64, 64]: coefficients (raster order) to pixels (raster order)."""
    k = np.arange(8)
    c = np.sqrt(np.where(k == 0, 1 / 8, 1 / 4))[:, None] * np.cos((2 * k[None] + 1) * k[:, None] * np.pi / 16)
    # pixel[y, x] = sum over v, u of c[v, y] c[u, x] coefficient[v, u]
    return np.einsum("vy,ux->vuyx", c, c).reshape(64, 64)


def _unfold(low: torch.Tensor, high: torch.Tensor) -> torch.Tensor:
    """0, 1, 2, 3 ... back to 0, -1, 1, -2 ..., from low and high bytes."""
    v = low.int() | (high.int() << 8)
    return (v >> 1) ^ -(v & 1)


def _summed(first: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """Running sums that begin anew with each picture."""
    total = first.long().cumsum(0)
    before = torch.cat([torch.zeros_like(total[:1]), total[lengths.cumsum(0)[:-1] - 1]])
    return total - before.repeat_interleave(lengths)


def _chunk(raw: bytes, header: dict, pictures: list[dict], side: int, device: torch.device) -> torch.Tensor:
    """uint8 [pictures, 3, side, side]; a picture lies in the upper left corner."""
    sizes = [(p["height"], p["width"]) for p in pictures]
    blocks = sum(h * w for h, w in sizes) // 64
    matrix = torch.from_numpy(_idct_matrix().astype(np.float32)).to(device)
    planes, at = [], 0
    for table, count in ((header["luma"], blocks), (header["chroma"], blocks // 4), (header["chroma"], blocks // 4)):
        n = 64 * count
        low, high = (
            torch.from_numpy(np.frombuffer(raw, np.uint8, n, at + k * n).copy()).to(device) for k in range(2)
        )
        at += 2 * n
        q = _unfold(low, high).reshape(64, count)
        lengths = [h * w // (64 if count == blocks else 256) for h, w in sizes]
        q[0] = _summed(q[0], torch.tensor(lengths, device=device)).int()
        planes.append(q.float() * torch.tensor(table, device=device)[:, None])
    if at != len(raw):
        raise ValueError(f"{len(raw)} bytes where {at} were expected")
    planes = [p.t() @ matrix for p in planes]
    out = torch.zeros((len(pictures), 3, side, side), dtype=torch.uint8, device=device)
    first = 0
    for index, (h, w) in enumerate(sizes):
        n = h * w // 64

        def picture(plane: torch.Tensor, start: int, ph: int, pw: int) -> torch.Tensor:
            cells = plane[start : start + ph * pw // 64].reshape(ph // 8, pw // 8, 8, 8)
            return cells.permute(0, 2, 1, 3).reshape(1, 1, ph, pw)

        y = picture(planes[0], first, h, w)[0, 0] + 128
        cb, cr = (
            F.interpolate(picture(p, first // 4, h // 2, w // 2), size=(h, w), mode="bilinear", align_corners=False)[0, 0]
            for p in planes[1:]
        )
        rgb = torch.stack([y + 1.402 * cr, y - 0.344136286 * cb - 0.714136286 * cr, y + 1.772 * cb])
        out[index, :, :h, :w] = rgb.round().clamp(0, 255).to(torch.uint8)
        first += n
    return out


def _resampling(start: torch.Tensor, extent: torch.Tensor, flip: torch.Tensor, length: int, size: int) -> torch.Tensor:
    """Weights [N, size, length] of a triangle filter that widens with the reduction, over `extent` pixels from `start`."""
    device = start.device
    scale = (extent / size)[:, None, None]
    place = torch.arange(size, device=device)[None, :, None].float()
    place = torch.where(flip[:, None, None], size - 1 - place, place)
    centre = start[:, None, None] + (place + 0.5) * scale - 0.5
    pixel = torch.arange(length, device=device)[None, None].float()
    weights = (1 - (pixel - centre).abs() / scale.clamp(min=1)).clamp(min=0)
    inside = (pixel >= start[:, None, None]) & (pixel < (start + extent)[:, None, None])
    weights = weights * inside
    return weights / weights.sum(2, keepdim=True)


class Pictures:
    """All pictures of some pieces as one tensor on the device."""

    def __init__(self, files: list[str], device: torch.device, limit: int | None = None) -> None:
        jobs = []
        for file in files:
            with open(file, "rb") as handle:
                data = handle.read()
            if data[:4] != b"RVP1":
                raise ValueError(f"{file}: not a piece of photographs")
            length = int.from_bytes(data[4:8], "little")
            header = json.loads(data[8 : 8 + length])
            at = 8 + length
            for chunk in header["chunks"]:
                blob = data[at : at + chunk["length"]]
                at += chunk["length"]
                if len(blob) != chunk["length"]:
                    raise ValueError(f"{file}: cut short")
                jobs.append((blob, header, chunk["pictures"]))
        if limit is not None:
            kept, total = [], 0
            for job in jobs:
                if total < limit:
                    kept.append(job)
                    total += len(job[2])
            jobs = kept
        side = max(max(p["width"], p["height"]) for _, _, ps in jobs for p in ps)
        unpack = {"xz": lzma.decompress, "deflate": zlib.decompress}
        with ThreadPoolExecutor() as pool:
            raws = pool.map(lambda job: unpack[job[1]["compression"]](job[0]), jobs)
            parts = [_chunk(raw, header, ps, side, device) for raw, (_, header, ps) in zip(raws, jobs)]
        entries = [p for _, _, ps in jobs for p in ps]
        self.device = device
        self.pixels = torch.cat(parts)
        self.widths = np.array([p["width"] for p in entries])
        self.heights = np.array([p["height"] for p in entries])
        held = np.array([p["held"] for p in entries])
        self.train = np.flatnonzero(~held)
        self.held = np.flatnonzero(held)
        if len(self.train) == 0 or len(self.held) == 0:
            raise ValueError("the pieces hold no pictures to train on, or none to measure on: take the first piece too")

    def crops(self, index: np.ndarray, size: int, rng: np.random.Generator | None, native: bool) -> torch.Tensor:
        """Squares [N, 3, size, size], sRGB-encoded 0..1, as main/studio/dataset/crop.ts cuts them.

        With `rng` a random part, log-uniform between half and all of the shorter side (`native`: near one pixel for
        one), mirrored half of the time; without, the middle. Averaged in linear light.
        """
        w, h = self.widths[index], self.heights[index]
        short = np.minimum(w, h)
        n = len(index)
        if rng is None:
            side = np.minimum(short, size) if native else short
            x, y, flip = (w - side) // 2, (h - side) // 2, np.zeros(n, bool)
        else:
            least = np.minimum(short, size if native else np.maximum(size, np.round(short / 2)))
            most = np.minimum(short, round(size * 1.5)) if native else short
            side = np.round(least * (most / least) ** rng.random(n)).astype(int)
            x = np.floor(rng.random(n) * (w - side + 1)).astype(int)
            y = np.floor(rng.random(n) * (h - side + 1)).astype(int)
            flip = rng.random(n) < 0.5

        def put(values: np.ndarray) -> torch.Tensor:
            return send(torch.from_numpy(np.ascontiguousarray(values)), self.device)

        side_t, x_t, y_t = (put(v.astype(np.float32)) for v in (side, x, y))
        full = self.pixels.shape[-1]
        rows = _resampling(y_t, side_t, put(np.zeros(n, bool)), full, size)
        columns = _resampling(x_t, side_t, put(flip), full, size)
        light = decode(self.pixels[put(index)].float() / 255)
        light = torch.matmul(rows[:, None], torch.matmul(light, columns.transpose(1, 2)[:, None]))
        return encode(light)


def main() -> None:
    """`python3 pictures.py PIECE SIZE OUT.f32`: the middle of each picture of a piece, [N, 3, SIZE, SIZE] float32."""
    piece, size, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    pictures = Pictures([piece], torch.device("cpu"))
    crops = pictures.crops(np.arange(len(pictures.widths)), size, None, False)
    crops.numpy().astype("<f4").tofile(out)


if __name__ == "__main__":
    main()
