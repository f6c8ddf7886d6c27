"""The other side of step-torch.ts: one training step of an emitted network in PyTorch, on request.

python3 step-torch.py NETWORK.onnx THREADS: for each line that comes in, takes one step (forward, backward, AdamW,
averaged weights) and answers with its milliseconds, by the clock and of the processor.
"""

import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "models" / "pretrain"))

import torch
from onnx_module import OnnxModule

torch.set_num_threads(int(sys.argv[2]))
torch.set_flush_denormal(True)
module = OnnxModule(sys.argv[1])
parameters = [p for p in module.parameters() if p.requires_grad]
average = [p.detach().clone() for p in parameters]
optimiser = torch.optim.AdamW(parameters, lr=1e-5, weight_decay=0.01)
torch.manual_seed(1)
inputs = {name: torch.rand(list(shape)) for name, shape in module.file.inputs}
with torch.no_grad():
    truths = {name: torch.rand_like(t) for name, t in module(**inputs).items()}


def step() -> None:
    optimiser.zero_grad(set_to_none=True)
    outputs = module(**inputs)
    loss = sum((outputs[name] - truth).abs().mean() for name, truth in truths.items())
    loss.backward()
    torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    optimiser.step()
    with torch.no_grad():
        torch._foreach_mul_(average, 0.999)
        torch._foreach_add_(average, parameters, alpha=0.001)
    loss.item()


step()
print("ready", torch.__version__, torch.get_num_threads(), flush=True)
for _ in sys.stdin:
    wall, cpu = time.perf_counter(), time.process_time()
    step()
    print((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000, flush=True)
