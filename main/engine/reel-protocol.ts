/** What the host may ask of an engine about reels; joins the table in protocol.ts. */
import type { ReelEstimate, ReelFactsShown, ReelPixels } from '../../app/contract/film.ts';
import type { SequenceKind } from '../../app/film/sequence.ts';
import type { ReelShot } from '../../app/film/step.ts';
import type { FilmExport, FilmRecipe } from '../../app/recipe/film.ts';
import type { LaneNews } from './reel-lanes.ts';

/** A reel, and the folder in which is kept what is found out about it. */
export interface ReelPlace {
  path: string;
  dir: string;
}

/** Files of the pictures whose colours key frames take, by the key frame's number. */
export type References = Record<number, string>;

export interface ReelExportTask extends ReelPlace {
  recipe: FilmRecipe;
  export: Pick<FilmExport, 'codec' | 'quality' | 'sound' | 'overwrite'>;
  /** Final path. A film that breaks off is written beside it under a name that says so. */
  output: string;
  references?: References;
  seed?: number;
  /** Numbered pictures in a folder (`output`, without an ending) in place of one film; `export.codec` is 'ffv1' then. */
  pictures?: SequenceKind;
  /** Threads for the encoders; 0: the engine's. */
  threads?: number;
  /** Decode on the graphics card where ffmpeg and the codec allow it. */
  hardware?: boolean;
  /** An engine died on it before: one segment at a time. */
  safer?: boolean;
  /** Go on with what lies in the work folder; else it is thrown away. */
  resume?: boolean;
  /** Where the picture of the newest frame is written, again and again. */
  latestFile?: string;
}

export interface ReelExportResult {
  output: string;
  /** The film broke off: `output` holds what could be read, and this says so. */
  partial: string | null;
  sha256: string;
  bytes: number;
  frames: number;
  shots: number;
  width: number;
  height: number;
  bits: number;
  seconds: number;
  /** Seconds of work by step, summed over threads. */
  steps: { name: string; seconds: number }[];
  models: { step: string; name: string; sha256: string }[];
  warnings: string[];
  /** Segments that were there from an earlier run. */
  reused: number;
  record: unknown;
}

/** `detail` of an export's progress. */
export interface ReelNews extends Omit<LaneNews, 'latest'> {
  stage: 'analyse' | 'frames' | 'join' | 'check';
  latest: { frame: number; version: number } | null;
}

/** One frame for the pixel path. */
export interface ReelPixelsTask extends ReelPlace {
  request: ReelPixels;
  recipe: FilmRecipe;
  references?: References;
}

export interface ReelMethods {
  /** What is known without decoding more than a few frames; shots where they were found before. */
  reelOpen: [
    ReelPlace,
    {
      facts: ReelFactsShown;
      found: ReelShot[] | null;
      flashes: { first: number; last: number }[];
      broken: string | null;
    },
  ];
  /** Pass one for this recipe; progress in frames. */
  reelAnalyse: [ReelPlace & { recipe: FilmRecipe }, { frames: number; shots: number }];
  /** Length of the finished film and when its shots begin (without the first), in seconds; finds the shots where they are not known. */
  reelTime: [ReelPlace & { recipe: FilmRecipe }, { seconds: number; cuts: number[] }];
  reelWave: [ReelPlace & { columns: number }, { low: number[]; high: number[] } | null];
  /** One frame as it is, as a JPEG file. */
  reelFrame: [
    ReelPlace & { frame: number; height: number; output: string },
    { width: number; height: number },
  ];
  /** A frame that stands for the reel, as a JPEG file. */
  reelPoster: [ReelPlace & { height: number; output: string }, { width: number; height: number }];
  /** A small film for playing. */
  reelProxy: [
    ReelPlace & {
      show: 'before' | 'after';
      /** Index of a shot; null: the whole reel. */
      shot: number | null;
      recipe: FilmRecipe;
      references?: References;
      output: string;
    },
    { frames: number; fps: number; first: number },
  ];
  reelEstimate: [
    ReelPlace & {
      recipe: FilmRecipe;
      export: Pick<FilmExport, 'codec' | 'quality' | 'sound' | 'pictures'>;
      references?: References;
      /** Folder that the film shall go to. */
      folder: string;
    },
    ReelEstimate,
  ];
  /** Ending that a film of this codec and sound has. */
  reelExtension: [ReelPlace & Pick<FilmExport, 'codec' | 'sound'>, { extension: string }];
  /** Whether a folder of pictures is still what an export left there. */
  reelWhole: [{ path: string; sha256: string }, { whole: boolean }];
  /** Exports a reel; progress in frames, its `detail` a `ReelNews`. Cancelled, it keeps what is finished. */
  reelExport: [ReelExportTask, ReelExportResult];
}
