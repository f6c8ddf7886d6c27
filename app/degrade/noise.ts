/**
 * Noise: of sensors and scanners (the same at every tone, or growing with light), of film grain, and the single
 * wrong pixels of bad lines and memories. Every mechanism is a function of stated parameters; the degradations
 * at the end draw them.
 */
import { type Planar, planar } from '../planar.ts';
import type { Random } from '../random.ts';
import { clip, decode, encode, gaussian, normals } from './raster.ts';
import type { Degradation } from './types.ts';

/**
 * Noise planes of standard deviation 1: `correlation` (pixels) is the sigma of the Gaussian that smooths them
 * (0: every pixel for itself); `grey` makes all planes equal.
 */
export function noisePlanes(
  width: number,
  height: number,
  random: Random,
  correlation: number,
  grey: boolean,
): Planar {
  const size = width * height;
  const raw: Planar = {
    width,
    height,
    channels: grey ? 1 : 3,
    data: normals(size * (grey ? 1 : 3), random),
  };
  let out = raw;
  if (correlation >= 0.15) {
    out = gaussian(raw, correlation);
    // The kernel's own power, not the sample's, so that the strength stays a parameter.
    let power = 0;
    const radius = Math.max(1, Math.ceil(3 * correlation));
    let sum = 0;
    for (let i = -radius; i <= radius; i++) sum += Math.exp(-0.5 * (i / correlation) ** 2);
    for (let i = -radius; i <= radius; i++) power += (Math.exp(-0.5 * (i / correlation) ** 2) / sum) ** 2;
    for (let i = 0; i < out.data.length; i++) out.data[i] /= power;
  }
  if (!grey) return out;
  const three = planar(width, height, 3);
  for (let c = 0; c < 3; c++) three.data.set(out.data, c * size);
  return three;
}

/** Additive noise of one strength for all tones, on encoded values; clipped to 0..1. */
export function additiveNoise(
  picture: Planar,
  sigma: number,
  random: Random,
  correlation = 0,
  grey = false,
): Planar {
  const out = noisePlanes(picture.width, picture.height, random, correlation, grey);
  for (let i = 0; i < out.data.length; i++) out.data[i] = picture.data[i] + sigma * out.data[i];
  return clip(out);
}

/**
 * Noise of counting: in linear light y the variance is `shot` * y + `read`^2 (A. Foi, M. Trimeche, V. Katkovnik,
 * K. Egiazarian, "Practical Poissonian-Gaussian noise modeling and fitting", 2008). Clipped to 0..1.
 */
export function sensorNoise(picture: Planar, shot: number, read: number, random: Random): Planar {
  const out = noisePlanes(picture.width, picture.height, random, 0, false);
  for (let i = 0; i < out.data.length; i++) {
    const y = decode(picture.data[i]);
    out.data[i] = encode(y + Math.sqrt(shot * y + read * read) * out.data[i]);
  }
  return out;
}

/**
 * Film grain: noise of density. `sigma` is the standard deviation of density at a density of 1, growing with the
 * square root of density (E. W. H. Selwyn, "A theory of graininess", 1935), with a floor for fog. The density
 * that counts is the negative's: light places of the print are dense in it, so grain sits in mid tones and
 * highlights, fading towards white where the paper's shoulder holds it down.
 */
export function grain(
  picture: Planar,
  sigma: number,
  random: Random,
  correlation = 0.5,
  grey = true,
): Planar {
  const out = noisePlanes(picture.width, picture.height, random, correlation, grey);
  const gamma = 1 / 2.2;
  for (let i = 0; i < out.data.length; i++) {
    const v = picture.data[i] < 0 ? 0 : picture.data[i] > 1 ? 1 : picture.data[i];
    // Slope of the print about this tone: none at paper white and black.
    const slope = Math.sqrt(0.05 + 4 * v * (1 - v));
    const change = sigma * Math.sqrt(0.15 + v) * slope * out.data[i] * 2.3026 * gamma;
    out.data[i] = v + 0.5 * change;
  }
  return clip(out);
}

/** A share of pixels turned black or white; `grey` strikes all three planes of a pixel at once. Others keep their bits. */
export function saltPepper(
  picture: Planar,
  share: number,
  random: Random,
  salt = 0.5,
  grey = true,
): { picture: Planar; mask: Planar } {
  const size = picture.width * picture.height;
  const out: Planar = { ...picture, data: picture.data.slice() };
  const mask = planar(picture.width, picture.height, 1);
  const n = grey ? size : size * picture.channels;
  // Gaps between struck pixels are geometric, so only struck pixels cost a draw.
  const log = Math.log(1 - Math.min(0.999, share));
  if (share > 0)
    for (let i = Math.floor(Math.log(1 - random.next()) / log); i < n;) {
      const v = random.next() < salt ? 1 : 0;
      mask.data[i % size] = 1;
      if (grey) for (let c = 0; c < picture.channels; c++) out.data[c * size + i] = v;
      else out.data[i] = v;
      i += 1 + Math.floor(Math.log(1 - random.next()) / log);
    }
  return { picture: out, mask };
}

/** Even noise over all tones, fine or a little coarse, coloured or grey. */
export const evenNoise: Degradation = {
  name: 'even-noise',
  family: 'noise',
  ranges: { sigma: [0.012, 0.12], correlation: [0, 0.9], grey: [0, 1] },
  source: 'additive Gaussian noise on encoded values',
  apply(picture, random) {
    const sigma = 0.012 * 10 ** random.next();
    const correlation = random.chance(0.6) ? 0 : random.uniform(0.3, 0.9);
    const grey = random.chance(0.5);
    return {
      picture: additiveNoise(picture, sigma, random, correlation, grey),
      params: { sigma, correlation, grey: Number(grey) },
    };
  },
};

/** Even noise of every pixel and colour for itself, up to very strong: the noise by which denoisers are compared. */
export const colourNoise: Degradation = {
  name: 'colour-noise',
  family: 'noise',
  ranges: { sigma: [0.01, 0.22] },
  source: 'additive Gaussian noise on encoded values',
  apply(picture, random) {
    const sigma = random.uniform(0.01, 0.22);
    return { picture: additiveNoise(picture, sigma, random), params: { sigma } };
  },
};

/** Noise of a sensor: shot and read noise in linear light. */
export const lightNoise: Degradation = {
  name: 'sensor-noise',
  family: 'noise',
  ranges: { shot: [0.0002, 0.006], read: [0.001, 0.008] },
  source: 'Foi, Trimeche, Katkovnik, Egiazarian 2008',
  apply(picture, random) {
    const shot = 0.0002 * 30 ** random.next();
    const read = 0.001 * 8 ** random.next();
    return { picture: sensorNoise(picture, shot, read, random), params: { shot, read } };
  },
};

/** Grain of an enlarged or fast film. */
export const filmGrain: Degradation = {
  name: 'grain',
  family: 'noise',
  ranges: { sigma: [0.02, 0.18], correlation: [0, 1.2] },
  source: 'Selwyn 1935',
  apply(picture, random) {
    const sigma = 0.02 * 9 ** random.next();
    const correlation = random.uniform(0, 1.2);
    return { picture: grain(picture, sigma, random, correlation), params: { sigma, correlation } };
  },
};

/** Single black and white pixels. They are damage, so they are marked in the mask. */
export const impulseNoise: Degradation = {
  name: 'salt-pepper',
  family: 'salt-pepper',
  ranges: { share: [0.002, 0.08], salt: [0, 1], grey: [0, 1] },
  source: 'impulse noise',
  apply(picture, random) {
    const share = 0.002 * 40 ** random.next();
    const salt = random.chance(0.7) ? 0.5 : random.next();
    const grey = random.chance(0.7);
    const struck = saltPepper(picture, share, random, salt, grey);
    return { ...struck, params: { share, salt, grey: Number(grey) } };
  },
};
