/**
 * What a window may ask of scores: the contract's `score.*`. Composing and rendering happen in the engine; sounds lie as
 * files in the cache, named by what they are made of, so that the same wish is not rendered twice, and the oldest go.
 */
import { createHash, randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { Handlers } from '../../app/contract/index.ts';
import { melodyGenerators } from '../../app/contract/score.ts';
import type { Folder } from '../../app/contract/host.ts';
import { RevealError } from '../../app/contract/messages.ts';
import { NEURRIAK } from '../../app/melody/neurri.ts';
import { say } from '../../app/words/sentences.ts';
import type { Engine } from '../engine/protocol.ts';
import { outputStem } from '../jobs/template.ts';
import type { Db } from '../library/database.ts';
import { Doinuak } from './store.ts';
import { makeFolder } from '../files/folder.ts';

type ScoreCalls = Extract<keyof Handlers, `score.${string}`>;

export interface ScoreHostOptions {
  db: Db;
  engine: Engine;
  /** Folder for rendered sounds. */
  cacheDir: string;
  /** A folder this host may use, by id; throws when it is unknown. */
  folder(id: string): Folder;
  /** Length and cuts of a reel, in seconds, by its recipe. */
  reelTime(itemId: number, signal: AbortSignal): Promise<{ seconds: number; cuts: number[] }>;
  /** Runs whose models are at work, by network (main/studio/host/folders.ts). */
  inUse(): Readonly<Partial<Record<string, string>>>;
  publish(topic: 'score.changed', news: Record<string, never>): void;
}

export interface ScoreHost {
  handlers: Pick<Handlers, ScoreCalls>;
  /** File of a rendered sound by its address, or null. */
  sound(address: string): string | null;
}

/** Sounds kept in the cache: some fifty minutes of stereo in 24 bits. */
const KEPT_BYTES = 1 << 30;
const ADDRESS = /^\/score\/([0-9a-f]{32})\.wav$/;

export function scoreHost({
  db,
  engine,
  cacheDir,
  folder,
  reelTime,
  inUse,
  publish,
}: ScoreHostOptions): ScoreHost {
  const doinuak = new Doinuak(db);
  const ok = { ok: true } as const;
  const changed = (): void => publish('score.changed', {});

  /** Where the sound of this lies or shall lie; what is asked for again counts as new. */
  const place = async (what: unknown): Promise<{ file: string; url: string; there: boolean }> => {
    const name = createHash('sha256').update(JSON.stringify(what)).digest('hex').slice(0, 32);
    await makeFolder(cacheDir);
    const file = path.join(cacheDir, `${name}.wav`);
    const there = existsSync(file);
    if (there) await utimes(file, new Date(), new Date()).catch(() => undefined);
    else await makeRoom(cacheDir);
    return { file, url: `/score/${name}.wav`, there };
  };
  /** Film scores by the address of their sound: what was played is asked for again with it. */
  const films = new Map<string, Awaited<ReturnType<typeof engine.call<'renderFilmScore'>>>>();

  return {
    sound: (address) => {
      const match = ADDRESS.exec(address);
      return match ? path.join(cacheDir, `${match[1]}.wav`) : null;
    },
    handlers: {
      'score.choices': () =>
        Promise.resolve({
          neurriak: NEURRIAK.map(({ name, title, syllables }) => ({
            name,
            title,
            syllables: [...syllables],
          })),
          generators: [...melodyGenerators],
          own: melodyGenerators.flatMap((generator) => {
            const run = inUse()[generator];
            return run === undefined ? [] : [{ generator, run }];
          }),
        }),
      'score.compose': async (wish, { signal }) => {
        const seed = wish.seed ?? randomInt(0xffffffff);
        const melody = await engine.call('composeMelody', { wish: { ...wish, seed } }, { signal });
        return { melody };
      },
      'score.engrave': (args, { signal }) => engine.call('engraveMelody', args, { signal }),
      'score.sound': async ({ melody, play, loop }, { signal }) => {
        const { file, url, there } = await place({ melody, play, loop });
        if (!there)
          await engine.call('renderMelody', { melody, play, loop, loudness: -16, out: file }, { signal });
        return { url, seconds: ((await stat(file)).size - 44) / (6 * 48_000) };
      },
      'score.film': async ({ itemId, score }, { signal }) => {
        const film = await reelTime(itemId, signal);
        // Another model composes another melody.
        const { bertso, milia } = inUse();
        const { file, url, there } = await place({ score, film, bertso, milia });
        let made = there ? films.get(url) : undefined;
        made ??= await engine.call('renderFilmScore', { score, film, out: file }, { signal });
        films.set(url, made);
        return { url, seconds: film.seconds, ...made };
      },
      'score.read': async ({ name, data }, { signal }) => {
        const bytes = new Uint8Array(Buffer.from(data, 'base64'));
        return {
          melody: await engine.call('readMelody', { name: path.basename(name), data: bytes }, { signal }),
        };
      },
      'score.list': () => Promise.resolve({ doinuak: doinuak.list() }),
      'score.keep': ({ title, melody }) => {
        const kept = doinuak.keep(title, melody);
        changed();
        return Promise.resolve(kept);
      },
      'score.rename': ({ id, title }) => {
        const kept = doinuak.rename(id, title);
        changed();
        return Promise.resolve(kept);
      },
      'score.remove': ({ id }) => {
        doinuak.remove(id);
        changed();
        return Promise.resolve(ok);
      },
      'score.restore': ({ id }) => {
        doinuak.restore(id);
        changed();
        return Promise.resolve(ok);
      },
      'score.export': async ({ melody, title, formats, play, loudness, folderId }, { signal }) => {
        const destination = folder(folderId);
        if (destination.purpose !== 'export')
          throw new RevealError('bad-request', say('score-folder', { folder: destination.name }));
        await makeFolder(destination.path);
        const files: string[] = [];
        const stem = freeStem(destination.path, title, formats);
        for (const format of formats) {
          const out = path.join(destination.path, `${stem}.${format}`);
          if (format === 'wav')
            await engine.call('renderMelody', { melody, play, loop: false, loudness, out }, { signal });
          else await engine.call('writeMelody', { melody, title, format, out }, { signal });
          files.push(path.basename(out));
        }
        return { folder: destination.name, files };
      },
    },
  };
}

/** Takes the sounds away that were not asked for the longest, until the rest is small enough. */
async function makeRoom(dir: string): Promise<void> {
  const files = await Promise.all(
    (await readdir(dir)).map(async (name) => {
      const info = await stat(path.join(dir, name)).catch(() => null);
      return { file: path.join(dir, name), bytes: info?.size ?? 0, at: info?.mtimeMs ?? 0 };
    }),
  );
  let bytes = files.reduce((sum, f) => sum + f.bytes, 0);
  for (const f of files.sort((a, b) => a.at - b.at)) {
    if (bytes <= KEPT_BYTES) break;
    await rm(f.file, { force: true });
    bytes -= f.bytes;
  }
}

/** The title as a file name, with a number where a file of one of these kinds has it already: all share one name. */
function freeStem(dir: string, title: string, formats: readonly string[]): string {
  const parts = { name: title, roll: null, frame: 0, frames: 1, date: null, n: 1, total: 1 };
  const stem = outputStem('{name}', parts);
  for (let n = 1; ; n++) {
    const name = n === 1 ? stem : `${stem}-${n}`;
    if (!formats.some((format) => existsSync(path.join(dir, `${name}.${format}`)))) return name;
  }
}
