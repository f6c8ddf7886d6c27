/**
 * What is put where dirt lay: the same place of a neighbouring frame, moved along. Of up to four neighbours (one and two
 * frames before and after) that one is taken whose surroundings agree best and which the others confirm; two frames away is
 * preferred when it is about as good, so that the grain put in is not that of the frame next to it. Where a
 * whole-pixel shift agrees as well as the finer motion it is used, because it copies grain as it is.
 */
import { planeSizes, type Frame, type FrameFormat } from '../../../../../app/film/frame.ts';
import { vectorAt, type Flow } from '../motion/index.ts';
import { cubicAt, topSample } from '../planes.ts';
import type { Region } from './regions.ts';

/** A neighbour: its frame, its 8-bit luma, the motion from the frame to it, and how many frames away it is. */
export interface Source {
  frame: Frame;
  luma: Uint8Array;
  flow: Flow;
  away: number;
}

interface Choice {
  source: Source;
  /** Whole-pixel shift, or null: along the flow. */
  shift: { x: number; y: number } | null;
  /** Added to the source, 8-bit levels. */
  offset: number;
}

const vector = new Float32Array(2);

/** Moves (x, y) of the full size along the flow of the reduced size. */
function along(flow: Flow, factor: number, x: number, y: number): void {
  vectorAt(flow, (x + 0.5) / factor - 0.5, (y + 0.5) / factor - 0.5, vector);
  vector[0] *= factor;
  vector[1] *= factor;
}

export class Filler {
  private readonly format: FrameFormat;
  private readonly factor: number;

  /** `factor`: by how much frames were reduced for motion. */
  constructor(format: FrameFormat, factor: number) {
    this.format = format;
    this.factor = factor;
  }

  /** Puts something in place of the pieces, in `planes` (copies of the frame's). `mask`: 1 where any dirt is. Gives pixels changed. */
  fill(
    luma: Uint8Array,
    planes: Frame['planes'],
    regions: readonly Region[],
    mask: Uint8Array,
    sources: readonly Source[],
    dirty: (source: Source, x: number, y: number) => boolean,
  ): number {
    let changed = 0;
    for (const region of regions) {
      const choice = this.choose(luma, region, mask, sources, dirty);
      if (choice) changed += this.lay(planes, region, choice);
    }
    return changed;
  }

  private choose(
    luma: Uint8Array,
    region: Region,
    mask: Uint8Array,
    sources: readonly Source[],
    dirty: (source: Source, x: number, y: number) => boolean,
  ): Choice | null {
    const { width, height } = this.format;
    const ring: number[] = [];
    const reach = 4;
    const x0 = Math.max(0, region.x0 - reach);
    const x1 = Math.min(width - 1, region.x1 + reach);
    const y0 = Math.max(0, region.y0 - reach);
    const y1 = Math.min(height - 1, region.y1 + reach);
    for (let y = y0; y <= y1; y++)
      for (let x = x0; x <= x1; x++) if (!mask[y * width + x]) ring.push(y * width + x);
    const scored = sources.flatMap((source) => {
      const inside: number[] = [];
      let spoilt = 0;
      for (const i of region.pixels) {
        const y = Math.floor(i / width);
        const x = i - y * width;
        along(source.flow, this.factor, x, y);
        inside.push(cubicAt(source.luma, width, height, x + vector[0], y + vector[1]));
        if (dirty(source, x + vector[0], y + vector[1])) spoilt++;
      }
      along(source.flow, this.factor, region.x, region.y);
      const whole = { x: Math.round(vector[0]), y: Math.round(vector[1]) };
      const fine = this.ringError(luma, ring, source, null);
      const coarse = this.ringError(luma, ring, source, whole);
      return [{ source, inside, spoilt: spoilt / region.pixels.length, fine, coarse, whole }];
    });
    if (scored.length === 0) return null;
    // What most sources say lies there.
    const middle = Array.from(region.pixels, (_, k) => {
      const v = scored.map((s) => s.inside[k]).sort((a, b) => a - b);
      return (v[(v.length - 1) >> 1] + v[v.length >> 1]) / 2;
    });
    let best: Choice | null = null;
    let least = Infinity;
    for (const s of scored) {
      let apart = 0;
      s.inside.forEach((v, k) => (apart += Math.abs(v - middle[k])));
      const error = s.fine.error + apart / s.inside.length + 30 * s.spoilt;
      const score = error * (s.source.away === 2 ? 0.85 : 1);
      if (score >= least) continue;
      least = score;
      const copy = s.coarse.error <= 1.08 * s.fine.error + 0.15;
      best = { source: s.source, shift: copy ? s.whole : null, offset: (copy ? s.coarse : s.fine).offset };
    }
    return best;
  }

  /** Mean absolute difference over the ring after taking out the middle difference, which is the offset. */
  private ringError(
    luma: Uint8Array,
    ring: readonly number[],
    source: Source,
    shift: { x: number; y: number } | null,
  ): { error: number; offset: number } {
    const { width, height } = this.format;
    if (ring.length === 0) return { error: 20, offset: 0 };
    const off = ring.map((i) => {
      const y = Math.floor(i / width);
      const x = i - y * width;
      if (!shift) along(source.flow, this.factor, x, y);
      const [dx, dy] = shift ? [shift.x, shift.y] : [vector[0], vector[1]];
      return luma[i] - cubicAt(source.luma, width, height, x + dx, y + dy);
    });
    const sorted = off.slice().sort((a, b) => a - b);
    // Mean of the middle half: what both have in common, were one exposed otherwise.
    const from = sorted.length >> 2;
    const to = Math.max(from + 1, sorted.length - from);
    let offset = 0;
    for (let k = from; k < to; k++) offset += sorted[k];
    offset = Math.max(-12, Math.min(12, offset / (to - from)));
    let error = 0;
    for (const v of off) error += Math.min(40, Math.abs(v - offset));
    return { error: error / off.length, offset };
  }

  private lay(planes: Frame['planes'], region: Region, choice: Choice): number {
    const { format } = this;
    const sizes = planeSizes(format);
    const top = topSample(format.bits);
    const scale = 2 ** (format.bits - 8);
    let changed = 0;
    planes.forEach((plane, p) => {
      const { width, height } = sizes[p];
      const sx = format.width / width;
      const sy = format.height / height;
      const cover = coverOf(region, format.width, format.height, width, height);
      const lumaLike = p === 0 || format.sampling === 'rgb';
      for (const [i, part] of cover) {
        const y = Math.floor(i / width);
        const x = i - y * width;
        if (choice.shift) {
          vector[0] = choice.shift.x;
          vector[1] = choice.shift.y;
        } else along(choice.source.flow, this.factor, (x + 0.5) * sx - 0.5, (y + 0.5) * sy - 0.5);
        const v = cubicAt(
          choice.source.frame.planes[p],
          width,
          height,
          x + vector[0] / sx,
          y + vector[1] / sy,
        );
        const to = Math.max(0, Math.min(top, Math.round(v + (lumaLike ? choice.offset * scale : 0))));
        plane[i] = Math.round(plane[i] + (to - plane[i]) * part);
        if (p === 0) changed++;
      }
    });
    return changed;
  }
}

/** Pixels of a plane that a piece covers, with one more around it by half: edges are soft. */
function coverOf(
  region: Region,
  fullWidth: number,
  fullHeight: number,
  width: number,
  height: number,
): Map<number, number> {
  const cover = new Map<number, number>();
  const sx = fullWidth / width;
  const sy = fullHeight / height;
  for (const i of region.pixels) {
    const y = Math.floor(i / fullWidth);
    const x = i - y * fullWidth;
    for (let dy = -1; dy <= 1; dy++)
      for (let dx = -1; dx <= 1; dx++) {
        const px = x + dx;
        const py = y + dy;
        if (px < 0 || py < 0 || px >= fullWidth || py >= fullHeight) continue;
        const k =
          Math.min(height - 1, Math.floor(py / sy)) * width + Math.min(width - 1, Math.floor(px / sx));
        const part = dx === 0 && dy === 0 ? 1 : 0.6;
        if ((cover.get(k) ?? 0) < part) cover.set(k, part);
      }
  }
  return cover;
}
