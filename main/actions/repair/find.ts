/**
 * Finding damage on a single picture, without infrared. At each of several sizes of the picture, every pixel that stands
 * out of its surroundings is judged by boosted trees on what is around it (features.ts, boosted.ts; learnt on planted
 * damage by build/eval/damage-train.ts); the sizes are joined, hysteresis keeps what has a sure core, and connected pixels become
 * regions whose form tells their kind. Missing corners and stains, which are areas and not spots, have detectors
 * of their own (areas.ts). A learned map, the restorer network's, may be joined where there is one.
 */
import type { Planar } from '../../../app/planar.ts';
import { findAreas } from './areas.ts';
import { findBare } from './bare/bare.ts';
import { takeBare } from './bare/take.ts';
import { type BoostedTrees, logOdds } from './boosted.ts';
import { featuresOf, type Level } from './features.ts';
import { levelsOf } from './levels.ts';
import models from './damage.json' with { type: 'json' };
import { regionRows, regionsOf, type Shape, shapesOf } from './regions.ts';
import { atBorder, doubtOf, faceDoubtOf, fencesOf, livelinessOf, livelyDoubtOf, rowsOf } from './sense.ts';
import { DAMAGED, type DamageMap, type FaceBox } from './types.ts';

export interface FindOptions {
  /** 0..1: how much is taken for damage; 0.5 is the ordinary setting. */
  sensitivity: number;
  /** Pixels of the picture for one pixel of the full-size scan. */
  scale: number;
  kind: 'colour' | 'bw';
  /** Eyes and mouths have highlights and lines that look like damage: there only what is very sure counts. */
  faces?: readonly FaceBox[] | null;
  /** Probability of damage by a network, one plane of the picture's size, 0..1. */
  learned?: Planar | null;
}

/** Log odds of a pixel and of a region from which they count at the ordinary setting, and how far the setting moves them. */
const PIXEL = 0.2;
const REGION = -1.2;
const PIXEL_SPAN = 3;
const REGION_SPAN = 7;
/** Long thin regions are rarely anything else than damage, when their pixels look like it. */
const LONG = 30;
const LONG_EASE = 1.1;
/** Log odds of bare paper from which it is filled at the ordinary setting, and how far the setting moves them. */
const BARE = 4;
const BARE_SPAN = 6;
/** What was not looked at. */
const NEVER = -30;

/**
 * Log odds of damage for every pixel of the picture, all sizes joined: the greatest.
 */
export function oddsOf(levels: readonly Level[], trees: BoostedTrees = models.pixels): Float32Array {
  const { width, height } = levels[0];
  const out = new Float32Array(width * height).fill(NEVER);
  levels.forEach((level, l) => {
    const { at, rows } = featuresOf(level, undefined, l < levels.length - 1);
    const odds = logOdds(trees, rows, at.length);
    if (l === 0) {
      for (let k = 0; k < at.length; k++) out[at[k]] = odds[k];
      return;
    }
    // A pixel of a smaller size stands for several: the finest may thin it out.
    const step = 1 << l;
    for (let k = 0; k < at.length; k++) {
      if (odds[k] < PIXEL - PIXEL_SPAN) continue;
      const x0 = (at[k] % level.width) * step;
      const y0 = Math.floor(at[k] / level.width) * step;
      for (let y = y0; y < Math.min(height, y0 + step); y++)
        for (let x = x0; x < Math.min(width, x0 + step); x++) {
          const i = y * width + x;
          if (odds[k] > out[i]) out[i] = odds[k];
        }
    }
  });
  return out;
}

/**
 * Finds dust, hairs, scratches, cracks, tears, stains and missing corners.
 * @param picture the whole picture, reduced to at most some 4096 px
 */
export function findDamage(picture: Planar, options: FindOptions): DamageMap {
  const { width, height } = picture;
  const n = width * height;
  const levels = levelsOf(picture);
  const odds = oddsOf(levels);
  if (options.learned) {
    if (options.learned.width !== width || options.learned.height !== height)
      throw new RangeError('the learned map has another size than the picture');
    for (let i = 0; i < n; i++) {
      const p = Math.min(0.999, Math.max(0.001, options.learned.data[i]));
      // Where the trees did not look, the network's word counts alone, with some reserve.
      const own = odds[i] === NEVER ? -1 : odds[i];
      odds[i] = 0.5 * own + 0.5 * Math.log(p / (1 - p)) + 0.3;
    }
  }
  for (const face of options.faces ?? []) harden(odds, width, height, face);
  const limit = PIXEL + PIXEL_SPAN * (0.5 - options.sensitivity);
  const regionLimit = REGION + REGION_SPAN * (0.5 - options.sensitivity);
  const { shapes, mask } = withLines(odds, width, height, limit);
  const rows = regionRows(shapes, mask, odds, levels[0]);
  const regionOdds = logOdds(models.regions, rows, shapes.length);
  const confidence = new Uint8Array(n);
  const liveliness = livelinessOf(levels[0].luma, mask, width, height);
  const faces = options.faces ?? [];
  const likely = shapes.map((shape, k) => {
    const ease = shape.length > LONG && shape.length > 5 * shape.thickness ? LONG_EASE : 0;
    const doubt =
      doubtOf(shape, width, height) +
      faceDoubtOf(shape, faces, width, height) +
      livelyDoubtOf(shape, liveliness);
    return regionOdds[k] + ease - doubt - regionLimit;
  });
  const candidates = shapes.flatMap((_, k) => (likely[k] > 0 ? [k] : []));
  const chosen = candidates.map((k) => shapes[k]);
  const inRow = new Set([...rowsOf(chosen), ...fencesOf(chosen, width)].map((k) => candidates[k]));
  const kept = shapes.filter((shape, k) => {
    const { pixels } = shape;
    const sure = 255 / (1 + Math.exp(-likely[k]));
    const taken = likely[k] > 0 && !inRow.has(k) && !atBorder(shape, width, height);
    for (const i of pixels)
      confidence[i] = taken
        ? Math.max(DAMAGED, Math.min(255, Math.round(sure)))
        : // Not sure enough: shown as a suspicion.
          Math.min(DAMAGED - 1, Math.round(sure));
    return taken;
  });
  const bareLimit = BARE + BARE_SPAN * (0.5 - options.sensitivity);
  const bare = findBare(picture, levels, odds, bareLimit);
  for (const face of faces) harden(bare, width, height, face);
  const known = confidence.slice();
  const peeled = takeBare(bare, width, height, bareLimit, faces, confidence);
  rimOf([...kept, ...peeled], confidence, odds, width, height, limit);
  const areas = findAreas(picture, options.kind, confidence, levels[0]);
  // What the spots had already is no region of its own.
  const fresh = peeled.filter(({ pixels }) => {
    let both = 0;
    for (const i of pixels) if (known[i] >= DAMAGED) both++;
    return 2 * both < pixels.length;
  });
  return { width, height, confidence, regions: regionsOf(kept, fresh, areas, confidence, picture) };
}

/** Connected pixels over a limit, but for single ones; and all pixels over it. */
export function candidateShapes(
  odds: Float32Array,
  width: number,
  height: number,
  limit: number,
): { shapes: Shape[]; mask: Uint8Array } {
  const mask = new Uint8Array(odds.length);
  for (let i = 0; i < odds.length; i++) if (odds[i] > limit) mask[i] = 1;
  return { shapes: shapesOf(mask, width, height, (_, pixels) => pixels.length > 1), mask };
}

/** How much fainter the pixels of long thin shapes may be than those of specks. */
const FAINTER = 0.7;

/** Candidates, among them lines that are fainter than a speck would have to be: their length speaks for them. */
function withLines(
  odds: Float32Array,
  width: number,
  height: number,
  limit: number,
): { shapes: Shape[]; mask: Uint8Array } {
  const { mask } = candidateShapes(odds, width, height, limit);
  for (const { pixels, length, thickness } of candidateShapes(odds, width, height, limit - FAINTER).shapes)
    if (length > LONG && length > 5 * thickness) for (const i of pixels) mask[i] = 1;
  return { shapes: shapesOf(mask, width, height, (_, pixels) => pixels.length > 1), mask };
}

/** The faint edge of what was kept belongs to it: one pixel around, whatever it looks like, or a fill would take it for sound. */
function rimOf(
  kept: readonly Shape[],
  confidence: Uint8Array,
  odds: Float32Array,
  width: number,
  height: number,
  limit: number,
): void {
  for (const { pixels } of kept)
    for (const i of pixels) {
      const x = i % width;
      const y = (i - x) / width;
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++)
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
          const j = v * width + u;
          if (confidence[j] < DAMAGED && (u === x || v === y || odds[j] > limit - 2)) confidence[j] = DAMAGED;
        }
    }
}

/** Lowers the odds around eyes and mouth, so that only the surest remain. */
function harden(odds: Float32Array, width: number, height: number, face: FaceBox): void {
  const points = [...(face.eyes ?? []), ...(face.mouth ?? [])];
  const reach = 0.14 * Math.max(face.w * width, face.h * height);
  for (const p of points) {
    const cx = p.x * width;
    const cy = p.y * height;
    for (let y = Math.max(0, Math.floor(cy - reach)); y < Math.min(height, cy + reach); y++)
      for (let x = Math.max(0, Math.floor(cx - reach)); x < Math.min(width, cx + reach); x++)
        if ((x - cx) ** 2 + (y - cy) ** 2 < reach * reach) odds[y * width + x] -= 3;
  }
}
