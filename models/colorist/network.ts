/**
 * `colorist`: grey to colour. The pre-trained backbone looks at the luminance, a small decoder turns its features
 * into a choice among chroma bins at a quarter of the working size. Hints, where a person gave any, enter at every
 * level of the decoder. Only chroma is predicted: the luminance of the picture stays what it is. The weights under
 * `backbone.` are those of models/backbone and are frozen first; since they then never change, a run may compute
 * the features once (`coloristFeatures`) and train the decoder alone on them (`coloristThoughts`, `coloristChoice`).
 */
import type { Tensor } from '../../app/graph/graph.ts';
import type { Scope } from '../../app/graph/scope.ts';
import { add, mul } from '../../app/graph/ops/arithmetic.ts';
import { spaceToDepth } from '../../app/graph/ops/resize.ts';
import { split } from '../../app/graph/ops/shape.ts';
import { BACKBONE_FEATURES, BACKBONE_MULTIPLE, FEATURE_SIZES } from '../backbone/architecture.ts';
import { backbone } from '../backbone/network.ts';
import { activate, attention, convolution, enlarge, residuals } from '../blocks.ts';
import { he } from '../initial.ts';
import type { Network, PictureSize, Width } from '../network.ts';
import { COLOUR_BINS } from './bins.ts';
import { chooseColour, restraint } from './colour.ts';

/** Channels of the decoder at strides 4, 8, 16, 32, and before the choice. */
const CHANNELS: Record<Width, { levels: readonly [number, number, number, number]; choice: number }> = {
  small: { levels: [32, 32, 64, 96], choice: 64 },
  base: { levels: [64, 64, 96, 128], choice: 64 },
  large: { levels: [96, 128, 160, 224], choice: 128 },
};
const BLOCKS = [3, 2, 2, 2] as const;

/** Features of grey pictures. @param l [N, 1, H, W] sRGB-encoded 0..1 @returns four tensors, see BACKBONE_FEATURES */
export const coloristFeatures = (scope: Scope, l: Tensor): Tensor[] => backbone(scope.within('backbone'), l);

/**
 * The part that is trained first, but for its last layer.
 * @param features of `coloristFeatures`
 * @param l [N, 1, H, W] sRGB-encoded 0..1
 * @param hints [N, 3, H/4, W/4]: a* / 110, b* / 110 and mask, all nought where there is no hint
 * @returns [N, C, H/4, W/4], what `coloristChoice` goes by
 */
export function coloristThoughts(
  scope: Scope,
  features: readonly Tensor[],
  l: Tensor,
  hints: Tensor,
  width: Width,
): Tensor {
  const { levels, choice } = CHANNELS[width];
  const lateral = (level: number): Tensor =>
    convolution(scope, `feature${level}`, mul(features[level], 1 / FEATURE_SIZES[level]), levels[level], {
      initial: he(),
    });
  // Hints are at stride 4; coarser levels see 2 x 2, 4 x 4, 8 x 8 of them at once.
  const hinted = (level: number): Tensor =>
    level === 0
      ? convolution(scope, 'hint0', hints, levels[0], { kernel: 3 })
      : convolution(scope, `hint${level}`, spaceToDepth(hints, 2 ** level), levels[level], { initial: he() });
  let z = add(lateral(3), hinted(3));
  z = residuals(scope, 'decoder3', activate(z), BLOCKS[3]);
  z = attention(scope.within('attention'), z);
  for (let level = 2; level >= 0; level--) {
    z = add(enlarge(scope, `up${level}`, z, levels[level]), add(lateral(level), hinted(level)));
    // Edges of the luminance itself, finer than any feature.
    if (level === 0)
      z = add(z, convolution(scope, 'luminance', spaceToDepth(l, 4), levels[0], { initial: he() }));
    z = residuals(scope, `decoder${level}`, activate(z), BLOCKS[level]);
  }
  return activate(convolution(scope, 'gather', z, choice, { kernel: 3 }));
}

/** The last layer. @param z of `coloristThoughts`, or some of its pixels @returns logits [N, bins, h, w] */
export const coloristChoice = (scope: Scope, z: Tensor): Tensor =>
  convolution(scope, 'choose', z, COLOUR_BINS.length, {
    initial: (shape, random) => he()(shape, random).map((v) => v / 10),
  });

/** Inputs of a graph that trains the decoder alone, on features that were computed before. */
export const coloristFeatureShapes = ({ batch, height, width }: PictureSize): number[][] =>
  BACKBONE_FEATURES.map(({ channels, stride }) => [batch, channels, height / stride, width / stride]);

export const colorist: Network = {
  name: 'colorist',
  task: 'Gives colour to a grey picture, following hints where there are any, and says how sure it is.',
  multiple: BACKBONE_MULTIPLE,
  margin: null,
  freezable: ['backbone.*'],
  state: [],
  inputs: ({ batch, height, width }) => [
    { name: 'l', shape: [batch, 1, height, width], meaning: 'grey picture, sRGB-encoded 0..1' },
    {
      name: 'hints',
      shape: [batch, 3, height / 4, width / 4],
      meaning: 'a* / 110, b* / 110 (CIE Lab, D65) and mask of hints; all 0 where there is none',
    },
  ],
  build(scope, { l, hints }, width) {
    const thoughts = coloristThoughts(scope, coloristFeatures(scope, l), l, hints, width);
    const logits = coloristChoice(scope, thoughts);
    const { ab, confidence } = chooseColour(logits);
    const [, hinted] = split(hints, [2, 1], 1);
    return { logits, ab: mul(ab, restraint(l, hinted)), confidence };
  },
};
