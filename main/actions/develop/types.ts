/**
 * The words that the parts of the develop action say to each other: what analysis finds in one scan, what a
 * roll shares, and what the pixel loop needs. All plain data, so that it can be stored in the library
 * database, sent between processes and written into a change record.
 */
import type { Rect, Rgb } from '../../../app/picture.ts';
import type { ScanKind } from '../../../app/contract/library.ts';
import type { Sentence } from '../../../app/words/sentences.ts';

export type FilmType = 'c41' | 'bw' | 'slide';

/** One picture found on a scan. */
export interface FoundFrame {
  /**
   * Picture area in pixels of the full scan, before straightening: the frame's own width and height about its
   * centre. A tilted frame covers this rectangle turned by `angle` about the rectangle's centre.
   */
  rect: Rect;
  /** Tilt of the frame against the scan in degrees, clockwise positive. */
  angle: number;
  /** '3:2', '4:3', '1:1', '7:6', 'half', 'panorama' or 'none'. */
  format: string;
  /** 0..1. Under 0.5 the crop is proposed but the whole scan is used. */
  confidence: number;
}

/** What `analyse` finds in one scan; everything a develop needs beyond the user's parameters. */
export interface DevelopAnalysis {
  version: 1;
  kind: ScanKind;
  /** Why this kind: short English sentences (shown on hover, written into --json), the strongest first. */
  reasons: Sentence[];
  film: FilmType;
  frames: FoundFrame[];
  /** Film base as linear scan values, 0..1, with where it came from. */
  base: {
    rgb: Rgb;
    source: 'rebate' | 'rect' | 'roll' | 'file' | 'estimate';
    confidence: number;
    rect?: Rect;
  };
  /**
   * Per channel, densities over the base after the crosstalk matrix at fixed percentiles of the picture
   * area: [0.1, 1, 5, 25, 50, 75, 95, 99, 99.9] %, red, green, blue.
   */
  densities: [number[], number[], number[]];
  /** Per-channel slopes relative to green of the neutral axis, and offsets (density), as found by the neutral balance. */
  balance: { slope: Rgb; offset: Rgb; confidence: number };
  /** Log10 exposure of the frame relative to the print's mid grey, before user exposure. */
  exposure: number;
  /**
   * Relative exposure of the *camera* that scanned it (EXIF, t·ISO/(100·N²)), 1 when unknown. `base` is in this
   * scan's own values; to use it on another scan multiply by the ratio of their camera exposures.
   */
  cameraExposure: number;
  /** Low-key, high-key, blank, leader, flat-field; what roll statistics must leave out. */
  role: 'picture' | 'blank' | 'leader' | 'flat';
  /** Where a scan holds several pictures: what differs from frame to frame, in the order of `frames`. See `analysisOfFrame`. */
  perFrame?: Pick<DevelopAnalysis, 'densities' | 'balance' | 'exposure'>[];
  /**
   * Black and white only: how much each channel of the scan has to say (sum 1). A channel that hardly sees the
   * lamp, or clips, says nothing. Absent: the developer's own weights.
   */
  silver?: Rgb;
  /** What the scan reads where no light comes through (linear, per channel), seen in the holder. Absent: unknown, taken as 0. */
  black?: Rgb;
  /** Kind of device that scanned it, as its metadata say; decides the crosstalk matrix. Absent: unknown. */
  rig?: 'scanner' | 'camera' | 'unknown';
  /** Infrared: present, and whether it may be used. */
  infrared?: { slope: number; usable: boolean; reason: Sentence };
  warnings: Sentence[];
}

/** What a roll shares; made from the analyses of its frames by `rollBaseline`. */
export interface RollBaseline {
  version: 1;
  film: FilmType;
  /** Linear scan values of a scan taken at `cameraExposure`. */
  base: Rgb;
  /** Camera exposure that `base` refers to; 1 (or absent) when the frames do not all know theirs. */
  cameraExposure?: number;
  balance: { slope: Rgb; offset: Rgb };
  /** Log10 exposure that prints the roll's median frame well; frames differ only by their own deviation. */
  exposure: number;
  /** Spread of the base over the roll in density, per channel (robust). */
  baseSpread: Rgb;
  /** Ids (or indices as strings) of frames far from the roll. */
  outliers: string[];
}
