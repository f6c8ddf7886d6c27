/** What the composer says of melodies, metres and MIDI files. In English, by id; sentences.ts says how they are written. */
export const scoreSentences = {} as const;
