/**
 * Which pictures are positives already. A print is taken as it is: the develop's tone steps would bend tones that a
 * photographer has chosen, so they are left out; only what a person turns on changes its pixels. A person who calls it
 * a film (the parameter `film.film`) has it developed as one.
 */
import type { ScanKind } from '../../../app/contract/library.ts';
import type { DevelopParams } from '../../../app/recipe/develop.ts';

export function takenAsIs(
  params: Pick<DevelopParams, 'film'>,
  analysis: { kind: ScanKind } | null | undefined,
): boolean {
  return params.film.film === 'auto' && (analysis?.kind === 'print' || analysis?.kind === 'bw-print');
}
