/**
 * What a repaired pixel is: evidence before invention. The labels are part of the change record and can be
 * shown over the picture.
 */

/** One byte a pixel: how it came about. */
export const LABEL = {
  /** As it is in the scan. */
  untouched: 0,
  /** From other evidence: a second print, the negative, a neighbouring frame, or a place that a person pointed at. */
  real: 1,
  /** Continued from the pixels around it (diffusion, patches of the same picture). */
  interpolated: 2,
  /** Made up by a network. */
  invented: 3,
} as const;
export type Label = (typeof LABEL)[keyof typeof LABEL];
