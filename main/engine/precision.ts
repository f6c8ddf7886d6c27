/**
 * Whether networks may be computed in 8 bits here. A network may that has ranges for the weights it has
 * (models/NAME/ranges.json), on a processor that adds products of 8 bits without overflow: older ones cut sums of two
 * products to 16 bits, which is fast and wrong, so one sum that would not fit is tried. REVELADO_PRECISION=single
 * keeps everything in single precision.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { emit } from '../../app/graph/emit.ts';
import { Graph } from '../../app/graph/graph.ts';
import { conv2d } from '../../app/graph/ops/conv.ts';
import { inEightBits, type Ranges } from './eight-bits.ts';
import type { Binding } from './session.ts';

const range = z.tuple([z.number(), z.number()]);
const stored = z.object({
  sha256: z.string(),
  ranges: z.record(z.string(), z.object({ in: range, out: range })),
});

/** The ranges of a model; null when it has none, or they were looked up for other weights. */
export async function storedRanges(folder: string, sha256: string | null): Promise<Ranges | null> {
  const text = await readFile(path.join(folder, 'ranges.json'), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    const found = stored.parse(JSON.parse(text));
    return found.sha256 === sha256 ? found.ranges : null;
  } catch {
    return null;
  }
}

/** Channels and side of what is tried. */
const [CHANNELS, SIDE] = [64, 8];
/** Whether this processor's sums of products of 8 bits are right: all weights and all values the largest there are. */
export async function addsEightBits(binding: Binding): Promise<boolean> {
  const graph = new Graph();
  const x = graph.input('x', [1, CHANNELS, SIDE, SIDE]);
  const ones = new Float32Array(CHANNELS * CHANNELS).fill(1);
  const weight = graph.constant(ones, [CHANNELS, CHANNELS, 1, 1], 'trial.weight');
  const single = emit({ y: conv2d(x, weight) }).bytes;
  const eight = inEightBits(single, { trial: { in: [0, 1], out: [0, CHANNELS] } });
  if (!eight) return false;
  try {
    const session = await binding.create(eight, 'cpu', 1, { memoryPattern: false });
    const data = new Float32Array(CHANNELS * SIDE * SIDE).fill(1);
    const { y } = await session.run({ x: { dims: [1, CHANNELS, SIDE, SIDE], data } });
    await session.release();
    return y.data.every((v) => Math.abs(v - CHANNELS) <= CHANNELS / 255);
  } catch {
    return false;
  }
}

/** Whether the person who started the program wants single precision. */
export const wantsSingle = (env: NodeJS.ProcessEnv = process.env): boolean =>
  env['REVELADO_PRECISION'] === 'single';
