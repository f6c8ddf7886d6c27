"""Reads an ONNX file without any ONNX package: only the protobuf fields that our emitter writes (app/graph/emit.ts).

The machine with the large GPU has PyTorch and little else, so the file format is decoded here: protobuf's wire
format (varints, 64-bit, length-delimited, 32-bit fields) and the field numbers of onnx.proto (opset 18).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np

Fields = dict[int, list]


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data):
            raise ValueError("the file ends in the middle of a number")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _fields(data: memoryview) -> Fields:
    """All fields of a message by number, in order of appearance: whole numbers, or bytes."""
    found: Fields = {}
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = _varint(data, at)
        elif kind == 1:
            value, at = bytes(data[at : at + 8]), at + 8
        elif kind == 2:
            length, at = _varint(data, at)
            if at + length > len(data):
                raise ValueError("the file is cut short")
            value, at = data[at : at + length], at + length
        elif kind == 5:
            value, at = bytes(data[at : at + 4]), at + 4
        else:
            raise ValueError(f"wire type {kind} is not protobuf as ONNX uses it")
        found.setdefault(number, []).append(value)
    return found


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _ints(values: list) -> list[int]:
    """Repeated int64, packed or not."""
    out: list[int] = []
    for value in values:
        if isinstance(value, int):
            out.append(_signed(value))
        else:
            at = 0
            while at < len(value):
                number, at = _varint(value, at)
                out.append(_signed(number))
    return out


def _text(values: list | None) -> str:
    return bytes(values[0]).decode() if values else ""


@dataclass
class Node:
    """One ONNX node; attributes are int, float, str or list[int]."""

    op: str
    domain: str
    inputs: list[str]
    outputs: list[str]
    attributes: dict


@dataclass
class OnnxFile:
    """`constants` holds every initializer; `inputs` and `outputs` are (name, shape)."""

    nodes: list[Node]
    constants: dict[str, np.ndarray]
    inputs: list[tuple[str, tuple[int, ...]]]
    outputs: list[tuple[str, tuple[int, ...]]]
    doc: str = ""
    extra: dict = field(default_factory=dict)


_DTYPES = {1: np.float32, 7: np.int64, 9: np.bool_, 10: np.float16}


def _tensor(data: memoryview) -> tuple[str, np.ndarray]:
    f = _fields(data)
    dtype = f[2][0]
    if dtype not in _DTYPES:
        raise ValueError(f"tensor {_text(f.get(8))}: element type {dtype} is not one that we emit")
    raw = bytes(f[9][0]) if 9 in f else b""
    shape = _ints(f.get(1, []))
    if not raw and np.prod(shape, dtype=np.int64) > 0:
        # A graph for training carries no numbers: they come from a weights file.
        return _text(f.get(8)), np.zeros(shape, dtype=_DTYPES[dtype])
    return _text(f.get(8)), np.frombuffer(raw, dtype=_DTYPES[dtype]).reshape(shape)


def _attribute(data: memoryview):
    f = _fields(data)
    kind = f[20][0]
    if kind == 1:
        value = struct.unpack("<f", f[2][0])[0]
    elif kind == 2:
        value = _signed(f.get(3, [0])[0])
    elif kind == 3:
        value = _text(f.get(4))
    elif kind == 7:
        value = _ints(f.get(8, []))
    else:
        raise ValueError(f"attribute {_text(f.get(1))}: kind {kind} is not one that we emit")
    return _text(f.get(1)), value


def _value_info(data: memoryview) -> tuple[str, tuple[int, ...]]:
    f = _fields(data)
    tensor = _fields(_fields(f[2][0])[1][0])
    dims = _fields(tensor[2][0]).get(1, []) if 2 in tensor else []
    return _text(f.get(1)), tuple(_signed(_fields(d).get(1, [0])[0]) for d in dims)


def read_onnx(path: str) -> OnnxFile:
    """Decodes a file. Raises ValueError, naming the file, when it is not what our emitter writes."""
    with open(path, "rb") as file:
        data = memoryview(file.read())
    try:
        model = _fields(data)
        graph = _fields(model[7][0])
        nodes = []
        for raw in graph.get(1, []):
            f = _fields(raw)
            nodes.append(
                Node(
                    op=_text(f.get(4)),
                    domain=_text(f.get(7)),
                    inputs=[bytes(v).decode() for v in f.get(1, [])],
                    outputs=[bytes(v).decode() for v in f.get(2, [])],
                    attributes=dict(_attribute(a) for a in f.get(5, [])),
                )
            )
        return OnnxFile(
            nodes=nodes,
            constants=dict(_tensor(t) for t in graph.get(5, [])),
            inputs=[_value_info(v) for v in graph.get(11, [])],
            outputs=[_value_info(v) for v in graph.get(12, [])],
            doc=_text(model.get(6)),
        )
    except (KeyError, IndexError, ValueError, struct.error) as error:
        raise ValueError(f"{path}: not an ONNX file of ours: {error}") from error
