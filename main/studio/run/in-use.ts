/** The weights that a run is compared with: those of the model that does its network's work now. */
import { RevealError } from '../../../app/contract/messages.ts';
import type { RunSettings } from '../../../app/contract/studio.ts';
import type { Weights } from '../../../app/graph/scope.ts';
import { say } from '../../../app/words/sentences.ts';
import { shippedModel } from '../shipped.ts';
import { checkWeights, readModel } from './model.ts';
import type { Objective } from './objective.ts';
import type { Notice } from './types.ts';

/**
 * The model in use, to be compared with. One of another width cannot be measured in this run's graphs: then there is
 * no comparison. A broken one must stop nothing: the shipped one takes its place, and the diary says so.
 */
export async function inUseWeights(
  dir: string | null,
  objective: Objective,
  settings: Pick<RunSettings, 'width'>,
): Promise<{ inUse: Weights | null; notices: Notice[] }> {
  const read = async (folder: string): Promise<Weights | null> => {
    const model = await readModel(folder);
    if (model.card.network !== objective.network.name || model.card.width !== settings.width) return null;
    checkWeights(objective.network, settings.width, model);
    return model.weights;
  };
  if (dir === null) return { inUse: null, notices: [] };
  try {
    return { inUse: await read(dir), notices: [] };
  } catch (error) {
    if (!(error instanceof RevealError)) throw error;
    const shipped = shippedModel(objective.network.name);
    const inUse = dir === shipped ? null : await read(shipped).catch(() => null);
    const detail = error.message;
    const text = inUse ? say('studio-in-use-broken', { detail }) : say('studio-in-use-none', { detail });
    return { inUse, notices: [{ kind: 'in-use', text }] };
  }
}
