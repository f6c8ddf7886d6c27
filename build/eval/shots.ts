/**
 * Precision and recall of shot detection, on films whose cuts are known because they are put together here:
 * camera moves over photographs (pan, zoom, weave, flicker, grain, dirt) and pieces of real films, joined by hard
 * cuts, fades and dissolves, with flashes and foreign frames inside the shots. The film goes through an encoder
 * and back, as a real one does (not with --direct). Usage:
 *   node build/eval/shots.ts [--photos ../shared/data/photos] [--films ../shared/samples/films] [--shots 60] [--films-count 4] [--seed 1] [--keep DIR] [--direct]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { seeded, type Random } from '../../app/random.ts';
import type { ReelShot } from '../../app/film/step.ts';
import { findShots } from '../../app/shots/find.ts';
import { frameFeatures } from '../../app/shots/features.ts';
import { ffmpegTool, filmFrames } from '../../main/engine/ffmpeg-frames.ts';
import { openDataset } from '../../main/studio/dataset/index.ts';
import { PictureReader } from '../../main/studio/dataset/read.ts';

const { values } = parseArgs({
  options: {
    photos: { type: 'string', default: '../shared/data/photos' },
    films: { type: 'string', default: '../shared/samples/films' },
    shots: { type: 'string', default: '60' },
    'films-count': { type: 'string', default: '4' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'string' },
    direct: { type: 'boolean', default: false },
  },
});
const W = 320;
const H = 240;
type Grey = Float32Array;
const clip = (v: number): number => Math.max(0, Math.min(255, v));
interface Truth {
  kind: 'cut' | 'fade' | 'dissolve';
  /** Frames of the transition: a cut is between `from` and `to` = from + 1. */
  from: number;
  to: number;
}
interface Film {
  frames: Grey[];
  truth: Truth[];
  flashes: { start: number; end: number }[];
}

/** A camera move over a large grey picture. */
function move(grey: Grey, width: number, height: number, count: number, random: Random): Grey[] {
  const zoomFrom = random.uniform(0.55, 0.95);
  const zoomTo = Math.min(1, Math.max(0.5, zoomFrom * random.uniform(0.8, 1.2)));
  const at = (): number => random.next();
  const [x0, x1, y0, y1] = [at(), at(), at(), at()];
  // Fast pans cross at most a third of the room in a second.
  const pace = Math.min(1, count / 48);
  return Array.from({ length: count }, (_, k) => {
    const t = (k / Math.max(1, count - 1)) * pace;
    const scale = Math.min(width / W, height / H) * (zoomFrom + (zoomTo - zoomFrom) * t);
    const left = (width - W * scale) * (x0 + (x1 - x0) * t) + random.normal(0, 0.6);
    const top = (height - H * scale) * (y0 + (y1 - y0) * t) + random.normal(0, 0.6);
    const out = new Float32Array(W * H);
    for (let y = 0; y < H; y++) {
      const sy = Math.max(0, Math.min(height - 2, top + y * scale));
      const iy = Math.floor(sy);
      for (let x = 0; x < W; x++) {
        const sx = Math.max(0, Math.min(width - 2, left + x * scale));
        const ix = Math.floor(sx);
        const i = iy * width + ix;
        const upper = grey[i] + (grey[i + 1] - grey[i]) * (sx - ix);
        const lower = grey[i + width] + (grey[i + width + 1] - grey[i + width]) * (sx - ix);
        out[y * W + x] = upper + (lower - upper) * (sy - iy);
      }
    }
    return out;
  });
}

/** Flicker, grain and dirt of an old print, in place. */
function age(frames: Grey[], random: Random): void {
  const flicker = random.uniform(0, 0.12);
  const grain = random.uniform(0, 8);
  const dirt = random.int(8);
  for (const frame of frames) {
    const gain = 1 + random.normal(0, flicker);
    for (let i = 0; i < frame.length; i++) frame[i] = frame[i] * gain + (random.next() - 0.5) * 2 * grain;
    for (let d = 0; d < dirt; d++) {
      const [cx, cy, r] = [random.int(W), random.int(H), random.uniform(1, 7)];
      for (let y = Math.max(0, cy - 8); y < Math.min(H, cy + 8); y++)
        for (let x = Math.max(0, cx - 8); x < Math.min(W, cx + 8); x++)
          if (Math.hypot(x - cx, y - cy) < r) frame[y * W + x] = d % 2 ? 250 : 10;
    }
  }
}

async function main(): Promise<void> {
  const dataset = await openDataset(values.photos);
  const reader = new PictureReader();
  /** Frames of the real films, read once. */
  const real: Grey[][] = [];
  if (existsSync(values.films))
    for (const name of readdirSync(values.films).filter((n) => /\.(mp4|mkv)$/.test(n))) {
      // This one has cuts of its own.
      if (name.startsWith('us_army')) continue;
      const frames: Grey[] = [];
      for await (const frame of filmFrames(path.join(values.films, name), {
        want: { kind: 'luma', width: W, height: H },
        threads: 2,
      }))
        frames.push(Float32Array.from(frame.data));
      real.push(frames);
    }

  async function shot(random: Random, count: number): Promise<Grey[]> {
    if (real.length > 0 && random.chance(0.3)) {
      const film = random.pick(real);
      const length = Math.min(count, film.length);
      const at = random.int(film.length - length + 1);
      return film.slice(at, at + length).map((frame) => frame.slice());
    }
    const picture = await reader.picture(random.pick(dataset.pictures).place, 'photo', 512);
    const grey = Float32Array.from({ length: picture.width * picture.height }, (_, i) => {
      const j = i * 3;
      return 0.299 * picture.data[j] + 0.587 * picture.data[j + 1] + 0.114 * picture.data[j + 2];
    });
    const frames = move(grey, picture.width, picture.height, count, random);
    age(frames, random);
    return frames;
  }

  async function compose(random: Random, count: number): Promise<Film> {
    const film: Film = { frames: [], truth: [], flashes: [] };
    let begin = 0;
    for (let s = 0; s < count; s++) {
      const next = await shot(random, 16 + random.int(60));
      // Transitions take at most a third of the shots they join.
      const last = film.frames.length - begin;
      const room = Math.floor(Math.min(last, next.length) / 3);
      begin = film.frames.length;
      const kind = s === 0 ? null : random.next();
      if (kind !== null && kind < 0.2 && room >= 6) {
        const length = Math.min(room, 6 + random.int(12));
        const black = random.int(8);
        const from = film.frames.length - length;
        for (let k = 0; k < length && from + k >= 0; k++)
          film.frames[from + k] = film.frames[from + k].map((v) => v * (1 - (k + 1) / length));
        film.truth.push({ kind: 'fade', from, to: film.frames.length + black + length });
        for (let k = 0; k < black; k++) film.frames.push(new Float32Array(W * H).fill(4));
        for (let k = 0; k < Math.min(length, next.length); k++)
          next[k] = next[k].map((v) => (v * k) / length);
      } else if (kind !== null && kind < 0.4 && room >= 8) {
        const length = Math.min(room, 8 + random.int(20));
        const from = film.frames.length - length;
        for (let k = 0; k < length; k++) {
          const t = (k + 1) / (length + 1);
          const old = film.frames[from + k];
          film.frames[from + k] = next[k].map((v, i) => v * t + old[i] * (1 - t));
        }
        film.truth.push({ kind: 'dissolve', from, to: film.frames.length });
        next.splice(0, length);
      } else if (kind !== null)
        film.truth.push({ kind: 'cut', from: film.frames.length - 1, to: film.frames.length });
      // Flashes well inside the shot, so that truth is not a matter of opinion.
      if (next.length > 30 && random.chance(0.4)) {
        const at = 12 + random.int(next.length - 26);
        const length = 1 + random.int(3);
        const foreign = random.chance(0.3) ? await shot(random, 3) : null;
        for (let k = 0; k < length; k++)
          next[at + k] = foreign
            ? foreign[k % foreign.length]
            : next[at + k].map((v) => Math.min(255, v * 0.5 + 150));
        film.flashes.push({ start: film.frames.length + at, end: film.frames.length + at + length });
      }
      film.frames.push(...next);
    }
    return film;
  }

  const total: Record<string, { truth: number; found: number }> = {
    cut: { truth: 0, found: 0 },
    fade: { truth: 0, found: 0 },
    dissolve: { truth: 0, found: 0 },
  };
  let [detected, right, named, flashes, flashesSplit, flashesTold, frames, seconds] = [
    0, 0, 0, 0, 0, 0, 0, 0,
  ];
  const dir = values.keep ?? mkdtempSync(path.join(tmpdir(), 'revelado-shots-'));
  mkdirSync(dir, { recursive: true });
  for (let f = 0; f < Number(values['films-count']); f++) {
    const film = await compose(seeded('shots', Number(values.seed), f), Number(values.shots));
    const file = path.join(dir, `film-${f}.mp4`);
    if (!values.direct) await encode(film.frames, file);
    const began = performance.now();
    const features = [];
    if (values.direct)
      for (const data of film.frames)
        features.push(frameFeatures({ width: W, height: H, data: data.map(clip) }));
    else
      for await (const frame of filmFrames(file, {
        want: { kind: 'luma', width: 160, height: 120 },
        threads: 2,
      }))
        features.push(frameFeatures(frame));
    const { shots, flashes: told } = findShots(features);
    seconds += (performance.now() - began) / 1000;
    frames += features.length;
    if (features.length !== film.frames.length)
      throw new Error(`${features.length} frames read of ${film.frames.length}`);
    const used = new Set<ReelShot>();
    for (const truth of film.truth) {
      total[truth.kind].truth++;
      const slack = truth.kind === 'cut' ? 1 : 3;
      const hit = shots.find(
        (one) =>
          one.opening !== 'start' &&
          !used.has(one) &&
          one.first >= truth.from - slack &&
          one.first <= truth.to + slack,
      );
      if (!hit) console.log(`film ${f}: missed ${truth.kind} ${truth.from}-${truth.to}`);
      else {
        used.add(hit);
        total[truth.kind].found++;
        if (hit.opening === truth.kind) named++;
      }
    }
    for (const one of shots)
      if (one.opening !== 'start') {
        detected++;
        if (used.has(one)) right++;
        else console.log(`film ${f}: false ${one.opening} at ${one.first}`);
      }
    for (const flash of film.flashes) {
      flashes++;
      if (shots.some((one) => one.first >= flash.start && one.first <= flash.end)) flashesSplit++;
      if (told.some((one) => one.first < flash.end && one.last >= flash.start)) flashesTold++;
    }
  }
  await reader.close();
  const scenes = path.join(values.films, 'us_army_1950s_four_scenes.mp4');
  if (existsSync(scenes)) {
    const features = [];
    const want = { kind: 'luma', width: 160, height: 120 } as const;
    for await (const frame of filmFrames(scenes, { want, threads: 2 })) features.push(frameFeatures(frame));
    const { shots } = findShots(features);
    console.log(`us_army_1950s_four_scenes: shots at ${shots.map((one) => one.first).join(', ')}`);
  }
  if (!values.keep) rmSync(dir, { recursive: true });
  const share = (a: number, b: number): string => `${a}/${b} = ${((100 * a) / Math.max(1, b)).toFixed(1)} %`;
  for (const [kind, { truth, found }] of Object.entries(total))
    console.log(`recall ${kind}: ${share(found, truth)}`);
  console.log(`precision: ${share(right, detected)}`);
  console.log(`of those found, kind told rightly: ${share(named, right)}`);
  console.log(`flashes told: ${share(flashesTold, flashes)}`);
  console.log(`flashes that split a shot: ${share(flashesSplit, flashes)}`);
  console.log(`${frames} frames in ${seconds.toFixed(1)} s, ${(frames / seconds).toFixed(0)} a second`);
}

async function encode(frames: Grey[], file: string): Promise<void> {
  const tool = await ffmpegTool();
  const child = spawn(
    tool.path,
    [
      ...[
        '-y',
        '-loglevel',
        'error',
        '-f',
        'rawvideo',
        '-pix_fmt',
        'gray',
        '-s',
        `${W}x${H}`,
        '-r',
        '24',
        '-i',
        'pipe:0',
      ],
      ...['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', '-pix_fmt', 'yuv420p', file],
    ],
    { stdio: ['pipe', 'inherit', 'inherit'] },
  );
  for (const frame of frames) {
    const bytes = Uint8Array.from(frame, (v) => Math.max(0, Math.min(255, Math.round(v))));
    if (!child.stdin.write(bytes)) await once(child.stdin, 'drain');
  }
  child.stdin.end();
  const [status] = (await once(child, 'close')) as [number];
  if (status !== 0) throw new Error(`ffmpeg ended with ${status}`);
}

await main();
