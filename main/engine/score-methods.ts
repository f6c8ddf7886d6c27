/**
 * The engine's methods of the Score room: composing, rendering, printing and reading melodies. Everything they need (the
 * networks, the synthesiser and its bank, the engraver) is loaded when it is first asked for.
 */
import path from 'node:path';
import type { Methods } from './core.ts';
import { melodyModels } from './score-models.ts';

type ScoreMethod =
  'composeMelody' | 'renderMelody' | 'renderFilmScore' | 'engraveMelody' | 'readMelody' | 'writeMelody';

export function scoreMethods(dataDir: string | undefined): Pick<Methods, ScoreMethod> {
  const play = async (): Promise<typeof import('../actions/compose/sound/render.ts')> =>
    import('../actions/compose/sound/render.ts');
  return {
    composeMelody: async ({ wish }, { signal }) => {
      const { compose } = await import('../actions/compose/index.ts');
      const { begin, vary, seed, ...rest } = wish;
      return compose({
        ...rest,
        seed,
        models: melodyModels(dataDir),
        ...(begin ? { begin } : {}),
        ...(vary ? { vary } : {}),
        signal,
      });
    },

    renderMelody: async ({ melody, play: wish, loop, loudness, out }, { signal, progress }) => {
      const { renderMelody, SAMPLE_RATE } = await play();
      const sound = await renderMelody(melody, {
        ...wish,
        loop,
        loudness,
        signal,
        progress: (share) => progress(path.basename(out), Math.round(share * 100), 100),
      });
      const { writeWav } = await import('../actions/compose/sound/wav.ts');
      await writeWav(out, sound, true);
      return { seconds: sound.left.length / SAMPLE_RATE, loudness: sound.loudness, truePeak: sound.truePeak };
    },

    renderFilmScore: async ({ score, film, out }, { signal, progress }) => {
      const { writeFilmScore } = await import('../actions/compose/fit/index.ts');
      const { melodies, fit, notes } = await writeFilmScore(score, film, out, {
        models: melodyModels(dataDir),
        signal,
        progress: (share) => progress(path.basename(out), Math.round(share * 100), 100),
      });
      return {
        melodies: [...melodies],
        passages: [...fit.passages],
        met: fit.met,
        ends: fit.ends,
        notes: [...notes],
      };
    },

    engraveMelody: async ({ melody, title, width }) => {
      const { engrave } = await import('../actions/compose/engrave/index.ts');
      const { svg, notes } = await engrave(melody, { title, width });
      return { svg, notes: [...notes] };
    },

    readMelody: async ({ name, data }) => {
      const { melodyOfBytes } = await import('../files/melody-file.ts');
      return melodyOfBytes(data, name);
    },

    writeMelody: async ({ melody, title, format, out }) => {
      const { writeAtomic } = await import('../files/atomic.ts');
      if (format === 'svg') {
        const { engrave } = await import('../actions/compose/engrave/index.ts');
        const { svg } = await engrave(melody, { title });
        await writeAtomic(out, false, (sink) => sink.write(new TextEncoder().encode(svg)));
      } else {
        const { writeMidi } = await import('../files/midi.ts');
        await writeAtomic(out, false, (sink) => sink.write(writeMidi(melody, title)));
      }
      return { ok: true };
    },
  };
}
