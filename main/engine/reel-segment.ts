/**
 * One segment of a reel: frames from ffmpeg's decoder through the steps of their shot into ffmpeg's encoder. The pipes
 * give the back-pressure: the encoder takes a frame when it can, the steps take the next one then, and the decoder stands
 * still meanwhile. Nothing but what the steps hold back is in memory.
 */
import { RevealError } from '../../app/contract/messages.ts';
import type { Frame, FrameFormat } from '../../app/film/frame.ts';
import type { ReelFacts } from '../../app/film/probe.ts';
import type { Part, Segment } from '../../app/film/segments.ts';
import { frameToRgba, shownSize } from '../../app/film/show.ts';
import type { ReelAnalysis, ShotKeyFrame, StepNetworks, StepView } from '../../app/film/step.ts';
import { say } from '../../app/words/sentences.ts';
import type { FilmRecipe } from '../../app/recipe/film.ts';
import { formatAfter, reachOf, StepChain } from '../actions/film/chain.ts';
import { shotParams, usesOf, type StepTable } from '../actions/film/index.ts';
import type { ReelPlan } from '../actions/film/plan.ts';
import { outputPts } from '../actions/film/times.ts';
import { decodeReel } from './ffmpeg-decode.ts';
import type { FoundTool } from './ffmpeg-find.ts';
import type { ReelSource } from './reel-frames.ts';
import { openSegment } from './reel-encode.ts';

/** What all segments of a reel share. */
export interface SegmentSetup {
  file: string;
  facts: ReelFacts;
  analysis: ReelAnalysis;
  plan: ReelPlan;
  keyFrames: readonly ShotKeyFrame[];
  /** Nobody looked at the film before: what its table says is proved while it is decoded. */
  strict?: boolean;
  /** Decode on the graphics card where there is one. */
  hardware?: boolean;
  /** The ffmpeg of the plan: no thread looks for one of its own. */
  tool: FoundTool;
  /** Pictures of the newest frame are sent, at most so high and about twice a second; 0: none. */
  latestHeight: number;
}

export interface SegmentResult {
  /** Time stamps of the frames, in the output's time base. */
  pts: number[];
  report: Record<string, { seconds: number; counts: Record<string, number> }>;
}

export interface SegmentTools {
  table: StepTable;
  source: ReelSource;
  networks?: StepNetworks;
  signal: AbortSignal;
  onFrames?: (
    done: number,
    shot: number,
    latest: { frame: number; rgba: Uint8Array<ArrayBuffer>; width: number; height: number } | null,
  ) => void;
}

const NEWS_MS = 250;
const LATEST_MS = 600;

/** Frames of a segment's parts, as the steps make them. */
export async function* workedFrames(
  setup: Pick<SegmentSetup, 'facts' | 'analysis' | 'plan' | 'keyFrames'>,
  segment: Segment,
  tools: Pick<SegmentTools, 'table' | 'source' | 'networks' | 'signal'> & {
    /** Called for each part when it is through. */
    onPart?: (chain: StepChain) => void;
  },
): AsyncGenerator<{ frame: Frame; shot: number }> {
  const { facts, analysis, plan, keyFrames } = setup;
  const { parts } = segment;
  let at = -1;
  let chain: StepChain | null = null;
  const begin = async (): Promise<StepChain> => {
    const part = parts[++at];
    const shot = analysis.shots[part.shot];
    chain = await StepChain.begin(
      usesOf(tools.table, shotParams(plan.recipe, shot)),
      part,
      {
        format: plan.from,
        analysis,
        seed: plan.seed,
        keyFrames,
        ...(tools.networks ? { networks: tools.networks } : {}),
      },
      plan.ticks,
    );
    return chain;
  };
  const range = { from: parts[0].from, to: parts[parts.length - 1].to };
  let next = range.from;
  let now = await begin();
  for await (const frame of tools.source.frames(range.from, range.to, tools.signal)) {
    if (tools.signal.aborted) throw new RevealError('cancelled', 'Cancelled.');
    if (frame.index !== next)
      throw new RevealError(
        'bad-input',
        say('film-frame-missing', { file: facts.name, frame: String(next), found: String(frame.index) }),
      );
    if (next > parts[at].to) {
      for (const given of await now.end()) yield { frame: given, shot: parts[at].shot };
      tools.onPart?.(now);
      now = await begin();
    }
    next++;
    for (const given of await now.push(frame)) yield { frame: given, shot: parts[at].shot };
  }
  for (const given of await now.end()) yield { frame: given, shot: parts[at].shot };
  tools.onPart?.(now);
  if (next !== range.to + 1)
    throw new RevealError(
      'bad-input',
      say('film-frame-missing', { file: facts.name, frame: String(next), found: '-' }),
    );
}

/** Makes the file of one segment. Left half done when it throws. */
export async function makeSegment(
  setup: SegmentSetup,
  segment: Segment,
  output: string,
  tools: SegmentTools,
): Promise<SegmentResult> {
  const { facts, plan } = setup;
  const report: SegmentResult['report'] = {};
  const onPart = (chain: StepChain): void => {
    for (const [name, { seconds, counts }] of Object.entries(chain.report())) {
      const sum = (report[name] ??= { seconds: 0, counts: {} });
      sum.seconds += seconds;
      for (const [key, count] of Object.entries(counts)) sum.counts[key] = (sum.counts[key] ?? 0) + count;
    }
  };
  const encoder = await openSegment(plan, facts, output, setup.tool, tools.signal);
  const pts: number[] = [];
  let pending: Promise<void> = Promise.resolve();
  let [told, shown] = [0, 0];
  const shownAs = shownSize(plan.to, facts.sampleAspect, facts.rotation);
  try {
    for await (const { frame, shot } of workedFrames(setup, segment, { ...tools, onPart })) {
      // The encoder takes one frame while the steps make the next.
      await pending;
      const at = outputPts(plan, facts, frame);
      pts.push(at);
      pending = encoder.write({ ...frame, pts: at });
      pending.catch(() => undefined);
      const now = performance.now();
      if (now - told < NEWS_MS) continue;
      told = now;
      let latest = null;
      if (setup.latestHeight > 0 && now - shown > LATEST_MS) {
        shown = now;
        const scale = Math.min(1, setup.latestHeight / shownAs.height);
        const size = {
          width: Math.max(1, Math.round(shownAs.width * scale)),
          height: Math.max(1, Math.round(shownAs.height * scale)),
        };
        const rgba = frameToRgba(frame, plan.to, { ...size, rotation: facts.rotation });
        latest = { frame: frame.index, rgba, ...size };
      }
      tools.onFrames?.(frame.index - segment.first + 1, shot, latest);
    }
    await pending;
    await encoder.end();
    return { pts, report };
  } catch (error) {
    await encoder.abort();
    throw error;
  }
}

/** A frame as the recipe makes it. */
export interface WorkedFrame {
  frame: Frame;
  format: FrameFormat;
  /** 0..255 for each pixel of luma, white: what the step that was asked about changes. */
  diagnostic: Uint8Array | null;
}

export interface FrameSetup {
  file: string;
  facts: ReelFacts;
  analysis: ReelAnalysis;
  recipe: Pick<FilmRecipe, 'params' | 'overrides'>;
  keyFrames: readonly ShotKeyFrame[];
  /** Shot that holds the frame. */
  shot: number;
  index: number;
  /** Step whose diagnostic is wanted; the frame is then what that step gives. */
  diagnose: string | null;
}

/** A view of noughts and ones as one of 0 and 255. */
const whitest = (data: Uint8Array): Uint8Array =>
  data.every((v) => v <= 1) ? data.map((v) => v * 255) : data.slice();

/** One frame, by the same steps as in the export, over the frames around it that they want to see. */
export async function makeFrame(
  setup: FrameSetup,
  tools: Pick<SegmentTools, 'table' | 'networks' | 'signal'>,
): Promise<WorkedFrame> {
  const { file, facts, analysis, recipe, index, diagnose } = setup;
  const shot = analysis.shots[setup.shot];
  // Frames in between, and repeated ones taken out, are seen when it plays.
  let uses = usesOf(tools.table, shotParams(recipe, shot)).filter(
    ({ step, params }) => (step.ticks?.(params) ?? 1) === 1,
  );
  if (diagnose !== null) uses = uses.slice(0, uses.findIndex(({ step }) => step.name === diagnose) + 1);
  const reach = reachOf(uses);
  const part: Part = {
    shot: setup.shot,
    first: index,
    last: index,
    from: Math.max(shot.first, index - reach.before),
    to: Math.min(shot.last, index + reach.after),
  };
  let diagnostic: Uint8Array | null = null;
  const show = (view: StepView): void => {
    if (view.step === diagnose && view.frame === index) diagnostic = whitest(view.data);
  };
  const chain = await StepChain.begin(
    uses,
    part,
    {
      format: facts.format,
      analysis,
      seed: 0,
      keyFrames: setup.keyFrames,
      ...(tools.networks ? { networks: tools.networks } : {}),
      ...(diagnose === null ? {} : { show }),
    },
    1,
  );
  const format = formatAfter(uses, facts.format);
  const found = (frames: Frame[]): WorkedFrame | null => {
    const frame = frames.find((f) => f.index === index);
    return frame ? { frame, format, diagnostic } : null;
  };
  for await (const frame of decodeReel(file, facts, {
    from: part.from,
    to: part.to,
    threads: 1,
    signal: tools.signal,
  })) {
    const ready = found(await chain.push(frame));
    if (ready) return ready;
  }
  const ready = found(await chain.end());
  if (ready) return ready;
  throw new RevealError('not-found', say('film-no-such-frame', { name: facts.name, frame: String(index) }));
}
