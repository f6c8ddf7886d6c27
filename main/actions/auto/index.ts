/** Auto: what a picture is, what it needs, in which order, and why; as a recipe that a person can go on with. */
export { agedBy, damageSummary, decideAuto, searchFor } from './decide.ts';
export { estimateQuality } from './quality.ts';
export * from './types.ts';
