/**
 * The plan of a training on a large GPU: which network gets which share of the time, and its stages (picture size,
 * pictures a step, share of the network's time, what is frozen, whether a critic judges). Written to plan.json beside
 * the graphs; models/pretrain/train.py follows it, and a plan can be edited as long as the graphs of its sizes
 * and batches are there.
 */
import type { NetworkName } from '../../app/contract/studio.ts';
import { objectives } from '../../main/studio/run/objectives/index.ts';
import type { Width } from '../../models/index.ts';

export interface PretrainStage {
  phase: 'generator' | 'gan';
  size: number;
  batch: number;
  /** Part of the network's time; all of a network's together are 1. */
  share: number;
  /** Peak learning rate, as a factor of the network's. */
  rate: number;
  /** Patterns of weights that stay as they are. */
  frozen: string[];
}
export interface PretrainNetwork {
  /** Part of the whole time. */
  share: number;
  rate: number;
  decay: number;
  /** Patterns of weights that learn more slowly, by this factor: the pre-trained backbone is only adjusted. */
  pace: Record<string, number>;
  /** Weight of the critic's opinion. */
  adversarial: number;
  /** What the degradations of models/pretrain/degrade.py are asked for. */
  preset: 'grey' | 'any' | 'restorer' | 'holes';
  stages: PretrainStage[];
  /** Size and number of the pictures that figures are measured on. */
  validation: { size: number; batch: number; batches: number };
}
/** The networks of the plan: the upscaler learns enough on a processor (see models/README.md). */
export type PretrainedName = Exclude<NetworkName, 'upscaler'>;
export interface PretrainPlan {
  version: 1;
  width: Width;
  networks: Partial<Record<PretrainedName, PretrainNetwork>>;
}

const ADVERSARIAL: Record<PretrainedName, number> = Object.fromEntries(
  Object.entries(objectives).map(([name, o]) => [name, o.adversarial]),
) as Record<PretrainedName, number>;
const SHARES: Record<PretrainedName, number> = { colorist: 0.35, one: 0.35, restorer: 0.15, filler: 0.15 };
const PRESETS: Record<PretrainedName, PretrainNetwork['preset']> = {
  colorist: 'grey',
  one: 'any',
  restorer: 'restorer',
  filler: 'holes',
};
/** [phase, size, share, rate, is the backbone frozen] */
type Row = readonly [PretrainStage['phase'], number, number, number, boolean?];
const FULL: Record<PretrainedName, readonly Row[]> = {
  // The decoder first, on features as they are; then all of it; then a short time against the critic.
  colorist: [
    ['generator', 128, 0.25, 1, true],
    ['generator', 128, 0.6, 0.5],
    ['gan', 128, 0.15, 0.1],
  ],
  one: [
    ['generator', 64, 0.35, 1, true],
    ['generator', 96, 0.25, 0.7],
    ['generator', 128, 0.33, 0.5],
    ['gan', 128, 0.07, 0.1],
  ],
  restorer: [
    ['generator', 64, 0.5, 1],
    ['generator', 128, 0.5, 0.6],
  ],
  filler: [
    ['generator', 128, 0.75, 1],
    ['gan', 128, 0.25, 0.2],
  ],
};

/** Pictures a step at a size: as many as cost what `batch` cost at 64 px, in eights. */
const batchAt = (size: number, batch: number): number =>
  Math.max(2, Math.round((batch * 64 * 64) / (size * size) / 8) * 8);

/** Shares of the chosen networks, together 1. */
function shares(names: readonly PretrainedName[]): Record<string, number> {
  const all = names.reduce((s, n) => s + SHARES[n], 0);
  return Object.fromEntries(names.map((n) => [n, SHARES[n] / all]));
}

/** @param batch pictures a step at 64 px */
export function fullPlan(names: readonly PretrainedName[], width: Width, batch: number): PretrainPlan {
  const share = shares(names);
  return {
    version: 1,
    width,
    networks: Object.fromEntries(
      names.map((name): [PretrainedName, PretrainNetwork] => [
        name,
        {
          share: share[name],
          rate: objectives[name].rate,
          decay: 0.01,
          pace: objectives[name].network.freezable.length > 0 ? { 'backbone.*': 0.1 } : {},
          adversarial: ADVERSARIAL[name],
          preset: PRESETS[name],
          stages: FULL[name].map(([phase, size, part, rate, frozen]) => ({
            phase,
            size,
            batch: batchAt(size, batch),
            share: part,
            rate,
            frozen: frozen ? ['backbone.*'] : [],
          })),
          validation: { size: 128, batch: 32, batches: 4 },
        },
      ]),
    ),
  };
}

/** Everything once, as small as can be: to try all steps on a processor. */
export function tinyPlan(names: readonly PretrainedName[], width: Width): PretrainPlan {
  const plan = fullPlan(names, width, 2);
  for (const network of Object.values(plan.networks)) {
    const small = { size: 64, batch: 2, frozen: [] };
    network.stages = [
      { ...small, ...network.stages[0], size: 64, batch: 2, share: 0.4 },
      { ...small, phase: 'generator', share: 0.3, rate: 0.5 },
      { ...small, phase: 'gan', share: 0.3, rate: 0.1 },
    ];
    network.validation = { size: 64, batch: 4, batches: 2 };
  }
  return plan;
}
