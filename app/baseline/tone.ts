/**
 * Classical answers to wrong tones: no colour at all, plain inversion, inversion with a stretch of every channel
 * between its percentiles and a white balance, the same in density, and the stretch alone for faded pictures.
 * They see one picture, as an editor's "auto" button does; no profile, no roll, no rebate.
 */
import { srgbDecode, srgbEncode } from '../color/curve.ts';
import { copyPlanar, type Planar, planar } from '../planar.ts';

const clip = (v: number): number => (v > 0 ? (v < 1 ? v : 1) : 0);

/** Rec. 601 luma in all three planes: the picture without its colours. */
export function grey(picture: Planar): Planar {
  const n = picture.width * picture.height;
  const out = planar(picture.width, picture.height, 3);
  const { data } = picture;
  for (let i = 0; i < n; i++) {
    const y =
      picture.channels === 1 ? data[i] : 0.299 * data[i] + 0.587 * data[n + i] + 0.114 * data[2 * n + i];
    out.data[i] = out.data[n + i] = out.data[2 * n + i] = y;
  }
  return out;
}

/** 1 - x on the encoded samples. */
export function invert(picture: Planar): Planar {
  return { ...picture, data: picture.data.map((v) => 1 - v) };
}

/** Two quantiles of one plane. */
export function ends(plane: Float32Array, low: number, high: number): [number, number] {
  const sorted = plane.slice().sort();
  const last = sorted.length - 1;
  return [sorted[Math.round(low * last)], sorted[Math.round(high * last)]];
}

const planesOf = (picture: Planar): Float32Array[] => {
  const n = picture.width * picture.height;
  return Array.from({ length: picture.channels }, (_, c) => picture.data.subarray(c * n, (c + 1) * n));
};

/**
 * Every channel stretched so that its percentiles `tail` and 1 - `tail` become 0 and 1 (a channel that has no
 * range stays), clipped.
 */
export function stretch(picture: Planar, tail = 0.005): Planar {
  const out = copyPlanar(picture);
  for (const plane of planesOf(out)) {
    const [low, high] = ends(plane, tail, 1 - tail);
    if (high - low < 1e-4) continue;
    for (let i = 0; i < plane.length; i++) plane[i] = clip((plane[i] - low) / (high - low));
  }
  return out;
}

/**
 * Grey world by gamma: each channel's exponent brings its mean to the mean of the three, so that black and white
 * stay where the stretch put them. Exponents are kept within 0.5..2.
 */
export function balance(picture: Planar): Planar {
  const out = copyPlanar(picture);
  const planes = planesOf(out);
  const mean = (plane: Float32Array, power: number): number => {
    let sum = 0;
    for (const v of plane) sum += clip(v) ** power;
    return sum / plane.length;
  };
  const goal = planes.reduce((sum, plane) => sum + mean(plane, 1), 0) / planes.length;
  for (const plane of planes) {
    // The mean falls as the exponent grows: halve the interval until it hits.
    let low = 0.5;
    let high = 2;
    for (let k = 0; k < 20; k++) {
      const middle = (low + high) / 2;
      if (mean(plane, middle) > goal) low = middle;
      else high = middle;
    }
    const power = (low + high) / 2;
    for (let i = 0; i < plane.length; i++) plane[i] = clip(plane[i]) ** power;
  }
  return out;
}

/** Plain inversion, each channel stretched between its percentiles, white balance. */
export function invertStretch(picture: Planar): Planar {
  return balance(stretch(invert(picture)));
}

/** Plain inversion of a B&W negative: grey, stretched as one channel. */
export function invertGrey(picture: Planar): Planar {
  const n = picture.width * picture.height;
  const one = { ...picture, channels: 1, data: invert(grey(picture)).data.slice(0, n) };
  return grey(stretch(one));
}

/** Decades of exposure that the two ends of a negative's density range are taken to span. */
const DECADES = 1.9;

/**
 * Inversion in density: D = -log10(linear light) of each channel, stretched between its percentiles, read as log
 * exposure over 1.9 decades with the black end brought to 0, encoded as sRGB; then white balance.
 */
export function invertDensity(picture: Planar): Planar {
  const out = copyPlanar(picture);
  const black = 10 ** -DECADES;
  for (const plane of planesOf(out)) {
    for (let i = 0; i < plane.length; i++) plane[i] = -Math.log10(Math.max(1e-4, srgbDecode(plane[i])));
    const [low, high] = ends(plane, 0.005, 0.995);
    const range = Math.max(1e-3, high - low);
    for (let i = 0; i < plane.length; i++) {
      const e = clip((plane[i] - low) / range);
      plane[i] = srgbEncode((10 ** (DECADES * (e - 1)) - black) / (1 - black));
    }
  }
  return balance(out);
}

/** The same of a B&W negative: in grey, stretched as one channel. */
export function invertDensityGrey(picture: Planar): Planar {
  const n = picture.width * picture.height;
  return grey(invertDensity({ ...picture, channels: 1, data: grey(picture).data.slice(0, n) }));
}
