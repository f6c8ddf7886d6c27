/**
 * The figures of cleaning reels: damage planted on clean clips with its truth known, our steps and ffmpeg's own filters on the
 * same frames in one run. Seeds 1..9 are for tuning, 101 and on for figures.
 *
 *   node build/eval/film/clean.ts FILMS_FOLDER [dirt] [flicker] [weave] [lines] [speed]
 *
 * FILMS_FOLDER holds colour_tennis.mp4, colour_cockatoo_720p.mp4, great_train_robbery_1903_lossless.mkv and, for weave,
 * london_hyde_park_corner_1890s.mp4, market_street_1906.mp4 and us_army_1950s_four_scenes.mp4.
 */
import path from 'node:path';
import { filmParamsSchema } from '../../../app/recipe/film.ts';
import { deflickerStep, dirtStep, linesStep, stabilizeStep } from '../../../main/actions/film/clean/index.ts';
import { clean, loadClip, stepRun, throughFfmpeg, type Clip } from './clean/clip.ts';
import { addDirt, addFlicker, addGains, addGrain, addScratches, copyClip } from './clean/damage.ts';
import { weave } from './clean/weave.ts';
import { falseEvents, highPower, meanLog, psnr, spread, visible } from './clean/measure.ts';

const SEED = 101;
/** Drawn flickers, from that seed on. */
const FLICKERS = 8;
const [folder = '', ...wanted] = process.argv.slice(2);
const want = (name: string): boolean => wanted.length === 0 || wanted.includes(name);
const film = (name: string): string => path.join(folder, name);
const params = filmParamsSchema.parse({});
const on = { on: true } as const;
const whole = (clip: Clip): { index: number; first: number; last: number; opening: 'start' }[] => [
  { index: 0, first: 0, last: clip.frames.length - 1, opening: 'start' },
];
const say = (...words: unknown[]): void => console.log(words.map(String).join(' '));
const f = (v: number, digits = 2): string => v.toFixed(digits);

const tennis = (count = 70): Promise<Clip> =>
  loadClip(film('colour_tennis.mp4'), { size: { width: 432, height: 240 }, count });
const cockatoo = (count = 60): Promise<Clip> =>
  loadClip(film('colour_cockatoo_720p.mp4'), { size: { width: 640, height: 360 }, from: 180, count });

async function dirt(name: string, clean0: Clip): Promise<void> {
  const base = addGrain(copyClip(clean0), 4, SEED);
  const n = base.frames.length;
  const run = [stepRun(dirtStep, { ...params.dirt, ...on })];
  const still = await clean(base, run, { shots: whole(base) });
  say(`dirt ${name}: ${n} frames, undamaged: false events a frame ${f((still.report.dirt.pieces ?? 0) / n)}`);
  const damaged = copyClip(base);
  const { pieces, masks } = addDirt(damaged, 8, SEED);
  const masksFound = new Map<number, Uint8Array>();
  const ours = await clean(damaged, run, {
    shots: whole(base),
    context: { show: (v) => void masksFound.set(v.frame, v.data.slice()) },
  });
  let found = 0;
  let total = 0;
  let all = 0;
  let wrong = 0;
  base.frames.forEach((frame, k) => {
    const got = masksFound.get(k) ?? new Uint8Array(frame.planes[0].length);
    all += pieces[k].length;
    for (const piece of pieces[k]) {
      if (visible(piece.pixels, damaged.frames[k].planes[0], frame.planes[0]) < 15) continue;
      total++;
      let hit = 0;
      for (const i of piece.pixels) hit += got[i] ? 1 : 0;
      if (2 * hit >= piece.pixels.length) found++;
    }
    wrong += falseEvents(got, masks[k], base.format.width);
  });
  const before = psnr(damaged, base, masks);
  const after = psnr(ours.clip, base, masks);
  say(
    `  recall ${f(found / total, 3)} of ${total} visible pieces (${all} planted), false events a frame ${f(wrong / n)}`,
    `PSNR inside ${f(before.inside)} -> ${f(after.inside)} dB, outside: ${f(after.changed / n, 1)} pixels a frame differ`,
    `(${f(after.outside)} dB), core ms a frame ${f(ours.ms / n, 0)}`,
  );
  say(`  grain power inside repairs against truth ${f(highPower(ours.clip, base, masks), 3)}`);
  for (const filter of [
    'removegrain=m0=17:m1=17:m2=17',
    'hqdn3d=6:5:9:8',
    'nlmeans=s=3:p=5:r=9',
    'atadenoise=0a=0.1:0b=0.2:s=5',
    'tmedian=radius=1',
    'removegrain=m0=17:m1=17:m2=17,hqdn3d=6:5:9:8',
  ]) {
    const out = psnr(await throughFfmpeg(damaged, filter), base, masks);
    say(`  ffmpeg ${filter}: inside ${f(out.inside)}, outside ${f(out.outside)} dB`);
  }
}

/**
 * The planted gain g of each frame is known (log, mean of middle tones). The residual is what of g the step leaves: the course of
 * gain that it leaves in the flickered clip, less the one that the same step makes in the clip without flicker, its spread over
 * the frames as a share of the spread of g. So the clip's own drift counts neither where it is evened nor where it is kept.
 * Beside it stands all that is left, the clip's own drift with it.
 */
async function flicker(name: string, clean0: Clip): Promise<void> {
  const base = addGrain(copyClip(clean0), 4, SEED);
  const damaged = copyClip(base);
  addFlicker(damaged, { slow: 0.03, fast: 0.05, uneven: 0 }, SEED);
  const run = [stepRun(deflickerStep, { ...params.deflicker, ...on })];
  const own = await clean(base, run, { shots: whole(base) });
  const report = (clip: Clip, what: string, before: readonly number[]): void => {
    const planted = meanLog(damaged, base);
    const left = meanLog(clip, base);
    const steps = (v: number[]): number[] => v.slice(1).map((x, i) => x - v[i]);
    const apart = left.map((v, i) => v - before[i]);
    // How much of the planted gain itself is still in what is left: what the clip's own light did does not count there.
    const middle = planted.reduce((a, b) => a + b, 0) / planted.length;
    const share =
      left.reduce((s, v, i) => s + v * (planted[i] - middle), 0) /
      planted.reduce((s, v) => s + (v - middle) ** 2, 0);
    say(
      `flicker ${name} ${what}: residual of the planted gain ${f((100 * spread(apart)) / spread(planted), 1)} %`,
      `(spread of log ${f(spread(apart), 4)} of ${f(spread(planted), 4)}, beside the same on the clip without flicker);`,
      `planted gain in what is left ${f(100 * share, 1)} %; left in all, the clip's own drift with it,`,
      `${f((100 * spread(left)) / spread(planted), 1)} % (${f(spread(left), 4)}); from frame to frame`,
      `${f((100 * spread(steps(left))) / spread(steps(planted)), 1)} % (${f(spread(steps(left)), 4)} of ${f(spread(steps(planted)), 4)})`,
    );
  };
  report((await clean(damaged, run, { shots: whole(base) })).clip, 'ours', meanLog(own.clip, base));
  // One drawn flicker is soon lucky: the residual again for others.
  const residuals: number[] = [];
  for (let seed = SEED; seed < SEED + FLICKERS; seed++) {
    const other = copyClip(base);
    addFlicker(other, { slow: 0.03, fast: 0.05, uneven: 0 }, seed);
    const still = meanLog(own.clip, base);
    const left = meanLog((await clean(other, run, { shots: whole(base) })).clip, base);
    residuals.push((100 * spread(left.map((v, i) => v - still[i]))) / spread(meanLog(other, base)));
  }
  say(
    `  residual of ${FLICKERS} drawn flickers: ${residuals.map((v) => f(v, 1)).join(' ')} %,`,
    `mean ${f(residuals.reduce((a, b) => a + b, 0) / FLICKERS, 1)} %`,
  );
  say(`  what ours does to the clip without flicker: ${f(spread(meanLog(own.clip, base)), 4)}`);
  for (const size of [5, 15, 31]) {
    const filter = `deflicker=size=${size}`;
    const still = meanLog(await throughFfmpeg(base, filter), base);
    report(await throughFfmpeg(damaged, filter), `ffmpeg ${filter}`, still);
  }
  // A fade of 20 frames to black and two flashes of lightning, with flicker on top.
  const meant = copyClip(base);
  const n = meant.frames.length;
  const gains = addGains(meant, (i) =>
    i >= n - 22 ? Math.max(0, 1 - (i - (n - 22)) / 20) : i === 20 || i === 21 ? 1.7 : i === 30 ? 0.5 : 1,
  );
  const shaken = copyClip(meant);
  addFlicker(shaken, { slow: 0, fast: 0.04, uneven: 0 }, SEED + 1);
  const out = (await clean(shaken, run, { shots: whole(base) })).clip;
  const ratio = (clip: Clip): number[] => meanLog(clip, meant).map((v, i) => (gains[i] > 0.12 ? v : 0));
  const lightning = [20, 21, 30].map((i) => f(Math.exp(ratio(out)[i]), 2)).join(' ');
  say(
    `  fade and lightning with flicker: spread against what was meant ${f(spread(ratio(shaken)), 4)} -> ${f(spread(ratio(out)), 4)},`,
    `lightning frames kept at ${lightning} of their brightness`,
  );
}

async function lines(name: string, clean0: Clip): Promise<void> {
  const base = addGrain(copyClip(clean0), 4, SEED);
  const damaged = copyClip(base);
  const masks = addScratches(damaged, 3, SEED);
  const run = [stepRun(linesStep, { ...params.lines, ...on })];
  const still = await clean(base, run, { shots: whole(base) });
  const ours = await clean(damaged, run, { shots: whole(base) });
  const before = psnr(damaged, base, masks);
  const after = psnr(ours.clip, base, masks);
  const n = base.frames.length;
  say(
    `lines ${name}: inside ${f(before.inside)} -> ${f(after.inside)} dB, lines a frame taken ${f(ours.report.lines.lines / n)} of 3,`,
    `on the undamaged clip ${f(still.report.lines.lines / n)}`,
  );
}

async function speed(clean0: Clip): Promise<void> {
  const damaged = addGrain(copyClip(clean0), 4, SEED);
  addDirt(damaged, 8, SEED);
  const run = [
    stepRun(stabilizeStep, { ...params.stabilize, ...on }),
    stepRun(deflickerStep, { ...params.deflicker, ...on }),
    stepRun(dirtStep, { ...params.dirt, ...on }),
  ];
  const out = await clean(damaged, run, { shots: whole(damaged) });
  const { width, height } = damaged.format;
  say(
    `speed ${width}x${height}: stabilize, deflicker, dirt with pass one: ${f(out.ms / damaged.frames.length, 0)} core ms a frame`,
    '(without decoding and encoding)',
  );
}

if (want('dirt')) {
  await dirt('tennis', await tennis());
  await dirt('cockatoo', await cockatoo(50));
}
if (want('flicker')) {
  await flicker('tennis', await tennis());
  await flicker('cockatoo', await cockatoo(70));
}
if (want('weave')) await weave(folder, SEED, say);
if (want('lines')) await lines('tennis', await tennis(30));
if (want('speed'))
  await speed(
    await loadClip(film('colour_cockatoo_720p.mp4'), {
      size: { width: 640, height: 480 },
      from: 180,
      count: 24,
    }),
  );
