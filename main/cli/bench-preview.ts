/** How fast a preview follows a slider: from the request on the engine's socket to the last byte of RGBA. */
import http from 'node:http';
import path from 'node:path';
import { defaultDevelopParams } from '../../app/recipe/develop.ts';
import { startEngine } from '../engine/process.ts';
import type { EngineFork } from '../engine/process.ts';
import type { PixelsTask } from '../engine/protocol.ts';

const MOVES = 40;

/** Moves the exposure slider `MOVES` times on one scan, at 1600 pixels, in an engine process of its own. */
export async function previewTimes(
  scan: string,
  cacheDir: string,
  fork?: EngineFork,
): Promise<{ width: number; height: number; firstMs: number; medianMs: number; worstMs: number }> {
  const engine = startEngine({
    role: 'interactive',
    threads: 0,
    device: 'auto',
    cacheDir: path.join(cacheDir, 'cache'),
    ...(fork ? { fork } : {}),
  });
  try {
    const analysis = await engine.call('analyse', {
      path: scan,
      film: 'auto',
      baseRect: null,
      baseFile: null,
      flatFile: null,
    });
    const socketPath = await engine.socket();
    const agent = new http.Agent({ keepAlive: true });
    let width = 0;
    let height = 0;
    const ask = (exposure: number): Promise<number> => {
      const params = defaultDevelopParams();
      params.lights.exposure = exposure;
      const task: PixelsTask = {
        path: scan,
        request: {
          params,
          show: 'developed',
          geometry: true,
          view: { x: 0, y: 0, w: 1, h: 1 },
          maxWidth: 1600,
          maxHeight: 1067,
          space: 'srgb',
        },
        context: { analysis, roll: null, baseFile: null, flatFile: null, frame: 0 },
      };
      const start = performance.now();
      return new Promise((resolve, reject) => {
        const request = http.request({ socketPath, path: '/pixels', method: 'POST', agent }, (response) => {
          const parts: Buffer[] = [];
          response.on('data', (part: Buffer) => parts.push(part));
          response.on('error', reject);
          response.on('end', () => {
            const ms = performance.now() - start;
            const body = Buffer.concat(parts);
            if (response.statusCode !== 200) return reject(new Error(body.toString('utf8')));
            const header = JSON.parse(body.subarray(4, 4 + body.readUInt32LE(0)).toString()) as {
              width: number;
              height: number;
            };
            ({ width, height } = header);
            resolve(ms);
          });
        });
        request.on('error', reject);
        request.end(JSON.stringify(task));
      });
    };
    const firstMs = await ask(0);
    const times: number[] = [];
    for (let i = 0; i < MOVES; i++) times.push(await ask((i + 1) / MOVES));
    agent.destroy();
    times.sort((a, b) => a - b);
    return { width, height, firstMs, medianMs: times[MOVES >> 1], worstMs: times[MOVES - 1] };
  } finally {
    await engine.close();
  }
}
