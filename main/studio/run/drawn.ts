/** Pictures for tests: photographs of nothing, soft gradients with discs, in colour. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { seeded } from '../../../app/random.ts';
import { encodePng } from '../../files/rgb.ts';

const SIDE = 64;

/** Writes `count` of them as `dir/0.png` …; the same every time. */
export async function draw(dir: string, count: number): Promise<void> {
  mkdirSync(dir, { recursive: true });
  for (let k = 0; k < count; k++) {
    const random = seeded('run test', k);
    const rgb = new Uint8Array(SIDE * SIDE * 3);
    const ends = Array.from({ length: 6 }, () => random.int(256));
    const discs = Array.from({ length: 5 }, () => ({
      x: random.int(SIDE),
      y: random.int(SIDE),
      r: 4 + random.int(14),
      rgb: [random.int(256), random.int(256), random.int(256)],
    }));
    for (let y = 0; y < SIDE; y++)
      for (let x = 0; x < SIDE; x++) {
        const disc = discs.findLast((d) => (d.x - x) ** 2 + (d.y - y) ** 2 < d.r ** 2);
        for (let c = 0; c < 3; c++)
          rgb[(y * SIDE + x) * 3 + c] = disc ? disc.rgb[c] : (ends[c] * (SIDE - x) + ends[3 + c] * x) / SIDE;
      }
    writeFileSync(path.join(dir, `${k}.png`), await encodePng({ width: SIDE, height: SIDE, data: rgb }));
  }
}
