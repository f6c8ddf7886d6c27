/**
 * Pixel buffers. One convention for the whole project: samples are interleaved (RGBRGB…), rows run top to
 * bottom, and what a number means is told by the type that carries it, never guessed. A `Picture` is what a
 * reader hands over (scan values as stored, with the tone curve that makes them linear); everything between
 * the reader and the writer is linear light or density in float, unclipped. Buffers that several worker
 * threads share live on a `SharedArrayBuffer`.
 */

/** Anything a sample can be stored in. Integer samples span their whole range (0..255, 0..65535); floats are 0..1 nominal, unclipped. */
export type Samples = Uint8Array | Uint16Array | Float32Array;

/** Axis-aligned rectangle in pixels of the picture it refers to; x, y is the top left corner; half-open. */
export interface Rect {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** A decoded scan, upright as stored in the file (EXIF orientation is *not* applied; see `orientation`). */
export interface Picture {
  width: number;
  height: number;
  /** 1 = grey, 3 = RGB. Alpha never reaches the pixel code; a fourth infrared sample becomes `infrared`. */
  channels: 1 | 3;
  data: Samples;
  /** Turns a stored sample into linear light, 0..1; see `ToneCurve`. */
  curve: ToneCurve;
  /** Infrared plane of the same size (16 bits, linear), where the scanner wrote one. Not registered to RGB. */
  infrared?: Uint16Array;
  /** EXIF orientation, 1..8, to be applied to the finished positive. */
  orientation: number;
}

/** How the stored samples encode light. `table` maps 0..1 (n equal steps) to linear 0..1 for measured ICC curves. */
export type ToneCurve =
  | { kind: 'linear' }
  | { kind: 'srgb' }
  | { kind: 'gamma'; gamma: number }
  | { kind: 'table'; tables: Float32Array[] };

/** Red, green, blue. The unit is named by whoever uses it. */
export type Rgb = readonly [number, number, number];
