/** Sample films in memory for the measurements of colour, and pictures of their frames. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { planeSizes, type Frame, type FrameFormat } from '../../../app/film/frame.ts';
import type { ReelAnalysis } from '../../../app/film/step.ts';
import { lookSize } from '../../../app/film/step.ts';
import { planar, type Planar } from '../../../app/planar.ts';
import { ShotFinder } from '../../../app/shots/find.ts';
import { colourStep } from '../../../main/actions/film/colour/index.ts';
import { LumaReader, lumaWeights } from '../../../main/actions/film/colour/luma.ts';
import { reducedLuma } from '../../../main/actions/film/clean/motion/index.ts';
import { Budget } from '../../../main/engine/budget.ts';
import { EngineNetworks } from '../../../main/engine/networks.ts';

export const FILMS = path.resolve('../shared/samples/films');
export const haveFilms = (): boolean => existsSync(FILMS);

export interface Clip {
  name: string;
  format: FrameFormat;
  frames: Frame[];
}

/** Networks on the processor. */
export const networksOn = (threads: number): EngineNetworks =>
  new EngineNetworks({ threads, device: 'cpu', cores: new Budget(threads) });

/** Reads a film as 8-bit 4:2:0 of limited range, reduced to at most `height` lines. */
export function readClip(
  file: string,
  options: { height?: number; from?: number; frames?: number; every?: number } = {},
): Clip {
  const { height: wanted = 480, from = 0, frames: most = 1e6, every = 1 } = options;
  const filters = [
    `select='gte(n,${from})*not(mod(n-${from},${every}))'`,
    `scale='trunc(iw*min(1,${wanted}/ih)/2)*2':'min(ih,${wanted})':flags=area:out_range=tv:out_color_matrix=bt601`,
  ];
  const run = spawnSync(
    'ffmpeg',
    [
      ...['-v', 'error', '-i', path.join(FILMS, file), '-vf', filters.join(','), '-vsync', '0'],
      ...['-frames:v', String(most), '-pix_fmt', 'yuv420p', '-f', 'yuv4mpegpipe', '-'],
    ],
    { maxBuffer: 2 ** 30 },
  );
  if (run.status !== 0) throw new Error(run.stderr.toString());
  const out = run.stdout;
  const end = out.indexOf(10);
  const head = out.subarray(0, end).toString();
  const width = Number(/ W(\d+)/.exec(head)?.[1]);
  const height = Number(/ H(\d+)/.exec(head)?.[1]);
  const format: FrameFormat = {
    ...{ width, height, sampling: '420', bits: 8, range: 'limited', matrix: 'smpte170m' },
    ...{ primaries: null, transfer: null, chromaLocation: 'left' },
  };
  const sizes = planeSizes(format);
  const frames: Frame[] = [];
  let at = end + 1;
  while (at < out.length) {
    at = out.indexOf(10, at) + 1;
    const planes = sizes.map((size) => {
      const n = size.width * size.height;
      const plane = new Uint8Array(out.subarray(at, at + n));
      at += n;
      return plane;
    });
    frames.push({ index: frames.length, pts: frames.length, planes });
  }
  return { name: file.replace(/\..*$/, ''), format, frames };
}

/** The same without chroma. */
export const greyClip = ({ name, format, frames }: Clip): Clip => ({
  name,
  format: { ...format, sampling: '400' },
  frames: frames.map((frame) => ({ ...frame, planes: [frame.planes[0]] })),
});

/** A frame as RGB, sRGB-like encoded 0..1, at half of its size (chroma's own). */
export function rgbOf(frame: Frame, format: FrameFormat): Planar {
  const reader = new LumaReader({ ...format, sampling: '400' }, '420');
  const { width, height } = reader.chroma;
  const y = reader.guide({ ...frame, planes: [frame.planes[0]] }, 0);
  const { red, blue } = lumaWeights(format);
  const out = planar(width, height, 3);
  const n = width * height;
  for (let i = 0; i < n; i++) {
    const cb = frame.planes.length > 1 ? (frame.planes[1][i] - 128) / 224 : 0;
    const cr = frame.planes.length > 1 ? (frame.planes[2][i] - 128) / 224 : 0;
    const luma = y[i] / 100;
    const r = luma + 2 * (1 - red) * cr;
    const b = luma + 2 * (1 - blue) * cb;
    const g = (luma - red * r - blue * b) / (1 - red - blue);
    [r, g, b].forEach((v, c) => (out.data[c * n + i] = Math.min(1, Math.max(0, v))));
  }
  return out;
}

/** Pass one, as the pipeline does it. */
export function analysisOf({ format, frames }: Clip): ReelAnalysis {
  const finder = new ShotFinder();
  const observer = colourStep.observe?.(format, {} as never);
  const look = lookSize(format.width, format.height);
  const factor = Math.max(1, Math.round(format.width / look.width));
  for (const frame of frames) {
    const luma = reducedLuma(frame, format, factor);
    finder.see(luma);
    observer?.see({
      index: frame.index,
      luma: luma.data as Uint8Array,
      width: luma.width,
      height: luma.height,
    });
  }
  const { shots, flashes } = finder.finish();
  return {
    version: 1,
    frames: frames.length,
    shots,
    flashes,
    measures: { colour: observer?.finish(shots) },
  };
}

/** Rows of pictures, one file. */
export async function sheet(rows: readonly (readonly Planar[])[], file: string, wide = 320): Promise<void> {
  const tall = Math.round((wide * rows[0][0].height) / rows[0][0].width);
  const tiles = await Promise.all(
    rows.flatMap((row, y) =>
      row.map(async (picture, x) => {
        const n = picture.width * picture.height;
        const bytes = Buffer.alloc(3 * n);
        for (let i = 0; i < n; i++)
          for (let c = 0; c < 3; c++)
            bytes[3 * i + c] = Math.round(
              255 * Math.min(1, Math.max(0, picture.data[picture.channels === 1 ? i : c * n + i])),
            );
        const input = await sharp(bytes, {
          raw: { width: picture.width, height: picture.height, channels: 3 },
        })
          .resize(wide, tall, { fit: 'fill' })
          .png()
          .toBuffer();
        return { input, left: x * (wide + 4), top: y * (tall + 4) };
      }),
    ),
  );
  await sharp({
    create: {
      width: Math.max(...rows.map((row) => row.length)) * (wide + 4),
      height: rows.length * (tall + 4),
      channels: 3,
      background: '#222',
    },
  })
    .composite(tiles)
    .png()
    .toFile(file);
}
