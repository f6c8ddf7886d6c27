/**
 * The restore steps in a window: the chain at the size of the view, read where the view is, with what the tools want
 * to see over it (damage, labels, changes, confidence). Work that takes long goes on when the window has been given a
 * first picture without it, so that sliders answer; asking for the same view again finds it there.
 */
import { evidenceColours } from '../../app/contract/pixels.ts';
import { spaces } from '../../app/color/spaces.ts';
import type { Rect } from '../../app/picture.ts';
import type { Planar } from '../../app/planar.ts';
import { convertPlanes, writeCodes } from '../actions/picture/as-is.ts';
import { LABEL } from '../actions/picture/labels.ts';
import type { PictureSource } from '../actions/picture/source.ts';
import { gridConfidence } from '../actions/colorize/index.ts';
import type { SharedPlan } from './pool.ts';
import type { PixelsTask } from './protocol.ts';
import type { PureChain } from './pure-steps.ts';
import type { Chain, Renewal } from './renew.ts';
import { untilAborted } from './until-aborted.ts';
import type { ViewPlan } from './view.ts';
import type { Workshop } from './workshop.ts';

/** A part of the positive with all steps, as the window gets it, before it is turned. */
export interface RenewedView {
  rgba: Uint8Array;
  width: number;
  height: number;
  pending: string[];
  warnings: string[];
}

interface Working {
  key: string;
  result: Promise<RenewedView>;
  stop: AbortController;
}

/** Chains that threads keep, and pixels of a strip that one does. */
const KEPT_PLANS = 4;
const VIEW_STRIP = 2e5;

const RED = [235, 40, 30] as const;
/** Weakest light of the picture in the view of confidence. */
const UNSURE = 0.12;

export class RenewedViews {
  private readonly shop: Workshop;
  /** The view at work of each picture and way of showing; a newer one takes its place. */
  private readonly working = new Map<string, Working>();

  /** Chains that the threads know. */
  private readonly plans = new Map<PureChain, SharedPlan>();

  constructor(shop: Workshop) {
    this.shop = shop;
  }

  /** @param slot one piece of work at a time: picture, frame, way of showing */
  async view(slot: string, task: PixelsTask, plan: ViewPlan, signal: AbortSignal): Promise<RenewedView> {
    const { request, context } = task;
    const { params, show, space, patience } = request;
    const longest = Math.max(plan.region.w, plan.region.h);
    const { evidence = [], ageing = null } = task;
    const renewal = await this.shop.renewals.of(
      { path: task.path, params, context, evidence, ageing },
      space,
      'shown',
      signal,
    );
    const { positive } = renewal.input;
    const side = plan.maxSide < longest ? (plan.maxSide / longest) * positive.side : null;
    const key = JSON.stringify([side, plan.region, show, space, params, context.frame, evidence, ageing]);
    let work = this.working.get(slot);
    if (work?.key !== key) {
      work?.stop.abort();
      const stop = new AbortController();
      const result = this.complete(renewal, side, plan, show, space, stop.signal);
      work = { key, result, stop };
      const mine = work;
      this.working.set(slot, mine);
      const over = (): void => {
        if (this.working.get(slot) === mine) this.working.delete(slot);
      };
      result.then(over, over);
    }
    if (patience === undefined) return untilAborted(work.result, signal);
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), patience).unref());
    const there = await untilAborted(Promise.race([work.result, late]), signal);
    if (there) return there;
    const { source, pending } = await renewal.draft(side);
    const rect = regionOf(plan, positive.info, source);
    const planes = await source.read(rect, signal);
    return { ...shown(planes, source, space), pending, warnings: [] };
  }

  /** A part of a chain that needs no network, by all threads. */
  private async byThreads(
    pure: PureChain,
    rect: Rect,
    space: 'srgb' | 'display-p3',
    signal: AbortSignal,
  ): Promise<Pick<RenewedView, 'rgba' | 'width' | 'height'>> {
    const { pool } = this.shop;
    let plan = this.plans.get(pure);
    if (!plan) {
      plan = pool.share(pure);
      this.plans.set(pure, plan);
      for (const [oldest, old] of this.plans) {
        if (this.plans.size <= KEPT_PLANS) break;
        this.plans.delete(oldest);
        pool.release(old);
      }
    }
    const { w, h } = rect;
    const rgba = canvas(w, h);
    await pool.bands(
      rect.y,
      rect.y + h,
      Math.max(16, Math.ceil(VIEW_STRIP / w)),
      (from, to) => ({
        kind: 'pure',
        x: rect.x,
        w,
        from,
        to,
        space,
        output: { data: rgba, width: w, channels: 4 },
        shift: -rect.y,
      }),
      { plan, signal },
    );
    return { rgba, width: w, height: h };
  }

  private async complete(
    renewal: Renewal,
    side: number | null,
    plan: ViewPlan,
    show: PixelsTask['request']['show'],
    space: 'srgb' | 'display-p3',
    signal: AbortSignal,
  ): Promise<RenewedView> {
    // An enlargement is of no use to a window: it shows at most the scan's own pixels.
    const chain = await renewal.chain(side, 'colour');
    const before = show === 'damage' ? chain.unrepaired : null;
    const source = before ?? chain.source;
    const rect = regionOf(plan, renewal.input.positive.info, source);
    const { pure } = chain;
    if (pure && show !== 'changes') {
      const view = {
        ...(await this.byThreads(pure, rect, space, signal)),
        pending: [],
        warnings: chain.warnings,
      };
      if (show === 'confidence') paintConfidence(view, chain, rect, source);
      return view;
    }
    const planes = await source.read(rect, signal);
    if (show === 'changes') {
      const start = await chain.positive.source.read(rect, signal);
      const view = { ...changes(planes, start), pending: [], warnings: chain.warnings };
      return view;
    }
    const view = { ...shown(planes, source, space), pending: [], warnings: chain.warnings };
    if (show === 'damage') paintMask(view, chain, rect, source);
    if (show === 'labels' && chain.repaired) paintLabels(view, await chain.repaired.labels(rect, signal));
    if (show === 'confidence') paintConfidence(view, chain, rect, source);
    return view;
  }
}

/** The part of a source that a view shows. */
function regionOf(plan: ViewPlan, info: { width: number; height: number }, source: PictureSource): Rect {
  const kx = source.width / info.width;
  const ky = source.height / info.height;
  const x = Math.min(source.width - 1, Math.round(plan.region.x * kx));
  const y = Math.min(source.height - 1, Math.round(plan.region.y * ky));
  return {
    x,
    y,
    w: Math.max(1, Math.min(source.width - x, Math.round(plan.region.w * kx))),
    h: Math.max(1, Math.min(source.height - y, Math.round(plan.region.h * ky))),
  };
}

const canvas = (width: number, height: number): Uint8Array =>
  new Uint8Array(new SharedArrayBuffer(width * height * 4));

function shown(
  planes: Planar,
  source: PictureSource,
  space: 'srgb' | 'display-p3',
): Pick<RenewedView, 'rgba' | 'width' | 'height'> {
  const { width, height } = planes;
  convertPlanes(planes, source.space, space);
  const rgba = canvas(width, height);
  writeCodes(planes, { data: rgba, width, channels: 4 }, 0, 0);
  return { rgba, width, height };
}

/** How far each pixel was changed: black untouched; the square root makes the smallest change visible. */
function changes(after: Planar, before: Planar): Pick<RenewedView, 'rgba' | 'width' | 'height'> {
  const { width, height } = after;
  const size = width * height;
  const rgba = canvas(width, height);
  for (let i = 0; i < size; i++) {
    let most = 0;
    for (let c = 0; c < 3; c++) {
      const a = after.data[after.channels === 1 ? i : c * size + i];
      const b = before.data[before.channels === 1 ? i : c * size + i];
      most = Math.max(most, Math.abs(a - b));
    }
    const v = Math.round(255 * Math.sqrt(Math.min(1, most)));
    rgba.set([v, v, v, 255], i * 4);
  }
  return { rgba, width, height };
}

function tint(rgba: Uint8Array, i: number, colour: readonly number[], share: number): void {
  for (let c = 0; c < 3; c++) rgba[i * 4 + c] += (colour[c] - rgba[i * 4 + c]) * share;
}

/** The mask in red, by its confidence. */
function paintMask(view: RenewedView, { mask }: Chain, rect: Rect, source: PictureSource): void {
  if (!mask) return;
  for (let y = 0; y < view.height; y++) {
    const my = Math.min(mask.height - 1, Math.floor(((rect.y + y + 0.5) * mask.height) / source.height));
    for (let x = 0; x < view.width; x++) {
      const mx = Math.min(mask.width - 1, Math.floor(((rect.x + x + 0.5) * mask.width) / source.width));
      const v = mask.data[my * mask.width + mx];
      if (v > 0) tint(view.rgba, y * view.width + x, RED, (0.85 * v) / 255);
    }
  }
}

function paintLabels(view: RenewedView, labels: Uint8Array): void {
  const { real, interpolated, invented } = evidenceColours;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === LABEL.untouched) continue;
    tint(
      view.rgba,
      i,
      labels[i] === LABEL.real ? real : labels[i] === LABEL.invented ? invented : interpolated,
      0.7,
    );
  }
}

/** Dark where the colorist is not sure. */
function paintConfidence(view: RenewedView, { colour }: Chain, rect: Rect, source: PictureSource): void {
  if (!colour) return;
  const { grid } = colour;
  const sure = gridConfidence(colour);
  for (let y = 0; y < view.height; y++) {
    const gy = Math.min(grid.height - 1, Math.floor(((rect.y + y + 0.5) * grid.height) / source.height));
    for (let x = 0; x < view.width; x++) {
      const gx = Math.min(grid.width - 1, Math.floor(((rect.x + x + 0.5) * grid.width) / source.width));
      const share = UNSURE + (1 - UNSURE) * Math.min(1, Math.max(0, sure[gy * grid.width + gx]));
      const i = (y * view.width + x) * 4;
      for (let c = 0; c < 3; c++) {
        const light = spaces.srgb.decode(view.rgba[i + c] / 255) * share;
        view.rgba[i + c] = Math.round(255 * spaces.srgb.encode(light));
      }
    }
  }
}
