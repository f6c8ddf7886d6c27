/**
 * Figures on the test pictures while a run goes on: always the same pictures with the same degradations, so that
 * the curve shows the network and not the draw. Also the sample panel, from the first of them: what went in, what
 * came out, what was right.
 */
import { bytesFromPlanar, type Planar } from '../../../app/planar.ts';
import { Accumulator, judge, prepare, type Summary } from '../../../app/metrics/index.ts';
import type { Rgb8 } from '../../files/rgb.ts';
import type { TrainSession } from '../../engine/train-session.ts';
import type { Batch, Loader } from '../dataset/types.ts';
import type { Objective } from './objective.ts';

export interface Validation {
  figures: Record<string, number>;
  /** Rows of input, output and truth, side by side. */
  panel: Rgb8;
}

/** Test pictures that the figures are taken from. */
const TEST_PICTURES = 48;
/** Rows of a sample panel. */
const ROWS = 6;

/** The fixed test batches of a stage; the loader is closed. */
export async function testBatches(loader: Loader, batch: number): Promise<Batch[]> {
  try {
    const count = Math.max(1, Math.round(Math.min(TEST_PICTURES, loader.count) / batch));
    const batches: Batch[] = [];
    for (let k = 0; k < count; k++) batches.push(await loader.next(k));
    return batches;
  } finally {
    await loader.close();
  }
}

/**
 * Looks at the batches with the run's averaged weights.
 * @param batches the fixed test batches, of the looking graph's size
 */
export async function validate(
  looking: TrainSession,
  objective: Objective,
  batches: readonly Batch[],
): Promise<Validation> {
  const accumulator = new Accumulator();
  const rows: Planar[][] = [];
  const losses: Record<string, number> = {};
  for (const batch of batches) {
    const seen = await looking.look(batch.tensors);
    for (const [name, value] of Object.entries(seen.losses))
      losses[name] = (losses[name] ?? 0) + value / batches.length;
    for (let i = 0; i < batch.ids.length; i++) {
      const { input, output, truth, mask } = objective.picture(i, outputsOf(seen.outputs), batch.tensors);
      accumulator.add(judge(prepare(truth), output, { mask }));
      if (rows.length < ROWS) rows.push([input, output, truth]);
    }
  }
  return {
    figures: { ...flatten(accumulator.summary()), ...finite(prefixed('loss', losses)) },
    panel: panelOf(rows),
  };
}

/** Outputs by the network's names; the looking graph calls them `shown/NAME`, since inputs may be called the same. */
const outputsOf = (outputs: Readonly<Record<string, { dims: readonly number[]; data: Float32Array }>>) =>
  Object.fromEntries(
    Object.entries(outputs).map(([name, t]) => [
      name.replace('shown/', ''),
      { dims: [...t.dims], data: t.data },
    ]),
  );

const prefixed = (word: string, values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(values).map(([k, v]) => [`${word}${k[0].toUpperCase()}${k.slice(1)}`, v]),
  );

/** The figures of a summary as one flat record of finite numbers: means, and what is pooled over pictures. */
export function flatten(summary: Summary): Record<string, number> {
  const flat: Record<string, number | null | undefined> = {};
  for (const [name, spread] of Object.entries(summary.figures)) flat[name] = spread.mean;
  flat.redLean = summary.lean.red;
  flat.blueLean = summary.lean.blue;
  flat.highlightRatio = summary.highlights?.ratio;
  for (const locus of ['sky', 'foliage', 'skin'] as const) {
    const f = summary.loci[locus];
    flat[`${locus}HueError`] = f.hueError;
    flat[`${locus}HueShift`] = f.hueShift;
  }
  flat.neutralChroma = summary.loci.neutral.chromaShift;
  return finite(flat);
}

/** The finite ones: JSON has no word for the others, and a line of the diary with a null in it is no line. */
const finite = (values: Readonly<Record<string, number | null | undefined>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
  );

/** Pictures of equal size in rows, with a thin gap, as 8-bit RGB. */
export function panelOf(rows: readonly (readonly Planar[])[]): Rgb8 {
  const gap = 4;
  const { width: w, height: h } = rows[0][0];
  const columns = rows[0].length;
  const width = columns * w + (columns - 1) * gap;
  const height = rows.length * h + (rows.length - 1) * gap;
  const data = new Uint8Array(width * height * 3).fill(24);
  rows.forEach((row, r) =>
    row.forEach((picture, c) => {
      const bytes = bytesFromPlanar(picture);
      for (let y = 0; y < h; y++) {
        const at = ((r * (h + gap) + y) * width + c * (w + gap)) * 3;
        data.set(bytes.subarray(y * w * 3, (y + 1) * w * 3), at);
      }
    }),
  );
  return { width, height, data };
}
