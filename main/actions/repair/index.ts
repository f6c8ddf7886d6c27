/** Repair: damage is found, marked by hand, and filled; every other pixel stays as it is, bit for bit. */
export { findDamage, type FindOptions } from './find.ts';
export { evidenceFrom } from './evidence.ts';
export { runFill, type FillTask, type PlainFills } from './fills.ts';
export { maskWithMarks } from './marks.ts';
export { repairedSource, type RepairedSource } from './source.ts';
export { DAMAGE_KINDS, DAMAGED } from './types.ts';
export type {
  DamageKind,
  DamageMap,
  DamageRegion,
  Evidence,
  FaceBox,
  FillWay,
  Mask,
  RepairOptions,
  RepairReport,
} from './types.ts';
