/** The catalogue of sentences is sound: what `say` makes is recognised, by one template only, with its values. */
import { describe, expect, it } from 'vitest';
import { fill, recognise, say, sentences, type SentenceId } from './sentences.ts';

const ids = Object.keys(sentences) as SentenceId[];
const holes = (id: SentenceId) => [...sentences[id].matchAll(/\{\{(\w+)(:n)?\}\}/g)];

/** Values that try to mislead: text with the signs that templates are made of, numbers of every shape. */
function values(id: SentenceId, turn: number): Record<string, string> {
  const texts = ['Fuji "400" (2).', 'D:\\Fotos\\rollo 3; 4', '.mp4', '$& {{x}}'];
  const numbers = ['0.62', '12', '-0.05', '0'];
  return Object.fromEntries(
    holes(id).map(([, name, number], i) => [name, number ? numbers[(turn + i) % 4] : texts[(turn + i) % 4]]),
  );
}

describe('recognise', () => {
  it.each(ids)('%s is recognised with its values', (id) => {
    for (let turn = 0; turn < 4; turn++) {
      const given = values(id, turn);
      const found = recognise(fill(sentences[id], given));
      expect(found?.id).toBe(id);
      expect(found?.values).toEqual(given);
      expect([...(found?.numbers ?? [])]).toEqual(
        holes(id)
          .filter(([, , number]) => number)
          .map(([, name]) => name),
      );
    }
  });

  it('knows nothing else', () => {
    expect(recognise('Something quite different.')).toBeNull();
    expect(recognise('')).toBeNull();
    expect(recognise(`${say('base-black')} And more.`)).toBeNull();
    expect(recognise('The dyes let infrared through (slope steep): dust shows alone.')).toBeNull();
  });

  it('says no two things in the same words', () => {
    expect(new Set(Object.values(sentences)).size).toBe(ids.length);
  });
});

describe('say', () => {
  it('fills in values', () => {
    expect(say('infrared-clean', { slope: '0.04' })).toBe(
      'The dyes let infrared through (slope 0.04): dust shows alone.',
    );
    expect(say('kind-by-hand')).toBe('Set by hand.');
  });
});
