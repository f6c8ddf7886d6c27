/**
 * The parameters of the film action, version 1: what is done to a reel. Every step is off until somebody (or a preset)
 * turns it on, and with all of them off each frame comes out bit for bit. Order of the work:
 *
 * cadence      fields and repeated frames first: nothing that follows understands combing
 * frames       torn and dropped frames, made anew from their neighbours
 * stabilize    gate weave, so that what stays in the scene stays in the picture
 * deflicker    exposure that pumps, per shot, before frames are compared with each other
 * dirt         what is in one frame only; filled from the neighbours
 * lines        vertical scratches, which stand in many frames
 * gate         hairs in the gate: fixed in the frame, not in the scene
 * grain        temporal denoise along motion
 * dyes         colour reels that have faded get their dyes back
 * colour       chroma for a grey reel; luma is not touched
 * interpolate  frames in between
 * enlarge      last: all before costs less on fewer pixels
 */
import { z } from 'zod';
import { SEQUENCE_KINDS } from '../film/sequence.ts';
import { melodySchema } from '../melody/schema.ts';
import { accompaniments, instruments } from '../sound/performance.ts';
import { hintsSchema, type Hint } from './marks.ts';
import { stepSchema } from './develop.ts';
import type { NumberSpec, StepSpec } from './spec.ts';

export const FILM_VERSION = 1;

const strength = (of: number): NumberSpec => ({
  key: 'strength',
  type: 'number',
  min: 0,
  max: 1,
  step: 0.01,
  default: of,
  unit: '×',
});
const off = { switchable: true, offByDefault: true } as const;

export const filmSteps = [
  {
    id: 'cadence',
    ...off,
    params: [
      // auto: by what pass one found; fields made into frames (50 or 59.94 a second), pulldown taken out.
      {
        key: 'fields',
        type: 'choice',
        options: ['auto', 'keep', 'bob', 'deinterlace', 'inverse-telecine'],
        default: 'auto',
      },
      { key: 'duplicates', type: 'choice', options: ['keep', 'drop'], default: 'keep' },
      // True tempo of silent film in frames a second; 0 keeps the file's. Changes time stamps, never frames.
      { key: 'tempo', type: 'number', min: 0, max: 120, step: 0.001, default: 0, unit: 'fps' },
    ],
  },
  { id: 'frames', ...off, params: [strength(0.5)] },
  {
    id: 'stabilize',
    ...off,
    params: [
      strength(1),
      { key: 'by', type: 'choice', options: ['auto', 'perforations', 'picture'], default: 'auto' },
      // 'edge': what comes in from outside is the edge's own last pixels; 'crop': the picture is enlarged a little.
      {
        key: 'border',
        type: 'choice',
        options: ['neighbour', 'edge', 'crop'],
        default: 'neighbour',
        advanced: true,
      },
    ],
  },
  {
    id: 'deflicker',
    ...off,
    params: [strength(1), { key: 'local', type: 'switch', default: true, advanced: true }],
  },
  {
    id: 'dirt',
    ...off,
    params: [
      strength(0.5),
      {
        key: 'largest',
        type: 'number',
        min: 1,
        max: 30,
        step: 0.5,
        default: 12,
        unit: '% of height',
        advanced: true,
      },
    ],
  },
  { id: 'lines', ...off, params: [strength(0.5)] },
  { id: 'gate', ...off, params: [strength(0.5)] },
  { id: 'grain', ...off, params: [strength(0.3)] },
  { id: 'dyes', ...off, params: [strength(1)] },
  {
    id: 'colour',
    ...off,
    params: [
      { key: 'model', type: 'model', task: 'colorist', default: '' },
      { key: 'saturation', type: 'number', min: 0, max: 2, step: 0.01, default: 1, unit: '×' },
      { key: 'steadiness', type: 'number', min: 0, max: 1, step: 0.01, default: 0.8, unit: '×' },
    ],
  },
  {
    id: 'interpolate',
    ...off,
    params: [{ key: 'times', type: 'choice', options: ['2', '3', '4'], default: '2' }],
  },
  {
    id: 'enlarge',
    ...off,
    params: [
      { key: 'factor', type: 'choice', options: ['2', '4'], default: '2' },
      { key: 'model', type: 'model', task: 'upscaler', default: '' },
    ],
  },
] as const satisfies readonly StepSpec[];

export type FilmStepName = (typeof filmSteps)[number]['id'];

export interface FilmParams {
  cadence: {
    on: boolean;
    fields: 'auto' | 'keep' | 'bob' | 'deinterlace' | 'inverse-telecine';
    duplicates: 'keep' | 'drop';
    tempo: number;
  };
  frames: { on: boolean; strength: number };
  stabilize: {
    on: boolean;
    strength: number;
    by: 'auto' | 'perforations' | 'picture';
    border: 'neighbour' | 'edge' | 'crop';
  };
  deflicker: { on: boolean; strength: number; local: boolean };
  dirt: { on: boolean; strength: number; largest: number };
  lines: { on: boolean; strength: number };
  gate: { on: boolean; strength: number };
  grain: { on: boolean; strength: number };
  dyes: { on: boolean; strength: number };
  colour: { on: boolean; model: string; saturation: number; steadiness: number };
  interpolate: { on: boolean; times: '2' | '3' | '4' };
  enlarge: { on: boolean; factor: '2' | '4'; model: string };
}

/** Accepts partial parameters and fills in defaults; throws a ZodError that names the parameter. */
export const filmParamsSchema = z.object(
  Object.fromEntries(filmSteps.map((s) => [s.id, stepSchema(s).prefault({})])),
) as unknown as z.ZodType<FilmParams>;

export const defaultFilmParams = (): FilmParams => filmParamsSchema.parse({});

/** What a person fixed in one frame: colours on points, or a reference picture of the library; the shot follows. */
export const keyFrameSchema = z.object({
  frame: z.number().int().min(0),
  hints: hintsSchema,
  /** Library item whose colours this frame takes. */
  referenceItem: z.number().int().nullable().default(null),
});
export interface KeyFrame {
  frame: number;
  hints: Hint[];
  referenceItem: number | null;
}

/** Steps that one shot does otherwise than the reel; shots are known by their first frame. */
export const shotOverrideSchema = z.object({
  first: z.number().int().min(0),
  params: z.record(z.string(), z.record(z.string(), z.unknown())),
});

/** A composed score laid under a silent reel. */
export const reelScoreSchema = z.object({
  neurri: z.string().max(80),
  seed: z.number().int().min(0),
  /** A melody that was chosen note for note; null: one composed from neurri and seed. */
  melody: melodySchema.nullable().default(null),
  instrument: z.enum(instruments).default('flute'),
  accompaniment: z.enum(accompaniments).default('drone'),
  tempo: z.number().min(20).max(300).nullable().default(null),
  volume: z.number().min(0).max(2).default(1),
  fadeIn: z.number().min(0).max(30).default(0.5),
  fadeOut: z.number().min(0).max(30).default(2),
});
export type ReelScore = z.infer<typeof reelScoreSchema>;

/** A film recipe as it is stored: version first, so that every past version still opens. */
export const filmRecipeSchema = z.object({
  action: z.literal('film'),
  version: z.literal(FILM_VERSION),
  params: filmParamsSchema,
  overrides: z.array(shotOverrideSchema).max(10_000).default([]),
  keyFrames: z.array(keyFrameSchema).max(10_000).default([]),
  /** Cuts that a person moved: frames that begin a shot; null: as found. */
  cuts: z.array(z.number().int().min(0)).nullable().default(null),
  score: reelScoreSchema.nullable().default(null),
});
export type FilmRecipe = z.infer<typeof filmRecipeSchema>;

export const filmCodecs = ['h264', 'h265', 'prores', 'ffv1', 'av1'] as const;
export type FilmCodec = (typeof filmCodecs)[number];

/** Qualities that a person is offered, of the 0..51 that are possible: from hardly larger than the web's to hardly a loss. */
export const QUALITY_RANGE = { best: 8, worst: 30 } as const;

/** How a finished reel is written. */
export const filmExportSchema = z.object({
  codec: z.enum(filmCodecs).default('h264'),
  /** Numbered pictures in a folder in place of one film. */
  pictures: z.enum(SEQUENCE_KINDS).nullable().default(null),
  /** Decode on the graphics card where ffmpeg can use one and the result is the same to the bit. */
  hardware: z.boolean().default(false),
  /** Constant quality of h264, h265 and av1: lower is better (x264's scale, mapped for the others). */
  quality: z.number().min(0).max(51).default(16),
  sound: z.enum(['copy', 'none', 'score']).default('copy'),
  folderId: z.string().default('exports'),
  overwrite: z.boolean().default(false),
});
export type FilmExport = z.infer<typeof filmExportSchema>;

/** Named beginnings: which steps are on, and how the result is written. */
export const filmPresets = {
  'family-8mm': {
    steps: ['stabilize', 'deflicker', 'dirt', 'lines', 'gate', 'dyes'],
    codec: 'h264',
  },
  'newsreel-16mm': { steps: ['stabilize', 'deflicker', 'dirt', 'lines'], codec: 'prores' },
  'vhs-transfer': { steps: ['cadence', 'grain'], codec: 'h264' },
  'archive-derivative': { steps: [], codec: 'ffv1' },
} as const satisfies Record<string, { steps: readonly FilmStepName[]; codec: FilmCodec }>;
export type FilmPreset = keyof typeof filmPresets;
