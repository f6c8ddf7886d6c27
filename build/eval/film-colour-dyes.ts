/**
 * Dyes of colour reels given back: a colour clip is faded by known shares of its dyes (main/actions/ageing's model), put
 * through the step and compared with what it was; a real faded Super 8 frame before and after. Usage:
 *   node build/eval/film-colour-dyes.ts [--sheets DIR]
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { apply3 } from '../../app/color/matrix3.ts';
import { srgbEncode } from '../../app/color/curve.ts';
import { planeSizes, type Frame, type FrameFormat } from '../../app/film/frame.ts';
import { deltaEMap, meanOf, toLab } from '../../app/metrics/index.ts';
import { planarFromBytes, type Planar } from '../../app/planar.ts';
import { codeDensity, DYES, DYES_INVERSE, scaleLight } from '../../main/actions/ageing/density.ts';
import { codesOf } from '../../main/actions/film/dyes/codes.ts';
import { dyesOf, dyesStep } from '../../main/actions/film/dyes/index.ts';
import { FILMS, haveFilms, readClip, sheet } from './film-colour/clips.ts';

const { values } = parseArgs({ options: { sheets: { type: 'string' } } });
if (!haveFilms()) {
  console.log(`no sample films in ${FILMS}`);
  process.exit(0);
}

/** A picture of twice the chroma's size into planes of 4:2:0. */
function framesOf(picture: Planar, format: FrameFormat, index: number): Frame {
  const full = codesOf({ ...format, sampling: '444' });
  const n = picture.width * picture.height;
  const list = full.back(picture, n);
  const planes = planeSizes(format).map(({ width, height }, p) => {
    const k = p === 0 ? 1 : 2;
    return Uint8Array.from({ length: width * height }, (_, i) => {
      const x = Math.min(picture.width - 1, k * (i % width));
      const y = Math.min(picture.height - 1, k * Math.floor(i / width));
      return Math.min(255, Math.max(0, Math.round(list[p * n + y * picture.width + x])));
    });
  });
  return { index, pts: index, planes };
}
/** The picture with so much of each dye lost, and a stain. */
function faded(picture: Planar, loss: readonly number[], stain: readonly number[]): Planar {
  const n = picture.width * picture.height;
  const out = { ...picture, data: new Float32Array(3 * n) };
  for (let i = 0; i < n; i++) {
    const density = [0, 1, 2].map((c) => codeDensity(picture.data[c * n + i])) as [number, number, number];
    const dyes = apply3(DYES_INVERSE, density).map((v, c) => v * (1 - loss[c])) as [number, number, number];
    apply3(DYES, dyes).forEach(
      (d, c) => (out.data[c * n + i] = srgbEncode(Math.max(0, scaleLight(d + stain[c])))),
    );
  }
  return out;
}
async function restored(frames: Frame[], format: FrameFormat): Promise<Frame[]> {
  const shot = { index: 0, first: 0, last: frames.length - 1, opening: 'start' as const };
  const analysis = { version: 1, frames: frames.length, shots: [shot], flashes: [], measures: {} };
  const work = await dyesStep.begin({ format, shot, analysis, seed: 1 }, { on: true, strength: 1 });
  const out: Frame[] = [];
  for (const frame of frames) out.push(...(await work.push(frame)));
  out.push(...(await work.end()));
  console.log('  found', work.report());
  return out;
}
const copy = (frame: Frame): Frame => ({ ...frame, planes: frame.planes.map((plane) => plane.slice()) });

const rows: Planar[][] = [];
for (const [file, loss, stain] of [
  ['colour_tennis.mp4', [0.5, 0.1, 0.3], [0, 0.02, 0.06]],
  ['colour_cockatoo_720p.mp4', [0.35, 0.05, 0.45], [0.02, 0.03, 0.08]],
] as const) {
  const clip = readClip(file, { frames: 12, every: 5, height: 240 });
  const { format } = clip;
  const codes = codesOf(format);
  const large = codesOf({ ...format, sampling: '444' });
  const truth = clip.frames.map((frame) => codes.picture(frame));
  const old = clip.frames.map((frame) => {
    // At full size: chroma repeated.
    const n = format.width * format.height;
    const list = new Float32Array(3 * n);
    const cw = (format.width + 1) >> 1;
    for (let i = 0; i < n; i++) {
      const x = i % format.width;
      const y = Math.floor(i / format.width);
      list[i] = frame.planes[0][i];
      for (const p of [1, 2]) list[p * n + i] = frame.planes[p][(y >> 1) * cw + (x >> 1)];
    }
    const picture = { ...large.colours(list, n), width: format.width, height: format.height };
    return framesOf(faded(picture, loss, stain), format, frame.index);
  });
  const error = (frames: readonly Frame[]): number =>
    frames.reduce((sum, frame, t) => {
      const map = deltaEMap(toLab(truth[t]), toLab(codes.picture(frame)));
      return sum + meanOf(map) / frames.length;
    }, 0);
  const fresh = await restored(clip.frames.map(copy), format);
  console.log(`${clip.name} as it is, not faded: the step changes it by Delta E ${error(fresh).toFixed(2)}`);
  const before = error(old);
  const start = performance.now();
  const made = await restored(old.map(copy), format);
  console.log(
    `${clip.name} faded by ${loss.join(', ')}: Delta E (CIEDE2000) from the fresh film ${before.toFixed(2)}, after the step ${error(made).toFixed(2)}; ${((performance.now() - start) / made.length).toFixed(0)} ms a frame with the estimate`,
  );
  rows.push([truth[5], codes.picture(old[5]), codes.picture(made[5])]);
}
const { data, info } = await sharp(path.join(FILMS, 'super8_colour_frame.png'))
  .removeAlpha()
  .raw()
  .toBuffer({ resolveWithObject: true });
const picture = planarFromBytes(data, info.width, info.height);
const format: FrameFormat = {
  ...{ width: info.width, height: info.height, sampling: '420', bits: 8, range: 'limited' },
  ...{ matrix: 'smpte170m', primaries: null, transfer: null, chromaLocation: 'left' },
};
const given = framesOf(picture, format, 0);
console.log('super8_colour_frame', dyesOf([given], format).reasons);
const [made] = await restored([copy(given)], format);
rows.push([picture, codesOf(format).picture(given), codesOf(format).picture(made)]);
if (values.sheets) {
  mkdirSync(values.sheets, { recursive: true });
  await sheet(rows, path.join(values.sheets, 'dyes.png'));
}
