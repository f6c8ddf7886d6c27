import { expect, it } from 'vitest';
import { contrast, tones } from '../tones.ts';
import { dashes, lineColours, lookOf } from './lines.ts';

it('curves can be seen on the panels of both themes, and differ without colour', () => {
  for (const mode of ['dark', 'light'] as const)
    for (const colour of lineColours(mode))
      for (const ground of [tones[mode].panel, tones[mode].raised, tones[mode].table])
        expect(contrast(colour, ground), `${colour} on ${ground}`).toBeGreaterThanOrEqual(3);
  expect(new Set(dashes).size).toBe(lineColours('dark').length);
});

it('no two of thirty-six lines look the same', () => {
  const looks = Array.from({ length: 36 }, (_, k) => Object.values(lookOf(k, 'dark')).join());
  expect(new Set(looks).size).toBe(36);
});
