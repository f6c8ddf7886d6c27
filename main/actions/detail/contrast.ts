/**
 * Local contrast without halos: a local Laplacian filter (Paris, Hasinoff and Kautz, "Local Laplacian filters:
 * edge-aware image processing with a Laplacian pyramid", ACM Transactions on Graphics 30, 2011) in its fast form (Aubry
 * et al., "Fast local Laplacian filters", ACM Transactions on Graphics 33, 2014), on a small copy of the whole picture.
 * Differences small beside EDGE from the tone of a place are details and grow; larger ones are edges and stay. What it
 * adds is kept as a linear model of the lightness in each place (guided.ts), which any size of the picture can read:
 * preview and export follow the same plan. The finest level is left alone: that is where grain is.
 *
 *   d -> d (1 + gain exp(-d² / 2 EDGE²))       in each level, about each of TONES tones
 */
import { linearModels, reducePlane, type Size } from '../../../app/color/guided.ts';

/** Longest side of the copy. */
export const PLAN_SIDE = 640;
/** Differences of encoded tone beyond which it is an edge. */
const EDGE = 0.12;
const TONES = 11;
/** Window of the linear models on the copy, and the variance under which it knows one value only. */
const WINDOW = 2;
const LEAST_VARIANCE = 4e-4;

/** What local contrast adds to each place at gain 1: slope * lightness + offset. */
export interface ContrastPlan extends Size {
  slope: Float32Array;
  offset: Float32Array;
}

interface Level extends Size {
  data: Float32Array;
}

const halved = (size: Size): Size => ({
  width: Math.ceil(size.width / 2),
  height: Math.ceil(size.height / 2),
});
/** Binomial, 1 4 6 4 1. */
const TAPS = [1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16];

function down({ width, height, data }: Level): Level {
  const small = halved({ width, height });
  const rows = new Float32Array(small.width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < small.width; x++) {
      let sum = 0;
      for (let k = -2; k <= 2; k++)
        sum += TAPS[k + 2] * data[y * width + Math.min(width - 1, Math.max(0, 2 * x + k))];
      rows[y * small.width + x] = sum;
    }
  const out = new Float32Array(small.width * small.height);
  for (let y = 0; y < small.height; y++)
    for (let k = -2; k <= 2; k++) {
      const from = Math.min(height - 1, Math.max(0, 2 * y + k)) * small.width;
      for (let x = 0; x < small.width; x++) out[y * small.width + x] += TAPS[k + 2] * rows[from + x];
    }
  return { ...small, data: out };
}

/** Twice the size: even samples from 1 6 1, odd ones from 4 4. */
function up({ width, height, data }: Level, to: Size): Float32Array {
  const rows = new Float32Array(to.width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < to.width; x++) {
      const i = y * width + (x >> 1);
      const right = (x >> 1) + 1 < width ? data[i + 1] : data[i];
      rows[y * to.width + x] =
        x & 1 ? (data[i] + right) / 2 : ((x > 1 ? data[i - 1] : data[i]) + 6 * data[i] + right) / 8;
    }
  const out = new Float32Array(to.width * to.height);
  for (let y = 0; y < to.height; y++) {
    const at = (y >> 1) * to.width;
    const below = (y >> 1) + 1 < height ? at + to.width : at;
    const above = y > 1 ? at - to.width : at;
    for (let x = 0; x < to.width; x++)
      out[y * to.width + x] =
        y & 1
          ? (rows[at + x] + rows[below + x]) / 2
          : (rows[above + x] + 6 * rows[at + x] + rows[below + x]) / 8;
  }
  return out;
}

function gaussians(base: Level, count: number): Level[] {
  const levels = [base];
  while (levels.length < count) levels.push(down(levels[levels.length - 1]));
  return levels;
}

/** What the filter adds to a plane of lightness, at gain 1. */
export function localContrast(plane: Float32Array, size: Size): Float32Array {
  const count = Math.max(2, Math.floor(Math.log2(Math.min(size.width, size.height))) - 1);
  const own = gaussians({ ...size, data: plane }, count);
  // Only what is added goes through the pyramid: it is linear but for the choice of the tone.
  const added: Level[] = own.map(({ width, height }) => ({
    width,
    height,
    data: new Float32Array(width * height),
  }));
  for (let tone = 0; tone < TONES; tone++) {
    const g = tone / (TONES - 1);
    const change = plane.map((v) => {
      const d = v - g;
      return d * Math.exp((-0.5 * d * d) / (EDGE * EDGE));
    });
    const levels = gaussians({ ...size, data: change }, count);
    for (let l = 1; l < count - 1; l++) {
      const coarse = up(levels[l + 1], levels[l]);
      const guide = own[l].data;
      const into = added[l].data;
      const fine = levels[l].data;
      for (let i = 0; i < into.length; i++) {
        const near = 1 - Math.abs(Math.min(1, Math.max(0, guide[i])) * (TONES - 1) - tone);
        if (near > 0) into[i] += near * (fine[i] - coarse[i]);
      }
    }
  }
  for (let l = count - 2; l >= 0; l--) {
    const coarse = up(added[l + 1], added[l]);
    const into = added[l].data;
    for (let i = 0; i < into.length; i++) into[i] += coarse[i];
  }
  return added[0].data;
}

/**
 * The plan of a picture.
 * @param luma its encoded lightness, 0..1, at any size from which PLAN_SIDE can be had
 */
export function planContrast(luma: Float32Array, size: Size): ContrastPlan {
  const k = Math.min(1, PLAN_SIDE / Math.max(size.width, size.height));
  const to = {
    width: Math.max(1, Math.round(size.width * k)),
    height: Math.max(1, Math.round(size.height * k)),
  };
  const plane = reducePlane(luma, size, to);
  const [model] = linearModels(plane, [localContrast(plane, to)], to, WINDOW, LEAST_VARIANCE);
  return { ...to, ...model };
}
