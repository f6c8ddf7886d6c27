/**
 * A reel twice or four times as large (the recipe's step `enlarge`): by a network `upscaler` where a person has one, which
 * sees each frame as a picture, else each plane by a filter. Depth, range and sampling stay what they are.
 */
import { chromaShift, planeSizes, type Frame, type FrameFormat } from '../../../../app/film/frame.ts';
import type { ReelStep, ShotWork, StepNetwork } from '../../../../app/film/step.ts';
import type { FilmParams } from '../../../../app/recipe/film.ts';
import { planar, type Planar } from '../../../../app/planar.ts';
import { enlargedSource } from '../../enlarge/index.ts';
import { sourceOf } from '../../picture/source.ts';
import { LumaReader } from '../colour/luma.ts';
import { codesOf, type Codes } from '../dyes/codes.ts';
import { enlargeSamples } from './resample.ts';

type Params = FilmParams['enlarge'];

/** The format of enlarged frames. */
export const enlargedFormat = (format: FrameFormat, params: Pick<Params, 'factor'>): FrameFormat => ({
  ...format,
  width: format.width * Number(params.factor),
  height: format.height * Number(params.factor),
});

/** Where chroma lies within the pixels it belongs to: at the left of two (the usual), or in the middle. */
function placeOf(format: FrameFormat): { x: number; y: number } {
  const { x, y } = chromaShift(format.sampling);
  const location = format.chromaLocation ?? 'left';
  return {
    x: x > 0 && location.includes('left') ? 0.5 / 2 ** x : 0.5,
    y: y > 0 && location.startsWith('top') ? 0.5 / 2 ** y : 0.5,
  };
}

/** Each plane by the filter. */
function filtered(frame: Frame, format: FrameFormat, factor: number): Frame {
  const from = planeSizes(format);
  const to = planeSizes(enlargedFormat(format, { factor: String(factor) as '2' | '4' }));
  const most = 2 ** format.bits - 1;
  const chroma = placeOf(format);
  const sizes = format.sampling === 'rgb' ? [from[0], from[0], from[0]] : from;
  const planes = frame.planes.map((plane, p) => {
    const place = p === 0 || format.sampling === 'rgb' ? { x: 0.5, y: 0.5 } : chroma;
    return enlargeSamples(plane, sizes[p], to[Math.min(p, to.length - 1)], factor, most, place.x, place.y);
  });
  return { ...frame, planes };
}

/** Chroma at the pixels of luma, codes. */
function spread(frame: Frame, format: FrameFormat, plane: number): Float32Array {
  const reader = new LumaReader(format, format.sampling);
  const { origin, step } = reader.chromaPlaces;
  const { width, height } = reader.chroma;
  const from = frame.planes[plane];
  const out = new Float32Array(format.width * format.height);
  for (let y = 0, o = 0; y < format.height; y++) {
    const v = Math.min(height - 1, Math.max(0, (y - origin.y) / step.y));
    const j = Math.floor(v);
    const t = v - j;
    const top = j * width;
    const below = Math.min(height - 1, j + 1) * width;
    for (let x = 0; x < format.width; x++, o++) {
      const u = Math.min(width - 1, Math.max(0, (x - origin.x) / step.x));
      const i = Math.floor(u);
      const k = Math.min(width - 1, i + 1);
      const s = u - i;
      out[o] =
        (from[top + i] * (1 - s) + from[top + k] * s) * (1 - t) +
        (from[below + i] * (1 - s) + from[below + k] * s) * t;
    }
  }
  return out;
}

/** The frame as a picture of its full size, encoded 0..1: grey or red, green, blue. */
function pictureOf(frame: Frame, { format, colours }: Codes): Planar {
  const { width, height, sampling } = format;
  const n = width * height;
  const codes = new Float32Array(3 * n);
  codes.set(frame.planes[0]);
  if (sampling === '400') {
    const neutral = 2 ** (format.bits - 1);
    codes.fill(neutral, n);
    const all = colours(codes, n);
    return { width, height, channels: 1, data: all.data.slice(0, n) };
  }
  for (const plane of [1, 2])
    codes.set(
      sampling === 'rgb' || sampling === '444' ? frame.planes[plane] : spread(frame, format, plane),
      plane * n,
    );
  return { ...colours(codes, n), width, height };
}

/** A picture as planes of a format; chroma is the mean of the pixels it stands for. */
function planesOf(picture: Planar, codes: Codes): Frame['planes'] {
  const { format, most } = codes;
  const n = picture.width * picture.height;
  const all = planar(picture.width, picture.height, 3);
  for (let c = 0; c < 3; c++)
    all.data.set(picture.data.subarray(picture.channels === 1 ? 0 : c * n).subarray(0, n), c * n);
  const list = codes.back(all, n);
  const make = (length: number): Uint8Array | Uint16Array =>
    format.bits > 8 ? new Uint16Array(length) : new Uint8Array(length);
  const code = (v: number): number => (v <= 0 ? 0 : v >= most ? most : Math.round(v));
  const sizes =
    format.sampling === 'rgb' ? Array.from({ length: 3 }, () => planeSizes(format)[0]) : planeSizes(format);
  const place = placeOf(format);
  const shift = chromaShift(format.sampling);
  return sizes.map((size, p) => {
    const out = make(size.width * size.height);
    const from = list.subarray(p * n, (p + 1) * n);
    if (size.width === picture.width && size.height === picture.height)
      return out.map((_, i) => code(from[i]));
    const wide = 1 << shift.x;
    const tall = 1 << shift.y;
    // At the left: one pixel to either side as well, with half the weight.
    const left = wide > 1 && place.x < 0.5;
    for (let y = 0, o = 0; y < size.height; y++)
      for (let x = 0; x < size.width; x++, o++) {
        let sum = 0;
        let weight = 0;
        for (let j = y * tall; j < Math.min(picture.height, (y + 1) * tall); j++)
          for (let i = x * wide - (left ? 1 : 0); i < x * wide + (left ? 2 : wide); i++) {
            const w = left && i !== x * wide ? 1 : 2;
            sum += w * from[j * picture.width + Math.min(picture.width - 1, Math.max(0, i))];
            weight += w;
          }
        out[o] = code(sum / weight);
      }
    return out;
  });
}

/** The step `enlarge` of a reel. */
export const enlargeStep: ReelStep<Params> = {
  name: 'enlarge',
  gives: enlargedFormat,
  holds: () => 0,
  async begin({ format, networks }, params): Promise<ShotWork> {
    const factor = Number(params.factor);
    // Only one that was asked for by its name: a network takes seconds for a frame, and a reel has thousands.
    const network: StepNetwork | null =
      params.model === '' ? null : ((await networks?.open('upscaler', params.model)) ?? null);
    let frames = 0;
    const byNetwork = async (frame: Frame, upscaler: StepNetwork): Promise<Frame> => {
      const source = enlargedSource(sourceOf(pictureOf(frame, codesOf(format))), params, upscaler);
      const large = await source.read({ x: 0, y: 0, w: source.width, h: source.height });
      return { ...frame, planes: planesOf(large, codesOf(enlargedFormat(format, params))) };
    };
    return {
      async push(frame) {
        frames++;
        return [network ? await byNetwork(frame, network) : filtered(frame, format, factor)];
      },
      end: () => [],
      report: () => ({ frames, network: network ? 1 : 0 }),
    };
  },
};
