/**
 * Hairs in the gate taken out. Pass one finds where they hang (find.ts); pass two looks for dark pixels about there in
 * the full frame, since steps before may have moved the picture a little, and bridges them in the direction in which the way across is
 * short and both ends agree.
 */
import { planeSizes, type Frame, type FrameFormat, type Samples } from '../../../../../app/film/frame.ts';
import type { Observer, ReelStep, ShotContext, ShotWork } from '../../../../../app/film/step.ts';
import type { FilmParams } from '../../../../../app/recipe/film.ts';
import { copySamples, luma8 } from '../planes.ts';
import { darkness, HairFinder, type HairRun } from './find.ts';

type Params = FilmParams['gate'];

interface Table {
  width: number;
  height: number;
  hairs: HairRun[];
}

class GateObserver implements Observer {
  private readonly finder = new HairFinder();
  private size = { width: 1, height: 1 };

  see(frame: { index: number; luma: Uint8Array; width: number; height: number }): void {
    this.size = { width: frame.width, height: frame.height };
    this.finder.see(frame);
  }

  finish(): Table {
    return { ...this.size, hairs: this.finder.finish().filter((h) => h.runs.length > 0) };
  }
}

/** Directions of a bridge, and the farthest it reaches, as a share of the width. */
const WAYS = [
  [1, 0],
  [0, 1],
  [1, 1],
  [1, -1],
] as const;
const WIDEST = 0.03;

class GateWork implements ShotWork {
  private readonly context: ShotContext;
  private readonly format: FrameFormat;
  private readonly strength: number;
  private readonly table: Table | null;
  /** Where hairs may lie in the full frame, by run. */
  private readonly zones = new Map<HairRun, Uint8Array>();
  private frames = 0;
  private pixels = 0;

  constructor(context: ShotContext, params: Params) {
    this.context = context;
    this.format = context.format;
    this.strength = params.strength;
    this.table = context.analysis.measures.gate as Table | null;
  }

  push(frame: Frame): Frame[] {
    const { width, height } = this.format;
    const hair = this.table?.hairs.find((h) => frame.index >= h.first && frame.index <= h.last);
    const mask = hair ? this.maskOf(frame, hair) : null;
    if (this.context.show)
      this.context.show({
        step: 'gate',
        frame: frame.index,
        width,
        height,
        data: mask ?? new Uint8Array(width * height),
      });
    if (!mask || !mask.includes(1)) return [frame];
    this.frames++;
    const sizes = planeSizes(this.format);
    const planes = frame.planes.map((data, p) => {
      const size = sizes[p];
      const own = size.width === width && size.height === height ? mask : shrunk(mask, width, height, size);
      return bridged(data, own, size.width, size.height);
    });
    for (const v of mask) this.pixels += v;
    return [{ ...frame, planes }];
  }

  end(): Frame[] {
    return [];
  }

  report(): Record<string, number> {
    return { frames: this.frames, pixels: this.pixels };
  }

  /** Pixels of the full frame about the hair's place, with what earlier steps may have moved it by. */
  private zone(hair: HairRun): Uint8Array {
    const known = this.zones.get(hair);
    if (known) return known;
    const { width, height } = this.format;
    const table = this.table as Table;
    const sx = width / table.width;
    const sy = height / table.height;
    const reach = Math.ceil(1 + 0.006 * width);
    const zone = new Uint8Array(width * height);
    for (let k = 0; k < hair.runs.length; k += 2)
      for (let i = hair.runs[k]; i < hair.runs[k] + hair.runs[k + 1]; i++) {
        const ly = Math.floor(i / table.width);
        const lx = i - ly * table.width;
        const x0 = Math.max(0, Math.floor(lx * sx) - reach);
        const x1 = Math.min(width, Math.ceil((lx + 1) * sx) + reach);
        for (
          let y = Math.max(0, Math.floor(ly * sy) - reach);
          y < Math.min(height, Math.ceil((ly + 1) * sy) + reach);
          y++
        )
          zone.fill(1, y * width + x0, y * width + x1);
      }
    this.zones.clear();
    this.zones.set(hair, zone);
    return zone;
  }

  private maskOf(frame: Frame, hair: HairRun): Uint8Array {
    const { width, height } = this.format;
    const luma = luma8(frame, this.format);
    const zone = this.zone(hair);
    const side = Math.max(3, Math.round((5 * width) / (this.table as Table).width));
    const least = 16 * (1.25 - 0.5 * this.strength);
    const mask = new Uint8Array(width * height);
    for (let y = 0, i = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) {
        if (!zone[i] || darkness(luma, width, height, x, y, side) < least) continue;
        // Its soft edge too.
        for (let dy = -1; dy <= 1; dy++)
          for (let dx = -1; dx <= 1; dx++)
            if (x + dx >= 0 && x + dx < width && y + dy >= 0 && y + dy < height)
              mask[i + dy * width + dx] = 1;
      }
    return mask;
  }
}

function shrunk(
  mask: Uint8Array,
  width: number,
  height: number,
  size: { width: number; height: number },
): Uint8Array {
  const out = new Uint8Array(size.width * size.height);
  for (let y = 0, i = 0; y < height; y++) {
    const row = Math.min(size.height - 1, Math.floor((y * size.height) / height)) * size.width;
    for (let x = 0; x < width; x++, i++)
      if (mask[i]) out[row + Math.min(size.width - 1, Math.floor((x * size.width) / width))] = 1;
  }
  return out;
}

/** Masked pixels by linear interpolation along the way with the least (length, difference of its ends). */
function bridged(data: Samples, mask: Uint8Array, width: number, height: number): Samples {
  const out = copySamples(data);
  const widest = Math.ceil(WIDEST * width) + 4;
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      if (!mask[i]) continue;
      let best = Infinity;
      for (const [dx, dy] of WAYS) {
        const a = reach(mask, width, height, x, y, -dx, -dy, widest);
        const b = reach(mask, width, height, x, y, dx, dy, widest);
        if (a === 0 && b === 0) continue;
        const from = data[(y - dy * a) * width + x - dx * a];
        const to = data[(y + dy * b) * width + x + dx * b];
        // One end only (at the border): what it says, at a price.
        const cost =
          (a + b) * Math.hypot(dx, dy) + 0.15 * Math.abs(from - to) + (a === 0 || b === 0 ? 40 : 0);
        if (cost >= best) continue;
        best = cost;
        out[i] = Math.round(a === 0 ? to : b === 0 ? from : from + ((to - from) * a) / (a + b));
      }
    }
  return out;
}

/** Steps to the first pixel outside the mask; 0: there is none within `widest` or inside the frame. */
function reach(
  mask: Uint8Array,
  width: number,
  height: number,
  x: number,
  y: number,
  dx: number,
  dy: number,
  widest: number,
): number {
  for (let k = 1; k <= widest; k++) {
    const nx = x + dx * k;
    const ny = y + dy * k;
    if (nx < 0 || ny < 0 || nx >= width || ny >= height) return 0;
    if (!mask[ny * width + nx]) return k;
  }
  return 0;
}

/** Takes hairs in the gate out. */
export const gateStep: ReelStep<Params> = {
  name: 'gate',
  observe: () => new GateObserver(),
  observes: () => null,
  begin: (context, params) => new GateWork(context, params),
  holds: () => 1,
  reach: () => ({ before: 0, after: 0 }),
};
