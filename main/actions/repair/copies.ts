/**
 * Heal and clone: pixels that a person took from another place of the picture. A clone is that place's pixels as
 * they are; a heal adds to them a membrane that carries the difference of the light along the stroke's edge
 * (seamless cloning; Pérez, Gangnet, Blake, "Poisson image editing", SIGGRAPH 2003).
 */
import { harmonic } from '../../../app/baseline/pde.ts';
import type { Rect } from '../../../app/picture.ts';
import { type Planar, planar } from '../../../app/planar.ts';
import type { Mark } from '../../../app/recipe/marks.ts';
import { grown, type PictureSource } from '../picture/source.ts';
import { copies, coverMark } from './marks.ts';

/** Where a mark's pixels come from, in pixels of the source. */
export function offsetOf(mark: Mark, size: { width: number; height: number }): [number, number] {
  const [fx, fy] = mark.from ?? [0, 0];
  return [Math.round(fx * size.width), Math.round(fy * size.height)];
}

/** Reads a part that may lie partly beyond the picture; `inside` is 1 where there are pixels. */
export async function readAnywhere(
  source: PictureSource,
  rect: Rect,
  signal?: AbortSignal,
): Promise<{ picture: Planar; inside: Uint8Array }> {
  const picture = planar(rect.w, rect.h, source.channels);
  const inside = new Uint8Array(rect.w * rect.h);
  const x0 = Math.max(0, rect.x);
  const y0 = Math.max(0, rect.y);
  const w = Math.min(source.width, rect.x + rect.w) - x0;
  const h = Math.min(source.height, rect.y + rect.h) - y0;
  if (w < 1 || h < 1) return { picture, inside };
  const part = await source.read({ x: x0, y: y0, w, h }, signal);
  for (let y = 0; y < h; y++) {
    const to = (y0 - rect.y + y) * rect.w + x0 - rect.x;
    inside.fill(1, to, to + w);
    for (let c = 0; c < source.channels; c++)
      picture.data.set(part.data.subarray((c * h + y) * w, (c * h + y + 1) * w), c * rect.w * rect.h + to);
  }
  return { picture, inside };
}

/** Bounding box of a mark's pixels within the picture, or null when it has none. */
function boxOfMark(mark: Mark, { width, height }: PictureSource): Rect | null {
  const reach = Math.max(0.5, mark.radius * Math.max(width, height)) + 1;
  const xs = mark.points.map(([x]) => x * width);
  const ys = mark.points.map(([, y]) => y * height);
  const x = Math.max(0, Math.floor(Math.min(...xs) - reach));
  const y = Math.max(0, Math.floor(Math.min(...ys) - reach));
  const w = Math.min(width, Math.ceil(Math.max(...xs) + reach)) - x;
  const h = Math.min(height, Math.ceil(Math.max(...ys) + reach)) - y;
  return w > 0 && h > 0 ? { x, y, w, h } : null;
}

/** Pixels beyond which a heal's light is not matched as one: the stroke is healed in parts of this side. */
const PART = 512;
/** Pixels around a part that its membrane sees. */
const AROUND = 64;

/**
 * What a heal adds to the pixels that it takes, over `rect` (within the picture): planes of the source's channels.
 * The membrane is spanned in fixed parts of the mark's box, so that it does not depend on `rect`.
 */
async function lightOf(source: PictureSource, mark: Mark, part: Rect, signal?: AbortSignal): Promise<Planar> {
  const [dx, dy] = offsetOf(mark, source);
  const region = grown(part, AROUND, source);
  const here = await source.read(region, signal);
  const there = await readAnywhere(source, { ...region, x: region.x + dx, y: region.y + dy }, signal);
  const n = region.w * region.h;
  const unknown = planar(region.w, region.h, 1);
  coverMark(mark, source, region, (i) => (unknown.data[i] = 1));
  for (let i = 0; i < n; i++) if (!there.inside[i]) unknown.data[i] = 1;
  const difference: Planar = {
    ...here,
    data: here.data.map((v, i) => 0.5 + (v - there.picture.data[i]) / 2),
  };
  const light = harmonic(difference, unknown);
  const out = planar(part.w, part.h, source.channels);
  for (let c = 0; c < source.channels; c++)
    for (let y = 0; y < part.h; y++)
      for (let x = 0; x < part.w; x++)
        out.data[(c * part.h + y) * part.w + x] =
          2 * light.data[c * n + (part.y - region.y + y) * region.w + part.x - region.x + x] - 1;
  return out;
}

/** Heal and clone strokes over a source; keeps the membranes that it spanned. */
export function copier(
  source: PictureSource,
  marks: readonly Mark[],
): {
  /** Puts the copied pixels into `crop` (the source's samples of `rect`); clears `unknown` where that was possible. */
  apply(
    rect: Rect,
    owner: Uint16Array,
    crop: Planar,
    unknown: Uint8Array,
    signal?: AbortSignal,
  ): Promise<void>;
} {
  const lights = new Map<string, Planar>();
  let held = 0;
  const light = async (mark: Mark, k: number, part: Rect, signal?: AbortSignal): Promise<Planar> => {
    const key = `${k}:${part.x}:${part.y}`;
    const known = lights.get(key);
    if (known) return known;
    const made = await lightOf(source, mark, part, signal);
    if (held > 16e6) {
      lights.clear();
      held = 0;
    }
    held += made.data.length;
    lights.set(key, made);
    return made;
  };
  return {
    async apply(rect, owner, crop, unknown, signal) {
      const n = rect.w * rect.h;
      for (const k of new Set(owner)) {
        if (k === 0) continue;
        const mark = marks[k - 1];
        if (!copies(mark)) continue;
        const [dx, dy] = offsetOf(mark, source);
        const there = await readAnywhere(source, { ...rect, x: rect.x + dx, y: rect.y + dy }, signal);
        const take = (i: number, add: (c: number) => number): void => {
          if (owner[i] !== k || !there.inside[i]) return;
          for (let c = 0; c < source.channels; c++)
            crop.data[c * n + i] = there.picture.data[c * n + i] + add(c);
          unknown[i] = 0;
        };
        if (mark.tool === 'clone') {
          for (let i = 0; i < n; i++) take(i, () => 0);
          continue;
        }
        const box = boxOfMark(mark, source);
        if (!box) continue;
        for (let py = box.y; py < box.y + box.h; py += PART)
          for (let px = box.x; px < box.x + box.w; px += PART) {
            const part = {
              x: px,
              y: py,
              w: Math.min(PART, box.x + box.w - px),
              h: Math.min(PART, box.y + box.h - py),
            };
            const x0 = Math.max(rect.x, part.x);
            const y0 = Math.max(rect.y, part.y);
            const x1 = Math.min(rect.x + rect.w, part.x + part.w);
            const y1 = Math.min(rect.y + rect.h, part.y + part.h);
            if (x0 >= x1 || y0 >= y1) continue;
            const add = await light(mark, k, part, signal);
            for (let y = y0; y < y1; y++)
              for (let x = x0; x < x1; x++)
                take(
                  (y - rect.y) * rect.w + x - rect.x,
                  (c) => add.data[(c * part.h + y - part.y) * part.w + x - part.x],
                );
          }
      }
    },
  };
}
