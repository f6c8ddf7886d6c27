/**
 * How long a window waits for pictures with restore steps: the first one of each action (with a patience of a second),
 * the complete one, and a slider after that. Call: `build/run.mjs tool-script build/bench/restore-preview.ts PRINT`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { defaultDevelopParams, type DevelopParams } from '../../app/recipe/develop.ts';
import { createEngineCore } from '../../main/engine/methods.ts';

const [file] = process.argv.slice(2);
if (!file) throw new Error('Name a scan of a print.');
const cacheDir = mkdtempSync(path.join(os.tmpdir(), 'revelado-bench-'));
const core = createEngineCore({ role: 'interactive', threads: 2, device: 'cpu', cacheDir });
const { signal } = new AbortController();
const analysis = await core.methods.analyse(
  { path: file, film: 'slide', baseRect: null, baseFile: null, flatFile: null },
  { signal, progress: () => undefined },
);
const context = {
  analysis: { ...analysis, kind: 'print' as const },
  roll: null,
  baseFile: null,
  flatFile: null,
  frame: 0,
};

async function shot(name: string, change: (p: DevelopParams) => void, patience?: number): Promise<void> {
  const params = defaultDevelopParams();
  change(params);
  const before = process.cpuUsage();
  const start = performance.now();
  const { header } = await core.pixels(
    {
      path: file,
      request: {
        show: 'developed',
        geometry: true,
        view: { x: 0, y: 0, w: 1, h: 1 },
        maxWidth: 1600,
        maxHeight: 1200,
        space: 'srgb',
        params,
        ...(patience === undefined ? {} : { patience }),
      },
      context,
    },
    signal,
  );
  const clock = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  const missing = header.pending ? `  still at work: ${header.pending.join(', ')}` : '';
  process.stdout.write(
    `${name.padEnd(24)}${clock.toFixed(0).padStart(7)} ms, ${((user + system) / 1e3).toFixed(0).padStart(6)} ms of processor time${missing}\n`,
  );
}

await shot('as it is', () => undefined);
for (const step of ['ageing', 'colour', 'repair'] as const) {
  const on = (p: DevelopParams): void => void (p[step].on = true);
  await shot(`${step}, first`, on, 1000);
  await shot(`${step}, complete`, on);
}
await shot('ageing, a slider', (p) => void Object.assign(p.ageing, { on: true, strength: 0.5 }));
await shot('colour, a slider', (p) => void Object.assign(p.colour, { on: true, saturation: 0.6 }));
await core.close();
rmSync(cacheDir, { recursive: true, force: true });
process.exit(0);
