"""One stage of a training at work: the network, its objective and (against a critic) the critic at one picture size and
batch, as a step that is recorded once and replayed (a CUDA graph: hundreds of small operators would otherwise cost
more time to start than to run). Without a GPU, or where recording fails, steps run one operator at a time.
"""

from __future__ import annotations

import fnmatch
from typing import Callable

import torch

from losses import Objective, accuracy, hinge_critic, hinge_generator, recognised
from onnx_module import OnnxModule
from optimiser import Learner

Batch = "dict[str, torch.Tensor]"


class Recorded:
    """A step `run(batch) -> {name: number}` on fixed tensors, recorded where the device allows it."""

    def __init__(self, run: Callable, example: Batch, keep: Callable, restore: Callable, record: bool) -> None:
        self.fixed = {name: value.clone() for name, value in example.items()}
        self.names: list[str] = []
        self.values = torch.zeros(0)
        self.graph = None
        #: When the batch has been taken over: whoever makes the next one may then use its memory again.
        self.copied = torch.cuda.Event() if next(iter(self.fixed.values())).is_cuda else None
        self._run = run
        if not record:
            return
        kept = keep()
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                self._once()
        torch.cuda.current_stream().wait_stream(side)
        restore(kept)
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self._once()
        restore(kept)

    def _once(self) -> None:
        numbers = self._run(self.fixed)
        self.names = list(numbers)
        self.values = torch.stack([v.detach().float().reshape(()) for v in numbers.values()])

    def __call__(self, batch: Batch) -> torch.Tensor:
        """Numbers of this step in the order of `names`; they are overwritten by the next one."""
        for name, value in batch.items():
            self.fixed[name].copy_(value, non_blocking=True)
        if self.copied:
            self.copied.record()
        if self.graph is None:
            self._once()
        else:
            self.graph.replay()
        return self.values


class Stage:
    """Modules, learners and steps of a stage. `states` are those of the learners by network name (Learner.state)."""

    def __init__(self, name: str, stage: dict, options: dict, graphs: str, weights: dict, states: dict, device: torch.device,
                 learn: bool = True) -> None:
        size, batch = stage["size"], stage["batch"]
        self.name, self.stage, self.options, self.device = name, stage, options, device
        self.cuda = device.type == "cuda"
        frozen = stage["frozen"]
        self.module = self._open(
            f"{graphs}/{name}-{size}-{batch}.onnx", weights[name], lambda n: not any(fnmatch.fnmatchcase(n, p) for p in frozen)
        )
        self.objective = Objective(f"{graphs}/{name}-loss-{size}-{batch}.onnx", device)
        #: Absent where the stage only looks.
        self.generator = Learner(self.module, states.get(name), options.get("pace")) if learn else None
        self.against = stage["phase"] == "gan"
        self.critic = None
        if self.against:
            side = dict(self.objective.module.file.outputs)["made"][2]
            judge = self._open(f"{graphs}/critic-{side}-{batch}.onnx", weights["critic"], lambda n: True)
            self.critic = Learner(judge, states.get(f"critic of {name}"))
        self._inputs = [n for n, _ in self.module.file.inputs]
        self._steps: dict[str, Recorded] = {}

    def _open(self, file: str, weights: dict, trainable) -> OnnxModule:
        module = OnnxModule(file, trainable)
        module.load(weights)
        return module.to(self.device)

    def outputs(self, module: OnnxModule, given: Batch) -> Batch:
        """Outputs of a module, computed in bfloat16 on a GPU."""
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.cuda, cache_enabled=False):
            if self.cuda:
                given = {n: v.contiguous(memory_format=torch.channels_last) for n, v in given.items()}
            return module(**given)

    def made(self, batch: Batch) -> Batch:
        """The network's outputs of a batch."""
        return self.outputs(self.module, {n: batch[n] for n in self._inputs})

    def _learn(self, batch: Batch) -> dict[str, torch.Tensor]:
        """The generator: its objective and, against a critic, the critic's opinion."""
        assert self.generator
        self.generator.grad.zero_()
        said = self.objective(self.made(batch), batch)
        total = said["total"]
        numbers = {"total": total, **{n[5:]: said[n] for n in self.objective.parts}}
        if self.critic:
            for p in self.critic.module.parameters():
                p.requires_grad_(False)
            score = self.outputs(self.critic.module, {"x": said["made"]})["score"]
            opinion = hinge_generator(score)
            total = total + self.options["adversarial"] * opinion
            numbers.update(opinion=opinion, recognised=recognised(score))
        total.backward()
        self.generator.update()
        return {**numbers, "norm": self.generator.norm}

    def _judge(self, batch: Batch) -> dict[str, torch.Tensor]:
        """The critic: tells the truth from what was made."""
        assert self.critic
        for p in self.critic.module.parameters():
            p.requires_grad_(True)
        self.critic.grad.zero_()
        with torch.no_grad():
            said = self.objective(self.made(batch), batch)
        on_real, on_made = (
            self.outputs(self.critic.module, {"x": said[k].detach()})["score"] for k in ("real", "made")
        )
        loss = hinge_critic(on_real, on_made)
        loss.backward()
        self.critic.update()
        return {"critic": loss, "accuracy": accuracy(on_real, on_made), "criticNorm": self.critic.norm}

    def step(self, who: str, batch: Batch, rate: float, decay: float, record: bool) -> Recorded:
        """One step of `who` ('generator' or 'critic'). Its numbers are in `.values`, in the order of `.names`."""
        learner = self.generator if who == "generator" else self.critic
        assert learner
        if who not in self._steps:
            learner.numbers.zero_()
            learner.numbers[1] = 1
            learner.numbers[2] = 1
            run = self._learn if who == "generator" else self._judge
            self._steps[who] = Recorded(run, batch, learner.snapshot, learner.restore, record and self.cuda)
        learner.set(rate, decay)
        self._steps[who](batch)
        return self._steps[who]

    def states(self) -> dict[str, dict]:
        """States of the learners, for a checkpoint or the next stage."""
        assert self.generator
        found = {self.name: self.generator.state()}
        if self.critic:
            found[f"critic of {self.name}"] = self.critic.state()
        return found
