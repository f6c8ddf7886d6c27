/**
 * Several prints on one flatbed scan: where each lies and how far it is turned. The lid (white, black or grey, a little
 * uneven) is followed from the scan's border (lid.ts); what it leaves are prints, cut apart where several touch
 * (hull.ts); each gets a rectangle, whose sides are then fitted to the sharp steps in the picture (sides.ts). A print
 * is believed as far as its sides are seen. The answer is in the terms of the develop's frames (`printFrames`), so
 * that the recipe's crop and straightening serve a print as they serve a negative of a strip.
 */
import type { Planar } from '../../../app/planar.ts';
import { reducedTo } from '../colorize/plan.ts';
import type { FoundFrame } from '../develop/types.ts';
import { eachRegion } from '../repair/components.ts';
import { convexParts, hullOf, leastRect, type Point, type Region, type TurnedRect } from './hull.ts';
import { lidColours, lidOf } from './lid.ts';
import { fitSides, seamOf, type Fitted } from './sides.ts';

/** A print on a scan: its own width and height about its centre, in fractions of the scan's width and height. */
export interface FoundPrint {
  x: number;
  y: number;
  w: number;
  h: number;
  /** How far the print is turned on the glass, degrees, clockwise positive. */
  angle: number;
  /** 0..1. Under 0.5 it is only proposed. */
  confidence: number;
}

/** Longer side on which lid and prints are told apart, and on which sides are fitted. */
const ROUGH = 440;
const FINE = 1600;
/** Share of the scan that the smallest print covers, and a print's longest shape. */
const LEAST = 0.012;
const LONGEST = 4.5;
/** A single print that covers so much of the scan and lies straight needs no cut. */
const WHOLE = 0.82;
const STRAIGHT = 0.4;

/**
 * Finds the prints on a scan, in reading order. A scan that is one picture gives none; so does one on which nothing is
 * sure.
 * @param picture the whole scan, one or three planes, sRGB-encoded 0..1, reduced (1200 to 1600 px on the longer side are best)
 */
export function findPrints(picture: Planar): FoundPrint[] {
  const fine = reducedTo(picture, FINE);
  const rough = reducedTo(picture, ROUGH);
  let best: Candidate[] = [];
  let most = 0;
  for (const colour of lidColours(rough)) {
    const found = printsOn(fine, rough, lidOf(rough, colour));
    const worth = found.reduce((sum, one) => sum + one.confidence ** 2 * one.rect.w * one.rect.h, 0);
    if (worth > most) [most, best] = [worth, found];
  }
  const prints = best.map(({ rect, confidence }) => ({
    x: (rect.cx - rect.w / 2) / fine.width,
    y: (rect.cy - rect.h / 2) / fine.height,
    w: rect.w / fine.width,
    h: rect.h / fine.height,
    angle: (rect.angle * 180) / Math.PI,
    confidence,
  }));
  if (prints.length === 1) {
    const [{ w, h, angle }] = prints;
    if (w * h > WHOLE && Math.abs(angle) < STRAIGHT) return [];
  }
  return inReadingOrder(prints);
}

/** The same as frames of a develop analysis: pixels of the full scan. */
export function printFrames(
  prints: readonly FoundPrint[],
  scan: { width: number; height: number },
): FoundFrame[] {
  return prints.map(({ x, y, w, h, angle, confidence }) => ({
    rect: { x: x * scan.width, y: y * scan.height, w: w * scan.width, h: h * scan.height },
    angle,
    format: 'none',
    confidence,
  }));
}

interface Candidate {
  rect: TurnedRect;
  confidence: number;
}

function printsOn(fine: Planar, rough: Planar, lid: Uint8Array): Candidate[] {
  const { width, height } = rough;
  const n = width * height;
  const rest = opened(
    lid.map((v) => 1 - v),
    width,
    height,
  );
  // What the lid does not reach is print, whatever it looks like.
  const out: Candidate[] = [];
  eachRegion(rest, width, height, (pixels) => {
    if (pixels.length < LEAST * n) return;
    const region = regionFrom(pixels, rest, width, height);
    const whole = candidate(fine, rough, region);
    const parts = convexParts(region, LEAST * n);
    if (parts.length === 1) {
      out.push(...unseamed(fine, whole));
      return;
    }
    const cut = parts.map((part) => candidate(fine, rough, part));
    const worth = cut.reduce((sum, one) => sum + one.confidence, 0) / cut.length;
    // A print whose sky is as white as the lid has a hole in its shape, but still its four sides.
    if (whole.confidence >= worth) out.push(...unseamed(fine, whole));
    else for (const one of cut) out.push(...unseamed(fine, one));
  });
  const likely = out.filter(({ confidence }) => confidence > 0.2);
  const k = fine.width / rough.width;
  return likely.map((one) => {
    const others = likely.filter((o) => o !== one).map((o) => o.rect);
    const alone = lidAround(one.rect, others, lid, rough, k);
    return { ...one, confidence: one.confidence * Math.min(1, Math.max(0, (alone - 0.65) / 0.25)) };
  });
}

/** How far outside a rectangle, in rough pixels, there must be lid: beyond its shadow. */
const AROUND = [4, 6, 9];

/**
 * Share of what lies around a rectangle that is lid or another print: objects of a photograph lie on other
 * objects, prints on a lid.
 */
function lidAround(
  rect: TurnedRect,
  others: readonly TurnedRect[],
  lid: Uint8Array,
  { width, height }: Planar,
  k: number,
): number {
  const c = Math.cos(rect.angle);
  const s = Math.sin(rect.angle);
  let looked = 0;
  let seen = 0;
  const look = (u: number, v: number): void => {
    const x = rect.cx + u * c - v * s;
    const y = rect.cy + u * s + v * c;
    const px = Math.floor(x / k);
    const py = Math.floor(y / k);
    if (px < 0 || py < 0 || px >= width || py >= height) return;
    if (others.some((o) => within(o, x, y, 4 * k))) return;
    looked++;
    seen += lid[py * width + px];
  };
  for (const away of AROUND)
    for (let t = 0; t <= 1.0001; t += 1 / 40) {
      const a = away * k;
      const u = (t - 0.5) * (rect.w + 2 * a);
      const v = (t - 0.5) * (rect.h + 2 * a);
      look(u, -rect.h / 2 - a);
      look(u, rect.h / 2 + a);
      look(-rect.w / 2 - a, v);
      look(rect.w / 2 + a, v);
    }
  return looked < 20 ? 0 : seen / looked;
}

/** Whether a place lies in a rectangle grown by a margin. */
function within(rect: TurnedRect, x: number, y: number, margin: number): boolean {
  const c = Math.cos(rect.angle);
  const s = Math.sin(rect.angle);
  const u = (x - rect.cx) * c + (y - rect.cy) * s;
  const v = (y - rect.cy) * c - (x - rect.cx) * s;
  return Math.abs(u) < rect.w / 2 + margin && Math.abs(v) < rect.h / 2 + margin;
}

function candidate(fine: Planar, rough: Planar, region: Region): Candidate {
  const k = fine.width / rough.width;
  const hull = hullOf(region.rim);
  const { cx, cy, w, h, angle } = leastRect(hull);
  const start = { cx: (cx + 0.5) * k, cy: (cy + 0.5) * k, w: w * k, h: h * k, angle };
  const first = fitSides(fine, start);
  const fitted = fitSides(fine, first.rect, 0.4);
  const filled = region.pixels.length / Math.max(1, w * h);
  return { rect: fitted.rect, confidence: confidenceOf(fitted, filled, fine) };
}

/** How far a rectangle is a print: by its sides, its shape, and how much of it is no lid. */
function confidenceOf({ rect, support, border }: Fitted, filled: number, { width, height }: Planar): number {
  const seen = support.filter((_, k) => !border[k]).sort((a, b) => a - b);
  // A print must end somewhere within the scan.
  if (seen.length < 2) return 0;
  const long = Math.max(rect.w, rect.h) / Math.max(1, Math.min(rect.w, rect.h));
  if (long > LONGEST || rect.w * rect.h < LEAST * width * height) return 0;
  // The weakest side may be half unseen: a sky like the lid, a shadow.
  const weakest = seen[0];
  const others = seen.slice(1).reduce((s, v) => s + v, 0) / (seen.length - 1);
  const sides =
    Math.min(1, Math.max(0, (weakest - 0.2) / 0.5)) * Math.min(1, Math.max(0, (others - 0.35) / 0.45));
  const full = Math.min(1, Math.max(0, (filled - 0.55) / 0.3));
  return Math.min(1, sides * full) * (border.filter(Boolean).length > 1 ? 0.8 : 1);
}

/** Two prints edge to edge are one rectangle with a seam. */
function unseamed(fine: Planar, one: Candidate, depth = 2): Candidate[] {
  if (depth === 0 || one.confidence < 0.4) return [one];
  const seam = seamOf(fine, one.rect);
  if (!seam) return [one];
  const { rect, confidence } = one;
  const c = Math.cos(rect.angle);
  const s = Math.sin(rect.angle);
  return [
    [0, seam.at],
    [seam.at, 1],
  ].flatMap(([from, to]) => {
    const shift = (from + to) / 2 - 0.5;
    const u = seam.across === 'w' ? shift * rect.w : 0;
    const v = seam.across === 'h' ? shift * rect.h : 0;
    const part = {
      ...rect,
      cx: rect.cx + u * c - v * s,
      cy: rect.cy + u * s + v * c,
      [seam.across]: (to - from) * rect[seam.across],
    };
    return unseamed(fine, { rect: part, confidence: 0.9 * confidence }, depth - 1);
  });
}

/** Thin bridges and specks are no prints: eroded and dilated by two pixels. */
function opened(mask: Uint8Array, width: number, height: number): Uint8Array {
  const pass = (from: Uint8Array, least: 0 | 1): Uint8Array => {
    const out = from.slice();
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const i = y * width + x;
        if (from[i] === least) continue;
        if (
          (x > 0 && from[i - 1] === least) ||
          (x + 1 < width && from[i + 1] === least) ||
          (y > 0 && from[i - width] === least) ||
          (y + 1 < height && from[i + width] === least)
        )
          out[i] = least;
      }
    return out;
  };
  return pass(pass(pass(pass(mask, 0), 0), 1), 1);
}

function regionFrom(indices: Int32Array, mask: Uint8Array, width: number, height: number): Region {
  const pixels: Point[] = [];
  const rim: Point[] = [];
  for (const i of indices) {
    const x = i % width;
    const y = (i - x) / width;
    const p = { x, y };
    pixels.push(p);
    const inside =
      x > 0 &&
      y > 0 &&
      x + 1 < width &&
      y + 1 < height &&
      mask[i - 1] &&
      mask[i + 1] &&
      mask[i - width] &&
      mask[i + width];
    if (!inside) rim.push(p);
  }
  return { pixels, rim };
}

/** Rows from top to bottom, each from left to right. */
function inReadingOrder(prints: FoundPrint[]): FoundPrint[] {
  const left = [...prints].sort((a, b) => a.y + a.h / 2 - b.y - b.h / 2);
  const out: FoundPrint[] = [];
  while (left.length > 0) {
    const [first] = left;
    const row = left.filter(
      (p) => Math.abs(p.y + p.h / 2 - first.y - first.h / 2) < Math.min(p.h, first.h) / 2,
    );
    for (const p of row) left.splice(left.indexOf(p), 1);
    out.push(...row.sort((a, b) => a.x - b.x));
  }
  return out;
}
