/**
 * A scan as a stream of bands from top to bottom, for whoever needs every pixel once but not all at the same
 * time. TIFF is read band by band; what libvips or libraw decode comes whole and is handed out in slices.
 */
import type { Rect, Samples } from '../../app/picture.ts';
import type { Inspected } from './inspect.ts';
import { release, vipsPixels } from './libvips.ts';
import { decodeRaw } from './raw.ts';
import { withPlainPath } from './safe-path.ts';
import { allocate, sampleType, TiffRows } from './tiff-pixels.ts';

export interface Band {
  y: number;
  rows: number;
  /** Interleaved, `samples` a pixel; valid until the next band is asked for. */
  data: Samples;
  /** Samples of a pixel; the first 1 or 3 make the picture. */
  samples: number;
  /** Index of the infrared sample, or -1. */
  infrared: number;
  /** A separate infrared plane of the same rows, where the scan has one on a page of its own. */
  infraredRows: Uint16Array | null;
}

/** Every row of the scan, once, from the top. */
export async function* bandsOf(scan: Inspected): AsyncGenerator<Band> {
  const { info, route } = scan;
  const channels = info.channels === 1 ? 1 : 3;
  const irLayout = route.by === 'tiff' || route.by === 'vips' ? route.infrared : null;
  const irRows = irLayout ? new TiffRows(scan.source, irLayout) : null;
  const readInfrared = async (area: Rect): Promise<Uint16Array | null> => {
    if (!irRows) return null;
    const plane = new Uint16Array(area.w * area.h);
    await irRows.read(area, plane);
    return plane;
  };
  if (route.by === 'tiff') {
    const { layout } = route;
    const rows = new TiffRows(scan.source, layout);
    const step = Math.min(info.height, rows.bandHeight(info.width));
    const buffer = allocate(sampleType(layout), step * info.width * layout.samples);
    for (let y = 0; y < info.height; y += step) {
      const h = Math.min(step, info.height - y);
      const area = { x: 0, y, w: info.width, h };
      const data = buffer.subarray(0, h * info.width * layout.samples);
      await rows.read(area, data);
      yield {
        y,
        rows: h,
        data,
        samples: layout.samples,
        infrared: info.infrared === 'alpha' ? channels : -1,
        infraredRows: await readInfrared(area),
      };
    }
    return;
  }
  let data: Samples;
  let samples: number;
  if (route.by === 'raw') {
    const { picture } = await decodeRaw(scan, {});
    data = picture.data;
    samples = picture.channels;
  } else if (route.by === 'vips') {
    const pixels = await withPlainPath(scan.source.path, (plain) =>
      vipsPixels(plain, scan.source.path, { wide: route.wide, grey: route.grey }),
    );
    data = pixels.data;
    samples = pixels.samples;
  } else return;
  const pitch = info.width * samples;
  const step = 256;
  for (let y = 0; y < info.height; y += step) {
    const h = Math.min(step, info.height - y);
    yield {
      y,
      rows: h,
      data: data.subarray(y * pitch, (y + h) * pitch),
      samples,
      infrared: -1,
      infraredRows: await readInfrared({ x: 0, y, w: info.width, h }),
    };
  }
  release(data);
}
