/**
 * The family's colour memory: what a person said about a colour once (the uniform was grey green, the house yellow) is
 * proposed wherever another picture looks the same to the network, always as a hint that can be edited or thrown away.
 * Pure functions over features and a small format that can be kept as JSON.
 */
import type { Hint } from '../../../app/recipe/marks.ts';
import { describePlace, type FeaturePlanes } from './features.ts';

export interface RememberedColour {
  version: 1;
  /** Which features: those of other networks or other weights cannot be compared. */
  network: string;
  /** Unit vector. */
  features: number[];
  /** L* of the place where it was said. */
  lightness: number;
  /** Display colour, sRGB-encoded 0..1. */
  colour: [number, number, number];
}

export interface ProposedHint extends Hint {
  /** 0..1: how alike. */
  alike: number;
  /** Which memory it comes from, as an index into the list. */
  memory: number;
}

export interface Place {
  features: FeaturePlanes;
  /** L* of the features' cells. */
  lightness: Float32Array;
  network: string;
}

/** What is to be remembered of a hint. */
export function rememberColour(place: Place, hint: Hint): RememberedColour {
  const { width, height } = place.features;
  const i = Math.min(width - 1, Math.floor(hint.x * width));
  const j = Math.min(height - 1, Math.floor(hint.y * height));
  return {
    version: 1,
    network: place.network,
    features: describePlace(place.features, hint.x, hint.y),
    lightness: place.lightness[j * width + i],
    colour: hint.colour,
  };
}

/** Cosine of two places under which nothing is proposed. */
const ALIKE = 0.92;
/** L* apart at which a place counts half: prints of one dress differ in exposure, a white one is not a black one. */
const LIGHTNESS = 30;
/** Proposals are at least this far apart, in fractions of the longer side. */
const APART = 0.08;

/**
 * Where in a picture remembered colours may belong, the most alike first.
 * @param memory entries of other networks are passed over
 */
export function proposeColours(
  memory: readonly RememberedColour[],
  picture: Place,
  most = 12,
): ProposedHint[] {
  const { features, lightness } = picture;
  const { width, height } = features;
  const found: ProposedHint[] = [];
  const known = memory.flatMap((entry, index) =>
    entry.network === picture.network && entry.features.length === features.channels
      ? [{ entry, index }]
      : [],
  );
  if (known.length === 0) return [];
  for (let j = 0; j < height; j++)
    for (let i = 0; i < width; i++) {
      const x = (i + 0.5) / width;
      const y = (j + 0.5) / height;
      const here = describePlace(features, x, y);
      let best: ProposedHint | null = null;
      for (const { entry, index } of known) {
        const cosine = here.reduce((s, v, k) => s + v * entry.features[k], 0);
        const alike = cosine / (1 + ((lightness[j * width + i] - entry.lightness) / LIGHTNESS) ** 2);
        if (alike >= ALIKE && alike > (best?.alike ?? 0))
          best = { x, y, colour: entry.colour, alike, memory: index };
      }
      if (best) found.push(best);
    }
  found.sort((p, q) => q.alike - p.alike || p.y - q.y || p.x - q.x);
  const k = 1 / Math.max(width, height);
  const out: ProposedHint[] = [];
  for (const one of found) {
    const near = out.some((o) => Math.hypot((o.x - one.x) * width * k, (o.y - one.y) * height * k) < APART);
    if (!near) out.push(one);
    if (out.length === most) break;
  }
  return out;
}
