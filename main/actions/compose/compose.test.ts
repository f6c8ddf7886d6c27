/** Composing with networks that have learnt nothing: what was asked for is met whatever they would like. */
import { afterAll, describe, expect, it } from 'vitest';
import { DURATIONS, eventsOf, TONES } from '../../../app/melody/events.ts';
import { FEATURES, featuresOf } from '../../../app/melody/features.ts';
import { emptyBars } from '../../../app/melody/measures.ts';
import { planOf } from '../../../app/melody/plan.ts';
import type { PlanTable } from '../../../app/melody/plans.ts';
import { faultOf } from '../../../app/melody/record.ts';
import { melodyEnd, sixteenthSeconds, type Melody } from '../../../app/melody/types.ts';
import { bertso, MEMORY, memoryBias, memoryShape, nextEvent } from '../../../models/bertso/network.ts';
import { milia } from '../../../models/milia/network.ts';
import { startWeights } from '../../../models/network.ts';
import { MelodyNetworks } from '../../engine/melody-networks.ts';
import { compose, lasting, neurriOf, type ComposeOptions } from './index.ts';

const plans: PlanTable = {
  version: 1,
  plans: [
    {
      kind: 'hymn',
      mode: 'major',
      metre: [4, 4],
      bar: 16,
      pickup: 4,
      end: 128,
      lines: [
        [32, 8],
        [32, 6],
        [32, 8],
        [32, 6],
      ],
    },
    { kind: 'song', mode: 'minor', metre: [6, 8], bar: 12, pickup: 2, end: 96 },
    { kind: 'tune', mode: 'major', metre: [2, 4], bar: 8, pickup: 0, end: 128 },
  ],
};
const networks = new MelodyNetworks(1);
afterAll(() => networks.close());
const fresh = {
  bertso: networks.of(bertso, 'small', startWeights(bertso, 'small', 1), plans, 'fresh'),
  milia: networks.of(milia, 'small', startWeights(milia, 'small', 1), plans, 'fresh'),
};
const write = (generator: 'bertso' | 'milia', options: ComposeOptions = {}): Promise<Melody> =>
  compose({ generator, opened: fresh[generator], ...options });

describe.each(['bertso', 'milia'] as const)('%s', (generator) => {
  it.each(['zortziko-txikia', '8-5-8-5'])(
    '%s: its syllables, no silence, the tonic at the end',
    async (neurri) => {
      const melody = await write(generator, { neurri, seed: 3 });
      const { syllables } = neurriOf(neurri);
      expect(melody.syllables).toEqual(syllables);
      expect(melody.notes).toHaveLength(syllables.reduce((a, b) => a + b));
      expect(faultOf(melody.notes)).toBeNull();
      expect(melody.notes.at(-1)!.pitch % 12).toBe(melody.key.tonic);
      expect([melody.neurri, melody.seed]).toEqual([neurri, 3]);
    },
  );

  it('a tune of eight bars is eight bars long and has no empty one', async () => {
    const tune = await write(generator, { neurri: null, kind: 'tune', bars: 8 });
    expect(melodyEnd(tune)).toBe(8 * tune.bar);
    expect(emptyBars(tune)).toBe(0);
    expect(tune.syllables).toEqual([]);
  });

  it('the same seed writes the same, another another', async () => {
    const [a, b, c] = await Promise.all([1, 1, 2].map((seed) => write(generator, { neurri: '7-6', seed })));
    expect(b).toEqual(a);
    expect(c.notes).not.toEqual(a.notes);
  });

  it('goes on from a first phrase, in its key and metre', async () => {
    const first = await write(generator, { neurri: '7-6', seed: 5 });
    const begin: Melody = { ...first, notes: first.notes.slice(0, 7), phraseStarts: [0], syllables: [7] };
    const whole = await write(generator, { neurri: '7-6-7-6', seed: 6, begin });
    expect(whole.notes.slice(0, 7)).toEqual(begin.notes);
    expect(whole.syllables).toEqual([7, 6, 7, 6]);
    expect([whole.key, whole.bar, whole.pickup]).toEqual([begin.key, begin.bar, begin.pickup]);
  });

  it('varies some phrases and keeps the others, note for note', async () => {
    const melody = await write(generator, { neurri: 'zortziko-txikia', seed: 8 });
    const none = await write(generator, { vary: { melody, amount: 0 }, seed: 9 });
    expect(none.notes).toEqual(melody.notes);
    const some = await write(generator, { vary: { melody, amount: 0.4 }, seed: 9 });
    expect(some.syllables).toEqual(melody.syllables);
    const kept = melody.phraseStarts.filter((start, i) => {
      const end = melody.phraseStarts[i + 1] ?? melody.notes.length;
      return JSON.stringify(some.notes.slice(start, end)) === JSON.stringify(melody.notes.slice(start, end));
    });
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.length).toBeLessThan(8);
  });
});

describe('bertso', () => {
  it('event by event gives what the whole graph gives', async () => {
    const melody = await write('bertso', { neurri: '7-6', seed: 2 });
    const events = eventsOf(melody);
    const shown = featuresOf(planOf({ melody, kind: 'song' }), events);
    const length = 24;
    const features = new Float32Array(length * FEATURES);
    const tone = new Float32Array(length * TONES);
    events.forEach((event, t) => {
      for (const one of shown[t]) features[t * FEATURES + one] = 1;
      tone[t * TONES + event.tone] = 1;
    });
    const whole = await fresh.bertso.run(
      'whole',
      (graph, scope, width) => ({
        ...bertso.build(
          scope,
          {
            features: graph.input('features', [1, length, FEATURES]),
            tone: graph.input('tone', [1, length, TONES]),
          },
          width,
        ),
      }),
      {
        features: { dims: [1, length, FEATURES], data: features },
        tone: { dims: [1, length, TONES], data: tone },
      },
    );
    const { blocks, shape } = memoryShape('small', 1);
    const [, heads, , each] = shape;
    const memory = Object.fromEntries(
      Array.from({ length: blocks }, (_, b) => [`keys${b}`, `values${b}`])
        .flat()
        .map((name) => [name, { dims: shape, data: new Float32Array(heads * MEMORY * each) }]),
    );
    for (let t = 0; t < events.length; t++) {
      const ages = Array.from({ length: MEMORY }, (_, place) => (place < t ? t - place : null));
      const step = await fresh.bertso.run('step', (_graph, scope, width) => nextEvent(scope, 1, width), {
        ...memory,
        features: { dims: [1, 1, FEATURES], data: features.slice(t * FEATURES, (t + 1) * FEATURES) },
        bias: { dims: [1, heads, 1, MEMORY + 1], data: memoryBias([...ages, 0]) },
      });
      for (let b = 0; b < blocks; b++)
        for (const kind of ['Keys', 'Values'])
          for (let h = 0; h < heads; h++)
            memory[`${kind.toLowerCase()}${b}`].data.set(
              step[`own${kind}${b}`].data.subarray(h * each, (h + 1) * each),
              (h * MEMORY + t) * each,
            );
      for (let c = 0; c < TONES; c++)
        expect(step.tones.data[c]).toBeCloseTo(whole.tones.data[t * TONES + c], 4);
      for (let d = 0; d < DURATIONS.length; d++)
        expect(step.lengths.data[events[t].tone * DURATIONS.length + d]).toBeCloseTo(
          whole.lengths.data[t * DURATIONS.length + d],
          4,
        );
    }
  });
});

describe('what is asked for', () => {
  it('as many verses as fill the time, a little faster or slower', async () => {
    const verse = await write('bertso', { neurri: '7-6-7-6', seed: 1 });
    const one = melodyEnd(verse) * sixteenthSeconds(verse.tempo!);
    const long = lasting(verse, one * 3.1);
    expect(long.notes).toHaveLength(3 * verse.notes.length);
    expect(long.syllables).toEqual([...verse.syllables, ...verse.syllables, ...verse.syllables]);
    expect(melodyEnd(long) * sixteenthSeconds(long.tempo!)).toBeCloseTo(one * 3.1, 1);
    expect(faultOf(long.notes)).toBeNull();
  });
  it.each([
    [{ neurri: 'soneto' }, 'There is no metre called “soneto”. Known are zortziko-txikia'],
    [{ neurri: '7-30' }, 'too long'],
    [{ neurri: null, bars: 1 }, 'from 2 to 200'],
    [{ temperature: 3 }, 'temperature'],
    [{ seconds: 1 }, 'two hours'],
  ])('%j is refused', async (options, words) => {
    await expect(write('bertso', options)).rejects.toThrow(words);
  });
  it('a beginning of a hundred bars is no beginning', async () => {
    const melody = await write('bertso', { neurri: '7-6', seed: 1 });
    const long = { ...melody, notes: [...melody.notes, { pitch: 60, onset: 100 * melody.bar, duration: 4 }] };
    await expect(write('bertso', { begin: long })).rejects.toThrow('at most 64');
  });
  it('a melody without notes is nothing to vary', async () => {
    const melody = await write('bertso', { neurri: '7-6', seed: 1 });
    await expect(write('bertso', { vary: { melody: { ...melody, notes: [] }, amount: 1 } })).rejects.toThrow(
      'no notes',
    );
  });
});

describe('the weights', () => {
  it('of a person’s own network are taken before the shipped ones, and by `auto` before another network', async () => {
    const opened: string[] = [];
    const watched = {
      open: (network: { name: string }, folder?: string) => {
        opened.push(`${network.name} ${folder ?? 'shipped'}`);
        return Promise.resolve(fresh[network.name as 'bertso' | 'milia']);
      },
    } as unknown as MelodyNetworks;
    const open = (options: ComposeOptions): Promise<Melody> =>
      compose({ networks: watched, neurri: '5-5', ...options });
    await open({});
    await open({ models: { bertso: '/mine' } });
    await open({ models: { milia: '/other' } });
    await open({ models: { milia: '/other' }, generator: 'bertso' });
    await open({ models: { milia: '/other', bertso: '/mine' } });
    expect(opened).toEqual([
      'bertso shipped',
      'bertso /mine',
      'milia /other',
      'bertso shipped',
      'bertso /mine',
    ]);
  });
});
