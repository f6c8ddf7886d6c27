/** Evaluation of models beside classical baselines; see docs/evaluation.md. */
export { modelEngine, type ModelEngine, openPredictor } from './model.ts';
export { readPlates } from './plates.ts';
export { DEFAULT_GROUPS, evaluate, type EvalOptions, type Evaluation, problemLines } from './run.ts';
export { contactSheet } from './sheet.ts';
export { groupTable, reportTable, verdicts } from './table.ts';
export type { EvalReport, GroupReport, Predictor, PredictExtra, RowReport } from './types.ts';
