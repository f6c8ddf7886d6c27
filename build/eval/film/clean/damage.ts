/**
 * Damage planted on clean clips with its truth known: grain, dirt, flicker (gain by frame, uneven over the picture), weave,
 * fades, lightning, line scratches, hairs. Grain comes first and is part of the truth that repairs are held against;
 * so "outside" a mask a frame is exact.
 */
import { planeSizes, type Frame, type FrameFormat } from '../../../../app/film/frame.ts';
import { planar } from '../../../../app/planar.ts';
import { blob, disc, stroke, wander } from '../../../../app/degrade/draw.ts';
import { seeded } from '../../../../app/random.ts';
import type { Clip } from './clip.ts';

const clamp8 = (v: number): number => (v < 0 ? 0 : v > 255 ? 255 : Math.round(v));

/** A clip's frames copied. */
export const copyClip = (clip: Clip): Clip => ({
  format: clip.format,
  frames: clip.frames.map((f) => ({ ...f, planes: f.planes.map((p) => p.slice()) })),
});

/** Silver grain: noise of standard deviation `sigma` (of 255), less in white and black, a little soft. In place. */
export function addGrain(clip: Clip, sigma: number, seed: number): Clip {
  const { width, height } = clip.format;
  for (const f of clip.frames) {
    const random = seeded('grain', seed, f.index);
    const noise = Float32Array.from({ length: width * height }, () => random.normal());
    const y = f.planes[0];
    for (let j = 0, i = 0; j < height; j++)
      for (let x = 0; x < width; x++, i++) {
        const l = noise[x > 0 ? i - 1 : i];
        const r = noise[x + 1 < width ? i + 1 : i];
        const u = noise[j > 0 ? i - width : i];
        const d = noise[j + 1 < height ? i + width : i];
        // Taps 0.25 around 1, scaled to unit deviation.
        const n = (noise[i] + 0.25 * (l + r + u + d)) / Math.sqrt(1.25);
        const tone = y[i] / 255;
        y[i] = clamp8(y[i] + sigma * n * (0.4 + 2.4 * tone * (1 - tone)));
      }
  }
  return clip;
}

/** One piece of planted dirt: the pixels it covers by more than a tenth. */
export interface Dirt {
  pixels: Int32Array;
  light: boolean;
}

/** Dirt on each frame: about `perFrame` pieces, dark and light, blobs, specks and threads. Returns pieces and masks by frame. */
export function addDirt(
  clip: Clip,
  perFrame: number,
  seed: number,
): { pieces: Dirt[][]; masks: Uint8Array[] } {
  const { format, frames } = clip;
  const { width, height } = format;
  const unit = Math.sqrt(Math.min(width, height) / 128);
  const pieces: Dirt[][] = [];
  const masks: Uint8Array[] = [];
  for (const f of frames) {
    const random = seeded('dirt', seed, f.index);
    const count = Math.max(0, Math.round(perFrame + Math.sqrt(perFrame) * random.normal()));
    const list: Dirt[] = [];
    const mask = new Uint8Array(width * height);
    for (let k = 0; k < count; k++) {
      const cover = planar(width, height, 1);
      const at = { x: random.next() * width, y: random.next() * height };
      const r = unit * (0.5 + 3.5 * random.next() ** 3);
      const strength = random.uniform(0.6, 1);
      const light = random.chance(0.4);
      if (random.chance(0.15))
        stroke(cover, wander(at, random.uniform(0, 6.28), 10 * r + 6, 0.25, random), 0.4 * unit, strength);
      else if (r < 1.1) disc(cover, at.x, at.y, r, strength);
      else blob(cover, at, r, 0.8, random, 1, strength);
      const tone = light ? random.uniform(205, 235) : random.uniform(16, 45);
      const touched: number[] = [];
      for (let i = 0; i < cover.data.length; i++) {
        const c = cover.data[i];
        if (c < 1 / 64) continue;
        f.planes[0][i] = clamp8(f.planes[0][i] + (tone - f.planes[0][i]) * c);
        mask[i] = 1;
        if (c > 0.1) touched.push(i);
      }
      coverChroma(f, format, cover.data);
      if (touched.length > 0) list.push({ pixels: Int32Array.from(touched), light });
    }
    pieces.push(list);
    masks.push(mask);
  }
  return { pieces, masks };
}

/** What hides the picture is grey: chroma goes to none by as much as it is covered. */
function coverChroma(f: Frame, format: FrameFormat, cover: Float32Array): void {
  const sizes = planeSizes(format);
  for (let p = 1; p < f.planes.length; p++) {
    const { width, height } = sizes[p];
    const sx = Math.round(format.width / width);
    const sy = Math.round(format.height / height);
    for (let y = 0, i = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) {
        let c = 0;
        for (let j = 0; j < sy; j++)
          for (let k = 0; k < sx; k++)
            c +=
              cover[
                Math.min(format.height - 1, y * sy + j) * format.width +
                  Math.min(format.width - 1, x * sx + k)
              ];
        if (c > 0) f.planes[p][i] = clamp8(f.planes[p][i] + (128 - f.planes[p][i]) * (c / (sx * sy)));
      }
  }
}

/** Exposure that pumps: gains by frame (slow and fast parts), and an uneven part; applied to luma over black. */
export function addFlicker(
  clip: Clip,
  amount: { slow: number; fast: number; uneven: number },
  seed: number,
): { gains: number[]; fields: Float32Array[] } {
  const { width, height } = clip.format;
  const slow = seeded('flicker', seed);
  const waves = [0, 1, 2].map(() => ({
    speed: (2 * Math.PI) / slow.uniform(6, 40),
    phase: slow.uniform(0, 6.28),
  }));
  const gains: number[] = [];
  const fields: Float32Array[] = [];
  for (const f of clip.frames) {
    const random = seeded('flicker', seed, f.index);
    const drift = waves.reduce((s, w) => s + Math.sin(w.speed * f.index + w.phase), 0) * Math.sqrt(2 / 3);
    const gain = 1 + amount.slow * drift + amount.fast * Math.max(-2.5, Math.min(2.5, random.normal()));
    // Unevenness: a plane and a saddle, zero in the mean.
    const [a, b, c] = [random.normal(), random.normal(), random.normal()];
    const field = new Float32Array(width * height);
    for (let y = 0, i = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++) {
        const u = (2 * x) / width - 1;
        const v = (2 * y) / height - 1;
        const uneven = amount.uneven * (a * u + b * v + c * u * v);
        field[i] = gain + uneven;
        f.planes[0][i] = clamp8(16 + (f.planes[0][i] - 16) * field[i]);
      }
    gains.push(gain);
    fields.push(field);
  }
  return { gains, fields };
}

/**
 * Gate weave of `n` frames, pixels. 'waves': three waves of 5 to 60 frames (0.8 of `sigma`) and what jumps from frame to frame
 * (0.6 of it). 'gate': a walk that is pulled back within four frames and as much that jumps, so that a frame lies
 * with 0.4 like the one before, as the locked camera of great_train_robbery_1903 does (0.45).
 */
export function drawWeave(
  n: number,
  sigma: number,
  seed: number,
  kind: 'waves' | 'gate' = 'waves',
): { dx: number; dy: number }[] {
  if (kind === 'gate') {
    const random = seeded('gate weave', seed);
    const keep = Math.exp(-1 / 4);
    const walk = [random.normal(), random.normal()];
    return Array.from({ length: n }, () => {
      const [dx, dy] = walk.map((w, k) => {
        walk[k] = keep * w + Math.sqrt(1 - keep * keep) * random.normal();
        return sigma * Math.SQRT1_2 * (walk[k] + random.normal());
      });
      return { dx, dy };
    });
  }
  const slow = seeded('weave', seed);
  const wave = (): { speed: number; phase: number } => ({
    speed: (2 * Math.PI) / (5 * 12 ** slow.next()),
    phase: slow.uniform(0, 6.28),
  });
  const waves = [
    [wave(), wave(), wave()],
    [wave(), wave(), wave()],
  ];
  const drift = (w: (typeof waves)[number], i: number): number =>
    w.reduce((s, v) => s + Math.sin(v.speed * i + v.phase), 0) * Math.sqrt(2 / 3);
  return Array.from({ length: n }, (_, i) => {
    const random = seeded('weave', seed, i);
    const dx = sigma * (0.8 * drift(waves[0], i) + 0.6 * random.normal());
    const dy = sigma * (0.8 * drift(waves[1], i) + 0.6 * random.normal());
    return { dx, dy };
  });
}

/** Each frame displaced, out(x) = in(x - d), bicubic; chroma along. */
export function displace(clip: Clip, by: readonly { dx: number; dy: number }[]): void {
  const sizes = planeSizes(clip.format);
  clip.frames.forEach((f, i) => {
    const { dx, dy } = by[i];
    f.planes = f.planes.map((p, k) => {
      const { width, height } = sizes[k];
      return shifted(p, width, height, (dx * width) / sizes[0].width, (dy * height) / sizes[0].height);
    });
  });
}

/** out(x) = in(x - d) by Catmull-Rom, borders repeated. */
export function shifted(
  p: Uint8Array | Uint16Array,
  width: number,
  height: number,
  dx: number,
  dy: number,
): Uint8Array {
  const taps = (d: number): { at: number; w: number[] } => {
    const at = Math.floor(-d);
    const t = -d - at;
    const w = [
      -0.5 * t + t * t - 0.5 * t ** 3,
      1 - 2.5 * t * t + 1.5 * t ** 3,
      0.5 * t + 2 * t * t - 1.5 * t ** 3,
      -0.5 * t * t + 0.5 * t ** 3,
    ];
    return { at: at - 1, w };
  };
  const h = taps(dx);
  const v = taps(dy);
  const mid = new Float32Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let s = 0;
      for (let k = 0; k < 4; k++) s += h.w[k] * p[y * width + Math.max(0, Math.min(width - 1, x + h.at + k))];
      mid[y * width + x] = s;
    }
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let s = 0;
      for (let k = 0; k < 4; k++)
        s += v.w[k] * mid[Math.max(0, Math.min(height - 1, y + v.at + k)) * width + x];
      out[y * width + x] = clamp8(s);
    }
  return out;
}

/** Luma over black times a gain by frame: fades and lightning. */
export function addGains(clip: Clip, gain: (n: number) => number): number[] {
  return clip.frames.map((f) => {
    const g = gain(f.index);
    const y = f.planes[0];
    for (let i = 0; i < y.length; i++) y[i] = clamp8(16 + (y[i] - 16) * g);
    return g;
  });
}

/** `count` vertical scratches that stand through the whole clip, wandering a little. Returns masks by frame. */
export function addScratches(clip: Clip, count: number, seed: number): Uint8Array[] {
  const { width, height } = clip.format;
  const random = seeded('scratches', seed);
  const lines = Array.from({ length: count }, () => ({
    x: random.uniform(0.08, 0.92) * width,
    width: random.uniform(0.5, 1.1),
    light: random.chance(0.6),
    opacity: random.uniform(0.35, 0.8),
    phase: random.uniform(0, 6.28),
  }));
  return clip.frames.map((f) => {
    const mask = new Uint8Array(width * height);
    for (const l of lines) {
      const tremble = seeded('scratch', seed, f.index, Math.round(l.x)).normal(0, 0.3);
      for (let y = 0; y < height; y++) {
        const centre =
          l.x + 2 * Math.sin(f.index / 15 + l.phase) + tremble + 0.4 * Math.sin(y / 60 + l.phase);
        for (let x = Math.floor(centre - 3); x <= Math.ceil(centre + 3); x++) {
          if (x < 0 || x >= width) continue;
          const cover = Math.max(0, Math.min(1, l.width + 0.5 - Math.abs(x - centre))) * l.opacity;
          if (cover < 1 / 64) continue;
          const i = y * width + x;
          const tone = l.light ? 230 : 20;
          f.planes[0][i] = clamp8(f.planes[0][i] + (tone - f.planes[0][i]) * cover);
          mask[i] = 1;
        }
      }
    }
    return mask;
  });
}

/**
 * A pan over a still with a disc that moves across: luma only changes place. `way`: where the camera is (0..1 of the way)
 * in frame n of `count`; left out: it stands, goes evenly, and stands again.
 */
export function panClip(
  like: Clip,
  still: Frame,
  count: number,
  seed: number,
  way = (n: number): number => Math.max(0, Math.min(1, (n - 25) / (count - 50))),
): Clip {
  const { width, height } = like.format;
  const w = Math.floor((width * 0.7) / 2) * 2;
  const h = Math.floor((height * 0.8) / 2) * 2;
  const random = seeded('pan', seed);
  const y0 = random.uniform(0.3, 0.7) * (height - h);
  const format: FrameFormat = { ...like.format, width: w, height: h, sampling: '400' };
  const frames = Array.from({ length: count }, (_, index): Frame => {
    const x0 = way(index) * (width - w - 4) + 2;
    const moved = shifted(still.planes[0], width, height, Math.ceil(x0) - x0, Math.ceil(y0) - y0);
    const y = new Uint8Array(w * h);
    for (let j = 0; j < h; j++)
      for (let i = 0; i < w; i++) {
        let v = moved[(j + Math.ceil(y0)) * width + i + Math.ceil(x0)];
        if (Math.hypot(i - (30 + 3 * index), j - h / 2) < h / 7) v = 90 + ((i - 3 * index) % 8) * 8;
        y[j * w + i] = v;
      }
    return { index, pts: index, planes: [y] };
  });
  return { format, frames };
}
