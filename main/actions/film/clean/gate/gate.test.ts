/** A hair that hangs into the picture from its border: found where the scene moves behind it, bridged, nothing else touched. */
import { describe, expect, it } from 'vitest';
import { defaultFilmParams } from '../../../../../app/recipe/film.ts';
import { copyFrames, drawn, formatOf, runStep, scene } from '../testing.ts';
import { gateStep } from './index.ts';

const params = { ...defaultFilmParams().gate, on: true };
const format = formatOf(160, 120, '420');

describe('gate', () => {
  it('bridges a hair over a moving scene; a still scene keeps its thin dark things', async () => {
    const clean = drawn(format, 24, (x, y, n) => 40 + scene(x - 4 * n, y));
    const hairy = copyFrames(clean);
    const at = (y: number): number => 60 + Math.round(6 * Math.sin(y / 12));
    for (const f of hairy)
      for (let y = 0; y < 45; y++) f.planes[0].fill(22, y * 160 + at(y), y * 160 + at(y) + 2);
    const { frames, report } = await runStep(gateStep, params, hairy, format);
    expect(report.frames).toBe(24);
    let before = 0;
    let after = 0;
    for (let y = 0; y < 45; y++)
      for (let x = at(y); x < at(y) + 2; x++) {
        before += Math.abs(hairy[9].planes[0][y * 160 + x] - clean[9].planes[0][y * 160 + x]);
        after += Math.abs(frames[9].planes[0][y * 160 + x] - clean[9].planes[0][y * 160 + x]);
      }
    expect(after).toBeLessThan(before / 5);
    for (let i = 0; i < 160 * 120; i++) {
      const [x, y] = [i % 160, Math.floor(i / 160)];
      if (y > 55 || Math.abs(x - 61) > 16) expect(frames[9].planes[0][i]).toBe(clean[9].planes[0][i]);
    }
    expect((await runStep(gateStep, params, clean, format)).frames).toEqual(clean);
    const pole = drawn(format, 24, (x, y) => (Math.abs(x - 60) < 2 && y < 45 ? 22 : 40 + scene(x, y)));
    expect((await runStep(gateStep, params, pole, format)).frames).toEqual(pole);
  });
});
