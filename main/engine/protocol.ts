/**
 * What the host may ask of an engine process. Requests and answers are plain data over the process channel;
 * pixels never take this way (they leave the engine over its own socket, see `PixelsTask`, or as files).
 */
import type { PixelsRequestParsed } from '../../app/contract/pixels.ts';
import type { Rgb } from '../../app/picture.ts';
import type { DevelopParams, UnitRect } from '../../app/recipe/develop.ts';
import type { Hint } from '../../app/recipe/marks.ts';
import type { ExportRecipe } from '../../app/contract/jobs.ts';
import type { AutoDecision, AutoFacts, AutoWish } from '../actions/auto/types.ts';
import type { ProposedHint, RememberedColour } from '../actions/colorize/memory.ts';
import type { AgeingAnalysis } from '../actions/ageing/types.ts';
import type { DevelopAnalysis, FoundFrame, RollBaseline } from '../actions/develop/types.ts';
import type { PairScore } from '../actions/pair/index.ts';
import type { FoundPrint } from '../actions/split/index.ts';
import type { ContactSheetTask } from '../files/contact-sheet.ts';
import type { ScanInfo } from '../files/types.ts';
import type { RunSettings } from '../../app/contract/studio.ts';
import type { BuildReport } from '../studio/dataset/build-report.ts';
import type { MelodyReport } from '../studio/dataset/melodies.ts';
import type { PresetName } from '../studio/dataset/types.ts';
import type { RunResult } from '../studio/run/runner.ts';
import type { ReelMethods, ReelPixelsTask } from './reel-protocol.ts';
import type { ScoreMethods } from './score-protocol.ts';

/** What a develop of one picture needs to know beyond its scan. */
export interface DevelopContext {
  analysis: DevelopAnalysis | null;
  roll: RollBaseline | null;
  /** Files of the roll: blank or leader for the base, light source without film. */
  baseFile: string | null;
  flatFile: string | null;
  /** Index into `analysis.frames`. */
  frame: number;
}

/** A PixelsRequest in which the host has put the path in place of the item id. */
export interface PixelsTask {
  path: string;
  request: Omit<PixelsRequestParsed, 'itemId' | 'recipe'> & { params: DevelopParams };
  context: DevelopContext;
  /** Files of other pictures of the same (the recipe's `repair.sources`), to fill damage from. */
  evidence?: readonly string[];
  /** One setting for the prints of an album (`poolAgeing`), in place of what is found in this one. */
  ageing?: AgeingAnalysis | null;
  /** A frame of a reel in place of a developed picture. */
  reel?: ReelPixelsTask;
}

export interface ThumbnailTask {
  path: string;
  params: DevelopParams;
  context: DevelopContext;
  /** Files of other pictures of the same (the recipe's `repair.sources`), to fill damage from. */
  evidence?: readonly string[];
  /** One setting for the prints of an album (`poolAgeing`), in place of what is found in this one. */
  ageing?: AgeingAnalysis | null;
  /** Where to put the picture (WebP); written complete-or-absent. */
  output: string;
  maxSide: number;
  /** An engine died on it before: fewer threads, smaller bands. */
  safer?: boolean;
}

/**
 * All an import needs from one scan with one decode: probe + hash + analyse + developed thumbnails of all its
 * frames. (To whoever builds the engine: the library calls this two at a time for every file of a drop and
 * falls back to the separate methods while it answers 'unknown-call'. The roll is not known yet; soon after,
 * `thumbnail` is asked once more for each frame with `context.roll`, so that keeping the reduced linear decodes
 * of the last ~40 scans for `thumbnail` pays at once.)
 */
export interface IngestTask {
  path: string;
  film: 'auto' | 'c41' | 'bw' | 'slide';
  baseFile: string | null;
  flatFile: string | null;
  params: DevelopParams;
  /** Frame n is written to `<dir>/<prefix>-<n>.webp`, complete-or-absent; a frame that fails is left out. */
  thumbnails: { dir: string; prefix: string; maxSide: number };
  safer?: boolean;
}
export interface IngestResult {
  info: ScanInfo;
  sha256: string;
  analysis: DevelopAnalysis;
  /** By frame index; null where none could be made. */
  thumbnails: ({ output: string; width: number; height: number } | null)[];
}

export interface ExportTask {
  path: string;
  params: DevelopParams;
  context: DevelopContext;
  export: Pick<ExportRecipe, 'format' | 'bits' | 'quality' | 'icc' | 'longSide' | 'overwrite'> &
    Partial<Pick<ExportRecipe, 'printCm' | 'dpi'>> & {
      /** Paper that the picture is to fit, in centimetres, the longer side first; it is enlarged where it lacks pixels. */
      paper?: readonly [number, number] | null;
    };
  /** Final path; an existing file is refused unless `overwrite`. */
  output: string;
  captureDate: string | null;
  scanDate: string | null;
  /** An engine died on it before: fewer threads, smaller bands. */
  safer?: boolean;
  /** Restore steps: a picture whose white says where damage is. */
  maskFile?: string | null;
  /** Restore steps: names the random numbers of grain. */
  seed?: number;
  /** Files of other pictures of the same (the recipe's `repair.sources`), to fill damage from. */
  evidence?: readonly string[];
  /** One setting for the prints of an album (`poolAgeing`), in place of what is found in this one. */
  ageing?: AgeingAnalysis | null;
  /** The single network does everything, on the scan as it is, in place of the recipe's steps. */
  oneModel?: boolean;
  /** SHA-256 that the scan had when the recipe was made; nothing is written when it has another by now. */
  sourceHash?: string;
}
export interface ExportResult {
  output: string;
  width: number;
  height: number;
  bits: 8 | 16;
  seconds: number;
  steps: { name: string; seconds: number }[];
  analysis: DevelopAnalysis;
  /** Networks that had a say in the pixels. */
  models?: { step: string; name: string; sha256: string }[];
  /** What a person has to know of the restore steps. */
  warnings?: string[];
  /** Change record as written beside the output (`<output>.revelado.json`). */
  record: unknown;
  /** SHA-256 of the finished file. */
  sha256: string;
}

export interface BuildDatasetTask {
  sources: string[];
  out: string;
  preset: PresetName;
  seed: number;
}
export interface TrainTask {
  dir: string;
  dataDir: string;
  settings: RunSettings;
  /** Folder of the model to begin with; null: fresh weights. */
  startDir: string | null;
  /** Folder of the run whose critic it begins with; null: a fresh one. */
  criticDir: string | null;
  /** Folder of the model that is in use, for comparison; null: there is none. */
  inUseDir: string | null;
}

/** method -> [arguments, answer]. `progress` events carry {stage, done, total}. */
export interface EngineMethods extends ScoreMethods, ReelMethods {
  probe: [{ path: string }, ScanInfo];
  /** SHA-256 of the file's bytes. */
  hash: [{ path: string }, { sha256: string }];
  analyse: [
    {
      path: string;
      film: 'auto' | 'c41' | 'bw' | 'slide';
      baseRect: UnitRect | null;
      baseFile: string | null;
      flatFile: string | null;
      /** `develop` follows at once: what is read is kept for it. */
      developNext?: boolean;
      /** The scan is looked at and restored right afterwards: it is read once for all of it. */
      restoreNext?: boolean;
    },
    DevelopAnalysis,
  ];
  ingest: [IngestTask, IngestResult];
  sampleBase: [{ path: string; rect: UnitRect }, { base: Rgb; warning: string | null }];
  thumbnail: [ThumbnailTask, { width: number; height: number }];
  readout: [
    { path: string; params: DevelopParams; context: DevelopContext; x: number; y: number },
    { scan: number[]; density: number[]; output: number[] },
  ];
  develop: [ExportTask, ExportResult];
  /**
   * Begins what `develop` will have to find first for the colours of a print, beside its analysis; `develop` then finds
   * it done. Lost where the scan turns out to be none.
   */
  foresee: [{ path: string; params: DevelopParams; seed: number }, null];
  /** Colours to offer for a hint at a point of the scan as stored (fractions), the likeliest first. */
  suggestColours: [
    { path: string; params: DevelopParams; context: DevelopContext; x: number; y: number },
    { colours: { colour: [number, number, number]; share: number }[] },
  ];
  /** What the picture is, what it needs, and why; changes nothing. */
  auto: [
    { path: string; params: DevelopParams; context: DevelopContext; wish: AutoWish },
    AutoDecision & { facts: AutoFacts },
  ];
  /** Runs a model (by name; '' the one in use) on a picture of its size and takes the time. */
  measureModel: [
    { task: 'one' | 'colorist' | 'restorer' | 'filler' | 'upscaler'; name: string },
    { width: number; height: number; milliseconds: number; device: string },
  ];
  /**
   * What is to be remembered of colour hints, in their order; null for a place that the network has no features of.
   * What else the recipe says of colour does not matter.
   */
  rememberColours: [
    { path: string; params: DevelopParams; context: DevelopContext; hints: Hint[] },
    { memories: (RememberedColour | null)[] },
  ];
  /** Where in a picture remembered colours may belong. */
  proposeColours: [
    { path: string; params: DevelopParams; context: DevelopContext; memory: RememberedColour[] },
    { hints: ProposedHint[] },
  ];
  /** A sheet of pictures before and after, as a JPEG; files that cannot be read are left out. */
  contactSheet: [ContactSheetTask, { width: number; height: number; pictures: number }];
  /** What age did to a print; several of them are pooled into one setting for an album. */
  ageing: [{ path: string; params: DevelopParams; context: DevelopContext }, AgeingAnalysis];
  /** The prints that lie on one scan, and the same as frames of a develop analysis (pixels of the full scan). */
  findPrints: [{ path: string }, { prints: FoundPrint[]; frames: FoundFrame[] }];
  /** Whether two scans are front and back of one print. `order`: the place in the order of scanning. */
  pairScore: [
    { front: { path: string; order: number | null }; back: { path: string; order: number | null } },
    PairScore,
  ];
  /** Runs a one-convolution graph on each execution provider. */
  providers: [
    Record<string, never>,
    { providers: { name: string; ok: boolean; reason: string; ms: number | null }[] },
  ];
  /** Bytes: of the process, and of its main thread's heap and what that heap's objects hold outside it. */
  memory: [Record<string, never>, { rss: number; heap: number; external: number }];
  /** Builds a dataset; progress counts pictures. */
  buildDataset: [BuildDatasetTask, BuildReport];
  /** Builds a dataset of melodies; progress counts files. */
  buildMelodies: [{ sources: string[]; out: string }, MelodyReport];
  /** Carries a training run on; progress is in seconds, its `detail` a `RunProgress`. Cancelled, it ends after the step it is in with everything written. */
  train: [TrainTask, RunResult];
}
export type EngineMethod = keyof EngineMethods;

export type EngineRequest =
  | { t: 'call'; id: number; method: EngineMethod; args: unknown }
  | { t: 'cancel'; id: number }
  | { t: 'shutdown' };
export type EngineAnswer =
  | { t: 'ready'; socket: string }
  | { t: 'result'; id: number; value: unknown }
  | { t: 'error'; id: number; code: string; message: string }
  | { t: 'progress'; id: number; stage: string; done: number; total: number; detail?: unknown };

/** How far a call is; `detail` is more for those who know the method. */
export interface EngineProgress {
  stage: string;
  done: number;
  total: number;
  detail?: unknown;
}

/** Why an engine is gone; decides what is tried next (smaller tiles, then CPU). */
export type EngineExit =
  | { reason: 'oom'; detail: string }
  | { reason: 'crash'; detail: string; signal: string | null; code: number | null }
  | { reason: 'killed'; detail: string; signal: string }
  | { reason: 'closed' };

/** The host's view of one engine. */
export interface Engine {
  call<M extends EngineMethod>(
    method: M,
    args: EngineMethods[M][0],
    options?: {
      signal?: AbortSignal;
      onProgress?: (p: EngineProgress) => void;
    },
  ): Promise<EngineMethods[M][1]>;
  /** Path of the Unix socket / named pipe on which the engine answers POST /pixels with a `PixelsTask` body. */
  socket(): Promise<string>;
  onExit(listener: (exit: EngineExit) => void): () => void;
  close(): Promise<void>;
}
