/**
 * The plain fill of one crop: what is unknown is continued from what is known, with no network and no made-up texture.
 * Luma is extrapolated by few frequencies (spectral.ts), which carries edges on; towards the middle of a wide hole,
 * where every extrapolation is mostly luck, it is mixed with a membrane, the safer guess. The two colour differences
 * are smooth and get the membrane alone. Holes deeper than DEEP are first filled at half the size, and
 * only a band along their rim again at this one.
 */
import type { Planar } from '../../../app/planar.ts';
import { depth } from './components.ts';
import { fillMembrane } from './membrane.ts';
import { fillSpectral, SPECTRAL, type SpectralOptions } from './spectral.ts';

/** Pixels from the rim up to which a hole is filled at once. */
const DEEP = 32;
/** Width of the band that is filled again at full size. */
const BAND = 8;
/** Largest share of the membrane in luma, and over how many pixels from the rim it grows to it. */
const SAFE = 0.4;
const SAFE_WITHIN = 10;

const NARROW_HOLES: SpectralOptions = { ...SPECTRAL, size: 16, decay: 0.55, steps: 16, slope: 1 };

/** Luma and two differences from it (ITU-R BT.601 weights), or the grey plane alone. */
function apart({ width, height, channels, data }: Planar): Float32Array[] {
  const n = width * height;
  if (channels === 1) return [data.slice(0, n)];
  const y = new Float32Array(n);
  const r = new Float32Array(n);
  const b = new Float32Array(n);
  for (let i = 0; i < n; i++) {
    y[i] = 0.299 * data[i] + 0.587 * data[n + i] + 0.114 * data[2 * n + i];
    r[i] = data[i] - y[i];
    b[i] = data[2 * n + i] - y[i];
  }
  return [y, r, b];
}

/** A copy of the crop with the unknown pixels taken from the planes of `apart`; never beyond the known range. */
function together(crop: Planar, planes: Float32Array[], unknown: Uint8Array): Planar {
  const n = crop.width * crop.height;
  const out: Planar = { ...crop, data: crop.data.slice() };
  let low = 0;
  let high = 1;
  for (let c = 0; c < crop.channels; c++)
    for (let i = 0; i < n; i++)
      if (!unknown[i]) {
        const v = crop.data[c * n + i];
        if (v < low) low = v;
        if (v > high) high = v;
      }
  const put = (at: number, v: number): void => {
    out.data[at] = v < low ? low : v > high ? high : v;
  };
  const [y, r, b] = planes;
  for (let i = 0; i < n; i++) {
    if (!unknown[i]) continue;
    if (crop.channels === 1) put(i, y[i]);
    else {
      put(i, y[i] + r[i]);
      put(2 * n + i, y[i] + b[i]);
      put(n + i, y[i] - (0.299 * r[i] + 0.114 * b[i]) / 0.587);
    }
  }
  return out;
}

/** Whether all is unknown: then there is nothing to go by, and the answer is middle grey. */
function blank(crop: Planar, unknown: Uint8Array): Planar | null {
  return unknown.includes(0) ? null : { ...crop, data: new Float32Array(crop.data.length).fill(0.5) };
}

/**
 * Continues narrow damage from its sides. `unknown`: 1 where a pixel is to be filled. Known samples stay.
 * @param leave unknown pixels for which a membrane is enough: others fill them, or nobody asks for them
 */
export function fillNarrow(crop: Planar, unknown: Uint8Array, leave: Uint8Array | null = null): Planar {
  const nothing = blank(crop, unknown);
  if (nothing) return nothing;
  const { width, height } = crop;
  const planes = apart(crop);
  for (const plane of planes) fillMembrane(plane, unknown, width, height);
  const spectral = planes[0].slice();
  const todo = leave ? unknown.map((v, i) => (v && !leave[i] ? 1 : 0)) : unknown;
  fillSpectral([spectral], todo, width, height, NARROW_HOLES, leave);
  for (let i = 0; i < unknown.length; i++) if (todo[i]) planes[0][i] = 0.5 * planes[0][i] + 0.5 * spectral[i];
  return together(crop, planes, unknown);
}

/** The plain fill of damage of any width. Known samples stay. */
export function fillPlain(crop: Planar, unknown: Uint8Array): Planar {
  const nothing = blank(crop, unknown);
  if (nothing) return nothing;
  const planes = apart(crop);
  fillPlanes(planes, unknown, crop.width, crop.height);
  return together(crop, planes, unknown);
}

function fillPlanes(planes: Float32Array[], unknown: Uint8Array, width: number, height: number): void {
  const deep = depth(unknown, width, height);
  let most = 0;
  for (const d of deep) if (d > most) most = d;
  if (most === 0) return;
  if (most <= 3 * DEEP || Math.min(width, height) < 32) {
    const luma = planes[0].slice();
    for (const plane of planes) fillMembrane(plane, unknown, width, height);
    fillSpectral([luma], unknown, width, height);
    for (let i = 0; i < unknown.length; i++)
      if (unknown[i]) {
        const share = SAFE * (1 - Math.exp(-deep[i] / 3 / SAFE_WITHIN));
        planes[0][i] += (1 - share) * (luma[i] - planes[0][i]);
      }
    return;
  }
  const w = (width + 1) >> 1;
  const h = (height + 1) >> 1;
  const smallUnknown = new Uint8Array(w * h);
  const small = planes.map(() => new Float32Array(w * h));
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      let known = 0;
      for (let v = 2 * y; v < Math.min(height, 2 * y + 2); v++)
        for (let u = 2 * x; u < Math.min(width, 2 * x + 2); u++) {
          const i = v * width + u;
          if (unknown[i]) continue;
          known++;
          planes.forEach((plane, c) => (small[c][y * w + x] += plane[i]));
        }
      if (known === 0) smallUnknown[y * w + x] = 1;
      else for (const plane of small) plane[y * w + x] /= known;
    }
  fillPlanes(small, smallUnknown, w, h);
  const guessed = new Uint8Array(unknown.length);
  const band = new Uint8Array(unknown.length);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      if (!unknown[i]) continue;
      const cx = x >> 1;
      const cy = y >> 1;
      const nx = Math.min(w - 1, Math.max(0, cx + (x & 1 ? 1 : -1)));
      const ny = Math.min(h - 1, Math.max(0, cy + (y & 1 ? 1 : -1)));
      planes.forEach((plane, c) => {
        const v = small[c];
        plane[i] =
          0.5625 * v[cy * w + cx] + 0.1875 * (v[cy * w + nx] + v[ny * w + cx]) + 0.0625 * v[ny * w + nx];
      });
      if (deep[i] <= 3 * BAND) band[i] = 1;
      else guessed[i] = 1;
    }
  const guess = planes[0].slice();
  fillSpectral([planes[0]], band, width, height, { ...SPECTRAL, trust: 0.3 }, guessed);
  // From the band into the middle without a seam.
  for (let i = 0; i < unknown.length; i++)
    if (band[i]) {
      const share = Math.min(1, deep[i] / (3 * BAND));
      planes[0][i] += share * share * (guess[i] - planes[0][i]);
    }
}
