"""Degradations on the device: training samples of a whole batch at once, of the families, ranges and shares of
app/degrade/presets.ts. What is done to which picture is drawn on the processor; every degradation then works on
its part of the batch only.

The order is one for all presets, as things happen to originals: emulsion, age, stains and lines, gaps, then the
blur, noise, wrong pixels and JPEG of whoever scanned it, and the older system's holes on top.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

import damage
import missing
import physics
import texture
from shapes import Dice

#: Share of samples that are left as they are (all presets but `holes`).
CLEAN = 0.09
_LINES = ("dust", "dust", "scratches", "scratches", "hairs", "cracks", "crease", "tear", "worn_edges")
_STAINS = ("water_stain", "water_stain", "foxing", "glue", "blot")
_GAPS = ("holes", "holes", "missing_corner")
_BLURS = ("soft_blur", "soft_blur", "defocus", "motion", "low_resolution")
_NOISES = ("even_noise", "sensor_noise", "film_grain")
# For a network that is to take noise out: half of the even noise is coloured, the others hardly ever are.
_MANY_NOISES = (_NOISES[0], _NOISES[0], *_NOISES)
# Noise and nothing else, mostly in colour.
_NOISE_ALONE = ("colour_noise", "colour_noise", "colour_noise", *_NOISES)

#: Name -> (function, does it give a mask).
FUNCTIONS = {
    **{
        name: (getattr(physics, name), False)
        for name in ("old_grey", "plain_grey", "exact_negative", "colour_negative", "grey_negative")
        + ("dye_fading", "stock_fading", "silver_fading")
    },
    **{
        name: (getattr(texture, name), False)
        for name in ("even_noise", "colour_noise", "sensor_noise", "film_grain", "soft_blur", "defocus", "motion", "low_resolution")
        + ("jpeg", "veil", "uneven_yellowing", "paper_texture", "halftone", "silvering", "flicker")
    },
    "salt_pepper": (texture.salt_pepper, True),
    **{
        name: (getattr(damage, name), True)
        for name in ("dust", "hairs", "scratches", "cracks", "crease", "tear", "worn_edges", "scan_dirt")
        + ("line_scratches", "film_dirt", "gate", "water_stain", "foxing", "glue", "blot")
    },
    "holes": (missing.holes, True),
    "missing_corner": (missing.missing_corner, True),
    "film_grey": (lambda x, dice: physics.grey(x, dice, grainless=True).expand(-1, 3, -1, -1), False),
    "film_lens": (lambda x, dice: texture.gaussian(x, dice, dice.uniform(len(x), 0.3, 1.4)), False),
    "film_frame_grain": (
        lambda x, dice: texture.grain(x, dice, 0.012 + 0.128 * dice.uniform(len(x)) ** 2, dice.uniform(len(x), 0.2, 1.1)),
        False,
    ),
    "film_colour_grain": (
        lambda x, dice: texture.grain(
            x, dice, 0.5 * (0.012 + 0.128 * dice.uniform(len(x)) ** 2), dice.uniform(len(x), 0.2, 1.1), grey=False
        ),
        False,
    ),
}
#: Steps in the order in which they happen; within a step each picture gets at most one degradation.
STEPS = (
    "render stock-fading lens film-grain flicker age veil yellowing silvering surface stains lines lines-again "
    "film-lines film-dirt gate gaps blur noise impulse jpeg late-holes"
).split()


@dataclass
class Sample:
    """A batch: `input` and `target` [N, 3, S, S], `mask` [N, 1, S, S] of 0 and 1; names of what was done to each."""

    input: torch.Tensor
    target: torch.Tensor
    mask: torch.Tensor
    applied: list[list[str]]


class _Plan:
    """Which degradation each picture gets in each step."""

    def __init__(self, n: int, dice: Dice) -> None:
        self.n, self.dice = n, dice
        self.steps = {step: np.full(n, "", dtype=object) for step in STEPS}

    def put(self, step: str, who: np.ndarray, names: tuple[str, ...] | str) -> None:
        """`who` (true or false for each picture) gets one of the names."""
        names = (names,) if isinstance(names, str) else names
        drawn = np.array(names, dtype=object)[self.dice.rng.integers(0, len(names), self.n)]
        self.steps[step] = np.where(who, drawn, self.steps[step])

    def chance(self, p: float | np.ndarray) -> np.ndarray:
        return self.dice.rng.random(self.n) < p

    def nothing_yet(self) -> np.ndarray:
        return ~np.any([names != "" for names in self.steps.values()], axis=0)


def _lapaz(p: _Plan, who: np.ndarray) -> None:
    half = p.chance(0.5)
    p.put("render", who & half, "exact_negative")
    p.put("render", who & ~half, "plain_grey")
    some = who & p.chance(0.65)
    # One mostly, sometimes two or three together.
    pick = p.dice.uniform(p.n)
    many = np.where(pick < 0.6, 1, np.where(pick < 0.9, 2, 3))
    order = np.argsort(p.dice.uniform((p.n, 4)), 1)
    rank = np.argsort(order, 1)
    kinds = (("jpeg", "jpeg"), ("impulse", "salt_pepper"), ("blur", ("soft_blur", "defocus", "motion")), ("noise", _NOISES[:2]))
    for k, (step, names) in enumerate(kinds):
        p.put(step, some & (rank[:, k] < many), names)
    holes = who & p.chance(0.25)
    opaque = p.chance(0.6)
    p.put("late-holes", holes & opaque, "holes")
    p.put("late-holes", holes & ~opaque, ("water_stain", "foxing", "blot"))


def _negative(p: _Plan, who: np.ndarray) -> None:
    colour = p.chance(0.62)
    p.put("render", who & colour, "colour_negative")
    p.put("render", who & ~colour, "grey_negative")
    p.put("lines", who & p.chance(0.22), ("scan_dirt", "scan_dirt", "scratches"))
    p.put("jpeg", who & p.chance(0.18), "jpeg")
    p.put("noise", who & p.chance(0.2), _NOISES[:2])


def _print(p: _Plan, who: np.ndarray) -> None:
    grey = p.chance(0.6)
    p.put("render", who & grey, "old_grey")
    worn = p.chance(np.where(grey, 0.7, 0.85))
    p.put("age", who & worn & grey, "silver_fading")
    p.put("age", who & worn & ~grey, "dye_fading")
    p.put("veil", who & worn & p.chance(0.35), "veil")
    p.put("yellowing", who & worn & p.chance(0.3), "uneven_yellowing")
    p.put("silvering", who & grey & p.chance(0.12), "silvering")
    surface, paper = p.chance(0.14), p.chance(0.65)
    p.put("surface", who & surface & paper, "paper_texture")
    p.put("surface", who & surface & ~paper, "halftone")
    p.put("stains", who & p.chance(0.3), _STAINS)
    p.put("lines", who & p.chance(0.55), _LINES)
    p.put("lines-again", who & p.chance(0.3), _LINES)
    p.put("gaps", who & p.chance(0.14), ("missing_corner", "missing_corner", "holes"))
    p.put("age", who & p.nothing_yet(), "dye_fading")
    p.put("blur", who & p.chance(0.25), _BLURS)
    p.put("noise", who & p.chance(0.2), _NOISES)
    p.put("jpeg", who & p.chance(0.25), "jpeg")


def _film(p: _Plan, who: np.ndarray) -> None:
    grey = p.chance(0.78)
    p.put("render", who & grey, "film_grey")
    p.put("stock-fading", who & ~grey, "stock_fading")
    p.put("lens", who & p.chance(0.6), "film_lens")
    p.put("film-grain", who & grey, "film_frame_grain")
    p.put("film-grain", who & ~grey, "film_colour_grain")
    p.put("flicker", who, "flicker")
    p.put("film-lines", who & p.chance(0.6), "line_scratches")
    p.put("film-dirt", who & p.chance(0.85), "film_dirt")
    p.put("gate", who & p.chance(0.2), "gate")
    p.put("jpeg", who & p.chance(0.3), "jpeg")


def _single(p: _Plan, who: np.ndarray) -> None:
    """One fault of an otherwise good colour picture, or none."""
    kinds: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("", ()),
        ("render", ("old_grey",)),
        ("noise", _NOISES),
        ("blur", _BLURS),
        ("jpeg", ("jpeg",)),
        ("impulse", ("salt_pepper",)),
        ("age", ("dye_fading",)),
        ("lines", _LINES),
        ("stains", _STAINS[:4]),
        ("gaps", _GAPS),
    )
    kind = p.dice.rng.integers(0, len(kinds), p.n)
    for k, (step, names) in enumerate(kinds):
        if step:
            p.put(step, who & (kind == k), names)


def _restorer(p: _Plan, who: np.ndarray) -> None:
    lines = (*_LINES, "line_scratches")
    # Half of the samples have one fault alone, of noise above all.
    alone = p.dice.uniform(p.n)
    p.put("noise", who & (alone < 0.3), _NOISE_ALONE)
    p.put("jpeg", who & (alone >= 0.3) & (alone < 0.38), "jpeg")
    p.put("blur", who & (alone >= 0.38) & (alone < 0.45), _BLURS)
    p.put("impulse", who & (alone >= 0.45) & (alone < 0.5), "salt_pepper")
    who = who & (alone >= 0.5)
    p.put("surface", who & p.chance(0.1), "paper_texture")
    p.put("lines", who & p.chance(0.55), lines)
    p.put("lines-again", who & p.chance(0.25), lines)
    p.put("stains", who & p.chance(0.15), _STAINS)
    p.put("gaps", who & p.chance(0.08), _GAPS)
    p.put("blur", who & p.chance(0.35), _BLURS)
    p.put("noise", who & p.chance(0.75), _MANY_NOISES)
    p.put("impulse", who & p.chance(0.12), "salt_pepper")
    p.put("jpeg", who & p.chance(0.4), "jpeg")
    p.put("noise", who & p.nothing_yet(), _NOISES)


_PRESETS = {"lapaz": _lapaz, "negative": _negative, "print": _print, "film": _film, "restorer": _restorer}


def _on(x: torch.Tensor, who: np.ndarray, dice: Dice, function) -> torch.Tensor:
    """The batch with `function` applied to some of its pictures."""
    index = dice.index(np.flatnonzero(who))
    return x.index_copy(0, index, function(x.index_select(0, index), dice).to(x.dtype))


def _tint(x: torch.Tensor, dice: Dice, share: float) -> torch.Tensor:
    """Input and target both grey or toned (`share` of the samples, two in three grey) or in colour: grey must stay grey."""
    kind = dice.uniform(len(x)) / share
    toned = (kind >= 0.64) & (kind <= 1)
    for who, tones in ((kind < 0.64, False), (toned, True)):
        if not who.any():
            continue

        def make(part: torch.Tensor, dice: Dice, tones: bool = tones) -> torch.Tensor:
            grey = physics.grey(part, dice, grainless=True).expand(-1, 3, -1, -1)
            if not tones:
                return grey
            n = len(part)
            yellow = dice.uniform((n, 1), 0, 0.25) * np.array([[0.1, 0.4, 1]])
            return physics.silver_print(grey, dice, dice.uniform(n, 0, 0.5), np.zeros(n), np.zeros(n), yellow)

        x = _on(x, who, dice, make)
    return x


def degrade(x: torch.Tensor, preset: str, dice: Dice) -> Sample:
    """Samples of clean colour pictures [N, 3, S, S], encoded 0..1.

    Presets: lapaz, negative, print, film, any (a mixture of these and of single faults), restorer, holes.
    """
    n, _, size, _ = x.shape
    if preset in ("restorer", "holes"):
        x = _tint(x, dice, 0.3 if preset == "restorer" else 0.55)
    if preset == "holes":
        thin = dice.uniform(n) < 0.4
        lines = dice.put(thin.astype(float), n, 1, 1, 1)
        mask = torch.where(lines > 0, missing.thin_masks(dice, n, size), missing.hole_masks(dice, n, size))
        return Sample(x * (1 - mask), x, mask, [["thin-holes" if t else "filler-holes"] for t in thin])
    plan = _Plan(n, dice)
    everyone = np.ones(n, bool)
    clean = plan.chance(CLEAN)
    if preset == "any":
        pick = dice.uniform(n)
        for name, low, high in (("lapaz", 0, 0.1), ("negative", 0.1, 0.4), ("print", 0.4, 0.57), ("film", 0.57, 0.65)):
            _PRESETS[name](plan, (pick >= low) & (pick < high) & ~clean)
        _single(plan, pick >= 0.65)
    else:
        _PRESETS[preset](plan, everyone & ~clean)
    out = x
    mask = torch.zeros((n, 1, size, size), device=x.device)
    applied: list[list[str]] = [[] for _ in range(n)]
    for step in STEPS:
        names = plan.steps[step]
        for name in sorted(set(names) - {""}):
            function, gives_mask = FUNCTIONS[name]
            who = np.flatnonzero(names == name)
            for i in who:
                applied[i].append(name)
            index = dice.index(who)
            made = function(out.index_select(0, index), dice)
            if gives_mask:
                made, touched = made
                mask = mask.index_copy(0, index, torch.maximum(mask.index_select(0, index), touched))
            out = out.index_copy(0, index, made)
    return Sample(out.clamp(0, 1), x, mask, applied)
