/**
 * What a scanner sees of a print's surface and making: the pattern of an embossed paper, the screen of a printing
 * press, the metallic shine of old silver. Global changes: nothing here makes a mask.
 */
import { planar } from '../planar.ts';
import { clamp, clip, field } from './raster.ts';
import type { Degradation } from './types.ts';

/** Kinds of paper surface, in the order of their index in the parameters. */
export const SURFACES = ['silk', 'linen', 'honeycomb', 'matt'] as const;

/** Height of a paper's surface at a pixel, about -1..1. `pitch` in pixels. */
export function surfaceHeight(kind: number, x: number, y: number, pitch: number): number {
  const k = (2 * Math.PI) / pitch;
  if (kind === 0) return Math.sin(k * (x + 0.5 * y)) * Math.sin(k * (x - 0.5 * y));
  if (kind === 1) {
    // Threads over and under: rows and columns change places like a chess board.
    const over = Math.floor(x / pitch) + Math.floor(y / pitch);
    return over & 1 ? Math.cos(k * x * 0.5) : Math.cos(k * y * 0.5);
  }
  // Three waves 120 degrees apart make hexagons.
  return (
    (Math.cos(k * x) + Math.cos(k * (-0.5 * x + 0.866 * y)) + Math.cos(k * (-0.5 * x - 0.866 * y))) / 1.5 -
    0.5
  );
}

/** The pattern of an embossed paper as a scanner's slanted light shows it: the slope of the surface, in one direction. */
export const paperTexture: Degradation = {
  name: 'paper-texture',
  family: 'noise',
  ranges: { surface: [0, 3], pitch: [3, 9], strength: [0.012, 0.06] },
  source: 'slope of the surface under slanted light',
  apply(picture, random) {
    const surface = random.int(4);
    const pitch = random.uniform(3, 9);
    const strength = random.uniform(0.012, 0.06);
    const angle = random.uniform(0, Math.PI);
    const { width, height } = picture;
    const size = width * height;
    const dx = Math.cos(angle);
    const dy = Math.sin(angle);
    const relief = new Float32Array(size);
    if (surface === 3) relief.set(field(width, height, random, Math.max(1.2, pitch / 3), 1));
    else {
      const turn = random.uniform(-0.2, 0.2);
      const c = Math.cos(turn);
      const s = Math.sin(turn);
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          const u = c * x - s * y + 1000;
          const v = s * x + c * y + 1000;
          relief[y * width + x] =
            surfaceHeight(surface, u, v, pitch) - surfaceHeight(surface, u + dx, v + dy, pitch);
        }
    }
    const out = planar(width, height, 3);
    for (let i = 0; i < 3 * size; i++) {
      const v = picture.data[i];
      // Light glances off dark, glossy parts as much as off light ones.
      out.data[i] = v + strength * relief[i % size] * (0.35 + 0.65 * v);
    }
    return { picture: clip(out), params: { surface, pitch, strength } };
  },
};

/**
 * A halftone screen: each ink is printed as dots at its own angle whose area is the ink's share (the classical cosine
 * screen), softened by the scanner. Grey pictures use one screen at 45 degrees.
 */
export const halftone: Degradation = {
  name: 'halftone',
  family: 'noise',
  ranges: { pitch: [2.4, 5], sharp: [0.8, 3], strength: [0.12, 0.5], grey: [0, 1] },
  source: 'cosine spot function; angles 15, 75, 0, 45 degrees',
  apply(picture, random) {
    const pitch = random.uniform(2.4, 5);
    const sharp = random.uniform(0.8, 3);
    const strength = random.uniform(0.12, 0.5);
    const { width, height } = picture;
    const size = width * height;
    const d = picture.data;
    let coloured = 0;
    for (let i = 0; i < size; i += 7) coloured += Math.abs(d[i] - d[2 * size + i]);
    const grey = coloured * 7 < size * 0.004;
    const out = planar(width, height, 3);
    const angles = grey ? [45, 45, 45] : [15, 75, 0];
    const turn = random.uniform(-8, 8);
    const spot = new Float32Array(size);
    for (let c = 0; c < 3; c++) {
      if (c === 0 || !grey) {
        const a = ((angles[c] + turn) * Math.PI) / 180;
        const k = (2 * Math.PI) / pitch;
        const cx = Math.cos(a) * k;
        const sx = Math.sin(a) * k;
        const phase = random.uniform(0, 6.28);
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++)
            spot[y * width + x] =
              (Math.cos(cx * x - sx * y + phase) + Math.cos(sx * x + cx * y + phase)) / 4 + 0.5;
      }
      for (let i = 0; i < size; i++) {
        // Paper shows where the spot function lies under the tone; `sharp` is how hard the dot's edge is. The
        // tone is stretched by the edge's width so that white stays free of dots and black closes.
        const v = d[c * size + i] * (1 + 1 / sharp) - 0.5 / sharp;
        out.data[c * size + i] = clamp(0.5 + sharp * (v - spot[i]));
      }
    }
    // Dots keep the mean tone only where neither end clips; mixing a part of the original back holds
    // it together, as a scanner's softness does.
    const keep = 1 - strength;
    for (let i = 0; i < 3 * size; i++) out.data[i] = keep * d[i] + (1 - keep) * out.data[i];
    return { picture: out, params: { pitch, sharp, strength, grey: Number(grey) } };
  },
};

/**
 * Silvering (mirroring): old silver migrates to the surface and shines bluish in the dark parts, most towards the
 * edges of the picture. The veil grows with the print's own density and makes no mask.
 */
export const silvering: Degradation = {
  name: 'silvering',
  family: 'fading',
  ranges: { strength: [0.15, 0.6], reach: [0.15, 0.6] },
  source: 'metallic veil over dense parts, from the edges',
  apply(picture, random) {
    const { width, height } = picture;
    const size = width * height;
    const d = picture.data;
    const strength = random.uniform(0.15, 0.6);
    const reach = random.uniform(0.15, 0.6);
    const veil = random.uniform(0.55, 0.75);
    const colour = [veil * 0.93, veil * 0.98, veil * 1.06];
    const out = planar(width, height, 3);
    const uneven = field(width, height, random, Math.max(4, width / 5), 3);
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const i = y * width + x;
        const edge = Math.min(x, y, width - 1 - x, height - 1 - y) / (0.5 * Math.min(width, height));
        const dark = 1 - (0.3 * d[i] + 0.59 * d[size + i] + 0.11 * d[2 * size + i]);
        const v = clamp(1 - edge / reach + 0.35 * uneven[i]) * dark * dark;
        for (let c = 0; c < 3; c++) {
          const o = c * size + i;
          out.data[o] = d[o] + (colour[c] - d[o]) * v * strength;
        }
      }
    return { picture: out, params: { strength, reach } };
  },
};
