/** Figures of pictures against their truths; see docs/evaluation.md for what each is. Pure, on Planar pictures. */
export * from './accumulate.ts';
export * from './colour.ts';
export * from './fidelity.ts';
export * from './judge.ts';
export * from './lab.ts';
export * from './loci.ts';
export * from './saturation.ts';
export * from './texture.ts';
