"""What each ONNX operator that our emitters use does to PyTorch tensors (see onnx_module.py)."""

from __future__ import annotations

import torch
import torch.nn.functional as F

from onnx_file import Node


def _list(node: Node, ints: dict[str, list[int]], position: int, attribute: str | None = None) -> list[int] | None:
    """Whole numbers that ONNX passes as a constant input (or, of old, as an attribute)."""
    if position < len(node.inputs) and node.inputs[position]:
        return ints[node.inputs[position]]
    return node.attributes.get(attribute) if attribute else None


def _padded(x: torch.Tensor, pads: list[int] | None, spatial: int) -> tuple[torch.Tensor, tuple[int, ...]]:
    """ONNX pads are [begin..., end...]; PyTorch's convolutions know only symmetric ones."""
    if not pads or not any(pads):
        return x, (0,) * spatial
    begin, end = pads[:spatial], pads[spatial:]
    if begin == end:
        return x, tuple(begin)
    flat: list[int] = []
    for b, e in zip(reversed(begin), reversed(end)):
        flat += [b, e]
    return F.pad(x, flat), (0,) * spatial


def _conv(node: Node, x: list, ints) -> torch.Tensor:
    a = node.attributes
    data, padding = _padded(x[0], a.get("pads"), 2)
    return F.conv2d(
        data,
        x[1],
        x[2] if len(x) > 2 else None,
        stride=tuple(a.get("strides", [1, 1])),
        padding=padding,
        dilation=tuple(a.get("dilations", [1, 1])),
        groups=a.get("group", 1),
    )


def _conv_transpose(node: Node, x: list, ints) -> torch.Tensor:
    a = node.attributes
    pads = a.get("pads", [0, 0, 0, 0])
    y = F.conv_transpose2d(
        x[0],
        x[1],
        x[2] if len(x) > 2 else None,
        stride=tuple(a.get("strides", [1, 1])),
        output_padding=tuple(a.get("output_padding", [0, 0])),
        dilation=tuple(a.get("dilations", [1, 1])),
        groups=a.get("group", 1),
    )
    top, left, bottom, right = pads
    return y[:, :, top : y.shape[2] - bottom, left : y.shape[3] - right]


def _reduce(f):
    def run(node: Node, x: list, ints) -> torch.Tensor:
        axes = _list(node, ints, 1, "axes")
        keep = bool(node.attributes.get("keepdims", 1))
        return f(x[0], axes if axes is not None else list(range(x[0].dim())), keep)

    return run


def _reduce_max(x: torch.Tensor, axes: list[int], keep: bool) -> torch.Tensor:
    return torch.amax(x, dim=axes, keepdim=keep)


def _slice(node: Node, x: list, ints) -> torch.Tensor:
    starts, ends = ints[node.inputs[1]], ints[node.inputs[2]]
    axes = _list(node, ints, 3) or list(range(len(starts)))
    steps = _list(node, ints, 4) or [1] * len(starts)
    out = x[0]
    for start, end, axis, step in zip(starts, ends, axes, steps):
        length = out.shape[axis]
        if step > 0:
            index = slice(start, min(end, length), step)
            out = out[(slice(None),) * axis + (index,)] if axis >= 0 else out[..., index]
        else:
            picked = list(range(length))[start : (None if end < -length else end) : step]
            out = out.index_select(axis, torch.tensor(picked, device=out.device))
    return out


def _pad(node: Node, x: list, ints) -> torch.Tensor:
    pads = ints[node.inputs[1]]
    rank = x[0].dim()
    mode = node.attributes.get("mode", "constant")
    value = ints[node.inputs[2]][0] if len(x) > 2 and x[2] is not None else 0.0
    pairs = [(pads[i], pads[i + rank]) for i in range(rank)]
    flat = [n for begin, end in reversed(pairs) for n in (begin, end)]
    if mode == "constant":
        return F.pad(x[0], flat, value=value)
    # Reflection and edge are written for the last two axes only.
    return F.pad(x[0], flat[:4], mode={"reflect": "reflect", "edge": "replicate"}[mode])


def _resize(node: Node, x: list, ints) -> torch.Tensor:
    a = node.attributes
    size = ints[node.inputs[3]][-2:] if len(node.inputs) > 3 and node.inputs[3] else None
    if size is None:
        scales = ints[node.inputs[2]]
        size = [round(n * s) for n, s in zip(x[0].shape[-2:], scales[-2:])]
    mode = a.get("mode", "nearest")
    transform = a.get("coordinate_transformation_mode", "half_pixel")
    if mode == "nearest":
        if transform != "asymmetric":
            raise ValueError(f"Resize nearest with {transform} is not known")
        return F.interpolate(x[0], size=size, mode="nearest")
    if mode != "linear" or transform not in ("half_pixel", "pytorch_half_pixel"):
        raise ValueError(f"Resize {mode} with {transform} is not known")
    return F.interpolate(x[0], size=size, mode="bilinear", align_corners=False)


def _depth_to_space(node: Node, x: list, ints) -> torch.Tensor:
    block = node.attributes["blocksize"]
    if node.attributes.get("mode", "DCR") == "CRD":
        return F.pixel_shuffle(x[0], block)
    n, c, h, w = x[0].shape
    y = x[0].reshape(n, block, block, c // block**2, h, w).permute(0, 3, 4, 1, 5, 2)
    return y.reshape(n, c // block**2, h * block, w * block)


def _space_to_depth(node: Node, x: list, ints) -> torch.Tensor:
    block = node.attributes["blocksize"]
    n, c, h, w = x[0].shape
    y = x[0].reshape(n, c, h // block, block, w // block, block).permute(0, 3, 5, 1, 2, 4)
    return y.reshape(n, c * block**2, h // block, w // block)


def _reshape(node: Node, x: list, ints) -> torch.Tensor:
    shape = ints[node.inputs[1]]
    return x[0].reshape([x[0].shape[i] if n == 0 else n for i, n in enumerate(shape)])


def _matmul(node: Node, x: list, ints) -> torch.Tensor:
    a, b = x[0], x[1]
    if node.attributes.get("transA"):
        a = a.transpose(-1, -2)
    if node.attributes.get("transB"):
        b = b.transpose(-1, -2)
    return torch.matmul(a, b) * node.attributes.get("alpha", 1.0)


def _gemm(node: Node, x: list, ints) -> torch.Tensor:
    a = x[0].transpose(0, 1) if node.attributes.get("transA") else x[0]
    b = x[1].transpose(0, 1) if node.attributes.get("transB") else x[1]
    y = node.attributes.get("alpha", 1.0) * (a @ b)
    return y + node.attributes.get("beta", 1.0) * x[2] if len(x) > 2 and x[2] is not None else y


def _gather(node: Node, x: list, ints) -> torch.Tensor:
    axis = node.attributes.get("axis", 0)
    index = x[1]
    flat = x[0].index_select(axis, index.reshape(-1))
    shape = list(x[0].shape)
    return flat.reshape(shape[:axis] + list(index.shape) + shape[axis + 1 :])


def _instance_norm(node: Node, x: list, ints) -> torch.Tensor:
    return F.instance_norm(x[0], weight=x[1], bias=x[2], eps=node.attributes.get("epsilon", 1e-5))


def _group_norm(node: Node, x: list, ints) -> torch.Tensor:
    groups = node.attributes["num_groups"]
    # Opset 18 scales by group, later opsets by channel.
    scale, bias = x[1], x[2]
    if scale.numel() == groups:
        scale = scale.repeat_interleave(x[0].shape[1] // groups)
        bias = bias.repeat_interleave(x[0].shape[1] // groups)
    return F.group_norm(x[0], groups, scale, bias, node.attributes.get("epsilon", 1e-5))


def _layer_norm(node: Node, x: list, ints) -> torch.Tensor:
    axis = node.attributes.get("axis", -1)
    return F.layer_norm(x[0], x[0].shape[axis:], x[1], x[2] if len(x) > 2 else None, node.attributes.get("epsilon", 1e-5))


def _batch_norm(node: Node, x: list, ints) -> torch.Tensor:
    return F.batch_norm(x[0], x[3], x[4], x[1], x[2], False, 0.0, node.attributes.get("epsilon", 1e-5))


def _clip(node: Node, x: list, ints) -> torch.Tensor:
    low = x[1] if len(x) > 1 else None
    high = x[2] if len(x) > 2 else None
    return torch.clamp(x[0], min=low, max=high)


def _pool(node: Node, x: list, ints) -> torch.Tensor:
    a = node.attributes
    data, padding = _padded(x[0], a.get("pads"), 2)
    return F.avg_pool2d(data, a["kernel_shape"], a.get("strides", [1, 1]), padding)


def _max_pool(node: Node, x: list, ints) -> torch.Tensor:
    a = node.attributes
    return F.max_pool2d(x[0], a["kernel_shape"], a.get("strides", [1, 1]), tuple(a.get("pads", [0, 0, 0, 0])[:2]))


def _gelu(node: Node, x: list, ints) -> torch.Tensor:
    return F.gelu(x[0], approximate=node.attributes.get("approximate", "none"))


def _one_hot(node: Node, x: list, ints) -> torch.Tensor:
    off, on = ints[node.inputs[2]]
    axis = node.attributes.get("axis", -1)
    hot = F.one_hot(x[0].long(), int(ints[node.inputs[1]][0])).movedim(-1, axis)
    return hot.float() * (on - off) + off


def _simple(f):
    return lambda node, x, ints: f(*x)


_CASTS = {1: torch.float32, 7: torch.int64, 9: torch.bool}

#: ONNX operator -> function(node, inputs, constant lists of whole numbers).
OPERATORS = {
    "Abs": _simple(torch.abs),
    "Add": _simple(torch.add),
    "ArgMax": lambda n, x, i: torch.argmax(x[0], n.attributes.get("axis", 0), bool(n.attributes.get("keepdims", 1))),
    "AveragePool": _pool,
    "BatchNormalization": _batch_norm,
    "Cast": lambda n, x, i: x[0].to(_CASTS[n.attributes["to"]]),
    "Clip": _clip,
    "Concat": lambda n, x, i: torch.cat(x, n.attributes["axis"]),
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "DepthToSpace": _depth_to_space,
    "Div": _simple(torch.div),
    "Equal": _simple(torch.eq),
    "Erf": _simple(torch.erf),
    "Exp": _simple(torch.exp),
    "Expand": lambda n, x, i: x[0].expand(torch.broadcast_shapes(x[0].shape, i[n.inputs[1]])),
    "FusedMatMul": _matmul,
    "Gather": _gather,
    "Gelu": _gelu,
    "Gemm": _gemm,
    "GlobalAveragePool": lambda n, x, i: x[0].mean((2, 3), keepdim=True),
    "Greater": _simple(torch.gt),
    "GroupNormalization": _group_norm,
    "HardSigmoid": lambda n, x, i: torch.clamp(
        n.attributes.get("alpha", 0.2) * x[0] + n.attributes.get("beta", 0.5), 0, 1
    ),
    "HardSwish": lambda n, x, i: F.hardswish(x[0]),
    "Identity": lambda n, x, i: x[0],
    "InstanceNormalization": _instance_norm,
    "LayerNormalization": _layer_norm,
    "LeakyRelu": lambda n, x, i: F.leaky_relu(x[0], n.attributes.get("alpha", 0.01)),
    "Less": _simple(torch.lt),
    "Log": _simple(torch.log),
    "LogSoftmax": lambda n, x, i: F.log_softmax(x[0], n.attributes.get("axis", -1)),
    "MatMul": _matmul,
    "Max": _simple(torch.maximum),
    "MaxPool": _max_pool,
    "Min": _simple(torch.minimum),
    "Mul": _simple(torch.mul),
    "Neg": _simple(torch.neg),
    "OneHot": _one_hot,
    "Pad": _pad,
    "Pow": _simple(torch.pow),
    "QuickGelu": lambda n, x, i: x[0] * torch.sigmoid(n.attributes.get("alpha", 1.702) * x[0]),
    "Reciprocal": _simple(torch.reciprocal),
    "ReduceMax": _reduce(_reduce_max),
    "ReduceMean": _reduce(lambda x, axes, keep: torch.mean(x, axes, keep)),
    "ReduceSum": _reduce(lambda x, axes, keep: torch.sum(x, axes, keep)),
    "Relu": _simple(torch.relu),
    "Reshape": _reshape,
    "Resize": _resize,
    "Sigmoid": _simple(torch.sigmoid),
    "Sign": _simple(torch.sign),
    "Slice": _slice,
    "Softmax": lambda n, x, i: F.softmax(x[0], n.attributes.get("axis", -1)),
    "Softplus": _simple(F.softplus),
    "SpaceToDepth": _space_to_depth,
    "Split": lambda n, x, i: torch.split(x[0], i[n.inputs[1]], n.attributes.get("axis", 0)),
    "Sqrt": _simple(torch.sqrt),
    "Squeeze": lambda n, x, i: x[0].squeeze(tuple(i[n.inputs[1]])) if len(i[n.inputs[1]]) > 1 else x[0].squeeze(i[n.inputs[1]][0]),
    "Sub": _simple(torch.sub),
    "Tanh": _simple(torch.tanh),
    "Transpose": lambda n, x, i: x[0].permute(n.attributes["perm"]),
    "Unsqueeze": lambda n, x, i: x[0].unsqueeze(i[n.inputs[1]][0]),
    "Where": _simple(torch.where),
}
