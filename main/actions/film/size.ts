/** How large films become, before anything was measured: bits for each pixel and frame, by codec. */
import type { FilmCodec } from '../../../app/recipe/film.ts';
import type { FrameFormat } from '../../../app/film/frame.ts';

/**
 * Old film is grain, and grain costs. For h264, h265 and av1 at quality 16 (a step of 6 halves it, as the scale of x264
 * does); ProRes 422 HQ by its published rates; FFV1 as a share of the samples' own bits.
 */
const AT_16: Record<FilmCodec, number> = { h264: 0.45, h265: 0.3, av1: 0.25, prores: 4.4, ffv1: 0 };
const LOSSLESS = 0.55;

export function bitsPerPixel(plan: { codec: FilmCodec; quality: number; to: FrameFormat }): number {
  const { codec, quality, to } = plan;
  if (codec === 'prores') return AT_16.prores;
  if (codec === 'ffv1') {
    const samples = { '400': 1, '420': 1.5, '410': 1.125, '411': 1.5, '422': 2, '440': 2, '444': 3, rgb: 3 };
    return samples[to.sampling] * to.bits * LOSSLESS;
  }
  return AT_16[codec] * 2 ** ((16 - quality) / 6);
}
