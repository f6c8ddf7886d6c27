/**
 * What is to be filled, as a plan at the mask's own resolution. Narrow damage (specks, hairs, scratches) is filled
 * in a fixed grid of cells, since it needs only what lies right beside it; the plan tells which parts of the damage
 * are wide, for those are filled one by one, each from a crop around it. So the pixels of a fill depend on the
 * picture and the mask alone, never on the part that somebody reads, and a long crack costs no more memory than a
 * short one.
 */
import { RevealError } from '../../../app/contract/messages.ts';
import type { Rect } from '../../../app/picture.ts';
import { boxOf, depth, eachRegion } from './components.ts';
import { DAMAGED, type Mask } from './types.ts';

/** Damage narrower than this (pixels of the source) is continued from its two sides. */
export const NARROW = 10;
/** Larger shares cannot be repaired: there is too little left to go by. */
export const LARGEST_SHARE = 0.75;

/** One wide damage. */
export interface WideHole {
  id: number;
  /** In pixels of the source. */
  box: Rect;
  /** The same in pixels of the mask, and which of its pixels belong to it. */
  inMask: Rect;
  bits: Uint8Array;
}

export interface HolePlan {
  readonly width: number;
  readonly height: number;
  readonly wide: readonly WideHole[];
  /** Connected holes of the mask. */
  readonly count: number;
  /** Share of the mask that is filled. */
  readonly share: number;
  /** 1 where a pixel of the source is filled. */
  holesIn(rect: Rect): Uint8Array;
  /** For each filled pixel of `holes` (of holesIn): 0 narrow, else the wide hole's id. Null when none is wide. */
  wideIn(rect: Rect, holes: Uint8Array): Uint32Array | null;
  /** Whether any pixel of a part may be filled (never false when one is). */
  any(rect: Rect): boolean;
}

/** Side of the squares of which the plan remembers whether there is anything in them, in mask pixels. */
const BLOCK = 32;

/**
 * Plans the filling of a source of `width` x `height` under a mask of any resolution.
 * @throws RevealError 'bad-input' for a mask whose length and size disagree, and for one that covers nearly everything
 */
export function planHoles(mask: Mask, width: number, height: number): HolePlan {
  const { width: mw, height: mh } = mask;
  if (mw < 1 || mh < 1 || mask.data.length !== mw * mh)
    throw new RevealError(
      'bad-input',
      `The damage mask is broken: ${mw} x ${mh} pixels, but ${mask.data.length} values. Find the damage again.`,
    );
  if (Math.abs(mw / mh / (width / height) - 1) > 0.02 && Math.min(mw, mh) >= 20)
    throw new RevealError(
      'bad-input',
      `The damage mask (${mw} x ${mh}) has another shape than the picture (${width} x ${height}). Find the damage again.`,
    );
  const holes = new Uint8Array(mw * mh);
  const bw = Math.ceil(mw / BLOCK);
  const blocks = new Uint8Array(bw * Math.ceil(mh / BLOCK));
  let filled = 0;
  for (let y = 0, i = 0; y < mh; y++)
    for (let x = 0; x < mw; x++, i++)
      if (mask.data[i] >= DAMAGED) {
        holes[i] = 1;
        filled++;
        blocks[Math.floor(y / BLOCK) * bw + Math.floor(x / BLOCK)] = 1;
      }
  const share = filled / holes.length;
  if (share > LARGEST_SHARE)
    throw new RevealError(
      'bad-input',
      `The damage mask covers ${Math.round(100 * share)} % of the picture; with so little left there is nothing to repair it from. Erase part of the mask, or lower the sensitivity.`,
    );
  const sx = width / mw;
  const sy = height / mh;
  let count = 0;
  if (filled > 0) eachRegion(holes, mw, mh, () => count++);
  const wide = filled > 0 ? wideHoles(holes, mw, mh, sx, sy, width, height) : [];
  const enlarged = sx > 1 || sy > 1;

  /** Range of mask pixels that a range of source pixels depends on. */
  const span = (from: number, length: number, scale: number, most: number): [number, number] => [
    Math.max(0, Math.floor(from / scale) - 1),
    Math.min(most - 1, Math.ceil((from + length) / scale) + 1),
  ];
  const any = (rect: Rect): boolean => {
    const [x0, x1] = span(rect.x, rect.w, sx, mw);
    const [y0, y1] = span(rect.y, rect.h, sy, mh);
    for (let y = Math.floor(y0 / BLOCK); y <= Math.floor(y1 / BLOCK); y++)
      for (let x = Math.floor(x0 / BLOCK); x <= Math.floor(x1 / BLOCK); x++)
        if (blocks[y * bw + x]) return true;
    return false;
  };
  const holesIn = (rect: Rect): Uint8Array => {
    const out = new Uint8Array(rect.w * rect.h);
    if (!any(rect)) return out;
    if (!enlarged) return covered(holes, mw, mh, rect, sx, sy);
    for (let y = 0; y < rect.h; y++) {
      const v = Math.min(mh - 1, Math.max(0, (rect.y + y + 0.5) / sy - 0.5));
      const y0 = Math.floor(v);
      const y1 = Math.min(mh - 1, y0 + 1);
      const fy = v - y0;
      for (let x = 0; x < rect.w; x++) {
        const u = Math.min(mw - 1, Math.max(0, (rect.x + x + 0.5) / sx - 0.5));
        const x0 = Math.floor(u);
        const x1 = Math.min(mw - 1, x0 + 1);
        const fx = u - x0;
        const top = holes[y0 * mw + x0] * (1 - fx) + holes[y0 * mw + x1] * fx;
        const low = holes[y1 * mw + x0] * (1 - fx) + holes[y1 * mw + x1] * fx;
        if (top + fy * (low - top) >= 0.5) out[y * rect.w + x] = 1;
      }
    }
    return out;
  };
  const wideIn = (rect: Rect, part: Uint8Array): Uint32Array | null => {
    let out: Uint32Array | null = null;
    for (const hole of wide) {
      const x0 = Math.max(rect.x, hole.box.x);
      const y0 = Math.max(rect.y, hole.box.y);
      const x1 = Math.min(rect.x + rect.w, hole.box.x + hole.box.w);
      const y1 = Math.min(rect.y + rect.h, hole.box.y + hole.box.h);
      if (x0 >= x1 || y0 >= y1) continue;
      out ??= new Uint32Array(rect.w * rect.h);
      for (let y = y0; y < y1; y++) {
        const v = Math.min(mh - 1, Math.floor((y + 0.5) / sy)) - hole.inMask.y;
        if (v < 0 || v >= hole.inMask.h) continue;
        for (let x = x0; x < x1; x++) {
          const i = (y - rect.y) * rect.w + x - rect.x;
          if (!part[i] || out[i]) continue;
          const u = Math.min(mw - 1, Math.floor((x + 0.5) / sx)) - hole.inMask.x;
          if (u >= 0 && u < hole.inMask.w && hole.bits[v * hole.inMask.w + u]) out[i] = hole.id;
        }
      }
    }
    return out;
  };
  return { width, height, wide, count, share, holesIn, wideIn, any };
}

/** A source smaller than the mask, or of its size: a pixel is filled when any mask pixel under it is. */
function covered(holes: Uint8Array, mw: number, mh: number, rect: Rect, sx: number, sy: number): Uint8Array {
  const out = new Uint8Array(rect.w * rect.h);
  for (let y = 0; y < rect.h; y++) {
    const y0 = Math.floor((rect.y + y) / sy + 1e-6);
    const y1 = Math.min(mh, Math.max(y0 + 1, Math.ceil((rect.y + y + 1) / sy - 1e-6)));
    for (let x = 0; x < rect.w; x++) {
      const x0 = Math.floor((rect.x + x) / sx + 1e-6);
      const x1 = Math.min(mw, Math.max(x0 + 1, Math.ceil((rect.x + x + 1) / sx - 1e-6)));
      let found = 0;
      for (let v = y0; v < y1 && !found; v++)
        for (let u = x0; u < x1 && !found; u++) found = holes[v * mw + u];
      out[y * rect.w + x] = found;
    }
  }
  return out;
}

/**
 * The wide parts: pixels deeper than half of NARROW, grown back to the edge through the hole. Cores that grow
 * together are one.
 */
function wideHoles(
  holes: Uint8Array,
  mw: number,
  mh: number,
  sx: number,
  sy: number,
  width: number,
  height: number,
): WideHole[] {
  const scale = Math.sqrt(sx * sy);
  const half = NARROW / 2 / scale;
  const deep = depth(holes, mw, mh);
  const area = new Uint8Array(holes.length);
  const reach = Math.ceil(half) + 2;
  let front: number[] = [];
  for (let i = 0; i < holes.length; i++)
    if (deep[i] > 3 * half && deep[i] > 3) {
      area[i] = 1;
      front.push(i);
    }
  for (let step = 0; step < reach && front.length > 0; step++) {
    const next: number[] = [];
    for (const i of front) {
      const x = i % mw;
      const y = (i - x) / mw;
      for (let v = Math.max(0, y - 1); v <= Math.min(mh - 1, y + 1); v++)
        for (let u = Math.max(0, x - 1); u <= Math.min(mw - 1, x + 1); u++) {
          const j = v * mw + u;
          if (!holes[j] || area[j]) continue;
          area[j] = 1;
          next.push(j);
        }
    }
    front = next;
  }
  const out: WideHole[] = [];
  // A source pixel between two mask pixels belongs with its nearest; one more pixel around leaves none out.
  const extra = sx > 1 || sy > 1 ? 1 : 0;
  eachRegion(area, mw, mh, (pixels) => {
    const box = boxOf(pixels, mw);
    const x = Math.max(0, box.x - extra);
    const y = Math.max(0, box.y - extra);
    const w = Math.min(mw, box.x + box.w + extra) - x;
    const h = Math.min(mh, box.y + box.h + extra) - y;
    const bits = new Uint8Array(w * h);
    for (const i of pixels) {
      const px = (i % mw) - x;
      const py = Math.floor(i / mw) - y;
      for (let v = Math.max(0, py - extra); v <= Math.min(h - 1, py + extra); v++)
        for (let u = Math.max(0, px - extra); u <= Math.min(w - 1, px + extra); u++) bits[v * w + u] = 1;
    }
    const left = Math.floor(x * sx);
    const top = Math.floor(y * sy);
    out.push({
      id: out.length + 1,
      box: {
        x: left,
        y: top,
        w: Math.min(width, Math.ceil((x + w) * sx)) - left,
        h: Math.min(height, Math.ceil((y + h) * sy)) - top,
      },
      inMask: { x, y, w, h },
      bits,
    });
  });
  return out;
}
