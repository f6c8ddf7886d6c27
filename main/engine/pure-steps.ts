/**
 * Steps that need nothing but pixels and what was found before (no network, no search): they run in the pixel threads,
 * strip by strip, on samples that all threads see. Each thread builds the chain once and keeps it while the picture
 * lasts, so a strip costs a message.
 */
import type { SpaceName } from '../../app/color/spaces.ts';
import type { AgeingParams, ColourParams, DetailParams } from '../../app/recipe/restore.ts';
import { agedSource, type AgeingAnalysis } from '../actions/ageing/index.ts';
import { colouredSource, type ColourModel, type ColourPlan } from '../actions/colorize/index.ts';
import { detailedSource, type DetailAnalysis } from '../actions/detail/index.ts';
import { convertPlanes, samplesSource, writeCodes } from '../actions/picture/as-is.ts';
import type { CodesOut, SampleReader, StoredSamples } from '../actions/picture/as-is.ts';
import type { PictureSource } from '../actions/picture/source.ts';

/** Samples on shared memory, as a source anywhere. */
export interface SharedBase {
  samples: StoredSamples;
  reader: SampleReader;
  scale: number;
}
export type PureStep =
  | { id: 'ageing'; analysis: AgeingAnalysis; params: AgeingParams }
  | { id: 'detail'; analysis: DetailAnalysis; params: DetailParams }
  | { id: 'colour'; plan: ColourPlan; params: ColourParams; model?: ColourModel };

/** What all strips of a picture share. */
export interface PureChain {
  base: SharedBase;
  steps: readonly PureStep[];
}

/** One step on a source. */
export function withStep(source: PictureSource, step: PureStep): PictureSource {
  switch (step.id) {
    case 'ageing':
      return agedSource(source, step.analysis, step.params);
    case 'detail':
      return detailedSource(source, step.params, step.analysis);
    case 'colour':
      return colouredSource(source, step.plan, step.params, step.model);
  }
}

/** Rows `from`..`to` of a part of the chain, as codes. */
export interface PureJob {
  kind: 'pure';
  /** Left edge and width of the part; its rows are those of the picture. */
  x: number;
  w: number;
  from: number;
  to: number;
  space: SpaceName;
  output: CodesOut;
  /** Row of the output on which picture row 0 would lie. */
  shift: number;
}

const built = new WeakMap<PureChain, PictureSource>();

/** Does a job; the chain is the shared plan. */
export async function runPureJob(job: PureJob, chain: PureChain): Promise<void> {
  let source = built.get(chain);
  if (!source) {
    const { samples, reader, scale } = chain.base;
    source = chain.steps.reduce(withStep, samplesSource(samples, reader, scale));
    built.set(chain, source);
  }
  const planes = await source.read({ x: job.x, y: job.from, w: job.w, h: job.to - job.from });
  convertPlanes(planes, source.space, job.space);
  writeCodes(planes, job.output, 0, job.from + job.shift);
}

/** A copy of plain data whose number arrays lie on shared memory: threads get it without copying. */
export function onShared<T>(value: T): T {
  if (value instanceof Float32Array && !(value.buffer instanceof SharedArrayBuffer)) {
    const copy = new Float32Array(new SharedArrayBuffer(value.byteLength));
    copy.set(value);
    return copy as T;
  }
  if (ArrayBuffer.isView(value) || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((v: unknown) => onShared(v)) as T;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, onShared<unknown>(v)])) as T;
}
