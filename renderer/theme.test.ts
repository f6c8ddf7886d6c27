import { describe, expect, it } from 'vitest';
import { makeTheme } from './theme.ts';
import { contrast, textPairs, type Mode } from './tones.ts';

const modes: Mode[] = ['dark', 'light'];

describe('theme', () => {
  it('measures contrast as WCAG does', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });

  it.each(modes)('%s: every text keeps AA on every ground it is used on', (mode) => {
    const short = textPairs(mode)
      .map((p) => ({ ...p, ratio: contrast(p.text, p.ground) }))
      .filter((p) => p.ratio < (p.large ? 3 : 4.5))
      .map((p) => `${p.use}: ${p.ratio.toFixed(2)}`);
    expect(short).toEqual([]);
  });

  it.each(modes)('%s: surfaces are neutral, so that they do not tint the pictures', (mode) => {
    const { room, background, text } = makeTheme(mode).palette;
    for (const colour of [
      room.table,
      room.panel,
      room.raised,
      room.hover,
      room.line,
      background.default,
      text.primary,
      text.secondary,
    ])
      expect(colour).toMatch(/^#([0-9a-f]{2})\1\1$/);
  });

  it.each(modes)('%s: nothing is left of the default blue, no text is smaller than 12 px', (mode) => {
    const theme = makeTheme(mode);
    expect(JSON.stringify(theme.palette)).not.toMatch(/1976d2|90caf9|2196f3|29b6f6|0288d1/i);
    for (const variant of ['body1', 'body2', 'caption', 'button', 'overline', 'figure', 'label'] as const) {
      const size = theme.typography[variant].fontSize;
      expect(typeof size === 'number' ? size : Number.parseFloat(String(size)) * 16).toBeGreaterThanOrEqual(
        12,
      );
    }
  });
});
