/**
 * Colours of two key frames carried along the motion to a frame between them. Motion is chained from frame to frame, so
 * that colours are read once from the key frame and do not blur on the way; how far that can be trusted at a place falls
 * where something was covered or uncovered on the way, w = visible exp(-|L_t - L_key|² / 2 s²) (after Lai and others,
 * "Learning blind video temporal consistency", ECCV 2018; the weight is that of their losses), and both sides are blended by distance in
 * time, by that trust and by how sure the network was.
 */
import type { Size } from '../../../../app/color/guided.ts';
import { enlargePlane } from '../../../../app/color/merge.ts';
import { lift, spreadOf } from './palette.ts';
import { chain, rowVectors, stillFlow, vectorAt, type Flow } from '../clean/motion/index.ts';

/** Difference of luma, in standard deviations of the picture over 45, that halves trust, about. */
const DIFFERENCE = 10;
/** Way back that does not lead home: pixels of the grid. */
const ASTRAY = 1.2;
/** What is left of a weight where there is no trust: somebody has to say something. */
const LITTLE = 0.02;
/** Share of the network's confidence in the weight of a key frame's colour. */
const SURE = 0.7;

/** By how much a blend may be made more colourful. */
const MOST_LIFTED = 1.25;

/** Colours of a frame on the grid, and what is known of them. */
export interface GridColours {
  a: Float32Array;
  b: Float32Array;
  /** 0..1: how sure the network was. */
  sure: Float32Array;
}

/** Where a frame's places lie in a key frame. */
export interface Trail {
  flow: Flow;
  /** By cell of the flow, 0..1: visible all the way. */
  visible: Float32Array;
}

export function startOfTrail(grid: Size): Trail {
  const flow = stillFlow(grid.width, grid.height);
  return { flow, visible: new Float32Array(flow.columns * flow.rows).fill(1) };
}

/**
 * The trail one frame on.
 * @param step motion from the new frame to the last one; `back` the way back
 */
export function follow(step: Flow, back: Flow, trail: Trail): Trail {
  const { columns, rows, dx, dy, step: cell } = step;
  const visible = new Float32Array(columns * rows);
  const half = (cell - 1) / 2;
  const v = [0, 0];
  for (let r = 0, k = 0; r < rows; r++)
    for (let c = 0; c < columns; c++, k++) {
      const x = c * cell + half + dx[k];
      const y = r * cell + half + dy[k];
      vectorAt(back, x, y, v);
      const off = Math.hypot(dx[k] + v[0], dy[k] + v[1]) / ASTRAY;
      let seen = Math.exp(-0.5 * off * off);
      // What comes in from outside was never seen.
      const inside = Math.min(x + 1, y + 1, step.width - x, step.height - y);
      if (inside < 1) seen *= Math.max(0, Math.min(1, 0.5 + inside / 4));
      const gx = Math.max(0, Math.min(columns - 1, Math.round((x - half) / cell)));
      const gy = Math.max(0, Math.min(rows - 1, Math.round((y - half) / cell)));
      visible[k] = Math.min(seen, trail.visible[gy * columns + gx]);
    }
  return { flow: chain(step, trail.flow), visible };
}

/** Luma with mean 128 and a spread of 45: flicker and fading off. For motion, and to tell whether two places are alike. */
export function levelled(grey: Float32Array): Uint8Array {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < grey.length; i++) {
    sum += grey[i];
    squares += grey[i] * grey[i];
  }
  const mean = sum / grey.length;
  const sd = Math.sqrt(Math.max(0, squares / grey.length - mean * mean));
  // Hardly anything in the picture: what there is, is grain.
  const k = 45 / Math.max(0.04, sd);
  const out = new Uint8Array(grey.length);
  for (let i = 0; i < grey.length; i++) {
    const v = 128 + k * (grey[i] - mean) + 0.5;
    out[i] = v < 0 ? 0 : v > 255 ? 255 : v;
  }
  return out;
}

/** A key frame's planes at a frame's places. */
interface Carried extends GridColours {
  /** By cell: 0..1. */
  trust: Float32Array;
}

function carried(
  key: GridColours,
  keyLuma: Uint8Array,
  luma: Uint8Array,
  { flow, visible }: Trail,
  { width, height }: Size,
): Carried {
  const n = width * height;
  const out = { a: new Float32Array(n), b: new Float32Array(n), sure: new Float32Array(n) };
  const vx = new Float32Array(width);
  const vy = new Float32Array(width);
  const { columns, rows, step } = flow;
  const apart = new Float32Array(columns * rows);
  const count = new Float32Array(columns * rows);
  for (let y = 0, o = 0; y < height; y++) {
    rowVectors(flow, y, width, 1, 1, vx, vy);
    const cell = Math.min(rows - 1, Math.floor(y / step)) * columns;
    for (let x = 0; x < width; x++, o++) {
      let px = x + vx[x];
      let py = y + vy[x];
      px = px < 0 ? 0 : px > width - 1 ? width - 1 : px;
      py = py < 0 ? 0 : py > height - 1 ? height - 1 : py;
      const ix = px | 0;
      const iy = py | 0;
      const fx = px - ix;
      const fy = py - iy;
      const i = iy * width + ix;
      const right = ix + 1 < width ? 1 : 0;
      const below = iy + 1 < height ? width : 0;
      const w00 = (1 - fx) * (1 - fy);
      const w01 = fx * (1 - fy);
      const w10 = (1 - fx) * fy;
      const w11 = fx * fy;
      const at = (plane: Float32Array | Uint8Array): number =>
        w00 * plane[i] + w01 * plane[i + right] + w10 * plane[i + below] + w11 * plane[i + below + right];
      out.a[o] = at(key.a);
      out.b[o] = at(key.b);
      out.sure[o] = at(key.sure);
      const k = cell + Math.min(columns - 1, (x / step) | 0);
      apart[k] += luma[o] - at(keyLuma);
      count[k]++;
    }
  }
  const trust = visible.map((v, k) => {
    const d = apart[k] / Math.max(1, count[k]) / DIFFERENCE;
    return v * Math.exp(-0.5 * d * d);
  });
  return { ...out, trust };
}

export interface KeyColours extends GridColours {
  luma: Uint8Array;
}

export interface Blend extends GridColours {
  /** 0..1 on the grid: how far what was carried here can be trusted. */
  trust: Float32Array;
  /** Share of the frame that cannot. */
  lost: number;
}

/** Trust under which a place is lost. */
const LOST = 0.12;

/**
 * Colours of a frame between two key frames.
 * @param sides the key frames on either side, with their trails and how near each is in time (shares that sum to 1)
 */
export function blended(
  luma: Uint8Array,
  sides: readonly { key: KeyColours; trail: Trail; near: number }[],
  grid: Size,
): Blend {
  const n = grid.width * grid.height;
  const out = {
    a: new Float32Array(n),
    b: new Float32Array(n),
    sure: new Float32Array(n),
    trust: new Float32Array(n),
  };
  const all = new Float32Array(n);
  let lost: Float32Array | null = null;
  for (const { key, trail, near } of sides) {
    if (near <= 0) continue;
    const from = carried(key, key.luma, luma, trail, grid);
    lost = lost ? lost.map((v, k) => Math.max(v, from.trust[k])) : from.trust;
    const cells = { width: trail.flow.columns, height: trail.flow.rows };
    const trust = enlargePlane(from.trust, cells, {
      width: cells.width * trail.flow.step,
      height: cells.height * trail.flow.step,
    });
    const stride = cells.width * trail.flow.step;
    for (let y = 0, i = 0; y < grid.height; y++)
      for (let x = 0; x < grid.width; x++, i++) {
        const t = trust[y * stride + x];
        const w = near * (t + LITTLE) * (1 - SURE + SURE * from.sure[i]);
        all[i] += w;
        out.a[i] += w * from.a[i];
        out.b[i] += w * from.b[i];
        out.sure[i] += w * from.sure[i];
        if (t > out.trust[i]) out.trust[i] = t;
      }
  }
  for (let i = 0; i < n; i++) {
    const k = 1 / all[i];
    out.a[i] *= k;
    out.b[i] *= k;
    out.sure[i] *= k;
  }
  // Two key frames that disagree cancel out half way between them: the frame is to be as colourful as they are.
  lift(
    out,
    sides.reduce((sum, { key, near }) => sum + near * spreadOf(key).spread, 0),
    MOST_LIFTED,
  );
  let count = 0;
  if (lost) for (const v of lost) if (v < LOST) count++;
  return { ...out, lost: lost ? count / lost.length : 0 };
}
