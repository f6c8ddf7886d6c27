/**
 * What a run of consecutive frames of one shot tells about its cadence: whether frames are woven of fields of different times,
 * which fields repeat those before them and in what rhythm (pulldown, repeated frames), and whether moments were blended.
 */
import type { Frame, FrameFormat, Samples } from '../../../../../app/film/frame.ts';
import { findPattern, sharesOf, type Pattern } from './blend.ts';
import { combing, fieldDistance, weave, type Plane } from './fields.ts';
import { isPulldown, type Pulldown } from './pulldown.ts';

/** Share of combed pixels from which a frame is two fields of different times. */
export const COMBED = 0.006;
/** Frames that are needed to tell a rhythm of five. */
export const RUN_LEAST = 11;
/** Difference from frame to frame (8-bit levels, where most changes) below which nothing moves. */
const MOVES = 1.5;
/** What a field may differ from the one that it repeats, beside what fields of this run usually do. */
const REPEATS = 0.35;
/** How sure a pattern of blends has to be: (contrast - 1) x root of its frames. Clips without blends reach 1.9. */
const BLENDED = 2.3;

export type CadenceKind =
  /** Too short or too still to say. */
  | 'unknown'
  | 'progressive'
  /** Two fields of different times in every frame. */
  | 'interlaced'
  /** Film frames whose fields lie in two frames throughout: 2:2 pulldown off by a field. */
  | 'shifted'
  /** 3:2 pulldown. */
  | 'telecine';

export interface Blend {
  /** Whole frames were mixed, or fields each by themselves. */
  of: 'frames' | 'fields';
  /** Mean of both fields' `Pattern.contrast`. */
  contrast: number;
  /** Rate and phase of the even lines' pattern; null: two woven frames in five were mixed (telecine, deinterlaced by blending). */
  rate: number | null;
  phase: number;
}

export interface ShotCadence {
  /** The shot's first frame. */
  first: number;
  kind: CadenceKind;
  pulldown: Pulldown | null;
  /** For 'shifted': the frame's odd lines belong to the even lines of the frame that far away. */
  shift: -1 | 1 | null;
  /** Frames of the run that repeat the one before, and how many frames the run has. */
  repeats: number;
  frames: number;
  /** Every how many frames one is a repeat; null: in no regular rhythm, or none. */
  every: number | null;
  blend: Blend | null;
}

/** Luma of a frame, or green, which is most of it. */
const lumaOf = (frame: Frame, format: FrameFormat): Samples =>
  frame.planes[format.sampling === 'rgb' ? 1 : 0];

/** Mean difference of the lines of one parity, where most changes: the tenth of the blocks of 16 x 8 lines that differ most. */
export function fieldChange(
  a: Samples,
  b: Samples,
  size: { width: number; height: number },
  parity: 0 | 1,
): number {
  const { width, height } = size;
  const columns = Math.max(1, Math.floor(width / 16));
  const blocks: number[] = [];
  for (let top = 0; top + 16 <= height || top === 0; top += 16)
    for (let c = 0; c < columns; c++) {
      let sum = 0;
      let count = 0;
      const to = Math.min(width, (c + 1) * 16);
      for (let y = top + parity; y < Math.min(height, top + 16); y += 2)
        for (let i = y * width + c * 16, end = y * width + to; i < end; i++, count++)
          sum += Math.abs(a[i] - b[i]);
      if (count > 0) blocks.push(sum / count);
    }
  blocks.sort((p, q) => q - p);
  const most = blocks.slice(0, Math.max(1, Math.ceil(blocks.length / 10)));
  return most.reduce((s, v) => s + v, 0) / most.length;
}

/** What changes usually are around entry `k`: more than two in three are smaller, so that repeats do not count. */
const usualAround = (changes: readonly number[], k: number): number => {
  const near = changes.slice(Math.max(0, k - 4), k + 5).sort((a, b) => a - b);
  return near[Math.floor(near.length * 0.7)];
};

/**
 * The phase modulo `period` at which `changes` are small and nowhere else, by frame number; null: there is none. Frames around
 * which nothing moves say nothing.
 * @param changes of frame n against the one before; entry k belongs to frame `from + k`
 */
function beatOf(changes: readonly number[], from: number, period: number): number | null {
  const counts = Array.from({ length: period }, () => ({ small: 0, large: 0 }));
  let moving = 0;
  changes.forEach((change, k) => {
    const usual = usualAround(changes, k);
    if (usual < MOVES) return;
    moving++;
    counts[(from + k) % period][change < REPEATS * usual ? 'small' : 'large']++;
  });
  if (moving < 2 * period) return null;
  const share = ({ small, large }: { small: number; large: number }): number =>
    small / Math.max(1, small + large);
  const phase = counts.reduce((best, c, k) => (share(c) > share(counts[best]) ? k : best), 0);
  // Nearly all repeats are small, nearly all others are not.
  const others = counts.filter((_, k) => k !== phase);
  const small = others.reduce((sum, c) => sum + c.small, 0);
  const large = others.reduce((sum, c) => sum + c.large, 0);
  return counts[phase].small >= 2 && share(counts[phase]) >= 0.8 && share({ small, large }) <= 0.2
    ? phase
    : null;
}

const sure = ({ contrast, frames }: Pattern): number => (contrast - 1) * Math.sqrt(frames);

/** The mixture of whole frames that both halves of their lines show alike; null: none. */
function blendedFrames(
  run: readonly Samples[],
  size: { width: number; height: number },
  scale: number,
): Blend | null {
  const of = (parity: 0 | 1): Pattern =>
    findPattern(
      run.map((here, n) =>
        n > 0 && n + 1 < run.length ? sharesOf(run[n - 1], here, run[n + 1], size, parity, scale) : null,
      ),
    );
  const even = of(0);
  if (sure(even) < 0.8 * BLENDED) return null;
  const odd = of(1);
  if ((sure(even) + sure(odd)) / 2 < BLENDED) return null;
  return {
    of: 'frames',
    contrast: round((even.contrast + odd.contrast) / 2),
    rate: even.kind === 'woven' ? null : round(even.rate),
    phase: round(even.phase),
  };
}

/** The mixture of fields, each against those before and after it in time; null: none. */
function blendedFields(
  run: readonly Samples[],
  size: { width: number; height: number },
  scale: number,
): Blend | null {
  const first = orderOf(run, size);
  const fields = run.flatMap((data) =>
    [first, 1 - first].map((parity) => ({ data, parity: parity as 0 | 1 })),
  );
  const pattern = findPattern(
    fields.map(({ data, parity }, k) => {
      if (k === 0 || k + 1 === fields.length) return null;
      // Lines of the other parity above and below stand for the line itself.
      const [before, after] = [fields[k - 1].data, fields[k + 1].data].map((d) => between(d, size, parity));
      return sharesOf(before, data, after, size, parity, scale);
    }),
  );
  // Fields of both parities see a little otherwise, in turns: what looks like a mixture in every second one has to be clear.
  const inTurns = pattern.kind === 'even' && Math.abs(pattern.rate - 0.5) < 0.03;
  if (sure(pattern) < (inTurns ? 2 : 1) * BLENDED) return null;
  return {
    of: 'fields',
    contrast: round(pattern.contrast),
    rate: pattern.kind === 'woven' ? null : round(pattern.rate),
    phase: round(pattern.phase),
  };
}

/** Lines of `parity` as means of those above and below; the others are not written. */
function between(
  data: Samples,
  { width, height }: { width: number; height: number },
  parity: number,
): Samples {
  const out = data instanceof Uint16Array ? new Uint16Array(data.length) : new Uint8Array(data.length);
  for (let y = parity; y < height; y += 2) {
    const above = (y > 0 ? y - 1 : y + 1) * width;
    const below = (y + 1 < height ? y + 1 : y - 1) * width;
    for (let x = 0, i = y * width; x < width; x++, i++) out[i] = (data[above + x] + data[below + x] + 1) >> 1;
  }
  return out;
}

/** The parity that was taken first: the later field of a frame lies nearer to the earlier one of the next. */
function orderOf(run: readonly Samples[], size: { width: number; height: number }): 0 | 1 {
  let [even, odd] = [0, 0];
  for (let n = 0; n + 1 < run.length; n += 3) {
    const [a, b] = [run[n], run[n + 1]].map((data): Plane => ({ ...size, data }));
    even += fieldDistance(a, 1, b, 0);
    odd += fieldDistance(a, 0, b, 1);
  }
  return odd < even ? 1 : 0;
}

const round = (v: number): number => Math.round(v * 1000) / 1000;

/** @param frames consecutive frames of the shot, as decoded */
export function measureCadence(first: number, frames: readonly Frame[], format: FrameFormat): ShotCadence {
  const scale = 2 ** (format.bits - 8);
  const { width, height } = format;
  const size = { width, height };
  const luma = frames.map((frame) => lumaOf(frame, format));
  const changes = ([0, 1] as const).map((parity) =>
    luma.slice(1).map((here, k) => fieldChange(luma[k], here, size, parity) / scale),
  );
  const both = changes[0].map((v, k) => Math.max(v, changes[1][k]));
  const moving = both.filter((_, k) => usualAround(both, k) >= MOVES).length;
  const repeats = both.filter((v, k) => {
    const around = usualAround(both, k);
    return around >= MOVES && v < REPEATS * around;
  }).length;
  const found = {
    ...{ first, kind: 'unknown', pulldown: null, shift: null, every: null, blend: null },
    ...{ repeats, frames: frames.length },
  } satisfies ShotCadence;
  if (moving < RUN_LEAST - 1) return found;
  const from = frames[1].index;
  const [top, bottom] = changes.map((field) => beatOf(field, from, 5));
  if (top !== null && bottom !== null && isPulldown({ top, bottom }))
    return { ...found, kind: 'telecine', pulldown: { top, bottom } };
  const woven = wovenOf(luma, size, scale);
  const every = [2, 3, 4, 5, 6, 8, 12].find((period) => beatOf(both, from, period) !== null) ?? null;
  const blended = woven.kind === 'progressive' ? blendedFrames : blendedFields;
  return { ...found, ...woven, every, blend: blended(luma, size, scale) };
}

/** Whether most frames are combed, and whether they would not be with a field of their neighbours. */
function wovenOf(
  run: readonly Samples[],
  size: { width: number; height: number },
  scale: number,
): Pick<ShotCadence, 'kind' | 'shift'> {
  const least = 10 * scale;
  const planes = run.map((data): Plane => ({ ...size, data }));
  // A dozen frames tell enough.
  const step = Math.max(1, Math.floor(planes.length / 12));
  const looked = planes.flatMap((_, n) => (n % step === 0 && n > 0 && n + 1 < planes.length ? [n] : []));
  const combed = looked.filter((n) => combing(planes[n], least) > COMBED);
  if (combed.length < 0.4 * looked.length) return { kind: 'progressive', shift: null };
  for (const shift of [-1, 1] as const) {
    const clean = combed.filter(
      (n) => combing({ ...size, data: weave(planes[n + shift], planes[n]) }, least) < COMBED,
    );
    if (clean.length > 0.8 * combed.length) return { kind: 'shifted', shift };
  }
  return { kind: 'interlaced', shift: null };
}
