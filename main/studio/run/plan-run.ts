/** A new run as it is written into its folder: its settings with the stages that come of them. */
import { RevealError } from '../../../app/contract/messages.ts';
import type { RunSettings } from '../../../app/contract/studio.ts';
import { critic } from '../../../models/critic/network.ts';
import type { Network } from '../../../models/network.ts';
import { frozenShare, planRun } from './plan.ts';
import type { RunFile } from './position.ts';

/** Pictures a step at 64 px. */
const BATCH = 16;

/**
 * @param totalSteps the run's length where it is not its minutes
 * @throws RevealError 'bad-request' when the size does not suit the network
 */
export function newRun(
  settings: RunSettings,
  network: Network,
  totalSteps: number | null,
): RunFile & { settings: RunSettings } {
  let stages;
  try {
    stages = planRun({
      phase: settings.phase,
      size: settings.size,
      multiple: Math.max(network.multiple, critic.multiple),
      batch: BATCH,
      minutes: settings.minutes,
      frozen: network.freezable.length > 0 ? frozenShare(settings) : null,
    });
  } catch (error) {
    throw new RevealError('bad-request', (error as Error).message);
  }
  let given = 0;
  return {
    version: 1,
    settings,
    startDir: null,
    criticDir: null,
    data: null,
    totalSteps,
    stages: stages.map((stage, i) => {
      const steps =
        totalSteps === null
          ? null
          : i === stages.length - 1
            ? Math.max(1, totalSteps - given)
            : Math.max(1, Math.round(totalSteps * stage.share));
      given += steps ?? 0;
      return { ...stage, steps };
    }),
    rate: null,
    createdAt: Date.now(),
  };
}
