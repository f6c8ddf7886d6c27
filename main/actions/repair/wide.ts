/**
 * Filling one wide hole: a crop around it (reduced when it is very large) is filled as a whole, by the plain fill or
 * by the filler network, whichever is better at giving back a piece of the hole's own surroundings that it was not
 * shown; then the texture and grain of the surroundings are laid over it at full resolution.
 */
import type { Rect } from '../../../app/picture.ts';
import { type Planar, planar } from '../../../app/planar.ts';
import { grown, type PictureSource } from '../picture/source.ts';
import { chooseFill } from './choose.ts';
import type { HolePlan, WideHole } from './holes.ts';
import { finish, type Pool } from './finish.ts';
import { type RepairOptions, wayCode } from './types.ts';

/** Pixels of a crop above which it is filled at a reduced size. */
const LARGEST_CROP = 768 * 768;

/** What surrounds a hole, and what of it is unknown. */
export interface Surroundings {
  crop: Planar;
  unknown: Uint8Array;
}

export interface WideFill {
  /** Memory that it holds. */
  readonly bytes: number;
  /** The network that filled it, if one did. */
  readonly network: { name: string; sha256: string } | null;
  /** Whether a network was kept away because of eyes or a mouth. */
  readonly spared: boolean;
  /** The fill over `rect` of the picture, which holds at least the part that is asked for as far as it lies in the hole's box. */
  part(cell: Rect, signal?: AbortSignal): Promise<{ data: Float32Array; ways: Uint8Array; rect: Rect }>;
}

/** How far around a hole its fill looks: as far as the hole is wide, within reason. */
function contextOf(box: Rect): number {
  return Math.min(640, Math.max(48, Math.round(0.75 * Math.max(box.w, box.h))));
}

/** Area averages of the known pixels, a strip at a time; a reduced pixel is unknown when more than half of it is. */
async function reducedSurroundings(
  region: Rect,
  factor: number,
  channels: number,
  prepare: (rect: Rect, signal?: AbortSignal) => Promise<Surroundings>,
  signal?: AbortSignal,
): Promise<Surroundings> {
  const w = Math.ceil(region.w / factor);
  const h = Math.ceil(region.h / factor);
  const crop = planar(w, h, channels);
  const unknown = new Uint8Array(w * h);
  const rows = Math.max(1, Math.floor(1e6 / region.w / factor));
  for (let top = 0; top < h; top += rows) {
    const y0 = region.y + top * factor;
    const strip = {
      x: region.x,
      y: y0,
      w: region.w,
      h: Math.min(rows * factor, region.y + region.h - y0),
    };
    const part = await prepare(strip, signal);
    const n = strip.w * strip.h;
    for (let y = 0; y * factor < strip.h; y++)
      for (let x = 0; x < w; x++) {
        let known = 0;
        let all = 0;
        const sums = [0, 0, 0];
        for (let v = y * factor; v < Math.min(strip.h, (y + 1) * factor); v++)
          for (let u = x * factor; u < Math.min(strip.w, (x + 1) * factor); u++) {
            const i = v * strip.w + u;
            all++;
            if (part.unknown[i]) continue;
            known++;
            for (let c = 0; c < channels; c++) sums[c] += part.crop.data[c * n + i];
          }
        const o = (top + y) * w + x;
        if (2 * known < all) unknown[o] = 1;
        if (known > 0) for (let c = 0; c < channels; c++) crop.data[c * w * h + o] = sums[c] / known;
      }
  }
  return { crop, unknown };
}

/**
 * Bilinear enlargement of a reduced crop onto the part of the full-size grid that starts (x, y) pixels into it, `factor`
 * pixels to one.
 */
function enlargedPart(small: Planar, factor: number, { x, y, w, h }: Rect): Planar {
  const out = planar(w, h, small.channels);
  const n = small.width * small.height;
  for (let v = 0; v < h; v++) {
    const sy = Math.min(small.height - 1, Math.max(0, (y + v + 0.5) / factor - 0.5));
    const y0 = Math.floor(sy);
    const y1 = Math.min(small.height - 1, y0 + 1);
    const fy = sy - y0;
    for (let u = 0; u < w; u++) {
      const sx = Math.min(small.width - 1, Math.max(0, (x + u + 0.5) / factor - 0.5));
      const x0 = Math.floor(sx);
      const x1 = Math.min(small.width - 1, x0 + 1);
      const fx = sx - x0;
      for (let c = 0; c < small.channels; c++) {
        const top =
          small.data[c * n + y0 * small.width + x0] * (1 - fx) +
          small.data[c * n + y0 * small.width + x1] * fx;
        const low =
          small.data[c * n + y1 * small.width + x0] * (1 - fx) +
          small.data[c * n + y1 * small.width + x1] * fx;
        out.data[(c * h + v) * w + u] = top + fy * (low - top);
      }
    }
  }
  return out;
}

/** Fills one wide hole. `prepare` reads surroundings with evidence and copies in place. */
export async function fillWide(
  hole: WideHole,
  plan: HolePlan,
  source: PictureSource,
  prepare: (rect: Rect, signal?: AbortSignal) => Promise<Surroundings>,
  options: RepairOptions,
  signal?: AbortSignal,
): Promise<WideFill> {
  const region = grown(hole.box, contextOf(hole.box), source);
  const { channels } = source;
  const factor = Math.max(1, Math.ceil(Math.sqrt((region.w * region.h) / LARGEST_CROP)));
  const around =
    factor === 1
      ? await prepare(region, signal)
      : await reducedSurroundings(region, factor, channels, prepare, signal);
  const chosen = await chooseFill(around, hole, plan, options, signal);
  const way = wayCode(chosen.network ? 'network' : 'diffusion');
  const about = { network: chosen.network, spared: chosen.spared };
  const dressed = options.grain && options.fill !== 'plain';
  const made = (rect: Rect, from: Planar, fromRect: Rect, code: number) => {
    const data = new Float32Array(rect.w * rect.h * channels);
    for (let c = 0; c < channels; c++)
      for (let y = 0; y < rect.h; y++) {
        const at = (c * fromRect.h + rect.y - fromRect.y + y) * fromRect.w + rect.x - fromRect.x;
        data.set(from.data.subarray(at, at + rect.w), (c * rect.h + y) * rect.w);
      }
    return { data, ways: new Uint8Array(rect.w * rect.h).fill(code), rect };
  };
  if (factor === 1) {
    const done = dressed ? finish(chosen.filled, around.unknown, region, options.seed, false) : chosen.filled;
    const whole = made(hole.box, done, region, dressed && !chosen.network ? wayCode('texture') : way);
    return { ...about, bytes: whole.data.byteLength + whole.ways.length, part: () => Promise.resolve(whole) };
  }
  const pool = dressed ? await poolOf(hole.box, source, prepare, signal) : null;
  return {
    ...about,
    bytes: chosen.filled.data.byteLength + (pool ? pool.picture.data.byteLength : 0),
    async part(cell, inner) {
      const rect = {
        x: Math.max(cell.x, hole.box.x),
        y: Math.max(cell.y, hole.box.y),
        w: 0,
        h: 0,
      };
      rect.w = Math.min(cell.x + cell.w, hole.box.x + hole.box.w) - rect.x;
      rect.h = Math.min(cell.y + cell.h, hole.box.y + hole.box.h) - rect.y;
      const near = grown(rect, 128, source);
      const { crop, unknown } = await prepare(near, inner);
      const wide = enlargedPart(chosen.filled, factor, {
        ...near,
        x: near.x - region.x,
        y: near.y - region.y,
      });
      const n = near.w * near.h;
      for (let c = 0; c < channels; c++)
        for (let i = 0; i < n; i++) if (unknown[i]) crop.data[c * n + i] = wide.data[c * n + i];
      const done = dressed ? finish(crop, unknown, near, options.seed, false, pool) : crop;
      return made(rect, done, near, dressed && !chosen.network ? wayCode('texture') : way);
    },
  };
}

/** Side of the part beside a very large hole that its texture is taken from. */
const POOL = 320;

/** The part beside a hole with the most known pixels. */
async function poolOf(
  box: Rect,
  source: PictureSource,
  prepare: (rect: Rect, signal?: AbortSignal) => Promise<Surroundings>,
  signal?: AbortSignal,
): Promise<Pool | null> {
  const w = Math.min(POOL, source.width);
  const h = Math.min(POOL, source.height);
  const cx = box.x + box.w / 2;
  const cy = box.y + box.h / 2;
  let best: Pool | null = null;
  let most = 0;
  for (const [x, y] of [
    [box.x - w / 2, cy - h / 2],
    [box.x + box.w - w / 2, cy - h / 2],
    [cx - w / 2, box.y - h / 2],
    [cx - w / 2, box.y + box.h - h / 2],
  ]) {
    const rect = {
      x: Math.round(Math.min(source.width - w, Math.max(0, x))),
      y: Math.round(Math.min(source.height - h, Math.max(0, y))),
      w,
      h,
    };
    const { crop, unknown } = await prepare(rect, signal);
    let known = 0;
    for (const v of unknown) if (!v) known++;
    if (known > most) {
      most = known;
      best = { picture: crop, unknown };
    }
  }
  return best;
}
