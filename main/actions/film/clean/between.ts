/**
 * A frame between two frames, by motion: each pixel is looked for half way (or any part of the way) in both and the two are
 * mixed; where motion there and back disagree, what one of them shows alone counts less.
 *
 *   out(x) = (1 - t) a(x - t v) + t b(x + (1 - t) v),  v(x): motion from a to b at x, weights by trust
 */
import { planeSizes, type Frame, type FrameFormat, type Samples } from '../../../../app/film/frame.ts';
import { confidence, rowVectors, type Flow } from './motion/index.ts';
import { topSample } from './planes.ts';

/** Motion from a to b and back, with how far each is trusted. */
export interface PairMotion {
  forward: Flow;
  backward: Flow;
}

/** Planes at part `t` (0..1) of the way from a to b. */
export function planesBetween(
  a: Frame,
  b: Frame,
  motion: PairMotion,
  t: number,
  format: FrameFormat,
): Samples[] {
  const sizes = planeSizes(format);
  const top = topSample(format.bits);
  const trustA: Flow = { ...motion.forward, dx: confidence(motion.forward, motion.backward) };
  const trustB: Flow = { ...motion.forward, dx: confidence(motion.backward, motion.forward) };
  return a.planes.map((from, p) => {
    const to = b.planes[p];
    const { width, height } = sizes[p];
    const out = from instanceof Uint16Array ? new Uint16Array(from.length) : new Uint8Array(from.length);
    const sx = width / motion.forward.width;
    const sy = height / motion.forward.height;
    const [vx, vy, wx, wy] = [0, 1, 2, 3].map(() => new Float32Array(width));
    const [ca, cb, spare] = [0, 1, 2].map(() => new Float32Array(width));
    for (let y = 0, o = 0; y < height; y++) {
      rowVectors(motion.forward, y, width, sx, sy, vx, vy);
      rowVectors(motion.backward, y, width, sx, sy, wx, wy);
      rowVectors(trustA, y, width, sx, sy, ca, spare);
      rowVectors(trustB, y, width, sx, sy, cb, spare);
      for (let x = 0; x < width; x++, o++) {
        // Both motions are known at x, though each in its own frame; the trusted one leads.
        const fa = ca[x] / sx + 1e-3;
        const fb = cb[x] / sx + 1e-3;
        const mx = (fa * vx[x] - fb * wx[x]) / (fa + fb);
        const my = (fa * vy[x] - fb * wy[x]) / (fa + fb);
        const p0 = linearAt(from, width, height, x - t * mx, y - t * my);
        const p1 = linearAt(to, width, height, x + (1 - t) * mx, y + (1 - t) * my);
        const v = (1 - t) * p0 + t * p1 + 0.5;
        out[o] = v > top ? top : v;
      }
    }
    return out;
  });
}

function linearAt(data: Samples, width: number, height: number, x: number, y: number): number {
  const px = x < 0 ? 0 : x > width - 1 ? width - 1 : x;
  const py = y < 0 ? 0 : y > height - 1 ? height - 1 : y;
  const ix = px | 0;
  const iy = py | 0;
  const i = iy * width + ix;
  const right = ix + 1 < width ? 1 : 0;
  const below = iy + 1 < height ? width : 0;
  const a = data[i] + (data[i + right] - data[i]) * (px - ix);
  const b = data[i + below] + (data[i + below + right] - data[i + below]) * (px - ix);
  return a + (b - a) * (py - iy);
}
