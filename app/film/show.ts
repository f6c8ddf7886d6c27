/**
 * A film's frame as a picture to look at: reduced by area, its planes turned into RGB by the film's own matrix and range,
 * turned upright, pixels squared. For looking only; nothing that is exported goes this way. Matrices: ITU-R BT.601,
 * BT.709, BT.2020 (non-constant luminance), SMPTE 240M; where the file does not say, BT.709 from 720 lines up, else BT.601.
 */
import { chromaShift, chromaZero, lumaLevels, type Frame, type FrameFormat } from './frame.ts';

/** Kr and Kb of a luma-chroma matrix. */
export function lumaWeights(format: Pick<FrameFormat, 'matrix' | 'height'>): { r: number; b: number } {
  switch (format.matrix) {
    case 'bt709':
      return { r: 0.2126, b: 0.0722 };
    case 'bt2020nc':
    case 'bt2020c':
    case 'bt2020_ncl':
      return { r: 0.2627, b: 0.0593 };
    case 'smpte240m':
      return { r: 0.212, b: 0.087 };
    case 'fcc':
      return { r: 0.3, b: 0.11 };
    case 'bt470bg':
    case 'smpte170m':
      return { r: 0.299, b: 0.114 };
    default:
      return format.height >= 720 ? { r: 0.2126, b: 0.0722 } : { r: 0.299, b: 0.114 };
  }
}

export interface ShownSize {
  /** Upright, with square pixels. */
  width: number;
  height: number;
}

/** Size of a film upright and with square pixels: the longer of both readings of the pixel's shape, none is shrunk. */
export function shownSize(
  format: Pick<FrameFormat, 'width' | 'height'>,
  aspect: { num: number; den: number },
  rotation: 0 | 90 | 180 | 270,
): ShownSize {
  const ratio = aspect.num > 0 && aspect.den > 0 ? aspect.num / aspect.den : 1;
  const width = ratio >= 1 ? Math.round(format.width * ratio) : format.width;
  const height = ratio >= 1 ? format.height : Math.round(format.height / ratio);
  return rotation === 90 || rotation === 270 ? { width: height, height: width } : { width, height };
}

/** Where each of `to` pixels of a view (`at`..`at + share` of the side) lies on `from` samples: [begin, end) for each. */
function spans(from: number, to: number, at: number, share: number): { begin: Int32Array; end: Int32Array } {
  const begin = new Int32Array(to);
  const end = new Int32Array(to);
  for (let i = 0; i < to; i++) {
    const a = (at + (share * i) / to) * from;
    const b = (at + (share * (i + 1)) / to) * from;
    begin[i] = Math.min(from - 1, Math.max(0, Math.floor(a + 1e-6)));
    end[i] = Math.min(from, Math.max(begin[i] + 1, Math.round(b)));
  }
  return { begin, end };
}

export interface ShowOptions extends ShownSize {
  rotation?: 0 | 90 | 180 | 270;
  /** Part of the upright picture, fractions 0..1. */
  view?: { x: number; y: number; w: number; h: number };
}

/** The view turned back to the stored frame. */
function storedView(view: NonNullable<ShowOptions['view']>, rotation: number): typeof view {
  const { x, y, w, h } = view;
  if (rotation === 90) return { x: y, y: 1 - x - w, w: h, h: w };
  if (rotation === 180) return { x: 1 - x - w, y: 1 - y - h, w, h };
  if (rotation === 270) return { x: 1 - y - h, y: x, w: h, h: w };
  return view;
}

/** RGBA of `width` x `height` pixels, 8 bits, opaque. */
export function frameToRgba(
  frame: Pick<Frame, 'planes'>,
  format: FrameFormat,
  options: ShowOptions,
): Uint8Array<ArrayBuffer> {
  const { rotation = 0, view = { x: 0, y: 0, w: 1, h: 1 } } = options;
  const { width, height } = options;
  const turned = rotation === 90 || rotation === 270;
  const [w, h] = turned ? [height, width] : [width, height];
  const part = storedView(view, rotation);
  const { sampling, bits } = format;
  const shift = sampling === '400' || sampling === 'rgb' ? { x: 0, y: 0 } : chromaShift(sampling);
  const values = frame.planes.map((plane, p) => {
    const [pw, ph] =
      p === 0 || sampling === 'rgb'
        ? [format.width, format.height]
        : [(format.width + (1 << shift.x) - 1) >> shift.x, (format.height + (1 << shift.y) - 1) >> shift.y];
    return reduce(plane, pw, ph, w, h, part);
  });
  const out = new Uint8Array(width * height * 4);
  const { black, white } = lumaLevels(format);
  const { r: kr, b: kb } = lumaWeights(format);
  const kg = 1 - kr - kb;
  const luma = 255 / (white - black);
  const zero = chromaZero(bits);
  const top = 2 ** bits - 1;
  // Chroma spans 224 of 219 luma steps in limited range, all codes in full range.
  const chroma = 255 / (format.range === 'limited' ? (224 / 219) * (white - black) : top);
  const code = (v: number): number => (v < 0 ? 0 : v > 255 ? 255 : Math.round(v));
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const i = y * w + x;
      let [red, green, blue] = [0, 0, 0];
      if (sampling === 'rgb') {
        red = (values[0][i] - black) * luma;
        green = (values[1][i] - black) * luma;
        blue = (values[2][i] - black) * luma;
      } else {
        const l = (values[0][i] - black) * luma;
        const u = sampling === '400' ? 0 : (values[1][i] - zero) * chroma;
        const v = sampling === '400' ? 0 : (values[2][i] - zero) * chroma;
        red = l + 2 * (1 - kr) * v;
        blue = l + 2 * (1 - kb) * u;
        green = l - ((2 * (1 - kb) * kb) / kg) * u - ((2 * (1 - kr) * kr) / kg) * v;
      }
      const [ox, oy] =
        rotation === 90
          ? [h - 1 - y, x]
          : rotation === 180
            ? [w - 1 - x, h - 1 - y]
            : rotation === 270
              ? [y, w - 1 - x]
              : [x, y];
      const o = (oy * width + ox) * 4;
      out[o] = code(red);
      out[o + 1] = code(green);
      out[o + 2] = code(blue);
      out[o + 3] = 255;
    }
  return out;
}

/** Mean of the samples under each pixel of the view. */
function reduce(
  plane: Uint8Array | Uint16Array,
  width: number,
  height: number,
  w: number,
  h: number,
  view: { x: number; y: number; w: number; h: number },
): Float32Array {
  const xs = spans(width, w, view.x, view.w);
  const ys = spans(height, h, view.y, view.h);
  const out = new Float32Array(w * h);
  for (let y = 0, o = 0; y < h; y++)
    for (let x = 0; x < w; x++, o++) {
      let sum = 0;
      for (let sy = ys.begin[y]; sy < ys.end[y]; sy++)
        for (let i = sy * width + xs.begin[x], to = sy * width + xs.end[x]; i < to; i++) sum += plane[i];
      out[o] = sum / ((ys.end[y] - ys.begin[y]) * (xs.end[x] - xs.begin[x]));
    }
  return out;
}

/** A step's diagnostic (0..255 a pixel of luma) as a picture: white where it would change something. */
export function maskToRgba(
  mask: Uint8Array,
  format: Pick<FrameFormat, 'width' | 'height'>,
  options: ShowOptions,
): Uint8Array<ArrayBuffer> {
  return frameToRgba(
    { planes: [mask] },
    {
      ...{ width: format.width, height: format.height, sampling: '400', bits: 8, range: 'full' },
      ...{ matrix: null, primaries: null, transfer: null, chromaLocation: null },
    },
    options,
  );
}
