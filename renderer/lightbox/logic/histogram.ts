/**
 * The histogram as drawing data. Counts come with each preview (3 x 256, of what is shown); heights are square
 * roots, which keeps small populations (a deep shadow, a bright window) visible beside a large sky; the
 * scale leaves out the two end bins, which hold clipped pixels and have their own warning lamps.
 */

/** Heights 0..1 of the three channels, 256 each. `counts` holds 768 numbers; anything else gives flat zeros. */
export function histogramHeights(counts: readonly number[]): [number[], number[], number[]] {
  const flat = () => new Array<number>(256).fill(0);
  if (counts.length !== 768) return [flat(), flat(), flat()];
  let top = 0;
  for (let c = 0; c < 3; c++) for (let i = 1; i < 255; i++) top = Math.max(top, counts[c * 256 + i]);
  if (top === 0) top = Math.max(1, ...counts);
  const channel = (c: number) =>
    counts.slice(c * 256, c * 256 + 256).map((n) => Math.min(1, Math.sqrt(n / top)));
  return [channel(0), channel(1), channel(2)];
}

/** An SVG path that fills the area under the heights in a box of w x h. */
export function histogramPath(heights: readonly number[], w: number, h: number): string {
  const n = heights.length;
  let d = `M0 ${h}`;
  for (let i = 0; i < n; i++) d += `L${round((i / (n - 1)) * w)} ${round(h - heights[i] * h)}`;
  return `${d}L${w} ${h}Z`;
}

const round = (v: number) => Math.round(v * 100) / 100;

/** The darkest and brightest level (0..255) that hold pixels, over all channels; null when there are none. */
export function histogramRange(counts: readonly number[]): { from: number; to: number } | null {
  let from = -1;
  let to = -1;
  for (let i = 0; i < 256; i++) {
    if ((counts[i] ?? 0) + (counts[256 + i] ?? 0) + (counts[512 + i] ?? 0) > 0) {
      if (from < 0) from = i;
      to = i;
    }
  }
  return from < 0 ? null : { from, to };
}
