/**
 * Faces of a scan that does not lie upright: the detector knows faces whose chin is below, so it is shown the picture as a
 * person sees it, and what it finds is brought back to the scan. Where it finds nobody, the scan may have been laid on
 * its side without anyone saying so: the other three ways are tried, and only sure faces count.
 */
import { toStored, type Turn } from '../../../app/turn.ts';
import type { Planar } from '../../../app/planar.ts';
import type { OpenNetwork } from '../picture/networks.ts';
import { detectFaces, type Face } from './index.ts';

/** A quarter turn, clockwise as seen (source to view, y down). */
const QUARTER: Turn = [0, -1, 1, 0];
/** Score from which a face counts in a picture that nobody has turned. */
const SURE = 0.85;

const after = (b: Turn, a: Turn): Turn => [
  b[0] * a[0] + b[1] * a[2],
  b[0] * a[1] + b[1] * a[3],
  b[2] * a[0] + b[3] * a[2],
  b[2] * a[1] + b[3] * a[3],
];

/** The picture as it is seen after a turn. */
export function turnedPlanar({ width, height, channels, data }: Planar, [p, q, r, s]: Turn): Planar {
  const swap = p === 0;
  const w = swap ? height : width;
  const h = swap ? width : height;
  const n = width * height;
  const out = new Float32Array(data.length);
  // The inverse of a turn is its transpose; a mirrored axis counts from its other end.
  const x0 = p + r < 0 ? width - 1 : 0;
  const y0 = q + s < 0 ? height - 1 : 0;
  for (let y = 0; y < h; y++)
    for (let x = 0; x < w; x++) {
      const from = (y0 + q * x + s * y) * width + x0 + p * x + r * y;
      for (let c = 0; c < channels; c++) out[c * n + y * w + x] = data[c * n + from];
    }
  return { width: w, height: h, channels, data: out };
}

/** Faces of a picture that is seen after `turn`, in fractions of the picture as it is given. */
async function facesAt(
  picture: Planar,
  turn: Turn,
  network: OpenNetwork,
  signal?: AbortSignal,
): Promise<Face[]> {
  const found = await detectFaces(turnedPlanar(picture, turn), network, signal);
  const point = ({ x, y }: { x: number; y: number }): { x: number; y: number } => {
    const back = toStored({ x, y, w: 0, h: 0 }, turn);
    return { x: back.x, y: back.y };
  };
  return found.map((face) => ({
    ...toStored(face, turn),
    eyes: face.eyes.map(point),
    mouth: face.mouth.map(point),
    score: face.score,
  }));
}

/**
 * Faces of a scan as stored, the surest first.
 * @param turn how the stored scan is seen: its EXIF orientation and what a person has turned since
 */
export async function facesOfScan(
  picture: Planar,
  turn: Turn,
  network: OpenNetwork,
  signal?: AbortSignal,
): Promise<Face[]> {
  const upright = await facesAt(picture, turn, network, signal);
  if (upright.length > 0) return upright;
  let best: Face[] = [];
  let most = 0;
  let way = turn;
  for (let k = 0; k < 3; k++) {
    way = after(QUARTER, way);
    const found = (await facesAt(picture, way, network, signal)).filter(({ score }) => score >= SURE);
    const worth = found.reduce((sum, { score }) => sum + score, 0);
    if (worth > most) [most, best] = [worth, found];
  }
  return best;
}
