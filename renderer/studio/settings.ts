/** A new run as it is put together: what the window proposes, and what it sends. Pure. */
import {
  kindLearntFrom,
  type RunSettings,
  type StudioDataset,
  type StudioNetwork,
} from '../../app/contract/studio.ts';

/** Sizes a person can fix; null grows by itself. All are multiples of what every network needs. */
export const fixedSizes = [64, 96, 128, 192, 256] as const;

/** Minutes as a person writes them, '2,5' too; null when they are none or out of range. */
export function readMinutes(text: string): number | null {
  const value = Number(text.trim().replace(',', '.'));
  return text.trim() !== '' && Number.isFinite(value) && value >= 0.1 && value <= 43_200 ? value : null;
}

/** A seed as a person writes it; null when it is none. */
export function readSeed(text: string): number | null {
  return /^\d{1,10}$/.test(text.trim()) && Number(text) < 2 ** 31 ? Number(text) : null;
}

/** A factor on the learning rate as a person writes it, '0,3' too; null when it is none or out of range. */
export function readRate(text: string): number | null {
  const value = Number(text.trim().replace(',', '.'));
  return text.trim() !== '' && Number.isFinite(value) && value >= 0.01 && value <= 10 ? value : null;
}

/** What becomes of a pre-trained encoder: `first` frozen and then learning, `frozen` throughout, or `free` at once. */
export const encoderChoices = ['first', 'frozen', 'free'] as const;
export type EncoderChoice = (typeof encoderChoices)[number];
/** The choice as settings. */
export const encoderSettings: Record<EncoderChoice, Pick<RunSettings, 'freeze' | 'unfreezeAfter'>> = {
  first: { freeze: false, unfreezeAfter: 50 },
  frozen: { freeze: true, unfreezeAfter: null },
  free: { freeze: false, unfreezeAfter: 0 },
};
export const encoderChoice = ({
  freeze,
  unfreezeAfter,
}: Pick<RunSettings, 'freeze' | 'unfreezeAfter'>): EncoderChoice =>
  freeze ? 'frozen' : unfreezeAfter === 0 ? 'free' : 'first';

/** The critics a run can begin with. */
export const criticsOf = (network: StudioNetwork, width: RunSettings['width']): StudioNetwork['critics'] =>
  network.critics.filter((critic) => critic.width === width);

/** The networks that can learn from a dataset; without one, those of pictures. */
export const networksFor = (
  networks: readonly StudioNetwork[],
  dataset: StudioDataset | null,
): StudioNetwork[] => networks.filter((n) => kindLearntFrom(n.name) === (dataset?.kind ?? 'pictures'));

/** The models a width can begin with. */
export const startsOf = (network: StudioNetwork, width: RunSettings['width']): StudioNetwork['starts'] =>
  network.starts.filter((start) => start.width === width);

/**
 * The settings that the form shows: the person's, and for the rest what is sensible. Our own weights where there
 * are any, an encoder that stays as it is while the rest has not learnt yet, and then learns too.
 * @returns null when there is no network to train
 */
export function proposed(
  draft: Partial<RunSettings>,
  networks: readonly StudioNetwork[],
  dataset: StudioDataset | null,
): RunSettings | null {
  const able = networksFor(networks, dataset);
  const network = able.find((n) => n.name === draft.network) ?? able[0];
  if (!network) return null;
  const width = draft.width ?? network.starts.find((s) => s.model === 'shipped')?.width ?? 'small';
  const starts = startsOf(network, width);
  const start =
    draft.start !== undefined && (draft.start === null || starts.some((s) => s.model === draft.start))
      ? draft.start
      : (starts.find((s) => s.model === 'shipped')?.model ?? null);
  const phase = network.phases.find((p) => p === draft.phase) ?? 'generator';
  const critic =
    phase !== 'generator' && criticsOf(network, width).some((c) => c.run === draft.critic)
      ? (draft.critic ?? null)
      : null;
  const encoder =
    draft.freeze === undefined
      ? encoderSettings[start === null ? 'first' : 'free']
      : { freeze: draft.freeze, unfreezeAfter: draft.unfreezeAfter ?? null };
  return {
    dataset: dataset?.id ?? '',
    network: network.name,
    width,
    start,
    phase,
    critic,
    ...(network.freezable ? encoder : { freeze: false, unfreezeAfter: null }),
    rate: draft.rate ?? 1,
    size: dataset?.kind === 'melodies' ? null : (draft.size ?? null),
    minutes: draft.minutes ?? 60,
    seed: draft.seed ?? 1,
  };
}
