/** Plants defects on a simulated negative, lets the product find and mend them, and scores it by defect. */
import {
  darken,
  type Defect,
  type DefectKind,
  type InfraredOptions,
  infraredOf,
  plant,
} from '../film/dust.ts';
import { takeAndScan } from '../film/render.ts';
import { scanners } from '../film/scanner.ts';
import { paintScene } from '../film/scene.ts';
import { bwStock, colourStocks } from '../film/stocks.ts';
import type { Picture } from '../../../app/picture.ts';
import { type DustMask, dustMask } from '../../../main/actions/develop/dust.ts';
import { repairDust, type RepairReport } from '../../../main/actions/develop/dust-repair.ts';
import { analyseInfrared, type InfraredAnalysis } from '../../../main/actions/develop/infrared.ts';

export interface DustScore {
  analysis: InfraredAnalysis;
  /** By kind: planted and found (at least half of the defect's pixels marked). */
  recall: Record<DefectKind, { planted: number; found: number }>;
  /** Marked places, and those that touch a planted defect. */
  places: number;
  right: number;
  /** Marked pixels further than `NEAR` from any defect, as a share of the picture. */
  falseArea: number;
  /** Root mean square error in density over the planted pixels, before and after the repair; and of the film's grain. */
  before: number;
  after: number;
  report: RepairReport;
  changedOutside: number;
  /** Processor time, which a busy machine does not stretch as it does the clock. */
  seconds: { analyse: number; mask: number; repair: number };
  /** The pictures, for looking at. */
  clean: Uint16Array;
  dirty: Uint16Array;
  mended: Uint16Array;
  mask: DustMask;
  width: number;
  height: number;
}

const NEAR = 5;

export interface DustCase {
  name: string;
  film: 'colour' | 'silver';
  width: number;
  height: number;
  infrared: InfraredOptions;
  counts: Record<DefectKind, number>;
  threshold: number;
  seed: number;
}

/** Renders, plants, finds, mends, scores. */
export function scoreDust(one: DustCase): DustScore {
  const scan = takeAndScan({
    scene: paintScene('garden', one.width, one.height, one.seed),
    stock: one.film === 'silver' ? bwStock : colourStocks[0],
    scanner: scanners[0],
    light: 'D55',
    stops: 0.3,
    layout: 'bare',
    seed: one.seed,
  });
  const { width, height } = scan.picture;
  const clean = scan.picture.data as Uint16Array;
  const scale = width / 1500;
  const { darkening, defects } = plant(width, height, one.counts, one.seed + 5, scale);
  const infrared = infraredOf(clean, darkening, width, height, one.infrared, one.seed + 9);
  const dirty = clean.slice();
  darken(dirty, darkening);
  const data = dirty.slice();
  const picture: Picture = {
    width,
    height,
    channels: 3,
    data,
    curve: { kind: 'linear' },
    orientation: 1,
    infrared,
  };
  const t0 = cpuSeconds();
  const analysis = analyseInfrared(picture);
  const t1 = cpuSeconds();
  const mask = dustMask(picture, analysis, { threshold: one.threshold });
  const t2 = cpuSeconds();
  const report = repairDust(picture, mask, { strength: 1, seed: 1 });
  const t3 = cpuSeconds();
  let changedOutside = 0;
  for (let i = 0; i < width * height; i++)
    if (!mask.mask[i]) for (let c = 0; c < 3; c++) if (data[i * 3 + c] !== dirty[i * 3 + c]) changedOutside++;
  const near = nearDefects(defects, width, height);
  let away = 0;
  for (let i = 0; i < near.length; i++) if (mask.mask[i] && !near[i]) away++;
  return {
    analysis,
    recall: recallOf(defects, mask),
    places: mask.places.length,
    right: mask.places.filter((p) => p.cells.some((cell) => near[cellPixel(mask, cell)])).length,
    falseArea: away / near.length,
    before: rms(clean, dirty, defects),
    after: rms(clean, data, defects),
    report,
    changedOutside,
    seconds: { analyse: t1 - t0, mask: t2 - t1, repair: t3 - t2 },
    clean,
    dirty,
    mended: data,
    mask,
    width,
    height,
  };
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Full-size pixel in the middle of a pooled cell. */
function cellPixel(mask: DustMask, cell: number): number {
  const f = mask.factor;
  const x = cell % mask.cellsAcross;
  const y = (cell - x) / mask.cellsAcross;
  return (y * f + (f >> 1)) * mask.width + x * f + (f >> 1);
}

function recallOf(defects: readonly Defect[], mask: DustMask): DustScore['recall'] {
  const recall: DustScore['recall'] = {
    speck: { planted: 0, found: 0 },
    hair: { planted: 0, found: 0 },
    scratch: { planted: 0, found: 0 },
  };
  for (const d of defects) {
    recall[d.kind].planted++;
    const hit = d.pixels.reduce((n, i) => n + (mask.mask[i] ? 1 : 0), 0);
    if (hit >= d.pixels.length / 2) recall[d.kind].found++;
  }
  return recall;
}

function nearDefects(defects: readonly Defect[], width: number, height: number): Uint8Array {
  const near = new Uint8Array(width * height);
  const r = Math.max(NEAR, Math.round((NEAR * width) / 1500));
  for (const d of defects)
    for (const i of d.pixels) {
      const x = i % width;
      const y = (i - x) / width;
      for (let py = Math.max(0, y - r); py <= Math.min(height - 1, y + r); py++)
        near.fill(1, py * width + Math.max(0, x - r), py * width + Math.min(width, x + r + 1));
    }
  return near;
}

function rms(truth: Uint16Array, got: Uint16Array, defects: readonly Defect[]): number {
  let sum = 0;
  let n = 0;
  for (const d of defects)
    for (const i of d.pixels)
      for (let c = 0; c < 3; c++, n++) {
        const e = Math.log10(Math.max(1, truth[i * 3 + c])) - Math.log10(Math.max(1, got[i * 3 + c]));
        sum += e * e;
      }
  return n > 0 ? Math.sqrt(sum / n) : 0;
}
