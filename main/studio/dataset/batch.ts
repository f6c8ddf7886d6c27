/**
 * Makes one batch, in a loader thread: decodes (or takes from the cache) each picture, cuts, degrades, and
 * writes tensors. All chance is drawn from streams named by seed, step and place in the batch, so a batch is
 * the same whichever thread makes it and whatever was made before. A picture that cannot be used gives its
 * place to the next one of the split that can.
 */
import { degrade, greyInput, shrunk, type Preset } from '../../../app/degrade/index.ts';
import type { Planar } from '../../../app/planar.ts';
import { seeded } from '../../../app/random.ts';
import { RevealError } from '../../../app/contract/messages.ts';
import { centreCrop, randomCrop, takeCrop, type Crop } from './crop.ts';
import { STANDARD_SIDE, type Decoded, type PictureReader } from './read.ts';
import { colourOf, greyReason, LENIENT } from './screen.ts';

import { emptyTensors, fillTensors, type Sample } from './tensors.ts';
import type { BatchTensor, DatasetPicture, TaskName } from './types.ts';

/** What a thread is told once. */
export interface BatchSetup {
  pictures: DatasetPicture[];
  task: TaskName;
  size: number;
  seed: number;
  presets: readonly Preset[];
  augment: boolean;
  /** Shorter side that pictures are decoded to. */
  shortSide: number;
}

/** One batch to be made. `pictures` are places in the list of the setup. */
export interface BatchJob {
  step: number;
  pictures: number[];
  /** Decoded pictures that are in memory already, by place in the list. */
  cached: [number, Decoded][];
  /** Places that are known to be unusable. */
  bad: number[];
}

export interface BadPicture {
  picture: number;
  reason: string;
}

export interface MadeBatch {
  step: number;
  tensors: Record<string, BatchTensor>;
  ids: string[];
  groups: string[];
  /** Pictures that had to be decoded. */
  decoded: [number, Decoded][];
  bad: BadPicture[];
}

/** The group of samples that were not made by a degradation. */
export const REAL_PAIR = 'pair';
/** The group of samples that were made half as large. */
export const HALF_SIZE = 'half-size';

/** Tasks whose truth must have colour: a grey truth would teach them that grey is right. */
const NEEDS_COLOUR: ReadonlySet<TaskName> = new Set<TaskName>(['one', 'colorist']);

/** Decodes; refuses what the task cannot learn from. @throws RevealError */
async function usable(setup: BatchSetup, reader: PictureReader, picture: DatasetPicture): Promise<Decoded> {
  const decoded = await reader.decode(picture, setup.shortSide);
  const { width, height } = decoded.truth;
  if (Math.min(width, height) < 16)
    throw new RevealError('bad-input', `it is only ${width} × ${height} pixels`);
  const colourless =
    picture.pair && setup.task !== 'colorist' ? null : greyReason(colourOf(decoded.truth), LENIENT);
  if (colourless && NEEDS_COLOUR.has(setup.task)) throw new RevealError('bad-input', `it is ${colourless}`);
  return decoded;
}

/** Where damage is in a real pair: luma differs by more than this share of white, after the mean difference. */
const DAMAGE = 0.12;

/** An estimate of the damage mask of a real pair, from what differs more than the pair differs as a whole. */
export function pairMask(input: Planar, target: Planar): Planar {
  const n = input.width * input.height;
  const out: Planar = { width: input.width, height: input.height, channels: 1, data: new Float32Array(n) };
  const luma = (p: Planar, i: number): number =>
    0.299 * p.data[i] + 0.587 * p.data[n + i] + 0.114 * p.data[2 * n + i];
  let mean = 0;
  for (let i = 0; i < n; i++) mean += (luma(input, i) - luma(target, i)) / n;
  for (let i = 0; i < n; i++) if (Math.abs(luma(input, i) - luma(target, i) - mean) > DAMAGE) out.data[i] = 1;
  return out;
}

/** The sample of a decoded picture, before it becomes tensors. `keys` name its streams of chance. */
function makeSample(
  setup: BatchSetup,
  decoded: Decoded,
  keys: readonly (number | string)[],
): Sample & { group: string } {
  const { task, size } = setup;
  const { truth } = decoded;
  const native = task === 'restorer' || task === 'upscaler';
  const crop: Crop = setup.augment
    ? randomCrop(truth.width, truth.height, size, native, seeded(...keys, 'crop'))
    : centreCrop(truth.width, truth.height, size, native);
  const picture = takeCrop(truth, crop, size);
  if (task === 'upscaler')
    return {
      input: shrunk(picture, seeded(...keys, 'shrink')),
      target: picture,
      mask: null,
      group: HALF_SIZE,
    };
  if (decoded.input && task !== 'filler') {
    const input = takeCrop(decoded.input, crop, size);
    if (task !== 'colorist')
      return {
        input,
        target: picture,
        mask: task === 'restorer' ? pairMask(input, picture) : null,
        group: REAL_PAIR,
      };
    const n = size * size;
    const grey = new Float32Array(n);
    for (let i = 0; i < n; i++)
      grey[i] = 0.299 * input.data[i] + 0.587 * input.data[n + i] + 0.114 * input.data[2 * n + i];
    return {
      input: { width: size, height: size, channels: 1, data: grey },
      target: picture,
      mask: null,
      group: REAL_PAIR,
    };
  }
  if (task === 'colorist')
    return { input: greyInput(picture, [...keys, 'grey']), target: picture, mask: null, group: 'bw' };
  const preset: Preset =
    task === 'restorer'
      ? 'restorer'
      : task === 'filler'
        ? 'holes'
        : seeded(...keys, 'preset').pick(setup.presets);
  const { input, target, mask, group } = degrade(picture, preset, [...keys, 'degrade']);
  return { input, target, mask, group };
}

/**
 * Makes the batch of a job.
 * @throws RevealError 'bad-input' when no picture of the split can be used
 */
export async function makeBatch(setup: BatchSetup, reader: PictureReader, job: BatchJob): Promise<MadeBatch> {
  const { pictures, task, size, seed } = setup;
  const made: MadeBatch = {
    step: job.step,
    tensors: emptyTensors(task, job.pictures.length, size),
    ids: [],
    groups: [],
    decoded: [],
    bad: [],
  };
  const ready = new Map(job.cached);
  const bad = new Set(job.bad);
  const pending = new Map<number, Promise<Decoded>>();
  const start = (place: number): Promise<Decoded> => {
    const known = ready.get(place);
    if (known) return Promise.resolve(known);
    let decoding = pending.get(place);
    if (!decoding) {
      decoding = usable(setup, reader, pictures[place]);
      // Failures are handled where the picture is wanted; until then they must not count as unhandled.
      decoding.catch(() => undefined);
      pending.set(place, decoding);
    }
    return decoding;
  };
  const obtain = async (first: number): Promise<[number, Decoded]> => {
    for (let tried = 0; tried < pictures.length; tried++) {
      const place = (first + tried) % pictures.length;
      if (bad.has(place)) continue;
      try {
        const decoded = await start(place);
        if (!ready.has(place)) {
          ready.set(place, decoded);
          made.decoded.push([place, decoded]);
        }
        return [place, decoded];
      } catch (error) {
        bad.add(place);
        made.bad.push({ picture: place, reason: error instanceof Error ? error.message : String(error) });
      }
    }
    const reasons = made.bad.slice(0, 3).map((one) => `${pictures[one.picture].id}: ${one.reason}`);
    throw new RevealError(
      'bad-input',
      `None of the ${pictures.length} pictures can be used${reasons.length > 0 ? ` (${reasons.join('; ')})` : ''}. ` +
        'Choose colour photographs that open in a viewer.',
    );
  };
  for (let k = 0; k < job.pictures.length; k++) {
    // The next picture is decoded (in libvips' own thread) while this one is degraded.
    if (k + 1 < job.pictures.length && !bad.has(job.pictures[k + 1])) void start(job.pictures[k + 1]);
    const [place, decoded] = await obtain(job.pictures[k]);
    const { id } = pictures[place];
    const keys = setup.augment ? [seed, job.step, k] : [seed, 'fixed', id];
    const sample = makeSample(setup, decoded, keys);
    fillTensors(task, made.tensors, k, sample, seeded(...keys, 'hints'));
    made.ids.push(id);
    made.groups.push(sample.group);
  }
  return made;
}

/** Shorter side that pictures are decoded to for samples of this size. */
export const decodeSide = (size: number, standard: number | null): number =>
  Math.max(standard ?? STANDARD_SIDE, size);
