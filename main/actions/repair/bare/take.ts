/** Which of the bare places are damage: not the print's own margins, nor what a face wears or holds; and how sure it is. */
import { shapesOf, type Shape } from '../regions.ts';
import { atBorder, faceDoubtOf } from '../sense.ts';
import { DAMAGED, type FaceBox } from '../types.ts';
import { NOWHERE } from './bare.ts';

/** Share of a side from which an area that runs from border to border is a margin, and how thick it is at least. */
const SPAN = 0.55;
const THICK = 0.008;

/** Share of the picture from which a bare place has to be surer, and by how much for each e times as large. */
const WIDE = 0.0005;
const WIDE_DOUBT = 0.7;

/** Whether a shape is a strip along most of a side: the print's own margin, or the lid beside it. */
export function isMargin(shape: Shape, width: number, height: number): boolean {
  const { x, y, w, h, thickness } = shape;
  if (atBorder(shape, width, height)) return true;
  if (thickness < THICK * Math.max(width, height)) return false;
  const ends = (from: number, size: number, all: number): boolean => from < 2 || from + size > all - 2;
  return (
    (w > SPAN * width && ends(x, w, width) && h < 0.5 * w) ||
    (h > SPAN * height && ends(y, h, height) && w < 0.5 * h)
  );
}

/**
 * Writes bare places into a confidence map.
 * @param bare log odds of each pixel, NOWHERE where nothing is
 * @param limit log odds from which it is filled
 * @returns the shapes that were written
 */
export function takeBare(
  bare: Float32Array,
  width: number,
  height: number,
  limit: number,
  faces: readonly FaceBox[],
  confidence: Uint8Array,
): Shape[] {
  const mask = Uint8Array.from(bare, (v) => (v > NOWHERE ? 1 : 0));
  return shapesOf(mask, width, height, (shape, pixels) => {
    if (isMargin({ ...shape, pixels }, width, height)) return false;
    // Skies, shirts and windows are larger than most of what peels off.
    const wide = WIDE_DOUBT * Math.max(0, Math.log(pixels.length / (WIDE * width * height)));
    const doubt = wide + faceDoubtOf(shape, faces, width, height);
    let best = NOWHERE;
    for (const i of pixels) best = Math.max(best, bare[i]);
    const sure = best - doubt - limit;
    const value = Math.round(255 / (1 + Math.exp(-sure)));
    const written = sure > 0 ? Math.max(DAMAGED, value) : Math.min(DAMAGED - 1, value);
    for (const i of pixels) if (confidence[i] < written) confidence[i] = written;
    return sure > 0;
  });
}
