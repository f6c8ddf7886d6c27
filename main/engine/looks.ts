/** What a scan looks like, taken as it is. */
import type { Planar } from '../../app/planar.ts';
import { convertPlanes, readerOf, readPart } from '../actions/picture/as-is.ts';
import type { DecodedScan } from '../files/types.ts';

/** A scan's samples as sRGB-encoded planes. */
export function looksOf({ picture, info }: DecodedScan): Planar {
  const { width, height } = picture;
  const reader = readerOf(picture, info.own);
  const planes = readPart(picture, reader, { x: 0, y: 0, w: width, h: height });
  convertPlanes(planes, reader.space, 'srgb');
  return planes;
}
