/**
 * Finding faces on real prints and photographs, where they are at hand, and what cleaning and detail do to them: eyes
 * and mouth stay where they are.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';
import { emit } from '../../../app/graph/emit.ts';
import { Graph } from '../../../app/graph/graph.ts';
import { constantScope } from '../../../app/graph/scope.ts';
import { decodeWeights } from '../../../app/graph/weights.ts';
import { phaseShift } from '../../../app/register/phase.ts';
import { toShown } from '../../../app/turn.ts';
import { openModel } from '../../../build/eval/colour/network.ts';
import { planar, planarFromBytes, type Planar } from '../../../app/planar.ts';
import { FACE_NUMBERS } from '../../../models/faces/architecture.ts';
import { faces as detector } from '../../../models/faces/network.ts';
import { networkInputs } from '../../../models/network.ts';
import { onnxBinding, SessionStore } from '../../engine/session.ts';
import { cleanedSource } from '../clean/index.ts';
import { detailedSource } from '../detail/index.ts';
import type { NetworkTensors, OpenNetwork } from '../picture/networks.ts';
import { cut, sourceOf } from '../picture/source.ts';
import { detectFaces, type Face } from './index.ts';
import { facesOfScan, turnedPlanar } from './turned.ts';

const samples = path.resolve('../shared/samples');
const store = new SessionStore(onnxBinding, 1, []);
const file = decodeWeights(readFileSync(path.resolve('models/faces/weights.rvw')), 'weights.rvw');
const network: OpenNetwork = {
  name: 'faces',
  sha256: '',
  multiple: 32,
  reach: null,
  apply: () => Promise.reject(new Error('not asked')),
  async run(inputs) {
    const [, , height, width] = inputs['x'].dims;
    const write = (): Promise<Uint8Array> => {
      const graph = new Graph();
      const given = networkInputs(graph, detector, { batch: 1, height, width });
      const outputs = detector.build(constantScope(graph, file.tensors), given, 'small');
      return Promise.resolve(emit({ ...outputs }, { name: 'faces' }).bytes);
    };
    return (await store.open(`faces ${width}x${height}`, write, ['cpu'])).run(inputs);
  },
};
afterAll(() => store.close());

async function load(name: string): Promise<Planar | null> {
  const from = path.join(samples, name);
  if (!existsSync(from)) {
    console.log(`skipped: ${name} is not here`);
    return null;
  }
  const side = { width: 1000, height: 1000, fit: 'inside', withoutEnlargement: true } as const;
  const { data, info } = await sharp(from)
    .removeAlpha()
    .resize(side)
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels === 3) return planarFromBytes(data, info.width, info.height);
  const grey = planar(info.width, info.height, 1);
  data.forEach((v, i) => (grey.data[i] = v / 255));
  return grey;
}
const middle = ({ x, y, w, h }: Face): [number, number] => [x + w / 2, y + h / 2];

describe('finding faces', () => {
  it.each([
    ['bw/migrant_mother_1936.jpg', [[0.47, 0.33]]],
    ['bw/louis_armstrong_1946.jpg', [[0.62, 0.48]]],
    // The girl on the left looks aside, under the edge of the print: she is missed.
    [
      'prints/three_children_creases.jpg',
      [
        [0.43, 0.4],
        [0.55, 0.28],
      ],
    ],
    [
      'prints/family_carte_foxed.jpg',
      [
        [0.71, 0.46],
        [0.38, 0.37],
        [0.62, 0.15],
        [0.41, 0.49],
      ],
    ],
    ['prints/girl_flowers_creases.png', [[0.54, 0.52]]],
  ] as const)('in %s', async (name, wanted) => {
    const picture = await load(name);
    if (!picture) return;
    const found = await detectFaces(picture, network);
    for (const [x, y] of wanted) {
      const face = found.find((f) => Math.hypot(middle(f)[0] - x, middle(f)[1] - y) < 0.05);
      expect(face, `${name}: a face at ${x}, ${y}`).toBeDefined();
      if (!face) continue;
      const [right, left] = face.eyes;
      const [mouth] = face.mouth;
      expect(left.x).toBeGreaterThan(right.x);
      expect(mouth.y).toBeGreaterThan(Math.max(left.y, right.y));
    }
    expect(found.length).toBeLessThanOrEqual(wanted.length + 1);
  });
  it('finds none where there are none', async () => {
    const noise = planar(400, 300, 3);
    for (let i = 0; i < noise.data.length; i++)
      noise.data[i] = 0.5 + 0.3 * Math.sin(i / 7) * Math.sin(i / 997);
    expect(await detectFaces(noise, network)).toEqual([]);
    const picture = await load('bw/saratoga_broadway_1900s.jpg');
    if (picture) expect(await detectFaces(picture, network)).toEqual([]);
  });
  it('puts a find of the detector where it is in the picture', async () => {
    // A detector that knows one face, in the middle of one cell of the finer map, whatever the size of the picture.
    const fake: OpenNetwork = {
      ...network,
      run: (inputs) => {
        const [, , height, width] = inputs['x'].dims;
        const answer: NetworkTensors = {};
        [16, 32].forEach((stride, map) => {
          const candidates = map ? 6 : 2;
          const [h, w] = [height / stride, width / stride];
          const scores = new Float32Array(candidates * h * w).fill(-20);
          const places = new Float32Array(candidates * FACE_NUMBERS * h * w);
          if (map === 0) {
            const at = Math.floor(h / 4) * w + Math.floor(w / 2);
            scores[at] = 4;
            [3, -2, 40, 48].forEach((v, j) => (places[j * h * w + at] = v));
          }
          answer[`scores${map}`] = { dims: [1, candidates, h, w], data: scores };
          answer[`places${map}`] = { dims: [1, candidates * FACE_NUMBERS, h, w], data: places };
        });
        return Promise.resolve(answer);
      },
    };
    const [face] = await detectFaces(planar(192, 128, 1), fake);
    // Cell 6, 2 of 12 x 8: its middle is 104, 40.
    expect(face.x * 192).toBeCloseTo(107 - 20, 4);
    expect(face.y * 128).toBeCloseTo(38 - 24, 4);
    expect([face.w * 192, face.h * 128].map(Math.round)).toEqual([40, 48]);
  });
});

describe('faces of a scan that does not lie upright', () => {
  it('a turned picture has every pixel where it is seen', () => {
    const picture = { width: 3, height: 2, channels: 1, data: Float32Array.from([1, 2, 3, 4, 5, 6]) };
    // A quarter turn clockwise; mirrored; on its head.
    expect([...turnedPlanar(picture, [0, -1, 1, 0]).data]).toEqual([4, 1, 5, 2, 6, 3]);
    expect([...turnedPlanar(picture, [-1, 0, 0, 1]).data]).toEqual([3, 2, 1, 6, 5, 4]);
    expect([...turnedPlanar(picture, [-1, 0, 0, -1]).data]).toEqual([6, 5, 4, 3, 2, 1]);
  });
  it('are found where they are, by its orientation, and by trying where nobody knows', async () => {
    const upright = await load('bw/migrant_mother_1936.jpg');
    if (!upright) return;
    const [face] = await detectFaces(upright, network);
    // Stored on its side: seen after a quarter turn clockwise.
    const stored = turnedPlanar(upright, [0, 1, -1, 0]);
    expect((await detectFaces(stored, network)).filter((f) => f.score > 0.85)).toEqual([]);
    for (const turn of [
      [0, -1, 1, 0],
      [1, 0, 0, 1],
    ] as const) {
      const [found] = await facesOfScan(stored, turn, network);
      const back = toShown(found, [0, -1, 1, 0]);
      expect(Math.hypot(back.x - face.x, back.y - face.y)).toBeLessThan(0.04);
      expect(found.w).toBeCloseTo(face.h, 1);
      // The mouth lies on the side of the chin.
      const chin = toShown({ ...found.mouth[0], w: 0, h: 0 }, [0, -1, 1, 0]);
      expect(chin.y).toBeGreaterThan(back.y + back.h / 2);
    }
  });
});

describe('what cleaning and detail do to faces', () => {
  it.each([
    ['bw/migrant_mother_1936.jpg', 'blocks'],
    ['bw/louis_armstrong_1946.jpg', 'blocks'],
    ['prints/girl_flowers_creases.png', 'blocks'],
    ['prints/girl_flowers_creases.png', 'restorer'],
  ] as const)(
    '%s by %s: eyes and mouth move less than a hundredth of the distance between the eyes',
    async (name, cleaner) => {
      const picture = await load(name);
      if (!picture) return;
      const before = (await detectFaces(picture, network)).filter((f) => f.score > 0.85);
      const cleaned = cleanedSource(
        sourceOf(picture),
        { strength: 0.5, faces: 0.4, paper: 0, halftone: false },
        cleaner === 'restorer' ? openModel('restorer') : null,
        before,
      );
      const out = detailedSource(cleaned, { contrast: 0.2, sharpen: 0.3 });
      const done = await out.read({ x: 0, y: 0, w: out.width, h: out.height });
      const after = await detectFaces(done, network);
      expect(before.length).toBeGreaterThan(0);
      for (const face of before) {
        const apart = (a: { x: number; y: number }, b: { x: number; y: number }): number =>
          Math.hypot((a.x - b.x) * picture.width, (a.y - b.y) * picture.height);
        const eyes = apart(face.eyes[0], face.eyes[1]);
        const same = after.find((f) => Math.hypot(f.x - face.x, f.y - face.y) < face.w / 4);
        expect(same).toBeDefined();
        for (const [k, point] of [...face.eyes, ...face.mouth].entries()) {
          // What lies around the point: how far it has been shifted, to a part of a pixel.
          const side = Math.round(eyes);
          const x = Math.round(point.x * picture.width - side / 2);
          const y = Math.round(point.y * picture.height - side / 2);
          const patch = (p: Planar) => ({
            width: side,
            height: side,
            data: cut(p, { x, y, w: side, h: side }).data,
          });
          const { dx, dy } = phaseShift(patch(picture), patch(done));
          expect(Math.hypot(dx, dy) / eyes).toBeLessThan(0.01);
          // The detector's own points are coarse: they answer to contrast as well.
          const again = same && [...same.eyes, ...same.mouth][k];
          expect(again && apart(point, again) / eyes).toBeLessThan(0.06);
        }
      }
    },
  );
});
