/**
 * What Auto has to know of one picture, found on the same reduced copies that the steps themselves work by, so that a
 * recipe that it makes finds everything there: kind (analysis), ageing, damage of the picture as it will be once the
 * ageing is undone, and the quality of the file's own samples on a part at full size.
 */
import { RevealError } from '../../app/contract/messages.ts';
import { developParamsSchema } from '../../app/recipe/develop.ts';
import { isPrint } from '../../app/recipe/wanted.ts';
import { convertPlanes, readerOf, readPart } from '../actions/picture/as-is.ts';
import { takenAsIs } from '../actions/picture/print.ts';
import { damageSummary, decideAuto, estimateQuality, searchFor } from '../actions/auto/index.ts';
import type { AutoDecision, AutoFacts, AutoWish, Quality } from '../actions/auto/index.ts';
import { decodeScan } from '../files/index.ts';
import type { PositiveTask } from './positive.ts';
import { untilAborted } from './until-aborted.ts';
import type { Workshop } from './workshop.ts';

/** Side of the part whose samples are looked at, and the least that tells anything. */
const PART = 768;
const LEAST = 48;

export interface AutoTask extends PositiveTask {
  wish: AutoWish;
}
export interface AutoAnswer extends AutoDecision {
  facts: AutoFacts;
}

/** @throws RevealError naming the file and the reason; 'cancelled' */
export async function autoPicture(shop: Workshop, task: AutoTask, signal: AbortSignal): Promise<AutoAnswer> {
  const { path, params, wish } = task;
  const { film } = params;
  const analysis =
    task.context.analysis ??
    (await shop.analyse({
      path,
      film: film.film,
      baseRect: film.baseRect,
      baseFile: task.context.baseFile,
      flatFile: task.context.flatFile,
      signal,
    }));
  const context = { ...task.context, analysis };
  const { kind } = analysis;
  const facts: AutoFacts = { kind, reasons: analysis.reasons, ageing: null, damage: null, quality: null };
  if (kind === 'reel') return { ...decideAuto(facts, wish), facts };
  // Restore steps that are on already are no part of what the picture is.
  const bare = developParamsSchema.parse({
    film,
    dust: params.dust,
    lights: params.lights,
    print: params.print,
    frame: params.frame,
  });
  const renewal = (steps: Partial<typeof bare>) =>
    shop.renewals.of({ path, params: { ...bare, ...steps }, context }, 'srgb', 'shown', signal);
  const print = takenAsIs(params, analysis) && isPrint(kind);
  const first = await renewal({});
  if (print) {
    facts.ageing = await untilAborted(first.ageing(), signal);
    facts.quality = await qualityOf(shop, path, signal);
  }
  if (signal.aborted) throw new RevealError('cancelled', 'Cancelled.');
  const before = decideAuto(facts, wish);
  const ageing = { ...bare.ageing, ...before.steps['ageing'] };
  const repair = { ...bare.repair, on: true, sensitivity: searchFor(kind, facts.ageing) };
  const second = await renewal({ ageing, repair });
  const { damage } = await untilAborted(second.damage(), signal);
  facts.damage = damage && damageSummary(damage);
  return { ...decideAuto(facts, wish), facts };
}

/** The middle of the file at its full size. Its corner lies on a grid of 8 pixels of the file. */
async function qualityOf(shop: Workshop, path: string, signal: AbortSignal): Promise<Quality | null> {
  const info = await shop.scans.info(path);
  const w = Math.min(PART, info.width);
  const h = Math.min(PART, info.height);
  if (w < LEAST || h < LEAST) return null;
  const region = {
    x: Math.floor((info.width - w) / 16) * 8,
    y: Math.floor((info.height - h) / 16) * 8,
    w,
    h,
  };
  const { picture } = await shop.cores.with(1, signal, () =>
    decodeScan(path, { region, infrared: false, signal }),
  );
  const reader = readerOf(picture, info.own);
  const planes = readPart(picture, reader, { x: 0, y: 0, w: picture.width, h: picture.height });
  convertPlanes(planes, reader.space, 'srgb');
  return estimateQuality(planes);
}
