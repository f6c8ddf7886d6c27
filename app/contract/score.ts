/**
 * The Score room and the score of a reel as a window sees them: composing, listening, printing, keeping and exporting
 * doinuak. A melody crosses as its notes; its sound is a file behind an address, its printed line SVG text. Melodies come
 * in as the bytes of a file that was dropped or picked, never as a path.
 */
import { z } from 'zod';
import { melodySchema } from '../melody/schema.ts';
import { melodyKinds } from '../melody/types.ts';
import { reelScoreSchema } from '../recipe/film.ts';
import { accompaniments, instruments, TEMPO_LIMITS } from '../sound/performance.ts';

const id = z.number().int();

export const melodyGenerators = ['auto', 'bertso', 'milia'] as const;

/** What a melody is asked to be. */
export const composeWishSchema = z.object({
  /** A preset's name or a pattern such as `7-6-7-6`; null: a tune without verse. */
  neurri: z.string().max(200).nullable().default('zortziko-txikia'),
  /** null: a new one is drawn, and said in the melody. */
  seed: z.number().int().min(0).max(0xffffffff).nullable().default(null),
  temperature: z.number().min(0).max(2).default(1),
  generator: z.enum(melodyGenerators).default('auto'),
  kind: z.enum(melodyKinds).default('vocal'),
  /** A first phrase that is kept and gone on from. */
  begin: melodySchema.nullable().default(null),
  /** A melody that is varied: each phrase is written anew with the chance `amount`. */
  vary: z
    .object({ melody: melodySchema, amount: z.number().min(0).max(1) })
    .nullable()
    .default(null),
});
export type ComposeWish = z.infer<typeof composeWishSchema>;

export const playWishSchema = z.object({
  instrument: z.enum(instruments).default('flute'),
  accompaniment: z.enum(accompaniments).default('drone'),
  /** Quarters a minute; null: the melody's own. */
  tempo: z.number().min(TEMPO_LIMITS.least).max(TEMPO_LIMITS.most).nullable().default(null),
});
export type PlayWish = z.infer<typeof playWishSchema>;

/** A melody that was kept. */
export const doinuSchema = z.object({
  id,
  title: z.string(),
  melody: melodySchema,
  at: z.number(),
});
export type Doinu = z.infer<typeof doinuSchema>;

export const scoreFormats = ['mid', 'wav', 'svg'] as const;

/** Joins the one table of calls (index.ts). */
export const scoreCalls = {
  /** Metres and generators that there are. */
  'score.choices': [
    z.object({}),
    z.object({
      neurriak: z.array(z.object({ name: z.string(), title: z.string(), syllables: z.array(z.number()) })),
      generators: z.array(z.enum(melodyGenerators)),
      /** Training runs whose model does the work of a generator. */
      own: z.array(z.object({ generator: z.enum(melodyGenerators), run: z.string() })),
    }),
  ],
  /** Composes. Same wish with the same seed: same melody. */
  'score.compose': [composeWishSchema, z.object({ melody: melodySchema })],
  /** The printed line, and which element of it is which note (index in `melody.notes`). */
  'score.engrave': [
    z.object({
      melody: melodySchema,
      title: z.string().max(120).default(''),
      width: z.number().int().min(200).max(4000).default(960),
    }),
    z.object({ svg: z.string(), notes: z.array(z.object({ id: z.string(), note: z.number().int() })) }),
  ],
  /** Renders; the sound lies at `url` (WAV, needs the session's header) until the host ends. */
  'score.sound': [
    z.object({ melody: melodySchema, play: playWishSchema, loop: z.boolean().default(false) }),
    z.object({ url: z.string(), seconds: z.number() }),
  ],
  /** The score of a reel as the film will have it: the sound, and where each phrase is played. */
  'score.film': [
    z.object({ itemId: id, score: reelScoreSchema }),
    z.object({
      url: z.string(),
      seconds: z.number(),
      melodies: z.array(melodySchema),
      passages: z.array(
        z.object({
          melody: z.number().int(),
          from: z.number(),
          to: z.number(),
          at: z.number(),
          seconds: z.number(),
        }),
      ),
      /** How many ends of phrases lie on a cut, of how many. */
      met: z.number().int(),
      ends: z.number().int(),
      notes: z.array(z.string()),
    }),
  ],
  /** Reads a melody from the bytes (base64) of a MIDI, ABC or MusicXML file. */
  'score.read': [
    z.object({ name: z.string().max(255), data: z.base64().max(2_800_000) }),
    z.object({ melody: melodySchema }),
  ],
  'score.list': [z.object({}), z.object({ doinuak: z.array(doinuSchema) })],
  'score.keep': [z.object({ title: z.string().min(1).max(120), melody: melodySchema }), doinuSchema],
  'score.rename': [z.object({ id, title: z.string().min(1).max(120) }), doinuSchema],
  /** Taken off the list; `score.restore` brings it back as long as the host runs. */
  'score.remove': [z.object({ id }), z.object({ ok: z.literal(true) })],
  'score.restore': [z.object({ id }), z.object({ ok: z.literal(true) })],
  /** Writes files named after the title into a folder for exports. @returns their names */
  'score.export': [
    z.object({
      melody: melodySchema,
      title: z.string().min(1).max(120),
      formats: z.array(z.enum(scoreFormats)).min(1),
      play: playWishSchema,
      /** LUFS of the WAV: -16 for listening, -23 for broadcast. */
      loudness: z.union([z.literal(-16), z.literal(-23)]).default(-16),
      folderId: z.string().default('exports'),
    }),
    z.object({ folder: z.string(), files: z.array(z.string()) }),
  ],
} as const satisfies Record<string, readonly [z.ZodType, z.ZodType]>;

export const scoreTopics = {
  /** Kept doinuak are others now. */
  'score.changed': z.object({}),
} as const;
