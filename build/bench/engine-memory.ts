/**
 * Memory of the engine process alone: prints of 0.1 megapixel exported one after the other, without library and queue.
 * Prints what the process holds after 10, 50, 100 … pictures. Linux only (memory is read from /proc).
 *
 *   node build/bench/engine-memory.ts [COUNT=300] [STEPS=ageing,detail]
 *
 * STEPS are restore steps joined by commas (`ageing,repair,colour,detail`); `none` writes the pictures as they are.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { defaultDevelopParams } from '../../app/recipe/develop.ts';
import { forkNode, startEngine } from '../../main/engine/process.ts';
import { makePrints, MARKS } from './prints.ts';

const count = Number(process.argv[2] ?? 300);
const steps = (process.argv[3] ?? 'ageing,detail').split(',');
const dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-engine-memory-'));
const children = (): string[] =>
  readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(/\s+/);
const engine = startEngine({
  role: 'batch',
  threads: 2,
  device: 'cpu',
  cacheDir: path.join(dir, 'cache'),
  dataDir: path.join(dir, 'data'),
  fork: forkNode,
});
try {
  const files = await makePrints(path.join(dir, 'scans'), count);
  await engine.call('memory', {});
  const [pid] = children();
  const own = (): number =>
    Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  const params = defaultDevelopParams();
  params.ageing.on = steps.includes('ageing');
  params.detail.on = steps.includes('detail');
  params.colour.on = steps.includes('colour');
  params.clean.on = steps.includes('clean');
  params.repair = { ...params.repair, on: steps.includes('repair'), fill: 'plain' };
  const begun = performance.now();
  let afterTen = 0;
  for (const [n, file] of files.entries()) {
    const analysis = await engine.call('analyse', {
      path: file,
      film: 'auto',
      baseRect: null,
      baseFile: null,
      flatFile: null,
    });
    await engine.call('develop', {
      path: file,
      params,
      context: {
        analysis: { ...analysis, kind: 'bw-print' },
        roll: null,
        baseFile: null,
        flatFile: null,
        frame: 0,
      },
      export: { format: 'jpeg', bits: 8, quality: 90, icc: 'srgb', longSide: null, overwrite: false },
      output: path.join(dir, `out-${n}.jpg`),
      captureDate: null,
      scanDate: null,
    });
    if (n + 1 === 10) afterTen = own();
    if (!MARKS.includes(n + 1) && n + 1 !== count) continue;
    const { heap, external } = await engine.call('memory', {});
    console.log(
      `${String(n + 1).padStart(5)} done: ${own().toFixed(0)} MB (heap ${(heap / 1e6).toFixed(0)}, external ${(external / 1e6).toFixed(0)})`,
    );
  }
  console.log(`growth after the first ten: ${(own() - afterTen).toFixed(0)} MB (goal: under 50 MB)`);
  console.log(`${(count / ((performance.now() - begun) / 1000)).toFixed(1)} pictures a second`);
} finally {
  await engine.close();
  rmSync(dir, { recursive: true, force: true });
}
