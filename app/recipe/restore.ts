/**
 * The parameters of what is done to a positive: a print as it was scanned, or a negative once it is developed.
 * Every step is off until somebody, or Auto, turns it on. Order of the work:
 *
 * ageing   what time took from the dyes or the paper is given back (density per dye, stain), before anything looks
 *          for damage: the networks know unfaded pictures
 * repair   damage is found, marked by hand, and filled; pixels outside the mask stay as they are, bit for bit
 * clean    noise, grain, blur, JPEG, halftone, paper texture, on the whole picture
 * detail   local contrast and sharpening, after the noise is gone that they would raise
 * colour   chroma for a grey picture; its lightness is not touched
 * enlarge  last: everything before costs less on fewer pixels
 */
import type { Hint, Mark } from './marks.ts';
import type { StepSpec } from './spec.ts';

export const restoreSteps = [
  {
    id: 'ageing',
    switchable: true,
    offByDefault: true,
    params: [
      { key: 'strength', type: 'number', min: 0, max: 1, step: 0.01, default: 1, unit: '×', scope: 'roll' },
      // Toning is part of the photograph (sepia, cyanotype, hand colouring): it goes only when asked.
      { key: 'toning', type: 'choice', options: ['keep', 'neutral'], default: 'keep', scope: 'roll' },
      { key: 'contrast', type: 'number', min: 0, max: 1, step: 0.01, default: 0.5, unit: '×', scope: 'roll' },
    ],
  },
  {
    id: 'repair',
    switchable: true,
    offByDefault: true,
    params: [
      { key: 'find', type: 'choice', options: ['auto', 'marks'], default: 'auto', scope: 'frame' },
      {
        key: 'sensitivity',
        type: 'number',
        min: 0,
        max: 1,
        step: 0.01,
        default: 0.5,
        unit: '×',
        scope: 'frame',
      },
      { key: 'fill', type: 'choice', options: ['auto', 'plain', 'network'], default: 'auto', scope: 'frame' },
      { key: 'grain', type: 'switch', default: true, advanced: true, scope: 'frame' },
      // Off: a network never draws eyes or a mouth.
      { key: 'faces', type: 'switch', default: false, advanced: true, scope: 'frame' },
      { key: 'model', type: 'model', task: 'filler', default: '', advanced: true, scope: 'frame' },
      { key: 'marks', type: 'marks', default: [], scope: 'frame' },
      // Another print, or the negative, of the same picture: damage is filled from there before anything is made up.
      { key: 'sources', type: 'sources', default: [], advanced: true, scope: 'frame' },
    ],
  },
  {
    id: 'clean',
    switchable: true,
    offByDefault: true,
    params: [
      { key: 'strength', type: 'number', min: 0, max: 1, step: 0.01, default: 0.5, unit: '×', scope: 'roll' },
      {
        key: 'faces',
        type: 'number',
        min: 0,
        max: 1,
        step: 0.01,
        default: 0.4,
        unit: '×',
        advanced: true,
        scope: 'roll',
      },
      { key: 'paper', type: 'number', min: 0, max: 1, step: 0.01, default: 0, unit: '×', scope: 'roll' },
      { key: 'halftone', type: 'switch', default: false, scope: 'frame' },
      { key: 'model', type: 'model', task: 'restorer', default: '', advanced: true, scope: 'roll' },
    ],
  },
  {
    id: 'detail',
    switchable: true,
    offByDefault: true,
    params: [
      { key: 'contrast', type: 'number', min: 0, max: 1, step: 0.01, default: 0.2, unit: '×', scope: 'roll' },
      { key: 'sharpen', type: 'number', min: 0, max: 1, step: 0.01, default: 0.3, unit: '×', scope: 'roll' },
    ],
  },
  {
    id: 'colour',
    switchable: true,
    offByDefault: true,
    params: [
      {
        key: 'saturation',
        type: 'number',
        min: 0,
        max: 2,
        step: 0.01,
        default: 1,
        unit: '×',
        scope: 'roll',
      },
      {
        key: 'temperature',
        type: 'number',
        min: -100,
        max: 100,
        step: 1,
        default: 0,
        unit: '',
        scope: 'roll',
      },
      { key: 'variant', type: 'choice', options: ['1', '2', '3', '4'], default: '1', scope: 'frame' },
      // The picture's own colours, where it still has some: by what is found, kept and filled up, or replaced.
      { key: 'own', type: 'choice', options: ['auto', 'keep', 'replace'], default: 'auto', scope: 'frame' },
      ...(['reds', 'yellows', 'greens', 'cyans', 'blues', 'magentas'] as const).map(
        (key) =>
          ({
            key,
            type: 'number',
            min: 0,
            max: 2,
            step: 0.01,
            default: 1,
            unit: '×',
            advanced: true,
            scope: 'roll',
          }) as const,
      ),
      { key: 'model', type: 'model', task: 'colorist', default: '', advanced: true, scope: 'roll' },
      { key: 'hints', type: 'hints', default: [], scope: 'frame' },
    ],
  },
  {
    id: 'enlarge',
    switchable: true,
    offByDefault: true,
    params: [
      { key: 'factor', type: 'choice', options: ['2', '4'], default: '2', scope: 'frame' },
      { key: 'model', type: 'model', task: 'upscaler', default: '', advanced: true, scope: 'frame' },
    ],
  },
] as const satisfies readonly StepSpec[];

export interface AgeingParams {
  on: boolean;
  strength: number;
  toning: 'keep' | 'neutral';
  contrast: number;
}
export interface RepairParams {
  on: boolean;
  find: 'auto' | 'marks';
  sensitivity: number;
  fill: 'auto' | 'plain' | 'network';
  grain: boolean;
  faces: boolean;
  /** Name in the model store of the network that fills; '' is our own. */
  model: string;
  marks: Mark[];
  /** Library pictures that show the same; whoever starts the work says where their files are (`evidence`). */
  sources: number[];
}
export interface CleanParams {
  on: boolean;
  strength: number;
  faces: number;
  paper: number;
  halftone: boolean;
  /** Name in the model store; '' is our own. */
  model: string;
}
export interface DetailParams {
  on: boolean;
  contrast: number;
  sharpen: number;
}
export interface ColourParams {
  on: boolean;
  saturation: number;
  temperature: number;
  variant: '1' | '2' | '3' | '4';
  own: 'auto' | 'keep' | 'replace';
  reds: number;
  yellows: number;
  greens: number;
  cyans: number;
  blues: number;
  magentas: number;
  model: string;
  hints: Hint[];
}
export interface EnlargeParams {
  on: boolean;
  factor: '2' | '4';
  model: string;
}
export interface RestoreParams {
  ageing: AgeingParams;
  repair: RepairParams;
  clean: CleanParams;
  detail: DetailParams;
  colour: ColourParams;
  enlarge: EnlargeParams;
}

/** Whether anything at all is done to the positive. */
export function restores(params: RestoreParams): boolean {
  return restoreSteps.some((step) => params[step.id].on);
}
