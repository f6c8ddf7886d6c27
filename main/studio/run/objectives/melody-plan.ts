/** The plan of a run that learns melodies: one stage of one length, with a rate that is known to work. */
import { RevealError } from '../../../../app/contract/messages.ts';
import type { MelodyNetworkName } from '../../../../app/contract/studio.ts';
import { say } from '../../../../app/words/sentences.ts';
import type { RunFile, RunFileSettings } from '../position.ts';

/** Melodies of a step. */
const BATCH = 12;
/** Events or columns of each. */
const LENGTHS: Record<MelodyNetworkName, number> = { bertso: 96, milia: 128 };
/** Peak learning rate. */
export const MELODY_RATE = 2e-3;
/** Of the rate of an adversarial phase: what has been learnt is worth more than a critic's opinion. */
const ADVERSARIAL_PACE = 0.25;
/** What writes all notes at once can be judged by a critic; what writes note by note cannot. */
export const hasCritic = (network: MelodyNetworkName): boolean => network === 'milia';

export interface MelodyRunOptions {
  settings: RunFileSettings & { network: MelodyNetworkName };
  startDir: string | null;
  criticDir: string | null;
  /** Total steps, instead of minutes. */
  totalSteps: number | null;
}

/**
 * A new run as it is written into its folder.
 * @throws RevealError 'bad-request' when the network has no critic and one is to learn
 */
export function newMelodyRun({ settings, totalSteps, startDir, criticDir }: MelodyRunOptions): RunFile {
  const { network, phase } = settings;
  if (phase !== 'generator' && !hasCritic(network))
    throw new RevealError('bad-request', say('score-no-critic', { network }));
  const size = settings.size ?? LENGTHS[network];
  return {
    version: 1,
    settings,
    startDir,
    criticDir,
    data: null,
    totalSteps,
    stages: [
      {
        ...{ phase, size, batch: BATCH, share: 1, encoder: 'full', steps: totalSteps },
        rate: phase === 'generator' ? 1 : ADVERSARIAL_PACE,
      },
    ],
    rate: MELODY_RATE,
    createdAt: Date.now(),
  };
}
