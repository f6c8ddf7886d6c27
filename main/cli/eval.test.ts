import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodePng } from '../files/rgb.ts';
import { DEFAULT_GROUPS } from '../studio/eval/index.ts';
import { evalCommand, parseEval } from './eval.ts';
import { UsageError } from './usage.ts';

describe('arguments of eval', () => {
  it('have defaults', () => {
    expect(parseEval(['--data', '/d'])).toEqual({
      data: path.resolve('/d'),
      models: [],
      groups: DEFAULT_GROUPS,
      count: 100,
      size: 128,
      plates: null,
      report: null,
      seed: 1,
      threads: undefined,
      device: 'auto',
      json: false,
      help: false,
    });
  });
  it('are read', () => {
    const command = parseEval(
      '--data d --model a --model baseline:grey --groups bw,noise25 --count 7 --size 64 --seed 0 --threads 2 --json'.split(
        ' ',
      ),
    );
    expect(command).toMatchObject({
      models: ['a', 'baseline:grey'],
      groups: ['bw', 'noise25'],
      count: 7,
      size: 64,
      seed: 0,
      threads: 2,
      json: true,
    });
  });
  it('are refused with words', () => {
    expect(() => parseEval([])).toThrow(/needs --data/);
    expect(() => parseEval(['--data', 'd', '--count', '0'])).toThrow(UsageError);
    expect(() => parseEval(['--data', 'd', '--size', '31.5'])).toThrow(/from 32 to 2048/);
    expect(() => parseEval(['--data', 'd', '--colour'])).toThrow(UsageError);
    expect(parseEval(['--help']).help).toBe(true);
  });
});

describe('eval', () => {
  it('writes report, table and sheet, and says wrong groups', async () => {
    const dir = await mkdtemp(path.join(os.tmpdir(), 'revelado-eval-cli-'));
    try {
      for (let k = 0; k < 4; k++) {
        const data = Uint8Array.from(
          { length: 48 * 48 * 3 },
          (_, i) => 128 + 90 * Math.sin((i * (k + 2)) / 50),
        );
        await writeFile(path.join(dir, `p${k}.png`), await encodePng({ width: 48, height: 48, data }));
      }
      await writeFile(
        path.join(dir, 'index.csv'),
        'name,split\np0.png,train\np1.png,test\np2.png,test\np3.png,test\n',
      );
      const out = path.join(dir, 'report');
      const common = ['--data', dir, '--size', '32', '--threads', '0'];
      const status = await evalCommand([
        ...common,
        '--model',
        'baseline:nlm',
        '--groups',
        'noise',
        '--count',
        '2',
        '--report',
        out,
      ]);
      expect(status).toBe(0);
      const report = JSON.parse(await readFile(path.join(out, 'report.json'), 'utf8')) as {
        models: string[];
        groups: { group: string; pictures: number }[];
      };
      expect(report).toMatchObject({ models: ['baseline:nlm'], groups: [{ group: 'noise', pictures: 2 }] });
      expect(await readFile(path.join(out, 'table.md'), 'utf8')).toContain('| **baseline:nlm** |');
      expect((await readFile(path.join(out, 'sheet.png'))).subarray(1, 4).toString()).toBe('PNG');
      await expect(evalCommand([...common, '--groups', 'rust'])).rejects.toThrow(UsageError);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});
