import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { sweepLeftovers, sweepNow, temporaryName } from './leftovers.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'revelado-leftovers-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('removes what dead processes of this machine left, and nothing else', async () => {
  const mine = temporaryName(dir);
  // A process that has ended: its id is free (or at least not ours).
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const gone = mine.replace(`-${process.pid}-`, `-${dead}-`);
  const elsewhere = gone.replace(/\.revelado-[0-9a-f]{8}/, '.revelado-00000000');
  const foreign = path.join(dir, '.revelado-notes.tmp');
  for (const file of [mine, gone, elsewhere, foreign, path.join(dir, 'scan.tif')]) writeFileSync(file, 'x');
  await sweepNow(dir);
  const left = [mine, elsewhere, foreign, path.join(dir, 'scan.tif')].map((f) => path.basename(f));
  expect(readdirSync(dir).sort()).toEqual(left.sort());
});

it('says nothing about a folder that is not there', async () => {
  await expect(sweepNow(path.join(dir, 'none'))).resolves.toBe(0);
});

it('looks again by itself when a maker was still dying at the last write', async () => {
  const maker = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)']);
  await new Promise((resolve) => maker.once('spawn', resolve));
  await sweepLeftovers(dir);
  // Started after the folder was found clean.
  const file = temporaryName(dir).replace(`-${process.pid}-`, `-${maker.pid}-`);
  writeFileSync(file, 'x');
  await sweepLeftovers(dir);
  await sweepNow(dir);
  expect(readdirSync(dir)).toEqual([path.basename(file)]);
  const gone = new Promise((resolve) => maker.once('exit', resolve));
  maker.kill('SIGKILL');
  await gone;
  await expect.poll(() => readdirSync(dir), { timeout: 8000 }).toEqual([]);
});

it.runIf(process.platform === 'linux')('takes a process that nobody collected for dead', async () => {
  // The shell starts a child and becomes a program that never waits for it, before the child ends: a shell might.
  const parent = spawn('sh', ['-c', 'sleep 1 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const pid = await new Promise<string>((resolve) =>
      parent.stdout.once('data', (b: Buffer) => resolve(String(b).trim())),
    );
    const zombie = (): boolean => / Z /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    await expect.poll(zombie, { timeout: 5000 }).toBe(true);
    writeFileSync(temporaryName(dir).replace(`-${process.pid}-`, `-${pid}-`), 'x');
    await sweepNow(dir);
    expect(readdirSync(dir)).toEqual([]);
  } finally {
    parent.kill('SIGKILL');
  }
});

it('a process that ends in the middle of a write takes its file with it, and nothing that has its name', () => {
  const program = `import { writeFileSync, renameSync } from 'node:fs';
    import { settled, temporaryName } from ${JSON.stringify(new URL('leftovers.ts', import.meta.url).href)};
    const [half, whole] = [temporaryName(${JSON.stringify(dir)}), temporaryName(${JSON.stringify(dir)})];
    writeFileSync(half, 'x');
    writeFileSync(whole, 'x');
    renameSync(whole, ${JSON.stringify(path.join(dir, 'done.tif'))});
    settled(whole);
    process.exit(0);`;
  const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(0);
  expect(readdirSync(dir)).toEqual(['done.tif']);
});
