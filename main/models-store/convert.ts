/**
 * Pictures to the numbers that a foreign network wants, and its answer back, as the adapter says. Pictures are planes,
 * sRGB-encoded 0..1; masks one plane, 1 = hole; chroma comes back as a* and b* in Lab units.
 */
import { planar, type Planar } from '../../app/planar.ts';
import type { NetworkTensors } from '../actions/picture/networks.ts';
import type { Adapter } from './adapter.ts';

/** L* (0..100) of an sRGB-encoded grey. */
export function lightnessOf(v: number): number {
  const light = v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  return light > 216 / 24389 ? 116 * Math.cbrt(light) - 16 : (light * 24389) / 27;
}

/** Planes in the order and layout of the adapter. */
function laid(adapter: Adapter, planes: Planar): { dims: number[]; data: Float32Array } {
  const { width, height, channels, data } = planes;
  if (adapter.layout === 'nchw') return { dims: [1, channels, height, width], data };
  const n = width * height;
  const out = new Float32Array(data.length);
  for (let c = 0; c < channels; c++) for (let i = 0; i < n; i++) out[i * channels + c] = data[c * n + i];
  return { dims: [1, height, width, channels], data: out };
}

/**
 * What goes in.
 * @param picture three planes; a grey one is repeated. For colour kinds its first plane is the grey picture
 * @param second mask (1 = hole) of a filler; noise level (standard deviation, 0..1) of a denoiser
 */
export function feedsOf(adapter: Adapter, picture: Planar, second: Planar | number | null): NetworkTensors {
  const { kind, range, mean, std, order } = adapter;
  const n = picture.width * picture.height;
  const value = (v: number, c: number): number => (v * range - mean[c]) / std[c];
  const plane = (c: number): Float32Array => {
    const from = picture.channels === 1 ? 0 : order === 'bgr' ? 2 - c : c;
    return picture.data.subarray(from * n, (from + 1) * n);
  };
  const { width, height } = picture;
  if (kind === 'bins') {
    const x = planar(width, height, 1);
    for (let i = 0; i < n; i++) x.data[i] = value(lightnessOf(picture.data[i]) / 100, 0);
    return { [adapter.input]: laid(adapter, x) };
  }
  const mask = typeof second === 'object' ? second : null;
  const masked = kind === 'migan';
  const x = planar(width, height, masked ? 4 : 3);
  const first = masked ? 1 : 0;
  const whole = kind === 'deoldify' || kind === 'ddcolor';
  for (let c = 0; c < 3; c++) {
    const from = whole ? picture.data.subarray(0, n) : plane(c);
    for (let i = 0; i < n; i++) {
      const v = value(from[i], c);
      x.data[(first + c) * n + i] = masked && mask && mask.data[i] > 0.5 ? 0 : v;
    }
  }
  if (masked) for (let i = 0; i < n; i++) x.data[i] = mask && mask.data[i] > 0.5 ? -0.5 : 0.5;
  const feeds: NetworkTensors = { [adapter.input]: laid(adapter, x) };
  if (adapter.second !== null) {
    if (kind === 'denoise')
      feeds[adapter.second] = {
        dims: [1, 1, 1, 1],
        data: Float32Array.of(typeof second === 'number' ? second : 0),
      };
    else {
      const hole = planar(width, height, 1);
      if (mask) for (let i = 0; i < n; i++) hole.data[i] = mask.data[i] > 0.5 ? 1 : 0;
      feeds[adapter.second] = laid(adapter, hole);
    }
  }
  return feeds;
}

/** What comes out as planes; null when it is none. */
export function planesOf(
  adapter: Adapter,
  tensor: { dims: readonly number[]; data: Float32Array } | undefined,
): Planar | null {
  if (!tensor || tensor.dims.length !== 4 || tensor.dims[0] !== 1) return null;
  const [, a, b, c] = tensor.dims;
  if (tensor.data.length !== a * b * c) return null;
  if (adapter.layout === 'nchw') return { width: c, height: b, channels: a, data: tensor.data };
  const out = planar(b, a, c);
  const n = a * b;
  for (let k = 0; k < c; k++) for (let i = 0; i < n; i++) out.data[k * n + i] = tensor.data[i * c + k];
  return out;
}

/** The answer of a picture kind: three planes, 0..1. */
export function pictureAnswer(adapter: Adapter, planes: Planar): Planar {
  const { outRange, outOffset, order } = adapter;
  const n = planes.width * planes.height;
  const out = planar(planes.width, planes.height, 3);
  for (let c = 0; c < 3; c++) {
    const from = (order === 'bgr' ? 2 - c : c) * n;
    for (let i = 0; i < n; i++) {
      const v = (planes.data[from + i] - outOffset) / outRange;
      out.data[c * n + i] = v > 0 ? Math.min(1, v) : 0;
    }
  }
  return out;
}

/** Temperature at which scores of bins are averaged (Zhang, Isola and Efros 2016). */
const TEMPERATURE = 0.38;

/** The answer of a colour kind: a* and b* in Lab units, at whatever size it comes. `toLab` is sRGB to Lab. */
export function chromaAnswer(
  adapter: Adapter,
  planes: Planar,
  toLab: (r: number, g: number, b: number) => readonly [number, number, number],
): Planar {
  const { width, height, channels } = planes;
  const n = width * height;
  const out = planar(width, height, 2);
  if (adapter.kind === 'deoldify') {
    const picture = pictureAnswer(adapter, planes);
    for (let i = 0; i < n; i++) {
      const [, a, b] = toLab(picture.data[i], picture.data[n + i], picture.data[2 * n + i]);
      out.data[i] = a;
      out.data[n + i] = b;
    }
    return out;
  }
  if (channels === 2) {
    for (let i = 0; i < 2 * n; i++) {
      const v = (planes.data[i] - adapter.outOffset) / adapter.outRange;
      out.data[i] = Number.isFinite(v) ? Math.min(127, Math.max(-127, v)) : 0;
    }
    return out;
  }
  const bins = adapter.bins ?? [];
  for (let i = 0; i < n; i++) {
    let most = -Infinity;
    for (let k = 0; k < channels; k++) most = Math.max(most, planes.data[k * n + i]);
    let all = 0;
    let a = 0;
    let b = 0;
    for (let k = 0; k < channels; k++) {
      const w = Math.exp((planes.data[k * n + i] - most) / TEMPERATURE);
      all += w;
      a += w * (bins[k]?.[0] ?? 0);
      b += w * (bins[k]?.[1] ?? 0);
    }
    out.data[i] = a / all;
    out.data[n + i] = b / all;
  }
  return out;
}
