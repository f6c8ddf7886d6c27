/**
 * Colour of reels, measured: steadiness against colouring each frame alone (same network, same writing of chroma), no
 * less colourful; error against the truth where there is one; what hand-coloured key frames do; whether grain becomes
 * crawling colour. Sheets of three frames a shot, before and after. Usage:
 *   node build/eval/film-colour.ts [--films market_street_1906.mp4,...] [--frames 32] [--steadiness 0.8] [--threads 2]
 *     [--grain] [--references] [--sheets DIR]
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import type { Frame } from '../../app/film/frame.ts';
import type { ReelAnalysis, ReelShot, ShotKeyFrame, StepNetworks } from '../../app/film/step.ts';
import { abDistance, toLab } from '../../app/metrics/index.ts';
import { planarFromBytes, type Planar } from '../../app/planar.ts';
import { seeded } from '../../app/random.ts';
import { colourStep, colouredFormat } from '../../main/actions/film/colour/index.ts';
import {
  analysisOf,
  FILMS,
  greyClip,
  haveFilms,
  networksOn,
  readClip,
  rgbOf,
  sheet,
  type Clip,
} from './film-colour/clips.ts';
import { colourError, steadinessOf, waysOf } from './film-colour/measure.ts';

const { values } = parseArgs({
  options: {
    films: {
      type: 'string',
      default:
        'colour_tennis.mp4,colour_cockatoo_720p.mp4,market_street_1906.mp4,us_army_1950s_four_scenes.mp4',
    },
    frames: { type: 'string', default: '32' },
    steadiness: { type: 'string', default: '0.8' },
    threads: { type: 'string', default: '2' },
    grain: { type: 'boolean', default: false },
    references: { type: 'boolean', default: false },
    sheets: { type: 'string' },
  },
});
if (!haveFilms()) {
  console.log(`no sample films in ${FILMS}`);
  process.exit(0);
}
const engine = networksOn(Number(values.threads));
const networks = engine.with() as StepNetworks;
const params = (steadiness: number) => ({ on: true, model: '', saturation: 1, steadiness });
const steady = Number(values.steadiness);

/** Colours the frames first..last of a shot: as in a film, where a part is begun early enough to come out as in the whole. */
async function coloured(
  clip: Clip,
  analysis: ReelAnalysis,
  shot: ReelShot,
  steadiness: number,
  span: { first: number; last: number },
  keyFrames: ShotKeyFrame[] = [],
): Promise<{ frames: Frame[]; counts: Record<string, number>; seconds: number }> {
  const cpu = process.cpuUsage();
  const reach = colourStep.reach!(params(steadiness), keyFrames.length > 0);
  const seen = {
    first: Math.max(shot.first, span.first - reach.before),
    last: Math.min(shot.last, span.last + reach.after),
  };
  const work = await colourStep.begin(
    { format: clip.format, shot, analysis, seed: 1, networks, keyFrames, span: seen },
    params(steadiness),
  );
  const frames: Frame[] = [];
  for (let i = seen.first; i <= seen.last; i++) frames.push(...(await work.push(clip.frames[i])));
  frames.push(...(await work.end()));
  const used = process.cpuUsage(cpu);
  return {
    frames: frames.filter(({ index }) => index >= span.first && index <= span.last),
    counts: work.report(),
    seconds: ((used.user + used.system) / 1e6) * ((span.last + 1 - span.first) / frames.length),
  };
}

/** So many frames from the middle of a shot. */
const middle = (shot: ReelShot, frames: number): ReelShot => {
  const length = Math.min(frames, shot.last - shot.first + 1);
  const first = shot.first + ((shot.last - shot.first + 1 - length) >> 1);
  return { ...shot, first, last: first + length - 1 };
};
const three = <T>(list: readonly T[]): T[] => [0.1, 0.5, 0.9].map((s) => list[Math.floor(s * list.length)]);
const print = (...parts: (string | number)[]): void =>
  console.log(parts.map((p) => (typeof p === 'number' ? p.toFixed(p < 1 ? 4 : 2) : p)).join('  '));

async function film(file: string): Promise<void> {
  const own = readClip(file, { frames: 400 });
  const clip = greyClip(own);
  const analysis = analysisOf(clip);
  const format = colouredFormat(clip.format);
  const truth = file.startsWith('colour_');
  print(
    `${own.name}: ${clip.format.width}x${clip.format.height}, shots at`,
    analysis.shots.map((s) => s.first).join(' '),
  );
  const rows: Planar[][] = [];
  for (const whole of analysis.shots) {
    const shot = middle(whole, Number(values.frames));
    const given = clip.frames.slice(shot.first, shot.last + 1);
    const ours = await coloured(clip, analysis, whole, steady, shot);
    const alone = await coloured(clip, analysis, whole, 0, shot);
    const ways = waysOf(given, clip.format);
    const a = steadinessOf(ours.frames, ways, format);
    const b = steadinessOf(alone.frames, ways, format);
    const n = given.length;
    print(
      `  shot ${shot.first}-${shot.last}: ${ours.counts.keyFrames} key frames, ${ours.counts.refreshed} of them in between; core ms a frame`,
      (1000 * ours.seconds) / n,
      'alone',
      (1000 * alone.seconds) / n,
    );
    print('    warp error', a.warp, 'alone', b.warp, 'ratio', a.warp / b.warp);
    print('    colourfulness', a.colourfulness, 'alone', b.colourfulness);
    print('    divergence at 1, 2, 4', ...a.divergence, 'alone', ...b.divergence);
    if (truth) {
      const real = own.frames.slice(shot.first, shot.last + 1);
      const grey = given.map((frame) => ({ ...frame, planes: [frame.planes[0]] }));
      print(
        '    a*b* error',
        colourError(ours.frames, real, format),
        'alone',
        colourError(alone.frames, real, format),
        'grey',
        colourError(grey, real, format),
      );
    }
    const same = ours.frames.every((frame, t) => frame.planes[0] === given[t].planes[0]);
    if (!same) throw new Error('luma is not the one that was given');
    rows.push(
      three(given).map((frame) => rgbOf(frame, format)),
      three(ours.frames).map((frame) => rgbOf(frame, format)),
    );
    rows.push(three(alone.frames).map((frame) => rgbOf(frame, format)));
  }
  if (values.sheets) {
    mkdirSync(values.sheets, { recursive: true });
    await sheet(rows, path.join(values.sheets, `${own.name}.png`));
  }
}

/** Hand-coloured key frames as references: how near the frame they belong to comes, and those around it. */
async function references(): Promise<void> {
  const own = readClip('us_army_1950s_four_scenes.mp4');
  const clip = greyClip(own);
  const analysis = analysisOf(clip);
  const format = colouredFormat(clip.format);
  const rows: Planar[][] = [];
  for (const [s, whole] of analysis.shots.slice(0, 4).entries()) {
    const { data, info } = await sharp(path.join(FILMS, `us_army_ref_${s + 1}.png`))
      .removeAlpha()
      .resize(clip.format.width >> 1, clip.format.height >> 1, { fit: 'fill' })
      .raw()
      .toBuffer({ resolveWithObject: true });
    const picture = planarFromBytes(data, info.width, info.height);
    const lab = toLab(picture);
    // The frame that it was made of: the nearest in lightness.
    let frame = whole.first;
    let least = Infinity;
    for (let i = whole.first; i <= whole.last; i += 2) {
      const { L } = toLab(rgbOf(clip.frames[i], { ...format, sampling: '400' }));
      let off = 0;
      for (let k = 0; k < L.length; k += 3) off += Math.abs(L[k] - lab.L[k]);
      if (off < least) [least, frame] = [off, i];
    }
    const half = Number(values.frames) >> 1;
    const first = Math.max(whole.first, Math.min(whole.last - 2 * half, frame - half));
    const shot = { ...whole, first, last: Math.min(whole.last, first + 2 * half) };
    const without = await coloured(clip, analysis, whole, steady, shot);
    const withIt = await coloured(clip, analysis, whole, steady, shot, [
      { frame, hints: [], reference: picture },
    ]);
    const at = (list: readonly Frame[], t: number): number => abDistance(lab, toLab(rgbOf(list[t], format)));
    const t = frame - shot.first;
    const ways = waysOf(clip.frames.slice(shot.first, shot.last + 1), clip.format);
    print(
      `us_army shot ${s + 1}, reference at frame ${frame}: a*b* distance from it with`,
      at(withIt.frames, t),
      'without',
      at(without.frames, t),
      'grey',
      lab.a.reduce((sum, v, i) => sum + Math.hypot(v, lab.b[i]), 0) / lab.a.length,
    );
    print(
      '    warp error with',
      steadinessOf(withIt.frames, ways, format).warp,
      'colourfulness',
      steadinessOf(withIt.frames, ways, format).colourfulness,
    );
    rows.push([picture, ...three(withIt.frames).map((f) => rgbOf(f, format))]);
  }
  if (values.sheets) {
    mkdirSync(values.sheets, { recursive: true });
    await sheet(rows, path.join(values.sheets, 'us_army-references.png'));
  }
}

/** One frame, again and again, under grain that is new each time: what the grain does to colour. */
async function grain(): Promise<void> {
  const own = readClip('colour_cockatoo_720p.mp4', { frames: 1 });
  const still = greyClip(own);
  const luma = still.frames[0].planes[0];
  const { width, height } = still.format;
  const frames = Array.from({ length: 16 }, (_, t): Frame => {
    const random = seeded('grain', t);
    const noise = Float32Array.from({ length: width * height }, () => 9 * random.normal());
    // Grain is not white: neighbours share some of it.
    const data = luma.map((v, i) =>
      Math.max(
        16,
        Math.min(235, v + 0.5 * noise[i] + 0.35 * (noise[i + 1] ?? 0) + 0.35 * (noise[i + width] ?? 0)),
      ),
    );
    return { index: t, pts: t, planes: [data] };
  });
  const clip = { name: 'grain', format: still.format, frames };
  const analysis = analysisOf(clip);
  const shot = { index: 0, first: 0, last: frames.length - 1, opening: 'start' as const };
  const noise = (list: readonly Frame[]): number => {
    let sum = 0;
    const n = list[0].planes[1].length;
    for (const plane of [1, 2])
      for (let i = 0; i < n; i++) {
        let mean = 0;
        for (const frame of list) mean += frame.planes[plane][i] / list.length;
        for (const frame of list) sum += (frame.planes[plane][i] - mean) ** 2 / list.length;
      }
    return Math.sqrt(sum / (2 * n));
  };
  const ours = await coloured(clip, analysis, shot, steady, shot);
  const alone = await coloured(clip, analysis, shot, 0, shot);
  print(
    'still film under grain: standard deviation of chroma in time (codes of 8 bits)',
    noise(ours.frames),
    'alone',
    noise(alone.frames),
  );
}

if (values.grain) await grain();
else if (values.references) await references();
else for (const file of values.films.split(',')) await film(file);
process.exit(0);
