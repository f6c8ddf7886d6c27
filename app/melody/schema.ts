/** Melodies as they cross a border (contract, recipes, library): checked note by note, so that what is inside is sound. */
import { z } from 'zod';
import { modes, type Melody } from './types.ts';

/** More notes than any melody has that is sung or danced to. */
const MOST_NOTES = 20_000;

export const noteSchema = z.object({
  pitch: z.number().int().min(0).max(127),
  onset: z.number().int().min(0).max(1_000_000),
  duration: z.number().int().min(1).max(100_000),
});

const checked = z
  .object({
    notes: z.array(noteSchema).max(MOST_NOTES),
    bar: z.number().int().min(1).max(256),
    pickup: z.number().int().min(0).max(256),
    tempo: z.number().min(1).max(1000).nullable(),
    key: z.object({ tonic: z.number().int().min(0).max(11), mode: z.enum(modes) }),
    phraseStarts: z.array(z.number().int().min(0)).max(MOST_NOTES),
    syllables: z.array(z.number().int().min(0)).max(MOST_NOTES),
    neurri: z.string().max(200).nullable(),
    seed: z.number().int().nullable(),
    metre: z.tuple([z.number().int().min(1), z.number().int().min(1)]).nullable(),
  })
  .refine(
    ({ notes }) => notes.every((n, i) => i === 0 || n.onset >= notes[i - 1].onset + notes[i - 1].duration),
    {
      message: 'Two notes sound at once.',
      path: ['notes'],
    },
  )
  .refine(
    ({ notes, phraseStarts, syllables }) =>
      phraseStarts.every((p, i) => p < notes.length && (i === 0 ? p === 0 : p > phraseStarts[i - 1])) &&
      syllables.length === phraseStarts.length,
    { message: 'Phrases do not fit the notes.', path: ['phraseStarts'] },
  );

/** What it lets through is what the program calls a melody. */
export const melodySchema = checked as unknown as z.ZodType<Melody, Melody>;
export const parseMelody = (value: unknown): Melody => melodySchema.parse(value);
