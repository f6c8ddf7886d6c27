/**
 * A foreign network tried on a small picture, as the throwaway process does it (engine/process-model.ts): at sizes from
 * odd to round, until one is taken, which tells the multiple of its sides; what comes out tells its scale and range. What
 * its file says of shapes is held against what it gives.
 */
import { planar, type Planar } from '../../app/planar.ts';
import { seeded } from '../../app/random.ts';
import type { Binding } from '../engine/session.ts';
import type { Adapter } from './adapter.ts';
import { feedsOf, planesOf } from './convert.ts';

export interface Trial {
  /** Sides of the first picture that it took. */
  size: { width: number; height: number };
  multiple: number;
  scale: number;
  /** Sides of the output over those of the input. */
  output: { width: number; height: number; channels: number };
  least: number;
  most: number;
  finite: boolean;
  milliseconds: number;
}

/** Multiples that networks are known to want, smallest first. */
const MULTIPLES = [1, 2, 4, 8, 16, 32, 64];

/** A picture with edges and noise. */
function sample(width: number, height: number): Planar {
  const random = seeded('models', 'trial');
  const p = planar(width, height, 3);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        p.data[(c * height + y) * width + x] =
          0.5 +
          0.3 * Math.sin(x / 7 + c) * Math.cos(y / 9) +
          (x > width / 2 ? 0.12 : 0) +
          0.02 * random.normal();
  return p;
}

/** @throws Error with what onnxruntime says when no size is taken, or the answer is no picture */
export async function tryModel(bytes: Uint8Array, adapter: Adapter, binding: Binding): Promise<Trial> {
  const session = await binding.create(bytes, 'cpu', 1, { arena: false });
  const sizes = adapter.size
    ? [{ multiple: adapter.multiple, ...adapter.size }]
    : MULTIPLES.filter((m) => m >= adapter.multiple).map((multiple) => ({
        multiple,
        // No multiple of the next one.
        width: multiple === 64 ? 128 : multiple === 1 ? 61 : multiple * (2 * Math.ceil(32 / multiple) + 1),
        height: multiple === 64 ? 64 : multiple === 1 ? 51 : multiple * (2 * Math.ceil(24 / multiple) + 1),
      }));
  let failure: unknown = null;
  try {
    for (const { multiple, width, height } of sizes) {
      const picture = sample(width, height);
      const mask = planar(width, height, 1);
      for (let y = height >> 2; y < height >> 1; y++) mask.data.fill(1, y * width + 9, y * width + 20);
      const feeds = feedsOf(adapter, picture, adapter.kind === 'denoise' ? 15 / 255 : mask);
      const start = performance.now();
      let answer;
      try {
        answer = await session.run(feeds);
      } catch (error) {
        failure = error;
        continue;
      }
      const milliseconds = performance.now() - start;
      const out = planesOf(adapter, answer[adapter.output]);
      if (!out)
        throw new Error(
          `${adapter.output} is [${answer[adapter.output]?.dims.join(', ') ?? ''}], no picture`,
        );
      // A network that rounds sizes down has not taken this one.
      const scale = out.width / width;
      const wholeScale = scale >= 1 ? Number.isInteger(scale) : Number.isInteger(1 / scale);
      if ((!wholeScale || out.height / height !== scale) && !adapter.size) {
        failure = new Error(`for ${width} x ${height} pixels it gave ${out.width} x ${out.height}`);
        continue;
      }
      let least = Infinity;
      let most = -Infinity;
      let finite = true;
      for (const v of out.data) {
        if (!Number.isFinite(v)) finite = false;
        if (v < least) least = v;
        if (v > most) most = v;
      }
      return {
        size: { width, height },
        multiple,
        scale,
        output: { width: out.width, height: out.height, channels: out.channels },
        least,
        most,
        finite,
        milliseconds,
      };
    }
    throw failure instanceof Error ? failure : new Error(String(failure));
  } finally {
    await session.release();
  }
}
