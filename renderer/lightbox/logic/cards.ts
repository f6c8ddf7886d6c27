/**
 * Which steps a kind of scan shows, and in which order. A print is a positive already: its tones are not developed,
 * so film, dust (infrared), lights and paper are left out. A negative or slide is developed first; what can be done to
 * the positive afterwards is folded under a heading of its own.
 */
import type { ScanKind } from '../../../app/contract/library.ts';
import { allSteps } from '../../../app/recipe/develop.ts';
import type { StepSpec } from '../../../app/recipe/spec.ts';
import { isPrint } from '../../../app/recipe/wanted.ts';

const prints: readonly string[] = ['ageing', 'repair', 'clean', 'detail', 'colour', 'enlarge', 'frame'];
// What a black-and-white print lacks most comes first.
const greyPrints: readonly string[] = ['colour', 'ageing', 'repair', 'clean', 'detail', 'enlarge', 'frame'];
const films: readonly string[] = ['film', 'dust', 'lights', 'print', 'frame'];
const afterwards: readonly string[] = ['ageing', 'repair', 'clean', 'detail', 'colour', 'enlarge'];

const named = (ids: readonly string[]): StepSpec[] =>
  ids.flatMap((id) => (allSteps as readonly StepSpec[]).filter((step) => step.id === id));

export interface ShownSteps {
  main: readonly StepSpec[];
  /** Folded under "After the development"; empty for prints. */
  after: readonly StepSpec[];
}

/** The steps of a kind of scan; null (not known yet) is taken for a negative. */
export function stepsFor(kind: ScanKind | null): ShownSteps {
  if (kind !== null && isPrint(kind))
    return { main: named(kind === 'bw-print' ? greyPrints : prints), after: [] };
  return { main: named(films), after: named(afterwards) };
}
