/**
 * What time took from a print's dyes, silver and paper is given back (the recipe's step `ageing`). Analyse:
 * `analyseAgeing` on the reduced whole picture; plan: `ageingPlan`; process: `agedSource`, pointwise; the analysis with
 * its reasons goes into the record. An album has one setting: `poolAgeing`.
 */
export { analyseAgeing } from './analyse.ts';
export { poolAgeing } from './pool.ts';
export { agedSource, ageingPlan, type AgeingPlan } from './source.ts';
export { toningNames, type AgeingAnalysis, type ToningName } from './types.ts';
