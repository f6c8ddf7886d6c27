/** Predictors by the names that a person gives: `baseline:NAME` for a classical method in a model's place. */
import { baselineNames, baselines } from '../../../app/baseline/index.ts';
import { RevealError } from '../../../app/contract/messages.ts';
import { show } from '../../files/bytes.ts';
import type { Predictor } from './types.ts';

const BASELINE = 'baseline:';

/** @throws RevealError 'not-found' when there is no such model or baseline */
export function openPredictor(name: string): Promise<Predictor> {
  if (name.startsWith(BASELINE)) {
    const wanted = name.slice(BASELINE.length);
    const known = baselineNames.find((one) => one === wanted);
    if (!known)
      return Promise.reject(
        new RevealError(
          'not-found',
          `There is no baseline ${show(wanted)}. There are: ${baselineNames.join(', ')}.`,
        ),
      );
    return Promise.resolve({
      name,
      groups: null,
      predict: (input, { mask }) => Promise.resolve(baselines[known](input, mask)),
    });
  }
  return Promise.reject(new RevealError('not-found', `There is no model ${show(name)}.`));
}
