/**
 * Kills an export of a film with SIGKILL at random moments and takes it up again, each time from nothing: the film must
 * come out the same, byte for byte, as in one go. `node build/bench/film-kill.ts [rounds] [film] [options of film…]`;
 * without a film one is drawn. Prints one line a round and fails on the first difference.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { seeded } from '../../app/random.ts';

const rounds = Number(process.argv[2] ?? 20);
const dir = mkdtempSync(path.join(tmpdir(), 'revelado-film-kill-'));
let film = process.argv[3];
const options = process.argv.slice(4);
if (!film || film === '-') {
  film = path.join(dir, 'film.mp4');
  const scenes = [5, 3, 7, 5]
    .map((d, i) => `testsrc2=s=160x120:r=24:d=${d},hue=h=${i * 80}[v${i}]`)
    .join(';');
  const made = spawnSync('ffmpeg', [
    ...['-y', '-loglevel', 'error', '-f', 'lavfi', '-i', 'sine=f=330:d=20'],
    ...['-filter_complex', `${scenes};[v0][v1][v2][v3]concat=n=4[v]`, '-map', '[v]', '-map', '0:a'],
    ...['-c:v', 'libx264', '-g', '24', '-c:a', 'aac', film],
  ]);
  if (made.status !== 0) throw new Error(made.stderr.toString());
}
const cli = process.env['FILM_BENCH_CLI'] ?? path.resolve('main/cli.ts');
const out = path.join(dir, 'out', 'film.mp4');
const args = [cli, 'film', film, '--out', out, '--resume', '--threads', '2', ...options];
const sha = (): string => createHash('sha256').update(readFileSync(out)).digest('hex');

const work = path.join(path.dirname(out), '.film.mp4.revelado-film');
const manifests = (): number =>
  existsSync(work) ? readdirSync(work).filter((name) => /^segment-\d+\.json$/.test(name)).length : 0;

/** A moment: so many finished segments (or, below nought, none yet), and so many milliseconds more. */
interface Moment {
  segments: number;
  ms: number;
}

/** Runs the export; killed at a moment, or to its end. @returns milliseconds, and whether it was killed */
function run(moment: Moment | null): Promise<{ ms: number; killed: boolean }> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    child.stderr.on('data', (data: Buffer) => (text += data.toString()));
    let over = false;
    const watch = async (): Promise<void> => {
      if (!moment) return;
      while (!over && moment.segments >= 0 && manifests() < moment.segments)
        await new Promise((next) => setTimeout(next, 5));
      await new Promise((next) => setTimeout(next, moment.ms));
      child.kill('SIGKILL');
    };
    void watch();
    child.on('exit', (code, signal) => {
      over = true;
      if (code !== 0 && signal !== 'SIGKILL') reject(new Error(`exit ${code}: ${text}`));
      else resolve({ ms: performance.now() - started, killed: signal === 'SIGKILL' });
    });
  });
}

const whole = await run(null);
const truth = sha();
const total = (JSON.parse(readFileSync(`${out}.revelado.json`, 'utf8')) as { segments: unknown[] }).segments
  .length;
process.stdout.write(
  `in one go: ${(whole.ms / 1000).toFixed(1)} s, ${total} segments, ${truth.slice(0, 16)}\n`,
);
const random = seeded('film-kill', rounds);
let same = 0;
for (let round = 0; round < rounds; round++) {
  rmSync(path.dirname(out), { recursive: true, force: true });
  // One round in five anywhere from the start on; the others after a random number of segments, the last included.
  const anywhere = round % 5 === 4;
  const moment = anywhere
    ? { segments: -1, ms: random.uniform(0.05, 1) * whole.ms }
    : { segments: Math.floor(random.uniform(0, total + 1)), ms: random.uniform(0, (0.5 * whole.ms) / total) };
  const first = await run(moment);
  const kept = manifests();
  const second = await run(null);
  const got = sha();
  if (got === truth) same++;
  const left = readdirSync(path.dirname(out)).filter(
    (n) => n !== 'film.mp4' && n !== 'film.mp4.revelado.json',
  );
  process.stdout.write(
    `${round + 1}: ${first.killed ? `killed after ${(first.ms / 1000).toFixed(1)} s with ${kept} segments` : 'was through'}, ` +
      `then ${(second.ms / 1000).toFixed(1)} s: ${got === truth ? 'the same' : `OTHER ${got.slice(0, 16)}`}${left.length > 0 ? `, left: ${left.join(' ')}` : ''}\n`,
  );
  if (got !== truth) break;
}
process.stdout.write(`${same} of ${rounds} the same\n`);
rmSync(dir, { recursive: true, force: true });
process.exitCode = same === rounds ? 0 : 1;
