/** What the ageing step finds in a print: plain data, kept by the engine, pooled over an album, written into a record. */
import type { Rgb } from '../../../app/picture.ts';
import type { Sentence } from '../../../app/words/sentences.ts';

/** What a monochrome print was toned with, as far as its hue says; hand colouring is several hues over one. */
export const toningNames = ['none', 'sepia', 'cyanotype', 'selenium', 'gold', 'hand-coloured'] as const;
export type ToningName = (typeof toningNames)[number];

export interface AgeingAnalysis {
  version: 1;
  /** `mono`: silver or another single image, toned or not. `colour`: three dyes. */
  kind: 'colour' | 'mono';
  toning: ToningName;
  /**
   * Share 0..1 of its density that each layer has lost: of a colour print cyan, magenta, yellow (against the one that
   * kept most); of a monochrome one all alike, nought.
   */
  loss: Rgb;
  /** Density that the paper and its stain hold back in red, green, blue, over the clearest it may have been. */
  stain: Rgb;
  /** Monochrome: how much a channel's density rises for each of green's; 1, 1, 1 is neutral silver. */
  hue: Rgb;
  /** Monochrome, untoned: share 0..1 of the paper's colour that goes unless neutral tones are asked for; absent: all. */
  share?: number;
  /** Densities of the lightest and the darkest parts after that correction. */
  white: number;
  black: number;
  /** 0..1: how far all of this can be trusted. */
  confidence: number;
  /** Why, the strongest first. */
  reasons: Sentence[];
}
