/**
 * The change record of one export: what was done to which scan, complete enough to do it again and to be read
 * by a person in thirty years. It is plain JSON with sorted keys and no time stamps, so that the same develop
 * of the same scan always gives the same bytes; the SHA-256 of those bytes is written into the export's
 * metadata and ties the two together.
 */
import { createHash } from 'node:crypto';
import type { DevelopParams } from '../../../app/recipe/develop.ts';
import { DEVELOP_VERSION } from '../../../app/recipe/develop.ts';
import type { Geometry } from './geometry.ts';
import type { PlanNumbers } from './plan.ts';
import type { DevelopAnalysis, RollBaseline } from './types.ts';

/** Whatever was painted over pixels: the infrared dust repair, today. */
export interface MaskSummary {
  name: string;
  /** Share of the picture's pixels that were changed, 0..1, and in how many places. */
  share: number;
  places?: number;
  /** How it was found, e.g. "infrared, threshold 6 sigma". */
  how: string;
}

export interface RecordInput {
  appVersion: string;
  /** File name without folder, SHA-256 of the file, its size in pixels. */
  source: { name: string; sha256: string; width: number; height: number };
  params: DevelopParams;
  analysis: DevelopAnalysis | null;
  roll: RollBaseline | null;
  /** Which picture on the scan. */
  frame: number;
  /** Null for a print, which is not developed. */
  numbers: PlanNumbers | null;
  /** What the restore steps did; absent: none was on. */
  restore?: unknown;
  geometry: Geometry;
  output: { width: number; height: number; bits: 8 | 16; space: string; format: string };
  masks: MaskSummary[];
}

/** A JSON value with sorted keys, so that equal contents give equal text. Numbers are kept to 9 significant digits. */
export function canonicalJson(value: unknown): string {
  const sorted = (v: unknown): unknown => {
    if (typeof v === 'number') return Number.isFinite(v) ? Number(v.toPrecision(9)) : null;
    if (ArrayBuffer.isView(v)) return sorted(Array.from(v as unknown as ArrayLike<number>));
    if (Array.isArray(v)) return v.map(sorted);
    if (v && typeof v === 'object')
      return Object.fromEntries(
        Object.entries(v)
          .filter(([, x]) => x !== undefined)
          .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
          .map(([k, x]) => [k, sorted(x)]),
      );
    return v;
  };
  return JSON.stringify(sorted(value), null, 2) + '\n';
}

/** Builds the record. `json` is what goes into the file beside the export, `sha256` what goes into the export. */
export function developRecord(input: RecordInput): {
  record: Record<string, unknown>;
  json: string;
  sha256: string;
} {
  const json = canonicalJson({
    what: 'Revelado change record',
    action: 'develop',
    recipeVersion: DEVELOP_VERSION,
    appVersion: input.appVersion,
    source: input.source,
    params: input.params,
    analysis: input.analysis,
    roll: input.roll,
    frame: input.frame,
    plan: input.numbers,
    geometry: {
      width: input.geometry.width,
      height: input.geometry.height,
      map: input.geometry.map,
      exact: input.geometry.exact,
    },
    output: input.output,
    masks: input.masks,
    ...(input.restore === undefined ? {} : { restore: input.restore }),
  });
  return {
    record: JSON.parse(json) as Record<string, unknown>,
    json,
    sha256: createHash('sha256').update(json).digest('hex'),
  };
}
