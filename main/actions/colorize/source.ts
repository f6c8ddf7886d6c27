/**
 * The coloured picture, read in parts of any size. Per pixel: chroma by a local linear model of the luminance, laid
 * bilinearly between the points of the plan's grid, then Lab to the picture's own RGB space at the lightness that the
 * pixel had. Luminance is never touched; a colour that the space cannot show loses chroma at its lightness and hue.
 * Every pixel depends on its place in the whole picture alone, so parts join bit for bit whatever their size.
 */
import { labSpace, type LabSpace } from '../../../app/color/gamut.ts';
import { linearModels } from '../../../app/color/guided.ts';
import type { Rect } from '../../../app/picture.ts';
import { planar, type Planar } from '../../../app/planar.ts';
import type { ColourParams } from '../../../app/recipe/restore.ts';
import { grown, type PictureSource } from '../picture/source.ts';
import { denoisedGuide, grainOf, GUIDE_STEPS } from './guide.ts';
import { gridChroma } from './plan.ts';
import type { Chroma, ColourPlan, PlacedHint } from './types.ts';

/** Radius of the window that frees the guide from grain, in pixels of the full-size scan. */
const GRAIN_RADIUS = 3;
/** Variance of L* under which the grid's luminance does not steer chroma. */
const STEADY = 9;
/** Radius within which a hint is made exact, as a share of the longer side. */
const EXACT = 0.012;
/** Chroma that is too little for any file to hold; such pixels stay as they are, to the last bit. */
const NOTHING = 1e-3;
/** Patches in which grain is measured: their side, and how many lie along each axis. */
const PATCH = 64;
const PATCHES = 3;

type Sliders = Omit<ColourParams, 'on' | 'hints' | 'model'>;

/** Slope and offset of a* and b* on the plan's grid: all that a part's chroma needs of plan and sliders. Plain data. */
export interface ColourModel {
  slopeA: Float32Array;
  offsetA: Float32Array;
  slopeB: Float32Array;
  offsetB: Float32Array;
}

/** The model of a plan for one set of sliders. */
export function colourModel(plan: ColourPlan, params: Sliders): ColourModel {
  const { grid, lightness, own } = plan;
  const made = gridChroma(plan, params);
  // What the pixels hold themselves stays at full size; the model carries the difference.
  if (own)
    for (let i = 0; i < lightness.length; i++) {
      made.a[i] -= own.raw.a[i];
      made.b[i] -= own.raw.b[i];
    }
  const [a, b] = linearModels(lightness, [made.a, made.b], grid, 1, STEADY).map(({ slope }) => slope);
  const offset = (plane: Float32Array, slope: Float32Array): Float32Array =>
    plane.map((v, i) => v - slope[i] * lightness[i]);
  return { slopeA: a, offsetA: offset(made.a, a), slopeB: b, offsetB: offset(made.b, b) };
}

/** Lifts the chroma around one hint so that its own pixel has the colour that was asked for. */
interface Correction {
  x: number;
  y: number;
  a: number;
  b: number;
}

/**
 * The picture in colour: three planes in the source's own space.
 * @param source the whole picture at any size, of the shape that the plan was made of
 * @param model `colourModel` of plan and sliders, where it is there already; made when it is needed without
 * @throws RangeError when source and plan are not of one shape
 */
export function colouredSource(
  source: PictureSource,
  plan: ColourPlan,
  params: Sliders,
  model: ColourModel | null = null,
): PictureSource {
  const { grid } = plan;
  const skew = (source.width * grid.height) / (source.height * grid.width);
  const slack = 1 + 2 / Math.min(grid.width, grid.height, source.width, source.height);
  if (skew > slack || skew < 1 / slack)
    throw new RangeError(
      `a plan of ${grid.width}x${grid.height} does not suit a picture of ${source.width}x${source.height}`,
    );
  return new ColouredSource(source, plan, params, model);
}

/** Memory of the numbers between a part's pixels and its colours, used again for the next part. */
class Scratch {
  private f = new Float64Array(0);
  private steps = new Int32Array(0);
  private planes = new Float32Array(0);

  /** @param seen pixels that are read, @param wanted those that are made */
  take(
    seen: number,
    wanted: number,
  ): { f: Float64Array; steps: Int32Array; guide: Float32Array; chroma: Chroma } {
    if (this.f.length < seen) {
      this.f = new Float64Array(seen);
      this.steps = new Int32Array(seen);
    }
    if (this.planes.length < 3 * wanted) this.planes = new Float32Array(3 * wanted);
    const plane = (k: number): Float32Array => this.planes.subarray(k * wanted, (k + 1) * wanted);
    return {
      f: this.f.subarray(0, seen),
      steps: this.steps.subarray(0, seen),
      guide: plane(0),
      chroma: { a: plane(1), b: plane(2) },
    };
  }
}

/** Neutral values whose f(Y) is remembered: those of 8 bits all have a place of their own. */
const NEUTRALS = 4096;

class ColouredSource implements PictureSource {
  readonly width: number;
  readonly height: number;
  readonly channels = 3;
  readonly space: PictureSource['space'];
  readonly scale: number;
  private readonly source: PictureSource;
  private readonly plan: ColourPlan;
  private readonly params: Sliders;
  private readonly radius: number;
  private readonly lab: LabSpace;
  private readonly scratch = new Scratch();
  private readonly neutral = new Float64Array(NEUTRALS).fill(NaN);
  private readonly neutralF = new Float64Array(NEUTRALS);
  private model: ColourModel | null;
  private ready: Promise<{ variance: number; corrections: Correction[] }> | null = null;

  constructor(source: PictureSource, plan: ColourPlan, params: Sliders, model: ColourModel | null) {
    this.source = source;
    this.plan = plan;
    this.params = params;
    this.model = model;
    this.width = source.width;
    this.height = source.height;
    this.space = source.space;
    this.scale = source.scale;
    this.radius = Math.min(8, Math.max(1, Math.round(GRAIN_RADIUS * source.scale)));
    this.lab = labSpace(source.space);
  }

  async read(rect: Rect, signal?: AbortSignal): Promise<Planar> {
    this.ready ??= this.prepare(signal).catch((error: unknown) => {
      this.ready = null;
      throw error;
    });
    const { variance, corrections } = await this.ready;
    const from = grown(rect, this.radius, this);
    const picture = await this.source.read(from, signal);
    // Nothing waits from here on: one part at a time has the memory.
    const { f, steps, guide, chroma } = this.scratch.take(from.w * from.h, rect.w * rect.h);
    this.luminance(picture, f);
    denoisedGuide(counted(f, steps), from, rect, this.radius, variance, guide);
    this.chromaAt(rect, guide, chroma);
    this.correct(chroma, rect, corrections);
    return this.merge(picture, from, rect, f, chroma);
  }

  /** f(Y) of each pixel. */
  private luminance(
    picture: Planar,
    out: Float64Array = new Float64Array(picture.width * picture.height),
  ): Float64Array {
    const n = picture.width * picture.height;
    const { data } = picture;
    const { lab, neutral, neutralF } = this;
    if (picture.channels === 1) for (let i = 0; i < n; i++) out[i] = lab.fOfGrey(data[i]);
    else
      for (let i = 0; i < n; i++) {
        const r = data[i];
        const g = data[n + i];
        const b = data[2 * n + i];
        if (r !== g || g !== b || !(r >= 0 && r <= 1)) {
          out[i] = lab.fOf(r, g, b);
          continue;
        }
        // A black and white print holds few values many times.
        const k = (r * (NEUTRALS - 1)) | 0;
        if (neutral[k] !== r) {
          neutral[k] = r;
          neutralF[k] = lab.fOf(r, r, r);
        }
        out[i] = neutralF[k];
      }
    return out;
  }

  /** Chroma of a part, from the model. */
  private chromaAt(
    rect: Rect,
    guide: Float32Array,
    out: Chroma = { a: new Float32Array(rect.w * rect.h), b: new Float32Array(rect.w * rect.h) },
  ): Chroma {
    const { slopeA, offsetA, slopeB, offsetB } = (this.model ??= colourModel(this.plan, this.params));
    const { width, height } = this.plan.grid;
    const columns = new Int32Array(rect.w);
    const parts = new Float64Array(rect.w);
    for (let x = 0; x < rect.w; x++) {
      const u = Math.min(width - 1, Math.max(0, ((rect.x + x + 0.5) * width) / this.width - 0.5));
      columns[x] = Math.min(Math.max(0, width - 2), Math.floor(u));
      parts[x] = u - columns[x];
    }
    const first = columns[0];
    const last = Math.min(width - 1, columns[rect.w - 1] + 1);
    const right = width > 1 ? 1 : 0;
    const rows = [slopeA, offsetA, slopeB, offsetB].map(() => new Float64Array(last - first + 2));
    for (let y = 0; y < rect.h; y++) {
      const v = Math.min(height - 1, Math.max(0, ((rect.y + y + 0.5) * height) / this.height - 0.5));
      const j = Math.min(Math.max(0, height - 2), Math.floor(v));
      const t = v - j;
      const below = height > 1 ? width : 0;
      [slopeA, offsetA, slopeB, offsetB].forEach((plane, k) => {
        const row = rows[k];
        for (let i = first; i <= last; i++) {
          const at = j * width + i;
          row[i - first] = plane[at] + (plane[at + below] - plane[at]) * t;
        }
      });
      const [sa, oa, sb, ob] = rows;
      for (let x = 0, o = y * rect.w; x < rect.w; x++, o++) {
        const i = columns[x] - first;
        const s = parts[x];
        const k = i + right;
        const g = guide[o];
        out.a[o] = (sa[i] + (sa[k] - sa[i]) * s) * g + oa[i] + (oa[k] - oa[i]) * s;
        out.b[o] = (sb[i] + (sb[k] - sb[i]) * s) * g + ob[i] + (ob[k] - ob[i]) * s;
      }
    }
    return out;
  }

  private merge(picture: Planar, from: Rect, rect: Rect, f: Float64Array, { a, b }: Chroma): Planar {
    const out = planar(rect.w, rect.h, 3);
    const n = rect.w * rect.h;
    const m = picture.width * picture.height;
    const { data } = picture;
    const green = picture.channels === 1 ? 0 : m;
    const keep = this.plan.own !== null && picture.channels === 3;
    const { lab } = this;
    for (let y = 0; y < rect.h; y++) {
      let i = (rect.y - from.y + y) * from.w + rect.x - from.x;
      for (let x = 0, o = y * rect.w; x < rect.w; x++, o++, i++) {
        let ca = a[o];
        let cb = b[o];
        const r = data[i];
        const g = data[green + i];
        const bl = data[2 * green + i];
        const little = ca * ca + cb * cb < NOTHING * NOTHING;
        if (little && (keep || (r === g && g === bl))) {
          out.data[o] = r;
          out.data[n + o] = g;
          out.data[2 * n + o] = bl;
          continue;
        }
        if (keep) {
          lab.get(r, g, bl);
          ca += lab.lab[1];
          cb += lab.lab[2];
        }
        lab.putInto(f[i], ca, cb, out.data, o, n);
      }
    }
    return out;
  }

  /** What is measured on the picture itself before the first part is read: its grain, and how near the hints come. */
  private async prepare(signal?: AbortSignal): Promise<{ variance: number; corrections: Correction[] }> {
    const found: number[] = [];
    const w = Math.min(PATCH, this.width);
    const h = Math.min(PATCH, this.height);
    for (let k = 0; k < PATCHES * PATCHES; k += 2) {
      const x = Math.round(((this.width - w) * (1 + (k % PATCHES))) / (PATCHES + 1));
      const y = Math.round(((this.height - h) * (1 + Math.floor(k / PATCHES))) / (PATCHES + 1));
      const patch = await this.source.read({ x, y, w, h }, signal);
      found.push(
        grainOf(
          Float32Array.from(this.luminance(patch), (f) => 116 * f - 16),
          w,
          h,
        ),
      );
    }
    found.sort((p, q) => p - q);
    const sigma = found[1];
    return { variance: sigma * sigma, corrections: await this.corrections(sigma * sigma, signal) };
  }

  private place({ x, y }: PlacedHint): { x: number; y: number } {
    return {
      x: Math.min(this.width - 1, Math.floor(x * this.width)),
      y: Math.min(this.height - 1, Math.floor(y * this.height)),
    };
  }

  private get reach(): number {
    return Math.max(2, EXACT * Math.max(this.width, this.height));
  }

  private async corrections(variance: number, signal?: AbortSignal): Promise<Correction[]> {
    const out: (Correction & { wantA: number; wantB: number })[] = [];
    for (const hint of this.plan.hints) {
      const { x, y } = this.place(hint);
      const rect = { x, y, w: 1, h: 1 };
      const from = grown(rect, this.radius, this);
      const picture = await this.source.read(from, signal);
      const guide = denoisedGuide(counted(this.luminance(picture)), from, rect, this.radius, variance);
      const { a, b } = this.chromaAt(rect, guide);
      let ownA = 0;
      let ownB = 0;
      if (this.plan.own && picture.channels === 3) {
        const i = (y - from.y) * from.w + x - from.x;
        const n = from.w * from.h;
        this.lab.get(picture.data[i], picture.data[n + i], picture.data[2 * n + i]);
        [, ownA, ownB] = this.lab.lab;
      }
      const same = out.findIndex((one) => one.x === x && one.y === y);
      if (same >= 0) out.splice(same, 1);
      out.push({ x, y, a: 0, b: 0, wantA: hint.a - ownA - a[0], wantB: hint.b - ownB - b[0] });
    }
    // Neighbouring corrections overlap: each takes what the others leave (Gauss and Seidel).
    for (let round = 0; round < 50; round++)
      for (const one of out) {
        let a = one.wantA;
        let b = one.wantB;
        for (const other of out) {
          if (other === one) continue;
          const w = kernel(Math.hypot(one.x - other.x, one.y - other.y) / this.reach);
          a -= w * other.a;
          b -= w * other.b;
        }
        one.a = a;
        one.b = b;
      }
    return out.map(({ x, y, a, b }) => ({ x, y, a, b }));
  }

  private correct(chroma: Chroma, rect: Rect, corrections: readonly Correction[]): void {
    const reach = Math.ceil(this.reach);
    for (const { x, y, a, b } of corrections) {
      const x0 = Math.max(rect.x, x - reach);
      const x1 = Math.min(rect.x + rect.w - 1, x + reach);
      const y0 = Math.max(rect.y, y - reach);
      const y1 = Math.min(rect.y + rect.h - 1, y + reach);
      for (let j = y0; j <= y1; j++)
        for (let i = x0; i <= x1; i++) {
          const w = kernel(Math.hypot(i - x, j - y) / this.reach);
          const o = (j - rect.y) * rect.w + i - rect.x;
          chroma.a[o] += w * a;
          chroma.b[o] += w * b;
        }
    }
  }
}

/** Wendland's function: 1 in the middle, 0 from 1 on, smooth, and such that systems of it can always be solved. */
function kernel(d: number): number {
  return d >= 1 ? 0 : (1 - d) ** 4 * (4 * d + 1);
}

function counted(f: Float64Array, out: Int32Array = new Int32Array(f.length)): Int32Array {
  for (let i = 0; i < f.length; i++) out[i] = Math.round((116 * f[i] - 16) * GUIDE_STEPS);
  return out;
}
