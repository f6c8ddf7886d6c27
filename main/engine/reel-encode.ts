/** From frames to a film: the encoder of a segment, and the joining of segments with everything else that the source has. */
import { rm } from 'node:fs/promises';
import { RevealError } from '../../app/contract/messages.ts';
import type { Frame } from '../../app/film/frame.ts';
import { say } from '../../app/words/sentences.ts';
import type { FilmExport } from '../../app/recipe/film.ts';
import { outputBase, outputEnd } from '../actions/film/times.ts';
import { freeSpace } from '../files/disk.ts';
import path from 'node:path';
import type { ReelFacts } from '../../app/film/probe.ts';
import type { ReelPlan } from '../actions/film/plan.ts';
import { openEncoder } from './ffmpeg-encode.ts';
import { containerFor, extensionOf, joinReel, type FilmContainer, type ReelSound } from './ffmpeg-mux.ts';
import type { FoundTool } from './ffmpeg-find.ts';
import { joinPictures } from './reel-pictures.ts';
import { ffmpegProgram } from './ffmpeg-run.ts';
import type { ReelFolder, SegmentManifest } from './reel-folder.ts';
import type { ReelExportTask } from './reel-protocol.ts';

/** Ending of a segment's file; what it is, is in the file. */
export const SEGMENT_EXTENSION = '.piece';

export interface SegmentEncoder {
  write(frame: Frame): Promise<void>;
  end(): Promise<void>;
  abort(): Promise<void>;
}

/** The ffmpeg of an export; its version decides about bytes. */
export const exportTool = (): Promise<FoundTool> => ffmpegProgram('ffmpeg');

export async function openSegment(
  plan: ReelPlan,
  facts: ReelFacts,
  output: string,
  tool: FoundTool,
  signal: AbortSignal,
): Promise<SegmentEncoder> {
  const { cadence } = plan.recipe.params;
  const encoder = await openEncoder({
    format: plan.to,
    codec: plan.codec,
    quality: plan.quality,
    rate:
      plan.tempo > 0
        ? { num: Math.round(plan.tempo * 1000) * plan.ticks, den: 1000 }
        : { num: facts.averageRate.num * plan.ticks, den: facts.averageRate.den },
    sampleAspect: facts.sampleAspect,
    // Fields that were made into frames are none any more.
    fields: cadence.on && cadence.fields !== 'keep' ? 'progressive' : facts.fields,
    threads: plan.threads,
    out: output,
    tool,
    signal,
  });
  return {
    write: (frame) => encoder.write(frame),
    end: async () => {
      await encoder.close();
    },
    abort: () => encoder.abort(),
  };
}

/** Room that must be left on the disk for a film to be joined while its segments stay. */
const RESERVE = 64 << 20;

/** What becomes of the sound of this task. Sound cannot follow frames that keep another time. */
export function soundOf(
  task: Pick<ReelExportTask, 'export'>,
  plan: Pick<ReelPlan, 'tempo'>,
  score: string | null,
): ReelSound {
  if (score !== null) return { kind: 'file', file: score };
  if (task.export.sound !== 'copy' || plan.tempo > 0) return { kind: 'none' };
  return { kind: 'copy' };
}

const CONTAINERS: Record<string, FilmContainer> = {
  '.mp4': 'mp4',
  '.m4v': 'mp4',
  '.mov': 'mov',
  '.mkv': 'matroska',
};

/** Ending that a film of this codec and sound has. */
export const filmExtension = (
  wish: Pick<FilmExport, 'codec' | 'sound'>,
  facts: Pick<ReelFacts, 'audio'>,
): string => extensionOf(containerFor(wish.codec, facts, wish.sound === 'score' ? 'file' : wish.sound));

export interface Joined {
  sha256: string;
  bytes: number;
  frames: number;
  notes: string[];
}

/**
 * Joins the segments to the film. Where the disk has room for both, they stay until it is complete; where it has not,
 * each goes as soon as it is in the film, so that a film needs no more room than itself and one segment. (A power cut in
 * those minutes costs the segments that are gone: they are made again, and come out the same.)
 */
export async function joinFilm(options: {
  task: ReelExportTask;
  plan: ReelPlan;
  facts: ReelFacts;
  manifests: readonly SegmentManifest[];
  folder: ReelFolder;
  output: string;
  /** WAV file of a composed score. */
  score: string | null;
  overwrite: boolean;
  tool: FoundTool;
  signal: AbortSignal;
  onProgress: (share: number) => void;
}): Promise<Joined> {
  const { task, plan, facts, manifests, folder, output, signal } = options;
  const pts = manifests.flatMap((m) => m.pts);
  const pieces = manifests.map((m) => folder.segment(m.index));
  const shared = {
    ...{ pieces, facts, source: task.path, pts, timeBase: outputBase(plan, facts), out: output },
    ...{
      sound: soundOf(task, plan, options.score),
      overwrite: options.overwrite,
      tool: options.tool,
      signal,
    },
    onFrames: (done: number) => options.onProgress(done / pts.length),
  };
  if (task.pictures) return joinPictures({ ...shared, format: plan.to, kind: task.pictures });
  const container =
    CONTAINERS[
      path
        .extname(output)
        .replace(/^\.partial/, '')
        .toLowerCase()
    ];
  if (!container) throw new RevealError('bad-input', say('film-extension', { file: path.basename(output) }));
  const bytes = manifests.reduce((sum, m) => sum + m.bytes, 0);
  const tight = (await freeSpace(path.dirname(output))) < bytes * 1.05 + RESERVE;
  return joinReel({
    ...shared,
    ...{ codec: plan.codec, container, end: outputEnd(plan, facts) },
    ...(tight ? { onPiece: (at: number) => rm(folder.segment(manifests[at].index), { force: true }) } : {}),
  });
}
