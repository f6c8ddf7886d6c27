/**
 * Memory of a batch: prints of 0.1 megapixel through one job of the library's queue, each restored and written by an engine
 * process of its own. Prints what both engines' processes hold (their own pages, not files') after the import, after 10, 20, 30, 50, 100 …
 * pictures and at the end; the growth between is to stay under 50 MB. Linux only (memory is read from /proc).
 *
 *   node build/bench/batch-memory.ts [COUNT=1000] [repair]
 *
 * `repair` looks for damage and fills it as well, which takes a second or so for each picture.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { exportRecipeSchema } from '../../app/contract/jobs.ts';
import { startEngine } from '../../main/engine/process.ts';
import { createServices } from '../../main/services.ts';
import { makePrints, MARKS } from './prints.ts';

const count = Number(process.argv[2] ?? 1000);
const repair = process.argv[3] === 'repair';
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
/** Prints what each process holds: its own pages, the main thread's heap, and what that heap holds outside itself. */
const table = async (what: string): Promise<void> => {
  const cells = [what.padEnd(18)];
  for (const role of ['interactive', 'batch'] as const) {
    const { heap, external } = await engines[role].call('memory', {});
    cells.push(
      `${role} ${own(pids[role]).toFixed(0).padStart(5)} (heap ${(heap / 1e6).toFixed(0)}, external ${(external / 1e6).toFixed(0)})`,
    );
  }
  console.log(`${cells.join(' | ')} | host ${own(process.pid).toFixed(0)}`);
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
      steps: {
        ageing: { on: true },
        detail: { on: true },
        ...(repair ? { repair: { on: true, fill: 'plain' } } : {}),
      },
      label: 'bench',
    },
    none,
  );
  await table('after the import');
  const recipe = exportRecipeSchema.parse({ format: 'jpeg', bits: 8 });
  const begun = performance.now();
  const { jobId } = await handlers['export.start']({ ids, recipe }, none);
  let afterTen = 0;
  let end = 0;
  let most = 0;
  let next = 0;
  await over(jobId, async (done) => {
    if (done < 10) return;
    end = own(pids.batch);
    afterTen ||= end;
    most = Math.max(most, end);
    if (done < MARKS[next] || next >= MARKS.length) return;
    while (MARKS[next] <= done) next++;
    await table(`${done} done`);
  });
  await table('at the end');
  const seconds = (performance.now() - begun) / 1000;
  const mb = (v: number): string => `${v.toFixed(0)} MB`;
  console.log(
    `${ids.length} pictures in ${seconds.toFixed(0)} s (${(ids.length / seconds).toFixed(1)} a second)`,
  );
  console.log(`batch engine: ${mb(afterTen)} after ten, ${mb(end)} at the end, ${mb(most)} at most`);
  console.log(`growth after the first ten: ${mb(end - afterTen)} (goal: under 50 MB)`);
} finally {
  await services.close();
  await Promise.all([engines.interactive.close(), engines.batch.close()]);
  rmSync(dir, { recursive: true, force: true });
}
