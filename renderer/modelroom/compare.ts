/** What two models are asked for on one picture: its recipe, with the step switched on and the model named. */
import { modelTasks, taskSteps, type ModelCardView, type ModelTask } from '../../app/contract/models.ts';
import { restoreSteps } from '../../app/recipe/restore.ts';
import {
  DEVELOP_VERSION,
  defaultDevelopParams,
  type DevelopParams,
  type Recipe,
} from '../../app/recipe/develop.ts';

/** Tasks whose work a preview shows: an enlargement is none of them. */
export const comparableTasks = modelTasks.filter((task) => task !== 'upscaler');

/** Names no model: the picture without the step. */
export const WITHOUT = '';

/**
 * The recipe that shows what a model does.
 * @param stored the picture's own recipe; null: nothing was decided yet
 * @param model its name as recipes name it; WITHOUT: the step is off
 */
export function recipeWith(stored: Recipe | null, task: ModelTask, model: string): Recipe {
  const step = taskSteps[task];
  const params: DevelopParams = structuredClone(stored?.params ?? defaultDevelopParams());
  // What follows on the step would only blur what is compared, and cost time.
  const at = restoreSteps.findIndex((s) => s.id === step);
  for (const { id } of restoreSteps.slice(at + 1)) params[id].on = false;
  params[step].on = model !== WITHOUT;
  params[step].model = model;
  // A network that is only taken where it proves better could not be seen.
  if (task === 'filler' && model !== WITHOUT) params.repair.fill = 'network';
  if (task === 'restorer') params.clean.strength = 1;
  return { action: 'develop', version: DEVELOP_VERSION, params };
}

/** Which two are compared first: the one in use and another; ours and none where there is but one. */
export function firstPair(
  models: readonly ModelCardView[],
  task: ModelTask,
  a: string | null,
): [string, string] {
  const of = models.filter((m) => m.task === task && m.ready);
  const used = of.find((m) => m.chosen)?.name ?? of[0]?.name ?? WITHOUT;
  const first = a ?? used;
  const second = of.find((m) => m.name !== first)?.name ?? WITHOUT;
  return [first, second];
}
