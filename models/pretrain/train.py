"""Trains the networks of a plan on one large GPU (or, to try every step, on a processor), in slices that go on from the
last checkpoint:

    python3 train.py --plan graphs/plan.json --data photos-*.rvp --out run --total 27 --minutes 8.5 [--resume]

The plan (build/pretrain/plan.ts) says which network gets which share of the --total minutes, fixed by the first slice,
in which stages. Networks are trained one after the other, each to its end, so that what is finished is finished
whatever becomes of the rest. README.md beside this file goes through a whole training.

In --out: NAME.rvw (averaged weights, half precision), NAME.before.rvw (as it was before a critic came),
NAME.best.rvw (with the least loss on held-back pictures), NAME.checkpoint.pt (all that is needed to go on), log.jsonl,
panels.png (input, output, truth of pictures that were held back, a column for each network).
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import sys
import time
import warnings
from collections import deque

import numpy as np
import torch

from batches import make_batch
from figures import colour_figures, panel, picture_figures, write_png
from pictures import Pictures
from rvw import read_weights, write_weights
from shapes import Dice
from stage import Stage
from switcher import Switcher, alarm

CHECKPOINT_SECONDS = 120
LOG_SECONDS = 10
#: How often held-back pictures are looked at, without and with a critic.
WATCH_SECONDS = {"generator": 45, "gan": 15}
WARM_UP = 200
#: The critic learns this many times faster (Heusel et al. 2017).
CRITIC_PACE = 4

#: What a checkpoint keeps of a Run, beside the switcher.
KEPT = ("seconds", "steps", "images", "states", "start_figures", "ended", "best")


def arguments() -> argparse.Namespace:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--plan", required=True, help="plan.json; the graphs lie beside it")
    p.add_argument("--data", nargs="+", required=True, help="pieces of photographs")
    p.add_argument("--out", required=True)
    p.add_argument("--minutes", type=float, required=True, help="how long this slice may take, all included")
    p.add_argument("--total", type=float, help="minutes of training planned for all networks; the first slice fixes it")
    p.add_argument("--network", action="append", help="only this one (may be given several times)")
    p.add_argument("--resume", action="store_true", help="go on from the checkpoints in --out")
    p.add_argument("--start", help="folder with NAME.rvw to begin with instead of the plan's fresh weights")
    p.add_argument("--back", help="folder for copies of weights, log and panels, written at the end and at checkpoints")
    p.add_argument("--full", nargs="*", default=[], help="networks whose weights are written in single precision too")
    p.add_argument("--limit", type=int, help="so many photographs at most")
    p.add_argument("--no-record", action="store_true", help="do not record steps as CUDA graphs")
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    p.add_argument("--threads", type=int, help="threads of the processor")
    return p.parse_args()


class Run:
    """What a network's training remembers."""

    def __init__(self, name: str, plan: dict, total: float) -> None:
        self.name, self.plan = name, plan
        self.planned = total * 60 * plan["share"]
        self.seconds = 0.0
        self.steps = self.images = 0
        self.states: dict = {}
        self.switcher = Switcher()
        self.start_figures: dict[str, float] | None = None
        self.ended: str | None = None
        #: Least loss on held-back pictures so far, without a critic.
        self.best: float | None = None
        #: The generator as it was at the last look at which all was well.
        self.quiet: dict | None = None

    def where(self) -> tuple[int, float]:
        """Index of the present stage and how far it is, 0..1."""
        at = self.seconds / self.planned
        for index, stage in enumerate(self.plan["stages"]):
            if at < stage["share"] or index == len(self.plan["stages"]) - 1:
                return index, min(1.0, at / stage["share"])
            at -= stage["share"]
        raise AssertionError

    @property
    def finished(self) -> bool:
        return self.ended is not None or self.seconds >= self.planned

    def rate(self, learner_steps: int) -> float:
        """Learning rate: cosine over all stages without a critic; with one, from the stage's own rate to a third."""
        index, within = self.where()
        stage = self.plan["stages"][index]
        warm = min(1.0, (learner_steps + 1) / WARM_UP)
        if stage["phase"] == "gan":
            return self.plan["rate"] * stage["rate"] * warm * (1 - within * 2 / 3)
        alone = sum(s["share"] for s in self.plan["stages"] if s["phase"] == "generator")
        at = min(1.0, self.seconds / self.planned / alone)
        return self.plan["rate"] * stage["rate"] * warm * (0.02 + 0.49 * (1 + math.cos(math.pi * at)))


class Slice:
    """The slice at work: everything that networks share."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.end = time.time() + args.minutes * 60
        self.device = torch.device(args.device)
        self.graphs = os.path.dirname(os.path.abspath(args.plan))
        os.makedirs(args.out, exist_ok=True)
        with open(args.plan, encoding="utf-8") as file:
            self.plan = json.load(file)
        self.total = self._total()
        self.log_file = open(os.path.join(args.out, "log.jsonl"), "a", encoding="utf-8")
        self.hardware = torch.cuda.get_device_name(0) if self.device.type == "cuda" else "processor"
        begun = time.time()
        self.pictures = Pictures(args.data, self.device, args.limit)
        self.log(event="slice", hardware=self.hardware, torch=torch.__version__, total=self.total,
                 train=len(self.pictures.train), held=len(self.pictures.held), loading=round(time.time() - begun, 1))

    def _total(self) -> float:
        file = os.path.join(self.args.out, "total.json")
        if self.args.resume and os.path.exists(file):
            with open(file, encoding="utf-8") as handle:
                return json.load(handle)["minutes"]
        if self.args.total is None:
            sys.exit("--total is needed for the first slice")
        with open(file, "w", encoding="utf-8") as handle:
            json.dump({"minutes": self.args.total}, handle)
        return self.args.total

    def log(self, **entry) -> None:
        line = json.dumps({"time": round(time.time(), 1), **entry})
        self.log_file.write(line + "\n")
        self.log_file.flush()
        print(line, flush=True)

    def _path(self, name: str) -> str:
        return os.path.join(self.args.out, name)

    def open_run(self, name: str) -> Run:
        run = Run(name, self.plan["networks"][name], self.total)
        file = self._path(f"{name}.checkpoint.pt")
        if self.args.resume and os.path.exists(file):
            stored = torch.load(file, map_location="cpu")
            for key in KEPT:
                setattr(run, key, stored[key])
            run.switcher = Switcher(**stored["switcher"])
        elif self.args.start and os.path.exists(os.path.join(self.args.start, f"{name}.rvw")):
            _, meta = read_weights(os.path.join(self.args.start, f"{name}.rvw"))
            for key in ("seconds", "steps", "images"):
                setattr(run, key, meta.get(key, getattr(run, key)))
        return run

    def begin_weights(self, name: str) -> dict[str, np.ndarray]:
        own = os.path.join(self.args.start or "", f"{name}.rvw")
        return read_weights(own if self.args.start and os.path.exists(own) else f"{self.graphs}/{name}.start.rvw")[0]

    def facts(self, run: Run) -> dict:
        """What a model card wants to know, for the header of the weights."""
        return {"network": run.name, "width": self.plan["width"], "seconds": round(run.seconds, 1), "steps": run.steps,
                "images": run.images, "hardware": self.hardware, "pictures": len(self.pictures.train)}

    def save(self, run: Run, weights: dict[str, np.ndarray]) -> None:
        """Checkpoint and weights, each whole or not at all."""
        stored = {**{k: getattr(run, k) for k in KEPT}, "switcher": vars(run.switcher)}
        file = self._path(f"{run.name}.checkpoint.pt")
        torch.save(stored, f"{file}.part")
        os.replace(f"{file}.part", file)
        meta = self.facts(run)
        write_weights(self._path(f"{run.name}.rvw"), weights, "f16", meta)
        names = [f"{run.name}.rvw"]
        if run.name in self.args.full:
            write_weights(self._path(f"{run.name}.f32.rvw"), weights, "f32", meta)
            names.append(f"{run.name}.f32.rvw")
        self.give_back(*names)

    def give_back(self, *names: str) -> None:
        if self.args.back:
            os.makedirs(self.args.back, exist_ok=True)
            for name in (*names, "log.jsonl"):
                if os.path.exists(self._path(name)):
                    shutil.copyfile(self._path(name), os.path.join(self.args.back, name))

    def keep_best(self, run: Run, stage: Stage, figures: dict[str, float]) -> None:
        """Keeps the weights with the least loss on held-back pictures: they tell when more time does harm."""
        if run.best is None or figures["content"] < run.best:
            run.best = figures["content"]
            write_weights(self._path(f"{run.name}.best.rvw"), self.averaged(stage), "f16", self.facts(run))

    def panels(self) -> None:
        """One picture of all networks' panels side by side."""
        files = [self._path(f"{name}.panel.npy") for name in self.plan["networks"]]
        found = [np.load(file) for file in files if os.path.exists(file)]
        height = max(p.shape[0] for p in found)
        padded = [np.pad(p, ((0, height - p.shape[0]), (0, 8), (0, 0)), constant_values=64) for p in found]
        write_png(self._path("panels.png"), np.concatenate(padded, 1))
        self.give_back("panels.png")

    @torch.no_grad()
    def validate(self, run: Run, stage: Stage, panel_too: bool) -> dict[str, float]:
        """Figures with the averaged weights, always on the same pictures with the same degradations."""
        v = run.plan["validation"]
        if not hasattr(run, "looking"):
            looking = Stage(run.name, {**v, "phase": "generator", "frozen": ["*"], "share": 0, "rate": 0}, {}, self.graphs,
                            {run.name: stage.module.weights()}, {}, self.device, learn=False)
            dice = Dice(20240501, self.device)
            index = [np.resize(self.pictures.held, v["batch"] * v["batches"])[k :: v["batches"]] for k in range(v["batches"])]
            run.looking = looking
            run.shown = [make_batch(self.pictures, i, v["size"], run.plan["preset"], dice, fixed=True) for i in index]
        run.looking.module.load(self.averaged(stage))
        seen = [(run.looking.made(batch), batch) for batch in run.shown]
        figures = (colour_figures if "l" in run.shown[0] else picture_figures)(seen)
        figures["content"] = float(np.mean([float(run.looking.objective(o, b)["total"]) for o, b in seen]))
        if panel_too:
            np.save(self._path(f"{run.name}.panel.npy"), panel(*seen[0]))
            self.panels()
        return {k: round(x, 4) for k, x in figures.items()}

    def averaged(self, stage: Stage) -> dict[str, np.ndarray]:
        with stage.generator.averaged():
            return stage.module.weights()

    def train(self, run: Run) -> None:
        """Stage after stage, until the network or the slice is at its end."""
        weights = {run.name: self.begin_weights(run.name)}
        if any(s["phase"] == "gan" for s in run.plan["stages"]):
            weights["critic"] = read_weights(f"{self.graphs}/critic.start.rvw")[0]
        # What was learnt may be frozen in another stage: then it is a weight like any other.
        known = {n: s["ema"].float().numpy() for n, s in run.states.get(run.name, {}).items()}
        reserve = 8 if self.device.type == "cuda" else 2
        while not run.finished and time.time() < self.end - reserve:
            index, _ = run.where()
            weights[run.name] = {**weights[run.name], **known}
            stage = Stage(run.name, run.plan["stages"][index], run.plan, self.graphs, weights, run.states, self.device)
            self.log(event="stage", network=run.name, stage=index, **{k: stage.stage[k] for k in ("phase", "size", "batch")},
                     seconds=round(run.seconds, 1))
            self.stage(run, stage, index, self.end - reserve)
            run.states = {**run.states, **stage.states()}
            known = self.averaged(stage)
            self.save(run, known)
            figures = self.validate(run, stage, True)
            if not stage.against:
                self.keep_best(run, stage, figures)
            self.log(event="figures", network=run.name, steps=run.steps, seconds=round(run.seconds, 1), images=run.images,
                     switches=run.switcher.switches, figures=figures)
            self.save(run, known)
            self.give_back(f"{run.name}.best.rvw")

    def stage(self, run: Run, stage: Stage, index: int, deadline: float) -> None:
        cuda = self.device.type == "cuda"
        record = cuda and not self.args.no_record
        size, batch = stage.stage["size"], stage.stage["batch"]
        rng = np.random.default_rng(run.steps + 1)
        dice = Dice(int(rng.integers(2**31)), self.device)
        side = torch.cuda.Stream() if cuda else None

        def make() -> dict[str, torch.Tensor]:
            chosen = self.pictures.train[rng.integers(0, len(self.pictures.train), batch)]
            return make_batch(self.pictures, chosen, size, run.plan["preset"], dice)

        def prepare():
            """The next batch, on a stream of its own: it is made while the step runs."""
            if side is None:
                return make(), None
            with torch.cuda.stream(side):
                made = make()
                return made, side.record_event()

        if stage.against and run.start_figures is None:
            run.start_figures = self.validate(run, stage, False)
            self.log(event="before the critic", network=run.name, figures=run.start_figures)
            # What the critic buys is judged later, on test pictures: both are kept.
            write_weights(self._path(f"{run.name}.before.rvw"), self.averaged(stage), "f16", self.facts(run))
            self.give_back(f"{run.name}.before.rvw")
        if cuda:
            torch.cuda.synchronize()
        batch_now, ready = prepare()
        # Recording a step is preparation, not training.
        sums: dict[str, list] = {}
        last = logged = saved = watched = time.time()
        since = run.steps
        ahead: deque = deque()
        while not run.finished and run.where()[0] == index and time.time() < deadline:
            who = run.switcher.learner if stage.against else "generator"
            learner = stage.generator if who == "generator" else stage.critic
            rate = run.rate(learner.steps) * (CRITIC_PACE if who == "critic" else 1)
            if ready is not None:
                torch.cuda.current_stream().wait_event(ready)
            step = stage.step(who, batch_now, rate, run.plan["decay"], record)
            if side is not None:
                side.wait_event(step.copied)
                # Two steps ahead of the device and no more: the clock below should mean something.
                ahead.append(torch.cuda.current_stream().record_event())
                if len(ahead) > 2:
                    ahead.popleft().synchronize()
            if who in sums:
                sums[who][0] += step.values
                sums[who][1] += 1
            else:
                sums[who] = [step.values.clone(), 1, step.names]
                if since == run.steps:
                    # The first step recorded itself; its time is not the network's.
                    last = time.time()
            run.steps += 1
            run.images += batch
            batch_now, ready = prepare()
            if stage.against:
                share = float(step.values[step.names.index("accuracy" if who == "critic" else "recognised")])
                turned = run.switcher.after(share)
                if turned and (run.switcher.switches <= 6 or run.switcher.switches % 50 == 0):
                    self.log(event="switch", network=run.name, to=run.switcher.learner, step=run.steps,
                             switches=run.switcher.switches)
                if run.switcher.wins >= 200:
                    run.ended = "the critic recognises everything"
            now = time.time()
            run.seconds += now - last
            last = now
            if now - logged >= LOG_SECONDS:
                if cuda:
                    torch.cuda.synchronize()
                self._log_step(run, stage, sums, rate, (run.steps - since) * batch / (now - logged))
                if any(not math.isfinite(x) for s in sums.values() for x in s[0].tolist()):
                    run.ended = "a loss is not finite"
                    self.log(event="alarm", network=run.name, text=run.ended)
                    return
                sums, since, logged = {}, run.steps, now
            if now - watched >= WATCH_SECONDS[stage.stage["phase"]]:
                figures = self.validate(run, stage, False)
                self.log(event="watch", network=run.name, step=run.steps, seconds=round(run.seconds, 1), figures=figures)
                why = alarm(run.start_figures or {}, figures) if stage.against else None
                if not stage.against:
                    self.keep_best(run, stage, figures)
                elif why:
                    self.log(event="alarm", network=run.name, text=why)
                    run.ended = why
                    # Back to what the last quiet look had.
                    if run.quiet is not None:
                        stage.generator.take(run.quiet)
                else:
                    run.quiet = stage.generator.state()
                last = watched = time.time()
            if now - saved >= CHECKPOINT_SECONDS:
                run.states = {**run.states, **stage.states()}
                self.save(run, self.averaged(stage))
                last = saved = time.time()

    def _log_step(self, run: Run, stage: Stage, sums: dict, rate: float, speed: float) -> None:
        losses = {n: round(float(v) / s[1], 5) for s in sums.values() for n, v in zip(s[2], s[0].tolist())}
        self.log(network=run.name, phase=stage.stage["phase"], step=run.steps, seconds=round(run.seconds, 1),
                 rate=float(f"{rate:.3g}"), speed=round(speed), losses=losses)


def main() -> None:
    warnings.filterwarnings("ignore", message="scatter_reduce")
    args = arguments()
    if args.threads:
        torch.set_num_threads(args.threads)
    begun = time.time()
    # Losses and the colour targets want all their digits; the networks run in bfloat16 anyway.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cudnn.benchmark = True
    work = Slice(args)
    try:
        for name in args.network or work.plan["networks"]:
            run = work.open_run(name)
            if run.finished:
                work.give_back(f"{name}.rvw", f"{name}.f32.rvw", f"{name}.before.rvw", f"{name}.best.rvw", "panels.png")
                continue
            work.train(run)
    except RuntimeError as error:
        # Out of memory, or a step that cannot be recorded: say so; go on without recording from the last checkpoint.
        work.log(event="failure", text=str(error)[:2000])
        left = args.minutes - (time.time() - begun) / 60
        if args.no_record or work.device.type != "cuda" or left < 0.5:
            raise
        words = [w for w in sys.argv if w != "--resume"]
        words[words.index("--minutes") + 1] = f"{left:.2f}"
        os.execv(sys.executable, [sys.executable, *words, "--resume", "--no-record"])


if __name__ == "__main__":
    main()
