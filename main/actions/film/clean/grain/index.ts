/**
 * Grain made less along motion: each pixel is averaged with the same place of the frame before and after, as far as they agree
 * with it. Agreement is judged on softened pictures, because grain itself never agrees:
 *
 *   out = c + strength (sum_k w_k p_k + c) / (sum_k w_k + 1) - strength c,  w_k = exp(-d_k^2 / (2 (2 s)^2))
 *
 * d_k: softened difference, s: its spread over the frame, which is what grain leaves of it. With both neighbours trusted the
 * grain's variance falls to a third at strength 1; what moves otherwise keeps its grain.
 */
import { planeSizes, type Frame, type Samples } from '../../../../../app/film/frame.ts';
import type { ReelStep, ShotContext, ShotWork } from '../../../../../app/film/step.ts';
import type { FilmParams } from '../../../../../app/recipe/film.ts';
import { warp, type Flow } from '../motion/index.ts';
import { Neighbours } from '../neighbours.ts';
import { luma8, soften } from '../planes.ts';

class GrainWork implements ShotWork {
  private readonly context: ShotContext;
  private readonly strength: number;
  private readonly near: Neighbours;
  private given = 0;

  constructor(context: ShotContext, strength: number) {
    this.context = context;
    this.strength = strength;
    this.near = new Neighbours(context.format, 3);
  }

  push(frame: Frame): Frame[] {
    this.near.push(frame);
    return this.near.list.length >= 2 ? [this.treat(this.given++)] : [];
  }

  end(): Frame[] {
    return this.given < this.near.list.length ? [this.treat(this.given++)] : [];
  }

  report(): Record<string, number> {
    return { frames: this.given };
  }

  private treat(at: number): Frame {
    const { format } = this.context;
    const held = this.near.list[at];
    if (!held) throw new RangeError(`grain: frame ${at} is not held`);
    const sources: { frame: Frame; flow: Flow }[] = [];
    const before = this.near.list[at - 1];
    const after = this.near.list[at + 1];
    if (before && held.before) sources.push({ frame: before.frame, flow: held.before });
    if (after && held.after) sources.push({ frame: after.frame, flow: held.after });
    if (sources.length === 0 || this.strength === 0) return held.frame;
    const size = { width: format.width, height: format.height };
    const here = soften(luma8(held.frame, format), size.width, size.height);
    const trust = sources.map(({ frame, flow }) => {
      const there = soften(luma8(frame, format), size.width, size.height);
      return agreement(here, warp({ ...size, data: there }, flow));
    });
    const sizes = planeSizes(format);
    const planes = held.frame.planes.map((data, p): Samples => {
      const { width, height } = sizes[p];
      const moved = sources.map(({ frame, flow }) => warp({ width, height, data: frame.planes[p] }, flow));
      const out = data instanceof Uint16Array ? new Uint16Array(data.length) : new Uint8Array(data.length);
      const sx = size.width / width;
      const sy = size.height / height;
      for (let y = 0, o = 0; y < height; y++) {
        const row = Math.min(size.height - 1, Math.floor((y + 0.5) * sy)) * size.width;
        for (let x = 0; x < width; x++, o++) {
          const i = p === 0 ? o : row + Math.min(size.width - 1, Math.floor((x + 0.5) * sx));
          let sum = data[o];
          let total = 1;
          for (let k = 0; k < moved.length; k++) {
            const w = trust[k][i];
            sum += w * moved[k][o];
            total += w;
          }
          out[o] = data[o] + this.strength * (sum / total - data[o]) + 0.5;
        }
      }
      return out;
    });
    return { ...held.frame, planes };
  }
}

/** Weights 0..1 of a neighbour's pixels. */
function agreement(a: Uint8Array, b: Uint8Array): Float32Array {
  const counts = new Uint32Array(256);
  for (let i = 0; i < a.length; i++) counts[Math.abs(a[i] - b[i])]++;
  // The median of |d| is 0.67 of a normal spread.
  let left = a.length / 2;
  let median = 0;
  while (median < 255 && (left -= counts[median]) > 0) median++;
  const spread = 2 * Math.max(1, median / 0.6745);
  const table = Float32Array.from({ length: 256 }, (_, d) => Math.exp(-(d * d) / (2 * spread * spread)));
  const out = new Float32Array(a.length);
  for (let i = 0; i < a.length; i++) out[i] = table[Math.abs(a[i] - b[i])];
  return out;
}

/** Makes grain less. */
export const grainStep: ReelStep<FilmParams['grain']> = {
  name: 'grain',
  begin: (context, params) => new GrainWork(context, params.strength),
  holds: () => 2,
  reach: () => ({ before: 1, after: 1 }),
};
