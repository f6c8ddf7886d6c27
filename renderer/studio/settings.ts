/** A new run as it is put together: what the window proposes, and what it sends. Pure. */
import type { NetworkName, RunSettings, StudioDataset, StudioNetwork } from '../../app/contract/studio.ts';

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

/** The models a width can begin with. */
export const startsOf = (network: StudioNetwork, width: RunSettings['width']): StudioNetwork['starts'] =>
  network.starts.filter((start) => start.width === width);

/**
 * The settings that the form shows: the person's, and for the rest what is sensible. Our own weights where there
 * are any, an encoder that stays as it is while the rest has not learnt yet.
 * @returns null when there is no network to train
 */
export function proposed(
  draft: Partial<RunSettings>,
  networks: readonly StudioNetwork[],
  dataset: StudioDataset | null,
): (RunSettings & { network: NetworkName }) | null {
  const network = networks.find((n) => n.name === draft.network) ?? networks[0];
  if (!network) return null;
  const width = draft.width ?? network.starts.find((s) => s.model === 'shipped')?.width ?? 'small';
  const starts = startsOf(network, width);
  const start =
    draft.start !== undefined && (draft.start === null || starts.some((s) => s.model === draft.start))
      ? draft.start
      : (starts.find((s) => s.model === 'shipped')?.model ?? null);
  return {
    dataset: dataset?.id ?? '',
    network: network.name,
    width,
    start,
    phase: draft.phase ?? 'generator',
    freeze: network.freezable && (draft.freeze ?? start === null),
    size: draft.size ?? null,
    minutes: draft.minutes ?? 60,
    seed: draft.seed ?? 1,
  };
}
