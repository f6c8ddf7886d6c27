import { describe, expect, it } from 'vitest';
import { planar } from '../../../app/planar.ts';
import { seeded } from '../../../app/random.ts';
import { defaultDevelopParams } from '../../../app/recipe/develop.ts';
import { sourceOf } from '../picture/source.ts';
import { colouredSource, colourModel, prepareColour } from './index.ts';

const { colour: sliders } = defaultDevelopParams();
const random = seeded('coloured source');
const [width, height] = [96, 64];
/** A picture in three planes that holds greys beside a few colours. */
const picture = planar(width, height, 3);
const n = width * height;
for (let i = 0; i < n; i++) {
  const grey = random.int(256) / 255;
  for (let c = 0; c < 3; c++) picture.data[c * n + i] = i % 3 === 0 ? random.int(65536) / 65535 : grey;
}
const all = { x: 0, y: 0, w: width, h: height };

describe('the source of a coloured picture', () => {
  it('gives the same with a model that was made before, in parts read at once and in any order', async () => {
    const hints = [{ x: 0.4, y: 0.6, colour: [0.9, 0.3, 0.2] as [number, number, number] }];
    const plan = await prepareColour(picture, hints, null, { own: 'auto' });
    const want = await colouredSource(sourceOf(picture), plan, sliders).read(all);
    expect([...want.data].some((v, i) => Math.abs(v - picture.data[i]) > 0.02)).toBe(true);
    const given = colouredSource(sourceOf(picture), plan, sliders, colourModel(plan, sliders));
    expect((await given.read(all)).data).toEqual(want.data);
    // Memory between the steps is used again: a small part after a large one, and two under way at a time.
    const rects = [
      { x: 5, y: 9, w: 31, h: 17 },
      { x: 0, y: 40, w: 96, h: 24 },
      { x: 70, y: 1, w: 3, h: 2 },
    ];
    const parts = await Promise.all(rects.map((rect) => given.read(rect)));
    rects.forEach(({ x, y, w, h }, k) => {
      for (let c = 0; c < 3; c++)
        for (let j = 0; j < h; j++)
          for (let i = 0; i < w; i++)
            expect(parts[k].data[(c * h + j) * w + i]).toBe(want.data[c * n + (y + j) * width + x + i]);
    });
  });

  it('takes a grey of three planes for what one plane is', async () => {
    const one = planar(width, height, 1);
    const three = planar(width, height, 3);
    for (let i = 0; i < n; i++) {
      one.data[i] = random.int(256) / 255;
      for (let c = 0; c < 3; c++) three.data[c * n + i] = one.data[i];
    }
    const hints = [{ x: 0.5, y: 0.5, colour: [0.2, 0.3, 0.9] as [number, number, number] }];
    const plan = await prepareColour(one, hints, null, { own: 'replace' });
    const [a, b] = await Promise.all(
      [one, three].map((p) => colouredSource(sourceOf(p), plan, sliders).read(all)),
    );
    let worst = 0;
    a.data.forEach((v, i) => (worst = Math.max(worst, Math.abs(v - b.data[i]))));
    // Two ways to the same luminance: less than half a code of 16 bits.
    expect(worst).toBeLessThan(0.5 / 65535);
  });
});
