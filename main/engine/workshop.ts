/**
 * What all engine methods share: the pixel threads, the core and memory budgets, what is known about scans,
 * and the roll's reference files (base, flat field), each read once however many frames ask for it.
 */
import type { UnitRect } from '../../app/recipe/develop.ts';
import { readBaseReference, readFlatField } from '../actions/develop/reference.ts';
import type { BaseReference, FlatField } from '../actions/develop/reference.ts';
import type { DevelopAnalysis } from '../actions/develop/types.ts';
import type { DecodedScan } from '../files/types.ts';
import { Budget } from './budget.ts';
import { Buffers } from './buffers.ts';
import { PixelPool } from './pool.ts';
import { ReadAhead } from './read-ahead.ts';
import { Relief } from './relief.ts';
import { Renewals } from './renewals.ts';
import { runOnce } from './run-once.ts';
import { Memo } from './memo.ts';
import { ANALYSIS_SIDE, fileKey, Scans } from './scans.ts';

/** Decoded pictures alive at once, in bytes. One larger scan runs alone. */
const MEMORY = 800e6;

export interface AnalyseTask {
  path: string;
  film: 'auto' | 'c41' | 'bw' | 'slide';
  baseRect: UnitRect | null;
  baseFile: string | null;
  flatFile: string | null;
  stock?: string;
  /** The scan is developed right afterwards: what is read is kept for it. */
  developNext?: boolean;
  /** The scan is looked at and restored right afterwards: it is read once for all of it. */
  restoreNext?: boolean;
  signal?: AbortSignal;
}

export class Workshop {
  readonly threads: number;
  readonly cores: Budget;
  readonly memory = new Budget(MEMORY);
  readonly pool: PixelPool;
  /** Memory of full-size samples. */
  readonly buffers: Buffers;
  readonly scans = new Scans();
  /** Looked at after each piece of work. */
  readonly relief: Relief;
  readonly ahead: ReadAhead;
  readonly renewals: Renewals;
  private readonly flats = new Memo<FlatField>(4);
  private readonly bases = new Memo<BaseReference>(4);

  /** Folder for deep-zoom levels. */
  readonly cacheDir: string;
  /** The library's folder, where the Studio keeps the models in use; undefined: only what is shipped is used. */
  readonly dataDir: string | undefined;

  /** @param engine what the restore steps need to know of their process */
  constructor(
    threads: number,
    cacheDir: string,
    engine: { device?: string; dataDir?: string; modelsDir?: string } = {},
  ) {
    this.threads = threads;
    this.cacheDir = cacheDir;
    this.dataDir = engine.dataDir;
    this.cores = new Budget(threads);
    this.pool = new PixelPool(threads, this.cores);
    this.buffers = new Buffers(() => this.pool.collect());
    this.relief = new Relief(() => this.pool.collect(true));
    this.ahead = new ReadAhead(this.pool, this.buffers);
    this.renewals = new Renewals(this, engine.device ?? 'auto', engine.dataDir, engine.modelsDir);
  }

  /** Flat field of a scan of the light source, or null. Not cancelled with its caller: others wait for it too. */
  async flat(file: string | null): Promise<FlatField | null> {
    if (!file) return null;
    return this.flats.get(await fileKey(file), async () => readFlatField(await this.small(file)));
  }

  /** Film base of a scan of the leader or of a blank frame. */
  private async base(file: string, flatFile: string | null): Promise<BaseReference> {
    const key = `${await fileKey(file)}\0${flatFile ?? ''}`;
    return this.bases.get(key, async () => {
      const flat = await this.flat(flatFile);
      return readBaseReference(await this.small(file), flat);
    });
  }

  /** A reduced copy for analysis. */
  small(file: string, signal?: AbortSignal, infrared = false): Promise<DecodedScan> {
    return this.pool.decode(file, { maxSide: ANALYSIS_SIDE, infrared }, signal);
  }

  async analyse(task: AnalyseTask): Promise<DevelopAnalysis> {
    if (task.restoreNext) {
      // At once: those who ask next find it on its way.
      this.ahead.share(task.path, this.scans.info(task.path), task.signal);
      this.pool.warm();
      const shared = await this.ahead.reduced(task.path, ANALYSIS_SIDE, task.signal);
      if (shared) return this.analyseDecoded(shared, task);
    }
    const ahead = task.developNext
      ? await this.ahead.small(task.path, await this.scans.info(task.path), task.signal)
      : null;
    if (ahead) return runOnce(() => this.analyseDecoded(ahead, task));
    return this.analyseDecoded(await this.small(task.path, task.signal, true), task);
  }

  /** Analysis of a reduced copy that is already there. */
  async analyseDecoded(decoded: DecodedScan, task: AnalyseTask): Promise<DevelopAnalysis> {
    const { film, signal } = task;
    const flat = await this.flat(task.flatFile);
    const reference = task.baseFile ? await this.base(task.baseFile, task.flatFile) : null;
    const { analysis } = await this.pool.run(
      {
        kind: 'analyse',
        decoded,
        film,
        baseRect: task.baseRect,
        reference,
        flat,
        stock: task.stock ?? null,
      },
      null,
      signal,
    );
    return analysis as DevelopAnalysis;
  }

  async close(): Promise<void> {
    await this.pool.close();
    await this.renewals.close();
  }
}
