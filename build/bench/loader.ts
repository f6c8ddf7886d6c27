/**
 * How fast the dataset loader feeds a training step: images a second and processor time for each task, and the
 * share of the time that a consumer of a given step time waits. On a busy machine only processor time means much. Usage:
 *   node build/bench/loader.ts DATASET [--size 128] [--batch 8] [--steps 40] [--workers N] [--step-ms 0] [--task NAME]
 */
import { parseArgs } from 'node:util';
import { createLoader, openDataset, taskNames } from '../../main/studio/dataset/index.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: '128' },
    batch: { type: 'string', default: '8' },
    steps: { type: 'string', default: '40' },
    workers: { type: 'string' },
    'step-ms': { type: 'string', default: '0' },
    task: { type: 'string' },
    preset: { type: 'string', default: 'any' },
  },
});
const began = performance.now();
const dataset = await openDataset(positionals[0] ?? '../shared/data/photos');
console.log(
  `${dataset.pictures.length} pictures opened in ${((performance.now() - began) / 1000).toFixed(2)} s, ${dataset.problems.length} problems`,
);
const [size, batch, steps, stepMs] = [values.size, values.batch, values.steps, values['step-ms']].map(Number);
for (const task of taskNames.filter((name) => !values.task || name === values.task)) {
  const loader = createLoader(dataset, {
    task,
    split: 'train',
    size,
    batch,
    seed: 1,
    preset: values.preset as 'any',
    ...(values.workers ? { workers: Number(values.workers) } : {}),
  });
  const first = performance.now();
  await loader.next(0);
  const start = performance.now();
  const processor = process.cpuUsage();
  const waited = loader.waitSeconds;
  for (let step = 1; step <= steps; step++) {
    await loader.next(step);
    if (stepMs > 0) await new Promise((resolve) => setTimeout(resolve, stepMs));
  }
  const seconds = (performance.now() - start) / 1000;
  const wait = loader.waitSeconds - waited;
  const used = process.cpuUsage(processor);
  const each = (used.user + used.system) / 1000 / (steps * batch);
  console.log(
    `${task.padEnd(9)} ${size} px x ${batch}: ${((steps * batch) / seconds).toFixed(1)} images/s, ${each.toFixed(1)} ms of processor an image, ` +
      `first batch ${((start - first) / 1000).toFixed(2)} s, waited ${((100 * wait) / seconds).toFixed(1)} % of the time` +
      (stepMs > 0 ? ` beside steps of ${stepMs} ms` : '') +
      `, ${Math.round(process.memoryUsage().rss / 1e6)} MB`,
  );
  await loader.close();
}
