/**
 * Memory of a batch: prints of 0.1 megapixel through one job of the library's queue, each restored and written by an engine
 * process of its own. Prints the memory of that process (what is its own, not file pages) after the first ten pictures and
 * at the end; the growth between is to stay under 50 MB. Linux only (memory is read from /proc).
 *
 *   node build/bench/batch-memory.ts [COUNT=1000] [repair]
 *
 * `repair` looks for damage and fills it as well, which takes a second or so for each picture.
 */
import { mkdtempSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { exportRecipeSchema } from '../../app/contract/jobs.ts';
import { seeded } from '../../app/random.ts';
import { startEngine } from '../../main/engine/process.ts';
import { createServices } from '../../main/services.ts';

const WIDTH = 360;
const HEIGHT = 280;

/** Writes prints that differ from each other, with a scratch each. */
async function makePictures(dir: string, count: number): Promise<string[]> {
  mkdirSync(dir, { recursive: true });
  const files: string[] = [];
  for (let n = 0; n < count; n++) {
    const random = seeded('bench', 'batch', n);
    const data = Buffer.alloc(WIDTH * HEIGHT * 3);
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x < WIDTH; x++) {
        const tone = 120 + 60 * Math.sin(x / (20 + (n % 17))) * Math.cos(y / 31) + 5 * random.normal();
        const v = Math.abs(x - 90 - (n % 50)) < 1 ? 240 : Math.max(0, Math.min(255, tone));
        data.fill(Math.round(v), (y * WIDTH + x) * 3, (y * WIDTH + x) * 3 + 3);
      }
    const file = path.join(dir, `print-${String(n).padStart(4, '0')}.tif`);
    await sharp(data, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
      .tiff()
      .toFile(file);
    files.push(file);
  }
  return files;
}

const count = Number(process.argv[2] ?? 1000);
const dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-batch-'));
const none = { signal: new AbortController().signal };
const common = {
  threads: 2,
  device: 'cpu' as const,
  cacheDir: path.join(dir, 'data', 'cache'),
  dataDir: path.join(dir, 'data'),
};

/** Processes that we started, by role: the batch engine is the one that appears when the export begins. */
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

const engines = {
  interactive: startEngine({ ...common, role: 'interactive' }),
  batch: startEngine({ ...common, role: 'batch' }),
};
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
const over = async (jobId: number, each: (done: number) => void = () => undefined): Promise<void> => {
  for (;;) {
    const { jobs } = await handlers['jobs.list']({}, none);
    const job = jobs.find((j) => j.id === jobId);
    each(job?.done ?? 0);
    if (job && !['queued', 'running'].includes(job.state)) {
      if (job.failed > 0 || job.state !== 'done')
        console.log(`${job.state}: ${job.failed} failed, ${job.error ?? ''}`);
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};
try {
  const files = await makePictures(path.join(dir, 'scans'), count);
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
        ...(process.argv[3] === 'repair' ? { repair: { on: true, fill: 'plain' } } : {}),
      },
      label: 'bench',
    },
    none,
  );
  const before = new Set(children());
  const recipe = exportRecipeSchema.parse({ format: 'jpeg', bits: 8 });
  const begun = performance.now();
  const { jobId } = await handlers['export.start']({ ids, recipe }, none);
  let pid = 0;
  let afterTen = 0;
  let most = 0;
  let end = 0;
  let told = 0;
  await over(jobId, (done) => {
    pid ||= children().find((child) => !before.has(child)) ?? 0;
    if (!pid || done < 10) return;
    end = own(pid);
    afterTen ||= end;
    most = Math.max(most, end);
    if (done >= told + 50) {
      told = done;
      console.log(`  ${done} done: ${end.toFixed(0)} MB`);
    }
  });
  const seconds = (performance.now() - begun) / 1000;
  const mb = (v: number): string => `${v.toFixed(0)} MB`;
  console.log(
    `${ids.length} pictures in ${seconds.toFixed(0)} s (${(ids.length / seconds).toFixed(1)} a second)`,
  );
  console.log(`batch engine: ${mb(afterTen)} after ten, ${mb(end)} at the end, ${mb(most)} at most`);
  console.log(`growth after the first ten: ${mb(end - afterTen)} (goal: under 50 MB)`);
  console.log(`host: ${mb(own(process.pid))}`);
} finally {
  await services.close();
  await Promise.all([engines.interactive.close(), engines.batch.close()]);
  rmSync(dir, { recursive: true, force: true });
}
