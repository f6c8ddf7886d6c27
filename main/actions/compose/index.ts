/**
 * Composing: a new melody in a metre of sung verse (neurri) or of a length, the continuation of a first phrase, or a
 * variation of a melody. What comes out is a *melody in bertso metre*: the networks have learnt from public-domain
 * songs and tunes of other countries, since no melody of the bertsolaris has a free licence.
 */
import { RevealError } from '../../../app/contract/messages.ts';
import { fromColumns, toColumns } from '../../../app/melody/columns.ts';
import { eventsOf, notesOf } from '../../../app/melody/events.ts';
import { tonicPitch } from '../../../app/melody/key.ts';
import { DEFAULT_NEURRI, parseNeurri, type Neurri } from '../../../app/melody/neurri.ts';
import { planEnd, planOf, metreOf, type Plan } from '../../../app/melody/plan.ts';
import { freePlan, lengthened, neurriPlan, type PlanTable } from '../../../app/melody/plans.ts';
import { kindOf } from '../../../app/melody/record.ts';
import {
  melodyEnd,
  sixteenthSeconds,
  type Melody,
  type MelodyKind,
  type Note,
} from '../../../app/melody/types.ts';
import type { Choice, Segment } from '../../../app/melody/writer.ts';
import { seeded, type Random } from '../../../app/random.ts';
import { say } from '../../../app/words/sentences.ts';
import { bertso } from '../../../models/bertso/network.ts';
import { milia } from '../../../models/milia/network.ts';
import { MelodyNetworks, type MelodyNetwork } from '../../engine/melody-networks.ts';
import { writeWithBertso } from './bertso.ts';
import { writeWithMilia } from './milia.ts';

export const generators = ['auto', 'bertso', 'milia'] as const;
export type Generator = (typeof generators)[number];

export interface ComposeOptions {
  /** Name of a preset or a pattern (parseNeurri); null: no syllables, a tune of `bars`. Default zortziko-txikia. */
  neurri?: string | null;
  /** Same seed and options, same melody. Default 1. */
  seed?: number;
  /** 0 (always the likeliest) to 2 (wild). Default 1. */
  temperature?: number;
  /** Default 'auto': the one with the better figures. */
  generator?: Generator;
  /** Default 'vocal'. */
  kind?: MelodyKind;
  /** Without a neurri: how many bars, 2 to 200; by default as many as a melody of the data. */
  bars?: number;
  /**
   * How long it shall sound, 2 to 7200: verses are repeated and bars counted to come near, the tempo does the rest (at most
   * a fifth slower or a quarter faster).
   */
  seconds?: number;
  /** A first phrase, which is kept and continued. */
  begin?: Melody;
  /** A melody to vary: each bar (with a neurri: each phrase) is written anew with the chance `amount`, 0..1. */
  vary?: { melody: Melody; amount: number };
  /** Folder of other weights (a model's or a training run's). */
  model?: string;
  /** Folders of weights in the place of the shipped ones, by network; `auto` takes a network that has some before one that has none. */
  models?: Partial<Record<'bertso' | 'milia', string>>;
  networks?: MelodyNetworks;
  /** A network that is open already, instead of one by name. */
  opened?: MelodyNetwork;
  signal?: AbortSignal;
}

const DEFAULT_TEMPERATURE = 1;
/** Found on melodies that were held out: without it too many notes leave the scale (docs/score.md). */
export const NUCLEUS = 0.95;

let shared: MelodyNetworks | null = null;
const sharedNetworks = (): MelodyNetworks => (shared ??= new MelodyNetworks(1));

/** @throws RevealError 'bad-request' naming the known metres, or what is wrong with the pattern */
export function neurriOf(text: string): Neurri {
  const parsed = parseNeurri(text);
  if (parsed.ok) return parsed.neurri;
  const known = parsed.known.join(', ');
  if (parsed.reason === 'unknown')
    throw new RevealError('bad-request', say('score-neurri', { name: text, known }));
  if (parsed.reason === 'phrases')
    throw new RevealError('bad-request', say('score-neurri-phrases', { name: text }));
  throw new RevealError('bad-request', say('score-neurri-syllables', { name: text }));
}

interface Draft {
  plan: Plan;
  segments?: Segment[];
  neurri: Neurri | null;
  /** MIDI pitch of the tonic where a given melody decides it. */
  tonic: number | null;
  tempo: number | null;
}

/** Tempo in quarter notes a minute for singing or playing in a metre. */
function tempoOf(plan: Plan, random: Random): number {
  const [, unit] = plan.metre;
  const [low, high] =
    plan.kind === 'tune' ? (unit === 8 ? [140, 172] : [104, 138]) : unit === 8 ? [96, 132] : [84, 112];
  return Math.round(random.uniform(low, high));
}

/** A new plan: of a neurri, or free. */
function newPlan(table: PlanTable, options: ComposeOptions, random: Random): Pick<Draft, 'plan' | 'neurri'> {
  const { kind = 'vocal', bars } = options;
  if (options.neurri === null) {
    if (bars !== undefined && !(Number.isInteger(bars) && bars >= 2 && bars <= 200))
      throw new RevealError('bad-request', say('score-bars'));
    const entry = freePlan(table, kind, random, bars);
    if (bars !== undefined || options.seconds === undefined) return { plan: entry, neurri: null };
    // As many bars as fill the time, in the metre that has been drawn.
    const each = entry.bar * sixteenthSeconds(tempoOf(entry, seeded(options.seed ?? 1, 'tempo')));
    const wanted = Math.min(200, Math.max(2, Math.round(options.seconds / each)));
    return { plan: lengthened(entry, wanted), neurri: null };
  }
  const neurri = options.neurri === undefined ? DEFAULT_NEURRI : neurriOf(options.neurri);
  return { plan: neurriPlan(table, neurri.syllables, kind, random), neurri };
}

/** Bars of a phrase that is continued, at most: what is longer is a melody already. */
const LONGEST_BEGINNING = 64;

/** The plan of a melody that begins with the notes of another. */
function continued(begin: Melody, fresh: Pick<Draft, 'plan' | 'neurri'>): Draft {
  const key = begin.key;
  const bar = begin.bar;
  const bars = Math.ceil(melodyEnd(begin) / bar);
  if (bars > LONGEST_BEGINNING)
    throw new RevealError(
      'bad-input',
      say('score-too-long', { bars: `${bars}`, most: `${LONGEST_BEGINNING}` }),
    );
  const length = Math.max(bar, Math.ceil((melodyEnd(begin) - begin.pickup / 2) / bar) * bar);
  const rest = fresh.neurri ? fresh.plan.phrases.slice(1) : fresh.plan.phrases.filter((p) => p.end > length);
  // Lines of the fresh plan are so many bars of its own metre: they become as many bars of this one.
  const lines = rest.map((p) => ({
    length: Math.max(1, Math.round((p.end - p.start) / fresh.plan.bar)) * bar,
    notes: p.notes,
  }));
  let start = length;
  const phrases = [
    { start: 0, end: length, notes: fresh.neurri ? begin.notes.length : 0 },
    ...lines.map((line) => {
      const wanted = Math.max(line.length, Math.ceil((line.notes * 2) / bar) * bar);
      const phrase = { start, end: start + wanted, notes: line.notes };
      start += wanted;
      return phrase;
    }),
  ];
  const plan: Plan = {
    ...fresh.plan,
    mode: key.mode,
    bar,
    pickup: begin.pickup,
    metre: begin.metre ?? metreOf(bar),
    phrases,
  };
  const tonic = tonicPitch(begin.notes, key.tonic);
  const given: Segment = { start: 0, end: length, notes: null, given: eventsOf(begin, tonic) };
  const segments: Segment[] = fresh.neurri
    ? [given, ...phrases.slice(1).map((p) => ({ start: p.start, end: p.end, notes: p.notes }))]
    : [given, { start: length, end: planEnd(plan), notes: null }];
  return { plan, segments, neurri: fresh.neurri, tonic, tempo: begin.tempo };
}

/** The plan of a melody some bars (or phrases) of which are written anew. */
function varied(melody: Melody, amount: number, kind: MelodyKind, random: Random): Draft {
  const plan = planOf({ melody, kind: kind === 'tune' ? 'tune' : 'song' });
  const tonic = tonicPitch(melody.notes, melody.key.tonic);
  const events = eventsOf(melody, tonic);
  const sung = melody.phraseStarts.length > 0;
  const onsets = new Set(events.map((e) => e.onset));
  const end = planEnd(plan);
  const bounds = sung
    ? [...plan.phrases.map((p) => p.start), end]
    : [
        0,
        ...Array.from({ length: Math.ceil(end / plan.bar) }, (_, i) => plan.pickup + i * plan.bar).filter(
          // A note that sounds over a bar line keeps the two bars together.
          (t) => t > 0 && t < end && onsets.has(t),
        ),
        end,
      ];
  const parts = bounds.slice(0, -1).map((start, i) => ({ start, end: bounds[i + 1] }));
  const anew = parts.map(() => random.chance(amount));
  // Something changes, unless nothing was asked to.
  if (amount > 0 && !anew.includes(true)) anew[random.int(parts.length)] = true;
  const segments = parts.map(({ start, end: stop }, i): Segment => {
    const own = events.filter((e) => e.onset >= start && e.onset < stop);
    const notes = own.filter((e) => e.tone !== 0).length;
    return anew[i]
      ? { start, end: stop, notes: sung ? notes : null }
      : { start, end: stop, notes, given: own };
  });
  const neurri = melody.neurri === null ? null : parseNeurri(melody.neurri);
  return { plan, segments, neurri: neurri?.ok ? neurri.neurri : null, tonic, tempo: melody.tempo };
}

/** A tonic that puts a melody into the middle of a voice (or of a fiddle). */
function placed(notes: readonly Note[], kind: MelodyKind, random: Random): number {
  const pitches = notes.map((n) => n.pitch);
  const middle = (Math.min(...pitches) + Math.max(...pitches)) / 2;
  // A voice from about G3 to E5, a tune from D4 to B5, and not always in the same key.
  const wanted = (kind === 'tune' ? 74 : 66) + random.int(5) - 2;
  return Math.round(wanted - middle);
}

/** Notes as the network writes them, from the tonic of what was given or from middle C. */
async function drawnNotes(
  network: MelodyNetwork,
  all: boolean,
  { plan, segments, tonic }: Draft,
  { seed = 1, temperature = DEFAULT_TEMPERATURE, signal }: ComposeOptions,
  given: Melody | undefined,
): Promise<Note[]> {
  const random = seeded(seed, 'notes');
  const from = tonic ?? 60;
  if (!all) {
    const choice: Choice = { temperature, nucleus: NUCLEUS };
    const [writer] = await writeWithBertso(network, [{ plan, segments, random }], choice, signal);
    return notesOf(writer.events, from);
  }
  const length = planEnd(plan);
  const keep = new Array<boolean>(length).fill(false);
  for (const segment of segments ?? []) if (segment.given) keep.fill(true, segment.start, segment.end);
  const kept = given ? { columns: toColumns(given.notes, from, length), keep } : undefined;
  const [filling] = await writeWithMilia(network, [{ plan, random, kept }], temperature, signal);
  return fromColumns(filling.columns, from);
}

/** The notes of a draft. What was given is given back as it was, whatever the networks can hold of it. */
async function written(
  network: MelodyNetwork,
  all: boolean,
  draft: Draft,
  options: ComposeOptions,
  given: Melody | undefined,
): Promise<Note[]> {
  const notes = await drawnNotes(network, all, draft, options, given);
  const kept = (draft.segments ?? []).filter((s) => s.given);
  if (!given || kept.length === 0) return notes;
  const isKept = ({ onset }: Note): boolean => kept.some((s) => onset >= s.start && onset < s.end);
  return [...notes.filter((n) => !isKept(n)), ...given.notes.filter(isKept)].sort(
    (a, b) => a.onset - b.onset,
  );
}

/** How much slower or faster than its tempo a melody may become to last as long as was asked. */
const TEMPO_RANGE = [0.8, 1.25] as const;

/** A melody that sounds about so long: repeated whole, then played a little faster or slower. */
export function lasting(melody: Melody, seconds: number): Melody {
  const tempo = melody.tempo ?? 96;
  const end = melodyEnd(melody);
  // A verse begins again at the same place of the bar.
  const verse = Math.ceil(end / melody.bar) * melody.bar;
  const count = Math.max(1, Math.round(seconds / (verse * sixteenthSeconds(tempo))));
  const turns = Array.from({ length: count }, (_, i) => i);
  const all = (verse * (count - 1) + end) * sixteenthSeconds(tempo);
  const factor = Math.min(TEMPO_RANGE[1], Math.max(TEMPO_RANGE[0], all / seconds));
  return {
    ...melody,
    notes: turns.flatMap((i) => melody.notes.map((n) => ({ ...n, onset: n.onset + i * verse }))),
    phraseStarts: turns.flatMap((i) => melody.phraseStarts.map((s) => s + i * melody.notes.length)),
    syllables: turns.flatMap(() => melody.syllables),
    tempo: Math.round(tempo * factor * 100) / 100,
  };
}

/** The network that composes: the one that was asked for, the one whose model a person has put to work, or the better one. */
function chosen({ generator = 'auto', models = {} }: ComposeOptions): 'bertso' | 'milia' {
  if (generator !== 'auto') return generator;
  return models.milia !== undefined && models.bertso === undefined ? 'milia' : 'bertso';
}

/** @throws RevealError 'bad-request' (metre, bars, amount), 'bad-input' (what was given is no melody), 'not-found' (no weights) */
export async function compose(options: ComposeOptions = {}): Promise<Melody> {
  const { seed = 1, temperature = DEFAULT_TEMPERATURE, kind = 'vocal', begin, vary } = options;
  if (!(temperature >= 0 && temperature <= 2)) throw new RevealError('bad-request', say('score-temperature'));
  if (vary && !(vary.amount >= 0 && vary.amount <= 1))
    throw new RevealError('bad-request', say('score-amount'));
  const { seconds } = options;
  if (seconds !== undefined && !(seconds >= 2 && seconds <= 7200))
    throw new RevealError('bad-request', say('score-seconds'));
  for (const given of [begin, vary?.melody])
    if (given && given.notes.length === 0) throw new RevealError('bad-input', say('score-no-notes'));
  const definition = chosen(options) === 'milia' ? milia : bertso;
  const folder = options.model ?? options.models?.[definition.name as 'bertso' | 'milia'];
  const network = options.opened ?? (await (options.networks ?? sharedNetworks()).open(definition, folder));
  const random = seeded(seed, 'melody');
  const draft: Draft = vary
    ? varied(vary.melody, vary.amount, kind, random)
    : begin
      ? continued(begin, newPlan(network.plans, options, random))
      : { ...newPlan(network.plans, options, random), tonic: null, tempo: null };
  const low = await written(network, definition === milia, draft, options, begin ?? vary?.melody);
  const shift = draft.tonic === null ? placed(low, kindOf(draft.plan.kind), seeded(seed, 'key')) : 0;
  const notes = low.map((n) => ({ ...n, pitch: n.pitch + shift }));
  const { plan } = draft;
  const tonic = ((((draft.tonic ?? 60) + shift) % 12) + 12) % 12;
  const phraseStarts =
    draft.neurri || plan.phrases.every((p) => p.notes > 0)
      ? plan.phrases.map((p) => notes.findIndex((n) => n.onset >= p.start))
      : [];
  const melody: Melody = {
    notes,
    bar: plan.bar,
    pickup: plan.pickup,
    tempo: draft.tempo ?? tempoOf(plan, seeded(seed, 'tempo')),
    key: { tonic, mode: plan.mode },
    phraseStarts,
    syllables: phraseStarts.map((s, i) => (phraseStarts[i + 1] ?? notes.length) - s),
    neurri: draft.neurri?.name ?? null,
    seed,
    metre: plan.metre,
  };
  return seconds === undefined ? melody : lasting(melody, seconds);
}
