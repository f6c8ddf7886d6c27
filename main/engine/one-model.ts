/**
 * An export through the single network: the scan as it is (a negative too), the network on its reduced copy, the answer
 * joined to the full-size samples in strips, turned and cut like every other export.
 */
import { RevealError } from '../../app/contract/messages.ts';
import { say } from '../../app/words/sentences.ts';
import { ONE_SIDE, oneSource, prepareOne } from '../actions/one/index.ts';
import { convertPlanes, writeCodes } from '../actions/picture/as-is.ts';
import { show } from '../files/index.ts';
import { sharedLike } from './pool.ts';
import { applyToAll, BAND_PIXELS } from './render.ts';
import { LOOK_SIDE, wholeOf, type Renewal } from './renew.ts';
import type { RenewedPicture, RenewExportOptions } from './renew-export.ts';
import { planView, viewGeometry } from './view.ts';
import type { Workshop } from './workshop.ts';

/** Rows that are done at a time. */
const ROWS = 128;

/**
 * Makes the finished codes. @throws RevealError 'not-found' without weights for the network, 'cancelled' between strips
 */
export async function renderOne(
  shop: Workshop,
  renewal: Renewal,
  options: RenewExportOptions,
): Promise<RenewedPicture> {
  const { space, bits, signal, onProgress } = options;
  const { positive } = renewal.input;
  const network = await shop.renewals.network('one');
  if (!network)
    throw new RevealError('not-found', say('auto-one-none', { name: 'one', file: show(positive.name) }));
  const { source: small } = await positive.open(LOOK_SIDE, signal);
  const plan = await prepareOne(await wholeOf(small, signal), network, { ...(signal ? { signal } : {}) });
  onProgress?.(0.2);
  const full = options.geometryAt(1);
  const limit = options.longSide ?? Math.max(full.width, full.height);
  const view = planView(full, { x: 0, y: 0, w: 1, h: 1 }, limit, limit);
  const share = view.maxSide / Math.max(view.region.w, view.region.h);
  const side = share < 1 ? Math.max(ONE_SIDE, Math.round(share * positive.side)) : null;
  const opened = await positive.open(side, signal);
  const source = oneSource(opened.source, plan);
  const k = source.width / positive.info.width;
  const at = (v: number, top: number): number => Math.min(top, Math.max(0, Math.round(v * k)));
  const x = at(view.region.x, source.width - 1);
  const y = at(view.region.y, source.height - 1);
  const region = {
    x,
    y,
    w: Math.max(1, at(view.region.x + view.region.w, source.width) - x),
    h: Math.max(1, at(view.region.y + view.region.h, source.height) - y),
  };
  const geometry = viewGeometry(view, region.w, region.h);
  const data = sharedLike(bits === 16 ? new Uint16Array(0) : new Uint8Array(0), region.w * region.h * 3);
  const output = { data, width: region.w, channels: 3 as const };
  for (let row = 0; row < region.h; row += ROWS) {
    if (signal?.aborted) throw new RevealError('cancelled', 'Cancelled.');
    const h = Math.min(ROWS, region.h - row);
    const planes = await source.read({ x: region.x, y: region.y + row, w: region.w, h }, signal);
    convertPlanes(planes, source.space, space);
    writeCodes(planes, output, 0, row);
    onProgress?.(0.2 + 0.7 * ((row + h) / region.h));
    await new Promise((resolve) => setImmediate(resolve));
  }
  const turned = await applyToAll(
    shop.pool,
    geometry,
    { data, width: region.w, height: region.h },
    3,
    BAND_PIXELS,
    { signal, onProgress: (s) => onProgress?.(0.9 + 0.1 * s) },
  );
  const { name, sha256 } = plan.network;
  const said = say('auto-one', { name, width: String(plan.size.width), height: String(plan.size.height) });
  return {
    rendered: { ...turned, channels: 3, plan: null },
    geometry,
    full,
    record: {
      steps: [],
      models: [{ step: 'one', name, sha256 }],
      labels: null,
      mask: null,
      stored: null,
      warnings: [...positive.notes, said],
    },
    stored: null,
    sourceType: 'http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia',
    masks: [],
  };
}
