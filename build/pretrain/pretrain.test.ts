/** What pre-training packs and takes back: plans, pieces of photographs, cards. */
import { inflateSync } from 'node:zlib';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { quantTable } from '../../app/degrade/jpeg.ts';
import { encodeWeights } from '../../app/graph/weights.ts';
import { modelCardSchema, networks } from '../../models/index.ts';
import { adoptedCard, lastFigures } from './adopt.ts';
import { beginning } from './graphs.ts';
import { coefficients, PieceWriter, type PieceHeader, type PiecePicture } from './pictures.ts';
import { fullPlan } from './plan.ts';

const names = ['colorist', 'one', 'restorer', 'filler'] as const;

describe('plan', () => {
  it('shares the time among networks and stages without a rest', () => {
    const plan = fullPlan(names, 'base', 1024);
    const all = Object.values(plan.networks);
    expect(all.reduce((s, n) => s + n.share, 0)).toBeCloseTo(1, 12);
    for (const n of all) expect(n.stages.reduce((s, x) => s + x.share, 0)).toBeCloseTo(1, 12);
    expect(plan.networks.colorist?.stages[0]).toMatchObject({
      size: 128,
      batch: 256,
      frozen: ['backbone.*'],
    });
  });
  it('gives a single network all the time', () => {
    expect(fullPlan(['filler'], 'small', 64).networks.filler?.share).toBe(1);
  });
});

/** A slope in each channel: smooth, so that coarse quantisation keeps it. */
function slope(width: number, height: number, id: string): PiecePicture {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const i = (y * width + x) * 3;
      rgb[i] = 40 + 2 * x;
      rgb[i + 1] = 60 + 2 * y;
      rgb[i + 2] = 200 - x - y;
    }
  return { id, width, height, held: false, rgb };
}

describe('pieces of photographs', () => {
  it('an even grey picture has one coefficient, as large as arithmetic says', () => {
    const even: PiecePicture = {
      id: 'e',
      width: 16,
      height: 16,
      held: false,
      rgb: new Uint8Array(768).fill(160),
    };
    const table = new Array<number>(64).fill(4);
    const bytes = coefficients([even], table, table);
    // Four luma blocks, one of each chroma, low and high bytes; (160 - 128) * 8 / 4 = 64, folded to 128.
    expect(bytes.length).toBe((4 + 1 + 1) * 64 * 2);
    expect([...bytes].map((v, i) => [v, i]).filter(([v]) => v !== 0)).toEqual([[128, 0]]);
  });

  it('come back within the coarseness of their tables', () => {
    const picture = slope(48, 32, 's');
    const luma = quantTable('luma', 90);
    const bytes = coefficients([picture], luma, quantTable('chroma', 90));
    const blocks = (48 * 32) / 64;
    // Luma by hand: unfold, sum up the first coefficient, multiply, transform back.
    const q = Array.from({ length: 64 * blocks }, (_, i) => {
      const v = bytes[i] + 256 * bytes[64 * blocks + i];
      return v & 1 ? -(v + 1) / 2 : v / 2;
    });
    for (let b = 1; b < blocks; b++) q[b] += q[b - 1];
    const scale = (k: number): number => Math.sqrt(k === 0 ? 1 / 8 : 1 / 4);
    let worst = 0;
    for (let b = 0; b < blocks; b++)
      for (let y = 0; y < 8; y++)
        for (let x = 0; x < 8; x++) {
          let sum = 128;
          for (let v = 0; v < 8; v++)
            for (let u = 0; u < 8; u++)
              sum +=
                q[(v * 8 + u) * blocks + b] *
                luma[v * 8 + u] *
                scale(u) *
                scale(v) *
                Math.cos(((2 * x + 1) * u * Math.PI) / 16) *
                Math.cos(((2 * y + 1) * v * Math.PI) / 16);
          const [px, py] = [(b % 6) * 8 + x, Math.floor(b / 6) * 8 + y];
          const [r, g, blue] = picture.rgb.subarray((py * 48 + px) * 3, (py * 48 + px) * 3 + 3);
          worst = Math.max(worst, Math.abs(sum - (0.299 * r + 0.587 * g + 0.114 * blue)));
        }
    expect(worst).toBeLessThan(4);
  });

  it('are cut where they would grow too large, and say what they hold', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'pieces-'));
    try {
      const writer = new PieceWriter(80, 600, (i) => path.join(folder, `${i}.rvp`));
      for (let k = 0; k < 4; k++) writer.add([slope(32, 32, `p${k}`), slope(48, 32, `q${k}`)]);
      writer.flush();
      expect(writer.files.length).toBeGreaterThan(1);
      expect(writer.files.reduce((s, f) => s + f.pictures, 0)).toBe(8);
      const data = readFileSync(writer.files[0].file);
      expect(data.toString('latin1', 0, 4)).toBe('RVP1');
      const length = data.readUInt32LE(4);
      const header = JSON.parse(data.toString('utf8', 8, 8 + length)) as PieceHeader;
      expect(header.chunks[0].pictures[1]).toEqual({ id: 'q0', width: 48, height: 32, held: false });
      const blob = data.subarray(8 + length, 8 + length + header.chunks[0].length);
      const raw =
        header.compression === 'xz' ? spawnSync('xz', ['-dc'], { input: blob }).stdout : inflateSync(blob);
      expect(raw.length).toBe((32 * 32 + 48 * 32) * 1.5 * 2);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('adopting weights', () => {
  const network = networks.restorer;
  const card = modelCardSchema.parse(JSON.parse(readFileSync('models/restorer/card.json', 'utf8')));
  const facts = {
    network: 'restorer',
    width: 'small',
    seconds: 150,
    steps: 900,
    images: 2e5,
    hardware: 'a GPU',
    pictures: 77,
  };
  const packed = (meta: object): Uint8Array =>
    encodeWeights(
      [...beginning(network, 'small')].map(([name, t]) => ({ name, ...t })),
      'f16',
      { ...meta },
    );
  const about = { photographs: 'Ours.', figures: { psnr: 30 }, measuredBy: 'a command' };

  it('fills in the card', () => {
    const made = adoptedCard(card, network, packed(facts), about);
    expect(made).toMatchObject({
      width: 'small',
      weights: 'weights.rvw',
      metrics: { psnr: 30 },
      measuredBy: 'a command',
    });
    expect(made.trainedOn).toBe(
      '77 photographs, 2.5 minutes on a GPU, 900 steps, 0.20 million samples (models/pretrain). Ours.',
    );
    expect(Number(made.version)).toBe(Number(card.version) + 1);
  });
  it('refuses weights of another network or width', () => {
    expect(() => adoptedCard(card, network, packed({ ...facts, network: 'one' }), about)).toThrow(
      /weights of one/,
    );
    expect(() => adoptedCard(card, network, packed({ ...facts, width: 'base' }), about)).toThrow(
      /another network or width/,
    );
  });
  it('takes the last figures of a log', () => {
    const log = [
      { event: 'figures', network: 'one', figures: { psnr: 1 } },
      { event: 'figures', network: 'one', figures: { psnr: 2 } },
      { event: 'figures', network: 'filler', figures: { psnr: 3 } },
      { network: 'one', losses: {} },
    ];
    expect(lastFigures(log.map((l) => JSON.stringify(l)).join('\n'), 'one')).toEqual({ psnr: 2 });
    expect(lastFigures('', 'one')).toBeNull();
  });
});
