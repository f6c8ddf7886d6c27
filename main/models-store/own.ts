/** Cards of our own networks and of those that a person has trained, and which model does a task where a recipe names none. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { modelTasks, taskSteps, type ChosenModels, type ModelCardView } from '../../app/contract/models.ts';
import type { DevelopParams } from '../../app/recipe/develop.ts';
import { modelCardSchema, type ModelCard } from '../../models/card.ts';
import { shippedModel } from '../studio/shipped.ts';

/** Our networks that do something for a picture, in the order of the work. */
export const ownModels = ['filler', 'restorer', 'colorist', 'upscaler', 'one'] as const;
export type OwnModel = (typeof ownModels)[number];
/** How a recipe names a model that was trained in the Studio: by its run. */
export const RUN = 'run:';

/** A card with the facts of its weights; null: it cannot be read. */
export function readOwnCard(folder: string): { card: ModelCard; bytes: number } | null {
  try {
    const card = modelCardSchema.parse(JSON.parse(readFileSync(path.join(folder, 'card.json'), 'utf8')));
    const bytes = card.weights === null ? 0 : statSync(path.join(folder, card.weights)).size;
    return { card, bytes };
  } catch {
    return null;
  }
}

/** One of our own, or a run's in its place. @param run id of the run; null: as it came with the program */
export function ownView(
  task: OwnModel,
  found: { card: ModelCard; bytes: number },
  run: string | null,
  parameters: number,
): Omit<ModelCardView, 'speed' | 'chosen'> {
  const { card, bytes } = found;
  return {
    name: run === null ? task : RUN + run,
    source: run === null ? 'own' : 'trained',
    task,
    kind: '',
    ready: card.weights !== null,
    scale: task === 'upscaler' ? 2 : 1,
    sha256: card.sha256 ?? '',
    bytes,
    parameters,
    license: card.license,
    origin: '',
    importedAt: '',
    trainedOn: card.trainedOn,
    limits: card.limits,
    metrics: card.metrics,
    measuredBy: card.measuredBy ?? '',
  };
}

export const shippedCard = (task: OwnModel): ReturnType<typeof readOwnCard> =>
  readOwnCard(shippedModel(task));

/**
 * Parameters as the engine is given them: a step that names no model gets the one that was chosen for its task, a run of
 * the Studio is named by its folder. The same object where nothing is otherwise.
 * @param runDir folder of a run's model, or null
 */
export function withModels(
  params: DevelopParams,
  chosen: ChosenModels,
  runDir: (run: string) => string | null,
): DevelopParams {
  let result = params;
  for (const task of modelTasks) {
    const step = taskSteps[task];
    const asked = params[step].model || chosen[task];
    const run = asked.startsWith(RUN) ? runDir(asked.slice(RUN.length)) : null;
    const model = run ?? asked;
    if (model !== params[step].model) result = { ...result, [step]: { ...result[step], model } };
  }
  return result;
}
