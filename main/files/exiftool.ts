/**
 * One exiftool process for everything, started at the first need and kept: its start costs a third of a
 * second, an answer a few hundredths. Names with control characters, which its line protocol cannot carry,
 * reach it through a link with a plain name.
 */
import type { ExifTool, Tags, WriteTags } from 'exiftool-vendored';
import { withPlainPath } from './safe-path.ts';

let tool: Promise<ExifTool> | null = null;

function exiftool(): Promise<ExifTool> {
  // Loaded when it is needed: the package is large, and threads that only compute never need it.
  tool ??= import('exiftool-vendored').then(
    ({ ExifTool }) =>
      new ExifTool({
        maxProcs: 1,
        // A tenth of a second is usual; metadata made to keep it busy must not keep a roll waiting.
        taskTimeoutMillis: 15_000,
        // Warnings about odd but readable metadata must not lose the rest of it.
        ignoreMinorErrors: true,
      }),
  );
  return tool;
}

/** Starts the process without waiting for it, so that it is there when the pixels are. */
export function startExiftool(): void {
  exiftool()
    .then((running) => running.version())
    .catch(() => undefined);
}

/** Some tags of a file as plain text; throws when exiftool cannot read it. */
export async function readTags(file: string, tags: string[]): Promise<Record<string, string>> {
  return withPlainPath(file, async (plain) => {
    const found: Tags = await (
      await exiftool()
    ).readRaw(plain, {
      readArgs: ['-fast2', ...tags.map((t) => `-${t}`)],
    });
    const out: Record<string, string> = {};
    for (const [key, value] of Object.entries(found))
      if (typeof value === 'string' || typeof value === 'number') out[key] = String(value);
    return out;
  });
}

/** Copies metadata from one file into another with the given exiftool arguments (after -TagsFromFile). */
export async function copyTags(from: string, to: string, args: string[]): Promise<string[]> {
  return withPlainPath(from, async (plain) => {
    const result = await (
      await exiftool()
    ).write(to, {}, { writeArgs: ['-overwrite_original', '-TagsFromFile', plain, ...args] });
    return result.warnings ?? [];
  });
}

/** Sets tags of a file (null deletes one). Values may hold any text. */
export async function writeTags(to: string, tags: Record<string, unknown>): Promise<string[]> {
  const result = await (
    await exiftool()
  ).write(to, tags as WriteTags, { writeArgs: ['-overwrite_original'] });
  return result.warnings ?? [];
}

/** Ends the process; a later call starts another. */
export async function endExiftool(): Promise<void> {
  const running = tool;
  tool = null;
  await (await running)?.end();
}
