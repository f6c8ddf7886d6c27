/** Infrared dust repair as a step of export and preview. */
import type { DevelopParams } from '../../app/recipe/develop.ts';
import type { MaskSummary } from '../actions/develop/record.ts';
import type { DecodedScan } from '../files/types.ts';
import type { DevelopContext } from './protocol.ts';
import type { Workshop } from './workshop.ts';

export interface DustResult {
  done: boolean;
  scan: DecodedScan;
  mask: Uint8Array | null;
  masks: MaskSummary[];
}

export async function repairDust(
  _shop: Workshop,
  scan: DecodedScan,
  _params: DevelopParams,
  _context: DevelopContext,
  _signal?: AbortSignal,
  _keep = false,
): Promise<DustResult> {
  return { done: false, scan, mask: null, masks: [] };
}
