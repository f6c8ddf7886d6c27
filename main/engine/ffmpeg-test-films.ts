/** Short films for tests, made by ffmpeg's own test pictures; and the builds of ffmpeg that are here. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Frame } from '../../app/film/frame.ts';
import type { ReelFacts } from '../../app/film/probe.ts';
import { askVersion, onPath, type FoundTool } from './ffmpeg-find.ts';
import { decodeReel, type DecodeOptions } from './ffmpeg-decode.ts';

export interface Tools {
  ffmpeg: FoundTool;
  ffprobe: FoundTool;
}

async function toolsOf(
  source: FoundTool['source'],
  where: (tool: 'ffmpeg' | 'ffprobe') => string | null,
): Promise<Tools | null> {
  const found: Partial<Tools> = {};
  for (const tool of ['ffmpeg', 'ffprobe'] as const) {
    const file = where(tool);
    const version = file === null ? null : await askVersion(file, tool);
    if (file === null || version === null) return null;
    found[tool] = { path: file, version, source };
  }
  return found as Tools;
}

const packaged = (tool: 'ffmpeg' | 'ffprobe'): string | null => {
  try {
    const loaded = createRequire(import.meta.url)(`@${tool}-installer/${tool}`) as { path?: unknown };
    return typeof loaded.path === 'string' ? loaded.path : null;
  } catch {
    return null;
  }
};

/** The build on the PATH and the old one that is packed with us; null: not here. */
export const onPathTools = await toolsOf('PATH', onPath);
export const packedTools = await toolsOf('npm package', packaged);
/** Any build, for tests that need one. */
export const anyTools = onPathTools ?? packedTools;

/** Runs ffmpeg with these arguments and puts the result at `file`. Films are made by one build for all tests. */
export function makeFilm(file: string, args: readonly string[], tools: Tools | null = anyTools): string {
  if (!tools) throw new Error('no ffmpeg');
  const made = spawnSync(tools.ffmpeg.path, ['-nostdin', '-v', 'error', '-y', ...args, file], {
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`${path.basename(file)}: ${made.stderr}`);
  return file;
}

/** A moving test picture. */
export const picture = (size: string, rate: string, seconds: number): string[] => [
  ...['-f', 'lavfi', '-i', `testsrc=s=${size}:r=${rate}:d=${seconds}`],
];
export const sound = (seconds: number, hertz = 440): string[] => [
  ...['-f', 'lavfi', '-i', `sine=f=${hertz}:d=${seconds}`],
];

export const hashOf = (frame: Pick<Frame, 'planes'>): string => {
  const hash = createHash('md5');
  for (const plane of frame.planes)
    hash.update(new Uint8Array(plane.buffer, plane.byteOffset, plane.byteLength));
  return hash.digest('hex');
};

/** Place and hash of every frame that decoding gives. */
export async function hashes(
  file: string,
  facts: ReelFacts,
  options: DecodeOptions = {},
): Promise<{ index: number; pts: number; hash: string }[]> {
  const list = [];
  for await (const frame of decodeReel(file, facts, options))
    list.push({ index: frame.index, pts: frame.pts, hash: hashOf(frame) });
  return list;
}

/** What ffmpeg itself decodes, in the pipe's own bytes. */
export const rawBytes = (tools: Tools, file: string, pixelFormat: string): Buffer =>
  execFileSync(
    tools.ffmpeg.path,
    [
      ...['-nostdin', '-v', 'error', '-noautorotate', '-i', file, '-map', '0:v:0', '-vsync', '0'],
      ...['-pix_fmt', pixelFormat, '-f', 'rawvideo', 'pipe:1'],
    ],
    { maxBuffer: 1 << 28 },
  );
