"""AdamW, clipping of the gradient's length and the average of the weights on one flat vector, a handful of passes over
memory whatever the number of weights: the update of app/graph/step/adamw.ts. All numbers that change from step to
step come from a small tensor, so a step can be recorded once and replayed.
"""

from __future__ import annotations

import fnmatch
import math

import torch

from onnx_module import OnnxModule
from shapes import send

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8
#: Longest gradient.
CLIP = 1.0


class Learner:
    """A module's trainable weights, laid end to end: the parameters become views of `theta`, their gradients of `grad`.

    `pace` slows the learning of weights by name patterns: what comes pre-trained is only adjusted.
    """

    def __init__(
        self,
        module: OnnxModule,
        state: dict[str, dict[str, torch.Tensor]] | None = None,
        pace: dict[str, float] | None = None,
    ) -> None:
        names = [n for n in module.weight_names() if isinstance(module.weight(n), torch.nn.Parameter)]
        self.module, self.names = module, names
        device = module.weight(names[0]).device
        total = sum(module.weight(n).numel() for n in names)
        self.theta, self.grad, self.m, self.v, self.ema = (torch.zeros(total, device=device) for _ in range(5))
        #: rate, epsilon, keep, share of the average
        self.numbers = torch.zeros(4, device=device)
        self.norm = torch.zeros((), device=device)
        self.steps = 0
        self.aged = bool(state)
        at = 0
        self._places: dict[str, tuple[int, torch.Size]] = {}
        for name in names:
            p = module.weight(name)
            self._places[name] = (at, p.shape)
            first = self._view(self.theta, name)
            first.copy_(p.detach())
            p.data = first
            p.grad = self._view(self.grad, name)
            at += p.numel()
        self.ema.copy_(self.theta)
        self.pace = None
        if pace:
            self.pace = torch.ones_like(self.theta)
            for name in names:
                for pattern, factor in pace.items():
                    if fnmatch.fnmatchcase(name, pattern):
                        self._view(self.pace, name).fill_(factor)
        if state:
            self.take(state)

    def _view(self, vector: torch.Tensor, name: str) -> torch.Tensor:
        at, shape = self._places[name]
        flat = vector[at : at + math.prod(shape)]
        if len(shape) == 4 and shape[2] * shape[3] > 1:
            # Channels last, as the convolutions want their kernels.
            out, inner, h, w = shape
            return flat.view(out, h, w, inner).permute(0, 3, 1, 2)
        return flat.view(shape)

    def set(self, rate: float, decay: float) -> None:
        """The numbers of the next step: learning rate and decoupled weight decay."""
        self.steps += 1
        t = self.steps
        second = math.sqrt(1 - BETA2**t)
        # A young average forgets its beginning soon; one that was handed on does not.
        share = 0.001 if self.aged else 1 - min(0.999, (1 + t) / (10 + t))
        values = [rate * second / (1 - BETA1**t), EPSILON * second, 1 - rate * decay, share]
        self.numbers.copy_(send(torch.tensor(values), self.numbers.device), non_blocking=True)

    @torch.no_grad()
    def update(self) -> None:
        """One step from the gathered gradients. A gradient that is not finite changes nothing."""
        rate, epsilon, keep, share = self.numbers.unbind()
        norm = self.grad.norm()
        good = torch.isfinite(norm)
        g = torch.where(good, self.grad * (CLIP / (norm + 1e-12)).clamp(max=1), torch.zeros_like(self.grad))
        self.m.mul_(BETA1).add_(g, alpha=1 - BETA1)
        self.v.mul_(BETA2).addcmul_(g, g, value=1 - BETA2)
        change = self.m / (self.v.sqrt() + epsilon) * rate
        if self.pace is not None:
            change = change * self.pace
        self.theta.mul_(keep).sub_(torch.where(good, change, torch.zeros_like(change)))
        self.ema.add_((self.theta - self.ema) * share)
        self.norm.copy_(norm)

    def state(self) -> dict[str, dict[str, torch.Tensor]]:
        """theta, ema, m and v of each weight by name, on the processor."""
        vectors = {"theta": self.theta, "ema": self.ema, "m": self.m, "v": self.v}
        return {n: {k: self._view(x, n).detach().cpu().contiguous() for k, x in vectors.items()} for n in self.names}

    @torch.no_grad()
    def take(self, state: dict[str, dict[str, torch.Tensor]]) -> None:
        """Takes what is known of each weight; others stay as they are."""
        for name in self.names:
            for key, vector in (("theta", self.theta), ("ema", self.ema), ("m", self.m), ("v", self.v)):
                if key in state.get(name, {}):
                    self._view(vector, name).copy_(state[name][key])

    def averaged(self):
        """Within it the module has the averaged weights."""
        return _Averaged(self)

    def snapshot(self) -> list[torch.Tensor]:
        return [x.clone() for x in (self.theta, self.m, self.v, self.ema)]

    def restore(self, kept: list[torch.Tensor]) -> None:
        for x, old in zip((self.theta, self.m, self.v, self.ema), kept):
            x.copy_(old)


class _Averaged:
    def __init__(self, learner: Learner) -> None:
        self.learner = learner

    def __enter__(self) -> None:
        self.kept = self.learner.theta.clone()
        self.learner.theta.copy_(self.learner.ema)

    def __exit__(self, *_: object) -> None:
        self.learner.theta.copy_(self.kept)
