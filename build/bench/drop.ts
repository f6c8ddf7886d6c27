/**
 * Seconds from the drop of a roll until all its frames are visible developed, and frames exported a minute:
 * makes N 24-megapixel 16-bit TIFF negatives (orange mask, rebate, a scene each), imports them through the
 * services with real engine processes, waits for pictures, exports them as 16-bit TIFF. Everything lies in a
 * folder in memory where there is room, and is removed afterwards.
 *
 *   node build/run.mjs tool-script build/bench/drop.ts [frames=36] [exports=frames] [folder]
 */
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readdirSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { exportRecipeSchema } from '../../app/contract/jobs.ts';
import { querySchema } from '../../app/contract/library.ts';
import { startEngine } from '../../main/engine/process.ts';
import { createServices } from '../../main/services.ts';

const WIDTH = 6000;
const HEIGHT = 4000;
const frames = Number(process.argv[2] ?? 36);
const exportsWanted = Math.min(frames, Number(process.argv[3] ?? frames));
const BYTES = WIDTH * HEIGHT * 6;

/** The memory folder when it can hold scans and exports with as much again to spare, else the temporary folder. */
function parent(): string {
  if (process.argv[4]) return process.argv[4];
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    if (bavail * bsize > 2 * (frames + exportsWanted) * BYTES) return '/dev/shm';
  } catch {
    // No such folder on this system.
  }
  return tmpdir();
}

/** One row-reproducible negative: density of a scene over an orange base inside a rebate, grain on top. */
function writeNegative(file: string, seed: number): void {
  const base = [0.62, 0.33, 0.22];
  const entries: [tag: number, type: number, count: number, value: number][] = [
    [256, 4, 1, WIDTH],
    [257, 4, 1, HEIGHT],
    [258, 3, 3, 0],
    [259, 3, 1, 1],
    [262, 3, 1, 2],
    [273, 4, 1, 512],
    [274, 3, 1, 1],
    [277, 3, 1, 3],
    [278, 4, 1, HEIGHT],
    [279, 4, 1, BYTES],
    [284, 3, 1, 1],
  ];
  const head = Buffer.alloc(512);
  head.write('II*\0', 0, 'latin1');
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, type, n, value], i) => {
    const at = 10 + i * 12;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(n, at + 4);
    // Three 16-bit sample sizes do not fit into the entry; they lie at 400.
    if (tag === 258) head.writeUInt32LE(400, at + 8);
    else if (type === 3) head.writeUInt16LE(value, at + 8);
    else head.writeUInt32LE(value, at + 8);
  });
  for (let c = 0; c < 3; c++) head.writeUInt16LE(16, 400 + c * 2);
  const handle = openSync(file, 'wx');
  writeSync(handle, head);
  // Stored codes by density over the base, 4096 steps a unit.
  const codes = base.map((light) =>
    Uint16Array.from({ length: 4 << 12 }, (_, i) => Math.min(65535, light * 10 ** -(i / 4096) * 65535)),
  );
  const row = new Uint16Array(WIDTH * 3);
  const across = Float64Array.from({ length: WIDTH }, (_, x) => Math.sin((7 * x) / WIDTH + seed));
  let state = (seed + 1) * 2654435761;
  const stops = (seed % 7) * 0.15 - 0.45;
  for (let y = 0; y < HEIGHT; y++) {
    const down = 0.5 * Math.cos((5 * y) / HEIGHT - seed);
    for (let x = 0; x < WIDTH; x++) {
      const rebate = x < 150 || y < 150 || x >= WIDTH - 150 || y >= HEIGHT - 150;
      // Smooth light and dark patches, different in each frame, with an edge here and there.
      const light = 0.9 + stops + across[x] * down + (((x >> 8) + (y >> 8)) & 1) * 0.2;
      const tint = 0.1 * (x / WIDTH - y / HEIGHT);
      for (let c = 0; c < 3; c++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        const grain = (state >>> 16) / 65536 - 0.5;
        const density = rebate ? 0 : Math.max(0, 0.62 * (light + (c - 1) * tint));
        row[x * 3 + c] = codes[c][Math.max(0, ((density + grain * 0.03) * 4096) | 0)];
      }
    }
    writeSync(handle, Buffer.from(row.buffer));
  }
  closeSync(handle);
}

const dir = mkdtempSync(path.join(parent(), 'revelado-drop-'));
const roll = path.join(dir, 'roll');
mkdirSync(roll);
const dataDir = path.join(dir, 'data');
const engineOptions = { threads: 0, device: 'cpu' as const, cacheDir: path.join(dataDir, 'cache') };
const engines = {
  interactive: startEngine({ role: 'interactive', ...engineOptions }),
  batch: startEngine({ role: 'batch', ...engineOptions }),
};
let closeServices = async (): Promise<void> => undefined;
try {
  console.log(`Making ${frames} negatives of ${(WIDTH * HEIGHT) / 1e6} megapixels in ${dir} …`);
  for (let n = 0; n < frames; n++) writeNegative(path.join(roll, `frame ${n + 1}.tif`), n);

  const services = await createServices({
    dataDir,
    engines,
    folders: [],
    host: { kind: 'browser', version: '0', locale: 'en', platform: process.platform },
    publish: () => undefined,
  });
  closeServices = () => services.close();
  const context = { signal: new AbortController().signal };
  const { handlers } = services;
  const query = querySchema.parse({ limit: 1000 });
  const wait = async (jobId: number, look?: () => void): Promise<void> => {
    for (;;) {
      look?.();
      const { jobs } = await handlers['jobs.list']({}, context);
      const job = jobs.find((j) => j.id === jobId)!;
      if (job.state === 'failed' || job.failed > 0) throw new Error(`${job.title}: ${job.error}`);
      if (job.state === 'done') return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  // The engine's start is not the drop's: it runs as soon as the window is open.
  await engines.interactive.socket();

  const dropped = performance.now();
  const seconds = (): number => (performance.now() - dropped) / 1000;
  const seen: { first?: number; all?: number } = {};
  const jobId = await services.importPaths([roll]);
  await wait(jobId, () => {
    const { items } = handlers['library.query'](query, context) as { items: { thumbVersion: number }[] };
    const visible = items.filter((i) => i.thumbVersion > 0).length;
    if (visible > 0) seen.first ??= seconds();
    if (visible === frames) seen.all ??= seconds();
  });
  console.log(`First frame visible developed:          ${seen.first?.toFixed(1)} s`);
  console.log(`All ${frames} frames visible developed:      ${seen.all?.toFixed(1)} s (goal for 36: 20 s)`);
  console.log(`All drawn again, balanced as a roll:    ${seconds().toFixed(1)} s`);

  if (exportsWanted > 0) {
    const { items } = await handlers['library.query'](query, context);
    const recipe = exportRecipeSchema.parse({ format: 'tiff', bits: 16 });
    const started = performance.now();
    const ids = items.slice(0, exportsWanted).map((i) => i.id);
    await wait((await handlers['export.start']({ ids, recipe }, context)).jobId);
    const minutes = (performance.now() - started) / 60_000;
    const made = readdirSync(path.join(dataDir, 'exports')).filter((name) => name.endsWith('.tif')).length;
    console.log(`Exported ${made} frames: ${(made / minutes).toFixed(1)} a minute (goal 25)`);
  }
} finally {
  await closeServices();
  await Promise.all([engines.interactive.close(), engines.batch.close()]);
  rmSync(dir, { recursive: true, force: true });
}
