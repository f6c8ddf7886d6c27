/**
 * Weave planted on films whose camera stands, goes evenly, goes softly, or is led by hand, and what of it the step leaves.
 * Three figures for each axis, because none alone tells the truth:
 *
 *   left    rms of d + c over the frames: planted weave and correction. On drawn films, whose camera is known, all that is wrong; on
 *           real ones also the film's own weave and tremble of the hand, which the step takes out as well.
 *   beside  rms of d + c - c0, c0 the correction of the same film without planted weave: where the pictures of both come to lie
 *           apart. A step that evened out every camera would do well here, therefore `own` stands beside it: rms of c0.
 *   jitter  what a frame jumps from a parabola through nine frames around it (all that is quicker than eight frames or so),
 *           before and after, of the place of the finished picture.
 *
 * Means over frames are taken off first: where a shot lies as a whole is nobody's weave. `seen`: `beside` once more, measured in the
 * finished pictures of both films by a search for the shift that shares nothing with the step.
 */
import path from 'node:path';
import { filmParamsSchema } from '../../../../app/recipe/film.ts';
import { stabilizeStep } from '../../../../main/actions/film/clean/index.ts';
import { courseOf, type Course } from '../../../../main/actions/film/clean/stabilize/index.ts';
import type { Samples } from '../../../../app/film/frame.ts';
import { analyse, clean, loadClip, stepRun, type Clip } from './clip.ts';
import { addGrain, copyClip, displace, drawWeave, panClip } from './damage.ts';
import { spread } from './measure.ts';

const settings = { ...filmParamsSchema.parse({}).stabilize, on: true };
const run = [stepRun(stabilizeStep, settings)];
const f = (v: number, digits = 2): string => v.toFixed(digits);

/** Share of the height that film lies off its place, as on great_train_robbery_1903 (0.21 and 0.28 %). */
const GATE = 0.0025;
/** The rough one of the figures, of waves. */
const ROUGH = 0.0055;
const SEEDS = 2;

const wholeShot = (clip: Clip) => [
  { index: 0, first: 0, last: clip.frames.length - 1, opening: 'start' as const },
];

function course(clip: Clip): Course {
  const shots = wholeShot(clip);
  return courseOf({ format: clip.format, shot: shots[0], analysis: analyse(clip, run, shots) }, settings);
}

/** rms distance of each value from the parabola through the nine values around it (Savitzky and Golay). */
export function jitter(v: readonly number[]): number {
  const taps = [-21, 14, 39, 54, 59, 54, 39, 14, -21].map((w) => w / 231);
  let sum = 0;
  for (let i = 4; i < v.length - 4; i++)
    sum += (v[i] - taps.reduce((s, w, k) => s + w * v[i + k - 4], 0)) ** 2;
  return Math.sqrt(sum / Math.max(1, v.length - 8));
}

/** Shift of `b` against `a`, the same picture, by Gauss-Newton steps over its inner part: pixels, b(x + t) = a(x). */
export function shiftOf(a: Samples, b: Samples, width: number, height: number): { x: number; y: number } {
  const t = { x: 0, y: 0 };
  const edge = Math.round(0.12 * Math.min(width, height));
  const at = (x: number, y: number): number => {
    const [ix, iy] = [Math.floor(x), Math.floor(y)];
    const [u, v] = [x - ix, y - iy];
    const i = iy * width + ix;
    return (b[i] * (1 - u) + b[i + 1] * u) * (1 - v) + (b[i + width] * (1 - u) + b[i + width + 1] * u) * v;
  };
  // Both are read between pixels alike (half of the shift each would be better still; it is small).
  for (let round = 0; round < 8; round++) {
    let [xx, xy, yy, ex, ey] = [0, 0, 0, 0, 0];
    for (let y = edge; y < height - edge; y++)
      for (let x = edge; x < width - edge; x++) {
        const i = y * width + x;
        const gx = (a[i + 1] - a[i - 1]) / 2;
        const gy = (a[i + width] - a[i - width]) / 2;
        const e = Math.max(-30, Math.min(30, at(x + t.x, y + t.y) - a[i]));
        xx += gx * gx;
        xy += gx * gy;
        yy += gy * gy;
        ex += gx * e;
        ey += gy * e;
      }
    const det = xx * yy - xy * xy;
    if (det <= 0) break;
    const limit = (v: number): number => Math.max(-1, Math.min(1, v));
    t.x -= limit((yy * ex - xy * ey) / det);
    t.y -= limit((xx * ey - xy * ex) / det);
    if (Math.abs(t.x) > edge - 2 || Math.abs(t.y) > edge - 2) return { x: 0, y: 0 };
  }
  return t;
}

/** Ways of the camera, 0..1 over `n` of 96 frames. */
const clamp01 = (t: number): number => Math.max(0, Math.min(1, t));
const between = (n: number, from: number, count: number): number => clamp01((n - from) / count);
const WAYS: [string, (n: number) => number][] = [
  ['stands', () => 0.5],
  ['goes evenly', (n) => n / 95],
  ['stands, goes evenly, stands', (n) => between(n, 25, 46)],
  ['goes softly (cosine, 50 frames)', (n) => 0.5 - 0.5 * Math.cos(Math.PI * between(n, 20, 50))],
  [
    'goes softly (least jerk, 70 frames)',
    (n) => {
      const t = between(n, 12, 70);
      return t ** 3 * (10 - 15 * t + 6 * t * t);
    },
  ],
  [
    'gathers speed, goes evenly, slows (95 frames)',
    (n) => {
      const [t, r] = [n / 95, 0.3];
      if (t < r) return (t * t) / (2 * r * (1 - r));
      return t > 1 - r ? 1 - (1 - t) ** 2 / (2 * r * (1 - r)) : (t - r / 2) / (1 - r);
    },
  ],
];

interface Sums {
  planted: number;
  left: number;
  beside: number;
  jitter: [number, number];
}

async function measure(
  name: string,
  base: Clip,
  kind: 'gate' | 'waves',
  seed: number,
  say: (text: string) => void,
  looks: boolean,
): Promise<number[]> {
  const own = course(base);
  const { width, height } = base.format;
  const sigma = (kind === 'gate' ? GATE : ROUGH) * height;
  const sums = { x: [] as Sums[], y: [] as Sums[] };
  let seen = '';
  for (let k = 0; k < SEEDS; k++) {
    const damaged = copyClip(base);
    const planted = drawWeave(base.frames.length, sigma, seed + k, kind);
    displace(damaged, planted);
    const got = course(damaged);
    for (const axis of ['x', 'y'] as const) {
      const d = planted.map((p) => p[axis === 'x' ? 'dx' : 'dy']);
      const left = d.map((v, i) => v + got.c[i][axis]);
      sums[axis].push({
        planted: spread(d),
        left: spread(left),
        beside: spread(left.map((v, i) => v - own.c[i][axis])),
        jitter: [
          jitter(own.path.map((p, i) => p[axis] + d[i])),
          jitter(own.path.map((p, i) => p[axis] + left[i])),
        ],
      });
    }
    if (k === 0 && looks) {
      const shots = wholeShot(base);
      const a = (await clean(base, run, { shots })).clip;
      const b = (await clean(damaged, run, { shots })).clip;
      const apart = a.frames.map((frame, i) =>
        shiftOf(frame.planes[0], b.frames[i].planes[0], width, height),
      );
      seen = `, seen (first seed) ${f(spread(apart.map((p) => p.x)))} ${f(spread(apart.map((p) => p.y)))}`;
    }
  }
  const rms = (v: number[]): number => Math.sqrt(v.reduce((s, x) => s + x * x, 0) / v.length);
  const text = (['x', 'y'] as const).map((axis) => {
    const of = (g: (s: Sums) => number): number => rms(sums[axis].map(g));
    return (
      `${axis} planted ${f(of((s) => s.planted))} left ${f(of((s) => s.left))} beside ${f(of((s) => s.beside))} ` +
      `own ${f(spread(own.c.map((c) => c[axis])))} jitter ${f(of((s) => s.jitter[0]))} -> ${f(of((s) => s.jitter[1]))}`
    );
  });
  say(`weave (${kind}) ${name} ${width}x${height}: ${text.join('; ')}${seen}`);
  return [rms(sums.x.map((s) => s.beside)), rms(sums.y.map((s) => s.beside))];
}

/** All of it, gate weave first, then the rough one; seeds from `seed` on. */
export async function weave(folder: string, seed: number, say: (text: string) => void): Promise<void> {
  const load = (name: string, width: number, height: number, from: number, count: number): Promise<Clip> =>
    loadClip(path.join(folder, name), { size: { width, height }, from, count });
  const still = await load('colour_cockatoo_720p.mp4', 456, 300, 180, 1);
  const drawn = WAYS.map(([name, way]): [string, Clip] => [
    `drawn, camera ${name}`,
    addGrain(panClip(still, still.frames[0], 96, seed, way), 4, seed),
  ]);
  const real: [string, Clip][] = [
    ['great_train_robbery (locked)', await load('great_train_robbery_1903_lossless.mkv', 480, 368, 0, 48)],
    ['london (stands)', await load('london_hyde_park_corner_1890s.mp4', 320, 242, 0, 60)],
    ['market_street (on a cable car)', await load('market_street_1906.mp4', 320, 246, 0, 60)],
    ['tennis (pan by hand)', await load('colour_tennis.mp4', 432, 240, 0, 70)],
    ['us_army, shot 3 (by hand)', await load('us_army_1950s_four_scenes.mp4', 324, 240, 134, 60)],
    ['us_army, shot 4 (by hand)', await load('us_army_1950s_four_scenes.mp4', 324, 240, 299, 60)],
  ];
  for (const kind of ['gate', 'waves'] as const)
    for (const [what, clips] of [
      ['drawn', drawn],
      ['real', real],
    ] as const) {
      const all: number[] = [];
      for (const [name, clip] of clips)
        all.push(
          ...(await measure(
            name,
            clip,
            kind,
            seed,
            say,
            kind === 'gate' && /cosine|locked|tennis/.test(name),
          )),
        );
      say(
        `weave (${kind}) ${what}: beside, mean ${f(all.reduce((a, b) => a + b, 0) / all.length, 3)} px, largest ${f(Math.max(...all))}`,
      );
    }
}
