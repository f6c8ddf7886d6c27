/** Make-believe scores: a fixed melody, its line drawn simply, silence for sound. */
import type { CallName, CallArgs, CallResult } from '../../app/contract/index.ts';
import type { Doinu } from '../../app/contract/score.ts';
import { NEURRIAK } from '../../app/melody/neurri.ts';
import type { Melody } from '../../app/melody/types.ts';

const pitches = [67, 67, 69, 71, 72, 71, 69, 67, 64, 65, 67, 69, 67];

export const mockMelody: Melody = {
  notes: [...pitches, ...pitches].map((pitch, i) => ({ pitch, onset: 4 * i, duration: 4 })),
  bar: 16,
  pickup: 0,
  tempo: 96,
  key: { tonic: 0, mode: 'major' },
  phraseStarts: [0, 7, 13, 20],
  syllables: [7, 6, 7, 6],
  neurri: 'zortziko-txikia',
  seed: 42,
  metre: [4, 4],
};

/** Five lines and note heads: enough to see where the picture stands. */
function drawn(melody: Melody): CallResult<'score.engrave'> {
  const heads = melody.notes.map(
    (n, i) =>
      `<g id="n${i}" class="note"><ellipse cx="${40 + i * 32}" cy="${150 - (n.pitch - 60) * 4}" rx="7" ry="5"/><path d="M${46 + i * 32} ${150 - (n.pitch - 60) * 4}v-34" stroke="currentColor" stroke-width="1.5"/></g>`,
  );
  const lines = [0, 1, 2, 3, 4].map(
    (l) =>
      `<path d="M10 ${110 + l * 10}h${melody.notes.length * 32 + 40}" stroke="currentColor" stroke-width="0.8"/>`,
  );
  const width = melody.notes.length * 32 + 60;
  return {
    svg: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 60 ${width} 130" fill="currentColor">${lines.join('')}${heads.join('')}</svg>`,
    notes: melody.notes.map((_, i) => ({ id: `n${i}`, note: i })),
  };
}

type ScoreCall = Extract<CallName, `score.${string}`>;

export function mockScore(changed: () => void): { [N in ScoreCall]: (args: CallArgs<N>) => CallResult<N> } {
  let kept: Doinu[] = [
    { id: 1, title: 'Zortziko txikia 42', melody: mockMelody, at: Date.UTC(2026, 9, 3) },
    { id: 2, title: 'Arratsaldeko doinua', melody: { ...mockMelody, seed: 7 }, at: Date.UTC(2026, 9, 1) },
  ];
  const gone = new Map<number, Doinu>();
  let next = 3;
  return {
    'score.choices': () => ({
      neurriak: NEURRIAK.map(({ name, title, syllables }) => ({ name, title, syllables: [...syllables] })),
      generators: ['auto', 'bertso'],
      own: [],
    }),
    'score.compose': ({ seed }) => ({ melody: { ...mockMelody, seed: seed ?? 42 } }),
    'score.engrave': ({ melody }) => drawn(melody),
    'score.sound': ({ melody }) => ({ url: '/score/0.wav', seconds: melody.notes.length / 4 }),
    'score.film': () => ({
      url: '/score/0.wav',
      seconds: 10,
      melodies: [mockMelody],
      passages: [{ melody: 0, from: 0, to: 104, at: 0, seconds: 10 }],
      met: 1,
      ends: 3,
      notes: [],
    }),
    'score.read': () => ({ melody: { ...mockMelody, seed: null } }),
    'score.list': () => ({ doinuak: kept }),
    'score.keep': ({ title, melody }) => {
      const doinu = { id: next++, title, melody, at: Date.UTC(2026, 9, 4) };
      kept = [doinu, ...kept];
      changed();
      return doinu;
    },
    'score.rename': ({ id, title }) => {
      kept = kept.map((d) => (d.id === id ? { ...d, title } : d));
      changed();
      return kept.find((d) => d.id === id) ?? kept[0];
    },
    'score.remove': ({ id }) => {
      const one = kept.find((d) => d.id === id);
      if (one) gone.set(id, one);
      kept = kept.filter((d) => d.id !== id);
      changed();
      return { ok: true };
    },
    'score.restore': ({ id }) => {
      const one = gone.get(id);
      if (one) kept = [one, ...kept];
      changed();
      return { ok: true };
    },
    'score.export': ({ title, formats }) => ({
      folder: 'Exports',
      files: formats.map((format) => `${title}.${format}`),
    }),
  };
}
