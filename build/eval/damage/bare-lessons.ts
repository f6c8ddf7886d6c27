/**
 * Pictures with bare paper to learn from: photographs as prints show them (grey, toned or in colour, with grain), with the training
 * damage of app/degrade and with broad cracks, flakes and torn-off borders of their own drawn over them. None
 * of it is drawn as the damage of the scores is (plant.ts).
 */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { blob, jagged, paint, type Point, stroke } from '../../../app/degrade/draw.ts';
import { DEGRADATIONS } from '../../../app/degrade/index.ts';
import { bytesFromPlanar, type Planar, planar, planarFromBytes } from '../../../app/planar.ts';
import { type Random, seeded } from '../../../app/random.ts';
import { photographs } from '../photo/photographs.ts';

export interface Lesson {
  picture: Planar;
  /** 1 = damaged, 2 = neither damaged nor surely sound. */
  truth: Uint8Array;
}

const NAMES = ['dust', 'hairs', 'scratches', 'cracks', 'cracks', 'tear', 'worn-edges'];
const known = NAMES.map((name) => DEGRADATIONS.find((d) => d.name === name)).filter((d) => d !== undefined);

/** Paper under the emulsion: white, yellowed, bluish under a lamp; now and then dark backing or dirt in the crack. */
function baseColour(random: Random): [number, number, number] {
  if (random.chance(0.13)) {
    const v = random.uniform(0.02, 0.2);
    return [v, v * random.uniform(0.9, 1), v * random.uniform(0.75, 1)];
  }
  const v = random.uniform(0.72, 1);
  const warm = random.chance(0.25) ? random.uniform(-0.12, 0) : random.uniform(0, 0.12);
  return [Math.min(1, v + warm / 2), v, Math.min(1, Math.max(0, v - warm))];
}

/** Broad cracks with flakes along them, chips alone, pieces gone from the border. */
function peeled(picture: Planar, random: Random): Planar {
  const { width, height } = picture;
  const cover = planar(width, height, 1);
  const side = Math.max(width, height);
  const unit = Math.max(0.7, Math.sqrt(side / 400));
  const anywhere = (): Point => ({ x: random.next() * width, y: random.next() * height });
  if (random.chance(0.75)) {
    const many = 1 + random.int(2);
    for (let k = 0; k < many; k++) {
      const from = anywhere();
      const angle = random.uniform(0, 2 * Math.PI);
      const length = side * random.uniform(0.15, 0.8);
      const path = jagged(
        from,
        { x: from.x + length * Math.cos(angle), y: from.y + length * Math.sin(angle) },
        random.uniform(0.08, 0.3),
        random,
        random.uniform(3, 9),
      );
      const r = unit * 0.5 * 8 ** random.next();
      const beat = random.uniform(3, 20);
      const phase = random.uniform(0, 6);
      stroke(cover, path, (t) => r * (0.65 + 0.35 * Math.sin(beat * t + phase)) * (1 - 0.5 * t));
      const flakes = random.int(7);
      for (let f = 0; f < flakes; f++)
        blob(cover, random.pick(path), unit * random.uniform(1.5, 9), 0.8, random);
    }
  }
  if (random.chance(0.6)) {
    const many = 1 + random.int(8);
    for (let k = 0; k < many; k++) blob(cover, anywhere(), unit * 1.2 * 10 ** random.next(), 0.8, random);
  }
  if (random.chance(0.3)) {
    const corner = { x: random.chance(0.5) ? 0 : width, y: random.chance(0.5) ? 0 : height };
    const at = random.chance(0.5)
      ? corner
      : { ...corner, [random.pick(['x', 'y'])]: random.next() * Math.min(width, height) };
    blob(cover, at, side * random.uniform(0.02, 0.12), 0.7, random);
  }
  return paint(picture, cover, baseColour(random), random.uniform(0.65, 1)).picture;
}

/** A print of a photograph: its colours, its range of tones, its grain. */
function printed(data: Uint8Array, width: number, height: number, random: Random): Planar {
  const n = width * height;
  const out = planarFromBytes(data, width, height);
  const grey = random.chance(0.75);
  const toned = random.chance(0.6);
  // Toning: each channel's own gamma over the paper's own colour.
  const depth = toned ? [1, random.uniform(1, 1.35), random.uniform(1.1, 2)] : [1, 1, 1];
  if (toned && random.chance(0.12)) depth.reverse();
  const paper = toned ? [1, random.uniform(0.9, 1), random.uniform(0.7, 1)] : [1, 1, 1];
  const contrast = random.uniform(0.5, 1);
  const lift = random.uniform(0, 1 - contrast);
  const grain = random.chance(0.7) ? random.uniform(0.003, 0.025) : 0;
  for (let i = 0; i < n; i++) {
    const rgb = [out.data[i], out.data[n + i], out.data[2 * n + i]];
    const y = 0.3 * rgb[0] + 0.59 * rgb[1] + 0.11 * rgb[2];
    const noise = grain * random.normal();
    for (let c = 0; c < 3; c++) {
      const v = Math.min(1, Math.max(0, lift + contrast * (grey ? y : rgb[c]) + noise));
      out.data[c * n + i] = grey ? paper[c] * v ** depth[c] : v;
    }
  }
  return out;
}

async function lesson(bytes: Uint8Array, width: number, height: number, random: Random): Promise<Lesson> {
  const clean = printed(bytes, width, height, random);
  let picture = clean;
  if (random.chance(0.9)) {
    if (random.chance(0.75)) picture = peeled(picture, random);
    if (random.chance(0.5)) picture = random.pick(known).apply(picture, random).picture;
  }
  const raw = { width, height, channels: 3 as const };
  const camera = async (p: Planar, soften: number, quality: number): Promise<Planar> => {
    const made = await sharp(bytesFromPlanar(p), { raw }).blur(soften).jpeg({ quality }).toBuffer();
    return planarFromBytes(await sharp(made).raw().toBuffer(), width, height);
  };
  const n = width * height;
  const truth = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    let change = 0;
    for (let c = 0; c < 3; c++)
      change = Math.max(change, Math.abs(picture.data[c * n + i] - clean.data[c * n + i]));
    truth[i] = change > 0.08 ? 1 : change > 0.01 ? 2 : 0;
  }
  if (random.chance(0.6))
    picture = await camera(picture, random.uniform(0.35, 1.1), Math.round(random.uniform(50, 95)));
  return { picture, truth };
}

async function pixels(
  image: ReturnType<typeof sharp>,
): Promise<{ data: Uint8Array; width: number; height: number } | null> {
  const { data, info } = await image
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels === 3) return { data, width: info.width, height: info.height };
  const rgb = new Uint8Array(info.width * info.height * 3);
  for (let i = 0; i < info.width * info.height; i++) rgb.fill(data[i], 3 * i, 3 * i + 3);
  return { data: rgb, width: info.width, height: info.height };
}

/** Lessons from a tar file of small photographs, enlarged by as much as a scan of a print is. */
export async function* photoLessons(tar: string, count: number): AsyncGenerator<Lesson> {
  for (const photo of photographs(tar, 1, Math.max(1, Math.floor(1200 / count)), count)) {
    const random = seeded('bare', photo.name);
    const side = Math.round(256 * random.pick([1, 1, 1.4, 2, 2.6]));
    const made = await pixels(
      sharp(photo.bytes).resize({ width: side, height: side, fit: 'outside', kernel: 'cubic' }),
    );
    if (made) yield lesson(made.data, made.width, made.height, random);
  }
}

/** Lessons from windows of larger pictures that are sound, all in all: what photographs of 256 pixels do not have is fine detail. */
export async function* windowLessons(folder: string, want: RegExp, each: number): AsyncGenerator<Lesson> {
  for (const name of readdirSync(folder)
    .filter((f) => want.test(f))
    .sort()) {
    const file = path.join(folder, name);
    const whole = await sharp(file).rotate().toBuffer({ resolveWithObject: true });
    for (let k = 0; k < each; k++) {
      const random = seeded('bare', name, k);
      const long = Math.max(whole.info.width, whole.info.height);
      const scale = Math.min(1, random.uniform(0.5, 1) * Math.min(1, 1400 / long));
      const width = Math.round(whole.info.width * scale);
      const height = Math.round(whole.info.height * scale);
      const w = Math.min(width, 640);
      const h = Math.min(height, 640);
      const made = await pixels(
        sharp(await sharp(whole.data).resize(width, height, { fit: 'fill' }).png().toBuffer()).extract({
          left: random.int(width - w + 1),
          top: random.int(height - h + 1),
          width: w,
          height: h,
        }),
      );
      if (made) yield lesson(made.data, w, h, random);
    }
  }
}
