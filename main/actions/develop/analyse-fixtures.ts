/**
 * Scans drawn for the tests of the analysis, with everything known beforehand: where each frame lies, what the
 * film base is, where light, holder and perforations are. Linear 16-bit samples, drawn with four samples a
 * pixel so that edges between pixels are where they are said to be. Not used by the application.
 */
import type { Rgb } from '../../../app/picture.ts';
import type { DecodedScan, ScanInfo } from '../../files/types.ts';

export interface FixtureFrame {
  x: number;
  y: number;
  w: number;
  h: number;
  /** What is on it: 'scene' by default; 'night' hardly exposed but for a few lights. */
  content?: 'scene' | 'night' | 'clear';
}
export interface FixtureStrip {
  x: number;
  y: number;
  w: number;
  h: number;
}
export interface Fixture {
  width: number;
  height: number;
  /** What surrounds the film: opaque holder or naked light. */
  around: 'holder' | 'light';
  base: Rgb;
  light?: Rgb;
  strips: FixtureStrip[];
  frames: FixtureFrame[];
  /** Perforations as rectangles of light. */
  holes?: FixtureStrip[];
  /** Dark marks on the rebate. */
  marks?: FixtureStrip[];
  /** Tilt of all that is film about the scan's centre, degrees clockwise. */
  angle?: number;
  /** Black and white film: the same density in all channels. */
  silver?: boolean;
  /** Light fall-off: transmitted light at the corners relative to the centre. */
  falloff?: number;
  /** Standard deviation of density noise per pixel. */
  grain?: number;
  /** Ragged edges of the strips, in pixels. */
  ragged?: number;
  seed?: number;
}

/** Small, fast, repeatable random numbers 0..1 (mulberry32). */
export function random(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Log exposure (0 to about 2) and hue of an invented scene at u, v in 0..1: a horizon, clouds, houses, trees. */
function scene(seed: number): (u: number, v: number) => [number, number, number] {
  const next = random(seed * 7919 + 17);
  const waves = Array.from({ length: 7 }, () => [next() * 14 - 7, next() * 14 - 7, next() * 6.3, next()]);
  const boxes = Array.from({ length: 16 }, () => [
    next() * 1.1 - 0.1,
    0.3 + next() * 0.7,
    0.04 + next() * 0.2,
    0.06 + next() * 0.3,
    next(),
    next(),
  ]);
  const horizon = 0.35 + 0.25 * next();
  return (u, v) => {
    let e = v < horizon ? 1.25 - 0.35 * v : 0.55 + 0.25 * v;
    let red = v < horizon ? -0.12 : 0.06;
    let blue = v < horizon ? 0.15 : -0.12;
    for (const [fx, fy, phase, weight] of waves)
      e += 0.07 * weight * Math.sin(6.283 * (fx * u + fy * v) + phase);
    for (const [x, y, w, h, tone, hue] of boxes)
      if (u > x && u < x + w && v > y && v < y + h) {
        e = 0.12 + 1.3 * tone * tone;
        red = 0.35 * (hue - 0.5);
        blue = -0.35 * (hue - 0.5) + 0.05;
      }
    return [e + red, e, e + blue];
  };
}

function night(seed: number): (u: number, v: number) => [number, number, number] {
  const next = random(seed * 104729 + 5);
  const lamps = Array.from({ length: 14 }, () => [
    next(),
    0.25 + 0.7 * next(),
    0.012 + 0.05 * next(),
    next(),
  ]);
  return (u, v) => {
    let e = 0.2 + 0.05 * v;
    for (const [x, y, r, warm] of lamps) {
      const d = Math.hypot(u - x, v - y) / r;
      e += (0.6 + warm) * Math.exp(-d * d) + 0.15 * Math.exp(-d / 4);
    }
    return [e * 1.1, e, e * 0.9];
  };
}

const CORNERS = [
  [0.25, 0.25],
  [0.75, 0.25],
  [0.25, 0.75],
  [0.75, 0.75],
] as const;

const SLOPE: Rgb = [0.56, 0.6, 0.66];

/** Draws the scan. Rectangles are in pixels; those of film are turned by `angle` about the scan's centre. */
export function drawScan(f: Fixture): DecodedScan {
  const { width, height } = f;
  const data = new Uint16Array(width * height * 3);
  const rad = ((f.angle ?? 0) * Math.PI) / 180;
  const s = Math.sin(rad);
  const c = Math.cos(rad);
  const light = f.light ?? [1.05, 1.05, 1.05];
  const next = random((f.seed ?? 1) + 99);
  const rough = Float32Array.from({ length: 4096 }, () => (next() - 0.5) * 2 * (f.ragged ?? 0));
  const scenes = f.frames.map((frame, i) =>
    frame.content === 'night'
      ? night((f.seed ?? 1) + i)
      : frame.content === 'clear'
        ? () => [0, 0, 0] as [number, number, number]
        : scene((f.seed ?? 1) + i),
  );
  const inside = (r: FixtureStrip, x: number, y: number): boolean =>
    x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
  /** What lies at a point: a perforation, outside the film, a mark, bare film, or a frame's number. */
  const HOLE = -4;
  const NONE = -3;
  const MARK = -2;
  const BARE = -1;
  const thing = (px: number, py: number): number => {
    // Back into the film's own upright coordinates.
    const dx = px - width / 2;
    const dy = py - height / 2;
    const x = width / 2 + dx * c + dy * s;
    const y = height / 2 - dx * s + dy * c;
    if (f.holes?.some((hole) => inside(hole, x, y))) return HOLE;
    const wobble = rough[Math.floor(Math.abs(x + 3 * y)) & 4095];
    const film = f.strips.some(
      (r) => x >= r.x + wobble && x < r.x + r.w - wobble && y >= r.y + wobble && y < r.y + r.h - wobble,
    );
    if (!film) return NONE;
    if (f.marks?.some((mark) => inside(mark, x, y))) return MARK;
    return f.frames.findIndex((frame) => inside(frame, x, y));
  };
  const seen = (px: number, py: number, i: number): Rgb => {
    if (i === HOLE) return light;
    if (i === NONE) return f.around === 'holder' ? [0.0006, 0.0006, 0.0006] : light;
    if (i === MARK) return [f.base[0] * 0.15, f.base[1] * 0.1, f.base[2] * 0.1];
    if (i === BARE) return f.base;
    const dx = px - width / 2;
    const dy = py - height / 2;
    const x = width / 2 + dx * c + dy * s;
    const y = height / 2 - dx * s + dy * c;
    const frame = f.frames[i];
    const e = scenes[i]((x - frame.x) / frame.w, (y - frame.y) / frame.h);
    // A straight line with a short toe.
    const d = (k: 0 | 1 | 2): number => {
      const v = Math.max(0, f.silver ? e[1] : e[k]);
      return SLOPE[f.silver ? 1 : k] * (v < 0.2 ? (v * v) / 0.4 : v - 0.1);
    };
    return [f.base[0] * 10 ** -d(0), f.base[1] * 10 ** -d(1), f.base[2] * 10 ** -d(2)];
  };
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const things = CORNERS.map(([ox, oy]) => thing(x + ox, y + oy));
      let sum = [0, 0, 0];
      if (things.every((t) => t === things[0])) sum = [...seen(x + 0.5, y + 0.5, things[0])];
      else
        CORNERS.forEach(([ox, oy], i) => {
          const v = seen(x + ox, y + oy, things[i]);
          for (let k = 0; k < 3; k++) sum[k] += v[k] / 4;
        });
      const r2 = ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2) * 2;
      const lamp = 1 - (1 - (f.falloff ?? 1)) * r2;
      const noise = (f.grain ?? 0.012) * (next() + next() + next() + next() - 2) * 1.73;
      for (let k = 0; k < 3; k++)
        data[(y * width + x) * 3 + k] = Math.max(
          0,
          Math.min(65535, Math.round(65535 * sum[k] * lamp * 10 ** -noise)),
        );
    }
  return decoded(data, width, height);
}

/** Wraps samples as a decoded scan at full size. */
export function decoded(
  data: Uint16Array | Uint8Array,
  width: number,
  height: number,
  info: Partial<ScanInfo> = {},
): DecodedScan {
  return {
    info: {
      format: 'tiff',
      width,
      height,
      bits: data instanceof Uint8Array ? 8 : 16,
      channels: 3,
      pages: 1,
      infrared: null,
      orientation: 1,
      dpi: null,
      iccName: null,
      make: null,
      model: null,
      software: null,
      dateTimeOriginal: null,
      dateTimeDigitized: null,
      cameraExposure: null,
      saysNegative: null,
      curveReason: 'drawn',
      bytes: data.byteLength,
      modifiedMs: 0,
      ...info,
    },
    picture: {
      width,
      height,
      channels: 3,
      data,
      curve: data instanceof Uint8Array ? { kind: 'srgb' } : { kind: 'linear' },
      orientation: 1,
    },
    scale: 1,
  };
}

/** Base of an ordinary C-41 film under a neutral lamp: 0.25 / 0.60 / 0.85 D. */
export const ORANGE: Rgb = [0.562, 0.251, 0.141];
/** Base of a black-and-white film: 0.25 D. */
export const GREY: Rgb = [0.562, 0.562, 0.562];

/** Rows of holes along x at a pitch, 0.42 of the pitch wide, on both edges of a strip. */
export function perforate(
  strip: FixtureStrip,
  pitch: number,
  rows: 'both' | 'bottom' = 'both',
): FixtureStrip[] {
  const w = pitch * 0.42;
  const h = pitch * 0.585;
  const out: FixtureStrip[] = [];
  for (let x = strip.x + pitch * 0.3; x < strip.x + strip.w; x += pitch) {
    if (rows === 'both') out.push({ x, y: strip.y + pitch * 0.42, w, h });
    out.push({ x, y: strip.y + strip.h - pitch * 0.42 - h, w, h });
  }
  return out;
}
