/** Sets of melodies that the generators are measured beside: Markov chains, shuffled notes, random notes, the older form. */
import { findKey } from '../../app/melody/key.ts';
import { majorScale } from '../../app/melody/measures.ts';
import { fromSoundingSteps, soundingSteps } from '../../app/melody/tokens.ts';
import type { Melody, Note } from '../../app/melody/types.ts';
import { seeded, type Random } from '../../app/random.ts';

/** Notes one after the other, without rests. */
function laid(list: readonly { pitch: number; duration: number }[]): Note[] {
  let onset = 0;
  return list.map(({ pitch, duration }) => {
    const note = { pitch, onset, duration };
    onset += duration;
    return note;
  });
}

/**
 * A Markov chain over (pitch, duration) of melodies moved into one key (that of their best major scale), as long as one of
 * them that is drawn.
 */
export function markov(learnt: readonly Melody[], order: 1 | 2, count: number, seed: number): Melody[] {
  const chains = learnt.map((m) => {
    const { tonic } = majorScale(m.notes.map((n) => n.pitch));
    const down = tonic > 6 ? tonic - 12 : tonic;
    return m.notes.map((n) => `${n.pitch - down},${n.duration}`);
  });
  const next = new Map<string, string[]>();
  for (const chain of chains)
    chain.forEach((word, i) => {
      for (let k = 0; k <= Math.min(order, i); k++) {
        const state = chain.slice(i - k, i).join(' ');
        const known = next.get(state);
        if (known) known.push(word);
        else next.set(state, [word]);
      }
    });
  const starts = chains.map((c) => c.slice(0, order));
  return Array.from({ length: count }, (_, i) => {
    const random = seeded('markov', order, seed, i);
    const like = random.pick(learnt);
    const words = [...random.pick(starts)];
    while (words.length < like.notes.length) {
      let state: string[] | undefined;
      for (let k = order; k >= 0 && !state; k--) state = next.get(words.slice(words.length - k).join(' '));
      words.push(random.pick(state as string[]));
    }
    const notes = laid(
      words.map((word) => {
        const [pitch, duration] = word.split(',').map(Number);
        return { pitch, duration };
      }),
    );
    return { ...like, notes, key: findKey(notes) };
  });
}

/** The same notes in another order. */
export function shuffled(melody: Melody, index: number): Melody {
  return { ...melody, notes: laid(seeded('shuffled', index).shuffle([...melody.notes])) };
}

/** Pitches and durations of the whole set's range, each as likely as any other. */
export function uniform(learnt: readonly Melody[], count: number, seed: number): Melody[] {
  const pitches = learnt.flatMap((m) => m.notes.map((n) => n.pitch));
  const low = pitches.reduce((a, b) => Math.min(a, b));
  const high = pitches.reduce((a, b) => Math.max(a, b));
  const durations = [1, 2, 3, 4, 6, 8, 12, 16];
  return Array.from({ length: count }, (_, i) => {
    const random: Random = seeded('uniform', seed, i);
    const like = random.pick(learnt);
    return {
      ...like,
      notes: laid(
        like.notes.map(() => ({ pitch: low + random.int(high - low + 1), duration: random.pick(durations) })),
      ),
    };
  });
}

/** A real melody as the older system held it: the sounding pitch at each step, so that repeated notes become one. */
export const inOldForm = (melody: Melody): Melody => ({
  ...melody,
  notes: fromSoundingSteps(soundingSteps(melody.notes)),
});
