/** What a run of a melody network leaves behind: its model, with the plans it learnt from, and melodies to listen to. */
import path from 'node:path';
import type { MelodyNetworkName } from '../../../../app/contract/studio.ts';
import type { Weights } from '../../../../app/graph/scope.ts';
import { planTable } from '../../../../app/melody/plans.ts';
import type { ModelCard } from '../../../../models/card.ts';
import type { Network, Width } from '../../../../models/network.ts';
import { compose } from '../../../actions/compose/index.ts';
import { MelodyNetworks, PLANS, type MelodyNetwork } from '../../../engine/melody-networks.ts';
import { makeFolder } from '../../../files/folder.ts';
import { writeAtomic, writeJsonAtomic } from '../../../files/atomic.ts';
import { writeMidiFile } from '../../../files/melody-file.ts';
import { encodePng } from '../../../files/rgb.ts';
import { CRITIC_FOLDER, writeModel, type ModelFacts, type RunModel } from '../model.ts';
import type { MelodyData } from './melody-data.ts';
import { judged } from './melody-own.ts';
import { samplePaths, SAMPLES } from './melody-samples.ts';

export interface MelodyModelOptions {
  dir: string;
  network: Network & { name: string };
  critic: Network | null;
  /** Whether what it writes is held against real melodies: a likelihood says nothing against a critic. */
  judge: boolean;
  width: Width;
  data: MelodyData;
  parent: ModelCard | null;
}

export function melodyModel({
  dir,
  network: of,
  critic,
  judge,
  width,
  data,
  parent,
}: MelodyModelOptions): RunModel {
  const plans = planTable([...data.train, ...data.held]);
  const learntFrom = ({ step, seconds }: Pick<ModelFacts, 'step' | 'seconds'>): string =>
    `${data.train.length} melodies of ${data.name}, ${(seconds / 60).toFixed(1)} minutes, ${step} steps`;
  const write = (
    folder: string,
    made: Network,
    weights: Weights,
    precision: 'f16' | 'f32',
    meta: Readonly<Record<string, unknown>>,
    facts: Pick<ModelFacts, 'step' | 'seconds'> & Partial<ModelFacts>,
  ): Promise<void> =>
    writeModel(
      path.join(dir, folder),
      made,
      width,
      weights,
      precision,
      { step: facts.step, ...meta },
      (file) => ({
        name: `${made.name}-${path.basename(dir)}`,
        version: String(facts.step),
        ...file,
        inputs: made
          .inputs({ batch: 1, height: 64, width: 64 })
          .map((i) => ({ name: i.name, shape: [...i.shape], meaning: i.meaning })),
        license: parent?.license ?? 'The licence of the melodies that it was trained on decides.',
        provenance: parent?.provenance ?? [],
        trainedOn: `${learntFrom(facts)}${parent ? `, beginning with ${parent.name} ${parent.version}` : ''}`,
        metrics: { ...facts.figures },
        measuredBy: facts.figures ? 'losses of the training run on melodies that it held out' : null,
        limits: 'Made by a training run on this machine; not examined further.',
      }),
    );
  /** The network with weights as they are now. */
  const opened = async <T>(weights: Weights, use: (network: MelodyNetwork) => Promise<T>): Promise<T> => {
    const networks = new MelodyNetworks(1);
    try {
      return await use(networks.of(of, width, weights, plans, 'as it learns'));
    } finally {
      await networks.close();
    }
  };
  return {
    save: (learnt, facts) => write('model', of, learnt, 'f16', { [PLANS]: plans }, facts),
    saveCritic: async (learnt, facts) => {
      if (critic) await write(CRITIC_FOLDER, critic, learnt, 'f32', { judges: of.name }, facts);
    },
    async sample(step, panel) {
      const folder = path.join(dir, 'samples');
      await makeFolder(folder);
      const bytes = await encodePng(panel);
      await writeAtomic(path.join(folder, `${step}.png`), true, (sink) => sink.write(bytes));
    },
    listen: (step, weights) =>
      opened(weights, async (network) => {
        for (const { name, options } of SAMPLES) {
          const melody = await compose({
            ...options,
            generator: of.name as MelodyNetworkName,
            opened: network,
          });
          const files = samplePaths(dir, step, name);
          await writeMidiFile(files.midi, melody, true);
          await writeJsonAtomic(files.melody, melody);
        }
      }),
    ...(judge && { judge: (weights: Weights) => opened(weights, (network) => judged(network, data.held)) }),
  };
}
