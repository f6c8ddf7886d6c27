/**
 * The develop engine's public face: density in, print out. See plan.ts for the formulas, process.ts for the
 * loop, balance.ts for the automatic balance, geometry.ts for crop and rotation, record.ts for what is
 * written beside an export.
 */
export {
  type DevelopPlan,
  filmOf,
  planDevelop,
  type PlanContext,
  type PlanNumbers,
  planNumbers,
  type PlanOptions,
  type PlanSource,
  planSource,
} from './plan.ts';
export { countHistogram, type FlatBand, outputChannels, type OutputSamples, processBand } from './process.ts';
export { balanceFromSamples, type BalanceSamples, type FrameBalance, PERCENTILES } from './balance.ts';
export { type Rig, rigOf } from './rig.ts';
export { filmStock, type FilmStock, filmStocks } from './stocks.ts';
export {
  applyGeometry,
  type Geometry,
  type GeometryInput,
  identityGeometry,
  resolveGeometry,
  viewTurn,
  type SourcePart,
  sourceRect,
  sourceRows,
  viewOf,
} from './geometry.ts';
export { canonicalJson, developRecord, type MaskSummary, type RecordInput } from './record.ts';
