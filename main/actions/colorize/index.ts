/**
 * Colour for pictures that have none, or have lost it (the recipe's step `colour`). Analyse and plan: `prepareColour`
 * looks at the reduced whole picture once; process: `colouredSource` colours parts of any size by that plan; the plan
 * names the network for the record. Only chroma is made: the lightness of every pixel stays what it is.
 */
export { colouredSource, colourModel, type ColourModel } from './source.ts';
export { gridConfidence, GRID_SIDE, prepareColour } from './plan.ts';
export { suggestColours, type SuggestedColour } from './suggest.ts';
export { coloursFromReference } from './from-reference.ts';
export { choiceFeatures, type FeaturePlanes } from './features.ts';
export {
  proposeColours,
  rememberColour,
  type Place,
  type ProposedHint,
  type RememberedColour,
} from './memory.ts';
export type { Chroma, ColourPlan, OwnColours, PlacedHint, Toning } from './types.ts';
