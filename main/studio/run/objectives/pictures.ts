/** Cutting single samples out of a batch's tensors. */
import type { Planar } from '../../../../app/planar.ts';
import type { BatchTensor } from '../../dataset/types.ts';

/** Sample `index` of a tensor [N, C, H, W], as a view. */
export function sampleOf({ dims, data }: BatchTensor, index: number): Planar {
  const [, channels, height, width] = dims;
  const n = channels * height * width;
  return { width, height, channels, data: data.subarray(index * n, (index + 1) * n) };
}
