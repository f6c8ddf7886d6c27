/**
 * Neurriak, the metres of sung Basque verse: how many syllables each phrase has. A line of a verse is two phrases
 * (a long and a short one) with the caesura between them; in zortziko handia and hamarreko handia the long one has
 * a caesura of its own after its fifth syllable. Patterns after the descriptions of Euskal Kultur Erakundea
 * (eke.eus, "Neurria"; in the south the lines are counted by halves) and, for bederatziko txikia, of the Basque Wikipedia.
 * Of sei puntukoa there are several forms. Two stand in the database of Bertsozale Elkartea (bdb.bertsozale.eus) with their
 * syllables: sei puntuko handia, which is hamabiko handia in the south, `10 / 8A` six times (tunes "Aisa altxatu zuen",
 * "Arratsalde on eta muxu bat"), and sei puntuko berdina of eight syllables, six lines of one rhyme. `Sei puntukoa` alone does
 * not say which is meant, so it is no name; other forms are written as patterns.
 */

export interface Neurri {
  /** Name of the preset, or the pattern itself, `7-6-7-6`. */
  readonly name: string;
  /** As it is written in Basque; of a pattern of one's own: the pattern. */
  readonly title: string;
  /** Syllables of each phrase. */
  readonly syllables: readonly number[];
  /** For each phrase the syllable after which it has a caesura of its own; null: none. */
  readonly caesuras: readonly (number | null)[];
}

const times = (count: number, ...pattern: number[]): number[] =>
  Array.from({ length: count }, () => pattern).flat();

const preset = (name: string, title: string, syllables: readonly number[]): Neurri => ({
  name,
  title,
  syllables,
  caesuras: syllables.map((n) => (n === 10 ? 5 : null)),
});

/** The presets, most used first. */
export const NEURRIAK: readonly Neurri[] = [
  preset('zortziko-txikia', 'Zortziko txikia', times(4, 7, 6)),
  preset('zortziko-handia', 'Zortziko handia', times(4, 10, 8)),
  preset('hamarreko-txikia', 'Hamarreko txikia', times(5, 7, 6)),
  preset('hamarreko-handia', 'Hamarreko handia', times(5, 10, 8)),
  preset('sei-puntuko-handia', 'Sei puntuko handia', times(6, 10, 8)),
  preset('sei-puntuko-berdina', 'Sei puntuko berdina', times(6, 8)),
  preset('bederatziko-txikia', 'Bederatzi puntuko txikia', [7, 6, 7, 5, 7, 6, 7, 6, 6, 6, 6, 6, 7, 5]),
];
export const DEFAULT_NEURRI = NEURRIAK[0];

/** Bounds of patterns of one's own: what a breath, a screen and the networks can take. */
export const PATTERN_LIMITS = { phrases: 24, least: 3, most: 16 } as const;

/**
 * A name as people write it, made plain: case, accents, spaces and underscores, the older and northern spellings
 * (ttikia, zortzikoa, bederatzi puntukoa) and `handi` for `handia`.
 */
function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .trim()
    .replace(/[\s_]+/g, '-')
    .replace(/^zortziko[ae]?-/, 'zortziko-')
    .replace(/^hamarreko[ae]?-/, 'hamarreko-')
    .replace(/^(bederatzi-puntuko[a]?|bederatzikoa|bederatzi)(-|$)/, 'bederatziko$2')
    .replace(/^(hamabiko[ae]?|sei-puntuko[ae]?|seiko[ae]?)-/, 'sei-puntuko-')
    .replace(/^bederatziko$/, 'bederatziko-txikia')
    .replace(/-(ttiki|ttikia|txiki|tiki|tikia|chiki|chiquia|motz|motza|labur|laburra)$/, '-txikia')
    .replace(/-(handi|aundi|aundia|andia|luze|luzea)$/, '-handia');
}

export type ParsedNeurri =
  | { readonly ok: true; readonly neurri: Neurri }
  | {
      readonly ok: false;
      /** `unknown`: no preset of this name; `phrases`, `syllables`: a pattern outside PATTERN_LIMITS. */
      readonly reason: 'unknown' | 'phrases' | 'syllables';
      /** Names of all presets. */
      readonly known: readonly string[];
    };

/**
 * A preset by name, or a pattern of syllables: `7-6-7-6`, `7/6 7/6`, `10 8 10 8`. Repetition may be written
 * `7-6 x4`. The largest and smallest counts are those of PATTERN_LIMITS.
 */
export function parseNeurri(text: string): ParsedNeurri {
  const known = NEURRIAK.map((n) => n.name);
  const name = plain(text);
  const found = NEURRIAK.find((n) => n.name === name);
  if (found) return { ok: true, neurri: found };
  const pattern = /^(\d+(?:[\s.,/+-]+\d+)*)(?:\s*[x×*]\s*(\d+))?$/i.exec(text.trim());
  if (!pattern) return { ok: false, reason: 'unknown', known };
  const once = pattern[1].split(/[\s.,/+-]+/).map(Number);
  const repeats = pattern[2] === undefined ? 1 : Number(pattern[2]);
  const { phrases, least, most } = PATTERN_LIMITS;
  if (repeats < 1 || once.length * repeats > phrases) return { ok: false, reason: 'phrases', known };
  const syllables = times(repeats, ...once);
  if (syllables.some((n) => n < least || n > most)) return { ok: false, reason: 'syllables', known };
  const preset = NEURRIAK.find((n) => n.syllables.join() === syllables.join());
  const own = syllables.join('-');
  return {
    ok: true,
    neurri: preset ?? {
      name: own,
      title: own,
      syllables,
      caesuras: syllables.map(() => null),
    },
  };
}
