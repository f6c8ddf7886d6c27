/**
 * What a frame of a reel is, everywhere between decoder and encoder: the film's own planes in the film's own depth.
 * Colour films are kept as luma and chroma planes as the file stores them, so that whatever is not to be changed is
 * not converted either; films stored as RGB keep R, G and B. A `FrameFormat` holds for a whole reel; frames carry
 * only their place and their samples.
 */

/** Samples of one plane: 8 bits a sample, or 9..16 bits in the low bits of a 16-bit word. */
export type Samples = Uint8Array | Uint16Array;

/** Chroma subsampling: '400' is luma alone, 'rgb' three full planes R, G, B. */
export type Sampling = '400' | '420' | '422' | '440' | '444' | '411' | '410' | 'rgb';

export interface FrameFormat {
  /** Pixels of the luma plane, as stored: neither turned nor squared. */
  width: number;
  height: number;
  sampling: Sampling;
  /** Bits a sample, 8..16. */
  bits: number;
  range: 'limited' | 'full';
  /** As ffprobe names them; null: the file does not say. */
  matrix: string | null;
  primaries: string | null;
  transfer: string | null;
  chromaLocation: string | null;
}

export interface Frame {
  /** Counted from 0 in the order of showing. */
  index: number;
  /** Time stamp in units of the reel's time base. */
  pts: number;
  /** Y; or Y, U, V; or R, G, B. Row after row without gaps. */
  planes: Samples[];
}

/** log2 of the horizontal and vertical chroma subsampling. */
export function chromaShift(sampling: Sampling): { x: number; y: number } {
  const shifts = {
    '400': { x: 0, y: 0 },
    '420': { x: 1, y: 1 },
    '422': { x: 1, y: 0 },
    '440': { x: 0, y: 1 },
    '444': { x: 0, y: 0 },
    '411': { x: 2, y: 0 },
    '410': { x: 2, y: 2 },
    rgb: { x: 0, y: 0 },
  } as const;
  return shifts[sampling];
}

/** Width and height of each plane of this format; odd sizes round up, as ffmpeg does. */
export function planeSizes(
  format: Pick<FrameFormat, 'width' | 'height' | 'sampling'>,
): { width: number; height: number }[] {
  const { width, height, sampling } = format;
  const luma = { width, height };
  if (sampling === '400') return [luma];
  const { x, y } = chromaShift(sampling);
  const chroma = { width: (width + (1 << x) - 1) >> x, height: (height + (1 << y) - 1) >> y };
  return [luma, chroma, chroma];
}

/** Bytes of one sample in memory and in a raw pipe: 1 up to 8 bits, else 2 (little endian). */
export const sampleBytes = (bits: number): 1 | 2 => (bits > 8 ? 2 : 1);

/** Bytes of one frame. */
export function frameBytes(format: FrameFormat): number {
  const samples = planeSizes(format).reduce((sum, p) => sum + p.width * p.height, 0);
  return samples * sampleBytes(format.bits);
}

/** Sample values of black and white in luma (or in R, G, B) by range and depth (ITU-R BT.601/709, section 3). */
export function lumaLevels(format: Pick<FrameFormat, 'bits' | 'range' | 'sampling'>): {
  black: number;
  white: number;
} {
  const scale = 2 ** (format.bits - 8);
  return format.range === 'limited' && format.sampling !== 'rgb'
    ? { black: 16 * scale, white: 235 * scale }
    : { black: 0, white: 2 ** format.bits - 1 };
}

/** Sample value of no colour in a chroma plane. */
export const chromaZero = (bits: number): number => 2 ** (bits - 1);
