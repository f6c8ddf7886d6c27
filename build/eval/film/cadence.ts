/**
 * Cadences planted in clips of known truth, and what is found of them: film, video, pulldown in both orders of fields and begun
 * anywhere, fields that lie one frame off, repeated frames, and moments that were mixed; each as it is and once more through
 * H.264. Then what is found in the sample films as they are. Usage:
 *   node build/eval/film/cadence.ts [--quick]
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import type { Frame, FrameFormat, Samples } from '../../../app/film/frame.ts';
import { cadenceStep } from '../../../main/actions/film/clean/cadence/index.ts';
import { measureCadence, type ShotCadence } from '../../../main/actions/film/clean/cadence/measure.ts';
import { wovenAt } from '../../../main/actions/film/clean/cadence/pulldown.ts';
import type { CadenceMeasures } from '../../../main/actions/film/clean/cadence/rhythm.ts';
import { analysisOf, FILMS, greyClip, haveFilms, readClip, type Clip } from '../film-colour/clips.ts';

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
if (!haveFilms()) {
  console.log(`no sample films in ${FILMS}`);
  process.exit(0);
}

const framed = (planes: Samples, index: number): Frame => ({ index, pts: index, planes: [planes] });
const lines = (even: Samples, odd: Samples, width: number): Samples => {
  const out = even.slice();
  for (let at = width; at < out.length; at += 2 * width) out.set(odd.subarray(at, at + width), at);
  return out;
};
const mixed = (a: Samples, b: Samples, weight: number): Samples => {
  const out = a.slice();
  for (let i = 0; i < out.length; i++) out[i] = Math.round(a[i] + weight * (b[i] - a[i]));
  return out;
};
/** The moments of `film` at `rate` of them a picture. */
function converted(film: readonly Samples[], rate: number): Samples[] {
  const out: Samples[] = [];
  for (let n = 0; n * rate + 1 < film.length; n++) {
    const at = Math.floor(n * rate + 1e-9);
    out.push(mixed(film[at], film[at + 1], n * rate - at));
  }
  return out;
}
const interlaced = (fields: readonly Samples[], width: number, bottomFirst = false): Samples[] =>
  Array.from({ length: fields.length >> 1 }, (_, n) => {
    const [one, two] = [fields[2 * n], fields[2 * n + 1]];
    return bottomFirst ? lines(two, one, width) : lines(one, two, width);
  });
/** Each film frame for as many fields as the pattern says. */
const spread = (film: readonly Samples[], pattern: readonly number[]): Samples[] =>
  film.flatMap((f, k) => Array.from({ length: pattern[k % pattern.length] }, () => f));
const telecined = (
  film: readonly Samples[],
  pattern: readonly number[],
  width: number,
  bottomFirst = false,
) => interlaced(spread(film, pattern), width, bottomFirst);

type Plant = (film: Samples[], width: number) => Samples[];
const blended = (found: ShotCadence, of: 'frames' | 'fields', rate: number | null): boolean =>
  found.blend?.of === of &&
  (rate === null || found.blend.rate === null
    ? found.blend.rate === rate
    : Math.min(Math.abs(found.blend.rate - rate), 1 - Math.abs(found.blend.rate - rate)) < 0.02);
const plain = (found: ShotCadence, kind: ShotCadence['kind']): boolean =>
  found.kind === kind && found.blend === null;

/** What is planted, and when it counts as found. */
const PLANTS: [string, Plant, (found: ShotCadence) => boolean][] = [
  ['progressive (2:2 too)', (film) => film, (f) => plain(f, 'progressive') && f.every === null],
  ['interlaced, top first', (film, w) => interlaced(film, w), (f) => plain(f, 'interlaced')],
  ['interlaced, bottom first', (film, w) => interlaced(film, w, true), (f) => plain(f, 'interlaced')],
  ['3:2, top first', (film, w) => telecined(film, [2, 3], w), (f) => plain(f, 'telecine')],
  ['3:2, bottom first', (film, w) => telecined(film, [3, 2], w, true), (f) => plain(f, 'telecine')],
  ['2:3:3:2', (film, w) => telecined(film, [2, 3, 3, 2], w), (f) => plain(f, 'telecine')],
  [
    '2:2, a field off',
    (film, w) => interlaced(spread(film, [2]).slice(1), w, true),
    (f) => plain(f, 'shifted'),
  ],
  [
    'each fourth frame twice',
    (film) => film.flatMap((f, k) => (k % 4 === 3 ? [f, f] : [f])),
    (f) => plain(f, 'progressive') && f.every === 5,
  ],
  [
    'each second frame twice',
    (film) => film.flatMap((f, k) => (k % 2 === 1 ? [f, f] : [f])),
    (f) => plain(f, 'progressive') && f.every === 3,
  ],
  ['frames mixed, 24 to 25', (film) => converted(film, 0.96), (f) => blended(f, 'frames', 0.96)],
  ['frames mixed, 24 to 30', (film) => converted(film, 0.8), (f) => blended(f, 'frames', 0.8)],
  ['frames mixed, 18 to 25', (film) => converted(film, 0.72), (f) => blended(f, 'frames', 0.72)],
  ['frames mixed, 16 to 24', (film) => converted(film, 2 / 3), (f) => blended(f, 'frames', 2 / 3)],
  [
    '3:2 with woven frames averaged',
    (film) =>
      film.flatMap((f, k) =>
        k % 4 === 1
          ? [f, mixed(f, film[k + 1] ?? f, 0.5)]
          : k % 4 === 2
            ? [mixed(f, film[k + 1] ?? f, 0.5)]
            : [f],
      ),
    (f) => f.blend?.of === 'frames',
  ],
  [
    'video, fields mixed, 60 to 50',
    (film, w) => interlaced(converted(film, 1.2), w),
    (f) => blended(f, 'fields', 0.2),
  ],
  [
    'video, fields mixed, 50 to 60',
    (film, w) => interlaced(converted(film, 5 / 6), w),
    (f) => blended(f, 'fields', 5 / 6),
  ],
  [
    'film by 3:2, fields mixed to 50',
    (film, w) => interlaced(converted(spread(film, [2, 3]), 1.2), w),
    (f) => blended(f, 'fields', 0.2),
  ],
];

const RUN = 40;
const formatOf = (width: number, height: number): FrameFormat => ({
  ...{ width, height, sampling: '400', bits: 8, range: 'limited' },
  ...{ matrix: null, primaries: null, transfer: null, chromaLocation: null },
});

/** Through H.264 as a camera or an archive would have it. */
function coded(planes: readonly Samples[], width: number, height: number): Samples[] {
  const size = `${width}x${height}`;
  const raw = ['-f', 'rawvideo', '-pix_fmt', 'gray', '-s', size];
  const film = spawnSync(
    'ffmpeg',
    [
      ...[
        '-v',
        'error',
        ...raw,
        '-r',
        '25',
        '-i',
        '-',
        '-c:v',
        'libx264',
        '-crf',
        '20',
        '-pix_fmt',
        'yuv420p',
      ],
      ...['-threads', '1', '-flags', '+ildct+ilme', '-f', 'matroska', '-'],
    ],
    { input: Buffer.concat(planes.map((p) => Buffer.from(p))), maxBuffer: 2 ** 30 },
  );
  const back = spawnSync(
    'ffmpeg',
    ['-v', 'error', '-i', '-', '-vsync', '0', '-f', 'rawvideo', '-pix_fmt', 'gray', '-'],
    {
      input: film.stdout,
      maxBuffer: 2 ** 30,
    },
  );
  if (back.status !== 0) throw new Error(film.stderr.toString() + back.stderr.toString());
  const n = width * height;
  return Array.from(
    { length: back.stdout.length / n },
    (_, k) => new Uint8Array(back.stdout.subarray(k * n, k * n + n)),
  );
}

/** Runs of `RUN` frames; a last one of three quarters counts. */
function runs(planes: readonly Samples[]): Frame[][] {
  const out: Frame[][] = [];
  for (let from = 0; from + 0.75 * RUN <= planes.length; from += RUN)
    out.push(planes.slice(from, from + RUN).map((p, k) => framed(p, from + k)));
  return out;
}
const short = (f: ShotCadence): string =>
  [
    f.kind,
    f.every === null ? '' : `each ${f.every}th a repeat`,
    f.blend === null ? '' : `${f.blend.of} mixed${f.blend.rate === null ? '' : ` at ${f.blend.rate}`}`,
  ]
    .filter((part) => part !== '')
    .join(', ');

/** Part of the luma of the film frames of a run of pulldown that comes back as it was. */
function restored(
  planes: readonly Samples[],
  width: number,
  film: readonly Samples[],
  found: ShotCadence,
): string {
  if (!found.pulldown) return '';
  let [same, all] = [0, 0];
  for (let n = 1; n < planes.length; n++) {
    const woven = wovenAt(n, found.pulldown);
    if (!woven) continue;
    const frame =
      woven.before === null
        ? planes[n]
        : woven.before === 0
          ? lines(planes[n - 1], planes[n], width)
          : lines(planes[n], planes[n - 1], width);
    all++;
    if (film.some((f) => f.every((v, i) => v === frame[i]))) same++;
  }
  return `${same} of ${all} film frames exact`;
}

const CLIPS: [string, { height: number; frames: number }][] = [
  ['colour_tennis.mp4', { height: 240, frames: 70 }],
  ['colour_cockatoo_720p.mp4', { height: 360, frames: values.quick ? 80 : 200 }],
];
const clips = CLIPS.map(([file, options]): Clip => greyClip(readClip(file, options)));
console.log('planted | found as it is | through H.264 (crf 20) | taken for instead');
for (const [name, plant, holds] of PLANTS) {
  const scores = [
    [0, 0],
    [0, 0],
  ];
  const wrong = new Set<string>();
  let back = '';
  for (const { format, frames } of clips) {
    const { width, height } = format;
    const film = frames.map((f) => f.planes[0]);
    const planted = plant(film, width);
    for (const [way, planes] of [planted, coded(planted, width, height)].entries())
      for (const run of runs(planes)) {
        const found = measureCadence(run[0].index, run, formatOf(width, height));
        scores[way][1]++;
        if (holds(found)) scores[way][0]++;
        else wrong.add(short(found));
        if (way === 0 && run[0].index === 0) back = restored(planted, width, film, found) || back;
      }
  }
  const cells = scores.map(([found, all]) => `${found} of ${all}`);
  console.log([name, ...cells, [...wrong].join('; ') || '-', back].join(' | '));
}

console.log('\nsample films, shot by shot');
for (const file of [
  'great_train_robbery_1903_lossless.mkv',
  'london_hyde_park_corner_1890s.mp4',
  'market_street_1906.mp4',
  'us_army_1950s_four_scenes.mp4',
  'colour_tennis.mp4',
  'colour_cockatoo_720p.mp4',
]) {
  const clip = greyClip(readClip(file, { height: 720 }));
  const { shots, flashes } = analysisOf(clip);
  const sample = cadenceStep.sample!;
  const table = sample.finish(
    shots.map((shot) => {
      const wanted = sample.frames(shot, flashes, clip.format);
      return sample.measure(
        shot,
        wanted.map((k) => clip.frames[k]),
        clip.format,
      );
    }),
  ) as CadenceMeasures;
  console.log(
    `${file}: ${table.shots.map((s) => `${s.first}: ${short(s)} (${s.repeats} of ${s.frames} repeat)`).join(' | ')}`,
  );
}
