/** Colours and dashes of curves. Each colour has at least 3:1 against the panels of its theme (lines.test.ts). */
import type { Mode } from '../tones.ts';

const colours: Record<Mode, readonly string[]> = {
  dark: ['#ff7656', '#7cc4ff', '#7cc98a', '#e6b450', '#c9a6ff', '#f29bc4'],
  light: ['#b9300f', '#0b62a8', '#22682f', '#7a5200', '#6a3fb0', '#a3246f'],
};
export const lineColours = (mode: Mode): readonly string[] => colours[mode];

/** SVG dash patterns, so that lines are told apart without their colours; '' is a whole line. */
export const dashes = ['', '7 3', '2 3', '10 3 2 3', '5 2 1 2 1 2', '1 2'] as const;

/** The look of the k-th line: after all colours the dashes move on, so that thirty-six lines differ. */
export const lookOf = (k: number, mode: Mode): { colour: string; dash: string } => ({
  colour: colours[mode][k % dashes.length],
  dash: dashes[(k + Math.floor(k / dashes.length)) % dashes.length],
});
