/**
 * Memory of a batch: prints of 0.1 megapixel, of many shapes, through one job of the library's queue, each restored and
 * written by the batch's engine process. Prints what each process holds (its own pages, not files') after the import,
 * after every tenth picture and at the end, and the growth of all processes together after the first ten, which is to
 * stay under 50 MB. Linux only (memory is read from /proc).
 *
 *   node build/bench/batch-memory.ts [COUNT=1000] [restore|plain]
 *
 * `restore` takes the steps of `revelado restore` (ageing, damage found and filled, cleaning by the network), `plain`
 * ageing and local contrast alone.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { exportRecipeSchema } from '../../app/contract/jobs.ts';
import { startEngine } from '../../main/engine/process.ts';
import { createServices } from '../../main/services.ts';
import { makePrints } from './prints.ts';

const count = Number(process.argv[2] ?? 1000);
const plain = process.argv[3] === 'plain';
/** Pictures between two lines of the table. */
const EVERY = 10;
const dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-batch-'));
const none = { signal: new AbortController().signal };
const common = {
  threads: 2,
  device: 'cpu' as const,
  cacheDir: path.join(dir, 'data', 'cache'),
  dataDir: path.join(dir, 'data'),
};

/** Processes that we started. */
const children = (): number[] =>
  readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
    .trim()
    .split(/\s+/)
    .filter(Boolean)
    .map(Number);
/** Megabytes of a process that are its own. */
function own(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
}

/** Their processes, started one after the other to know which is which. */
const pids = { interactive: 0, batch: 0 };
const engines = {
  interactive: startEngine({ ...common, role: 'interactive' }),
  batch: startEngine({ ...common, role: 'batch' }),
};
for (const role of ['interactive', 'batch'] as const) {
  const before = new Set(children());
  await engines[role].call('memory', {});
  pids[role] = children().find((child) => !before.has(child)) ?? 0;
}
const services = await createServices({
  dataDir: common.dataDir,
  engines,
  folders: [
    { id: 'exports', name: 'Exports', path: path.join(dir, 'out'), purpose: 'export', watched: false },
  ],
  host: { kind: 'browser', version: '0', locale: 'en', platform: process.platform },
  publish: () => undefined,
});
const { handlers } = services;
const held = (): { batch: number; interactive: number; host: number; all: number } => {
  const [batch, interactive, host] = [own(pids.batch), own(pids.interactive), own(process.pid)];
  return { batch, interactive, host, all: batch + interactive + host };
};
const mb = (v: number): string => `${v.toFixed(0)} MB`;
/** Prints a line of the table: own pages of each process, and the batch engine's main heap. */
const line = async (what: string): Promise<void> => {
  const { batch, interactive, host, all } = held();
  const { heap, external } = await engines.batch.call('memory', {});
  console.log(
    [
      what.padEnd(16),
      `batch ${mb(batch)} (heap ${(heap / 1e6).toFixed(0)}, external ${(external / 1e6).toFixed(0)})`,
      `interactive ${mb(interactive)}`,
      `host ${mb(host)}`,
      `all ${mb(all)}`,
    ].join(' | '),
  );
};
const over = async (
  jobId: number,
  each: (done: number) => Promise<void> | void = () => undefined,
): Promise<void> => {
  for (;;) {
    const { jobs } = await handlers['jobs.list']({}, none);
    const job = jobs.find((j) => j.id === jobId);
    await each(job?.done ?? 0);
    if (job && !['queued', 'running'].includes(job.state)) {
      if (job.failed > 0 || job.state !== 'done')
        console.log(`${job.state}: ${job.failed} failed, ${job.error ?? ''}`);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};
try {
  const files = await makePrints(path.join(dir, 'scans'), count);
  await over(await services.importPaths([path.dirname(files[0])]));
  const { items } = await handlers['library.query'](
    {
      text: '',
      kinds: [],
      states: [],
      flags: [],
      minRating: 0,
      camera: null,
      groupId: null,
      dateFrom: null,
      dateTo: null,
      backs: false,
      sort: 'name',
      descending: false,
      offset: 0,
      limit: 1000,
    },
    none,
  );
  const ids = items.map((i) => i.id);
  await handlers['library.update']({ ids, patch: { kind: 'bw-print' } }, none);
  await handlers['recipe.apply'](
    {
      ids,
      steps: plain
        ? { ageing: { on: true }, detail: { on: true } }
        : { ageing: { on: true }, repair: { on: true }, clean: { on: true } },
      label: 'bench',
    },
    none,
  );
  await line('after the import');
  const recipe = exportRecipeSchema.parse({ format: 'jpeg', bits: 8 });
  const begun = performance.now();
  const { jobId } = await handlers['export.start']({ ids, recipe }, none);
  /** What all processes held, looked at every tenth of a second from the tenth picture on. */
  const seen: number[] = [];
  let afterTen = 0;
  let end = 0;
  let most = 0;
  let next = EVERY;
  await over(jobId, async (done) => {
    if (done < EVERY) return;
    end = held().all;
    seen.push(end);
    afterTen ||= end;
    most = Math.max(most, end);
    if (done < next) return;
    while (next <= done) next += EVERY;
    await line(`${done} done`);
  });
  await line('at the end');
  const seconds = (performance.now() - begun) / 1000;
  console.log(
    `${ids.length} pictures in ${seconds.toFixed(0)} s (${(ids.length / seconds).toFixed(1)} a second)`,
  );
  console.log(`all processes: ${mb(afterTen)} after ten, ${mb(end)} at the end, ${mb(most)} at most`);
  // Collectors run now and then: what is held goes up and down by some ten megabytes from picture to picture.
  const tenth = Math.max(1, Math.floor(seen.length / 10));
  const middle = (list: number[]): number => list.sort((a, b) => a - b)[list.length >> 1] ?? 0;
  const levels = [middle(seen.slice(0, tenth)), middle(seen.slice(-tenth))];
  console.log(`median of the first tenth of the time ${mb(levels[0])}, of the last ${mb(levels[1])}`);
  console.log(
    `growth after the first ten: ${mb(end - afterTen)}, at most ${mb(most - afterTen)} (goal: under 50 MB)`,
  );
} finally {
  await services.close();
  await Promise.all([engines.interactive.close(), engines.batch.close()]);
  rmSync(dir, { recursive: true, force: true });
}
