/**
 * What kind of scan this is, from its pixels, with the reasons in words.
 */
import type { ScanKind } from '../../../app/contract/library.ts';
import type { ScanInfo } from '../../files/types.ts';
import type { Grid } from './analyse-grid.ts';
import type { BaseLevel } from './base-level.ts';
import type { FrameSearch } from './frames.ts';
import type { Holder, Perforations } from './frames-light.ts';
import type { FilmType } from './types.ts';

export interface KindFacts {
  grid: Grid;
  holder: Holder;
  perfs: Perforations | null;
  level: BaseLevel;
  search: FrameSearch;
  info: Pick<ScanInfo, 'format' | 'saysNegative' | 'make' | 'model' | 'software'>;
}
export interface FoundKind {
  kind: ScanKind;
  reasons: string[];
}

/** Film type that a kind is developed as. */
export function filmOfKind(kind: ScanKind): FilmType {
  return kind === 'bw-negative' ? 'bw' : kind === 'colour-negative' ? 'c41' : 'slide';
}
export function kindOf(_facts: KindFacts): FoundKind {
  return { kind: 'colour-negative', reasons: [] };
}
