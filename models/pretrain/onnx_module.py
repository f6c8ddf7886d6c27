"""An emitted ONNX network as a trainable PyTorch module.

The network is defined once, in the graph language (models/NAME/network.ts), and emitted as ONNX; this interpreter
runs that file node by node with autograd, so the architecture has one source of truth. Named float initializers
become parameters under their own names, so weights travel both ways (rvw.py). Only the operators that our emitters
use are known; an unknown one is told by name when the file is loaded. Shapes in the file are fixed: emit one file
for each batch and size that is trained.
"""

from __future__ import annotations

import re

import numpy as np
import torch
from torch import nn

from onnx_file import OnnxFile, read_onnx
from onnx_operators import OPERATORS

# Names that app/graph/emit.ts gives to anonymous constants.
_ANONYMOUS = re.compile(r"^(floats|ints)_\d+$")


# Under autocast these stay in single precision: matrix products carry whole pictures (the curves of `one`) and scores.
_PRECISE = {"MatMul", "FusedMatMul", "Gemm", "Softmax", "LogSoftmax"}


def _widened(value):
    return value.float() if isinstance(value, torch.Tensor) and value.dtype == torch.bfloat16 else value


class OnnxModule(nn.Module):
    """Runs an emitted graph. `forward(**inputs)` takes tensors by input name and gives a dict by output name.

    `trainable(name) -> bool` decides which named weights learn; the others stay buffers (a frozen encoder).
    """

    def __init__(self, file: OnnxFile | str, trainable=lambda name: True) -> None:
        super().__init__()
        self.file = read_onnx(file) if isinstance(file, str) else file
        unknown = sorted({n.op for n in self.file.nodes if n.op not in OPERATORS})
        if unknown:
            raise ValueError(f"operators that the interpreter does not know: {', '.join(unknown)}")
        self._names: dict[str, str] = {}
        # Small constants as numbers of the processor: asking the device for one would stop it.
        self._ints: dict[str, list] = {}
        for name, value in self.file.constants.items():
            if value.dtype == np.int64 or (value.size <= 16 and _ANONYMOUS.match(name)):
                self._ints[name] = value.reshape(-1).tolist()
            if value.dtype == np.int64:
                # Indices of Gather are wanted as a tensor, shapes and axes as a list.
                self.register_buffer(self._attribute(name), torch.from_numpy(value.copy()), persistent=False)
            elif _ANONYMOUS.match(name) or not trainable(name):
                self.register_buffer(self._attribute(name), torch.from_numpy(value.copy()), persistent=False)
            else:
                self.register_parameter(self._attribute(name), nn.Parameter(torch.from_numpy(value.copy())))
        uses: dict[str, int] = {}
        for index, node in enumerate(self.file.nodes):
            for name in node.inputs:
                uses[name] = index
        kept = {name for name, _ in self.file.outputs}
        # What depends on weights alone (a critic's spectral norms) is computed in full precision, and so is what depends
        # on the pictures alone (quantiles, variances: small differences of large numbers).
        fixed = set(self.file.constants)
        given = {name for name, _ in self.file.inputs} | (fixed - set(self.weight_names()))
        self._full, self._stops = [], []
        for node in self.file.nodes:
            full = False
            for alone in (fixed, given):
                if all(name in alone for name in node.inputs if name):
                    alone.update(node.outputs)
                    full = True
            self._full.append(full or node.op in _PRECISE)
            # Our emitter writes `stopGradient` as an Identity; those that only give an output its name are none.
            self._stops.append(node.op == "Identity" and node.outputs[0] not in kept)
        self._last = [
            [n for n in set(node.inputs) if uses.get(n) == i and n not in kept and n not in self.file.constants]
            for i, node in enumerate(self.file.nodes)
        ]

    def _attribute(self, name: str) -> str:
        # Module attributes may not hold dots.
        self._names[name] = "w__" + name.replace(".", "__")
        return self._names[name]

    def weight(self, name: str) -> torch.Tensor:
        """The tensor of a weight by its own name. Raises KeyError."""
        return getattr(self, self._names[name])

    def weight_names(self) -> list[str]:
        """Names of all named float weights, trainable or not, in the file's order."""
        return [n for n, v in self.file.constants.items() if v.dtype != np.int64 and not _ANONYMOUS.match(n)]

    def weights(self) -> dict[str, np.ndarray]:
        """Copies of all named weights, as write_weights wants them."""
        return {n: self.weight(n).detach().float().cpu().numpy().copy() for n in self.weight_names()}

    @torch.no_grad()
    def load(self, weights: dict[str, np.ndarray]) -> None:
        """Takes weights by name. Raises ValueError naming one that is missing or of another shape."""
        for name in self.weight_names():
            if name not in weights:
                raise ValueError(f"the weights have no {name}")
            target = self.weight(name)
            if tuple(weights[name].shape) != tuple(target.shape):
                raise ValueError(f"{name}: {weights[name].shape} in the weights, {tuple(target.shape)} in the network")
            target.copy_(torch.from_numpy(np.ascontiguousarray(weights[name])))

    def forward(self, **inputs: torch.Tensor) -> dict[str, torch.Tensor]:
        values: dict[str, torch.Tensor] = {n: getattr(self, a) for n, a in self._names.items()}
        for name, shape in self.file.inputs:
            if tuple(inputs[name].shape) != shape:
                raise ValueError(f"input {name}: {tuple(inputs[name].shape)} given, {shape} in the file")
            values[name] = inputs[name]
        for index, node in enumerate(self.file.nodes):
            given = [values[n] if n else None for n in node.inputs]
            if self._full[index]:
                with torch.autocast(given[0].device.type, enabled=False):
                    results = OPERATORS[node.op](node, [_widened(v) for v in given], self._ints)
            else:
                results = OPERATORS[node.op](node, given, self._ints)
            if not isinstance(results, (tuple, list)):
                results = [results]
            for name, value in zip(node.outputs, results):
                values[name] = value.detach() if self._stops[index] else value
            for name in self._last[index]:
                values.pop(name, None)
        return {name: values[name] for name, _ in self.file.outputs}
