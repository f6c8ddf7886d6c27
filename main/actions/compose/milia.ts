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
const STEP = 64;

/** Writes a melody for each task. @param signal stops between two rounds */
export async function writeWithMilia(
  network: MelodyNetwork,
  tasks: readonly FillingTask[],
  temperature: number,
  signal?: AbortSignal,
): Promise<Filling[]> {
  const fillings = tasks.map(({ plan, random, kept }) => new Filling(plan, random, { temperature, kept }));
  const n = tasks.length;
  const longest = Math.max(...fillings.map((f) => f.columns.length));
  const length = Math.ceil(longest / STEP) * STEP;
  const data = new Float32Array(n * COLUMN_CHANNELS * length);
  while (fillings.some((f) => !f.done)) {
    signal?.throwIfAborted();
    data.fill(0);
    fillings.forEach(({ reader, columns, done }, i) => {
      if (done) return;
      for (let t = 0; t < columns.length; t++)
        for (const channel of reader.channels(columns, t))
          data[(i * COLUMN_CHANNELS + channel) * length + t] = 1;
    });
    const { logits } = await network.run(
      `fill ${n} ${length}`,
      (graph, scope, width) => ({
        ...milia.build(scope, { columns: graph.input('columns', [n, COLUMN_CHANNELS, 1, length]) }, width),
      }),
      { columns: { dims: [n, COLUMN_CHANNELS, 1, length], data } },
    );
    fillings.forEach((filling, i) => {
      if (!filling.done) filling.take((c, t) => logits.data[(i * COLUMNS + c) * length + t]);
    });
  }
  return fillings;
}
