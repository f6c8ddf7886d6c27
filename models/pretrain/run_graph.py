"""Runs emitted graphs on given numbers, for the test that the interpreter agrees with onnxruntime:

    python3 run_graph.py JOBS.json

JOBS.json: a list of {graph, weights: file or null, inputs: {name: file}, outputs: {name: file}, rewrite: {f32, f16} or
null}; numbers are raw little-endian float32. `rewrite` writes the weights again in both precisions.
"""

from __future__ import annotations

import json
import sys

import numpy as np
import torch

from onnx_module import OnnxModule
from rvw import read_weights, write_weights


def main() -> None:
    torch.set_num_threads(1)
    with open(sys.argv[1], encoding="utf-8") as file:
        jobs = json.load(file)
    for job in jobs:
        module = OnnxModule(job["graph"])
        if job["weights"]:
            weights, meta = read_weights(job["weights"])
            module.load(weights)
        if job.get("rewrite"):
            for precision, target in job["rewrite"].items():
                write_weights(target, module.weights(), precision, meta)
        inputs = {
            name: torch.from_numpy(np.fromfile(job["inputs"][name], "<f4").reshape(shape))
            for name, shape in module.file.inputs
        }
        with torch.no_grad():
            outputs = module(**inputs)
        for name, target in job["outputs"].items():
            outputs[name].numpy().astype("<f4").tofile(target)


if __name__ == "__main__":
    main()
