/**
 * The parameters of the develop action, version 1: what a person can set, in darkroom terms, with units.
 * Whatever is `null` or 'auto' is found by `analyse` from the scan itself. Density means log10; one CC is
 * 0.01 of density; one stop (EV) is 0.30103 of log exposure.
 *
 * Order of the pixel work: scan -> linear (input tone curve undone, flat field, exposure normalised) -> dust
 * repaired -> density over the film base -> dye crosstalk matrix -> per-channel slope -> printer lights and
 * exposure -> paper curve -> colour -> output space -> geometry.
 */
import { z } from 'zod';
import { hintsSchema, marksSchema, sourcesSchema } from './marks.ts';
import { restoreSteps, type RestoreParams } from './restore.ts';
import type { StepSpec } from './spec.ts';

export const DEVELOP_VERSION = 1;

export const developSteps = [
  {
    id: 'film',
    switchable: false,
    params: [
      {
        key: 'film',
        type: 'choice',
        options: ['auto', 'c41', 'bw', 'slide'],
        default: 'auto',
        scope: 'roll',
      },
      {
        key: 'stock',
        type: 'choice',
        options: [
          'auto',
          'generic',
          'portra',
          'ektar',
          'gold',
          'fuji-superia',
          'fuji-pro',
          'cinestill',
          'vision3',
          'bw-classic',
          'bw-tgrain',
          'bw-chromogenic',
          'ektachrome',
          'velvia',
          'kodachrome',
        ],
        default: 'auto',
        scope: 'roll',
      },
      { key: 'base', type: 'rgb', default: null, min: 0, max: 2, unit: '', scope: 'roll' },
      { key: 'baseRect', type: 'rect', default: null, advanced: true, scope: 'roll' },
      {
        key: 'crosstalk',
        type: 'number',
        min: 0,
        max: 2,
        step: 0.05,
        default: 1,
        unit: '×',
        advanced: true,
        scope: 'roll',
      },
      {
        key: 'slopeRed',
        type: 'number',
        min: 0.5,
        max: 2,
        step: 0.01,
        default: 1,
        unit: '×',
        advanced: true,
        scope: 'roll',
      },
      {
        key: 'slopeGreen',
        type: 'number',
        min: 0.5,
        max: 2,
        step: 0.01,
        default: 1,
        unit: '×',
        advanced: true,
        scope: 'roll',
      },
      {
        key: 'slopeBlue',
        type: 'number',
        min: 0.5,
        max: 2,
        step: 0.01,
        default: 1,
        unit: '×',
        advanced: true,
        scope: 'roll',
      },
      {
        key: 'fade',
        type: 'number',
        min: 0,
        max: 1,
        step: 0.01,
        default: 0,
        unit: '×',
        advanced: true,
        scope: 'roll',
      },
    ],
  },
  {
    id: 'dust',
    switchable: true,
    params: [
      { key: 'mode', type: 'choice', options: ['auto', 'on', 'off'], default: 'auto', scope: 'roll' },
      { key: 'threshold', type: 'number', min: 2, max: 20, step: 0.5, default: 6, unit: 'σ', scope: 'roll' },
      { key: 'strength', type: 'number', min: 0, max: 1, step: 0.05, default: 1, unit: '×', scope: 'roll' },
    ],
  },
  {
    id: 'lights',
    switchable: true,
    params: [
      {
        key: 'exposure',
        type: 'number',
        min: -4,
        max: 4,
        step: 0.05,
        default: 0,
        unit: 'EV',
        scope: 'frame',
      },
      { key: 'red', type: 'number', min: -100, max: 100, step: 1, default: 0, unit: 'CC', scope: 'frame' },
      { key: 'green', type: 'number', min: -100, max: 100, step: 1, default: 0, unit: 'CC', scope: 'frame' },
      { key: 'blue', type: 'number', min: -100, max: 100, step: 1, default: 0, unit: 'CC', scope: 'frame' },
      { key: 'mode', type: 'choice', options: ['auto', 'roll', 'fixed'], default: 'auto', scope: 'roll' },
    ],
  },
  {
    id: 'print',
    switchable: false,
    params: [
      { key: 'grade', type: 'number', min: 0, max: 5, step: 0.1, default: 2, unit: '', scope: 'roll' },
      { key: 'toe', type: 'number', min: 0, max: 1, step: 0.01, default: 0.3, unit: '×', scope: 'roll' },
      { key: 'shoulder', type: 'number', min: 0, max: 1, step: 0.01, default: 0.3, unit: '×', scope: 'roll' },
      {
        key: 'paperBlack',
        type: 'number',
        min: 1.2,
        max: 3,
        step: 0.05,
        default: 2.2,
        unit: 'D',
        advanced: true,
        scope: 'roll',
      },
      {
        key: 'paperWhite',
        type: 'number',
        min: 0,
        max: 0.2,
        step: 0.01,
        default: 0.02,
        unit: 'D',
        advanced: true,
        scope: 'roll',
      },
      { key: 'saturation', type: 'number', min: 0, max: 2, step: 0.01, default: 1, unit: '×', scope: 'roll' },
    ],
  },
  {
    id: 'frame',
    switchable: false,
    params: [
      { key: 'crop', type: 'rect', default: null, scope: 'frame' },
      {
        key: 'format',
        type: 'choice',
        options: ['auto', 'none', '3:2', '4:3', '1:1', '7:6', 'half', 'panorama'],
        default: 'auto',
        scope: 'roll',
      },
      {
        key: 'straighten',
        type: 'number',
        min: -15,
        max: 15,
        step: 0.1,
        default: 0,
        unit: '°',
        scope: 'frame',
      },
      { key: 'rotate', type: 'choice', options: ['0', '90', '180', '270'], default: '0', scope: 'frame' },
      { key: 'mirror', type: 'switch', default: false, scope: 'frame' },
    ],
  },
] as const satisfies readonly StepSpec[];

const rgb = z.tuple([z.number(), z.number(), z.number()]);
const unitRect = z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() });

/** Builds the runtime schema of a step from its description, so that the two cannot disagree. */
export function stepSchema(step: StepSpec) {
  const shape: Record<string, z.ZodType> = {};
  for (const p of step.params) {
    if (p.type === 'number') shape[p.key] = z.number().min(p.min).max(p.max).default(p.default);
    else if (p.type === 'choice')
      shape[p.key] = z.enum(p.options as [string, ...string[]]).default(p.default);
    else if (p.type === 'switch') shape[p.key] = z.boolean().default(p.default);
    else if (p.type === 'marks') shape[p.key] = marksSchema.default([]);
    else if (p.type === 'hints') shape[p.key] = hintsSchema.default([]);
    else if (p.type === 'sources') shape[p.key] = sourcesSchema.default([]);
    else if (p.type === 'model') shape[p.key] = z.string().max(200).default(p.default);
    else if (p.type === 'rgb')
      shape[p.key] = rgb.nullable().default(p.default as [number, number, number] | null);
    else shape[p.key] = unitRect.nullable().default(p.default);
  }
  shape['on'] = z.boolean().default(step.offByDefault !== true);
  return z.object(shape);
}

export interface FilmParams {
  on: boolean;
  film: 'auto' | 'c41' | 'bw' | 'slide';
  stock: string;
  /** Film base (D-min) as linear scan values 0..1, or null: found by analysis or given by the roll. */
  base: [number, number, number] | null;
  baseRect: UnitRect | null;
  crosstalk: number;
  slopeRed: number;
  slopeGreen: number;
  slopeBlue: number;
  fade: number;
}
export interface DustParams {
  on: boolean;
  mode: 'auto' | 'on' | 'off';
  threshold: number;
  strength: number;
}
export interface LightsParams {
  on: boolean;
  exposure: number;
  red: number;
  green: number;
  blue: number;
  mode: 'auto' | 'roll' | 'fixed';
}
export interface PrintParams {
  on: boolean;
  grade: number;
  toe: number;
  shoulder: number;
  paperBlack: number;
  paperWhite: number;
  saturation: number;
}
export interface UnitRect {
  x: number;
  y: number;
  w: number;
  h: number;
}
export interface FrameParams {
  on: boolean;
  crop: UnitRect | null;
  format: 'auto' | 'none' | '3:2' | '4:3' | '1:1' | '7:6' | 'half' | 'panorama';
  straighten: number;
  rotate: '0' | '90' | '180' | '270';
  mirror: boolean;
}
/** All that a recipe holds: the develop's own steps, and those that follow on the positive (restore.ts). */
export interface DevelopParams extends RestoreParams {
  film: FilmParams;
  dust: DustParams;
  lights: LightsParams;
  print: PrintParams;
  frame: FrameParams;
}

/** Every step of a recipe, in the order of the work. */
export const allSteps = [...developSteps, ...restoreSteps] as const satisfies readonly StepSpec[];

/** Accepts partial parameters and fills in defaults; throws a ZodError that names the parameter. */
export const developParamsSchema = z.object(
  Object.fromEntries(allSteps.map((s) => [s.id, stepSchema(s).prefault({})])),
) as unknown as z.ZodType<DevelopParams>;

/** All defaults. */
export function defaultDevelopParams(): DevelopParams {
  return developParamsSchema.parse({});
}

/** A develop recipe as it is stored: version first, so that every past version still opens. */
export const developRecipeSchema = z.object({
  action: z.literal('develop'),
  version: z.literal(DEVELOP_VERSION),
  params: developParamsSchema,
});
export interface DevelopRecipe {
  action: 'develop';
  version: typeof DEVELOP_VERSION;
  params: DevelopParams;
}
export type Recipe = DevelopRecipe;
export const recipeSchema: z.ZodType<Recipe> = developRecipeSchema;
