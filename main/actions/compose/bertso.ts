/** Melodies by the network `bertso`: several at a time, each with a plan and a stream of chance of its own. */
import { DURATIONS, TONES } from '../../../app/melody/events.ts';
import { FEATURES } from '../../../app/melody/features.ts';
import { Writer, type Choice, type Segment } from '../../../app/melody/writer.ts';
import type { Plan } from '../../../app/melody/plan.ts';
import type { Random } from '../../../app/random.ts';
import { MEMORY, memoryBias, memoryShape, nextEvent } from '../../../models/bertso/network.ts';
import type { MelodyNetwork } from '../../engine/melody-networks.ts';
import type { TensorData } from '../../engine/session.ts';

export interface Task {
  plan: Plan;
  segments?: readonly Segment[];
  random: Random;
}

/** What goes on longer than this goes on for ever. */
const MOST_EVENTS = 8000;

/** Writes a melody for each task. @param signal stops between two events */
export async function writeWithBertso(
  network: MelodyNetwork,
  tasks: readonly Task[],
  choice: Choice,
  signal?: AbortSignal,
): Promise<Writer[]> {
  const writers = tasks.map(({ plan, segments }) => new Writer(plan, segments));
  const n = tasks.length;
  const { blocks, shape } = memoryShape(network.width, n);
  const [, heads, , each] = shape;
  const memory: Record<string, TensorData> = {};
  for (let b = 0; b < blocks; b++)
    for (const name of [`keys${b}`, `values${b}`])
      memory[name] = { dims: shape, data: new Float32Array(n * heads * MEMORY * each) };
  const features = new Float32Array(n * FEATURES);
  // Event k of every melody is looked at in turn; what is given is only remembered.
  for (let k = 0; writers.some((w) => !w.done) && k < MOST_EVENTS; k++) {
    signal?.throwIfAborted();
    features.fill(0);
    writers.forEach(({ shown }, i) => shown[k]?.forEach((one) => (features[i * FEATURES + one] = 1)));
    const ages = Array.from({ length: MEMORY }, (_, place) => {
      const age = (((k - 1 - place) % MEMORY) + MEMORY) % MEMORY;
      return age < k ? age + 1 : null;
    });
    const answer = await network.run(`next ${n}`, (_graph, scope, width) => nextEvent(scope, n, width), {
      ...memory,
      features: { dims: [n, 1, FEATURES], data: features },
      bias: { dims: [1, heads, 1, MEMORY + 1], data: memoryBias([...ages, 0]) },
    });
    const place = k % MEMORY;
    for (let b = 0; b < blocks; b++)
      for (const [own, kept] of [
        [`ownKeys${b}`, `keys${b}`],
        [`ownValues${b}`, `values${b}`],
      ])
        for (let row = 0; row < n * heads; row++)
          memory[kept].data.set(
            answer[own].data.subarray(row * each, (row + 1) * each),
            (row * MEMORY + place) * each,
          );
    const lengths = TONES * DURATIONS.length;
    writers.forEach((writer, i) => {
      if (writer.done || writer.shown.length !== k + 1) return;
      writer.take(
        answer.tones.data.subarray(i * TONES, (i + 1) * TONES),
        answer.lengths.data.subarray(i * lengths, (i + 1) * lengths),
        choice,
        tasks[i].random,
      );
    });
  }
  return writers;
}
