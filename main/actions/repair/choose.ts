/**
 * Which fill a wide hole gets. A network may fill it when the recipe says so, or when it proves better on the spot;
 * it never draws eyes or a mouth.
 */
import type { Rect } from '../../../app/picture.ts';
import type { Planar } from '../../../app/planar.ts';
import type { OpenNetwork } from '../picture/networks.ts';
import { boxOf } from './components.ts';
import { fillsHere } from './fills.ts';
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

/** A network must beat the plain fill's squared error by this factor on the trial to be taken. */
const BETTER = 0.85;
/** Shorter side of a hole, in pixels of the crop, from which a network is tried. */
const WIDE = 24;

/**
 * Fills the unknown of `around`. With `fill: auto` a network is put to the test first: a piece of the sound surroundings, of
 * the hole's own shape, is hidden from both fills, and the network is taken only where it gives that piece back
 * clearly better.
 */
export async function chooseFill(
  around: Surroundings,
  hole: WideHole,
  plan: HolePlan,
  options: RepairOptions,
  signal?: AbortSignal,
): Promise<ChosenFill> {
  const { crop, unknown } = around;
  const fills = options.fills ?? fillsHere;
  const plain = (where: Uint8Array): Promise<Planar> =>
    fills.fill({ crop, unknown: where, leave: null, dress: null }, signal);
  const wide = Math.min(hole.box.w, hole.box.h) >= WIDE;
  const network =
    options.fill === 'plain' || !wide ? null : ((await options.networks?.open('filler')) ?? null);
  const spared =
    network !== null &&
    options.faces !== null &&
    touchesFeatures(hole.box, options.faces, plan.width, plan.height);
  if (network && !spared) {
    const take = options.fill === 'network' || (await provesBetter(crop, unknown, network, plain, signal));
    if (take)
      return {
        filled: await runFiller(crop, unknown, network, signal),
        network: { name: network.name, sha256: network.sha256 },
        spared,
      };
  }
  return { filled: await plain(unknown), network: null, spared };
}

/** Where the unknown pixels, moved as a whole, would lie on known ones only; null when there is no such place. */
export function trialOf(unknown: Uint8Array, width: number, height: number): Uint8Array | null {
  const pixels: number[] = [];
  for (let i = 0; i < unknown.length; i++) if (unknown[i]) pixels.push(i);
  if (pixels.length === 0) return null;
  const box = boxOf(Int32Array.from(pixels), width);
  const gap = 4;
  for (const [sx, sy] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
    [1, 1],
    [-1, -1],
    [1, -1],
    [-1, 1],
  ]) {
    const dx = sx * (box.w + gap);
    const dy = sy * (box.h + gap);
    const trial = new Uint8Array(unknown.length);
    let kept = 0;
    for (const i of pixels) {
      const x = (i % width) + dx;
      const y = Math.floor(i / width) + dy;
      if (x < 0 || y < 0 || x >= width || y >= height || unknown[y * width + x]) continue;
      trial[y * width + x] = 1;
      kept++;
    }
    // A part of the shape is as good a test.
    if (kept > 0.6 * pixels.length) return trial;
  }
  return null;
}

async function provesBetter(
  crop: Planar,
  unknown: Uint8Array,
  network: OpenNetwork,
  plain: (where: Uint8Array) => Promise<Planar>,
  signal?: AbortSignal,
): Promise<boolean> {
  const trial = trialOf(unknown, crop.width, crop.height);
  if (!trial) return false;
  const both = unknown.map((v, i) => (v || trial[i] ? 1 : 0));
  const n = unknown.length;
  const errorOf = (filled: Planar): number => {
    let sum = 0;
    for (let c = 0; c < crop.channels; c++)
      for (let i = 0; i < n; i++) if (trial[i]) sum += (filled.data[c * n + i] - crop.data[c * n + i]) ** 2;
    return sum;
  };
  const ours = plain(both);
  // Whichever fails first is what is heard of.
  ours.catch(() => undefined);
  const theirs = errorOf(await runFiller(crop, both, network, signal));
  return theirs < BETTER * errorOf(await ours);
}

/** The filler's answer inside the unknown; known samples stay as they are. */
async function runFiller(
  crop: Planar,
  unknown: Uint8Array,
  network: OpenNetwork,
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
