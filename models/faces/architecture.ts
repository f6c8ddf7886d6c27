/**
 * The face detector as data: BlazeFace for the back camera (Bazarevsky et al. 2019, "BlazeFace: sub-millisecond neural
 * face detection on mobile GPUs"), trained on pictures of 256 x 256. Batch normalisation is folded into the
 * convolutions. card.json says where it comes from; build/convert-faces.ts holds this list against the original graph.
 */

/** Convolution before the first block: 5x5, stride 2, ReLU. */
export const FACES_STEM = { kernel: 5, stride: 2, out: 24 } as const;

/** Depthwise 3x3 of stride, then 1x1 to `out` channels; the input (pooled, filled up with zero channels) is added; ReLU. */
export interface FacesBlock {
  readonly stride: 1 | 2;
  readonly out: number;
}

const run = (count: number, out: number): FacesBlock[] =>
  Array.from({ length: count }, () => ({ stride: 1, out }));

/** Blocks in order: strides 2, 4, 8 and 16 of the picture. */
export const FACES_BLOCKS: readonly FacesBlock[] = [
  ...run(7, 24),
  { stride: 2, out: 24 },
  ...run(7, 24),
  { stride: 2, out: 48 },
  ...run(7, 48),
  { stride: 2, out: 96 },
  ...run(7, 96),
];

/** Numbers of one face: box (centre x, y, width, height) and six points (x, y), in pixels from the middle of its cell. */
export const FACE_NUMBERS = 16;
/** Places of the points: the person's right eye (left in the picture), left eye, nose, mouth, right and left ear. */
export const FACE_POINTS = ['right eye', 'left eye', 'nose', 'mouth', 'right ear', 'left ear'] as const;
/** Maps of answers: pixels of the picture for one cell, and candidates a cell. */
export const FACES_MAPS = [
  { stride: 16, candidates: 2 },
  { stride: 32, candidates: 6 },
] as const;

/** Sides of a picture must be multiples of this. */
export const FACES_MULTIPLE = 32;
