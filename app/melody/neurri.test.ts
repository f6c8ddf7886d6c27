/** Presets by every spelling, patterns of one's own, and what is refused. */
import { describe, expect, it } from 'vitest';
import { NEURRIAK, parseNeurri } from './neurri.ts';

const syllables = (text: string): readonly number[] | string => {
  const parsed = parseNeurri(text);
  return parsed.ok ? parsed.neurri.syllables : parsed.reason;
};
const nameOf = (text: string): string => {
  const parsed = parseNeurri(text);
  return parsed.ok ? parsed.neurri.name : parsed.reason;
};

describe('neurriak', () => {
  it('has the syllables of the five classical metres, and of two with six rhymes', () => {
    const total = (name: string): number => (syllables(name) as number[]).reduce((a, b) => a + b, 0);
    expect(syllables('zortziko-txikia')).toEqual([7, 6, 7, 6, 7, 6, 7, 6]);
    expect(syllables('bederatziko-txikia')).toEqual([7, 6, 7, 5, 7, 6, 7, 6, 6, 6, 6, 6, 7, 5]);
    expect(NEURRIAK.map((n) => [n.name, n.syllables.length, total(n.name)])).toEqual([
      ['zortziko-txikia', 8, 52],
      ['zortziko-handia', 8, 72],
      ['hamarreko-txikia', 10, 65],
      ['hamarreko-handia', 10, 90],
      ['sei-puntuko-handia', 12, 108],
      ['sei-puntuko-berdina', 6, 48],
      ['bederatziko-txikia', 14, 87],
    ]);
    expect(NEURRIAK[1].caesuras).toEqual([5, null, 5, null, 5, null, 5, null]);
  });

  it.each([
    ['Zortziko Txikia', 'zortziko-txikia'],
    ['zortziko ttikia', 'zortziko-txikia'],
    ['ZORTZIKO_HANDI', 'zortziko-handia'],
    ['hamarreko aundia', 'hamarreko-handia'],
    ['Bederatzi puntukoa', 'bederatziko-txikia'],
    ['bederatziko txiki', 'bederatziko-txikia'],
    ['Sei puntuko handia', 'sei-puntuko-handia'],
    ['hamabiko aundia', 'sei-puntuko-handia'],
    ['8 x6', 'sei-puntuko-berdina'],
    ['7 6 x4', 'zortziko-txikia'],
    ['7/6/7/6', '7-6-7-6'],
    ['8-8-8-8', '8-8-8-8'],
  ])('%s is %s', (text, name) => expect(nameOf(text)).toBe(name));

  it.each([
    ['zortziko', 'unknown'],
    // Which of its forms?
    ['sei puntukoa', 'unknown'],
    ['sei puntuko txikia', 'unknown'],
    ['', 'unknown'],
    ['7-6-x', 'unknown'],
    ['7-2', 'syllables'],
    ['7-17', 'syllables'],
    ['7 6 x13', 'phrases'],
    ['7 6 x0', 'phrases'],
  ])('%s is refused: %s', (text, reason) => expect(nameOf(text)).toBe(reason));
});
