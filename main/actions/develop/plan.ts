/**
 * The plan of one develop: everything the pixel loop needs, computed once from the parameters and from what
 * analysis and roll know. With x the linear scan value (tone curve undone, flat field and camera exposure
 * divided out), all logarithms to base 10:
 *
 *   D_c = log((base_c - k_c) / (x_c - k_c))      density over the film base, k = black of the scan
 *   n_c = gain_c·T(slope_c·D_c) + offset_c       balanced: equal in all channels where the scene is neutral
 *   L   = M·n + exposure + lights                log exposure of the print; rows of M sum to 1
 *   R_c = paper(L_c)                             reflectance of the print (paper.ts), primaries of sRGB
 *
 * T straightens the toe of the film's curve (toe.ts), slope_c brings the channels to the contrast of green,
 * gain = 1 / gamma of the green layer, so that n is log exposure of the scene. The crosstalk matrix M works on
 * balanced densities (that is M·D with the slopes moved through it): a neutral is then a fixed point of M, and
 * neither another stock nor another strength of the correction can tint a grey. A slide has no inversion:
 * n_c = log(x_c / base_c) with paper white at clear film, and T does nothing.
 *
 * Signs. L is the exposure of the *picture*: +1 EV makes it one stop brighter, and +n CC of red light makes it
 * redder by 0.01·n of log exposure (what a printer does by taking red light out of a negative print).
 * Exposure and balance are added after M, so that printer lights are pure.
 *
 * A plan is plain data and can be sent to worker threads; its tables lie on shared memory.
 */
import { toLinear } from '../../../app/color/curve.ts';
import { CC, EV } from '../../../app/color/density.ts';
import { apply3, invert3, type Matrix3 } from '../../../app/color/matrix3.ts';
import { type SpaceName, spaces } from '../../../app/color/spaces.ts';
import type { Picture, Rgb, ToneCurve } from '../../../app/picture.ts';
import type { DevelopParams } from '../../../app/recipe/develop.ts';
import { lightAbove } from './black.ts';
import { type ColourPlan, encodeTable, planColour } from './colour.ts';
import { fadeRestoration } from './fade.ts';
import { MID_GREY, type PaperCurve, paperCurve, paperTable } from './paper.ts';
import { densityTable, Kept } from './plan-tables.ts';
import { straighten, TOE_WIDTH } from './toe.ts';
import { strays } from './roll.ts';
import { convertedMatrix, crosstalkMatrix, type FilmStock, filmStock, neutralSlopes } from './stocks.ts';
import type { DevelopAnalysis, FilmType, RollBaseline } from './types.ts';

/** The part of a DevelopContext that the pixels depend on. */
export interface PlanContext {
  analysis: DevelopAnalysis | null;
  roll: RollBaseline | null;
}

/** How the samples that will be developed are stored. */
export interface PlanSource {
  bits: 8 | 16 | 32;
  channels: 1 | 3;
  curve: ToneCurve;
}

export interface PlanOptions {
  space: SpaceName;
  bits: 8 | 16;
  /** 'rgba' is for the window (8 bits, opaque); 'grey' writes one sample a pixel and suits black and white only. */
  layout: 'rgb' | 'rgba' | 'grey';
}

/** The numbers of a plan in plain form, for the change record and for reading single pixels. */
export interface PlanNumbers {
  film: FilmType;
  stock: string;
  base: Rgb;
  /** What the scan reads where no light comes through; taken off base and samples. */
  black: Rgb;
  cameraExposure: number;
  /** n_c = gain·T(slope·D) + offset, all corrections included; `toe` is the width of T. */
  slope: Rgb;
  gain: Rgb;
  offset: Rgb;
  toe: number;
  matrix: Matrix3;
  /** Log10 exposure (automatic and the person's) and printer lights, added to L. */
  exposure: number;
  lights: Rgb;
  curve: PaperCurve;
  saturation: number;
}

export interface DevelopPlan {
  version: 1;
  numbers: PlanNumbers;
  source: { bits: 8 | 16 | 32; channels: 1 | 3 };
  bits: 8 | 16;
  layout: 'rgb' | 'rgba' | 'grey';
  /** Stored sample to n_c with exposure and lights folded in; empty for float samples. */
  input: [Float32Array, Float32Array, Float32Array];
  /** Stored sample to D_c (for a flat field, which is added to density); empty for float samples. */
  density: [Float32Array, Float32Array, Float32Array];
  /** D_c = logBase_c - log10(lightAbove(x, black_c)) for float samples. */
  logBase: Rgb;
  black: Rgb;
  /** D_c from DENSITY_MIN to DENSITY_MAX in DENSITY_SIZE steps, to n_c. */
  film: [Float32Array, Float32Array, Float32Array];
  matrix: Matrix3;
  colour: ColourPlan;
  /** L to output code when `colour.identity`, else L to linear reflectance. */
  print: Float32Array;
  /** Square root of linear value to output code. */
  encode: Float32Array;
}

/** Weights of the channels of a colour scan of a black-and-white film: the green is the sharpest, the blue the noisiest. */
const SILVER: Rgb = [0.3, 0.5, 0.2];

/** Describes decoded samples to `planDevelop`. */
export function planSource(picture: Pick<Picture, 'data' | 'channels' | 'curve'>): PlanSource {
  const bits = picture.data instanceof Uint8Array ? 8 : picture.data instanceof Uint16Array ? 16 : 32;
  return { bits, channels: picture.channels, curve: picture.curve };
}

/** Film type that parameters, analysis and roll agree on, the person's word first. */
export function filmOf(params: DevelopParams, context: PlanContext): FilmType {
  if (params.film.film !== 'auto') return params.film.film;
  return context.analysis?.film ?? context.roll?.film ?? 'c41';
}

/** Film base in force: the person's, a picked rectangle, the roll's, the scan's own, or full scale. */
function baseOf(params: DevelopParams, { analysis, roll }: PlanContext): Rgb {
  if (params.film.base) return params.film.base;
  if (analysis?.base.source === 'rect') return analysis.base.rgb;
  if (!roll) return analysis?.base.rgb ?? [1, 1, 1];
  // Both far off and both measured: this is another film, and its own rebate knows it best.
  const far = analysis && analysis.base.source !== 'estimate' ? strays(analysis, roll) : null;
  if (analysis && far?.base && far.slope && params.lights.mode === 'auto') return analysis.base.rgb;
  // The roll's base holds for the roll's camera exposure; this scan may have got more light or less.
  const k = roll.cameraExposure && analysis ? analysis.cameraExposure / roll.cameraExposure : 1;
  return map((c) => roll.base[c] * k);
}

/** How far a roll's frame follows its own exposure rather than the roll's. */
const FRAME_SHARE = 0.75;

interface Tone {
  slope: Rgb;
  offset: Rgb;
  exposure: number;
}

/** Slopes relative to green, offsets (density) and automatic log exposure before the person's corrections. */
function toneOf(params: DevelopParams, context: PlanContext, stock: FilmStock, base: Rgb): Tone {
  const { analysis, roll } = context;
  const k = 1 / stock.gamma[1];
  const mode = params.lights.on ? params.lights.mode : 'auto';
  const fixed: Tone = { slope: neutralSlopes(stock), offset: [0, 0, 0], exposure: -k * stock.midDensity };
  if (mode === 'fixed' || (!analysis && !roll)) return fixed;

  // A frame that is sure of another grey line than its roll's (other film, other light) keeps its own.
  const own = analysis && roll && mode === 'auto' && strays(analysis, roll).slope ? analysis.balance : null;
  const balance = own ?? roll?.balance ?? analysis?.balance ?? fixed;
  const tone: Tone = {
    slope: balance.slope,
    offset: balance.offset,
    exposure: roll?.exposure ?? analysis?.exposure ?? fixed.exposure,
  };
  if (analysis && (mode === 'auto' || !roll)) {
    // The frame's own exposure was found over its own base; over another base it must keep its brightness.
    const ownBase = analysis.base.rgb;
    const shift = k * tone.slope[1] * Math.log10(base[1] / ownBase[1]);
    const ownExposure = analysis.exposure - (Number.isFinite(shift) ? shift : 0);
    tone.exposure = roll ? roll.exposure + FRAME_SHARE * (ownExposure - roll.exposure) : ownExposure;
  }
  // Offsets make up for a base that was guessed. A person who gives the base knows it.
  if (params.film.base && analysis?.base.source === 'estimate' && !roll) tone.offset = [0, 0, 0];
  return tone;
}

const logTables = new Kept<Float32Array>(12);
const tableLogs = new WeakMap<ToneCurve, Kept<Float32Array>>();

/**
 * log10 of the light above black in every stored sample, cached by curve. The lowest code of a file of few bits
 * stands for half a step of light, not for none.
 */
function logTable(curve: ToneCurve, bits: 8 | 16, channel: number, black: number): Float32Array {
  const make = () => {
    const size = bits === 8 ? 256 : 65536;
    const f = toLinear(curve, channel);
    const out = new Float32Array(size);
    for (let i = 0; i < size; i++) out[i] = Math.log10(lightAbove(f(Math.max(i, 0.5) / (size - 1)), black));
    return out;
  };
  if (curve.kind === 'table') {
    let tables = tableLogs.get(curve);
    if (!tables) tableLogs.set(curve, (tables = new Kept(6)));
    return tables.get(`${bits} ${channel} ${black}`, make);
  }
  return logTables.get(`${curve.kind} ${curve.kind === 'gamma' ? curve.gamma : ''} ${bits} ${black}`, make);
}

const add = (a: Rgb, b: Rgb): Rgb => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
const map = (f: (c: 0 | 1 | 2) => number): [number, number, number] => [f(0), f(1), f(2)];

/**
 * All numbers of a develop, without tables. `converted`: the scan is tone-curved, so some program has rendered
 * it, with a colour matrix of its own that has undone much of the crosstalk already.
 */
export function planNumbers(params: DevelopParams, context: PlanContext, converted = false): PlanNumbers {
  const film = filmOf(params, context);
  const stock = filmStock(params.film.stock, film);
  const base = baseOf(params, context);
  const { lights, film: f, print } = params;
  const user: Rgb = [f.slopeRed, f.slopeGreen, f.slopeBlue];
  const fade = fadeRestoration(film, f.fade, context.analysis);
  const userExposure = lights.on ? lights.exposure * EV : 0;
  const printerLights: Rgb = lights.on ? [lights.red * CC, lights.green * CC, lights.blue * CC] : [0, 0, 0];

  let slope: Rgb;
  let gain: Rgb;
  let offset: Rgb;
  let exposure: number;
  if (film === 'slide') {
    const own = context.analysis;
    const balanced = lights.on && lights.mode === 'fixed' ? null : own;
    slope = map((c) => fade.slope[c] * user[c]);
    gain = [-1, -1, -1];
    // Without fade and balance clear film prints paper white: L = -log10(0.18) there.
    offset = map(
      (c) => slope[c] * (fade.stain[c] + (balanced?.balance.offset[c] ?? 0)) - Math.log10(MID_GREY),
    );
    exposure = (balanced?.exposure ?? 0) + userExposure;
  } else {
    const tone = toneOf(params, context, stock, base);
    const k = 1 / stock.gamma[1];
    const relative = tone.slope;
    const shift = tone.offset;
    // Both corrections turn the channel around mid grey: they mend a cross-over without moving the balance.
    const turn = map((c) => user[c] * fade.slope[c]);
    slope = relative;
    gain = map((c) => k * turn[c]);
    offset = map((c) => k * shift[c] * turn[c] + tone.exposure * (turn[c] - 1));
    exposure = tone.exposure + userExposure;
  }
  const analysis = context.analysis;
  const silver = analysis?.silver ?? SILVER;
  return {
    film,
    stock: stock.id,
    base,
    black: film === 'slide' ? [0, 0, 0] : (analysis?.black ?? [0, 0, 0]),
    cameraExposure: analysis && analysis.cameraExposure > 0 ? analysis.cameraExposure : 1,
    slope,
    gain,
    offset,
    toe: film === 'slide' ? 0 : TOE_WIDTH,
    matrix:
      film === 'bw'
        ? [...silver, ...silver, ...silver]
        : converted
          ? convertedMatrix(stock, f.crosstalk)
          : crosstalkMatrix(stock, f.crosstalk, analysis?.rig),
    exposure,
    lights: film === 'bw' ? [0, 0, 0] : printerLights,
    curve: paperCurve(print, film === 'slide'),
    saturation: film === 'bw' ? 0 : print.saturation,
  };
}

/**
 * Computes the plan of a develop. `source` describes the samples that `processBand` will be given (see
 * `planSource`), `options` the output. Never throws for parameters that passed their schema.
 */
export function planDevelop(
  params: DevelopParams,
  context: PlanContext,
  source: PlanSource,
  options: PlanOptions,
): DevelopPlan {
  const numbers = planNumbers(params, context, source.curve.kind !== 'linear');
  const neutral = numbers.film === 'bw';
  const { base, black, offset, exposure, lights, matrix } = numbers;

  // Exposure and lights are added after the matrix; carried back through it they cost nothing in the loop.
  // A black-and-white matrix has equal rows (no inverse), but there the sum is the same number everywhere.
  const after: Rgb = [exposure + lights[0], exposure + lights[1], exposure + lights[2]];
  const bias = add(offset, neutral ? after : apply3(invert3(matrix), after));
  // The base is in the values of this very scan (`baseOf`), so the camera's exposure has cancelled out already.
  const logBase = map((c) => Math.log10(lightAbove(base[c], black[c])));
  const film = tables((c) => filmTable(numbers, c, bias[c]));
  const density = tables((c) => {
    if (source.bits === 32) return new Float32Array(0);
    const logs = logTable(source.curve, source.bits, source.channels === 1 ? 0 : c, black[c]);
    return densityTable(logs, logBase[c]);
  });
  const input = tables((c) => {
    const from = density[c];
    const over = film[c];
    const table = shared(from.length);
    for (let i = 0; i < table.length; i++) table[i] = lookDensity(over, from[i]);
    return table;
  });

  const colour = planColour(options.space, numbers.saturation, neutral);
  const encode = encodeTable(options.space, options.bits);
  const top = options.bits === 8 ? 255 : 65535;
  const space = spaces[options.space];
  const code = (r: number): number => top * Math.min(1, space.encode(r));
  const { curve } = numbers;
  const target = colour.identity ? `${options.space} ${options.bits}` : 'light';
  const print = prints.get(
    [target, curve.contrast, curve.white, curve.black, curve.shoulder, curve.toe].join(' '),
    () => paperTable(curve, colour.identity ? code : undefined),
  );
  return {
    version: 1,
    numbers,
    source: { bits: source.bits, channels: source.channels },
    bits: options.bits,
    layout: options.layout,
    input,
    density,
    logBase,
    black,
    film,
    matrix,
    colour,
    print,
    encode,
  };
}

function tables(f: (c: 0 | 1 | 2) => Float32Array): [Float32Array, Float32Array, Float32Array] {
  return [f(0), f(1), f(2)];
}
function shared(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(length * 4));
}

/** Density range of the film table; 16 bits of scan under any base lie inside. */
export const DENSITY_MIN = -2;
export const DENSITY_MAX = 6;
export const DENSITY_SIZE = 16384;
const PER_DENSITY = DENSITY_SIZE / (DENSITY_MAX - DENSITY_MIN);

const prints = new Kept<Float32Array>(8);
const lines = new Kept<Float64Array>(12);

/** T(slope·D) at the steps of the film table. */
function straightLine(slope: number, toe: number): Float64Array {
  return lines.get(`${slope} ${toe}`, () =>
    Float64Array.from({ length: DENSITY_SIZE + 2 }, (_, i) =>
      straighten(slope * (DENSITY_MIN + Math.min(i, DENSITY_SIZE) / PER_DENSITY), toe),
    ),
  );
}

/** n_c at DENSITY_SIZE + 2 equal steps of density (the last repeats, for the interpolation). */
function filmTable(n: PlanNumbers, c: 0 | 1 | 2, bias: number): Float32Array {
  const table = shared(DENSITY_SIZE + 2);
  const gain = n.gain[c];
  const line = straightLine(n.slope[c], n.toe);
  for (let i = 0; i < DENSITY_SIZE + 2; i++) table[i] = gain * line[i] + bias;
  return table;
}

/** Linear interpolation in a film table; densities outside its range count as its ends. */
export function lookDensity(table: Float32Array, density: number): number {
  let p = (density - DENSITY_MIN) * PER_DENSITY;
  p = p < 0 ? 0 : p > DENSITY_SIZE ? DENSITY_SIZE : p;
  const i = p | 0;
  const a = table[i];
  return a + (table[i + 1] - a) * (p - i);
}
