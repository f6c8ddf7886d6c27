"""Weights files (`.rvw`), as app/graph/weights.ts defines them: magic, JSON header, aligned little-endian tensors."""

from __future__ import annotations

import json
import os

import numpy as np

MAGIC = b"RVW1\0\0\0\0"
ALIGN = 16
_DTYPES = {"f32": np.dtype("<f4"), "f16": np.dtype("<f2")}


def _align(n: int) -> int:
    return -(-n // ALIGN) * ALIGN


def read_weights(path: str) -> tuple[dict[str, np.ndarray], dict]:
    """Tensors by name, as float32, and the free `meta` of the file. Raises ValueError, naming the file."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:8] != MAGIC:
        raise ValueError(f"{path}: not a weights file")
    length = int.from_bytes(data[8:12], "little")
    start = 12 + length
    if start > len(data):
        raise ValueError(f"{path}: cut short")
    header = json.loads(data[12:start])
    tensors = {}
    for entry in header["tensors"]:
        dtype = _DTYPES[entry["dtype"]]
        count = int(np.prod(entry["shape"], dtype=np.int64))
        at = start + entry["offset"]
        if at + count * dtype.itemsize > len(data):
            raise ValueError(f"{path}: cut short in {entry['name']}")
        tensors[entry["name"]] = (
            np.frombuffer(data, dtype, count, at).reshape(entry["shape"]).astype(np.float32)
        )
    return tensors, header.get("meta", {})


def write_weights(path: str, tensors: dict[str, np.ndarray], precision: str = "f32", meta: dict | None = None) -> None:
    """Writes a file whole or not at all. `precision` is 'f32' or 'f16' (rounded to nearest even)."""
    dtype = _DTYPES[precision]
    entries, blobs, offset = [], [], 0
    for name, value in tensors.items():
        stored = np.ascontiguousarray(value, dtype=dtype)
        if np.isfinite(value).all() and not np.isfinite(stored).all():
            raise ValueError(f"{name}: half precision cannot hold it")
        entries.append({"name": name, "shape": list(value.shape), "dtype": precision, "offset": offset})
        blobs.append(stored.tobytes())
        offset = _align(offset + stored.nbytes)
    header = json.dumps({"tensors": entries, "meta": meta or {}}, separators=(",", ":")).encode()
    start = _align(12 + len(header))
    partial = f"{path}.part"
    with open(partial, "wb") as file:
        file.write(MAGIC + (start - 12).to_bytes(4, "little") + header.ljust(start - 12, b" "))
        for entry, blob in zip(entries, blobs):
            file.seek(start + entry["offset"])
            file.write(blob)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)
