/**
 * The backbone as data: the MobileNetV3 encoder (Howard et al. 2019, "Searching for MobileNetV3") of a detector
 * that was trained on COCO, in the variant of its authors (pruned widths). Batch normalisation is folded into the
 * convolutions already, so every convolution has a bias and no other normalisation. card.json says where it comes
 * from and under which licence; build/convert-backbone.ts holds this list against the original graph.
 */

export type BackboneActivation = 'relu' | 'hardSwish';

/** Inverted residual: expand 1x1 -> depthwise kernel x kernel -> squeeze and excite -> project 1x1 (no activation). */
export interface BackboneBlock {
  /** Side of the depthwise kernel. */
  readonly kernel: 3 | 5;
  readonly stride: 1 | 2;
  /** Channels within the block; equal to the channels that come in: there is no expansion. */
  readonly wide: number;
  /** Channels of the squeezed vector; 0: the block has no squeeze and excite. */
  readonly squeeze: number;
  readonly out: number;
  /** After the expansion and after the depthwise convolution. */
  readonly activation: BackboneActivation;
}

/** Convolution before the first block: 3x3, stride 2, hard-swish. */
export const BACKBONE_STEM = { kernel: 3, stride: 2, out: 16 } as const;

const block = (
  kernel: 3 | 5,
  stride: 1 | 2,
  wide: number,
  squeeze: number,
  out: number,
  activation: BackboneActivation,
): BackboneBlock => ({ kernel, stride, wide, squeeze, out, activation });

/** A block adds its input to its output where its stride is 1 and the channels agree. */
export const BACKBONE_BLOCKS: readonly BackboneBlock[] = [
  block(3, 1, 16, 0, 16, 'relu'),
  block(3, 2, 64, 0, 24, 'relu'),
  block(3, 1, 72, 0, 24, 'relu'),
  block(5, 2, 72, 24, 32, 'relu'),
  block(5, 1, 96, 24, 32, 'relu'),
  block(5, 1, 96, 24, 32, 'relu'),
  block(3, 2, 192, 0, 64, 'hardSwish'),
  block(3, 1, 160, 0, 64, 'hardSwish'),
  block(3, 1, 144, 0, 64, 'hardSwish'),
  block(3, 1, 144, 0, 64, 'hardSwish'),
  block(3, 1, 384, 96, 88, 'hardSwish'),
  block(3, 1, 528, 136, 88, 'hardSwish'),
  block(5, 2, 528, 136, 120, 'hardSwish'),
  block(5, 1, 720, 184, 120, 'hardSwish'),
  block(5, 1, 720, 184, 120, 'hardSwish'),
];

/** Blocks whose outputs are the features, finest first, with their strides and channels. */
export const BACKBONE_FEATURES = [
  { block: 2, stride: 4, channels: 24 },
  { block: 5, stride: 8, channels: 32 },
  { block: 11, stride: 16, channels: 88 },
  { block: 14, stride: 32, channels: 120 },
] as const;

/** Root mean squares of the features on photographs, roughly: what is built on them starts on features of size 1. */
export const FEATURE_SIZES = [12, 11, 7, 7] as const;

/** Sides of a picture must be multiples of this. */
export const BACKBONE_MULTIPLE = 32;

/**
 * TensorFlow's 'SAME' padding [before, after] of one axis: as much in total as gives ceil(length / stride)
 * outputs, the odd one after. With stride 2 and even lengths that is not symmetric: 3 -> [0, 1], 5 -> [1, 2].
 */
export function samePadding(length: number, kernel: number, stride: number): [number, number] {
  const total = Math.max((Math.ceil(length / stride) - 1) * stride + kernel - length, 0);
  const before = Math.floor(total / 2);
  return [before, total - before];
}
