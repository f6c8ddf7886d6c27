/**
 * Dust, hairs and scratches laid on a simulated scan at known places, and the infrared plane a scanner would
 * write of it: the dyes' small share, lamp fall-off, softer focus, a few rows out of step, noise of its own.
 */
import { normal, uniform } from './random.ts';

export type DefectKind = 'speck' | 'hair' | 'scratch';

export interface Defect {
  kind: DefectKind;
  /** Darkening at its core, log10. */
  depth: number;
  /** Pixels (indices) it darkens by at least a fifth of its depth. */
  pixels: number[];
}

export interface InfraredOptions {
  /** Slope of log infrared on log red that the film has: 0.04 dyes, 0.35 Kodachrome, 1 silver. */
  slope: number;
  /** Noise, standard deviation of log10. */
  noise: number;
  /** The infrared of pixel (x, y) is written at (x + shift.x, y + shift.y). */
  shift: { x: number; y: number };
  /** Standard deviation of the infrared's blur, pixels. */
  blur: number;
  /** Darkening in infrared as a share of that in the light. */
  share: number;
}

/** Places defects at random; `scale` 1 suits a 1500-pixel scan. Returns the map of log10 darkening and the list. */
export function plant(
  width: number,
  height: number,
  counts: Record<DefectKind, number>,
  seed: number,
  scale = 1,
): { darkening: Float32Array; defects: Defect[] } {
  const random = uniform(seed);
  const between = (a: number, b: number) => a + (b - a) * random();
  const darkening = new Float32Array(width * height);
  const defects: Defect[] = [];
  const draw = (kind: DefectKind, points: [number, number][], radius: number, depth: number) => {
    const own = new Map<number, number>();
    for (const [cx, cy] of points)
      for (
        let y = Math.max(0, Math.floor(cy - radius - 1));
        y <= Math.min(height - 1, Math.ceil(cy + radius + 1));
        y++
      )
        for (
          let x = Math.max(0, Math.floor(cx - radius - 1));
          x <= Math.min(width - 1, Math.ceil(cx + radius + 1));
          x++
        ) {
          // One pixel of soft edge.
          const cover = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(x - cx, y - cy)));
          if (cover > 0) own.set(y * width + x, Math.max(own.get(y * width + x) ?? 0, cover * depth));
        }
    const pixels: number[] = [];
    for (const [i, d] of own) {
      darkening[i] = Math.max(darkening[i], d);
      if (d > 0.2 * depth) pixels.push(i);
    }
    defects.push({ kind, depth, pixels });
  };
  for (let k = 0; k < counts.speck; k++) {
    const r = between(1, 5) * scale;
    const x = between(0.02, 0.98) * width;
    const y = between(0.02, 0.98) * height;
    const lumps = 1 + Math.floor(random() * 3);
    const points = Array.from(
      { length: lumps },
      (_, i) => (i === 0 ? [x, y] : [x + between(-r, r), y + between(-r, r)]) as [number, number],
    );
    draw('speck', points, r, between(0.04, 1.2));
  }
  for (let k = 0; k < counts.hair; k++) {
    const points: [number, number][] = [];
    let x = between(0.1, 0.9) * width;
    let y = between(0.1, 0.9) * height;
    let angle = random() * 2 * Math.PI;
    let turn = between(-0.02, 0.02) / scale;
    const length = between(60, 260) * scale;
    for (let s = 0; s < length; s += 0.5) {
      points.push([x, y]);
      x += 0.5 * Math.cos(angle);
      y += 0.5 * Math.sin(angle);
      angle += turn;
      turn += between(-0.0015, 0.0015) / scale;
    }
    draw('hair', points, between(0.6, 1.6) * scale, between(0.15, 0.9));
  }
  for (let k = 0; k < counts.scratch; k++) {
    const x = between(0.05, 0.95) * width;
    const y = between(0.02, 0.4) * height;
    const length = between(0.3, 0.55) * height;
    const lean = between(-0.03, 0.03);
    const points: [number, number][] = [];
    for (let s = 0; s < length; s += 0.5) points.push([x + lean * s, y + s]);
    draw('scratch', points, between(0.5, 1) * scale, between(0.06, 0.3));
  }
  return { darkening, defects };
}

/** Darkens interleaved 16-bit linear samples in place. */
export function darken(data: Uint16Array, darkening: Float32Array): void {
  for (let i = 0; i < darkening.length; i++) {
    if (darkening[i] === 0) continue;
    const t = 10 ** -darkening[i];
    for (let c = 0; c < 3; c++) data[i * 3 + c] = Math.round(data[i * 3 + c] * t);
  }
}

/** The infrared plane of a clean scan (interleaved RGB, 16-bit linear) under a darkening. */
export function infraredOf(
  clean: Uint16Array,
  darkening: Float32Array,
  width: number,
  height: number,
  options: InfraredOptions,
  seed: number,
): Uint16Array {
  const log = new Float32Array(width * height);
  for (let i = 0; i < log.length; i++)
    log[i] = options.slope * Math.log10(Math.max(1, clean[i * 3]) / 65535) - options.share * darkening[i];
  const soft = gauss(log, width, height, options.blur);
  const random = normal(seed);
  const out = new Uint16Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const u = (x / width - 0.5) ** 2 + (y / height - 0.5) ** 2;
      const v =
        at(soft, width, height, x - options.shift.x, y - options.shift.y) -
        0.03 * u +
        options.noise * random();
      out[y * width + x] = Math.min(65535, Math.max(0, Math.round(65535 * 0.7 * 10 ** v)));
    }
  return out;
}

function at(v: Float32Array, width: number, height: number, x: number, y: number): number {
  const cx = Math.min(width - 1.001, Math.max(0, x));
  const cy = Math.min(height - 1.001, Math.max(0, y));
  const ix = Math.floor(cx);
  const iy = Math.floor(cy);
  const fx = cx - ix;
  const fy = cy - iy;
  const p = (dx: number, dy: number) =>
    v[Math.min(height - 1, iy + dy) * width + Math.min(width - 1, ix + dx)];
  const top = p(0, 0) + (p(1, 0) - p(0, 0)) * fx;
  return top + (p(0, 1) + (p(1, 1) - p(0, 1)) * fx - top) * fy;
}

function gauss(v: Float32Array, width: number, height: number, sigma: number): Float32Array {
  if (sigma <= 0) return v;
  const r = Math.ceil(2.5 * sigma);
  const k = Float32Array.from({ length: 2 * r + 1 }, (_, i) => Math.exp(-0.5 * ((i - r) / sigma) ** 2));
  const sum = k.reduce((a, b) => a + b, 0);
  const pass = (src: Float32Array, horizontal: boolean) => {
    const out = new Float32Array(src.length);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        let s = 0;
        for (let j = -r; j <= r; j++) {
          const px = horizontal ? Math.min(width - 1, Math.max(0, x + j)) : x;
          const py = horizontal ? y : Math.min(height - 1, Math.max(0, y + j));
          s += k[j + r] * src[py * width + px];
        }
        out[y * width + x] = s / sum;
      }
    return out;
  };
  return pass(pass(v, true), false);
}
