/**
 * `revelado bench`: speed and memory on this machine, measured, as ratios where there is something to compare
 * with: darktable's negadoctor on the same file when darktable is installed, a roll on one core against two,
 * and how long a preview takes to follow a slider. Scans are made up in a temporary folder and removed.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { link, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { closeFiles, freeSpace } from '../files/index.ts';
import { onPath } from '../engine/ffmpeg-find.ts';
import { darktableXmp } from './bench-darktable.ts';
import { previewTimes } from './bench-preview.ts';
import { writeBenchScan } from './bench-scan.ts';
import { numberIn } from './options.ts';
import type { CommandHost } from './commands.ts';
import { UsageError } from './usage.ts';

export const BENCH_HELP = `Usage: revelado bench [--megapixels N] [--frames N] [--only develop,roll,preview] [--dir DIR] [--json]

  --megapixels N   size of the made-up scans (24)
  --frames N       frames of the roll (12)
  --only LIST      some of develop, roll, preview (all)
  --dir DIR        where scans and results are put (the system's temporary folder)
  --json           the figures as JSON on stdout
`;

interface Run {
  seconds: number;
  /** Largest memory of the process and its children together, bytes; null where the system does not tell. */
  peak: number | null;
  /** Processor time of the process and its children, seconds: says more than the clock on a busy machine. */
  cpu: number | null;
}

/** Resident memory of a process and all below it (Linux). */
function treeMemory(pid: number): number {
  let sum = 0;
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    sum += Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
    // Shared pages (the pixels) are counted once for each process that maps them: an upper bound.
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    for (const child of children ? children.split(' ') : []) sum += treeMemory(Number(child));
  } catch {
    // The process has just ended.
  }
  return sum;
}

/** Clock ticks a second in /proc; the same on every Linux that Node runs on. */
const TICKS = 100;

/** Processor seconds of a process, of all below it, and of those of them that have ended (Linux). */
function treeCpu(pid: number): number {
  try {
    // The name, second field, may hold spaces and brackets; what follows the last bracket is plain.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return (children ? children.split(' ') : []).reduce(
      (sum, child) => sum + treeCpu(Number(child)),
      ticks / TICKS,
    );
  } catch {
    // The process has just ended.
    return 0;
  }
}

/** Runs a program to its end, its memory and processor time looked at every 20 ms. Rejects when it fails. */
function measure(program: string, args: string[]): Promise<Run> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let peak = 0;
    let cpu = 0;
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said = (said + text.toString('utf8')).slice(-2000)));
    const timer = setInterval(() => {
      if (!child.pid) return;
      peak = Math.max(peak, treeMemory(child.pid));
      cpu = Math.max(cpu, treeCpu(child.pid));
    }, 20);
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(timer);
      if (code === 0)
        resolve({ seconds: (performance.now() - start) / 1000, peak: peak || null, cpu: cpu || null });
      else
        reject(
          new Error(`${path.basename(program)} ended with status ${code}: ${said.trim().split('\n').pop()}`),
        );
    });
  });
}

const round = (n: number, digits = 2): number => Number(n.toFixed(digits));

const told = (run: Run): string =>
  [
    `${run.seconds.toFixed(2)} s`,
    ...(run.cpu === null ? [] : [`${run.cpu.toFixed(2)} s of processor time`]),
    ...(run.peak === null ? [] : [`${(run.peak / 1e9).toFixed(2)} GB`]),
  ].join(', ');

interface Figures {
  megapixels: number;
  threads: number;
  develop?: {
    seconds: number;
    cpuSeconds: number | null;
    peakGB: number | null;
    darktable:
      | {
          seconds: number;
          cpuSeconds: number | null;
          peakGB: number | null;
          ratio: number;
          cpuRatio: number | null;
        }
      | string;
  };
  roll?: {
    frames: number;
    /** Whether the system held the program to so many cores; otherwise it was only told its number of threads. */
    pinned: boolean;
    one: number;
    two: number;
    ratio: number;
    framesPerMinute: number;
  };
  preview?: { width: number; height: number; firstMs: number; medianMs: number; worstMs: number };
}

async function benchDevelop(
  self: readonly string[],
  dir: string,
  scan: string,
  say: (line: string) => void,
): Promise<Figures['develop']> {
  const ours = await measure(process.execPath, [
    ...self,
    'develop',
    scan,
    '--out',
    path.join(dir, 'ours'),
    '--overwrite',
  ]);
  say(`develop: ${told(ours)}`);
  const cpuSeconds = ours.cpu === null ? null : round(ours.cpu);
  const peakGB = ours.peak === null ? null : round(ours.peak / 1e9);
  const program = onPath('darktable-cli');
  if (!program) {
    say('darktable-cli is not installed: nothing to compare with');
    return { seconds: round(ours.seconds), cpuSeconds, peakGB, darktable: 'darktable-cli is not installed' };
  }
  const xmp = path.join(dir, 'negadoctor.xmp');
  await writeFile(xmp, darktableXmp(path.basename(scan)));
  const output = path.join(dir, 'darktable.tif');
  const theirs = await measure(program, [
    scan,
    xmp,
    output,
    '--icc-type',
    'SRGB',
    '--core',
    '--configdir',
    path.join(dir, 'dt-config'),
    '--cachedir',
    path.join(dir, 'dt-cache'),
    '--library',
    ':memory:',
    '--conf',
    'plugins/imageio/format/tiff/bpp=16',
    '--disable-opencl',
  ]);
  const ratio = theirs.seconds / ours.seconds;
  const cpuRatio = theirs.cpu !== null && ours.cpu !== null ? round(theirs.cpu / ours.cpu) : null;
  say(
    `darktable negadoctor: ${told(theirs)}: Revelado is ${ratio.toFixed(1)} times faster` +
      (cpuRatio === null ? '' : `, with 1/${cpuRatio.toFixed(1)} of the processor time`),
  );
  return {
    seconds: round(ours.seconds),
    cpuSeconds,
    peakGB,
    darktable: {
      seconds: round(theirs.seconds),
      cpuSeconds: theirs.cpu === null ? null : round(theirs.cpu),
      peakGB: theirs.peak === null ? null : round(theirs.peak / 1e9),
      ratio: round(ratio),
      cpuRatio,
    },
  };
}

/** Numbers of the cores this process may run on (Linux); none where the system does not tell. */
function coresOf(): number[] {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '';
    return list.split(',').flatMap((part) => {
      const [from, to = from] = part.split('-').map(Number);
      return Array.from({ length: to - from + 1 }, (_, i) => from + i);
    });
  } catch {
    return [];
  }
}

async function benchRoll(
  self: readonly string[],
  dir: string,
  scan: string,
  frames: number,
  say: (line: string) => void,
): Promise<Figures['roll']> {
  const rollDir = path.join(dir, 'roll');
  await mkdir(rollDir);
  for (let i = 1; i <= frames; i++) await link(scan, path.join(rollDir, `frame-${i}.tif`));
  const cores = coresOf();
  const taskset = cores.length >= 2 ? onPath('taskset') : null;
  const run = async (count: number): Promise<number> => {
    const out = path.join(dir, `roll-${count}`);
    const command = [process.execPath, ...self, 'develop', rollDir, '--roll', '--out', out];
    command.push('--threads', String(count));
    // A thread fewer is not a core fewer: files are read and written, and memory is cleaned, beside the threads.
    const { seconds } = taskset
      ? await measure(taskset, ['-c', cores.slice(0, count).join(','), ...command])
      : await measure(command[0], command.slice(1));
    await rm(out, { recursive: true, force: true });
    return seconds;
  };
  const what = taskset ? 'core' : 'thread';
  const one = await run(1);
  say(`roll of ${frames}, one ${what}: ${one.toFixed(1)} s`);
  const two = await run(2);
  say(
    `roll of ${frames}, two ${what}s: ${two.toFixed(1)} s: ${(one / two).toFixed(2)} times faster, ${((frames / two) * 60).toFixed(0)} frames a minute`,
  );
  return {
    frames,
    pinned: taskset !== null,
    one: round(one),
    two: round(two),
    ratio: round(one / two),
    framesPerMinute: round((frames / two) * 60, 1),
  };
}

/** @returns exit status */
export async function benchCommand(argv: string[], host: CommandHost = {}): Promise<number> {
  const self = host.self ?? [process.argv[1]];
  let values;
  try {
    ({ values } = parseArgs({
      args: argv,
      options: {
        megapixels: { type: 'string' },
        frames: { type: 'string' },
        only: { type: 'string' },
        dir: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
      strict: true,
    }));
  } catch (error) {
    throw new UsageError((error as Error).message.split('. ')[0] + '.');
  }
  if (values.help) {
    process.stdout.write(BENCH_HELP);
    return 0;
  }
  const megapixels =
    values.megapixels === undefined ? 24 : numberIn('megapixels', values.megapixels, 1, 200, false);
  const frames = values.frames === undefined ? 12 : numberIn('frames', values.frames, 1, 200, true);
  const parts = (values.only ?? 'develop,roll,preview').split(',');
  for (const part of parts)
    if (!['develop', 'roll', 'preview'].includes(part))
      throw new UsageError(`--only ${part}: it must be develop, roll or preview.`);

  const parent = values.dir ? path.resolve(values.dir) : os.tmpdir();
  const needed = megapixels * 6e6 * (parts.includes('roll') ? frames + 2 : 4);
  const free = await freeSpace(parent);
  if (free < needed)
    throw new UsageError(
      `bench needs ${(needed / 1e9).toFixed(1)} GB in ${parent}, where ${(free / 1e9).toFixed(1)} GB are free. Use --frames or --dir.`,
    );

  const dir = await mkdtemp(path.join(parent, 'revelado-bench-'));
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const figures: Figures = { megapixels, threads: os.availableParallelism() };
  try {
    const scan = path.join(dir, 'negative.tif');
    const { width, height } = await writeBenchScan(scan, megapixels);
    say(`Made-up negative of ${width} × ${height}, 16 bits, on ${figures.threads} cores.`);
    if (parts.includes('develop')) figures.develop = await benchDevelop(self, dir, scan, say);
    if (parts.includes('preview')) {
      figures.preview = await previewTimes(scan, dir, host.fork);
      const p = figures.preview;
      say(
        `preview ${p.width} × ${p.height}: first ${p.firstMs.toFixed(0)} ms, then ${p.medianMs.toFixed(0)} ms a slider move (worst ${p.worstMs.toFixed(0)})`,
      );
    }
    if (parts.includes('roll')) figures.roll = await benchRoll(self, dir, scan, frames, say);
  } finally {
    await closeFiles();
    await rm(dir, { recursive: true, force: true });
  }
  if (values.json) process.stdout.write(`${JSON.stringify(figures)}\n`);
  return 0;
}
