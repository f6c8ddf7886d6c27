/**
 * The colours of the darkroom, dark and light, as plain values; theme.ts makes the theme of them. `textPairs`
 * lists every text/ground pair in use, and a unit test holds each to WCAG AA.
 */
export type Mode = 'dark' | 'light';

export interface Tones {
  table: string;
  ground: string;
  panel: string;
  raised: string;
  hover: string;
  line: string;
  lineStrong: string;
  text: string;
  textSoft: string;
  textOff: string;
  accent: string;
  accentHover: string;
  onAccent: string;
  good: string;
  warn: string;
  bad: string;
  info: string;
}

/** The colours of both modes. */
export const tones: Record<Mode, Tones> = {
  dark: {
    table: '#0d0d0d',
    ground: '#121212',
    panel: '#181818',
    raised: '#222222',
    hover: '#2b2b2b',
    line: '#2a2a2a',
    lineStrong: '#444444',
    text: '#ececec',
    textSoft: '#a8a8a8',
    textOff: '#6e6e6e',
    accent: '#ff5b37',
    accentHover: '#ff7656',
    onAccent: '#1a0500',
    good: '#7cc98a',
    warn: '#e6b450',
    bad: '#ff8f8f',
    info: '#b9b9b9',
  },
  light: {
    table: '#e6e6e6',
    ground: '#f2f2f2',
    panel: '#fafafa',
    raised: '#ffffff',
    hover: '#e9e9e9',
    line: '#dcdcdc',
    lineStrong: '#b0b0b0',
    text: '#191919',
    textSoft: '#545454',
    textOff: '#8c8c8c',
    accent: '#b9300f',
    accentHover: '#a42a0b',
    onAccent: '#ffffff',
    good: '#22682f',
    warn: '#7a5200',
    bad: '#ab1f2b',
    info: '#545454',
  },
};

/** Text colour, ground, what for: every pair the window uses. AA asks 4.5 of each (3 of `large`). */
export function textPairs(mode: Mode): { text: string; ground: string; use: string; large?: boolean }[] {
  const t = tones[mode];
  const grounds = { table: t.table, ground: t.ground, panel: t.panel, raised: t.raised, hover: t.hover };
  const texts = {
    text: t.text,
    textSoft: t.textSoft,
    accent: t.accent,
    good: t.good,
    warn: t.warn,
    bad: t.bad,
  };
  const pairs: { text: string; ground: string; use: string; large?: boolean }[] = [];
  for (const [textName, text] of Object.entries(texts))
    for (const [groundName, ground] of Object.entries(grounds))
      pairs.push({ text, ground, use: `${textName} on ${groundName}` });
  pairs.push({ text: t.onAccent, ground: t.accent, use: 'text on a filled button' });
  pairs.push({ text: t.onAccent, ground: t.accentHover, use: 'text on a filled button, pointed at' });
  for (const [name, ground] of Object.entries({
    panel: t.panel,
    raised: t.raised,
    ground: t.ground,
    table: t.table,
  }))
    pairs.push({ text: t.accent, ground, use: `focus ring on ${name}`, large: true });
  return pairs;
}

/** Relative luminance contrast of two #rrggbb colours, 1..21 (WCAG 2.2, "contrast ratio"). */
export function contrast(a: string, b: string): number {
  const luminance = (hex: string) => {
    const [r, g, bl] = [1, 3, 5].map((i) => {
      const v = Number.parseInt(hex.slice(i, i + 2), 16) / 255;
      return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * bl;
  };
  const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (hi + 0.05) / (lo + 0.05);
}
