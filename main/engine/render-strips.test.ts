import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeProfile } from '../../app/color/icc.ts';
import { defaultDevelopParams } from '../../app/recipe/develop.ts';
import { resolveGeometry } from '../actions/develop/geometry.ts';
import { decodeScan, probeScan, writeFinished } from '../files/index.ts';
import { Budget } from './budget.ts';
import { PixelPool } from './pool.ts';
import { render } from './render.ts';
import { renderStrips, suitsStrips } from './render-strips.ts';
import { planView, viewGeometry } from './view.ts';

const dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-strips-'));
const pool = new PixelPool(2);
afterAll(async () => {
  await pool.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('develop in strips', () => {
  it('gives the pixels of the develop of the whole', async () => {
    const file = path.join(dir, 'scan.tif');
    const [width, height] = [97, 151];
    const data = Uint16Array.from({ length: width * height * 3 }, (_, i) => 9000 + ((i * 7919) % 40_000));
    await writeFinished(
      file,
      { width, height, channels: 3, data },
      {
        format: 'tiff',
        quality: 0,
        icc: makeProfile('srgb'),
        metadataFrom: null,
        dpi: null,
        overwrite: true,
      },
    );
    const params = defaultDevelopParams();
    const context = { analysis: null, roll: null, baseFile: null, flatFile: null, frame: 0 };
    const flat = {
      width: 3,
      height: 4,
      log: Float32Array.from({ length: 36 }, (_, i) => Math.sin(i) / 20),
      warning: null,
    };
    for (const straighten of [0, 3]) {
      params.frame.straighten = straighten;
      params.frame.crop = { x: 0.1, y: 0.05, w: 0.8, h: 0.9 };
      const full = resolveGeometry(params.frame, { width, height, orientation: 6, frame: null });
      const view = planView(full, { x: 0, y: 0, w: 1, h: 1 }, 9999, 9999);
      const { picture } = await decodeScan(file, { region: view.region });
      const common = {
        region: view.region,
        scanWidth: width,
        scanHeight: height,
        geometry: viewGeometry(view, picture.width, picture.height),
        params,
        context,
        flat,
        space: 'adobe-rgb',
        bits: 16,
        layout: 'rgb',
        bandPixels: 500,
      } as const;
      const whole = await render(pool, { ...common, picture, consume: false });
      const done: number[] = [];
      const strips = await renderStrips(
        pool,
        { ...common, path: file, cores: new Budget(2), stripRows: 20 },
        undefined,
        (share) => done.push(share),
      );
      expect([strips.width, strips.height]).toEqual([whole.width, whole.height]);
      expect(done.length).toBeGreaterThan(6);
      let worst = 0;
      for (let i = 0; i < whole.data.length; i++)
        worst = Math.max(worst, Math.abs(whole.data[i] - strips.data[i]));
      // The flat field's cell positions are computed from another origin: rounding of the last bit.
      expect(worst).toBeLessThanOrEqual(1);
      expect(new Set(whole.data).size).toBeGreaterThan(1000);
    }
    await expect(
      renderStrips(
        pool,
        {
          region: { x: 0, y: 0, w: width, h: height },
          scanWidth: width,
          scanHeight: height,
          geometry: resolveGeometry(params.frame, { width, height, orientation: 1, frame: null }),
          params,
          context,
          flat: null,
          space: 'srgb',
          bits: 8,
          layout: 'rgb',
          path: file,
          cores: new Budget(1),
          stripRows: 20,
        },
        AbortSignal.abort(),
      ),
    ).rejects.toMatchObject({ code: 'cancelled' });
  });
  it('is for large TIFF files without repairs', async () => {
    const info = { ...(await probeScan(path.join(dir, 'scan.tif'))) };
    const large = { w: 12000, h: 8000 };
    const huge = { w: 20000, h: 15000 };
    const same = { bits: 16, layout: 'rgb' } as const;
    const smaller = { bits: 8, layout: 'rgb' } as const;
    expect(suitsStrips(info, large, smaller, false, false)).toBe(true);
    expect(suitsStrips(info, large, { bits: 16, layout: 'grey' }, false, false)).toBe(true);
    expect(suitsStrips(info, large, same, false, false)).toBe(false);
    expect(suitsStrips(info, huge, same, false, false)).toBe(true);
    expect(suitsStrips(info, { w: 6000, h: 4000 }, smaller, false, false)).toBe(false);
    expect(suitsStrips(info, huge, same, true, false)).toBe(false);
    expect(suitsStrips(info, huge, same, false, true)).toBe(false);
    expect(suitsStrips({ ...info, format: 'jpeg' }, huge, same, false, false)).toBe(false);
  });
});
