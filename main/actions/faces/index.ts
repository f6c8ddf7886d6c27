/**
 * Where faces are, so that other steps hold back there. The detector `faces` looks at the picture in several sizes,
 * because it knows faces of some 20 to 200 pixels; what is found more than once is put together as its authors do
 * (weighted by score; Bazarevsky et al., "BlazeFace", 2019). Pictures alone: nothing is told of who it is.
 */
import { reducePlane } from '../../../app/color/guided.ts';
import { enlargePlane } from '../../../app/color/merge.ts';
import { planar, type Planar } from '../../../app/planar.ts';
import { FACE_NUMBERS, FACES_MAPS } from '../../../models/faces/architecture.ts';
import type { OpenNetwork } from '../picture/networks.ts';
import type { FaceBox } from '../repair/index.ts';

export type { FaceBox } from '../repair/index.ts';

/** Longest sides at which the picture is looked at, as far as it has them. */
const SIDES = [192, 384, 768, 1344];
/** Score from which it is a face. */
const LEAST = 0.6;
/** Overlap (intersection over union) from which two finds are one face. */
const SAME = 0.3;
/** Share of a smaller find within a larger one from which they are one. */
const WITHIN = 0.7;
/** A find at one size only must be surer: a true face shows at two, unless it is small in the largest. */
const ALONE = 0.75;

export interface Face extends FaceBox {
  eyes: readonly { x: number; y: number }[];
  mouth: readonly { x: number; y: number }[];
  /** 0..1. */
  score: number;
}

interface Find {
  score: number;
  /** Box and points, fractions of the picture: x, y, w, h, then x, y of each point. */
  numbers: number[];
  size: number;
}

/** The picture at a longest side, grey as three planes, filled up with mid grey to multiples of `multiple`. */
function prepared(
  picture: Planar,
  side: number,
  multiple: number,
): { planes: Planar; width: number; height: number } {
  const k = side / Math.max(picture.width, picture.height);
  const width = Math.max(1, Math.round(picture.width * k));
  const height = Math.max(1, Math.round(picture.height * k));
  const up = (n: number): number => Math.max(2, Math.ceil(n / multiple)) * multiple;
  const planes = planar(up(width), up(height), 3);
  planes.data.fill(0.5);
  const n = picture.width * picture.height;
  for (let c = 0; c < 3; c++) {
    const plane = picture.data.subarray(
      picture.channels === 1 ? 0 : c * n,
      picture.channels === 1 ? n : (c + 1) * n,
    );
    const to = { width, height };
    const sized = k <= 1 ? reducePlane(plane, picture, to) : enlargePlane(plane, picture, to);
    for (let y = 0; y < height; y++)
      planes.data.set(sized.subarray(y * width, (y + 1) * width), (c * planes.height + y) * planes.width);
  }
  return { planes, width, height };
}

/** All candidates of one look that score enough. */
function finds(answer: Record<string, Planar>, width: number, height: number, size: number): Find[] {
  const out: Find[] = [];
  FACES_MAPS.forEach(({ stride, candidates }, map) => {
    const scores = answer[`scores${map}`];
    const places = answer[`places${map}`];
    const cells = scores.width * scores.height;
    for (let k = 0; k < candidates; k++)
      for (let i = 0; i < cells; i++) {
        const score = 1 / (1 + Math.exp(-scores.data[k * cells + i]));
        if (score < LEAST) continue;
        const x = ((i % scores.width) + 0.5) * stride;
        const y = (Math.floor(i / scores.width) + 0.5) * stride;
        const at = (j: number): number => places.data[(k * FACE_NUMBERS + j) * cells + i];
        const w = at(2);
        const h = at(3);
        const numbers = [(x + at(0) - w / 2) / width, (y + at(1) - h / 2) / height, w / width, h / height];
        for (let j = 4; j < FACE_NUMBERS; j += 2) numbers.push((x + at(j)) / width, (y + at(j + 1)) / height);
        const [fx, fy] = [numbers[0] + numbers[2] / 2, numbers[1] + numbers[3] / 2];
        if (w > 0 && h > 0 && fx > 0 && fx < 1 && fy > 0 && fy < 1) out.push({ score, numbers, size });
      }
  });
  return out;
}

/** Whether two boxes are of one face. */
function overlap([ax, ay, aw, ah]: number[], [bx, by, bw, bh]: number[]): boolean {
  const w = Math.min(ax + aw, bx + bw) - Math.max(ax, bx);
  const h = Math.min(ay + ah, by + bh) - Math.max(ay, by);
  if (w <= 0 || h <= 0) return false;
  const common = w * h;
  return common / (aw * ah + bw * bh - common) > SAME || common / Math.min(aw * ah, bw * bh) > WITHIN;
}

/**
 * Faces of a whole picture, the surest first.
 * @param picture sRGB-encoded 0..1, one or three planes, upright; 1000 to 1500 pixels are enough
 * @param network the detector of models/faces
 */
export async function detectFaces(
  picture: Planar,
  network: OpenNetwork,
  signal?: AbortSignal,
): Promise<Face[]> {
  const side = Math.max(picture.width, picture.height);
  const all: Find[] = [];
  const looks = SIDES.filter((s, i) => i === 0 || s <= side * 1.5);
  for (const [index, size] of looks.entries()) {
    const { planes, width, height } = prepared(picture, size, network.multiple);
    const tensor = { dims: [1, 3, planes.height, planes.width], data: planes.data };
    const answer = await network.run({ x: tensor }, signal);
    const maps = Object.fromEntries(
      Object.entries(answer).map(([name, { dims, data }]): [string, Planar] => [
        name,
        { channels: dims[1], height: dims[2], width: dims[3], data },
      ]),
    );
    all.push(...finds(maps, width, height, index));
  }
  all.sort((a, b) => b.score - a.score);
  const faces: Face[] = [];
  const left = new Set(all);
  for (const best of all) {
    if (!left.has(best)) continue;
    const group = [...left].filter((f) => f === best || overlap(best.numbers, f.numbers));
    for (const f of group) left.delete(f);
    const sizes = new Set(group.map((f) => f.size)).size;
    if (sizes < 2 && best.score < ALONE) continue;
    // Those near the best in size say where it is.
    const like = group.filter(
      (f) => f.numbers[2] > best.numbers[2] / 1.5 && f.numbers[2] < best.numbers[2] * 1.5,
    );
    const sum = like.reduce((s, f) => s + f.score, 0);
    const n = best.numbers.map((_, j) => like.reduce((s, f) => s + f.score * f.numbers[j], 0) / sum);
    const point = (k: number): { x: number; y: number } => ({ x: n[4 + 2 * k], y: n[5 + 2 * k] });
    faces.push({
      x: n[0],
      y: n[1],
      w: n[2],
      h: n[3],
      eyes: [point(0), point(1)],
      mouth: [point(3)],
      score: best.score,
    });
  }
  return faces;
}
