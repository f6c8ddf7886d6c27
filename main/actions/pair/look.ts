/** What the back of a print looks like: paper of one tone with hardly any colour, some writing or a stamp at most. */
import type { Planar } from '../../../app/planar.ts';
import type { TurnedRect } from '../split/hull.ts';

export interface PaperLook {
  /** 0..1: how far it is bare paper. */
  bare: number;
  /** Mean difference of neighbours, 0..1 encoded. */
  detail: number;
}

/** Half width of what counts as one tone, and the share of the sheet that must have it. */
const TONE = 0.07;
const ENOUGH = 0.55;
const BINS = 64;

/** Looks at the inner part of a sheet. */
export function lightPaper({ width, height, channels, data }: Planar, rect: TurnedRect): PaperLook {
  const n = width * height;
  const c = Math.cos(rect.angle);
  const s = Math.sin(rect.angle);
  const counts = new Float64Array(BINS);
  let all = 0;
  let detail = 0;
  let colour = 0;
  const luma = (i: number): number =>
    channels === 1 ? data[i] : 0.299 * data[i] + 0.587 * data[n + i] + 0.114 * data[2 * n + i];
  for (let y = 0; y + 1 < height; y++)
    for (let x = 0; x + 1 < width; x++) {
      const u = (x + 0.5 - rect.cx) * c + (y + 0.5 - rect.cy) * s;
      const v = (y + 0.5 - rect.cy) * c - (x + 0.5 - rect.cx) * s;
      if (Math.abs(u) > 0.46 * rect.w || Math.abs(v) > 0.46 * rect.h) continue;
      const i = y * width + x;
      const l = luma(i);
      counts[Math.min(BINS - 1, Math.max(0, Math.floor(l * BINS)))]++;
      all++;
      detail += (Math.abs(luma(i + 1) - l) + Math.abs(luma(i + width) - l)) / 2;
      if (channels === 3)
        colour += Math.max(
          0,
          Math.abs(data[i] - data[n + i]) - 0.06,
          Math.abs(data[2 * n + i] - data[n + i]) - 0.16,
        );
    }
  if (all === 0) return { bare: 0, detail: 0 };
  const reach = Math.round(TONE * BINS);
  let top = 0;
  let tone = 0;
  for (let k = 0; k < BINS; k++) {
    let sum = 0;
    for (let j = Math.max(0, k - reach); j <= Math.min(BINS - 1, k + reach); j++) sum += counts[j];
    if (sum > top) [top, tone] = [sum, (k + 0.5) / BINS];
  }
  const even = Math.min(1, Math.max(0, (top / all - ENOUGH) / 0.25));
  const light = Math.min(1, Math.max(0, (tone - 0.4) / 0.2));
  const grey = Math.min(1, Math.max(0, 1 - colour / all / 0.08));
  return { bare: even * light * grey, detail: detail / all };
}
