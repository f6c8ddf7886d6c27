/**
 * The positive that the restore steps work on: the whole scan, as it is (a print) or developed (a negative, a slide),
 * at full size or reduced, before crop and turning, because marks and masks lie on the scan. Opened as a source that is
 * read in parts; its samples are held once, at their own depth.
 */
import path from 'node:path';
import type { OwnSpace } from '../../app/color/own-space.ts';
import type { SpaceName } from '../../app/color/spaces.ts';
import type { DevelopParams } from '../../app/recipe/develop.ts';
import { say, type Sentence } from '../../app/words/sentences.ts';
import { identityGeometry } from '../actions/develop/index.ts';
import { readerOf, samplesSource } from '../actions/picture/as-is.ts';
import type { SampleReader, StoredSamples } from '../actions/picture/as-is.ts';
import { takenAsIs } from '../actions/picture/print.ts';
import type { PictureSource } from '../actions/picture/source.ts';
import { decodeScan, show } from '../files/index.ts';
import type { DecodedScan, ScanInfo } from '../files/types.ts';
import { repairPicture, wantsDust } from './dust-step.ts';
import type { DustOutcome } from './dust-step.ts';
import { onSharedMemory } from './pool.ts';
import type { DevelopContext } from './protocol.ts';
import type { SharedBase } from './pure-steps.ts';
import { exportLayout, render } from './render.ts';
import type { Rendered } from './render.ts';
import type { Workshop } from './workshop.ts';

export interface PositiveTask {
  path: string;
  /** Taken as it is whatever an analysis would say: there is none yet. */
  asPrint?: boolean;
  params: DevelopParams;
  context: DevelopContext;
}

/** A positive at one size. */
export interface OpenPositive {
  source: PictureSource;
  /** The same for threads. */
  shared: SharedBase;
  /** What a person has to know of it. */
  notes: readonly Sentence[];
  /** Infrared dust repair of a negative, where it was done. */
  dust: DustOutcome | null;
  /** Of a developed negative or slide; null for a print. */
  plan: Rendered['plan'];
  /** Bytes that are held while it is open. */
  bytes: number;
}

const own = (info: ScanInfo): OwnSpace | undefined => info.own;

/** A source over samples that threads see too. */
export function sharedSource(
  { width, height, data }: StoredSamples,
  reader: SampleReader,
  scale: number,
): { source: PictureSource; shared: SharedBase } {
  const samples = { width, height, data: onSharedMemory(data) };
  return { source: samplesSource(samples, reader, scale), shared: { samples, reader, scale } };
}

/** Reads codes of a space as they were written. */
export function codesReader(space: SpaceName, channels: 1 | 3, bits: 8 | 16): SampleReader {
  const size = bits === 16 ? 65536 : 256;
  const table = new Float32Array(new SharedArrayBuffer(size * 4));
  for (let i = 0; i < size; i++) table[i] = i / (size - 1);
  return { space, channels, tables: Array.from({ length: channels }, () => table), matrix: null };
}

export class Positive {
  readonly task: PositiveTask;
  readonly info: ScanInfo;
  /** Taken as it is: a print. */
  readonly print: boolean;
  readonly space: SpaceName;
  readonly channels: 1 | 3;
  /** What a person has to know about it. */
  readonly notes: readonly Sentence[];
  /** All that its pixels depend on beside the file. */
  readonly key: string;
  private readonly shop: Workshop;

  /** @param space output space, for what is developed; a print keeps its own */
  constructor(shop: Workshop, task: PositiveTask, info: ScanInfo, space: SpaceName) {
    this.shop = shop;
    this.task = task;
    this.info = info;
    const { params, context } = task;
    this.print = task.asPrint ?? takenAsIs(params, context.analysis);
    this.space = this.print ? (own(info)?.space ?? 'srgb') : space;
    this.channels = (
      this.print ? info.channels === 1 : exportLayout(params, context, info.channels) === 'grey'
    )
      ? 1
      : 3;
    const { film, dust, lights, print } = params;
    this.key = this.print ? 'print' : JSON.stringify([space, film, dust, lights, print, context]);
    const notes: Sentence[] = [];
    if (this.print && own(info) !== undefined && own(info)?.space === null && info.iccName)
      notes.push(say('renew-converted', { profile: show(info.iccName) }));
    this.notes = notes;
  }

  get name(): string {
    return path.basename(this.task.path);
  }

  /** Longest side of the scan. */
  get side(): number {
    return Math.max(this.info.width, this.info.height);
  }

  /** What was read for several already; a develop at full size writes over its samples, and reads them itself. */
  private shared(maxSide: number | null, signal?: AbortSignal): Promise<DecodedScan | null> {
    const { ahead } = this.shop;
    if (maxSide !== null) return ahead.reduced(this.task.path, maxSide, signal);
    return this.print ? ahead.whole(this.task.path) : Promise.resolve(null);
  }

  /** @param side longest side in pixels; null or more than the scan has: full size */
  async open(side: number | null, signal?: AbortSignal): Promise<OpenPositive> {
    const { shop, info } = this;
    const { path: file, params, context } = this.task;
    const maxSide = side !== null && side < this.side ? Math.max(1, Math.round(side)) : null;
    const infrared = !this.print && info.infrared !== null && wantsDust(params, context.analysis);
    const { picture, transparent } =
      (await this.shared(maxSide, signal)) ??
      (maxSide === null
        ? await shop.cores.with(1, signal, () =>
            decodeScan(file, { infrared, ...(signal ? { signal } : {}) }),
          )
        : await shop.pool.decode(file, { maxSide, infrared, leastInfrared: true }, signal));
    const scale = Math.max(picture.width, picture.height) / this.side;
    if (this.print)
      return {
        ...sharedSource(picture, readerOf(picture, own(info)), scale),
        notes: [...this.notes, ...(transparent ? [say('renew-alpha')] : [])],
        dust: null,
        plan: null,
        bytes: picture.data.byteLength,
      };
    const dust = await repairPicture(shop.pool, picture, params, context.analysis, signal);
    const rendered = await render(
      shop.pool,
      {
        picture,
        region: { x: 0, y: 0, w: info.width, h: info.height },
        scanWidth: info.width,
        scanHeight: info.height,
        geometry: identityGeometry(picture.width, picture.height),
        params,
        context,
        flat: await shop.flat(context.flatFile),
        space: this.space,
        bits: 16,
        layout: this.channels === 1 ? 'grey' : 'rgb',
        consume: true,
      },
      signal,
    );
    const developed = { width: rendered.width, height: rendered.height, data: rendered.data };
    // Developed samples are the space's codes: read back as they were written.
    const reader = codesReader(this.space, this.channels, 16);
    return {
      ...sharedSource(developed, reader, scale),
      notes: this.notes,
      dust,
      plan: rendered.plan,
      bytes: rendered.data.byteLength,
    };
  }
}
