/** The step graph: what a training run is made of. */
export { ADAMW, adamScalars, type AdamW } from './adamw.ts';
export { buildMicroSteps, buildStep } from './build.ts';
export { partLayouts } from './builder.ts';
export type { PartSpec, StepContext, StepForward, StepGraph, StepSpec, StepVector } from './contract.ts';
export { decaysByShape, fromVector, layOut, matching, toVector, type Layout } from './layout.ts';
export { learningRate, type Schedule } from './schedule.ts';
