/** Degradations of pictures for training and evaluation; see docs/degradations.md. */
export { degrade, degradeAs, CLEAN_SHARE, DEGRADATIONS, groupOf } from './presets.ts';
export { GROUPS, PRESETS } from './types.ts';
export type { Applied, Degradation, Degraded, Family, Group, Outcome, Preset } from './types.ts';
export { greyInput, greyRendering } from './grey.ts';
export { filmFrame, filmSequence, type FilmFrame } from './film.ts';
export { drawReel, type Reel } from './reel.ts';
export { holeMask } from './missing.ts';
export { jpeg } from './jpeg.ts';
export { shrink, SHRINKINGS, shrunk, type Shrinking } from './shrink.ts';
