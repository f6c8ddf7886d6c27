/** Whether an export was finished before: its film lies there, whole, and its record says that it is of this source and recipe. */
import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { recordedRecipe } from '../actions/film/record.ts';
import { hashFile } from '../files/disk.ts';
import { identityOf } from './reel-folder.ts';
import { picturesAreWhole } from './reel-pictures.ts';
import type { ReelExportResult, ReelExportTask } from './reel-protocol.ts';

const recordSchema = z.object({
  action: z.literal('film'),
  complete: z.literal(true),
  source: z.object({ bytes: z.number(), sample: z.string() }),
  recipe: z.unknown(),
  export: z.object({ codec: z.string(), quality: z.number(), sound: z.string() }),
  pictures: z.string().optional(),
  seed: z.number(),
  shots: z.array(z.unknown()),
  models: z.array(z.object({ step: z.string(), name: z.string(), sha256: z.string() })),
  warnings: z.array(z.string()),
  film: z.object({
    ...{ frames: z.number(), bytes: z.number(), width: z.number(), height: z.number(), bits: z.number() },
  }),
  sha256: z.string(),
});

/** The result of the earlier run; null: there is none of this task. */
export async function finishedBefore(task: ReelExportTask): Promise<ReelExportResult | null> {
  const started = performance.now();
  const info = await stat(task.output).catch(() => null);
  const text = await readFile(`${task.output}.revelado.json`, 'utf8').catch(() => null);
  if (!info || info.isDirectory() !== (task.pictures !== undefined) || text === null) return null;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const parsed = recordSchema.safeParse(json);
  if (!parsed.success) return null;
  const record = parsed.data;
  const { codec, quality, sound } = task.export;
  const source = await identityOf(task.path);
  const same =
    record.source.bytes === source.bytes &&
    record.source.sample === source.sample &&
    JSON.stringify(record.recipe) === JSON.stringify(recordedRecipe(task.recipe)) &&
    record.export.codec === codec &&
    record.export.quality === quality &&
    record.export.sound === sound &&
    record.seed === (task.seed ?? 0) &&
    record.pictures === task.pictures &&
    (task.pictures !== undefined || record.film.bytes === info.size);
  const whole = async (): Promise<boolean> =>
    task.pictures
      ? picturesAreWhole(task.output, record.sha256)
      : (await hashFile(task.output)) === record.sha256;
  if (!same || !(await whole())) return null;
  return {
    output: task.output,
    partial: null,
    sha256: record.sha256,
    ...record.film,
    shots: record.shots.length,
    seconds: (performance.now() - started) / 1000,
    steps: [],
    models: record.models,
    warnings: record.warnings,
    reused: 0,
    record: json,
  };
}
