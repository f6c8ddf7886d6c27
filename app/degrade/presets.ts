/**
 * Presets: which degradations come together, in which order and how often. Every step draws from a stream of its own,
 * named by the sample's seed, the preset and the step, so that a step added later leaves the others as they
 * were. The group of a sample follows from what was applied, never from what was meant.
 */
import { copyPlanar, planar, type Planar } from '../planar.ts';
import { type Random, seeded } from '../random.ts';
import { focusBlur, lowResolution, motionBlur, softBlur } from './blur.ts';
import { filmFrame, filmScratches } from './film.ts';
import { greyRendering, oldGrey, plainGrey } from './grey.ts';
import { jpegCompression } from './jpeg.ts';
import { fillerHoles, holes, missingCorners, thinHoles } from './missing.ts';
import { colourNegative, exactNegative, greyNegative } from './negative.ts';
import { colourNoise, evenNoise, filmGrain, impulseNoise, lightNoise } from './noise.ts';
import { dyeFading, silverFading, tintedGrey, unevenStain, veil } from './print.ts';
import { clip, threePlanes } from './raster.ts';
import { drawReel } from './reel.ts';
import { cracks, creases, dustSpecks, hairs, scanDirt, scratchLines, tears, wornEdges } from './scratches.ts';
import { foxing, glue, inkBlot, waterStain } from './stains.ts';
import { halftone, paperTexture, silvering } from './surface.ts';
import {
  type Applied,
  type Degradation,
  type Degraded,
  type Family,
  type Group,
  type Preset,
  PRESETS,
} from './types.ts';

/** Every single degradation, by name. */
export const DEGRADATIONS: readonly Degradation[] = [
  oldGrey,
  plainGrey,
  colourNegative,
  exactNegative,
  greyNegative,
  evenNoise,
  colourNoise,
  lightNoise,
  filmGrain,
  impulseNoise,
  softBlur,
  focusBlur,
  motionBlur,
  lowResolution,
  jpegCompression,
  dyeFading,
  silverFading,
  veil,
  unevenStain,
  paperTexture,
  halftone,
  dustSpecks,
  hairs,
  scratchLines,
  cracks,
  creases,
  tears,
  wornEdges,
  scanDirt,
  filmScratches,
  waterStain,
  foxing,
  glue,
  silvering,
  inkBlot,
  holes,
  missingCorners,
  fillerHoles,
  thinHoles,
];

/** Share of samples that every preset but `holes` leaves as they are, so that good pictures are left alone. */
export const CLEAN_SHARE = 0.09;

/** The group of a sample: the one family that was applied, `clean` for none, `mixed` for several. */
export function groupOf(families: Iterable<Family>): Group {
  const kinds = new Set(families);
  if (kinds.size === 0) return 'clean';
  if (kinds.size > 1) return 'mixed';
  for (const family of kinds) return family;
  return 'clean';
}

/** A sample in the making. */
class Bench {
  input: Planar;
  target: Planar;
  readonly applied: Applied[] = [];
  readonly families: Family[] = [];
  private readonly keys: readonly (number | string)[];
  private mask: Planar | null = null;

  constructor(picture: Planar, keys: readonly (number | string)[]) {
    this.input = picture;
    this.target = picture;
    this.keys = keys;
  }

  /** The stream of a step. */
  random(step: string): Random {
    return seeded(...this.keys, step);
  }

  /** Applies a degradation, in its own stream. */
  apply(d: Degradation, step: string = d.name): void {
    const out = d.apply(this.input, this.random(step));
    this.input = out.picture;
    this.applied.push({ name: d.name, params: out.params });
    if (d.family !== null) this.families.push(d.family);
    if (out.mask) this.cover(out.mask);
  }

  /** Adds a mask's pixels to the sample's. A mask of nothing makes none. */
  cover(mask: Planar): void {
    if (!mask.data.some((v) => v > 0)) return;
    this.mask ??= planar(mask.width, mask.height, 1);
    for (let i = 0; i < mask.data.length; i++) if (mask.data[i] > 0) this.mask.data[i] = 1;
  }

  done(): Degraded {
    const untouched = this.input === this.target;
    return {
      input: untouched ? copyPlanar(this.input) : clip(this.input),
      target: this.target,
      mask: this.mask,
      applied: this.applied,
      group: groupOf(this.families),
    };
  }
}

const NOISES = [evenNoise, lightNoise, filmGrain];
/** For a network that is to take noise out: half of the even noise is coloured, the others hardly ever are. */
const MANY_NOISES = [evenNoise, evenNoise, evenNoise, lightNoise, filmGrain];
/** Noise and nothing else, mostly in colour. */
const NOISE_ALONE = [colourNoise, colourNoise, colourNoise, evenNoise, lightNoise, filmGrain];
const BLURS = [softBlur, softBlur, focusBlur, motionBlur, lowResolution];
const LINES = [dustSpecks, dustSpecks, scratchLines, scratchLines, hairs, cracks, creases, tears, wornEdges];
const STAINS = [waterStain, waterStain, foxing, glue, inkBlot];
const GAPS = [holes, holes, missingCorners];

/** Applies one of a list. */
function one(bench: Bench, list: readonly Degradation[], step: string): void {
  bench.apply(bench.random(`${step}-which`).pick(list), step);
}

/** As the older system made its pairs. */
function lapaz(bench: Bench): void {
  const random = bench.random('plan');
  bench.apply(random.chance(0.5) ? exactNegative : plainGrey);
  if (random.chance(0.65)) {
    const kinds = random.shuffle(['jpeg', 'impulse', 'blur', 'noise']);
    // One mostly, sometimes two or three together; in the order in which they happen to pictures.
    const pick = random.next();
    const chosen = new Set(kinds.slice(0, pick < 0.6 ? 1 : pick < 0.9 ? 2 : 3));
    if (chosen.has('blur')) one(bench, [softBlur, focusBlur, motionBlur], 'blur');
    if (chosen.has('noise')) one(bench, [evenNoise, lightNoise], 'noise');
    if (chosen.has('impulse')) bench.apply(impulseNoise);
    if (chosen.has('jpeg')) bench.apply(jpegCompression);
  }
  if (random.chance(0.25)) one(bench, random.chance(0.6) ? [holes] : [waterStain, foxing, inkBlot], 'holes');
}

/** Scans of negatives. */
function negative(bench: Bench): void {
  const random = bench.random('plan');
  bench.apply(random.chance(0.62) ? colourNegative : greyNegative);
  // Dust lies on the film and is dark in the scan.
  if (random.chance(0.22)) one(bench, [scanDirt, scanDirt, scratchLines], 'dirt');
  if (random.chance(0.18)) bench.apply(jpegCompression);
  // A fast scan of a dense negative.
  if (random.chance(0.2)) one(bench, [evenNoise, lightNoise], 'noise');
}

/** Scans of old prints. */
function print(bench: Bench): void {
  const random = bench.random('plan');
  const grey = random.chance(0.6);
  if (grey) bench.apply(oldGrey);
  const worn = random.chance(grey ? 0.7 : 0.85);
  if (worn) bench.apply(grey ? silverFading : dyeFading);
  if (worn && random.chance(0.35)) bench.apply(veil);
  if (worn && random.chance(0.3)) bench.apply(unevenStain);
  if (grey && random.chance(0.12)) bench.apply(silvering);
  if (random.chance(0.14)) bench.apply(random.chance(0.65) ? paperTexture : halftone);
  if (random.chance(0.3)) one(bench, STAINS, 'stains');
  if (random.chance(0.55)) one(bench, LINES, 'lines');
  if (random.chance(0.3)) one(bench, LINES, 'lines-again');
  if (random.chance(0.14)) one(bench, [missingCorners, missingCorners, holes], 'gaps');
  // A colour print with nothing wrong would be clean: that is the clean share's part.
  if (bench.applied.length === 0) bench.apply(dyeFading);
  if (random.chance(0.25)) one(bench, BLURS, 'blur');
  if (random.chance(0.2)) one(bench, NOISES, 'noise');
  if (random.chance(0.25)) bench.apply(jpegCompression);
}

/** Single frames of old films. */
function film(bench: Bench, keys: readonly (number | string)[]): void {
  const frame = filmFrame(bench.input, drawReel(keys), 0, true);
  bench.input = frame.input;
  bench.applied.push(...frame.applied);
  bench.families.push(...frame.families);
  if (frame.mask) bench.cover(frame.mask);
  if (bench.random('plan').chance(0.3)) bench.apply(jpegCompression);
}

/** What the local restorer learns: colour, grey or toned pictures with noise, blur, JPEG and local damage. */
function restorer(bench: Bench): void {
  const random = bench.random('plan');
  // Half of the samples have one fault alone, of noise above all: among five kinds of damage at once it is hardly learnt.
  const alone = random.next();
  if (alone < 0.3) return one(bench, NOISE_ALONE, 'noise');
  if (alone < 0.38) return bench.apply(jpegCompression);
  if (alone < 0.45) return one(bench, BLURS, 'blur');
  if (alone < 0.5) return bench.apply(impulseNoise);
  if (random.chance(0.1)) bench.apply(paperTexture);
  if (random.chance(0.55)) one(bench, [...LINES, filmScratches], 'lines');
  if (random.chance(0.25)) one(bench, [...LINES, filmScratches], 'lines-again');
  if (random.chance(0.15)) one(bench, STAINS, 'stains');
  if (random.chance(0.08)) one(bench, GAPS, 'gaps');
  if (random.chance(0.35)) one(bench, BLURS, 'blur');
  if (random.chance(0.75)) one(bench, MANY_NOISES, 'noise');
  if (random.chance(0.12)) bench.apply(impulseNoise);
  if (random.chance(0.4)) bench.apply(jpegCompression);
  // Something has to be wrong: what is right is the clean share's part.
  if (bench.applied.every((a) => a.name === 'tint')) one(bench, NOISES, 'noise');
}

/**
 * Input and target both grey, or toned (`share` of the samples, two in three grey), or in colour: old pictures are
 * mostly grey, and grey must stay grey.
 */
function tint(bench: Bench, share: number): void {
  const random = bench.random('tint');
  const kind = random.next() / share;
  if (kind > 1) return;
  const picture =
    kind < 0.64
      ? threePlanes(greyRendering(bench.input, random, true).picture)
      : tintedGrey(bench.input, random);
  bench.input = picture;
  bench.target = picture;
  bench.applied.push({ name: 'tint', params: { toned: Number(kind >= 0.64) } });
}
function check(picture: Planar): void {
  const { width, height, channels, data } = picture;
  if (channels !== 3 || data.length !== width * height * 3 || width < 8 || height < 8)
    throw new RangeError(
      `a picture of three planes, at least 8 x 8, is needed; this one is ${width} x ${height} with ${channels} plane(s) and ${data.length} samples`,
    );
}

/**
 * Makes a training sample from a clean colour picture (three planes, 0..1, at least 8 x 8). The picture is not
 * changed; `target` may be the same object. Same picture, preset and seed: same bits.
 * @throws RangeError for a picture of another shape or an unknown preset
 */
export function degrade(picture: Planar, preset: Preset, seed: readonly (number | string)[]): Degraded {
  check(picture);
  if (!PRESETS.includes(preset))
    throw new RangeError(`unknown preset '${preset}': one of ${PRESETS.join(', ')}`);
  const keys = ['degrade', preset, ...seed];
  const bench = new Bench(picture, keys);
  if (preset === 'restorer') tint(bench, 0.3);
  if (preset === 'holes') tint(bench, 0.55);
  if (preset !== 'holes' && preset !== 'any' && bench.random('clean').chance(CLEAN_SHARE))
    return bench.done();
  switch (preset) {
    case 'lapaz':
      lapaz(bench);
      break;
    case 'negative':
      negative(bench);
      break;
    case 'print':
      print(bench);
      break;
    case 'film':
      film(bench, keys);
      break;
    case 'restorer':
      restorer(bench);
      break;
    case 'holes':
      bench.apply(bench.random('thin').chance(0.4) ? thinHoles : fillerHoles);
      break;
    case 'any': {
      // Each kind of original, and single faults of otherwise good colour pictures. Scans of negatives most often:
      // they come in the greatest variety, and whatever else is wrong, a negative must first be seen as one.
      const pick = bench.random('kind').next();
      if (pick < 0.1) return degrade(picture, 'lapaz', keys);
      if (pick < 0.4) return degrade(picture, 'negative', keys);
      if (pick < 0.57) return degrade(picture, 'print', keys);
      if (pick < 0.65) return degrade(picture, 'film', keys);
      const groups: Group[] = [
        'clean',
        'bw',
        'noise',
        'blur',
        'jpeg',
        'salt-pepper',
        'fading',
        'scratches',
        'stains',
        'missing',
      ];
      return degradeAs(picture, bench.random('group').pick(groups), keys);
    }
  }
  return bench.done();
}

/** What a group's pictures are made with. Black and white and the negatives come first, then age, then damage, then the camera. */
const OF_GROUP: readonly [Family, readonly Degradation[]][] = [
  ['bw', [oldGrey]],
  ['negative', [colourNegative]],
  ['bw-negative', [greyNegative]],
  ['fading', [dyeFading]],
  ['stains', STAINS.slice(0, 4)],
  ['scratches', LINES],
  ['missing', GAPS],
  ['blur', BLURS],
  ['noise', NOISES],
  ['salt-pepper', [impulseNoise]],
  ['jpeg', [jpegCompression]],
];

/**
 * A sample of one group, for figures by group: the picture with that kind of damage and no other, starting from colour.
 * Several groups (`['negative', 'noise']`: negatives with noise) are applied together, in the order in which they happen
 * to pictures, and come out as `mixed`. `mixed` itself draws a rendering (or none) and two or three kinds of damage.
 * The target is always the picture.
 * @throws RangeError for a picture of another shape or an unknown group
 */
export function degradeAs(
  picture: Planar,
  group: Group | readonly Group[],
  seed: readonly (number | string)[],
): Degraded {
  check(picture);
  const list: readonly Group[] = typeof group === 'string' ? [group] : group;
  const keys = ['degrade-as', list.join('+'), ...seed];
  const bench = new Bench(picture, keys);
  const wanted = new Set<Group>(list);
  if (wanted.delete('mixed')) {
    const random = bench.random('mixed');
    const rendering: (Family | null)[] = ['bw', 'negative', 'bw-negative', 'fading', null];
    const first = random.pick(rendering);
    if (first !== null) wanted.add(first);
    const damage: Family[] = random.shuffle([
      'stains',
      'scratches',
      'missing',
      'blur',
      'noise',
      'salt-pepper',
      'jpeg',
    ]);
    for (const family of damage.slice(0, 2 + random.int(2))) wanted.add(family);
  }
  wanted.delete('clean');
  for (const [family, ways] of OF_GROUP)
    if (wanted.delete(family)) {
      // A grey print fades as silver does.
      const grey = family === 'fading' && bench.families.includes('bw');
      one(bench, grey ? [silverFading] : ways, family);
    }
  if (wanted.size > 0) throw new RangeError(`unknown group '${[...wanted].join("', '")}'`);
  return bench.done();
}
