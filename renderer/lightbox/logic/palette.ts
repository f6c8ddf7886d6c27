/**
 * Colours that people look for in old photographs, as sRGB. A hint gives hue and chroma, its lightness is the
 * picture's own; so each thing has few swatches, apart from each other in hue or chroma rather than in light.
 */
import type { Hint } from '../../../app/recipe/marks.ts';
import { readHex } from './drawing.ts';

export interface Swatch {
  /** Translation key below `lightbox.palette.`: 'skin.fair'. */
  id: string;
  colour: Hint['colour'];
}
export interface SwatchGroup {
  id: string;
  swatches: readonly Swatch[];
}

const group = (id: string, hexes: Readonly<Record<string, string>>): SwatchGroup => ({
  id,
  swatches: Object.entries(hexes).map(([name, hex]) => ({
    id: `${id}.${name}`,
    colour: readHex(hex) ?? [0.5, 0.5, 0.5],
  })),
});

export const palette: readonly SwatchGroup[] = [
  group('skin', {
    fair: '#e6bfa6',
    rosy: '#dca08a',
    olive: '#c69c72',
    tanned: '#b07a50',
    brown: '#8a5a3c',
    dark: '#5c3a28',
    lips: '#b5615c',
  }),
  group('hair', {
    blond: '#bfa065',
    chestnut: '#6e4a2e',
    red: '#9a5226',
    black: '#2e2a28',
    grey: '#9a9690',
  }),
  group('sky', {
    clear: '#7aa7d6',
    haze: '#b7cbd8',
    dusk: '#e0a77c',
    overcast: '#bcc0c4',
    sea: '#4f7f93',
    river: '#7d8a6a',
  }),
  group('green', {
    grass: '#7d9a45',
    leaves: '#56783a',
    fir: '#3c5a40',
    olive: '#8b8c52',
    hay: '#c2ab66',
    autumn: '#b3702c',
  }),
  group('ground', {
    sand: '#cdb893',
    earth: '#8a6b4b',
    stone: '#9b9588',
    asphalt: '#77787a',
    slate: '#5e6670',
    snow: '#e9edf2',
  }),
  group('house', {
    brick: '#a4533d',
    tiles: '#b5673f',
    whitewash: '#ece6d8',
    oak: '#9a6f42',
    walnut: '#5f4029',
    shutters: '#3f6b56',
    oxblood: '#7b2d26',
  }),
  group('cloth', {
    linen: '#e8e2d2',
    black: '#26262a',
    indigo: '#34466e',
    work: '#4f74a0',
    burgundy: '#6e2436',
    rose: '#d193a0',
    mustard: '#b98f34',
    teal: '#3c7a78',
    lilac: '#9784b0',
  }),
  group('uniform', {
    khaki: '#a4946a',
    drab: '#6a6a45',
    field: '#66705f',
    navy: '#27324c',
    horizon: '#8796ac',
    scarlet: '#a5302c',
    brass: '#b8974a',
  }),
];

/** No colour at all: what is to stay grey. */
export const neutral: Swatch = { id: 'neutral', colour: [0.5, 0.5, 0.5] };

const near = (a: Hint['colour'], b: Hint['colour']) => a.every((v, i) => Math.abs(v - b[i]) < 0.004);

/** The swatch of this colour, when it is one. */
export function swatchOf(colour: Hint['colour']): Swatch | null {
  return [neutral, ...palette.flatMap((g) => g.swatches)].find((s) => near(s.colour, colour)) ?? null;
}

/** Each colour once, newest first, without those of the palette. */
export function ownColours(hints: readonly Hint[]): Hint['colour'][] {
  const own: Hint['colour'][] = [];
  for (const { colour } of [...hints].reverse())
    if (!swatchOf(colour) && !own.some((c) => near(c, colour))) own.push(colour);
  return own;
}
