/** Code values of a film as colours and back: its planes' matrix, range and depth, in one place for tables over all of them. */
import { chromaZero, lumaLevels, type Frame, type FrameFormat } from '../../../../app/film/frame.ts';
import { planar, type Planar } from '../../../../app/planar.ts';
import { LumaReader, lumaWeights } from '../colour/luma.ts';

/** Points of the table along each axis. */
export const NODES = 49;

export interface Codes {
  readonly format: FrameFormat;
  readonly rgb: boolean;
  /** Highest code. */
  readonly most: number;
  /** A frame as a picture: three planes, encoded 0..1, of the size of its chroma. */
  picture(frame: Frame): Planar;
  /** Codes (three lists of `n`, one after the other) as encoded red, green, blue. */
  colours(codes: Float32Array, n: number): Planar;
  /** The way back: codes, not rounded, not clipped. */
  back(picture: Planar, n: number): Float32Array;
}

export function codesOf(format: FrameFormat): Codes {
  const rgb = format.sampling === 'rgb';
  const most = 2 ** format.bits - 1;
  const { red, blue } = lumaWeights(format);
  const green = 1 - red - blue;
  const { black, white } = lumaLevels(format);
  const zero = chromaZero(format.bits);
  const step = format.range === 'limited' ? 224 * 2 ** (format.bits - 8) : most;
  const colours = (codes: Float32Array, n: number): Planar => {
    const out = planar(n, 1, 3);
    const { data } = out;
    for (let i = 0; i < n; i++) {
      if (rgb) {
        for (let c = 0; c < 3; c++) data[c * n + i] = codes[c * n + i] / most;
        continue;
      }
      const y = (codes[i] - black) / (white - black);
      const r = y + (2 * (1 - red) * (codes[2 * n + i] - zero)) / step;
      const b = y + (2 * (1 - blue) * (codes[n + i] - zero)) / step;
      data[i] = r;
      data[n + i] = (y - red * r - blue * b) / green;
      data[2 * n + i] = b;
    }
    return out;
  };
  const back = ({ data }: Planar, n: number): Float32Array => {
    const out = new Float32Array(3 * n);
    for (let i = 0; i < n; i++) {
      const r = data[i];
      const g = data[n + i];
      const b = data[2 * n + i];
      if (rgb) {
        out[i] = r * most;
        out[n + i] = g * most;
        out[2 * n + i] = b * most;
        continue;
      }
      const y = red * r + green * g + blue * b;
      out[i] = black + y * (white - black);
      out[n + i] = zero + (step * (b - y)) / (2 * (1 - blue));
      out[2 * n + i] = zero + (step * (r - y)) / (2 * (1 - red));
    }
    return out;
  };
  const picture = (frame: Frame): Planar => {
    const n = frame.planes[2].length;
    const codes = new Float32Array(3 * n);
    const reader = new LumaReader(format, format.sampling);
    if (rgb) for (let c = 0; c < 3; c++) codes.set(frame.planes[c], c * n);
    else {
      codes.set(reader.means(frame));
      codes.set(frame.planes[1], n);
      codes.set(frame.planes[2], 2 * n);
    }
    const { width, height } = reader.chroma;
    return { ...colours(codes, n), width, height };
  };
  return { format, rgb, most, picture, colours, back };
}

/** The colours of all points of a table: the last axis runs fastest. */
export function nodesOf(codes: Codes): Planar {
  const n = NODES ** 3;
  const list = new Float32Array(3 * n);
  const at = (k: number): number => (k * codes.most) / (NODES - 1);
  for (let i = 0; i < n; i++) {
    list[i] = at(Math.floor(i / NODES ** 2));
    list[n + i] = at(Math.floor(i / NODES) % NODES);
    list[2 * n + i] = at(i % NODES);
  }
  return codes.colours(list, n);
}
