/**
 * What the pipeline of reels costs by itself, with no step on: time and processor time beside plain ffmpeg with the same
 * settings, memory of all its processes at 1080p, and cost a frame of a short and a long film. All films are drawn.
 * `node build/bench/film.ts [pass] [memory] [flat]`; prints one JSON line a figure. Processor time is the fairer figure on
 * a machine that does other things too: it is summed over the program and every ffmpeg that it starts.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const wanted = new Set(process.argv.slice(2));
const all = wanted.size === 0;
const dir = mkdtempSync(path.join(tmpdir(), 'revelado-film-bench-'));
const at = (name: string): string => path.join(dir, name);
// The bundled program where there is one: what a user runs.
const bundled = path.resolve('dist/main/cli.cjs');
const cli = process.env['FILM_BENCH_CLI'] ?? (existsSync(bundled) ? bundled : path.resolve('main/cli.ts'));

function draw(name: string, size: string, seconds: number, extra: string[] = []): string {
  const noise = 'noise=alls=12:allf=t+u';
  const done = spawnSync('ffmpeg', [
    ...['-y', '-loglevel', 'error', '-f', 'lavfi', '-i', `testsrc2=s=${size}:r=24:d=${seconds}`],
    ...[
      '-f',
      'lavfi',
      '-i',
      `sine=f=330:d=${seconds}`,
      '-vf',
      noise,
      '-c:v',
      'libx264',
      '-preset',
      'veryfast',
    ],
    ...['-crf', '20', '-g', '48', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-shortest', ...extra, at(name)],
  ]);
  if (done.status !== 0) throw new Error(done.stderr.toString());
  return at(name);
}

interface Cost {
  /** Seconds by the clock, and of the processors. */
  wall: number;
  cpu: number;
}
/** Runs a program and counts it with all that it waited for. */
function timed(program: string, args: readonly string[]): Cost {
  const quoted = [program, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const done = spawnSync('bash', ['-c', `TIMEFORMAT='%R %U %S'; time ${quoted} >/dev/null 2>${at('said')}`]);
  const times = /([\d.]+) ([\d.]+) ([\d.]+)\s*$/.exec(done.stderr.toString());
  if (done.status !== 0 || !times) throw new Error(readFileSync(at('said'), 'utf8'));
  return { wall: Number(times[1]), cpu: Number(times[2]) + Number(times[3]) };
}
const film = (source: string, out: string, ...more: string[]): string[] => [
  ...[cli, 'film', source, '--out', at(out), '--overwrite', '--threads', '2', ...more],
];
const say = (figure: Record<string, unknown>): void =>
  void process.stdout.write(`${JSON.stringify(figure)}\n`);
const round = (v: number): number => Math.round(v * 100) / 100;
const middle = (list: number[]): number => [...list].sort((a, b) => a - b)[list.length >> 1];

if (all || wanted.has('pass')) {
  const seconds = Number(process.env['FILM_BENCH_SECONDS'] ?? 60);
  const source = draw('480p.mp4', '854x480', seconds);
  const plain = [
    ...[
      '-y',
      '-i',
      source,
      '-map',
      '0:v',
      '-map',
      '0:a',
      '-c:v',
      'libx264',
      '-preset',
      'medium',
      '-crf',
      '16',
    ],
    ...['-g', '48', '-threads', '2', '-c:a', 'copy', at('plain.mp4')],
  ];
  const runs = { plain: [] as Cost[], film: [] as Cost[] };
  // Turn by turn, so that whatever else the machine does hits both.
  for (let k = 0; k < Number(process.env['FILM_BENCH_ROUNDS'] ?? 3); k++) {
    runs.plain.push(timed('ffmpeg', plain));
    runs.film.push(timed(process.execPath, film(source, 'film.mp4')));
  }
  const of = (kind: 'plain' | 'film', what: keyof Cost): number => middle(runs[kind].map((r) => r[what]));
  say({
    figure: 'passthrough',
    frames: seconds * 24,
    plain: { wall: of('plain', 'wall'), cpu: of('plain', 'cpu') },
    film: { wall: of('film', 'wall'), cpu: of('film', 'cpu') },
    wallRatio: round(of('film', 'wall') / of('plain', 'wall')),
    cpuRatio: round(of('film', 'cpu') / of('plain', 'cpu')),
    load: readFileSync('/proc/loadavg', 'utf8').split(' ')[0],
  });
}

if (all || wanted.has('memory')) {
  const source = draw('1080p.mp4', '1920x1080', Number(process.env['FILM_BENCH_SECONDS'] ?? 12));
  let peak = 0;
  let peaks: Record<string, number> = {};
  const child = spawn(
    process.execPath,
    film(source, 'memory.mp4', ...(process.env['FILM_BENCH_STEPS'] ?? '').split(' ').filter(Boolean)),
    {
      stdio: 'ignore',
    },
  );
  const parents = (): Map<number, number> =>
    new Map(
      readdirSync('/proc')
        .filter((n) => /^\d+$/.test(n))
        .flatMap((n): [number, number][] => {
          try {
            const stat = readFileSync(`/proc/${n}/stat`, 'utf8');
            return [[Number(n), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])]];
          } catch {
            return [];
          }
        }),
    );
  const timer = setInterval(() => {
    const tree = parents();
    const ours = [...tree.keys()].filter((pid) => {
      for (let p = pid; p > 1; p = tree.get(p) ?? 0) if (p === child.pid) return true;
      return false;
    });
    const now: Record<string, number> = {};
    for (const pid of ours)
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        const name = /^Name:\s*(\S+)/m.exec(status)?.[1] ?? '?';
        now[name] = (now[name] ?? 0) + Number(/^VmRSS:\s*(\d+)/m.exec(status)?.[1] ?? 0) / 1024;
      } catch {
        continue;
      }
    const sum = Object.values(now).reduce((a, b) => a + b, 0);
    if (sum > peak) [peak, peaks] = [sum, now];
  }, 50);
  const status = await new Promise((resolve) => child.on('exit', resolve));
  clearInterval(timer);
  if (status !== 0) throw new Error(`film ended with ${String(status)}`);
  say({
    figure: 'memory at 1080p',
    megabytes: Math.round(peak),
    by: Object.fromEntries(Object.entries(peaks).map(([k, v]) => [k, Math.round(v)])),
  });
}

if (all || wanted.has('flat')) {
  const cost = (seconds: number): { wall: number; cpu: number; peak?: number } => {
    const source = draw(`flat-${seconds}.mp4`, '160x120', seconds);
    return timed(process.execPath, film(source, `flat-out-${seconds}.mp4`));
  };
  // What starting costs is the same for both: told apart by a film of one frame.
  const nothing = cost(1 / 24);
  const [short, long] = [cost(10), cost(600)];
  const perFrame = (c: Cost, frames: number, what: keyof Cost): number =>
    Math.round(((c[what] - nothing[what]) / frames) * 1e6) / 1000;
  say({
    figure: 'cost of a frame, milliseconds (starting taken off)',
    '10 s': { cpu: perFrame(short, 240, 'cpu'), wall: perFrame(short, 240, 'wall') },
    '600 s': { cpu: perFrame(long, 14_400, 'cpu'), wall: perFrame(long, 14_400, 'wall') },
    start: nothing,
  });
}
rmSync(dir, { recursive: true, force: true });
