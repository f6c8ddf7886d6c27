/**
 * Finds ffmpeg and ffprobe: the user's setting first, then ffmpeg-static (a recent build that its install
 * script fetches), then the PATH, then the older build inside the @ffmpeg-installer / @ffprobe-installer
 * packages. A candidate counts only when it runs and says its version.
 */
import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { say } from '../../app/words/sentences.ts';

export type FfmpegTool = 'ffmpeg' | 'ffprobe';
export interface FoundTool {
  path: string;
  version: string;
  source: 'setting' | 'ffmpeg-static' | 'PATH' | 'npm package';
}
/** A place to look: null when there is nothing there. */
export interface ToolCandidate {
  source: FoundTool['source'];
  path: string | null;
}

const require = createRequire(import.meta.url);

function fromPackage(load: () => unknown): string | null {
  try {
    const value = load();
    if (typeof value === 'string') return value;
    const withPath = value as { path?: unknown; default?: unknown };
    if (typeof withPath.path === 'string') return withPath.path;
    return typeof withPath.default === 'string' ? withPath.default : null;
  } catch {
    return null;
  }
}

/** Looks for an executable file on the PATH. */
export function onPath(name: string, env: NodeJS.ProcessEnv = process.env): string | null {
  const names = process.platform === 'win32' ? [`${name}.exe`, `${name}.cmd`, name] : [name];
  for (const dir of (env['PATH'] ?? '').split(path.delimiter))
    for (const file of names) {
      if (!dir) continue;
      const full = path.join(dir, file);
      try {
        accessSync(full, constants.X_OK);
        return full;
      } catch {
        // Not here: look in the next folder.
      }
    }
  return null;
}

/** The places in the order they are tried. A setting for ffmpeg also tells where its ffprobe should lie. */
export function toolCandidates(tool: FfmpegTool, setting: string | null): ToolCandidate[] {
  const beside = setting
    ? path.join(path.dirname(setting), path.basename(setting).replace('ffmpeg', tool))
    : null;
  const list: ToolCandidate[] = [{ source: 'setting', path: tool === 'ffmpeg' ? setting : beside }];
  if (tool === 'ffmpeg')
    list.push({ source: 'ffmpeg-static', path: fromPackage(() => require('ffmpeg-static')) });
  list.push({ source: 'PATH', path: onPath(tool) });
  list.push({
    source: 'npm package',
    path: fromPackage(() =>
      tool === 'ffmpeg' ? require('@ffmpeg-installer/ffmpeg') : require('@ffprobe-installer/ffprobe'),
    ),
  });
  return list;
}

/** A machine that has too much to do takes this long to start a program; another program in its place makes other bytes. */
const ANSWER_MS = 60_000;

/** Version as the program itself says it, or null when it does not run. */
export function askVersion(file: string, tool: FfmpegTool): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(file, ['-version'], { timeout: ANSWER_MS, windowsHide: true }, (error, stdout) => {
      const found = new RegExp(`^${tool} version (\\S+)`, 'm').exec(stdout ?? '');
      resolve(error || !found ? null : found[1]);
    });
  });
}

/** @returns the first candidate that runs, and why earlier ones did not count. */
export async function findTool(
  tool: FfmpegTool,
  setting: string | null,
  candidates: ToolCandidate[] = toolCandidates(tool, setting),
): Promise<{ found: FoundTool | null; rejected: string[] }> {
  const rejected: string[] = [];
  for (const candidate of candidates) {
    if (!candidate.path) continue;
    const version = await askVersion(candidate.path, tool);
    if (version) return { found: { path: candidate.path, version, source: candidate.source }, rejected };
    rejected.push(
      existsSync(candidate.path)
        ? say('tool-no-run', { path: candidate.path, source: candidate.source })
        : say('tool-no-program', { source: candidate.source }),
    );
  }
  return { found: null, rejected };
}
