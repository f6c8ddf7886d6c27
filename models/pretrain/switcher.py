"""Who learns next when a generator and a critic learn together, and when that must end: the rules of
main/studio/run/switcher.ts and alarms.ts.
"""

from __future__ import annotations

from dataclasses import dataclass

ENOUGH, FOOLED, SHORTEST, LONGEST, WEIGHT = 0.65, 0.5, 2, 60, 0.2
#: Degrees of skin hue and units of chroma of neutrals beyond what they were when the critic came.
SKIN, NEUTRAL = 8.0, 3.0


@dataclass
class Switcher:
    learner: str = "critic"
    turn: int = 0
    smoothed: float | None = None
    switches: int = 0
    #: Steps of the generator in a row in which it was always recognised.
    wins: int = 0

    def after(self, share: float) -> bool:
        """Counts a step; `share` is the critic's accuracy, or how often what is made was recognised. True: the turn ended."""
        self.smoothed = share if self.smoothed is None else self.smoothed + WEIGHT * (share - self.smoothed)
        self.turn += 1
        if self.learner == "generator":
            self.wins = self.wins + 1 if share >= 0.98 else 0
        reached = self.smoothed >= ENOUGH if self.learner == "critic" else self.smoothed <= FOOLED
        if self.turn < SHORTEST or not (reached or self.turn >= LONGEST):
            return False
        self.learner = "generator" if self.learner == "critic" else "critic"
        self.turn, self.smoothed = 0, None
        self.switches += 1
        return True


def alarm(start: dict[str, float], now: dict[str, float]) -> str | None:
    """Why a training against a critic must end, from figures at its start and now; None while all is well."""
    if "skinHue" in start and "skinHue" in now:
        moved = now["skinHue"] - start["skinHue"]
        if abs(moved) > SKIN and abs(now["skinHue"]) > abs(start["skinHue"]):
            return f"skin has moved {abs(moved):.1f} degrees towards {'red' if moved < 0 else 'yellow'}"
    if "neutralChroma" in start and "neutralChroma" in now:
        grown = now["neutralChroma"] - start["neutralChroma"]
        if grown > NEUTRAL:
            return f"what should be grey has gained {grown:.1f} units of colour"
    return None
