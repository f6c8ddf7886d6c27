/** Melodies by the network `milia`: several at a time, filled in rounds. */
import { COLUMN_CHANNELS, COLUMNS } from '../../../app/melody/columns.ts';
import { Filling, type FillingOptions } from '../../../app/melody/filling.ts';
import type { Plan } from '../../../app/melody/plan.ts';
import type { Random } from '../../../app/random.ts';
import { milia } from '../../../models/milia/network.ts';
import type { MelodyNetwork } from '../../engine/melody-networks.ts';

export interface FillingTask {
  plan: Plan;
  random: Random;
  kept?: FillingOptions['kept'];
}

/** Lengths of graphs are multiples of this. */
const STEP = 32;

/** Writes a melody for each task. @param signal stops between two rounds */
export async function writeWithMilia(
  network: MelodyNetwork,
  tasks: readonly FillingTask[],
  temperature: number,
  signal?: AbortSignal,
): Promise<Filling[]> {
  const fillings = tasks.map(({ plan, random, kept }) => new Filling(plan, random, { temperature, kept }));
  const n = tasks.length;
  const buffers = new Map<number, Float32Array>();
  while (fillings.some((f) => !f.done)) {
    signal?.throwIfAborted();
    const windows = fillings.map((f) => f.window);
    const length = STEP * Math.ceil(Math.max(...windows.map(([from, to]) => to - from)) / STEP);
    const data = buffers.get(length) ?? new Float32Array(n * COLUMN_CHANNELS * length);
    buffers.set(length, data);
    data.fill(0);
    fillings.forEach(({ reader, columns }, i) => {
      const [from, to] = windows[i];
      for (let t = from; t < to; t++)
        for (const channel of reader.channels(columns, t))
          data[(i * COLUMN_CHANNELS + channel) * length + t - from] = 1;
    });
    const { logits } = await network.run(
      `fill ${n} ${length}`,
      (graph, scope, width) => ({
        ...milia.build(scope, { columns: graph.input('columns', [n, COLUMN_CHANNELS, 1, length]) }, width),
      }),
      { columns: { dims: [n, COLUMN_CHANNELS, 1, length], data } },
    );
    fillings.forEach((filling, i) => {
      const [from] = windows[i];
      if (!filling.done) filling.take((c, t) => logits.data[(i * COLUMNS + c) * length + t - from]);
    });
  }
  return fillings;
}
