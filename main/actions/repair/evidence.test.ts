import { describe, expect, it } from 'vitest';
import { type Planar, planar } from '../../../app/planar.ts';
import { LABEL } from '../picture/labels.ts';
import { sourceOf } from '../picture/source.ts';
import { evidenceFrom } from './evidence.ts';
import { registerPictures } from './register.ts';
import { repairedSource } from './source.ts';

/** A scene with detail of many sizes, at real coordinates, so that a turned print of it is exact. */
const scene = (x: number, y: number): number => {
  let v = 0.5 + 0.12 * Math.sin(x / 37) * Math.cos(y / 29);
  for (let k = 0; k < 26; k++) {
    const cx = (k * 97) % 331;
    const cy = (k * 61 + 13) % 247;
    const r = 6 + ((k * 7) % 19);
    const d = Math.hypot(x - cx, y - cy) - r;
    v += (k % 2 ? 0.22 : -0.2) / (1 + Math.exp(d));
  }
  return Math.min(0.95, Math.max(0.05, v));
};
const SIZE = { width: 320, height: 240 };
const angle = (1.7 * Math.PI) / 180;
const place = (x: number, y: number): [number, number] => [
  SIZE.width / 2 +
    1.05 * ((x - SIZE.width / 2) * Math.cos(angle) - (y - SIZE.height / 2) * Math.sin(angle)) +
    5.3,
  SIZE.height / 2 +
    1.05 * ((x - SIZE.width / 2) * Math.sin(angle) + (y - SIZE.height / 2) * Math.cos(angle)) -
    3.8,
];
function make(f: (x: number, y: number) => number): Planar {
  const out = planar(SIZE.width, SIZE.height, 3);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < SIZE.height; y++)
      for (let x = 0; x < SIZE.width; x++)
        out.data[(c * SIZE.height + y) * SIZE.width + x] = f(x + 0.5, y + 0.5) * (1 - 0.1 * c);
  return out;
}
/** Another print of the scene: turned, enlarged, shifted, faded, or as a negative. */
const otherPrint = (negative: boolean): Planar =>
  make((x, y) => {
    // place() tells where a point of the first picture lies in the other; here its inverse.
    const dx = (x - SIZE.width / 2 - 5.3) / 1.05;
    const dy = (y - SIZE.height / 2 + 3.8) / 1.05;
    const v = scene(
      SIZE.width / 2 + dx * Math.cos(angle) + dy * Math.sin(angle),
      SIZE.height / 2 - dx * Math.sin(angle) + dy * Math.cos(angle),
    );
    return negative ? 0.9 - 0.8 * v ** 0.8 : 0.3 + 0.5 * v ** 1.3;
  });

describe.each([
  ['a faded second print', false],
  ['the negative', true],
])('%s', (_, negative) => {
  const truth = make(scene);
  const other = otherPrint(negative);
  it('is laid on the picture within half a pixel', () => {
    const { affine, negative: found, agreement } = registerPictures(truth, other);
    expect(found).toBe(negative);
    expect(agreement).toBeGreaterThan(0.8);
    for (const [x, y] of [
      [60, 50],
      [260, 60],
      [160, 120],
      [70, 200],
      [250, 190],
    ]) {
      const [px, py] = place(x, y);
      const u = x / SIZE.width;
      const v = y / SIZE.height;
      expect(Math.abs((affine[0] * u + affine[1] * v + affine[2]) * SIZE.width - px)).toBeLessThan(0.5);
      expect(Math.abs((affine[3] * u + affine[4] * v + affine[5]) * SIZE.height - py)).toBeLessThan(0.5);
    }
  });
  it('fills a wide hole with what really was there, and says so', async () => {
    const mask = new Uint8Array(SIZE.width * SIZE.height);
    for (let y = 90; y < 140; y++) for (let x = 120; x < 180; x++) mask[y * SIZE.width + x] = 255;
    const hurt = { ...truth, data: truth.data.map((v, i) => (mask[i % mask.length] ? 1 : v)) };
    const source = sourceOf(hurt);
    const where = { ...SIZE, data: mask };
    const evidence = await evidenceFrom(source, sourceOf(other), where);
    expect(evidence).not.toBeNull();
    const repaired = repairedSource(source, where, {
      fill: 'auto',
      grain: false,
      faces: null,
      marks: [],
      networks: null,
      seed: 1,
      evidence,
    });
    const rect = { x: 0, y: 0, w: SIZE.width, h: SIZE.height };
    const out = await repaired.read(rect);
    const labels = await repaired.labels(rect);
    let error = 0;
    let real = 0;
    mask.forEach((v, i) => {
      if (!v) return;
      error += (out.data[i] - truth.data[i]) ** 2 / 3000;
      if (labels[i] === LABEL.real) real++;
    });
    expect(Math.sqrt(error)).toBeLessThan(0.03);
    expect(real).toBe(3000);
    expect((await repaired.report()).ways).toEqual({ evidence: 1 });
  });
});

it('does not take another picture for the same', async () => {
  const mask = { ...SIZE, data: new Uint8Array(SIZE.width * SIZE.height) };
  const stranger = make((x, y) => 0.5 + 0.3 * Math.sin(x / 5 + (y * y) / 900));
  expect(await evidenceFrom(sourceOf(make(scene)), sourceOf(stranger), mask)).toBeNull();
});
