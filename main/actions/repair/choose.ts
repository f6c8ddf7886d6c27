/**
 * Which fill a wide hole gets. A network may fill it when the recipe says so, or when it proves better on the spot;
 * it never draws eyes or a mouth.
 */
import type { Rect } from '../../../app/picture.ts';
import type { Planar } from '../../../app/planar.ts';
import { fillPlain } from './fill.ts';
import type { HolePlan, WideHole } from './holes.ts';
import type { FaceBox, RepairOptions } from './types.ts';
import type { Surroundings } from './wide.ts';

export interface ChosenFill {
  filled: Planar;
  network: { name: string; sha256: string } | null;
  spared: boolean;
}

/** Side, as a share of the face's, of the squares around its eyes and mouth that a network may not touch. */
const KEEP_OUT = 0.16;

/** Whether a box (pixels of a picture) meets the eyes or the mouth of a face; without points, the face's middle. */
export function touchesFeatures(
  box: Rect,
  faces: readonly FaceBox[],
  width: number,
  height: number,
): boolean {
  return faces.some((face) => {
    const points = [...(face.eyes ?? []), ...(face.mouth ?? [])];
    const reach = KEEP_OUT * Math.max(face.w * width, face.h * height);
    const meets = (x0: number, y0: number, x1: number, y1: number): boolean =>
      box.x < x1 && box.x + box.w > x0 && box.y < y1 && box.y + box.h > y0;
    if (points.length === 0)
      return meets(
        face.x * width,
        (face.y + 0.2 * face.h) * height,
        (face.x + face.w) * width,
        (face.y + 0.95 * face.h) * height,
      );
    return points.some(({ x, y }) =>
      meets(x * width - reach, y * height - reach, x * width + reach, y * height + reach),
    );
  });
}

/** Fills the unknown of `around`. */
export async function chooseFill(
  around: Surroundings,
  hole: WideHole,
  _region: Rect,
  _factor: number,
  plan: HolePlan,
  options: RepairOptions,
  signal?: AbortSignal,
): Promise<ChosenFill> {
  const { crop, unknown } = around;
  const network = options.fill === 'plain' ? null : ((await options.networks?.open('filler')) ?? null);
  const spared =
    network !== null &&
    options.faces !== null &&
    touchesFeatures(hole.box, options.faces, plan.width, plan.height);
  if (network && !spared && options.fill === 'network')
    return { filled: await runFiller(crop, unknown, network, signal), network: about(network), spared };
  return { filled: fillPlain(crop, unknown), network: null, spared };
}

const about = ({ name, sha256 }: { name: string; sha256: string }) => ({ name, sha256 });

/** The filler's answer inside the unknown; known samples stay as they are. */
async function runFiller(
  crop: Planar,
  unknown: Uint8Array,
  network: NonNullable<Awaited<ReturnType<NonNullable<RepairOptions['networks']>['open']>>>,
  signal?: AbortSignal,
): Promise<Planar> {
  const { width, height, channels } = crop;
  const n = width * height;
  const x = channels === 3 ? crop : { ...crop, channels: 3, data: new Float32Array(3 * n) };
  if (channels === 1) for (let c = 0; c < 3; c++) x.data.set(crop.data, c * n);
  const { y } = await network.apply(
    { x, mask: { width, height, channels: 1, data: Float32Array.from(unknown) } },
    { signal },
  );
  const out: Planar = { ...crop, data: crop.data.slice() };
  for (let i = 0; i < n; i++) {
    if (!unknown[i]) continue;
    if (channels === 1) out.data[i] = (y.data[i] + y.data[n + i] + y.data[2 * n + i]) / 3;
    else for (let c = 0; c < 3; c++) out.data[c * n + i] = y.data[c * n + i];
    for (let c = 0; c < channels; c++) out.data[c * n + i] = Math.min(1, Math.max(0, out.data[c * n + i]));
  }
  return out;
}
