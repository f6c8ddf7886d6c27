/** Cutting parts out of sample buffers, and taking infrared apart from the picture: shared by both kinds of zoom levels. */
import type { Picture, Rect, Samples, ToneCurve } from '../../app/picture.ts';
import type { Inspected } from './inspect.ts';
import { REDUCED_CURVE } from './reduce.ts';
import { allocate } from './tiff-pixels.ts';
import type { ScanInfo } from './types.ts';

/** What the samples of a level are. */
export interface Shape {
  channels: 1 | 3;
  infrared: boolean;
  planes: number;
  float: boolean;
}

export function shapeOf(scan: Inspected): Shape {
  const channels = scan.info.channels === 1 ? 1 : 3;
  const infrared = scan.info.infrared !== null;
  return { channels, infrared, planes: channels + (infrared ? 1 : 0), float: scan.info.bits === 32 };
}

/** Curve of every level but the first. */
export const levelCurve = (shape: Shape): ToneCurve => (shape.float ? { kind: 'linear' } : REDUCED_CURVE);

export function crop(data: Samples, width: number, planes: number, area: Rect): Samples {
  const type = data instanceof Uint8Array ? 8 : data instanceof Uint16Array ? 16 : 32;
  const out = allocate(type, area.w * area.h * planes);
  for (let y = 0; y < area.h; y++) {
    const from = ((area.y + y) * width + area.x) * planes;
    out.set(data.subarray(from, from + area.w * planes), y * area.w * planes);
  }
  return out;
}

export function assemble(
  data: Samples,
  infrared: Uint16Array | null,
  area: Rect,
  shape: Shape,
  curve: ToneCurve,
  info: ScanInfo,
): Picture {
  const picture: Picture = {
    width: area.w,
    height: area.h,
    channels: shape.channels,
    data,
    curve,
    orientation: info.orientation,
  };
  if (infrared) picture.infrared = infrared;
  return picture;
}

/** Interleaved samples with infrared last, to picture and plane. */
export function separate(data: Samples, area: Rect, shape: Shape, curve: ToneCurve, info: ScanInfo): Picture {
  if (!shape.infrared) return assemble(data, null, area, shape, curve, info);
  const n = area.w * area.h;
  const type = data instanceof Uint8Array ? 8 : data instanceof Uint16Array ? 16 : 32;
  const colour = allocate(type, n * shape.channels);
  const plane = new Uint16Array(new SharedArrayBuffer(n * 2));
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < shape.channels; c++) colour[i * shape.channels + c] = data[i * shape.planes + c];
    plane[i] = data[i * shape.planes + shape.channels];
  }
  return assemble(colour, plane, area, shape, curve, info);
}
