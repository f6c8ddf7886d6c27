/**
 * Every sentence that analysis, library and doctor say to a person, in English, by id. Holes are `{{name}}` for
 * text and `{{name:n}}` for a number. Sentences travel and are stored as plain English (command line, JSON,
 * change record, library); a window that speaks another language recognises them by their template. The brand
 * on `Sentence` makes that sound: where a type asks for a Sentence, only `say` can make one, so nothing is said
 * that the catalogue does not hold, and tests prove that each entry is recognised and translated.
 */
import { doctorSentences } from './doctor.ts';
import { filesSentences } from './files.ts';
import { filmSentences } from './film.ts';
import { positiveSentences } from './positive.ts';
import { scanSentences } from './scan.ts';
import { scoreSentences } from './score.ts';
import { soundSentences } from './sound.ts';
import { studioSentences } from './studio.ts';

export const sentences = {
  ...scanSentences,
  ...doctorSentences,
  ...positiveSentences,
  ...filesSentences,
  ...studioSentences,
  ...filmSentences,
  ...scoreSentences,
  ...soundSentences,
} as const;

export type SentenceId = keyof typeof sentences;

declare const said: unique symbol;
/** English text made by `say`. A plain string to everything that only reads it. */
export type Sentence = string & { readonly [said]: true };

type HoleOf<T extends string> = T extends `${string}{{${infer H}}}${infer Rest}`
  ? (H extends `${infer Name}:n` ? Name : H) | HoleOf<Rest>
  : never;
/** Names of the holes of a sentence. */
export type Holes<I extends SentenceId> = HoleOf<(typeof sentences)[I]>;

const HOLE = /\{\{(\w+)(:n)?\}\}/g;

/** Fills the holes of a template; a hole without a value stays as it is written. */
export function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(HOLE, (hole, name: string) => values[name] ?? hole);
}

/** The English sentence of this id. Numbers are given as they shall stand, e.g. `slope.toFixed(2)`. */
export function say<I extends SentenceId>(
  id: I,
  ...values: [Holes<I>] extends [never] ? [] : [Readonly<Record<Holes<I>, string>>]
): Sentence {
  return fill(sentences[id], values[0] ?? {}) as Sentence;
}

export interface Recognised {
  id: SentenceId;
  values: Record<string, string>;
  /** Names of the holes that hold numbers. */
  numbers: ReadonlySet<string>;
}

interface Pattern {
  id: SentenceId;
  pattern: RegExp;
  numbers: ReadonlySet<string>;
}

let exact: Map<string, SentenceId> | undefined;
let patterns: Pattern[] | undefined;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function compile(id: SentenceId): Pattern {
  const numbers = new Set<string>();
  let source = '';
  let at = 0;
  for (const match of sentences[id].matchAll(HOLE)) {
    const [hole, name, number] = match;
    if (number) numbers.add(name);
    source += escaped(sentences[id].slice(at, match.index));
    source += number ? `(?<${name}>-?\\d+(?:\\.\\d+)?)` : `(?<${name}>.+)`;
    at = match.index + hole.length;
  }
  return { id, numbers, pattern: new RegExp(`^${source}${escaped(sentences[id].slice(at))}$`, 's') };
}

/** Which sentence of the catalogue an English text is; null when it is none (an older version's, a system's words). */
export function recognise(text: string): Recognised | null {
  const ids = Object.keys(sentences) as SentenceId[];
  exact ??= new Map(ids.filter((id) => !sentences[id].includes('{{')).map((id) => [sentences[id], id]));
  const id = exact.get(text);
  if (id) return { id, values: {}, numbers: new Set() };
  patterns ??= ids.filter((i) => sentences[i].includes('{{')).map(compile);
  for (const { id: candidate, pattern, numbers } of patterns) {
    const match = pattern.exec(text);
    if (match) return { id: candidate, values: { ...match.groups }, numbers };
  }
  return null;
}
