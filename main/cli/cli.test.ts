/** The command line as people meet it: the built program in its own process, with good and bad input. */
import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { makeProfile } from '../../app/color/icc.ts';
import { closeFiles, writeFinished } from '../files/index.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = process.cwd();
const cli = path.join(root, 'dist', 'main', 'cli.cjs');
const dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-cli-test-'));
const file = (name: string) => path.join(dir, name);
const fresh = (() => {
  let n = 0;
  return () => file(`out-${n++}`);
})();

interface Ran {
  status: number | null;
  stdout: string;
  stderr: string;
  lines: Record<string, unknown>[];
}
function revelado(...args: string[]): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    encoding: 'utf8',
    cwd: dir,
    timeout: 60_000,
  });
  const lines =
    args[0] === 'develop' && args.includes('--json')
      ? stdout
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as Record<string, unknown>)
      : [];
  return { status, stdout, stderr, lines };
}

/** A colour negative of a soft scene with clear film around it; 16-bit linear-ish, tagged sRGB. */
async function negative(name: string, width: number, height: number, seed: number): Promise<void> {
  const data = new Uint16Array(width * height * 3);
  const base = [0.62, 0.33, 0.2];
  const border = Math.round(width * 0.06);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const inside = x > border && y > border && x < width - border && y < height - border;
      const scene = 0.5 + 0.25 * Math.sin(x / 17 + seed) + 0.2 * Math.cos(y / 23) + 0.05 * Math.sin(x * y);
      const density = inside ? 0.15 + 1.1 * Math.min(1, Math.max(0, scene)) : 0;
      for (let c = 0; c < 3; c++) {
        const light = base[c] * 10 ** (-density * (c === 0 ? 0.9 : c === 1 ? 1 : 1.1));
        const coded = light <= 0.0031308 ? 12.92 * light : 1.055 * light ** (1 / 2.4) - 0.055;
        data[(y * width + x) * 3 + c] = Math.round(65535 * coded);
      }
    }
  await writeFinished(
    file(name),
    { width, height, channels: 3, data },
    { format: 'tiff', quality: 0, icc: makeProfile('srgb'), metadataFrom: null, dpi: 2400, overwrite: true },
  );
}
const leftovers = (folder: string) => readdirSync(folder).filter((name) => name.endsWith('.tmp'));

beforeAll(async () => {
  if (!existsSync(cli)) {
    const built = spawnSync(process.execPath, [path.join(root, 'build', 'bundle.mjs'), '--no-renderer'], {
      encoding: 'utf8',
    });
    if (built.status !== 0) throw new Error(built.stderr);
  }
  await Promise.all([1, 2, 3].map((n) => negative(`good${n}.tif`, 360, 240, n)));
  mkdirSync(file('twin'));
  copyFileSync(file('good1.tif'), file('twin/good1.tif'));
  writeFileSync(file('empty.tif'), '');
  writeFileSync(file('text.tif'), 'This is a shopping list: milk, bread, D-76.\n'.repeat(20));
  writeFileSync(file('cut.tif'), readFileSync(file('good1.tif')).subarray(0, 60_000));
  writeFileSync(file('a-file'), 'x');
});
afterAll(async () => {
  await closeFiles();
  rmSync(dir, { recursive: true, force: true });
});

describe('develop', () => {
  it('makes a 16-bit positive, a change record and one JSON object', async () => {
    const out = fresh();
    const { status, lines, stderr } = revelado('develop', 'good1.tif', '--out', out, '--json');
    expect(stderr).toContain('1 of 1 done');
    expect(status).toBe(0);
    expect(lines).toHaveLength(1);
    const [line] = lines;
    expect(line).toMatchObject({
      input: file('good1.tif'),
      output: path.join(out, 'good1.tif'),
      action: 'develop',
      ok: true,
      bits: 16,
    });
    expect((line['steps'] as { name: string }[]).map((s) => s.name)).toEqual(
      expect.arrayContaining(['analyse', 'read', 'print', 'write']),
    );
    expect(line['analysis']).toMatchObject({ film: 'c41' });
    const written = await sharp(path.join(out, 'good1.tif')).metadata();
    expect(written).toMatchObject({
      width: line['width'],
      height: line['height'],
      depth: 'ushort',
      channels: 3,
    });
    expect(written.icc).toBeDefined();
    const record = JSON.parse(readFileSync(path.join(out, 'good1.tif.revelado.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(record).toMatchObject({ action: 'develop', source: { name: 'good1.tif' } });
    expect(leftovers(out)).toEqual([]);
  });

  it('gives the same bytes every time, with any number of threads, forked or not', () => {
    const outs = [fresh(), fresh(), fresh()];
    revelado('develop', 'good1.tif', '--out', outs[0], '--threads', '1');
    revelado('develop', 'good1.tif', '--out', outs[1], '--threads', '3');
    revelado('develop', 'good2.tif', 'good1.tif', '--out', outs[2]);
    const [a, b, c] = outs.map((out) => readFileSync(path.join(out, 'good1.tif')));
    expect(a.equals(b)).toBe(true);
    expect(a.equals(c)).toBe(true);
  });

  it('names each bad input and finishes the good ones', () => {
    const out = fresh();
    const { status, lines, stderr } = revelado(
      'develop',
      'good1.tif',
      'empty.tif',
      'good2.tif',
      'text.tif',
      'missing.tif',
      'cut.tif',
      'good3.tif',
      '--out',
      out,
      '--json',
    );
    expect(status).toBe(1);
    expect(lines).toHaveLength(7);
    const failed = lines.filter((line) => line['ok'] === false);
    expect(failed.map((line) => path.basename(line['input'] as string)).sort()).toEqual([
      'cut.tif',
      'empty.tif',
      'missing.tif',
      'text.tif',
    ]);
    for (const line of failed) {
      expect(line['error']).toContain(path.basename(line['input'] as string));
      expect(line['output']).toBeNull();
      expect(stderr).toContain(line['error'] as string);
    }
    expect(
      readdirSync(out)
        .filter((name) => name.endsWith('.tif'))
        .sort(),
    ).toEqual(['good1.tif', 'good2.tif', 'good3.tif']);
    expect(stderr).toContain('3 of 7 done');
  });

  it('never writes over a file unless told', () => {
    const out = fresh();
    mkdirSync(out);
    writeFileSync(path.join(out, 'good1.tif'), 'precious');
    const refused = revelado('develop', 'good1.tif', '--out', out, '--json');
    expect(refused.status).toBe(1);
    expect(refused.lines[0]).toMatchObject({ ok: false, error: expect.stringContaining('exists') });
    expect(readFileSync(path.join(out, 'good1.tif'), 'utf8')).toBe('precious');
    expect(revelado('develop', 'good1.tif', '--out', out, '--overwrite').status).toBe(0);
    expect(statSync(path.join(out, 'good1.tif')).size).toBeGreaterThan(100_000);
  });

  it('never writes over a scan, even when told to overwrite', () => {
    const before = readFileSync(file('twin/good1.tif'));
    expect(revelado('develop', 'twin/good1.tif', '--out', 'twin', '--overwrite').status).toBe(1);
    expect(readFileSync(file('twin/good1.tif')).equals(before)).toBe(true);
  });

  it('never writes over another scan of the run, nor over one reached through a linked folder', async () => {
    const roll = file('mixed');
    mkdirSync(roll);
    copyFileSync(file('good1.tif'), path.join(roll, 'a.tif'));
    await sharp(file('good2.tif')).jpeg().toFile(path.join(roll, 'a.jpg'));
    symlinkSync(roll, file('linked'));
    const before = readFileSync(path.join(roll, 'a.tif'));
    const { status, lines } = revelado(
      ...['develop', 'mixed/a.jpg', 'mixed/a.tif', '--out', 'linked', '--overwrite', '--json'],
    );
    expect(status).toBe(1);
    for (const line of lines) expect(line['error']).toMatch(/a\.tif is a scan itself/);
    expect(readFileSync(path.join(roll, 'a.tif')).equals(before)).toBe(true);
    expect(readdirSync(roll).sort()).toEqual(['a.jpg', 'a.tif']);
  });

  it.skipIf(process.platform === 'win32')(
    'takes any name, and lets none forge a line or colour a terminal',
    () => {
      const names = [
        ...['two\nlines.tif', 'esc\u001b[31m.tif', '-dash.tif', 'it\'s "so".tif', 'ملف\u202eabc.tif'],
        ...[`${'ñ'.repeat(125)}.tif`, 'a[page=3].tif', 'back\\slash.tif', '🎞️ %d $(id) `x`.tif'],
      ];
      const folder = file('names');
      mkdirSync(folder);
      for (const name of names) copyFileSync(file('good1.tif'), path.join(folder, name));
      expect(spawnSync('mkfifo', [path.join(folder, 'pipe')]).status).toBe(0);
      const out = fresh();
      const { status, lines, stderr } = revelado(
        ...['develop', 'names', 'names/pipe', '--out', out, '--json', '--format', 'png'],
      );
      expect(status).toBe(1);
      expect(lines.filter((line) => line['ok'])).toHaveLength(names.length);
      expect(stderr).toMatch(/pipe failed: .*is a pipe/);
      expect(stderr).not.toContain('\u001b');
      expect(stderr.trim().split('\n')).toHaveLength(names.length + 2);
      const made = readdirSync(out);
      for (const line of lines.filter((l) => l['ok']))
        expect(made).toContain(path.basename(line['output'] as string));
      expect(made.filter((name) => name.endsWith('.png'))).toHaveLength(names.length);
      expect(leftovers(out)).toEqual([]);
    },
  );

  it.skipIf(process.platform === 'win32')(
    'two runs into one folder at once: every name is written once, whole',
    async () => {
      const out = fresh();
      const run = (): Promise<{ code: number | null; text: string }> => {
        const child = spawn(
          process.execPath,
          [cli, 'develop', 'good1.tif', 'good2.tif', 'good3.tif', '--out', out, '--json'],
          { cwd: dir, stdio: ['ignore', 'pipe', 'ignore'] },
        );
        let text = '';
        child.stdout.on('data', (part: Buffer) => (text += part.toString()));
        return new Promise((resolve) => child.on('close', (code) => resolve({ code, text })));
      };
      const ran = await Promise.all([run(), run()]);
      const lines = ran.flatMap(({ text }) =>
        text
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as { ok: boolean; error?: string }),
      );
      expect(lines.filter((line) => line.ok)).toHaveLength(3);
      for (const line of lines) if (!line.ok) expect(line.error).toMatch(/exists already/);
      expect(readdirSync(out).filter((name) => name.endsWith('.tif'))).toHaveLength(3);
      expect(leftovers(out)).toEqual([]);
      for (const n of [1, 2, 3]) expect(await sharp(path.join(out, `good${n}.tif`)).stats()).toBeDefined();
    },
  );

  it('makes the folder, and numbers inputs of one name', () => {
    const out = path.join(fresh(), 'deep', 'er');
    expect(revelado('develop', 'good1.tif', 'twin/good1.tif', '--out', out, '--format', 'jpeg').status).toBe(
      0,
    );
    expect(
      readdirSync(out)
        .filter((n) => n.endsWith('.jpg'))
        .sort(),
    ).toEqual(['good1-2.jpg', 'good1.jpg']);
  });

  it('develops a roll with one base for all', () => {
    const out = fresh();
    const { status, lines } = revelado(
      'develop',
      'good1.tif',
      'good2.tif',
      'good3.tif',
      '--roll',
      '--out',
      out,
      '--json',
    );
    expect(status).toBe(0);
    const records = lines.map(
      (line) =>
        JSON.parse(readFileSync(`${line['output'] as string}.revelado.json`, 'utf8')) as {
          plan: { base: number[] };
        },
    );
    expect(records).toHaveLength(3);
    expect(records[1].plan.base).toEqual(records[0].plan.base);
    expect(records[2].plan.base).toEqual(records[0].plan.base);
    for (const line of lines) expect(line['outlier']).toBe(false);
  });

  it('takes the base from a rectangle in pixels, and says when it lies outside', () => {
    const out = fresh();
    const good = revelado('develop', 'good1.tif', '--out', out, '--base', '2,2,12,12', '--json');
    expect(good.lines[0]).toMatchObject({ ok: true });
    const { base } = good.lines[0]['analysis'] as { base: { source: string; rgb: number[] } };
    expect(base.source).toBe('rect');
    expect(base.rgb[0]).toBeCloseTo(0.62, 1);
    const bad = revelado(
      'develop',
      'good1.tif',
      '--out',
      out,
      '--base',
      '350,2,30,12',
      '--json',
      '--overwrite',
    );
    expect(bad.status).toBe(1);
    expect(bad.lines[0]).toMatchObject({ error: expect.stringMatching(/outside good1\.tif \(360 × 240\)/) });
  });

  it.each([
    ['no command', []],
    ['an unknown command', ['levitate']],
    ['a command of a later version', ['restore', 'good1.tif']],
    ['no --out', ['develop', 'good1.tif']],
    ['no input', ['develop', '--out', 'o']],
    ['an unknown option', ['develop', 'good1.tif', '--out', 'o', '--sparkle']],
    ['--icc source on a negative', ['develop', 'good1.tif', '--out', 'o', '--icc', 'source']],
    ['--out that is a file', ['develop', 'good1.tif', '--out', 'a-file']],
    ['--out below a file', ['develop', 'good1.tif', '--out', 'a-file/sub']],
  ])('exits with 2 for %s', (_name, args) => {
    const { status, stderr } = revelado(...args);
    expect(status).toBe(2);
    expect(stderr.length).toBeGreaterThan(10);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(existsSync(file('o'))).toBe(false);
  });

  it('stops on Ctrl+C with 130 and leaves no half-written file', async () => {
    const out = fresh();
    await negative('large.tif', 3000, 2000, 4);
    const names = Array.from({ length: 12 }, (_, i) => `large-${i}.tif`);
    for (const name of names) copyFileSync(file('large.tif'), file(name));
    const child = spawn(process.execPath, [cli, 'develop', ...names, '--out', out], {
      cwd: dir,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = new Promise<number | null>((resolve) => child.on('exit', (code) => resolve(code)));
    child.stderr.setEncoding('utf8');
    await new Promise<void>((resolve) =>
      child.stderr.on('data', (text: string) => text.includes('[1/12]') && resolve()),
    );
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    const made = readdirSync(out);
    expect(made.filter((name) => name.endsWith('.tmp'))).toEqual([]);
    const finished = made.filter((name) => name.endsWith('.tif'));
    expect(finished.length).toBeLessThan(12);
    for (const name of finished) expect(await sharp(path.join(out, name)).stats()).toBeDefined();
  });
});

describe('other commands', () => {
  it('prints help and version', () => {
    expect(revelado('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('develop FILES') });
    expect(revelado('develop', '--help').stdout).toContain('--base X,Y,W,H');
    expect(revelado('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
  it('doctor reports every part as JSON', () => {
    const { status, stdout } = revelado('doctor', '--json');
    const report = JSON.parse(stdout) as {
      ok: boolean;
      checks: { id: string; status: string; advice: string }[];
    };
    expect(report.checks.map((c) => c.id)).toEqual(
      expect.arrayContaining([
        'node',
        'electron',
        'provider-cpu',
        'memory',
        'disk',
        'formats',
        'sqlite',
        'exiftool',
        'ffmpeg',
        'ffprobe',
      ]),
    );
    expect(report.checks.find((c) => c.id === 'provider-cpu')?.status).toBe('ok');
    for (const check of report.checks) if (check.status === 'missing') expect(check.advice).not.toBe('');
    expect(status).toBe(report.ok ? 0 : 1);
  });
});
