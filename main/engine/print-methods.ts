/** The engine's methods about sheets of paper: prints on one scan, front and back, the age of a print for its album. */
import { pairScore, type PairSide } from '../actions/pair/index.ts';
import { printFrames } from '../actions/split/index.ts';
import type { DecodedScan } from '../files/types.ts';
import type { Methods } from './core.ts';
import { looksOf } from './looks.ts';
import { untilAborted } from './until-aborted.ts';
import type { Workshop } from './workshop.ts';

/** Longest side on which prints are looked for, and outlines. */
const SPLIT_SIDE = 1600;
const PAIR_SIDE = 800;

/** The scan as it is, reduced. */
async function look(shop: Workshop, file: string, side: number, signal: AbortSignal): Promise<DecodedScan> {
  const shared = await shop.ahead.reduced(file, side, signal);
  if (shared) return shared;
  const info = await shop.scans.info(file);
  return shop.pool.decode(
    file,
    { maxSide: Math.min(side, Math.max(info.width, info.height)), infrared: false, leastInfrared: true },
    signal,
  );
}

export function printMethods(shop: Workshop): Pick<Methods, 'ageing' | 'findPrints' | 'pairScore'> {
  const sheet = async (
    { path, order }: { path: string; order: number | null },
    signal: AbortSignal,
  ): Promise<PairSide> => {
    const { width, height, dpi } = await shop.scans.info(path);
    return { picture: looksOf(await look(shop, path, PAIR_SIDE, signal)), width, height, dpi, order };
  };
  return {
    ageing: async (task, { signal }) => {
      const renewal = await shop.renewals.of(task, 'srgb', 'shown', signal);
      return untilAborted(renewal.ageing(), signal);
    },
    findPrints: async ({ path }, { signal }) => {
      const decoded = await look(shop, path, SPLIT_SIDE, signal);
      const { prints = [] } = await shop.pool.run({ kind: 'prints', decoded }, null, signal);
      return { prints, frames: printFrames(prints, await shop.scans.info(path)) };
    },
    pairScore: async ({ front, back }, { signal }) =>
      pairScore(await sheet(front, signal), await sheet(back, signal)),
  };
}
