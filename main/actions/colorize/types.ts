/**
 * The words that the parts of the colour step say to each other. Chroma is a* and b* of CIE Lab (D65) in its own
 * units everywhere here; networks' tensors divide it by 110. Two sizes: `cells`, the network's own chroma (a quarter
 * of its working size), and `grid`, the reduced picture on which colours are put together before they are carried to
 * any size.
 */
import type { Size } from '../../../app/color/guided.ts';

/** a* and b*, row by row. */
export interface Chroma {
  a: Float32Array;
  b: Float32Array;
}

/** Colours that the picture itself still holds, on the grid. */
export interface OwnColours extends Chroma {
  /** The picture's chroma as it is, cast and all. */
  raw: Chroma;
  /** 0..1: how far each pixel's own colour can be relied on. */
  trust: Float32Array;
  /** What the picture's chroma is to be multiplied by. */
  gain: number;
  /** 0 = as a fresh picture: nothing is added; 1 = hardly any colour is left. */
  faded: number;
}

/** The part of the picture that hints answer for, on the grid. */
export interface HintSpread extends Chroma {
  /** 0..1. */
  weight: Float32Array;
}

/** A hint as it is used: place in fractions of the picture, and the chroma that is wanted there. */
export interface PlacedHint {
  x: number;
  y: number;
  a: number;
  b: number;
}

/** Whether the picture is of one hue, and which: what colouring replaces. */
export interface Toning {
  /** `neutral`: plain grey. `toned`: one hue over the tone scale. `colours`: several hues. */
  kind: 'neutral' | 'toned' | 'colours';
  /** Chroma of the tone at mid scale, and its hue in degrees. */
  chroma: number;
  hue: number;
  /** Share of pixels that hold another hue than the tone. */
  share: number;
  /** Median distance from the tone, in a*b*: small where colour is in patches over one hue. */
  typical: number;
}

/** All that colouring a picture needs; made from the reduced whole picture, good for every size of it. */
export interface ColourPlan {
  version: 1;
  grid: Size;
  /** L* of the grid, 0..100. */
  lightness: Float32Array;
  cells: Size;
  /** The default colouring on the cells; the others are made of `choice` when they are asked for (`variantOf`). */
  base: Chroma;
  /** 0..1 on the cells: how sure the network is. */
  confidence: Float32Array;
  /** The network's choice among chroma bins: probabilities, bins x cells. Null: it gives none. */
  choice: Float32Array | null;
  toning: Toning;
  own: OwnColours | null;
  hints: readonly PlacedHint[];
  spread: HintSpread | null;
  /** For the change record; null: no network had a say. */
  network: { name: string; sha256: string } | null;
}
