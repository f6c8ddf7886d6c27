/** What reels say: probing, cleaning, colouring, exporting. In English, by id; sentences.ts says how they are written. */
export const filmSentences = {} as const;
