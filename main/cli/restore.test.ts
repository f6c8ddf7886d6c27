/** `restore` and `colorize` as people meet them: the built program in its own process, with good and bad input. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeProfile } from '../../app/color/icc.ts';
import { seeded } from '../../app/random.ts';
import { StoredRepair } from '../actions/picture/stored.ts';
import { closeFiles, decodeScan, writeFinished } from '../files/index.ts';
import { modelName, parseColorize, readHints } from './colorize.ts';
import { parseRestore } from './restore.ts';

const cli = path.join(process.cwd(), 'dist', 'main', 'cli.cjs');
const dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-restore-test-'));
const file = (name: string): string => path.join(dir, name);
const WIDTH = 360;
const HEIGHT = 260;
/** One thread: what is tested is what comes out, not how fast. */
const PLAIN = ['--set', 'ageing.on=off', '--set', 'clean.on=off', '--set', 'repair.fill=plain'];

function revelado(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    encoding: 'utf8',
    cwd: dir,
    timeout: 60_000,
  });
  const lines = args.includes('--json')
    ? stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>)
    : [];
  return { status, stdout, stderr, lines };
}

function scene(bits: 8 | 16, channels: 1 | 3): Uint8Array | Uint16Array {
  const random = seeded('scene', bits, channels);
  const data =
    bits === 16 ? new Uint16Array(WIDTH * HEIGHT * channels) : new Uint8Array(WIDTH * HEIGHT * channels);
  const top = 2 ** bits - 1;
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++)
      for (let c = 0; c < channels; c++) {
        const v = 0.5 + 0.3 * Math.sin(x / 47 + c / 2) * Math.cos(y / 39) + 0.015 * random.normal();
        data[(y * WIDTH + x) * channels + c] = Math.round(top * Math.min(1, Math.max(0, v)));
      }
  return data;
}
const masked = (x: number, y: number): boolean =>
  (x > 60 && x < 90 && y > 100 && y < 106) || (x > 200 && x < 204);

beforeAll(async () => {
  const options = { quality: 90, metadataFrom: null, dpi: 300, overwrite: true };
  await writeFinished(
    file('colour.tif'),
    { width: WIDTH, height: HEIGHT, channels: 3, data: scene(16, 3) },
    { ...options, format: 'tiff', icc: makeProfile('display-p3') },
  );
  await writeFinished(
    file('grey.png'),
    { width: WIDTH, height: HEIGHT, channels: 1, data: scene(8, 1) },
    { ...options, format: 'png', icc: makeProfile('srgb', 1) },
  );
  const mask = new Uint8Array(WIDTH * HEIGHT).map((_, i) =>
    masked(i % WIDTH, Math.floor(i / WIDTH)) ? 255 : 0,
  );
  await sharp(mask, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } })
    .png()
    .toFile(file('mask.png'));
  await sharp(mask, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } })
    .resize(90, 65)
    .png()
    .toFile(file('small-mask.png'));
});
afterAll(async () => {
  await closeFiles();
  rmSync(dir, { recursive: true, force: true });
});

describe('what is asked for', () => {
  it('is ageing, repair and clean for restore, never colour; colour alone for colorize', () => {
    const restore = parseRestore(['a.tif', '--out', 'o'], dir);
    expect(restore?.params).toMatchObject({
      ageing: { on: true, strength: 1 },
      repair: { on: true, find: 'auto' },
      clean: { on: true, strength: 0.5 },
      colour: { on: false },
      enlarge: { on: false },
    });
    const colorize = parseColorize(['a.tif', '--out', 'o', '--saturation', '0.7'], dir);
    expect(colorize?.params).toMatchObject({
      colour: { on: true, saturation: 0.7 },
      repair: { on: false },
      ageing: { on: false },
      clean: { on: false },
    });
    expect(colorize?.export.icc).toBeNull();
  });
  it('takes strength, recipe and --set in their order', () => {
    writeFileSync(
      file('recipe.json'),
      JSON.stringify({ clean: { strength: 0.9 }, repair: { grain: false } }),
    );
    const args = ['a.tif', '--out', 'o', '--recipe', file('recipe.json')];
    expect(parseRestore(args, dir)?.params).toMatchObject({
      clean: { on: true, strength: 0.9 },
      repair: { on: true, grain: false },
    });
    const weak = parseRestore([...args, '--strength', '0.25', '--set', 'clean.strength=0.1'], dir);
    expect(weak?.params).toMatchObject({
      ageing: { strength: 0.5 },
      repair: { sensitivity: 0.25 },
      clean: { strength: 0.1 },
    });
    expect(parseRestore([...args, '--no-inpaint'], dir)?.params.repair.on).toBe(false);
    expect(parseRestore(['a', '--out', 'o', '--mask', file('mask.png')], dir)?.params.repair.find).toBe(
      'marks',
    );
    const marks = '[{"tool":"brush","points":[[0.5,0.5]],"radius":0.01}]';
    expect(
      parseRestore(['a', '--out', 'o', '--set', `repair.marks=${marks}`], dir)?.params.repair.marks,
    ).toHaveLength(1);
  });
  it.each([
    [['a', '--out', 'o', '--strength', '2'], /from 0 to 1/],
    [['a', '--out', 'o', '--mask', 'no.png'], /no file/],
    [['a', '--out', 'o', '--mask', 'mask.png', '--no-inpaint'], /one of them/],
    [['a'], /--out/],
    [['--out', 'o'], /name at least one/],
    [['a', '--out', 'o', '--set', 'repair.marks=x'], /must be JSON/],
    [['a', '--out', 'o', '--set', 'repairs.on=on'], /steps are .*repair/],
    [['a', '--out', 'o', '--colour'], /Unknown option/],
  ])('refuses %j', (args, message) => {
    expect(() => parseRestore(args, dir)).toThrow(message);
  });
  it('reads hints, and says which one is wrong', () => {
    const hints = (content: unknown): string => {
      writeFileSync(file('hints.json'), typeof content === 'string' ? content : JSON.stringify(content));
      return file('hints.json');
    };
    expect(readHints(hints([{ x: 0.25, y: 1, colour: '#ff8000' }]))).toEqual([
      { x: 0.25, y: 1, colour: [1, 128 / 255, 0] },
    ]);
    expect(
      readHints(hints({ width: 200, height: 100, hints: [{ x: 50, y: 25, colour: [0, 0.5, 1] }] })),
    ).toEqual([{ x: 0.25, y: 0.25, colour: [0, 0.5, 1] }]);
    expect(() =>
      readHints(
        hints([
          { x: 0.5, y: 0.5, colour: '#123456' },
          { x: 1.2, y: 0.1, colour: '#123456' },
        ]),
      ),
    ).toThrow(/hint 2 .* off the picture/);
    expect(() => readHints(hints({ width: 200, hints: [] }))).toThrow(/width without a height/);
    expect(() => readHints(hints([{ x: 0.5, y: 0.5, colour: 'red' }]))).toThrow(/no list of hints/);
    expect(() => readHints(hints('{'))).toThrow(/not JSON/);
    expect(modelName('colorist', dir)).toBe('colorist');
  });
});

describe('restore', () => {
  it.each([
    ['colour.tif', 'tiff', 16, 3, 'tif'],
    ['grey.png', 'png', 8, 1, 'png'],
  ] as const)(
    '%s: bit for bit outside the mask, and back',
    { timeout: 60_000 },
    async (name, format, bits, channels, ending) => {
      const out = file(`out-${ending}`);
      const { status, lines, stderr } = revelado(
        'restore',
        name,
        '--out',
        out,
        '--mask',
        'mask.png',
        '--film',
        'none',
        '--format',
        format,
        '--bits',
        String(bits),
        '--json',
        ...PLAIN,
      );
      expect(stderr).toContain('1 of 1 done');
      expect(status).toBe(0);
      const output = path.join(out, name);
      expect(lines).toMatchObject([
        { action: 'restore', ok: true, output, width: WIDTH, height: HEIGHT, bits },
      ]);
      const { picture, info } = await decodeScan(output);
      expect(info.own?.space).toBe(bits === 16 ? 'display-p3' : 'srgb');
      const before = scene(bits, channels);
      let changed = 0;
      for (let i = 0; i < before.length; i++) {
        if (picture.data[i] === before[i]) continue;
        const p = Math.floor(i / channels);
        if (!masked(p % WIDTH, Math.floor(p / WIDTH)))
          throw new Error(`sample ${i} changed outside of the mask`);
        changed++;
      }
      expect(changed).toBeGreaterThan(100);
      const stored = new StoredRepair(readFileSync(`${output}.revelado.repair`), 'r');
      stored.undo({ width: WIDTH, height: HEIGHT, channels, data: picture.data as Uint8Array | Uint16Array });
      expect(picture.data).toEqual(before);
      expect(readdirSync(out).sort()).toEqual([name, `${name}.revelado.json`, `${name}.revelado.repair`]);
    },
  );

  it('goes on after a failure, and names it', { timeout: 60_000 }, () => {
    writeFileSync(file('broken.png'), readFileSync(file('grey.png')).subarray(0, 400));
    const { status, lines } = revelado(
      'restore',
      'broken.png',
      'grey.png',
      '--out',
      file('batch'),
      '--no-inpaint',
      '--film',
      'none',
      '--json',
      ...PLAIN,
      '--set',
      'detail.on=on',
    );
    expect(status).toBe(1);
    const byName = Object.fromEntries(lines.map((l) => [path.basename(String(l['input'])), l]));
    expect(byName['broken.png']).toMatchObject({ ok: false, output: null });
    expect(String(byName['broken.png']['error'])).toContain('broken.png');
    expect(byName['grey.png']).toMatchObject({ ok: true });
  });

  it('refuses masks in words', { timeout: 60_000 }, () => {
    const wrong = revelado(
      'restore',
      'grey.png',
      '--out',
      file('m'),
      '--mask',
      'small-mask.png',
      '--json',
      ...PLAIN,
    );
    expect(wrong.status).toBe(1);
    expect(String(wrong.lines[0]['error'])).toMatch(
      /small-mask.png measures 90 × 65 pixels, grey.png 360 × 260/,
    );
    const two = revelado('restore', 'grey.png', 'colour.tif', '--out', file('m'), '--mask', 'mask.png');
    expect(two.status).toBe(2);
    expect(two.stderr).toContain('a mask belongs to one picture');
    expect(
      revelado('restore', 'grey.png', '--out', file('m'), '--mask', 'recipe.json', '--json', ...PLAIN).status,
    ).toBe(1);
  });

  it('killed and called again gives the same file', { timeout: 90_000 }, async () => {
    const args = (out: string) => [
      'restore',
      'colour.tif',
      '--out',
      out,
      '--film',
      'none',
      '--mask',
      'mask.png',
      '--overwrite',
      ...PLAIN,
      '--set',
      'colour.on=on',
      '--set',
      'colour.own=replace',
    ];
    expect(revelado(...args(file('whole'))).status).toBe(0);
    const killed = spawn(process.execPath, [cli, ...args(file('cut'))], { cwd: dir, stdio: 'ignore' });
    await new Promise((resolve) => setTimeout(resolve, 900));
    killed.kill('SIGKILL');
    await new Promise((resolve) => killed.on('close', resolve));
    expect(revelado(...args(file('cut'))).status).toBe(0);
    for (const ending of ['', '.revelado.json', '.revelado.repair']) {
      const name = `colour.tif${ending}`;
      expect(
        readFileSync(path.join(file('cut'), name)).equals(readFileSync(path.join(file('whole'), name))),
      ).toBe(true);
    }
  });
});

describe('colorize', () => {
  it('gives colour, keeps lightness, and names its model', { timeout: 60_000 }, async () => {
    writeFileSync(file('red.json'), JSON.stringify([{ x: 0.3, y: 0.3, colour: '#b02020' }]));
    const { status, lines } = revelado(
      'colorize',
      'grey.png',
      '--out',
      file('colour'),
      '--film',
      'none',
      '--hints',
      'red.json',
      '--json',
    );
    expect(status).toBe(0);
    expect(lines[0]).toMatchObject({ action: 'colorize', ok: true, model: { name: 'colorist' } });
    const { picture } = await decodeScan(String(lines[0]['output']));
    expect(picture.channels).toBe(3);
    const at = (Math.round(0.3 * HEIGHT) * WIDTH + Math.round(0.3 * WIDTH)) * 3;
    const [r, g, b] = picture.data.subarray(at, at + 3);
    expect(r).toBeGreaterThan(1.1 * g);
    expect(r).toBeGreaterThan(1.1 * b);
    const { xmp } = await sharp(String(lines[0]['output'])).metadata();
    expect(xmp?.toString()).toContain('compositeWithTrainedAlgorithmicMedia');
  });
  it('says when its model is gone', { timeout: 60_000 }, () => {
    const { status, lines } = revelado(
      'colorize',
      'grey.png',
      '--out',
      file('gone'),
      '--model',
      'no-such-model',
      '--json',
    );
    expect(status).toBe(1);
    expect(String(lines[0]['error'])).toContain('no-such-model is not there any more');
    expect(existsSync(path.join(file('gone'), 'grey.tif'))).toBe(false);
  });
});

describe('another picture of the same, an album, paper', () => {
  it('fills damage from a second print first, and says that it is real', async () => {
    const options = { quality: 90, metadataFrom: null, dpi: 300, overwrite: true };
    const write = (name: string, data: Uint8Array): Promise<unknown> =>
      writeFinished(
        file(name),
        { width: WIDTH, height: HEIGHT, channels: 1, data },
        { ...options, format: 'png', icc: makeProfile('srgb', 1) },
      );
    // Detail that no fill can guess: spots at random places.
    const random = seeded('evidence');
    const truth = scene(8, 1) as Uint8Array;
    for (let k = 0; k < 500; k++) {
      const x = 3 + random.int(WIDTH - 8);
      const y = 3 + random.int(HEIGHT - 8);
      const v = random.int(255);
      for (let j = 0; j < 25; j++) truth[(y + Math.floor(j / 5)) * WIDTH + x + (j % 5)] = v;
    }
    const hole = (x: number, y: number): boolean => x >= 150 && x < 190 && y >= 110 && y < 140;
    const torn = truth.slice();
    const mask = new Uint8Array(WIDTH * HEIGHT);
    const faded = truth.map((v) => Math.round(40 + 0.7 * v));
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x < WIDTH; x++)
        if (hole(x, y)) {
          torn[y * WIDTH + x] = 250;
          mask[y * WIDTH + x] = 255;
        }
    await write('torn.png', torn);
    await write('second.png', faded);
    await write('hole.png', mask);
    const { status, stderr, lines } = revelado(
      ...['restore', file('torn.png'), '--film', 'none', '--mask', file('hole.png')],
      ...[
        '--evidence',
        file('second.png'),
        ...PLAIN,
        '--out',
        file('real'),
        '--format',
        'png',
        '--bits',
        '8',
        '--json',
      ],
    );
    expect(status, stderr).toBe(0);
    expect(lines[0]['warnings']).toEqual([
      expect.stringMatching(/^Damage is filled from second\.png, which shows the same picture/),
    ]);
    const out = await decodeScan(String(lines[0]['output']), { infrared: false });
    const { data, channels } = out.picture;
    let error = 0;
    let count = 0;
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x < WIDTH; x++) {
        const v = Number(data[(y * WIDTH + x) * channels]);
        if (!hole(x, y)) expect(v).toBe(torn[y * WIDTH + x]);
        else {
          error += Math.abs(v - truth[y * WIDTH + x]);
          count++;
        }
      }
    expect(error / count).toBeLessThan(12);
    const record = JSON.parse(readFileSync(`${String(lines[0]['output'])}.revelado.json`, 'utf8')) as {
      restore: { labels: { real: number; interpolated: number } };
    };
    expect(record.restore.labels.real).toBeGreaterThan(0.9 * count);
  });

  it('makes a picture ready for paper, with the resolution in the file', async () => {
    const { status, stderr, lines } = revelado(
      ...[
        'restore',
        file('colour.tif'),
        '--film',
        'none',
        ...PLAIN,
        '--set',
        'repair.on=off',
        '--print',
        '10x15cm',
      ],
      ...['--dpi', '90', '--out', file('paper'), '--format', 'png', '--bits', '8', '--json'],
    );
    expect(status, stderr).toBe(0);
    // 360 x 260 fits as 13.8 x 10 cm: 491 pixels at 90 dots per inch, so it is enlarged twice.
    expect([lines[0]['width'], lines[0]['height']]).toEqual([720, 520]);
    const { density } = await sharp(String(lines[0]['output'])).metadata();
    expect(density).toBe(Math.round(720 / ((10 * 360) / 260 / 2.54)));
  });

  it('gives an album one setting', () => {
    const { status, stderr, lines } = revelado(
      ...['restore', file('colour.tif'), file('colour.tif'), '--film', 'none', '--album', '--no-inpaint'],
      ...['--set', 'clean.on=off', '--out', file('album'), '--format', 'png', '--bits', '8', '--json'],
    );
    expect(status, stderr).toBe(0);
    expect(stderr).toMatch(/One setting for 2 prints of one album|fresh/i);
    expect(lines.length).toBeGreaterThan(0);
  });
});
