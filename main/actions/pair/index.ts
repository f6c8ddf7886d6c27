/**
 * Whether two scans are front and back of one print. What speaks for it: the same size of paper, an outline that is the
 * other one's mirror image (a deckle edge, torn or rounded corners), a back that is paper with little on it, and scans
 * made one after the other. Two prints of one box have one size too, so size alone is never enough, and an outline with
 * marks of its own that do not match ends the matter.
 */
import type { Planar } from '../../../app/planar.ts';
import { say, type Sentence } from '../../../app/words/sentences.ts';
import { reducedTo } from '../colorize/plan.ts';
import { lightPaper, type PaperLook } from './look.ts';
import { matchMirrored, outlineOf, type Outline } from './outline.ts';

/** One scan of the two. */
export interface PairSide {
  /** The whole scan, reduced (800 px on the longer side are enough), sRGB-encoded 0..1. */
  picture: Planar;
  /** Size of the scan in pixels. */
  width: number;
  height: number;
  /** Resolution of the scan; null: unknown, then both are taken to have the same. */
  dpi: number | null;
  /** Place in the order of scanning (a count, or anything that grows by 1 from scan to scan); null: unknown. */
  order: number | null;
}

export interface PairScore {
  /** 0..1. From 0.5 up it is worth proposing; nothing should be joined by itself. */
  score: number;
  /** The strongest reason. */
  reason: Sentence;
  /** All of them, the strongest first. */
  reasons: Sentence[];
}

/** Longer side on which outlines are read. */
const LOOKED_AT = 700;
/** Relative difference of sizes that is nothing, and that ends the matter. */
const SAME_SIZE = 0.006;
const OTHER_SIZE = 0.03;

interface Seen {
  outline: Outline;
  look: PaperLook;
  /** Sides of the paper: longer, shorter; inches, or pixels where the resolution is unknown. */
  size: [number, number];
}

function see(side: PairSide, inInches: boolean): Seen {
  const picture = reducedTo(side.picture, LOOKED_AT);
  const outline = outlineOf(picture);
  const k = Math.max(side.width, side.height) / Math.max(picture.width, picture.height);
  const unit = inInches && side.dpi ? k / side.dpi : k;
  const a = outline.rect.w * unit;
  const b = outline.rect.h * unit;
  return { outline, look: lightPaper(picture, outline.rect), size: [Math.max(a, b), Math.min(a, b)] };
}

const ramp = (v: number, none: number, full: number): number =>
  Math.min(1, Math.max(0, (v - none) / (full - none)));

/**
 * How likely `back` is the back of `front`. Not symmetric: the back is the one that is bare paper.
 */
export function pairScore(front: PairSide, back: PairSide): PairScore {
  const inInches = front.dpi !== null && back.dpi !== null;
  const one = see(front, inInches);
  const two = see(back, inInches);
  const far = Math.max(...one.size.map((v, k) => Math.abs(v - two.size[k]) / Math.max(v, two.size[k])));
  const size = 1 - ramp(far, SAME_SIZE, OTHER_SIZE);
  if (size === 0) {
    const reason = say('pair-other-size', { percent: (100 * far).toFixed(0) });
    return { score: 0, reason, reasons: [reason] };
  }
  const bare = two.look.bare * ramp(one.look.detail - two.look.detail, -0.01, 0.03);
  const { agreement, marked } = matchMirrored(one.outline, two.outline);
  const near =
    front.order === null || back.order === null ? 0 : ramp(Math.abs(front.order - back.order), 4, 1);
  const found: { worth: number; reason: Sentence }[] = [
    { worth: 0.15 * size, reason: say('pair-size', { percent: (100 * far).toFixed(1) }) },
  ];
  if (bare > 0) found.push({ worth: 0.3 * bare, reason: say('pair-bare') });
  if (near > 0) found.push({ worth: 0.2 * near, reason: say('pair-order') });
  const edges = ramp(agreement, 0.35, 0.75) * marked;
  if (edges > 0) found.push({ worth: 0.5 * edges, reason: say('pair-outline') });
  // Marks that do not match belong to two sheets.
  const against = marked * ramp(agreement, 0.3, 0);
  const sum = found.reduce((total, { worth }) => total + worth, 0) * (1 - 0.85 * against) * size;
  found.sort((a, b) => b.worth - a.worth);
  const reasons = found.map(({ reason }) => reason);
  if (against > 0.5) reasons.unshift(say('pair-other-outline'));
  return { score: Math.min(1, sum), reason: reasons[0], reasons };
}
