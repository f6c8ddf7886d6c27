/**
 * Frequency-selective extrapolation (Kaup, Meisinger, Aach 2005; Seiler and Kaup, "Complex-valued frequency selective
 * extrapolation for fast image and video signal extrapolation", IEEE Signal Processing Letters 17, 2010). A block of
 * unknown pixels and what lies around it is modelled as a sum of few Fourier basis functions, chosen one after the
 * other so that each takes most of the weighted error on the known pixels; the model continues into the block. Edges
 * and stripes are carried on, which diffusion cannot do. Blocks are taken from the hole's rim inwards; what is already
 * filled counts as known, with less weight.
 */

/** In-place two-dimensional transform of n x n complex numbers, n a power of two. Tables are made once a size. */
export class Fourier {
  readonly n: number;
  private readonly cos: Float64Array;
  private readonly sin: Float64Array;
  private readonly turned: Uint16Array;
  private readonly re: Float64Array;
  private readonly im: Float64Array;
  constructor(n: number) {
    this.n = n;
    this.cos = Float64Array.from({ length: n / 2 }, (_, k) => Math.cos((2 * Math.PI * k) / n));
    this.sin = Float64Array.from({ length: n / 2 }, (_, k) => -Math.sin((2 * Math.PI * k) / n));
    this.turned = new Uint16Array(n);
    for (let i = 0; i < n; i++) {
      let r = 0;
      for (let b = 1, v = i; b < n; b <<= 1, v >>= 1) r = (r << 1) | (v & 1);
      this.turned[i] = r;
    }
    this.re = new Float64Array(n);
    this.im = new Float64Array(n);
  }
  private line(re: Float64Array, im: Float64Array, start: number, stride: number): void {
    const { n, cos, sin, turned } = this;
    const a = this.re;
    const b = this.im;
    for (let i = 0; i < n; i++) {
      const j = start + turned[i] * stride;
      a[i] = re[j];
      b[i] = im[j];
    }
    for (let half = 1, step = n >> 1; half < n; half <<= 1, step >>= 1)
      for (let block = 0; block < n; block += 2 * half)
        for (let k = 0, t = 0; k < half; k++, t += step) {
          const p = block + k;
          const q = p + half;
          const xr = a[q] * cos[t] - b[q] * sin[t];
          const xi = a[q] * sin[t] + b[q] * cos[t];
          a[q] = a[p] - xr;
          b[q] = b[p] - xi;
          a[p] += xr;
          b[p] += xi;
        }
    for (let i = 0, j = start; i < n; i++, j += stride) {
      re[j] = a[i];
      im[j] = b[i];
    }
  }
  forward(re: Float64Array, im: Float64Array): void {
    const { n } = this;
    for (let y = 0; y < n; y++) this.line(re, im, y * n, 1);
    for (let x = 0; x < n; x++) this.line(re, im, x, n);
  }
}

export interface SpectralOptions {
  /** Side of the transform: block and surroundings. */
  size: 16 | 32 | 64;
  /** Side of the blocks that are filled at once. */
  block: number;
  /** Weight of a known pixel falls by this factor a pixel of distance from the block's middle. */
  decay: number;
  /** Weight of what was filled before against what is known. */
  trust: number;
  /** Basis functions chosen for a block, and the share of each that is taken at once (they are not orthogonal under the weights). */
  steps: number;
  share: number;
  /** How much of the weighted plane through the known pixels is taken out before the basis functions are chosen, 0..1. */
  slope: number;
}

export const SPECTRAL: SpectralOptions = {
  size: 32,
  block: 2,
  decay: 0.6,
  trust: 0.5,
  steps: 30,
  share: 0.5,
  slope: 0,
};

/** The blocks that hold unknown pixels, those with most known pixels around first. */
interface Block {
  x: number;
  y: number;
  weight: number;
}

/**
 * Fills the unknown of some planes of one size, in place. Unknown samples may hold anything; `known` samples must lie
 * around them. Samples of different planes are filled by the same order but each on its own.
 * @param guessed known samples that are only a guess (1): they count as what was filled before
 */
export function fillSpectral(
  planes: readonly Float32Array[],
  unknown: Uint8Array,
  width: number,
  height: number,
  options: SpectralOptions = SPECTRAL,
  guessed: Uint8Array | null = null,
): void {
  const { size: n, block, decay, trust, steps, share, slope } = options;
  const ridge = 1e-9;
  const fourier = new Fourier(n);
  const state = Float32Array.from(unknown, (v) => (v ? 0 : 1));
  if (guessed) for (let i = 0; i < guessed.length; i++) if (guessed[i]) state[i] = trust;
  const todo: Block[] = [];
  for (let y = 0; y < height; y += block)
    for (let x = 0; x < width; x += block) {
      let any = false;
      for (let v = y; v < Math.min(height, y + block) && !any; v++)
        for (let u = x; u < Math.min(width, x + block); u++) if (unknown[v * width + u]) any = true;
      if (any) todo.push({ x, y, weight: 0 });
    }
  const falls = new Float32Array(n * n);
  const middle = (n - 1) / 2;
  for (let y = 0; y < n; y++)
    for (let x = 0; x < n; x++) falls[y * n + x] = decay ** Math.hypot(x - middle, y - middle);
  const border = Math.floor((n - block) / 2);
  // Lower frequencies are likelier in pictures.
  const likely = new Float32Array(n * n);
  for (let y = 0; y < n; y++)
    for (let x = 0; x < n; x++) {
      const fx = Math.min(x, n - x) / n;
      const fy = Math.min(y, n - y) / n;
      likely[y * n + x] = (1 - Math.SQRT2 * Math.hypot(fx, fy)) ** 2;
    }
  const weight = new Float32Array(n * n);
  const wRe = new Float64Array(n * n);
  const wIm = new Float64Array(n * n);
  const rRe = new Float64Array(n * n);
  const rIm = new Float64Array(n * n);
  // The weights' spectrum, laid out twice in each direction, so that its shifts are plain offsets.
  const twiceRe = new Float32Array(4 * n * n);
  const twiceIm = new Float32Array(4 * n * n);
  const sRe = new Float32Array(n * n);
  const sIm = new Float32Array(n * n);
  const gRe = new Float64Array(n * n);
  const gIm = new Float64Array(n * n);
  const score = (b: Block): number => {
    let sum = 0;
    for (let v = 0; v < n; v++) {
      const y = b.y + v - border;
      if (y < 0 || y >= height) continue;
      for (let u = 0; u < n; u++) {
        const x = b.x + u - border;
        if (x >= 0 && x < width) sum += falls[v * n + u] * state[y * width + x];
      }
    }
    return sum;
  };
  for (const b of todo) b.weight = score(b);
  const half = n >> 1;
  while (todo.length > 0) {
    let best = 0;
    for (let k = 1; k < todo.length; k++) if (todo[k].weight > todo[best].weight) best = k;
    const b = todo[best];
    todo[best] = todo[todo.length - 1];
    todo.pop();
    let total = 0;
    for (let v = 0; v < n; v++) {
      const y = b.y + v - border;
      for (let u = 0; u < n; u++) {
        const x = b.x + u - border;
        const i = v * n + u;
        weight[i] = x < 0 || y < 0 || x >= width || y >= height ? 0 : falls[i] * state[y * width + x];
        total += weight[i];
      }
    }
    let midX = 0;
    let midY = 0;
    if (total > 0) {
      for (let v = 0; v < n; v++)
        for (let u = 0; u < n; u++) {
          midX += weight[v * n + u] * u;
          midY += weight[v * n + u] * v;
        }
      midX /= total;
      midY /= total;
      for (let i = 0; i < n * n; i++) {
        wRe[i] = weight[i];
        wIm[i] = 0;
      }
      fourier.forward(wRe, wIm);
      for (let y = 0; y < 2 * n; y++)
        for (let x = 0; x < 2 * n; x++) {
          const from = (y % n) * n + (x % n);
          twiceRe[y * 2 * n + x] = wRe[from];
          twiceIm[y * 2 * n + x] = wIm[from];
        }
    }
    for (const plane of planes) {
      if (total <= 0) continue;
      // The weighted mean is taken out first: it is the basis function that every block needs whole.
      let mean = 0;
      for (let v = 0; v < n; v++)
        for (let u = 0; u < n; u++) {
          const i = v * n + u;
          if (weight[i] > 0) mean += weight[i] * plane[(b.y + v - border) * width + b.x + u - border];
        }
      mean /= total;
      let alongX = 0;
      let alongY = 0;
      if (slope > 0) {
        let sxx = ridge;
        let syy = ridge;
        let sxy = 0;
        let sxv = 0;
        let syv = 0;
        for (let v = 0; v < n; v++)
          for (let u = 0; u < n; u++) {
            const w = weight[v * n + u];
            if (w === 0) continue;
            const x = u - midX;
            const y = v - midY;
            const d = plane[(b.y + v - border) * width + b.x + u - border] - mean;
            sxx += w * x * x;
            syy += w * y * y;
            sxy += w * x * y;
            sxv += w * x * d;
            syv += w * y * d;
          }
        const det = sxx * syy - sxy * sxy;
        if (det > 1e-9 * sxx * syy) {
          alongX = (slope * (sxv * syy - syv * sxy)) / det;
          alongY = (slope * (syv * sxx - sxv * sxy)) / det;
        }
      }
      const trend = (u: number, v: number): number => mean + alongX * (u - midX) + alongY * (v - midY);
      for (let v = 0; v < n; v++)
        for (let u = 0; u < n; u++) {
          const i = v * n + u;
          rRe[i] =
            weight[i] > 0
              ? weight[i] * (plane[(b.y + v - border) * width + b.x + u - border] - trend(u, v))
              : 0;
          rIm[i] = 0;
        }
      fourier.forward(rRe, rIm);
      for (let i = 0; i < n * n; i++) {
        sRe[i] = rRe[i];
        sIm[i] = rIm[i];
      }
      gRe.fill(0);
      gIm.fill(0);
      for (let step = 0; step < steps; step++) {
        let most = 0;
        let at = 0;
        // The rows up to the middle hold everything: the others are their conjugates.
        for (let i = 0; i < (half + 1) * n; i++) {
          const power = (sRe[i] * sRe[i] + sIm[i] * sIm[i]) * likely[i];
          if (power > most) {
            most = power;
            at = i;
          }
        }
        if (most < 1e-12 * total * total) break;
        const ky = Math.floor(at / n);
        const kx = at - ky * n;
        const cy = (n - ky) % n;
        const cx = (n - kx) % n;
        const own = cy === ky && cx === kx;
        const scale = share / total;
        const dRe = sRe[at] * scale;
        const dIm = sIm[at] * scale;
        gRe[at] += dRe;
        gIm[at] += dIm;
        // R(j) -= d W(j - k) + conj(d) W(j + k)
        if (own) {
          for (let y = 0; y <= half; y++) {
            const shifted = (y - ky + n) * 2 * n + ((n - kx) % n);
            for (let x = 0, i = y * n; x < n; x++, i++) {
              const a = twiceRe[shifted + x];
              const c = twiceIm[shifted + x];
              sRe[i] -= dRe * a - dIm * c;
              sIm[i] -= dRe * c + dIm * a;
            }
          }
          continue;
        }
        const other = cy * n + cx;
        gRe[other] += dRe;
        gIm[other] -= dIm;
        for (let y = 0; y <= half; y++) {
          const minus = ((y - ky + n) % n) * 2 * n + ((n - kx) % n);
          const plus = ((y + ky) % n) * 2 * n + kx;
          for (let x = 0, i = y * n; x < n; x++, i++) {
            const a = twiceRe[minus + x];
            const c = twiceIm[minus + x];
            const e = twiceRe[plus + x];
            const f = twiceIm[plus + x];
            sRe[i] -= dRe * (a + e) - dIm * (c - f);
            sIm[i] -= dRe * (c + f) + dIm * (a - e);
          }
        }
      }
      // The inverse transform by the forward one: conjugate in, conjugate out.
      for (let i = 0; i < n * n; i++) gIm[i] = -gIm[i];
      fourier.forward(gRe, gIm);
      for (let v = 0; v < block; v++)
        for (let u = 0; u < block; u++) {
          const x = b.x + u;
          const y = b.y + v;
          if (x >= width || y >= height || !unknown[y * width + x]) continue;
          plane[y * width + x] = trend(u + border, v + border) + gRe[(v + border) * n + u + border];
        }
    }
    for (let v = b.y; v < Math.min(height, b.y + block); v++)
      for (let u = b.x; u < Math.min(width, b.x + block); u++)
        if (state[v * width + u] === 0) state[v * width + u] = trust;
    for (const other of todo)
      if (Math.abs(other.x - b.x) < n / 2 + block && Math.abs(other.y - b.y) < n / 2 + block)
        other.weight = score(other);
  }
}
