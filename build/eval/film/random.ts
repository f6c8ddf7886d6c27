/** Seeded random numbers and value noise for scenes, grain and planted defects: the same seed, the same picture everywhere. */

/** 32-bit hash of two integers and a seed (xxHash's finishing steps), 0..2^32-1. */
export function hash(x: number, y: number, seed: number): number {
  let h = (Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca6b) ^ Math.imul(seed, 0xc2b2ae35)) | 0;
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
}

/** Generator of uniform numbers 0..1 (mulberry32). */
export function uniform(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Generator of normal numbers, mean 0 and deviation 1 (Box-Muller). */
export function normal(seed: number): () => number {
  const u = uniform(seed);
  let spare: number | null = null;
  return () => {
    if (spare !== null) {
      const s = spare;
      spare = null;
      return s;
    }
    const r = Math.sqrt(-2 * Math.log(1 - u()));
    const t = 2 * Math.PI * u();
    spare = r * Math.sin(t);
    return r * Math.cos(t);
  };
}

/** One octave of value noise, -1..1, smooth over one unit. */
function octave(x: number, y: number, seed: number): number {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const fx = x - x0;
  const fy = y - y0;
  const sx = fx * fx * (3 - 2 * fx);
  const sy = fy * fy * (3 - 2 * fy);
  const v = (dx: number, dy: number) => hash(x0 + dx, y0 + dy, seed) / 2147483648 - 1;
  const a = v(0, 0) + (v(1, 0) - v(0, 0)) * sx;
  const b = v(0, 1) + (v(1, 1) - v(0, 1)) * sx;
  return a + (b - a) * sy;
}

/** Four octaves of value noise, about -1..1; `scale` is the size of the largest features in pixels. */
export function texture(x: number, y: number, scale: number, seed: number): number {
  let sum = 0;
  let weight = 0.5;
  for (let i = 0, f = 1 / scale; i < 4; i++, f *= 2.03) {
    sum += weight * octave(x * f, y * f, seed + i);
    weight *= 0.5;
  }
  return sum;
}
