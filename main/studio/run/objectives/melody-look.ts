/** Figures and pictures of melodies while a run goes on: losses on what is held out, and piano rolls. */
import type { Planar } from '../../../../app/planar.ts';
import type { TrainSession } from '../../../engine/train-session.ts';
import type { Batch } from '../../dataset/types.ts';
import type { Objective } from '../objective.ts';
import { panelOf, type Validation } from '../validate.ts';

/** Rows of the panel. */
const ROWS = 4;
/** Pixels of a place and of a class. */
const CELL = 4;

/** Likeliest choices beside what was right, from left to right; higher classes further up. */
export function rollOf(
  rows: readonly { counts: boolean; truth: number; guess: number }[],
  classes: number,
): ReturnType<Objective['picture']> {
  const [width, height] = [rows.length * CELL, classes * CELL];
  const roll = (pick: (row: (typeof rows)[number]) => number | null, rgb: readonly number[]): Planar => {
    const data = new Float32Array(3 * width * height).fill(0.1);
    rows.forEach((row, t) => {
      const choice = row.counts ? pick(row) : null;
      if (choice === null) return;
      for (let y = 0; y < CELL - 1; y++)
        for (let x = 0; x < CELL; x++)
          rgb.forEach((v, c) => {
            data[(c * height + (classes - 1 - choice) * CELL + y) * width + t * CELL + x] = v;
          });
    });
    return { width, height, channels: 3, data };
  };
  return {
    input: roll(() => null, [0, 0, 0]),
    output: roll((r) => r.guess, [0.9, 0.45, 0.25]),
    truth: roll((r) => r.truth, [0.9, 0.9, 0.88]),
    mask: null,
  };
}

/** See `Objective.validate`. */
export async function validateMelodies(
  looking: TrainSession,
  objective: Objective,
  batches: readonly Batch[],
): Promise<Validation> {
  const figures: Record<string, number> = {};
  const rows: Planar[][] = [];
  for (const batch of batches) {
    const seen = await looking.look(batch.tensors);
    for (const [name, value] of Object.entries(seen.losses)) {
      const key = `loss${name[0].toUpperCase()}${name.slice(1)}`;
      if (Number.isFinite(value)) figures[key] = (figures[key] ?? 0) + value / batches.length;
    }
    const outputs = Object.fromEntries(
      Object.entries(seen.outputs).map(([name, t]) => [
        name.replace('shown/', ''),
        { dims: [...t.dims], data: t.data },
      ]),
    );
    for (let i = 0; i < batch.ids.length && rows.length < ROWS; i++) {
      const { output, truth } = objective.picture(i, outputs, batch.tensors);
      rows.push([output, truth]);
    }
  }
  return { figures, panel: panelOf(rows) };
}
