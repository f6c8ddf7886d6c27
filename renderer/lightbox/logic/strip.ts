/** Where the frames of a film-strip lie, each in its own shape, and which of them are looked at. */

export interface StripLayout {
  /** Left edges, one more than there are frames; the last is the strip's length. */
  offsets: Float64Array;
  gap: number;
}

/** The strip with the pictures of one scan (`isOfScan`) replaced by `found`, where the first of them was. */
export function stripWith(
  ids: readonly number[],
  found: readonly number[],
  isOfScan: (id: number) => boolean,
): number[] {
  const known = new Set(found);
  const gone = (id: number) => known.has(id) || isOfScan(id);
  const at = ids.findIndex(gone);
  const before = at < 0 ? ids.length : at;
  return [...ids.slice(0, before), ...found, ...ids.slice(before).filter((id) => !gone(id))];
}

/** Lays out cells of these widths (CSS pixels) with a gap between and `ends` of room at both ends. */
export function layoutStrip(widths: readonly number[], gap: number, ends: number): StripLayout {
  const offsets = new Float64Array(widths.length + 1);
  let x = ends;
  for (let i = 0; i < widths.length; i++) {
    offsets[i] = x;
    x += widths[i] + gap;
  }
  offsets[widths.length] = x - (widths.length > 0 ? gap : 0) + ends;
  return { offsets, gap };
}

/** First frame whose right edge lies beyond x. */
function frameAt(offsets: Float64Array, x: number): number {
  let lo = 0;
  let hi = offsets.length - 1;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (offsets[mid + 1] > x) hi = mid;
    else lo = mid + 1;
  }
  return lo;
}

/** Frames to draw, half-open, for a window of `width` scrolled to `left`, and `extra` more on each side. */
export function stripRange(
  layout: StripLayout,
  left: number,
  width: number,
  extra: number,
): { from: number; to: number } {
  const n = layout.offsets.length - 1;
  if (n === 0) return { from: 0, to: 0 };
  const from = Math.min(n - 1, frameAt(layout.offsets, left));
  const to = Math.min(n, frameAt(layout.offsets, left + width) + 1);
  return { from: Math.max(0, from - extra), to: Math.min(n, to + extra) };
}

/** The scroll position that brings frame `i` to the middle of the window. */
export function centreOn(layout: StripLayout, i: number, width: number): number {
  const n = layout.offsets.length - 1;
  if (i < 0 || i >= n) return 0;
  const right = i + 1 < n ? layout.offsets[i + 1] - layout.gap : layout.offsets[n];
  const middle = (layout.offsets[i] + right) / 2;
  return Math.max(0, Math.min(layout.offsets[n] - width, middle - width / 2));
}
