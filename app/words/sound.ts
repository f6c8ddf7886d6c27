/** What synthesiser, engraver and the fitting of a score to a film say. In English, by id; sentences.ts says how they are written. */
export const soundSentences = {
  'score-no-bank':
    'The sound bank of the score cannot be read ({{detail}}). Install Revelado again, or run npm ci in a checkout.',
  'score-no-engraver':
    'The music engraver cannot be started ({{detail}}). Install Revelado again, or run npm ci in a checkout.',
  'score-not-engraved': 'This melody could not be set as a line of music: {{detail}}',
  'score-tempo':
    'A tempo of {{tempo:n}} quarters a minute cannot be played; it must lie between {{least:n}} and {{most:n}}.',
  'score-film-short':
    'The film lasts {{seconds:n}} s, less than one phrase: it gets the closing notes of the melody at a pace that fits.',
  'score-film-long':
    'A score is composed for films of at most {{hours:n}} hours; this one lasts {{seconds:n}} s.',
  'score-gone': 'This doinu is not kept any more.',
  'score-folder': '{{folder}} is not a folder for exports.',
} as const;
