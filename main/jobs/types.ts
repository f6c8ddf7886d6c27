/**
 * What a job is, apart from the queue that carries it. A `JobAction` knows how to list its items, run one and
 * finish; it knows nothing of storage, leases or other jobs. A `JobQueue` carries jobs; the embedded one
 * (queue.ts) keeps them in the library's database, another could hand the same items to other machines.
 */
import type { Job, JobItem } from '../../app/contract/jobs.ts';

export type JobType = Job['type'];

/** One unit of work as it is stored; `data` is plain JSON that only the action reads. */
export interface ItemSpec {
  input: string;
  itemId?: number | null;
  output?: string | null;
  data?: unknown;
  /** Known to be impossible from the start: listed as failed with this reason, never run. */
  failed?: string;
}

/** An item while it is worked on. */
export interface ItemWork<P> {
  jobId: number;
  payload: P;
  index: number;
  input: string;
  itemId: number | null;
  output: string | null;
  data: unknown;
  /** The item had begun before (and its process died): what lies at `output` may be its own. */
  resumed: boolean;
  /** An engine died on it: use fewer threads, smaller tiles. */
  safer: boolean;
  signal: AbortSignal;
  /** How far this one item is, 0..1. */
  progress(fraction: number): void;
  /** Changes where the result goes; stored before it returns. */
  setOutput(output: string): void;
}

export interface ItemOutcome {
  itemId?: number | null;
  output?: string | null;
  /** SHA-256 of the output, checked when the job is resumed. */
  outputHash?: string | null;
  /** Change record, plain JSON. */
  record?: unknown;
}

export interface DoneItem {
  index: number;
  /** Item of the library; null where it is none. */
  itemId: number | null;
  input: string;
  output: string;
  outputHash: string;
}

/** The action of a job. `P` is its payload: plain JSON, checked again by `parse` when it comes from storage. */
export interface JobAction<P> {
  type: JobType;
  /** Jobs of one lane run one after another. */
  lane: string;
  /** Items of one job in work at the same time. */
  concurrency: number;
  parse(stored: unknown): P;
  /** A pause does not wait for the items in work: they end where they stand (`signal`) and later go on from there. */
  pausesWithin?: boolean;
  /** Lists the items, once; left out when they are given with the job. */
  prepare?(payload: P, signal: AbortSignal): Promise<ItemSpec[]>;
  run(work: ItemWork<P>): Promise<ItemOutcome>;
  /** Whether a done item's output is still there and whole. Asked when a job is resumed. */
  verify?(item: DoneItem, signal: AbortSignal): Promise<boolean>;
  /** What remains when all items are through. Runs again if the process died in it. */
  finish?(job: FinishWork<P>): Promise<void>;
}

export interface FinishWork<P> {
  id: number;
  payload: P;
  signal: AbortSignal;
  /** What is done now, in words. */
  stage(text: string): void;
  /** Items that are done and have an output. */
  done(): DoneItem[];
  /** The contact sheet that was made before (the job was taken up again), or null. */
  sheet: string | null;
  /** Names the contact sheet that was made of the job. */
  setSheet(file: string): void;
}

export interface NewJob {
  type: JobType;
  title: string;
  payload: unknown;
  items?: ItemSpec[];
  /** Folder shown for the job. */
  destination?: string | null;
}

export interface JobQueue {
  submit(job: NewJob): number;
  /** Adds items to a job that is not finished; false when it is too late. */
  append(jobId: number, items: ItemSpec[], title?: string): boolean;
  pause(jobId: number): void;
  resume(jobId: number): void;
  cancel(jobId: number): void;
  /** Runs failed (and cancelled) items again; done ones stay done. */
  retry(jobId: number): void;
  /** Runs one failed or skipped item again. */
  retryItem(jobId: number, index: number): void;
  /** Leaves an item out that waits or has failed. */
  skip(jobId: number, index: number): void;
  /** Takes finished jobs off the list. */
  clear(): void;
  list(): Job[];
  get(jobId: number): Job;
  items(jobId: number, offset: number, limit: number): { total: number; items: JobItem[] };
  /** Resolves when the job is done, failed or cancelled (or paused for good at close). */
  settled(jobId: number): Promise<Job>;
  close(): Promise<void>;
}

/** An error that stops the whole job until the person has made room; the item is tried again on resume. */
export class DiskFullError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DiskFullError';
  }
}
