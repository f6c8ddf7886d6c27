/**
 * Makes an old black-and-white film of ordinary photographs, for the README's pictures, which have to come from
 * photographs of a free licence: the camera moves slowly over one photograph after the other, and each frame is aged as
 * app/degrade/film.ts ages them (flicker, weave, dirt, scratches, grain).
 *   build/aged-film.ts OUT.mp4 PHOTO… [--frames N] [--seed N]
 * `--frames` is for each photograph. Needs ffmpeg, as the program itself does.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { drawReel, filmFrame } from '../app/degrade/index.ts';
import { bytesFromPlanar, planarFromBytes } from '../app/planar.ts';

const WIDTH = 640;
const HEIGHT = 480;
/** Silent speed. */
const RATE = 18;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { frames: { type: 'string', default: '54' }, seed: { type: 'string', default: '7' } },
});
const [out, ...photos] = positionals;
if (!out || photos.length === 0) {
  console.error('Name an output and some photographs.');
  process.exit(2);
}
const frames = Number(values.frames);
const reel = {
  ...drawReel(['readme', values.seed], frames * photos.length),
  grey: true,
  gate: 0,
  grain: 0.03,
  flickerSlow: 0.03,
  flickerFast: 0.05,
  weave: 0.003,
  dirt: 5,
  hairs: [],
  softness: 0.4,
};
const ffmpeg = spawn(
  'ffmpeg',
  ['-y', '-loglevel', 'error', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${WIDTH}x${HEIGHT}`]
    .concat(['-r', String(RATE), '-i', 'pipe:0', '-c:v', 'libx264', '-crf', '14', '-pix_fmt', 'yuv420p'])
    .concat(['-color_range', 'tv', '-colorspace', 'smpte170m', out]),
  { stdio: ['pipe', 'inherit', 'inherit'] },
);
const ended = once(ffmpeg, 'close');
for (const [p, photo] of photos.entries()) {
  // A little larger than the frame, so that there is room to move.
  const scene = await sharp(photo)
    .rotate()
    .resize({ width: Math.round(WIDTH * 1.15), height: Math.round(HEIGHT * 1.15), fit: 'cover' })
    .removeAlpha()
    .toColourspace('srgb')
    .png()
    .toBuffer();
  const room = { x: Math.round(WIDTH * 1.15) - WIDTH, y: Math.round(HEIGHT * 1.15) - HEIGHT };
  for (let f = 0; f < frames; f++) {
    const way = frames > 1 ? f / (frames - 1) : 0;
    const left = Math.round(room.x * (p % 2 ? 1 - way : way));
    const top = Math.round(room.y * (p % 3 ? way : 0.5));
    const bytes = await sharp(scene).extract({ left, top, width: WIDTH, height: HEIGHT }).raw().toBuffer();
    const aged = filmFrame(planarFromBytes(bytes, WIDTH, HEIGHT), reel, p * frames + f);
    if (!ffmpeg.stdin.write(bytesFromPlanar(aged.input))) await once(ffmpeg.stdin, 'drain');
  }
}
ffmpeg.stdin.end();
const [code] = await ended;
process.exitCode = typeof code === 'number' ? code : 1;
