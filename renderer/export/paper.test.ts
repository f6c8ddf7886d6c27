/** Sizes on paper. */
import { describe, expect, it } from 'vitest';
import { paperFacts } from './paper.ts';

const item = { width: 3000, height: 2000, aspect: 1.5, steps: [] };

describe('a size on paper', () => {
  it('is the longer side; the other follows the picture', () => {
    expect(paperFacts({ printCm: 15, dpi: 300 }, item)).toMatchObject({
      width: 15,
      height: 10,
      dpi: 300,
      enough: true,
    });
    const tall = paperFacts({ printCm: 15, dpi: 300 }, { ...item, aspect: 2 / 3 });
    expect(tall?.height).toBe(15);
    expect(tall?.width).toBeCloseTo(10);
  });
  it('tells when there are too few pixels, and that an enlargement has more', () => {
    const facts = paperFacts({ printCm: 40, dpi: 300 }, item);
    expect(facts?.enough).toBe(false);
    expect(facts?.dpi).toBeCloseTo(190.5);
    expect(paperFacts({ printCm: 40, dpi: 300 }, { ...item, steps: ['enlarge'] })?.enough).toBe(true);
  });
  it('is nothing where none is asked for', () => {
    expect(paperFacts({ printCm: null, dpi: null }, item)).toBeNull();
  });
});
