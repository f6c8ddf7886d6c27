/** The numbers of dirt removal, and what `strength` makes of them. Grey levels are of 255. */
export interface DirtTuning {
  /** Least difference of a seed. */
  least: number;
  /** Seeds differ by so many times the frame's grain (a quarter quantile of mean |P - N|), */
  grain: number;
  /** and by so many times the unrest of their own block. */
  unrest: number;
  /** Share of the threshold by which a seed must lie beyond the references beside it, too. */
  beside: number;
  /** The threshold of growth is smaller than that of seeds by so much. */
  hysteresis: number;
  /** A speck: at least this share of the threshold once softened, */
  speckSoft: number;
  /** and so many times the threshold as it is. */
  speck: number;
  /** Fewest pixels. */
  fewest: number;
  /** A piece ends where it differs by less than this share of its greatest difference: there its halo begins. */
  halo: number;
  /** Least log of the odds (judge.ts) of what is taken for dirt. */
  odds: number;
  /** What passes by is looked for within this share of the width, */
  passing: number;
  /** by this share of the contrast. */
  passingLevel: number;
  /** It may turn or change its pace by this share of the way it came. */
  passingSlack: number;
}

/** `strength` 0..1; a half is measured to keep false events under one a frame. */
export function dirtTuning(strength: number): DirtTuning {
  const wary = 2 ** (1.6 * (0.5 - strength));
  return {
    least: 14 * wary,
    grain: 3.2 * wary,
    unrest: 2.2 * wary,
    beside: 0.45,
    hysteresis: 2.2,
    speckSoft: 0.3,
    speck: 1.2,
    fewest: 3,
    halo: 0.25,
    odds: -1 - 4 * (strength - 0.5),
    passing: 0.055,
    passingLevel: 0.65,
    passingSlack: 0.5,
  };
}
